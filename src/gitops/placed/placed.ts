import type { YamlDocument } from '../../files/yaml/parse-yaml.ts'
import type { Span } from '../../model/span.ts'
import type { FieldPath, Value } from '../../model/value.ts'

/** Where a value was written: a path in a document. The span is computed when asked for. */
export interface Place {
  readonly document: YamlDocument
  readonly path: FieldPath
}

/**
 * A value of which every part knows its place. Patches are applied to it as kustomize applies them to the value; never changed in
 * place, so that twenty overlays share one base.
 */
export type Placed = PlacedScalar | PlacedMap | PlacedList

export interface PlacedScalar {
  readonly type: 'scalar'
  readonly place: Place
  readonly value: null | boolean | number | string
  /** How a null, boolean or number is written by now, where that is no longer as at its place. */
  readonly raw?: string
  /** Whether it is written in quotes (or as a block) by now, where that is no longer as at its place. */
  readonly quoting?: 'plain' | 'quoted' | 'either'
  /** Of what a chart makes: its text with marks, and what the marks mean (helm.md §5.2 step 7). */
  readonly made?: Made
}

export interface Made {
  readonly marked: string
  /** The values that are in it, by the number of their mark. */
  readonly values: ReadonlyMap<number, MadeOf>
}

export interface MadeOf {
  /** As values are called: `db.path`. */
  readonly name: string
  readonly text: string
  readonly place: Place
  /** What made this value in turn, in the chart above. */
  readonly from: readonly MadeOf[]
}

export interface PlacedMap {
  readonly type: 'map'
  readonly place: Place
  readonly entries: ReadonlyMap<string, PlacedEntry>
}

export interface PlacedList {
  readonly type: 'list'
  readonly place: Place
  readonly items: readonly Placed[]
}

export interface PlacedEntry {
  readonly key: Place
  readonly node: Placed
}

/** The value at `path` of a document, with its places. */
export function placed(document: YamlDocument, path: FieldPath = [], value: Value = document.value): Placed {
  const place = { document, path }
  if (Array.isArray(value))
    return {
      type: 'list',
      place,
      items: (value as readonly Value[]).map((item, index) => placed(document, [...path, index], item)),
    }
  if (typeof value === 'object' && value !== null) {
    const entries = new Map<string, PlacedEntry>()
    for (const [key, below] of Object.entries(value)) {
      const at = [...path, key]
      entries.set(key, { key: { document, path: at }, node: placed(document, at, below) })
    }
    return { type: 'map', place, entries }
  }
  return { type: 'scalar', place, value: value as PlacedScalar['value'] }
}

/** A value that stands as a whole at one place: what a literal of a generator or a name in a kustomization gives. */
export function placedAt(place: Place, value: Value): Placed {
  if (Array.isArray(value))
    return { type: 'list', place, items: (value as readonly Value[]).map((item) => placedAt(place, item)) }
  if (typeof value === 'object' && value !== null)
    return {
      type: 'map',
      place,
      entries: new Map(Object.entries(value).map(([key, item]) => [key, { key: place, node: placedAt(place, item) }])),
    }
  return { type: 'scalar', place, value: value as PlacedScalar['value'] }
}

export function plainValue(node: Placed): Value {
  if (node.type === 'scalar') return node.value
  if (node.type === 'list') return node.items.map(plainValue)
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plainValue(entry.node)]))
}

/** Every part of a value, the value itself first, and its path. */
export function visitParts(node: Placed, visit: (part: Placed, path: FieldPath) => void, path: FieldPath = []): void {
  visit(node, path)
  if (node.type === 'list') for (const [index, item] of node.items.entries()) visitParts(item, visit, [...path, index])
  else if (node.type === 'map')
    for (const [key, { node: below }] of node.entries) visitParts(below, visit, [...path, key])
}

/** One step down; `undefined` when there is nothing. */
export function below(node: Placed | undefined, step: string | number): Placed | undefined {
  if (node?.type === 'map') return node.entries.get(String(step))?.node
  if (node?.type === 'list') return node.items[Number(step)]
  return undefined
}

export function at(node: Placed | undefined, ...path: FieldPath): Placed | undefined {
  return path.reduce<Placed | undefined>(below, node)
}

export function textAt(node: Placed | undefined, ...path: FieldPath): string | undefined {
  const found = at(node, ...path)
  return found?.type === 'scalar' && typeof found.value === 'string' ? found.value : undefined
}

export function itemsAt(node: Placed | undefined, ...path: FieldPath): readonly Placed[] {
  const found = at(node, ...path)
  return found?.type === 'list' ? found.items : []
}

export function entriesAt(node: Placed | undefined, ...path: FieldPath): readonly (readonly [string, PlacedEntry])[] {
  const found = at(node, ...path)
  return found?.type === 'map' ? [...found.entries] : []
}

/** `map` with `key` set; an existing key keeps its own place, a new one stands where its value does unless `key` says where. */
export function withEntry(map: PlacedMap, name: string, node: Placed, key: Place = node.place): PlacedMap {
  const entries = new Map(map.entries)
  entries.set(name, { key: map.entries.get(name)?.key ?? key, node })
  return { ...map, entries }
}

export function withoutEntry(map: PlacedMap, name: string): PlacedMap {
  if (!map.entries.has(name)) return map
  const entries = new Map(map.entries)
  entries.delete(name)
  return { ...map, entries }
}

/** `node` with the value at `path` replaced; maps on the way are made where they are absent. */
export function setAt(node: Placed, path: FieldPath, value: Placed): Placed {
  const [step, ...rest] = path
  if (step === undefined) return value
  if (node.type === 'list') {
    const items = [...node.items]
    const index = Number(step)
    const old = items[index]
    if (old === undefined) return node
    items[index] = setAt(old, rest, value)
    return { ...node, items }
  }
  const map: PlacedMap = node.type === 'map' ? node : { type: 'map', place: value.place, entries: new Map() }
  const old = map.entries.get(String(step))?.node ?? { type: 'map', place: value.place, entries: new Map() }
  return withEntry(map, String(step), setAt(old, rest, value), value.place)
}

/** The span of the value (default) or key at `path`, of the nearest ancestor when it does not exist. */
export function spanIn(node: Placed, path: FieldPath, part: 'key' | 'value' = 'value'): Span {
  let here: Placed = node
  let key: Place | undefined
  for (const step of path) {
    const next = below(here, step)
    if (next === undefined) return here.place.document.spanOf(here.place.path)
    key = here.type === 'map' ? here.entries.get(String(step))?.key : undefined
    here = next
  }
  if (part === 'key' && key !== undefined) return key.document.spanOf(key.path, 'key')
  return here.place.document.spanOf(here.place.path)
}
