import { formatGoFloat } from '../../go-template/go-number.ts'
import { isList, isMap, type Value, type ValueMap } from '../../model/value.ts'
import { type Place, type Placed, visitParts } from '../placed/placed.ts'

/** What one Application of an ApplicationSet is made with. */
export interface ParameterSet {
  /** As Argo CD hands them to templates: as they are with `goTemplate`, else texts by their names with dots. */
  readonly values: ValueMap
  /** Names that the cluster knows and Git does not. A name stands for all below it, and `''` for any that is not among `values`. */
  readonly unknown: readonly string[]
  /** `false`: whether there is such a set Git does not tell. */
  readonly sure: boolean
  /** Where texts among the values are written, by their names with dots; not of all. */
  readonly places?: ReadonlyMap<string, Place>
}

export const NO_PARAMETERS: ParameterSet = { values: {}, unknown: [], sure: true }

/** What is known of nobody: an outcome of a generator that asks a server. */
export const ANY_PARAMETERS: ParameterSet = { values: {}, unknown: [''], sure: true }

/** Whether a name that is not among the values may be one in the cluster. */
export function mayHold({ unknown }: ParameterSet, name: string): boolean {
  return unknown.some((one) => one === '' || name === one || name.startsWith(`${one}.`))
}

/** Where the texts of a map stand, by their names with dots. */
export function placesIn(node: Placed | undefined): ReadonlyMap<string, Place> {
  const found = new Map<string, Place>()
  if (node !== undefined)
    visitParts(node, (part, path) => {
      if (part.type === 'scalar' && typeof part.value === 'string' && part.value !== '')
        found.set(path.join('.'), part.place)
    })
  return found
}

/** The places of both, where each of a name counts as its value does. */
export function placesOver(base: ParameterSet, over: ParameterSet): Pick<ParameterSet, 'places'> {
  if (base.places === undefined && over.places === undefined) return {}
  return { places: new Map([...(base.places ?? []), ...(over.places ?? [])]) }
}

/** Whether a value of the name is known. */
export function holds({ values }: ParameterSet, name: string): boolean {
  return Object.hasOwn(values, name)
}

/** Go's `%v` of a scalar. */
export function textOf(value: Value): string {
  if (typeof value === 'number') return formatGoFloat(value)
  if (value === null) return '<nil>'
  return String(value)
}

/** Every scalar by the way to it: `a.b`, `a.0`. What is empty has no scalar. */
export function flattened(value: ValueMap): ReadonlyMap<string, string> {
  const flat = new Map<string, string>()
  const walk = (below: Value, name: string): void => {
    if (isList(below)) for (const [index, item] of below.entries()) walk(item, `${name}.${index}`)
    else if (isMap(below))
      for (const [key, item] of Object.entries(below)) walk(item, name === '' ? key : `${name}.${key}`)
    else flat.set(name, textOf(below))
  }
  walk(value, '')
  return flat
}

/** Whether Go takes a value for empty, so that merging does not take it over (mergo). */
export function isNothing(value: Value | undefined): boolean {
  if (isList(value)) return value.length === 0
  if (isMap(value)) return Object.keys(value).length === 0
  return value === undefined || value === null || value === '' || value === false || value === 0
}

/** Maps merge; else what is not empty of `over` wins. */
export function mergedOver(base: ValueMap, over: ValueMap): ValueMap {
  const result: Record<string, Value> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const old = Object.hasOwn(base, key) ? base[key] : undefined
    if (isMap(old) && isMap(value)) result[key] = mergedOver(old, value)
    else if (old === undefined || !isNothing(value)) result[key] = value
  }
  return result
}

/** What both do not tell; what the stronger one may have otherwise is no longer known of the weaker one. */
export function withUnknown(values: ValueMap, over: ParameterSet, ...unknown: readonly string[]): ParameterSet {
  const left: Record<string, Value> = { ...values }
  for (const name of over.unknown) if (name !== '' && !holds(over, name)) delete left[name]
  return { values: left, unknown: [...new Set([...over.unknown, ...unknown])], sure: over.sure }
}
