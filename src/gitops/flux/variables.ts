import { type Cluster, clusterRelation } from '../../model/cluster.ts'
import { listAt, stringAt, type ValueMap } from '../../model/value.ts'
import type { Checkout } from '../checkout.ts'
import { generatedObjects } from '../kustomize/read-kustomization.ts'
import { kindOf, type ReadObject } from '../kustomize/read-object.ts'
import { asSource } from '../objects/as-source.ts'
import type { SourceObject } from '../objects/source-object.ts'
import { type Placed, plainValue } from '../placed/placed.ts'
import type { FluxKustomization } from './flux-kustomization.ts'
import { type PostBuild, postBuild } from './post-build.ts'

/** A ConfigMap, with the places of its parts. */
export interface FoundConfigMap extends SourceObject {
  readonly node: Placed
}

/** ConfigMaps by name: those that a cluster gets, where Git tells it (applied.md §4.4), else all of that name. */
export type FindConfigMaps = (name: string, cluster: Cluster | undefined) => readonly FoundConfigMap[]

/**
 * Finds ConfigMaps in files and those that generators make (of literals, files and env files). `clustersOf` tells the clusters that a
 * file is applied to, as far as that is known by now.
 */
export function configMapFinder(
  checkout: Checkout,
  clustersOf: (file: string) => readonly (Cluster | undefined)[],
): FindConfigMaps {
  const known = new Map<string, readonly FoundConfigMap[]>()
  return (name, cluster) => {
    let found = known.get(name)
    if (found === undefined) {
      found = configMapsNamed(checkout, name)
      known.set(name, found)
    }
    if (found.length < 2 || cluster === undefined) return found
    const here = found.filter(({ source }) =>
      clustersOf(source.relative).some((other) => clusterRelation(cluster, other) === 'same'),
    )
    return here.length > 0 ? here : found
  }
}

function configMapsNamed(checkout: Checkout, name: string): FoundConfigMap[] {
  return [...checkout.sources.values()].flatMap((source) => {
    if (!source.text.includes(name)) return []
    let objects: readonly ReadObject[] = []
    if (source.text.includes('configMapGenerator')) {
      const folder = source.relative.includes('/') ? source.relative.slice(0, source.relative.lastIndexOf('/')) : ''
      const node = checkout.reading.kustomization(folder)
      if (node !== undefined) objects = generatedObjects(checkout.reading, folder, node)
    } else if (source.text.includes('ConfigMap')) objects = checkout.objects.objects(source.relative)
    return objects
      .filter((object) => kindOf(object).kind === 'ConfigMap' && object.names.includes(name))
      .map(({ node, source: from }) => ({
        ...asSource(
          { checkout, node, file: source.relative, document: from?.document ?? 0 },
          plainValue(node) as ValueMap,
        ),
        node,
      }))
  })
}

/** The variables of a Flux Kustomization's `postBuild` in a cluster. */
export function rootVariables(
  flux: FluxKustomization,
  cluster: Cluster | undefined,
  configMaps: FindConfigMaps,
  variables: Readonly<Record<string, string>>,
): PostBuild {
  const names = listAt(flux.postBuild, 'substituteFrom').flatMap((reference) => stringAt(reference, 'name') ?? [])
  return postBuild(flux, new Map(names.map((name) => [name, configMaps(name, cluster)])), variables)
}
