import { type Placed, type PlacedMap, placedAt, textAt, withEntry } from '../placed/placed.ts'
import { isKnownClusterScoped } from './known-kinds.ts'
import { anyText, isEmpty } from './scalar-text.ts'
import type { Undecided } from './undecided.ts'

/** An object on its way through kustomizations: what it holds, where each part was written, and the names it has had. */
export interface ReadObject {
  readonly node: PlacedMap
  /** File relative to the repository, and document; `undefined` for what a generator makes. */
  readonly source: { readonly file: string; readonly document: number } | undefined
  /** Names and namespaces, the original first, the present one last: a patch may select by any. */
  readonly names: readonly string[]
  readonly namespaces: readonly (string | undefined)[]
  /** kustomize adds a hash of the content to the name, and the name in `node` is without it. */
  readonly hashed: boolean
  /** Made by a generator of a kustomization. */
  readonly generated: boolean
  /** What may do something to it that is not in `node`. */
  readonly undecided: readonly Undecided[]
  /** What kustomize notes on it in annotations of its own while it builds. */
  readonly notes: BuildNotes
}

interface BuildNotes {
  /** Ids before each change of name, kind or namespace. */
  readonly previous: readonly PreviousId[]
  readonly prefixes: readonly string[]
  readonly suffixes: readonly string[]
  /** Any note is there, so that the object has annotations while it is built. */
  readonly any: boolean
}

interface PreviousId {
  readonly kind: string
  readonly name: string
  /** As kustomize compares namespaces: none is `default`. */
  readonly namespace: string
}

export interface ObjectId extends PreviousId {
  readonly group: string
  readonly version: string
}

const NO_NOTES: BuildNotes = { previous: [], prefixes: [], suffixes: [], any: false }

/** What kustomize has for the namespace of kinds that live in none. */
const NO_NAMESPACE = '_non_namespaceable_'

/** `undefined`: a kind or a name is missing, which kustomize refuses. */
export function readObject(
  node: Placed,
  source: ReadObject['source'],
  undecided: readonly Undecided[] = [],
): ReadObject | undefined {
  if (node.type !== 'map' || anyText(node, 'kind') === '' || anyText(node, 'metadata', 'name') === '') return undefined
  const object = {
    node,
    source,
    names: [],
    namespaces: [],
    hashed: false,
    generated: false,
    undecided,
    notes: NO_NOTES,
  }
  return withHistory(object)
}

export function kindOf(object: ReadObject): { readonly apiVersion: string; readonly kind: string } {
  return { apiVersion: textAt(object.node, 'apiVersion') ?? '', kind: textAt(object.node, 'kind') ?? '' }
}

/** The object with another tree. */
export function changed(object: ReadObject, node: Placed): ReadObject {
  return node.type !== 'map' || node === object.node ? object : { ...object, node }
}

/** The object with all its names: they are gathered once, at the end. */
export function withHistory(object: ReadObject): ReadObject {
  const { previous } = object.notes
  const name = anyText(object.node, 'metadata', 'name')
  const namespace = anyText(object.node, 'metadata', 'namespace')
  return {
    ...object,
    names: [...previous.map((id) => id.name), name],
    namespaces: [...previous.map((id) => id.namespace), namespace === '' ? undefined : namespace],
  }
}

/** The object with another reason on it. */
export function touched(object: ReadObject, reason: Undecided): ReadObject {
  return object.undecided.includes(reason) ? object : { ...object, undecided: [...object.undecided, reason] }
}

/** Whether all of it is known: of a generated Secret no data is, and of what is undecided nothing for certain. */
export function isCertain(object: ReadObject): boolean {
  return object.undecided.length === 0 && !(object.generated && kindOf(object).kind === 'Secret')
}

/** Remembers the present name, kind and namespace: later patches may still mean them. */
export function remembered(object: ReadObject): ReadObject {
  const { kind, name, namespace } = currentId(object)
  const notes = { ...object.notes, previous: [...object.notes.previous, { kind, name, namespace }], any: true }
  return { ...object, notes }
}

/** Without what kustomize noted on it: a patch has taken its annotations away. */
export function forgotten(object: ReadObject): ReadObject {
  return { ...object, notes: NO_NOTES, hashed: false }
}

export function currentId(object: ReadObject): ObjectId {
  const apiVersion = anyText(object.node, 'apiVersion')
  const kind = anyText(object.node, 'kind')
  const namespace = effectiveNamespace(apiVersion, kind, anyText(object.node, 'metadata', 'namespace'))
  return { ...groupVersion(apiVersion), kind, name: anyText(object.node, 'metadata', 'name'), namespace }
}

/** The ids that it has had, the original first, and the present one. */
export function allIds(object: ReadObject): readonly ObjectId[] {
  const current = currentId(object)
  const { group, version } = current
  return [...object.notes.previous.map((id) => ({ group, version, ...id })), current]
}

export function originalId(object: ReadObject): ObjectId {
  return allIds(object)[0] ?? currentId(object)
}

export function idKey({ group, version, kind, namespace, name }: ObjectId): string {
  return [group, version, kind, namespace, name].join('\0')
}

export function isClusterScoped(object: ReadObject): boolean {
  return isKnownClusterScoped(anyText(object.node, 'apiVersion'), anyText(object.node, 'kind'))
}

function effectiveNamespace(apiVersion: string, kind: string, namespace: string): string {
  if (isKnownClusterScoped(apiVersion, kind)) return NO_NAMESPACE
  return namespace === '' ? 'default' : namespace
}

function groupVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/')
  return slash === -1
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

/** The object as a JSON patch meets it: where kustomize has noted something, there are annotations. */
export function withNoteAnnotations(object: ReadObject): Placed {
  const metadata = object.node.entries.get('metadata')?.node
  if (!object.notes.any || metadata?.type !== 'map' || !isEmpty(metadata.entries.get('annotations')?.node))
    return object.node
  return withEntry(object.node, 'metadata', withEntry(metadata, 'annotations', placedAt(metadata.place, {})))
}
