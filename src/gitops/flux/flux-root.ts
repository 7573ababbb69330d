import type { AppliedBy } from '../../model/applied.ts'
import type { RenderReason } from '../../model/reason.ts'
import type { ValueMap } from '../../model/value.ts'
import type { Sources } from '../applied/sources.ts'
import { KUSTOMIZATION_NAMES } from '../look-through/kustomization-file.ts'
import { isObstacle, type Obstacle } from '../look-through/obstacle.ts'
import { joinRelative } from '../look-through/repository-tree.ts'
import type { NotFollowed } from '../not-followed.ts'
import { asSource } from '../objects/as-source.ts'
import {
  at,
  itemsAt,
  type Placed,
  type PlacedMap,
  placed,
  plainValue,
  spanIn,
  textAt,
  withEntry,
} from '../placed/placed.ts'
import { type GitOpsObject, type GitOpsRoot, type RootContext, rootTitle } from '../root.ts'
import { sourceFolder } from '../source-path.ts'
import { fluxTitle, readFluxKustomization } from './flux-kustomization.ts'
import { generatedKustomization, strangerIn } from './generated-kustomization.ts'
import type { SourceIgnore } from './source-ignore.ts'

export type FoundFluxRoot = { readonly root: GitOpsRoot } | { readonly notFollowed: NotFollowed }

export interface FluxRootOptions {
  readonly sources: Sources
  readonly isIgnored: SourceIgnore
  readonly context: RootContext
  /** A FluxInstance, or Terraform, stands for the Kustomization that it makes. */
  readonly kind?: 'FluxInstance' | 'Terraform'
}

/**
 * What kustomize-controller builds for a Flux Kustomization: the kustomization at its path (one is generated when there is none)
 * with the spec's namespace, prefix, suffix, patches, images and components written into it (applied.md §1.3).
 */
export function fluxRoot(object: GitOpsObject, { sources, isIgnored, context, kind }: FluxRootOptions): FoundFluxRoot {
  const { checkout, node } = object
  const flux = readFluxKustomization(asSource(object, plainValue(node) as ValueMap))
  const appliedBy: AppliedBy = {
    kind: kind ?? 'Kustomization (Flux)',
    name: fluxTitle(flux),
    span: spanIn(node, ['metadata', 'name']),
    ...(kind === undefined && isFalse(at(node, 'spec', 'prune')) ? { keeps: true as const } : {}),
    ...(context.by === undefined ? {} : { by: context.by }),
  }
  const title = rootTitle(appliedBy)
  const stop = (why: RenderReason, field: 'path' | 'sourceRef', unresolved = true): FoundFluxRoot => ({
    notFollowed: { title, span: spanIn(node, ['spec', field]), unresolved, why },
  })

  const source = sources.ofFlux(node)
  if (source.is === 'foreign') return stop({ code: 'foreign-source', address: source.address }, 'sourceRef', false)
  if (source.is === 'unknown') return stop({ code: 'artifact', source: source.source }, 'sourceRef')
  if (/\$\{/.test(flux.path)) return stop({ code: 'path-unfilled', path: flux.path, generators: [] }, 'path')
  const place = sourceFolder(checkout, object.file, joinRelative(source.folder, trimmed(flux.path)))
  if (place === undefined) return stop({ code: 'path-absent', path: flux.path }, 'path')
  const { folder } = place
  const commonMetadata = at(node, 'spec', 'commonMetadata')
  const rootWith = (build: GitOpsRoot['build']): FoundFluxRoot => ({
    root: {
      checkout,
      appliedBy,
      folder,
      build,
      cluster: context.cluster,
      certainty: source.presumed === true ? 'presumed' : context.certainty,
      flux,
      ...(place.nested === true ? { nested: true as const } : {}),
      ...(context.suspendedBy === undefined ? {} : { suspendedBy: context.suspendedBy }),
      ...(commonMetadata === undefined ? {} : { commonMetadata }),
    },
  })

  const written = checkout.closures.closureOf(folder)
  const generated = isObstacle(written) && written.kind === 'absent' && written.file === folder
  if (!generated && isObstacle(written))
    return rootWith({ by: 'nobody', obstacle: written, span: checkout.spanOfObstacle(written) })
  const base = isObstacle(written)
    ? generatedKustomization(checkout, folder, isIgnored, at(node, 'spec', 'path') ?? node)
    : placed(written.kustomization.document)
  const merged = withSpec(base, node)
  const changed = generated || merged !== base
  const file = isObstacle(written) ? joinRelative(folder, KUSTOMIZATION_NAMES[0]) : written.kustomization.file
  const closure =
    changed || isObstacle(written)
      ? checkout.closures.lookInto({
          folder,
          file,
          document: base.place.document,
          value: plainValue(merged) as ValueMap,
        })
      : written
  const stranger = generated ? strangerIn(checkout, folder, base) : undefined
  if (stranger !== undefined) {
    const obstacle: Obstacle = {
      kind: 'stranger',
      reason: 'is made by Flux of all files below, and this one is no Kubernetes object: nothing of them is applied',
      file: stranger,
      path: [],
    }
    const span = checkout.spanOfObstacle(obstacle)
    return rootWith({ by: 'nobody', obstacle, span, seen: { closure, node: merged, changed } })
  }
  const { refusal } = closure
  if (refusal === undefined) return rootWith({ by: 'kustomize', closure, node: merged, changed, generated })
  // The refused entry may stand in the Flux Kustomization itself.
  const span = refusal.file === file ? spanIn(merged, refusal.path) : checkout.spanOfObstacle(refusal)
  return rootWith({ by: 'nobody', obstacle: refusal, span, seen: { closure, node: merged, changed } })
}

/** The spec's own fields put into the kustomization; the same object when there are none. */
function withSpec(kustomization: Placed, object: Placed): Placed {
  let result = kustomization as PlacedMap
  for (const [from, to] of [
    ['targetNamespace', 'namespace'],
    ['namePrefix', 'namePrefix'],
    ['nameSuffix', 'nameSuffix'],
  ] as const) {
    const value = at(object, 'spec', from)
    if (textAt(value) !== undefined && textAt(value) !== '') result = withEntry(result, to, value as Placed)
  }
  for (const field of ['patches', 'components', 'images']) {
    const added = itemsAt(object, 'spec', field)
    if (added.length === 0) continue
    const place = (at(object, 'spec', field) as Placed).place
    const list: Placed = {
      type: 'list',
      place: at(result, field)?.place ?? place,
      items: [...itemsAt(result, field), ...added],
    }
    result = withEntry(result, field, list)
  }
  return result
}

function isFalse(node: Placed | undefined): boolean {
  return node?.type === 'scalar' && node.value === false
}

function trimmed(path: string): string {
  return path.replace(/^\/+/, '')
}
