import { readKustomization } from '../kustomize/read-kustomization.ts'
import { readObject } from '../kustomize/read-object.ts'
import { at, itemsAt, type Placed, type PlacedMap, placedAt, textAt, withEntry } from '../placed/placed.ts'
import type { GitOpsObject } from '../root.ts'
import { syncsIn } from './sources.ts'

/**
 * The Kustomizations that the Flux operator makes of a FluxInstance, or of the same in the values of its chart: named as the instance's
 * namespace, with its `kustomize.patches` applied (applied.md §1.1).
 */
export function syncKustomizations(object: GitOpsObject): GitOpsObject[] {
  const { node, checkout, file } = object
  return syncsIn(node).flatMap((sync) => {
    const namespace = textAt(node, 'metadata', 'namespace') ?? 'flux-system'
    const head = placedAt(sync.place, {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: namespace, namespace },
      spec: {
        sourceRef: { kind: textAt(sync, 'kind') ?? 'GitRepository', name: textAt(sync, 'name') ?? 'flux-system' },
      },
    }) as PlacedMap
    const spec = withEntry(at(head, 'spec') as PlacedMap, 'path', at(sync, 'path') as Placed)
    const made = readObject(withEntry(head, 'spec', spec), { file, document: object.document })
    if (made === undefined) return []
    const patches = patchesOf(node)
    if (patches === undefined) return [{ ...object, node: made.node }]
    const kustomization = withEntry(placedAt(patches.place, {}) as PlacedMap, 'patches', patches)
    const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : ''
    const { objects } = readKustomization(checkout.reading, folder, kustomization, [made])
    return [{ ...object, node: objects[0]?.node ?? made.node }]
  })
}

function patchesOf(node: Placed): Placed | undefined {
  for (const path of [
    ['spec', 'kustomize', 'patches'],
    ['spec', 'values', 'instance', 'kustomize', 'patches'],
    ['instance', 'kustomize', 'patches'],
  ])
    if (itemsAt(node, ...path).length > 0) return at(node, ...path)
  return undefined
}
