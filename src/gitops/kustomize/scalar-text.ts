import { resolvePlainScalar } from '../../files/yaml/plain-scalar.ts'
import { at, type Placed, type PlacedEntry, type PlacedScalar } from '../placed/placed.ts'
import { Stop } from './stop.ts'

/** What YAML 1.1 takes for a boolean and YAML 1.2 for text. */
const YAML_1_1_BOOLEAN = /^(?:[yY]|yes|Yes|YES|on|On|ON|[nN]|no|No|NO|off|Off|OFF)$/
const YAML_1_1_TRUE = /^(?:[yY]|yes|Yes|YES|on|On|ON)$/

/**
 * The text of a scalar as kustomize has it: it keeps `1.10` and `null` as they were written until it puts out JSON, and makes
 * annotations of the text.
 */
export function textOf(scalar: PlacedScalar): string {
  if (typeof scalar.value === 'string') return scalar.value
  return (
    scalar.raw ?? scalar.place.document.rawOf(scalar.place.path) ?? (scalar.value === null ? '' : String(scalar.value))
  )
}

/** `key:` without anything: kustomize drops it on the way, where it keeps `null` and `~`. */
export function isBareNull(node: Placed): boolean {
  return node.type === 'scalar' && node.value === null && textOf(node) === ''
}

export function isNull(node: Placed | undefined): boolean {
  return node === undefined || (node.type === 'scalar' && node.value === null)
}

/** Nothing to kustomize: null, `{}` or `[]`. */
export function isEmpty(node: Placed | undefined): boolean {
  if (node === undefined || isNull(node)) return true
  return node.type === 'map' ? node.entries.size === 0 : node.type === 'list' && node.items.length === 0
}

/** The text at a path where kustomize reads a text, whatever it looks like; `''` when there is none. */
export function anyText(node: Placed | undefined, ...path: readonly string[]): string {
  const found = at(node, ...path)
  return found?.type === 'scalar' && found.value !== null ? textOf(found) : ''
}

function quotingOf(scalar: PlacedScalar): 'plain' | 'quoted' | 'either' {
  if (scalar.quoting !== undefined) return scalar.quoting
  const { document, path } = scalar.place
  if (document.rawOf(path) === undefined) return 'either'
  return document.isPlain(path) ? 'plain' : 'quoted'
}

/**
 * What becomes of a field when another scalar is written into it: kustomize keeps the quotes of the old one, so that `true` and `5`
 * become texts where a text stood in quotes.
 */
export function written(old: PlacedScalar, value: PlacedScalar): PlacedScalar {
  if (old === value) return value
  const quoting = quotingOf(old)
  if (typeof value.value === 'string' || value.value === null || quoting === 'plain') return { ...value, quoting }
  if (quoting === 'either') throw new Stop('patch-form')
  return { type: 'scalar', place: value.place, value: textOf(value), quoting }
}

/** As `quotingOf` for a text that Go wrote anew. */
function quotingAnew(text: string): 'plain' | 'quoted' | 'either' {
  if (YAML_1_1_BOOLEAN.test(text) || text.includes('\n') || typeof resolvePlainScalar(text) !== 'string')
    return 'quoted'
  return /^[A-Za-z][\w.-]*$/.test(text) ? 'plain' : 'either'
}

/** A text as a scalar of its own at the place of another. */
export function asText(node: PlacedScalar): PlacedScalar {
  if (typeof node.value === 'string') return node
  return { type: 'scalar', place: node.place, value: textOf(node), quoting: 'either' }
}

/** The value as it is after kustomize has turned the object into JSON and back: numbers and nulls are written anew. */
export function throughJson(node: Placed): Placed {
  if (node.type === 'scalar') {
    if (typeof node.value === 'string') {
      const quoting = quotingAnew(node.value)
      return node.quoting === quoting ? node : { ...node, quoting }
    }
    const raw = jsonText(node.value)
    return textOf(node) === raw ? node : { ...node, raw }
  }
  if (node.type === 'list') {
    const items = node.items.map(throughJson)
    return items.every((item, index) => item === node.items[index]) ? node : { ...node, items }
  }
  let changed = false
  const entries = new Map<string, PlacedEntry>()
  for (const [name, entry] of node.entries) {
    const below = throughJson(entry.node)
    if (below !== entry.node) changed = true
    entries.set(name, below === entry.node ? entry : { ...entry, node: below })
  }
  return changed ? { ...node, entries } : node
}

function jsonText(value: null | boolean | number): string {
  if (typeof value !== 'number') return String(value)
  const [digits = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  // Go writes a number with an exponent from a million on.
  if (power >= -4 && power < 6) return String(value)
  const size = String(Math.abs(power)).padStart(2, '0')
  return `${digits}e${power < 0 ? '-' : '+'}${size}`
}

/** Whether a plain scalar that is text to us is a boolean to a reader of YAML 1.1, as kustomize reads kustomizations and JSON patches. */
export function isYaml11Boolean(node: Placed): boolean {
  if (node.type !== 'scalar' || typeof node.value !== 'string' || !YAML_1_1_BOOLEAN.test(node.value)) return false
  const { document, path } = node.place
  return document.rawOf(path) === node.value && document.isPlain(path)
}

/** As `isYaml11Boolean`: the values of a JSON patch. */
export function yaml11(node: Placed): Placed {
  if (node.type === 'scalar')
    return isYaml11Boolean(node) ? { ...node, value: YAML_1_1_TRUE.test(String(node.value)) } : node
  if (node.type === 'list') return { ...node, items: node.items.map(yaml11) }
  return {
    ...node,
    entries: new Map([...node.entries].map(([name, entry]) => [name, { ...entry, node: yaml11(entry.node) }])),
  }
}

/** A switch of a kustomization; off when it is absent. */
export function flagAt(node: Placed | undefined, ...path: readonly string[]): boolean {
  const found = at(node, ...path)
  return (
    found?.type === 'scalar' && (found.value === true || (isYaml11Boolean(found) && YAML_1_1_TRUE.test(textOf(found))))
  )
}
