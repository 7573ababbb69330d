import type { FieldPath } from '../../model/value.ts'
import {
  at,
  itemsAt,
  type Placed,
  type PlacedList,
  placedAt,
  setAt,
  visitParts,
  withoutEntry,
} from '../placed/placed.ts'
import { allIds, changed, currentId, isClusterScoped, originalId, type ReadObject } from './read-object.ts'
import { anyText, isNull } from './scalar-text.ts'
import { Stop } from './stop.ts'

/** Kinds of objects; what is left out may be any. */
export interface Kinds {
  readonly group?: string
  readonly version?: string
  readonly kind?: string
}

/** A field of some objects that holds the name of others: kustomize writes their new names into it. */
export interface NameReference {
  readonly referred: Kinds
  readonly referrer: Kinds
  /** Steps joined by slashes; lists on the way count for each item. */
  readonly path: string
}

const RBAC = 'rbac.authorization.k8s.io'
const reference = (referred: Kinds, referrer: Kinds, path: string): NameReference => ({ referred, referrer, path })

/** Those of kustomize's own that bear on what is checked. It knows of none in custom resources. */
const REFERENCES: readonly NameReference[] = [
  reference({ kind: 'ServiceAccount', version: 'v1' }, { kind: 'RoleBinding', group: RBAC }, 'subjects'),
  reference({ kind: 'ServiceAccount', version: 'v1' }, { kind: 'ClusterRoleBinding', group: RBAC }, 'subjects'),
  reference({ kind: 'Role', group: RBAC }, { kind: 'RoleBinding', group: RBAC }, 'roleRef/name'),
  reference({ kind: 'ClusterRole', group: RBAC }, { kind: 'RoleBinding', group: RBAC }, 'roleRef/name'),
  reference({ kind: 'ClusterRole', group: RBAC }, { kind: 'ClusterRoleBinding', group: RBAC }, 'roleRef/name'),
  reference({ kind: 'ConfigMap', version: 'v1' }, { kind: 'Role' }, 'rules/resourceNames'),
  reference({ kind: 'ConfigMap', version: 'v1' }, { kind: 'ClusterRole' }, 'rules/resourceNames'),
  reference({ kind: 'Secret', version: 'v1' }, { kind: 'ServiceAccount' }, 'imagePullSecrets/name'),
  reference({ kind: 'Secret', version: 'v1' }, { kind: 'Role' }, 'rules/resourceNames'),
  reference({ kind: 'Secret', version: 'v1' }, { kind: 'ClusterRole' }, 'rules/resourceNames'),
  reference({ kind: 'PersistentVolume', version: 'v1' }, { kind: 'ClusterRole' }, 'rules/resourceNames'),
]

/** Kinds that name objects in more fields than are followed here: left to kustomize when they hold a name that changed. */
const FOLLOWED_BY_KUSTOMIZE =
  /^(?:Pod|PodTemplate|Deployment|ReplicaSet|DaemonSet|StatefulSet|Job|CronJob|ReplicationController|HorizontalPodAutoscaler|Ingress|StorageClass|PersistentVolume|PersistentVolumeClaim|APIService|ValidatingWebhookConfiguration|MutatingWebhookConfiguration|Node|ValidatingAdmissionPolicyBinding)$/
const SCALED = /^(?:Deployment|ReplicationController|ReplicaSet|StatefulSet)$/
const NAMED =
  /^(?:ConfigMap|Secret|Service|ServiceAccount|PersistentVolumeClaim|PersistentVolume|StorageClass|PriorityClass|IngressClass|ValidatingAdmissionPolicy)$/

/** Names that objects had and have no longer. */
export interface ChangedNames {
  readonly scaled: ReadonlySet<string>
  readonly named: ReadonlySet<string>
}

export function changedNames(objects: readonly ReadObject[]): ChangedNames {
  const changes = { scaled: new Set<string>(), named: new Set<string>() }
  for (const object of objects)
    for (const { kind, name } of object.notes.previous) {
      // A Service's namespace is put in too.
      if (name === currentId(object).name && !object.hashed && kind !== 'Service') continue
      if (SCALED.test(kind)) changes.scaled.add(name)
      if (NAMED.test(kind)) changes.named.add(name)
    }
  return changes
}

