import { parseYaml } from '../../files/yaml/parse-yaml.ts'
import type { RenderReason } from '../../model/reason.ts'
import type { Span } from '../../model/span.ts'
import { at, isMap, listAt, mapAt, stringAt, stringsAt, type Value, type ValueMap } from '../../model/value.ts'
import type { Changes } from '../kustomize/kustomization-file.ts'
import { type Patch, readPatch } from '../kustomize/patch.ts'
import { readTarget } from '../kustomize/patch-target.ts'
import type { SourceObject } from '../objects/source-object.ts'

/** A Flux Kustomization as it reaches the cluster: after its own kustomization's and its parent's patches and variables. */
export interface FluxKustomization {
  readonly object: SourceObject
  readonly name: string
  readonly namespace: string | undefined
  readonly path: string
  readonly components: readonly string[]
  readonly changes: Changes
  readonly postBuild: ValueMap | undefined
}

/** `namespace/name`, as reports name it. */
export function fluxTitle(flux: { readonly name: string; readonly namespace: string | undefined }): string {
  return flux.namespace === undefined ? flux.name : `${flux.namespace}/${flux.name}`
}

/**
 * Why what a Flux Kustomization applies is not told by these files: an artifact is built elsewhere, from whatever its builder took.
 * `undefined`: its source is a Git repository, and a path that exists here decides whether it is this one.
 */
export function artifactSource(body: Value): Extract<RenderReason, { readonly code: 'artifact' }> | undefined {
  const kind = stringAt(body, 'spec', 'sourceRef', 'kind') ?? 'GitRepository'
  if (kind === 'GitRepository') return undefined
  return { code: 'artifact', kind, name: stringAt(body, 'spec', 'sourceRef', 'name') ?? '' }
}

/** Reads the effective `body` of a Flux Kustomization that `object` declares. */
export function readFluxKustomization(
  object: SourceObject,
  name: string,
  namespace: string | undefined,
  body: Value,
): FluxKustomization {
  const targetNamespace = stringAt(body, 'spec', 'targetNamespace')
  const namePrefix = stringAt(body, 'spec', 'namePrefix')
  const nameSuffix = stringAt(body, 'spec', 'nameSuffix')
  return {
    object,
    name,
    namespace,
    // Without a path Flux builds the root of the source.
    path: stringAt(body, 'spec', 'path') ?? './',
    components: stringsAt(body, 'spec', 'components'),
    changes: {
      patches: fluxPatches(object, body),
      ...(targetNamespace === undefined || targetNamespace === '' ? {} : { namespace: targetNamespace }),
      ...(namePrefix === undefined ? {} : { namePrefix }),
      ...(nameSuffix === undefined ? {} : { nameSuffix }),
    },
    postBuild: mapAt(body, 'spec', 'postBuild'),
  }
}

function fluxPatches(object: SourceObject, body: Value): Patch[] {
  return listAt(body, 'spec', 'patches').flatMap((entry, index) => {
    const text = stringAt(entry, 'patch')
    if (text === undefined) return []
    const written = stringAt(object.body, 'spec', 'patches', index, 'patch') === text
    const path = ['spec', 'patches', index, 'patch']
    // A patch that a parent put here is not written in this file: the Kustomization is the nearest place.
    const whole: Span = object.spanOf(['spec', 'path'])
    const parsed = written ? object.embedded(path) : undefined
    const documents = (parsed ?? parseYaml({ file: whole.file, text }, { locate: () => whole })).documents
    const target = isMap(at(entry, 'target')) ? readTarget(at(entry, 'target')) : undefined
    return documents.flatMap((document) => readPatch(document, target))
  })
}
