import { isMap, mapAt, type ValueMap } from '../../model/value.ts'
import { substituteValue } from '../flux/substitute-value.ts'
import { locate } from '../placed/locate.ts'
import { plainValue, textAt } from '../placed/placed.ts'
import type { GitOpsObject, RenderRoot } from './render-root.ts'
import type { LocatedObject } from './rendered-objects.ts'
import { isGitOps } from './roots.ts'
import type { RootVariables } from './variables.ts'

/** The Flux Kustomizations and Applications of an output as the cluster gets them: with the root's variables put in. */
export function nestedObjects(
  root: RenderRoot,
  objects: readonly LocatedObject[],
  variables: RootVariables | undefined,
): GitOpsObject[] {
  return objects.flatMap(({ node, file, document }): GitOpsObject[] => {
    if (!isGitOps(textAt(node, 'apiVersion') ?? '', textAt(node, 'kind') ?? '')) return []
    const body = plainValue(node) as ValueMap
    if (variables?.active !== true || isOptedOut(body)) return [{ checkout: root.checkout, node, file, document }]
    const { value } = substituteValue(body, (name) => variables.lookup(name))
    const substituted = isMap(value) ? locate(value, node, () => undefined).node : node
    return [{ checkout: root.checkout, node: substituted, file, document }]
  })
}

function isOptedOut(body: ValueMap): boolean {
  return [mapAt(body, 'metadata', 'annotations'), mapAt(body, 'metadata', 'labels')].some(
    (map) => map?.['kustomize.toolkit.fluxcd.io/substitute'] === 'disabled',
  )
}
