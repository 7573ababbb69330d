import type { Value, ValueMap } from '../../../model/value.ts'
import { type Placed, type PlacedMap, plainValue, setAt, textAt } from '../../placed/placed.ts'

/** An object on its way through kustomizations: what it holds, where each part was written, and the names it has had. */
export interface TracedObject {
  readonly node: PlacedMap
  /** File relative to the repository, and document; `undefined` for what a generator makes. */
  readonly source: { readonly file: string; readonly document: number } | undefined
  /** Names and namespaces, the original first, the present one last: a patch may select by any. */
  readonly names: readonly string[]
  readonly namespaces: readonly (string | undefined)[]
  /** A content hash will be added to the name. */
  readonly hashed: boolean
}

export function tracedObject(node: Placed, source: TracedObject['source'], hashed = false): TracedObject | undefined {
  const kind = textAt(node, 'kind')
  const name = textAt(node, 'metadata', 'name')
  if (node.type !== 'map' || kind === undefined || name === undefined) return undefined
  return { node, source, names: [name], namespaces: [textAt(node, 'metadata', 'namespace')], hashed }
}

export function kindOf(object: TracedObject): { readonly apiVersion: string; readonly kind: string } {
  return { apiVersion: textAt(object.node, 'apiVersion') ?? '', kind: textAt(object.node, 'kind') ?? '' }
}

/** The object with another tree; its present name and namespace join the history. */
export function changed(object: TracedObject, node: Placed): TracedObject {
  if (node.type !== 'map') return object
  const name = textAt(node, 'metadata', 'name')
  const namespace = textAt(node, 'metadata', 'namespace')
  return {
    ...object,
    node,
    names: name === undefined || name === object.names.at(-1) ? object.names : [...object.names, name],
    namespaces: namespace === object.namespaces.at(-1) ? object.namespaces : [...object.namespaces, namespace],
  }
}

/** Sets a text in place of another without moving it: a prefix does not change which line wrote the name. */
export function reworded(object: TracedObject, path: readonly string[], old: Placed, text: string): TracedObject {
  return changed(object, setAt(object.node, path, { type: 'scalar', place: old.place, value: text }))
}

/** The part of the object that selectors look at. */
export function head(object: TracedObject): ValueMap {
  const metadata = object.node.entries.get('metadata')?.node
  return metadata === undefined ? {} : { metadata: plainValue(metadata) as Value }
}
