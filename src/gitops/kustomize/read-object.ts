import type { Value, ValueMap } from '../../model/value.ts'
import { type Placed, type PlacedMap, plainValue, setAt, textAt } from '../placed/placed.ts'
import type { Undecided } from './reading.ts'

/** An object on its way through kustomizations: what it holds, where each part was written, and the names it has had. */
export interface ReadObject {
  readonly node: PlacedMap
  /** File relative to the repository, and document; `undefined` for what a generator makes. */
  readonly source: { readonly file: string; readonly document: number } | undefined
  /** Names and namespaces, the original first, the present one last: a patch may select by any. */
  readonly names: readonly string[]
  readonly namespaces: readonly (string | undefined)[]
  /** A content hash will be added to the name. */
  readonly hashed: boolean
  /** Made by a generator of a kustomization. */
  readonly generated: boolean
  /** What may do something to it that is not in `node`. */
  readonly undecided: readonly Undecided[]
}

export function readObject(node: Placed, source: ReadObject['source'], hashed = false): ReadObject | undefined {
  const kind = textAt(node, 'kind')
  const name = textAt(node, 'metadata', 'name')
  if (node.type !== 'map' || kind === undefined || name === undefined) return undefined
  const namespaces = [textAt(node, 'metadata', 'namespace')]
  return { node, source, names: [name], namespaces, hashed, generated: source === undefined, undecided: [] }
}

export function kindOf(object: ReadObject): { readonly apiVersion: string; readonly kind: string } {
  return { apiVersion: textAt(object.node, 'apiVersion') ?? '', kind: textAt(object.node, 'kind') ?? '' }
}

/** The object with another tree; its present name and namespace join the history. */
export function changed(object: ReadObject, node: Placed): ReadObject {
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
export function reworded(object: ReadObject, path: readonly string[], old: Placed, text: string): ReadObject {
  return changed(object, setAt(object.node, path, { type: 'scalar', place: old.place, value: text }))
}

/** The part of the object that selectors look at. */
export function head(object: ReadObject): ValueMap {
  const metadata = object.node.entries.get('metadata')?.node
  return metadata === undefined ? {} : { metadata: plainValue(metadata) as Value }
}
