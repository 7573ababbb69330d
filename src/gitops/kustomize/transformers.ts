import {
  at,
  entriesAt,
  itemsAt,
  type Placed,
  type PlacedMap,
  type PlacedScalar,
  setAt,
  textAt,
  withEntry,
} from '../placed/placed.ts'
import type { Build } from './build.ts'
import { allIds, changed, currentId, isClusterScoped, originalId, type ReadObject, remembered } from './read-object.ts'
import { anyText, flagAt, isEmpty, isNull, textOf } from './scalar-text.ts'
import { expression } from './selection.ts'
import { Stop } from './stop.ts'

/** `namespace`: of every object but those of kinds that kustomize knows to live in none, and what follows from it (kustomize.md §5). */
export function setNamespace(build: Build, kustomization: Placed): void {
  const namespace = at(kustomization, 'namespace')
  if (namespace === undefined || textAt(namespace) === '' || isNull(namespace)) return
  build.change(
    ['namespace'],
    () => true,
    (object) => changed(remembered(object), withNamespace(object, namespace)),
  )
  build.demandUnique(['namespace'])
}

function withNamespace(object: ReadObject, namespace: Placed): Placed {
  const { kind, version, group } = currentId(object)
  let node: Placed = object.node
  if (!isClusterScoped(object)) node = setScalar(node, ['metadata', 'namespace'], namespace)
  if (kind === 'RoleBinding' || kind === 'ClusterRoleBinding') {
    const subjects = at(node, 'subjects')
    if (!isNull(subjects) && subjects?.type !== 'list') throw new Stop('build-fails')
    // Only the account that every namespace has; others may be meant where they are.
    itemsAt(subjects).forEach((subject, index) => {
      if (!isNull(subject) && subject.type !== 'map') throw new Stop('build-fails')
      if (anyText(subject, 'name') === 'default')
        node = setScalar(node, ['subjects', String(index), 'namespace'], namespace)
    })
  }
  if (kind === 'Namespace' && group === '' && version === 'v1') node = reworded(node, ['metadata', 'name'], namespace)
  if (kind === 'APIService' && group === 'apiregistration.k8s.io')
    node = setScalar(node, ['spec', 'service', 'namespace'], namespace)
  const webhook = ['spec', 'conversion', 'webhook', 'clientConfig', 'service', 'namespace']
  if (kind === 'CustomResourceDefinition' && group === 'apiextensions.k8s.io' && at(node, ...webhook) !== undefined)
    node = setScalar(node, webhook, namespace)
  return node
}

/** Sets a field; what stands in its way and is no map ends the build. */
function setScalar(node: Placed, path: readonly string[], value: Placed): Placed {
  for (let depth = 1; depth < path.length; depth++) {
    const here = at(node, ...path.slice(0, depth))
    if (!isNull(here) && here?.type === 'scalar') throw new Stop('build-fails')
  }
  const old = at(node, ...path)
  if (old !== undefined && !isNull(old) && old.type !== 'scalar') throw new Stop('build-fails')
  return setAt(node, path, value)
}

/** The text of another field without its place: the line that wrote the name stays. */
function reworded(node: Placed, path: readonly string[], value: Placed): Placed {
  const old = at(node, ...path)
  return setAt(node, path, { ...(value as PlacedScalar), place: (old ?? value).place })
}

/** `namePrefix` and `nameSuffix`, which leave the names of three kinds alone. */
export function setAffix(build: Build, kustomization: Placed, field: 'namePrefix' | 'nameSuffix'): void {
  const affix = textAt(kustomization, field) ?? ''
  if (affix === '') return
  build.change([field], hasOwnName, (object) => {
    const name = at(object.node, 'metadata', 'name')
    if (name?.type !== 'scalar') return object
    const text = field === 'namePrefix' ? affix + textOf(name) : textOf(name) + affix
    const before = remembered(object)
    const list = field === 'namePrefix' ? 'prefixes' : 'suffixes'
    const notes = { ...before.notes, [list]: [...before.notes[list], affix] }
    return changed(
      { ...before, notes },
      setAt(object.node, ['metadata', 'name'], { type: 'scalar', place: name.place, value: text }),
    )
  })
}

function hasOwnName(object: ReadObject): boolean {
  const { kind, group } = originalId(object)
  return !(
    kind === 'CustomResourceDefinition' ||
    kind === 'Namespace' ||
    (kind === 'APIService' && group === 'apiregistration.k8s.io')
  )
}

/** Kinds whose selectors and templates take labels too, and those whose templates take annotations: left to kustomize. */
const LABELLED_INSIDE =
  /^(?:Service|ReplicationController|Deployment|ReplicaSet|DaemonSet|StatefulSet|Job|CronJob|PodDisruptionBudget|NetworkPolicy)$/
const ANNOTATED_INSIDE = /^(?:ReplicationController|Deployment|ReplicaSet|DaemonSet|StatefulSet|Job|CronJob)$/

