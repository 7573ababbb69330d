import { isClusterScoped } from '../../model/kinds.ts'
import type { Value } from '../../model/value.ts'
import type { SourceObject } from '../objects/source-object.ts'
import type { Changes } from './kustomization-file.ts'
import type { Patch } from './patch.ts'
import { matchesTarget } from './patch-target.ts'

/** An object on its way into the cluster, with what the kustomizations so far have done to it. */
export interface Item {
  readonly object: SourceObject
  readonly name: string
  readonly namespace: string | undefined
  /** Patches that select it, in the order in which they are applied. */
  readonly patches: readonly Patch[]
}

export function itemOf(object: SourceObject): Item {
  return { object, name: object.name, namespace: object.namespace, patches: [] }
}

/** kustomize adds no prefix to the names of these kinds. */
const KEEPS_NAME = new Set(['Namespace', 'CustomResourceDefinition', 'APIService'])

/** One kustomization's changes: patches first, then namespace and names; the outermost namespace wins because it comes last. */
export function change(items: readonly Item[], changes: Changes): Item[] {
  const { namespace, namePrefix = '', nameSuffix = '' } = changes
  return items.flatMap((item): Item[] => {
    const { object } = item
    const candidate = {
      body: object.body,
      apiVersion: object.apiVersion,
      kind: object.kind,
      names: [item.name, object.name],
      namespaces: [item.namespace, object.namespace],
    }
    const patches = changes.patches.filter((patch) => matchesTarget(patch.target, candidate))
    if (patches.some((patch) => patch.deletes)) return []
    const renamed = !KEEPS_NAME.has(object.kind) && (namePrefix !== '' || nameSuffix !== '')
    const moved = namespace !== undefined && !isClusterScoped(object.kind)
    if (patches.length === 0 && !renamed && !moved) return [item]
    return [
      {
        object,
        name: renamed ? namePrefix + item.name + nameSuffix : item.name,
        namespace: moved ? namespace : item.namespace,
        patches: patches.length === 0 ? item.patches : [...item.patches, ...patches],
      },
    ]
  })
}

/** Items without repetitions: a base that is reached twice on the same way is applied once. */
export function distinct(items: readonly Item[]): readonly Item[] {
  const seen = new Map<SourceObject, Item[]>()
  const kept: Item[] = []
  for (const item of items) {
    const same = seen.get(item.object)
    if (same === undefined) seen.set(item.object, [item])
    else if (same.some((other) => equal(other, item))) continue
    else same.push(item)
    kept.push(item)
  }
  return kept.length === items.length ? items : kept
}

function equal(a: Item, b: Item): boolean {
  return (
    a.name === b.name &&
    a.namespace === b.namespace &&
    a.patches.length === b.patches.length &&
    a.patches.every((patch, index) => patch === b.patches[index])
  )
}

/** The object's body with its patches applied, and its final name and namespace; `undefined` when a patch cannot be applied here. */
export function patchedBody(item: Item): Value | undefined {
  let body: Value | undefined = item.object.body
  for (const patch of item.patches) {
    body = patch.apply(body)
    if (body === undefined) return undefined
  }
  return body
}
