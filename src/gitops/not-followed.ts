import type { Span } from '../model/span.ts'
import type { Obstacle } from './look-through/obstacle.ts'

/**
 * A root, or a part of one, that was not followed. `unresolved`: it may lead to objects of this repository, so that nothing is said to
 * be "not applied" because nothing else leads to it (applied.md §4.3).
 */
export interface NotFollowed {
  readonly code: NotFollowedCode
  /** What is not followed: `Flux Kustomization flux-system/apps`. */
  readonly title: string
  readonly span: Span
  readonly unresolved: boolean
  /** What stands in the way, where the code alone does not say it: a path, a repository, kustomize's own words. */
  readonly detail?: string
  /** For `obstacle`: what the look-through found, and the shown path of the file that says it. */
  readonly obstacle?: Pick<Obstacle, 'kind' | 'reason'> & { readonly file: string }
}

export type NotFollowedCode =
  /** Its source is another repository: it places nothing here. */
  | 'foreign-source'
  /** An artifact whose content Git does not tell. */
  | 'artifact'
  /** Its path does not exist here. */
  | 'path-absent'
  /** Its path or destination holds what Git does not fill in. */
  | 'path-unfilled'
  /** Its generators ask something that is not in Git (pull requests, SCM providers, plugins). */
  | 'generator-unknown'
  /** The path is a Helm chart. */
  | 'chart'
  /** A plugin of Argo CD renders it. */
  | 'plugin-source'
  /** A ResourceSet, or another kind that makes objects in a way that is not followed. */
  | 'kind-not-followed'
  /** The look-through refuses to build it, or leaves a part of it out. */
  | 'obstacle'
  /** A part of the build that was taken out: the rest was built. */
  | 'part-left-out'
  /** kustomize was run and failed, or its output cannot be read. */
  | 'build-failed'
  /** Only kustomize can decide it, and there is none. */
  | 'needs-kustomize'