export function setLabels(build: Build, kustomization: Placed): void {
  itemsAt(kustomization, 'labels').forEach((item, index) => {
    setPairs(build, ['labels', index], at(item, 'pairs'), 'labels')
    const reason = () => build.reason(['labels', index], 'field')
    const kinds = itemsAt(item, 'fields').map((field) => textAt(field, 'kind') ?? '')
    const inside = flagAt(item, 'includeSelectors') || flagAt(item, 'includeTemplates')
    if (kinds.length === 0 && !inside) return
    touchKinds(
      build,
      reason,
      (kind) => kinds.includes('') || kinds.includes(kind) || (inside && LABELLED_INSIDE.test(kind)),
    )
  })
  if (isEmpty(at(kustomization, 'commonLabels'))) return
  setPairs(build, ['commonLabels'], at(kustomization, 'commonLabels'), 'labels')
  touchKinds(
    build,
    () => build.reason(['commonLabels'], 'field'),
    (kind) => LABELLED_INSIDE.test(kind),
  )
}

export function setAnnotations(build: Build, kustomization: Placed): void {
  const field = 'commonAnnotations'
  if (isEmpty(at(kustomization, field))) return
  setPairs(build, [field], at(kustomization, field), 'annotations')
  touchKinds(
    build,
    () => build.reason([field], 'field'),
    (kind) => ANNOTATED_INSIDE.test(kind),
  )
}

function setPairs(
  build: Build,
  path: readonly (string | number)[],
  pairs: Placed | undefined,
  field: 'labels' | 'annotations',
): void {
  if (isEmpty(pairs)) return
  build.change(
    path,
    () => true,
    (object) => {
      const metadata = at(object.node, 'metadata')
      const old = at(metadata, field)
      if (metadata?.type !== 'map' || (!isNull(old) && old?.type !== 'map')) throw new Stop('build-fails')
      let map: PlacedMap =
        old?.type === 'map' ? old : { type: 'map', place: (pairs as Placed).place, entries: new Map() }
      for (const [name, { key, node }] of entriesAt(pairs))
        map = withEntry(map, name, { ...(node as PlacedScalar), quoting: 'either' }, key)
      return changed(object, withEntry(object.node, 'metadata', withEntry(metadata, field, map)))
    },
  )
}

function touchKinds(build: Build, reason: () => Parameters<Build['touch']>[0], which: (kind: string) => boolean): void {
  const means = (object: ReadObject) => which(currentId(object).kind)
  if (build.objects.some(means)) build.touch(reason(), means)
}

const SCALED = /^(?:Deployment|ReplicationController|ReplicaSet|StatefulSet)$/

/** `replicas` and `images` bear on workloads only: which those are is told, what becomes of them is left to kustomize. */
export function touchWorkloads(build: Build, kustomization: Placed): void {
  itemsAt(kustomization, 'replicas').forEach((item, index) => {
    const name = textAt(item, 'name') ?? ''
    const means = (object: ReadObject) => allIds(object).some((id) => id.name === name && SCALED.test(id.kind))
    if (build.objects.some(means)) build.touch(build.reason(['replicas', index], 'field'), means)
    else build.missing(['replicas', index], 'field')
  })
  for (const field of ['images', 'imageTags'])
    itemsAt(kustomization, field).forEach((item, index) => {
      build.step([field, index], () => {
        const name = textAt(item, 'name') ?? ''
        const pattern = expression(`^${name}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`)
        const means = (object: ReadObject) => holdsImage(object.node, (text) => pattern.matcher(text).find())
        if (build.objects.some(means)) build.touch(build.reason([field, index], 'field'), means)
        // It looks for images in every object, and stumbles over a text on its way.
        build.change(
          [field, index],
          () => true,
          (object) => {
            if (IMAGES.some((path) => isBlocked(object.node, path))) throw new Stop('build-fails')
            return object
          },
        )
      })
    })
}

const IMAGES = [
  ['containers', 'image'],
  ['initContainers', 'image'],
  ['volumes', 'image', 'reference'],
].flatMap((path) => [
  ['spec', ...path],
  ['spec', 'template', 'spec', ...path],
])

function isBlocked(node: Placed | undefined, steps: readonly string[]): boolean {
  const [step, ...rest] = steps
  if (node === undefined || isNull(node) || step === undefined) return false
  if (node.type === 'scalar') return true
  if (node.type === 'list') return node.items.some((item) => isBlocked(item, steps))
  return isBlocked(node.entries.get(step)?.node, rest)
}

/** Whether any field that may name an image does: `image` of containers, `reference` of volumes. */
function holdsImage(node: Placed, isImage: (text: string) => boolean): boolean {
  if (node.type === 'scalar') return false
  if (node.type === 'list') return node.items.some((item) => holdsImage(item, isImage))
  return [...node.entries].some(([name, { node: below }]) =>
    below.type === 'scalar'
      ? (name === 'image' || name === 'reference') && isImage(textOf(below))
      : holdsImage(below, isImage),
  )
}