/**
 * Puts names that prefixes, hashes and patches have changed into the fields that hold the old ones; `configured` are fields that a
 * kustomization adds to kustomize's own (kustomize.md §8).
 */
export function withNewNames(
  object: ReadObject,
  objects: readonly ReadObject[],
  changes: ChangedNames,
  configured: readonly NameReference[],
): ReadObject {
  const id = originalId(object)
  if (FOLLOWED_BY_KUSTOMIZE.test(id.kind) || id.group === 'serving.knative.dev') {
    const mentions = mentionsOfChanged(object, id.kind, changes)
    if (mentions.length > 0) throw new Stop('name-reference', mentions)
  }
  let node: Placed = object.node
  for (const { referred, referrer, path } of [...REFERENCES, ...configured])
    if (isA(id, referrer)) {
      const steps = splitPath(path)
      node = new Follower(object, objects, referred, steps.slice(-2).join('/') === 'roleRef/name').follow(node, steps)
    }
  return changed(object, node)
}

/** `a/b\\/c` as its steps; a slash before the first is none. */
function splitPath(path: string): string[] {
  return (
    path
      .replace(/^\//, '')
      .match(/(?:\\\/|[^/])+/g)
      ?.map((step) => step.replaceAll('\\/', '/').replace(/\[\]$/, '')) ?? []
  )
}

/** Follows one reference of one object. */
class Follower {
  private readonly object: ReadObject
  private readonly candidates: readonly ReadObject[]
  private readonly referred: Kinds
  private readonly role: Kinds | undefined

  constructor(object: ReadObject, objects: readonly ReadObject[], referred: Kinds, isRole: boolean) {
    this.object = object
    this.candidates = candidatesOf(object, objects)
    this.referred = referred
    this.role = isRole ? roleOf(object.node) : undefined
  }

  follow(node: Placed, steps: readonly string[]): Placed {
    const [step, ...rest] = steps
    if (step === undefined) return this.renamed(node)
    if (isNull(node)) return node
    if (node.type === 'list') return withItems(node, (item) => this.follow(item, steps))
    if (node.type === 'scalar') throw new Stop('build-fails')
    const below = node.entries.get(step)?.node
    if (below === undefined) return node
    const renamed = this.follow(below, rest)
    return renamed === below ? node : setAt(node, [step], renamed)
  }

  /** A name, a map that holds one, or a list of either. */
  private renamed(node: Placed): Placed {
    if (isNull(node)) return node
    if (node.type === 'list')
      return withItems(node, (item) => {
        if (item.type === 'list') throw new Stop('build-fails')
        return this.renamed(item)
      })
    if (node.type === 'map') return this.renamedMap(node)
    const found = this.referral(anyText(node), this.candidates, false)
    const name = found && nameOf(found)
    return name === undefined || name === anyText(node) ? node : placedAt(node.place, name)
  }

  private renamedMap(node: Placed): Placed {
    const old = at(node, 'name')
    if (old?.type !== 'scalar') throw new Stop('build-fails')
    const namespace = at(node, 'namespace')
    const found = this.referral(anyText(old), this.inNamespace(namespace), true)
    if (found === undefined) return node
    const own = namespaceOf(found)
    if (nameOf(found) === anyText(old) && own === '') return node
    const named = setAt(node, ['name'], placedAt(old.place, nameOf(found)))
    if (own === '') return named
    const place = (namespace ?? at(found.node, 'metadata', 'namespace') ?? node).place
    return setAt(named, ['namespace'], placedAt(place, own))
  }

  /** Candidates of a namespace: by where they were first, or where they are now. */
  private inNamespace(namespace: Placed | undefined): readonly ReadObject[] {
    if (namespace === undefined) return this.candidates
    const wanted = anyText(namespace)
    const namespaced = this.candidates.filter((other) => !isClusterScoped(other))
    const original = namespaced.filter((other) => originalId(other).namespace === wanted)
    return original.length > 0 ? original : namespaced.filter((other) => currentId(other).namespace === wanted)
  }

  private referral(name: string, all: readonly ReadObject[], withNamespace: boolean): ReadObject | undefined {
    const { object, referred, role } = this
    const here = currentId(object).namespace
    let found = all.filter(
      (other) =>
        hasBeen(other, (id) => id.name === name) &&
        hasBeen(other, (id) => isA(id, referred)) &&
        (role === undefined || hasBeen(other, (id) => isA(id, role))) &&
        (isClusterScoped(object) ||
          isClusterScoped(other) ||
          currentId(other).kind === 'ServiceAccount' ||
          currentId(other).namespace === here),
    )
    if (found.length === 1) return found[0]
    found = found.filter((other) => sameAffixes(object, other, true))
    if (found.length > 1) found = found.filter((other) => sameAffixes(object, other, false))
    const [first, ...more] = found
    const same = more.every(
      (other) =>
        first !== undefined &&
        currentId(other).name === currentId(first).name &&
        (!withNamespace || namespaceOf(other) === namespaceOf(first)),
    )
    if (!same) throw new Stop('build-fails')
    return first
  }
}

function withItems(list: PlacedList, change: (item: Placed) => Placed): PlacedList {
  const items = list.items.map(change)
  return items.every((item, index) => item === list.items[index]) ? list : { ...list, items }
}

function roleOf(node: Placed): Kinds | undefined {
  const [apiGroup, kind] = [at(node, 'roleRef', 'apiGroup'), at(node, 'roleRef', 'kind')]
  return apiGroup === undefined || kind === undefined ? undefined : { group: anyText(apiGroup), kind: anyText(kind) }
}

function nameOf(object: ReadObject): string {
  if (object.hashed) throw new Stop('name-reference')
  return currentId(object).name
}

/** As it is written. */
function namespaceOf(object: ReadObject): string {
  return anyText(object.node, 'metadata', 'namespace')
}

/** What an object can name: what lives in its namespace, or in none; a RoleBinding also accounts of the namespaces that it names. */
function candidatesOf(object: ReadObject, objects: readonly ReadObject[]): readonly ReadObject[] {
  if (isClusterScoped(object)) return objects
  const here = currentId(object).namespace
  const others = new Set(
    currentId(object).kind !== 'RoleBinding'
      ? []
      : itemsAt(object.node, 'subjects')
          .filter((subject) => anyText(subject, 'kind') === 'ServiceAccount')
          .map((subject) => anyText(subject, 'namespace')),
  )
  return objects.filter(
    (other) => isClusterScoped(other) || currentId(other).namespace === here || others.has(namespaceOf(other)),
  )
}

/** Only ids that were remembered count: what never changed is named rightly already. */
function hasBeen(object: ReadObject, fits: (id: ReturnType<typeof currentId>) => boolean): boolean {
  return allIds(object).slice(0, -1).some(fits)
}

/** Whether an id is of the kinds. */
export function isA(id: ReturnType<typeof currentId>, kinds: Kinds): boolean {
  return (['group', 'version', 'kind'] as const).every((field) => {
    const wanted = kinds[field] ?? ''
    return wanted === '' || wanted === id[field]
  })
}

function sameAffixes(one: ReadObject, other: ReadObject, orNone: boolean): boolean {
  return (['prefixes', 'suffixes'] as const).every((field) => {
    const [a, b] = [one.notes[field], other.notes[field]]
    if (orNone && (a.length === 0 || b.length === 0)) return true
    const [short, long] = a.length > b.length ? [b, a] : [a, b]
    if (short.length === 0) return long.length === 0
    return short.every((text, index) => text === long[index + long.length - short.length])
  })
}

/** Where an object holds a name that another one had: only there a new name may come. */
function mentionsOfChanged(object: ReadObject, kind: string, changes: ChangedNames): FieldPath[] {
  const names = kind === 'HorizontalPodAutoscaler' ? changes.scaled : changes.named
  if (names.size === 0) return []
  const found: FieldPath[] = []
  const note = (part: Placed, path: FieldPath) => {
    if (part.type === 'scalar' && names.has(anyText(part))) found.push(path)
  }
  const annotations = kind === 'Ingress' ? at(object.node, 'metadata', 'annotations') : undefined
  if (annotations !== undefined) visitParts(annotations, note, ['metadata', 'annotations'])
  visitParts(withoutEntry(object.node, 'metadata'), note)
  return found
}
