import type { Span } from '../../model/span.ts'
import { listAt, stringAt, type ValueMap, at as valueAt } from '../../model/value.ts'
import { type PostBuild, postBuild } from '../flux/post-build.ts'
import { generatedObjects } from '../kustomize/read-kustomization.ts'
import { kindOf, type ReadObject } from '../kustomize/read-object.ts'
import type { SourceObject } from '../objects/source-object.ts'
import { plainValue } from '../placed/placed.ts'
import type { Checkout } from './checkout.ts'
import { asSource } from './flux-root.ts'
import type { RenderRoot } from './render-root.ts'

/** Variables of one root, and the line that gives each its value. */
export interface RootVariables extends PostBuild {
  /** Flux changes nothing where it has no variables at all. */
  readonly active: boolean
  spanOf(name: string): Span | undefined
}

/** Finds ConfigMaps by name: those in files, and those that generators make (of literals, files and env files). */
export function configMapFinder(checkout: Checkout): (name: string) => readonly SourceObject[] {
  const known = new Map<string, readonly SourceObject[]>()
  const isConfigMap = (object: ReadObject, name: string) =>
    kindOf(object).kind === 'ConfigMap' && object.names.includes(name)
  const find = (name: string): SourceObject[] =>
    [...checkout.sources.values()].flatMap((source) => {
      if (!source.text.includes(name)) return []
      let objects: readonly ReadObject[] = []
      if (source.text.includes('configMapGenerator')) {
        const folder = source.relative.includes('/') ? source.relative.slice(0, source.relative.lastIndexOf('/')) : ''
        const node = checkout.trace.kustomization(folder)
        if (node !== undefined) objects = generatedObjects(checkout.trace, folder, node)
      } else if (source.text.includes('ConfigMap')) objects = checkout.objects.objects(source.relative)
      return objects
        .filter((object) => isConfigMap(object, name))
        .map((object) =>
          asSource(
            { checkout, node: object.node, file: source.relative, document: object.source?.document ?? 0 },
            plainValue(object.node) as ValueMap,
          ),
        )
    })
  return (name) => {
    let found = known.get(name)
    if (found === undefined) {
      found = find(name)
      known.set(name, found)
    }
    return found
  }
}

/** The variables of a root's `postBuild`; `undefined` when the root is no Flux Kustomization. */
export function rootVariables(
  root: RenderRoot,
  configMaps: (name: string) => readonly SourceObject[],
  variables: Readonly<Record<string, string>>,
): RootVariables | undefined {
  const { flux } = root
  if (flux === undefined) return undefined
  const names = listAt(flux.postBuild, 'substituteFrom').flatMap((reference) => stringAt(reference, 'name') ?? [])
  const found = new Map(names.map((name) => [name, configMaps(name)]))
  const resolved = postBuild(flux, found, variables)
  return {
    ...resolved,
    active: flux.postBuild !== undefined,
    spanOf: (name) => {
      if (valueAt(flux.postBuild, 'substitute', name) !== undefined)
        return flux.object.spanOf(['spec', 'postBuild', 'substitute', name])
      const value = resolved.lookup(name)
      const holders = [...found.values()].flat().filter((object) => valueAt(object.body, 'data', name) !== undefined)
      const holder = holders.findLast((object) => stringAt(object.body, 'data', name)?.replaceAll('\n', '') === value)
      return holder?.spanOf(['data', name])
    },
  }
}
