import { mapAt, stringAt, type ValueMap } from '../../model/value.ts'
import type { SourceObject } from '../objects/source-object.ts'

/** A Flux Kustomization as it reaches the cluster: after its own kustomization's and its parent's patches and variables. */
export interface FluxKustomization {
  readonly object: SourceObject
  readonly name: string
  readonly namespace: string | undefined
  readonly path: string
  readonly postBuild: ValueMap | undefined
}

/** `namespace/name`, as reports name it. */
export function fluxTitle(flux: { readonly name: string; readonly namespace: string | undefined }): string {
  return flux.namespace === undefined ? flux.name : `${flux.namespace}/${flux.name}`
}

export function readFluxKustomization(object: SourceObject): FluxKustomization {
  const { body, name, namespace } = object
  return {
    object,
    name,
    namespace,
    // Without a path Flux builds the root of the source.
    path: stringAt(body, 'spec', 'path') ?? './',
    postBuild: mapAt(body, 'spec', 'postBuild'),
  }
}
