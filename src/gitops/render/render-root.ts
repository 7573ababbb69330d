import type { AppliedBy } from '../../model/manifest.ts'
import { type Note, noteAt } from '../../model/note.ts'
import type { ObstacleReason } from '../../model/reason.ts'
import type { Span } from '../../model/span.ts'
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
  const shown = checkout.shown(obstacle.file)
  const place = span ?? { file: shown }
  const why = { ...obstacleReason(obstacle), ...(place.file === shown ? {} : { file: shown }) }
  return noteAt(place, { code: 'root-not-rendered', titles: [title], why })
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
  const place = { file: checkout.shown(obstacle.file), ...(line === undefined ? {} : { line }) }
  const why = obstacleReason(obstacle)
  return obstacle.kind === 'absent'
    ? noteAt(place, { code: 'rendered-without', why })
    : noteAt(place, { code: 'part-not-rendered', why: { ...why, part: true } })
}

const OBSTACLE_CODE: Readonly<Record<Obstacle['kind'], ObstacleReason['code']>> = {
  remote: 'needs-remote',
  helm: 'needs-helm',
  plugin: 'needs-plugin',
  outside: 'leaves-repository',
  absent: 'file-absent',
  loop: 'includes-itself',
  'too-large': 'kustomization-too-large',
  unreadable: 'kustomization-unreadable',
}

function obstacleReason({ kind, reason }: Obstacle): ObstacleReason {
  return { code: OBSTACLE_CODE[kind], says: reason }
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
