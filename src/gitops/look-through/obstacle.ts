import type { FieldPath } from '../../model/value.ts'

/** Why a kustomization cannot be rendered here, or what was left out of it: one sentence part, and where it stands. */
export interface Obstacle {
  readonly kind: 'remote' | 'helm' | 'plugin' | 'outside' | 'absent' | 'loop' | 'too-large' | 'unreadable' | 'stranger'
  readonly reason: string
  /** The kustomization (relative to the repository) and the field that names it. */
  readonly file: string
  readonly path: FieldPath
}

export interface ClosureOptions {
  readonly allowRemoteBases: boolean
  readonly enableHelm: boolean
}

export function isObstacle(found: object): found is Obstacle {
  return 'reason' in found
}
