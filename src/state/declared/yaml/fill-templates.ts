import { isMap, type Value } from '../../../model/value.ts'
import { withTemplateHoles } from '../partly-known.ts'
import { isList } from './yaml-values.ts'

/** A value as data, with its templates filled in as far as they are known. */
export interface Filled<T> {
  readonly value: T
  /** Variables that are left; they stand in the strings as `${…}`. */
  readonly unknown: readonly string[]
  readonly assumed: readonly string[]
}

/** `{{ name }}`, `{{ name | default('x') }}`. */
const EXPRESSION =
  /\{\{-?\s{0,10}([A-Za-z_][\w.]*)\s{0,10}(?:\|\s{0,10}default\(\s*(["'])([^"'{}]*)\2[^{}()]*\)\s{0,10})?-?\}\}/g
const DEEPEST = 50

/** Fills `{{ name }}` by the literals that Git gives the names, anywhere in the value; everything else that is open is a hole. */
export function fillTemplates(given: Value, variables: ReadonlyMap<string, string>): Filled<Value> {
  const unknown = new Set<string>()
  const assumed = new Set<string>()
  const text = (written: string): string => {
    if (!/[{$<]/.test(written)) return written
    const filled = written.replace(EXPRESSION, (whole, name: string, _quote: string, otherwise: string | undefined) => {
      const known = variables.get(name)
      if (known !== undefined) return known
      if (otherwise === undefined) return whole
      assumed.add(name)
      return otherwise
    })
    const holed = withTemplateHoles(filled)
    for (const name of holed.unknown) unknown.add(name)
    return holed.text
  }
  const walk = (value: Value, depth: number): Value => {
    if (typeof value === 'string') return text(value)
    if (depth > DEEPEST) return value
    if (isList(value)) return value.map((item) => walk(item, depth + 1))
    if (isMap(value))
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), walk(item, depth + 1)]))
    return value
  }
  return { value: walk(given, 0), unknown: [...unknown], assumed: [...assumed] }
}
