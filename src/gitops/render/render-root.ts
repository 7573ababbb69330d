import type { AppliedBy, Note, NoteReason } from '../../model/manifest.ts'
import type { Span } from '../../model/span.ts'
import type { FieldPath } from '../../model/value.ts'
import type { FluxKustomization } from '../flux/flux-kustomization.ts'
import type { Closure } from '../look-through/closure.ts'
import type { Obstacle } from '../look-through/obstacle.ts'
import { type Placed, spanIn, textAt } from '../placed/placed.ts'
import type { Checkout } from './checkout.ts'

/** One thing that GitOps would build and apply. */
export interface RenderRoot {
  readonly checkout: Checkout
  readonly appliedBy: AppliedBy
  /** Below the checkout. */
  readonly folder: string
  readonly closure: Closure
  /** The kustomization that is built, with places; it is in no file when `changed`. */
  readonly node: Placed
  readonly changed: boolean
  /** Whose variables are put in after the build. */
  readonly flux?: FluxKustomization
  /** Labels and annotations that Flux adds to all it applies. */
  readonly commonMetadata?: Placed
  /** Namespace of objects that name none (an Application's destination). */
  readonly namespace?: Placed
}

/** A Flux Kustomization, Application or ApplicationSet, where its parts were written and as it reaches the cluster. */
export interface GitOpsObject {
  readonly checkout: Checkout
  readonly node: Placed
  /** The file that declares it, below the repository, and the document. */
  readonly file: string
  readonly document: number
}

export function gitOpsTitle(object: GitOpsObject): string {
  const namespace = textAt(object.node, 'metadata', 'namespace')
  const name = textAt(object.node, 'metadata', 'name') ?? ''
  return namespace === undefined ? name : `${namespace}/${name}`
}

export function noteAt(object: GitOpsObject, path: FieldPath, reason: NoteReason, message: string): Note {
  const span = spanIn(object.node, path)
  return { reason, file: span.file, line: span.line, message }
}

/**
 * What stands in the way of rendering a root, as a note at the line that says so. `own` is the kustomization that is built, when
 * it differs from its file.
 */
export function obstacleNote(
  checkout: Checkout,
  title: string,
  obstacle: Obstacle,
  own?: { readonly file: string; readonly node: Placed },
): Note {
  const span = own?.file === obstacle.file ? spanIn(own.node, obstacle.path) : spanOfObstacle(checkout, obstacle)
  return {
    reason: obstacle.kind === 'absent' || obstacle.kind === 'unreadable' ? 'render-failed' : 'needs-kustomize',
    file: span?.file ?? checkout.shown(obstacle.file),
    ...(span === undefined ? {} : { line: span.line }),
    message: `${title} is not rendered: ${checkout.shown(obstacle.file)} ${obstacle.reason}.${advice(obstacle)}`,
  }
}

function spanOfObstacle(checkout: Checkout, obstacle: Obstacle): Span | undefined {
  const closure = checkout.closures.closureOf(folderOf(obstacle.file))
  return 'kustomization' in closure && closure.kustomization.file === obstacle.file
    ? closure.kustomization.document.spanOf(obstacle.path)
    : undefined
}

/** What was taken out of a root that was rendered all the same. */
export function leftOutNote(checkout: Checkout, obstacle: Obstacle): Note {
  const line = spanOfObstacle(checkout, obstacle)?.line
  return {
    reason:
      obstacle.kind === 'helm'
        ? 'template-not-rendered'
        : obstacle.kind === 'absent'
          ? 'render-failed'
          : 'needs-kustomize',
    file: checkout.shown(obstacle.file),
    ...(line === undefined ? {} : { line }),
    message:
      obstacle.kind === 'absent'
        ? `${checkout.shown(obstacle.file)} ${obstacle.reason}; kustomize would refuse it. It was rendered without.`
        : `A part of ${checkout.shown(obstacle.file)}, which ${obstacle.reason}, is not checked: ${WHY[obstacle.kind] ?? 'it is not rendered here.'}${advice(obstacle)}`,
  }
}

/** One reason for all of a kind, so that reports can count them together. */
const WHY: Partial<Record<Obstacle['kind'], string>> = {
  remote: 'nothing is fetched over the network.',
  helm: 'Helm charts are not rendered.',
}

function advice(obstacle: Obstacle): string {
  if (obstacle.kind === 'remote')
    return ' Allow it with allow-remote-bases, or give the rendered manifests with "rendered".'
  if (obstacle.kind === 'helm') return ' Allow it with enable-helm, or give the rendered manifests with "rendered".'
  if (obstacle.kind === 'plugin') return ' Render it yourself and give the manifests with "rendered".'
  return ''
}

function folderOf(file: string): string {
  const slash = file.lastIndexOf('/')
  return slash === -1 ? '' : file.slice(0, slash)
}

export interface FoundRoots {
  readonly rendered: readonly RenderRoot[]
  readonly notes: readonly Note[]
  /** Folders of roots that cannot be rendered. */
  readonly refused: readonly string[]
}
