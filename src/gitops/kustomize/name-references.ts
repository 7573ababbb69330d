import { at, itemsAt, type Placed, placedAt, setAt, withoutEntry } from '../placed/placed.ts'
import { allIds, changed, currentId, isClusterScoped, originalId, type ReadObject } from './read-object.ts'
import { anyText, isNull } from './scalar-text.ts'
import { Stop } from './stop.ts'

/** A kind whose new name is put into fields of others. */
interface Referred {
  readonly kind: string
  readonly group?: string
  readonly version?: string
}

const SERVICE_ACCOUNT: Referred = { kind: 'ServiceAccount', version: 'v1' }
const SECRET: Referred = { kind: 'Secret', version: 'v1' }
const CONFIG_MAP: Referred = { kind: 'ConfigMap', version: 'v1' }
const RBAC = 'rbac.authorization.k8s.io'
const ROLES: readonly Referred[] = [
  { kind: 'Role', group: RBAC },
  { kind: 'ClusterRole', group: RBAC },
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
      if (name === object.names.at(-1) && !object.hashed && kind !== 'Service') continue
      if (SCALED.test(kind)) changes.scaled.add(name)
      if (NAMED.test(kind)) changes.named.add(name)
    }
  return changes
}

/**
 * Puts names that prefixes, hashes and patches have changed into the fields that hold the old ones, as kustomize does by its own
 * list of fields. It knows of none in custom resources.
 */
export function withNewNames(object: ReadObject, objects: readonly ReadObject[], changes: ChangedNames): ReadObject {
  const { kind, group } = originalId(object)
  if (FOLLOWED_BY_KUSTOMIZE.test(kind) || group === 'serving.knative.dev') {
    if (mentionsChanged(object, kind, changes)) throw new Stop('name-reference')
    return object
  }
  let node: Placed = object.node
  const scalar = (path: readonly string[], referred: Referred, roleRef?: Referred) => {
    const old = at(node, ...path)
    if (isNull(old)) return
    if (old?.type !== 'scalar') throw new Stop('build-fails')
    const found = referral(object, anyText(old), referred, candidatesOf(object, objects), roleRef)
    if (found !== undefined && nameOf(found) !== anyText(old))
      node = setAt(node, path, placedAt(old.place, nameOf(found)))
  }
  if ((kind === 'RoleBinding' || kind === 'ClusterRoleBinding') && group === RBAC) {
    for (const referred of kind === 'RoleBinding' ? ROLES : ROLES.slice(1))
      scalar(['roleRef', 'name'], referred, roleOf(node))
    itemsAt(node, 'subjects').forEach((subject, index) => {
      if (!isNull(subject)) node = withSubject(object, node, String(index), objects)
    })
  }
  if (kind === 'ServiceAccount')
    itemsAt(node, 'imagePullSecrets').forEach((_, index) => {
      scalar(['imagePullSecrets', String(index), 'name'], SECRET)
    })
  if (kind === 'Role' || kind === 'ClusterRole')
    itemsAt(node, 'rules').forEach((rule, index) => {
      itemsAt(rule, 'resourceNames').forEach((_, name) => {
        const path = ['rules', String(index), 'resourceNames', String(name)]
        for (const referred of [CONFIG_MAP, SECRET]) scalar(path, referred)
        if (kind === 'ClusterRole') scalar(path, { kind: 'PersistentVolume', version: 'v1' })
      })
    })
  return changed(object, node)
}

function withSubject(object: ReadObject, node: Placed, index: string, objects: readonly ReadObject[]): Placed {
  const path = ['subjects', index]
  const subject = at(node, ...path)
  const old = at(subject, 'name')
  if (subject?.type !== 'map' || old?.type !== 'scalar') throw new Stop('build-fails')
  const namespace = at(subject, 'namespace')
  let candidates = candidatesOf(object, objects)
  if (namespace !== undefined) {
    const wanted = anyText(namespace)
    const original = candidates.filter((other) => !isClusterScoped(other) && originalId(other).namespace === wanted)
    const current = candidates.filter((other) => !isClusterScoped(other) && currentId(other).namespace === wanted)
    candidates = original.length > 0 ? original : current
  }
  const found = referral(object, anyText(old), SERVICE_ACCOUNT, candidates, undefined, true)
  const own = found?.namespaces.at(-1)
  if (found === undefined || (nameOf(found) === anyText(old) && own === undefined)) return node
  const named = setAt(node, [...path, 'name'], placedAt(old.place, nameOf(found)))
  if (own === undefined) return named
  const place = (namespace ?? at(found.node, 'metadata', 'namespace') ?? subject).place
  return setAt(named, [...path, 'namespace'], placedAt(place, own))
}

function roleOf(node: Placed): Referred | undefined {
  const [apiGroup, kind] = [at(node, 'roleRef', 'apiGroup'), at(node, 'roleRef', 'kind')]
  return apiGroup === undefined || kind === undefined ? undefined : { group: anyText(apiGroup), kind: anyText(kind) }
}

function nameOf(object: ReadObject): string {
  if (object.hashed) throw new Stop('name-reference')
  return object.names.at(-1) ?? ''
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
    (other) =>
      isClusterScoped(other) || currentId(other).namespace === here || others.has(other.namespaces.at(-1) ?? ''),
  )
}

function referral(
  object: ReadObject,
  name: string,
  referred: Referred,
  all: readonly ReadObject[],
  roleRef?: Referred,
  withNamespace = false,
): ReadObject | undefined {
  const here = currentId(object).namespace
  let found = all.filter(
    (other) =>
      hasBeen(other, (id) => id.name === name) &&
      hasBeen(other, (id) => isA(id, referred)) &&
      (roleRef === undefined || hasBeen(other, (id) => isA(id, roleRef))) &&
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
      other.names.at(-1) === first?.names.at(-1) &&
      (!withNamespace || other.namespaces.at(-1) === first?.namespaces.at(-1)),
  )
  if (!same) throw new Stop('build-fails')
  return first
}

/** Only ids that were remembered count: what never changed is named rightly already. */
function hasBeen(object: ReadObject, fits: (id: ReturnType<typeof currentId>) => boolean): boolean {
  return allIds(object).slice(0, -1).some(fits)
}

function isA(id: ReturnType<typeof currentId>, { kind, group, version }: Referred): boolean {
  return (
    id.kind === kind &&
    (group === undefined || group === '' || id.group === group) &&
    (version === undefined || id.version === version)
  )
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

function mentionsChanged(object: ReadObject, kind: string, changes: ChangedNames): boolean {
  const names = kind === 'HorizontalPodAutoscaler' ? changes.scaled : changes.named
  if (names.size === 0) return false
  const mentions = (node: Placed | undefined): boolean => {
    if (node?.type === 'list') return node.items.some(mentions)
    if (node?.type === 'map') return [...node.entries.values()].some(({ node: below }) => mentions(below))
    return node !== undefined && names.has(anyText(node))
  }
  if (kind === 'Ingress' && mentions(at(object.node, 'metadata', 'annotations'))) return true
  return mentions(withoutEntry(object.node, 'metadata'))
}
