import type { Manifest } from '../../model/manifest.ts'
import type { Span } from '../../model/span.ts'
import type { FieldPath, ValueMap } from '../../model/value.ts'
import { patchOver } from '../patched.ts'
import { isUnder } from './field-path.ts'
import type { SchemaEffect, SchemaProblem, SchemaProblemKind } from './problem.ts'

export interface NewProblem {
  readonly kind: SchemaProblemKind
  readonly effect: SchemaEffect
  /** `error` unless given. */
  readonly severity?: 'error' | 'warning'
  readonly path: FieldPath
  /** Which part of the field to point at; the value unless given. */
  readonly at?: 'key' | 'value'
  readonly message: string
  readonly text?: string | undefined
  readonly suggestion?: string | undefined
  readonly under?: FieldPath | undefined
  readonly proposedBody?: ValueMap | undefined
}

/** A value that was moved in thought, so that later checks see the object as it was meant. */
export interface Move {
  readonly from: FieldPath
  readonly to: FieldPath
}

/** So many problems of one kind of check are told of one object, one by one; the last says how many there are besides. */
const MOST_PROBLEMS = 500

/** Collects problems of one manifest; leaves out what a patch decides, and points moved values back to where they stand. */
export interface ProblemList {
  add(problem: NewProblem): void
  /** `true`: of what is added now only the place is kept, so it need not be put into words. */
  readonly isFull: boolean
  readonly problems: readonly SchemaProblem[]
  /** The places of those that are not told one by one. */
  readonly unlisted: readonly ProblemPlace[]
}

/** What two releases are compared by: where a problem is, and what comes of it. */
export type ProblemPlace = Pick<SchemaProblem, 'path' | 'effect'>

export function problemList(manifest: Manifest, moves: readonly Move[] = []): ProblemList {
  const problems: SchemaProblem[] = []
  const unlisted: ProblemPlace[] = []
  const errorsUnlisted: FieldPath[] = []
  const written = (path: FieldPath): FieldPath => {
    const move = moves.find((candidate) => isUnder(path, candidate.to))
    // The way may go on changing after the problem is told.
    return move === undefined ? [...path] : [...move.from, ...path.slice(move.to.length)]
  }
  const spanOf = (path: FieldPath, at: 'key' | 'value'): Span => manifest.spanOf(written(path), at)
  return {
    unlisted,
    get isFull() {
      return problems.length === MOST_PROBLEMS
    },
    get problems() {
      const last = problems.at(-1)
      const more = unlisted.length
      if (more === 0 || last === undefined) return problems
      const errors = errorsUnlisted.map((path) => manifest.spanOf(path, 'key'))
      return [...problems.slice(0, -1), { ...last, unlisted: { count: more, errors } }]
    },
    add({ kind, effect, severity = 'error', path, at = 'value', message, text, suggestion, under, proposedBody }) {
      if (patchOver(manifest, path) !== undefined) return
      if (problems.length === MOST_PROBLEMS) {
        unlisted.push({ path: written(path), effect })
        if (severity === 'error') errorsUnlisted.push(written(path))
        return
      }
      problems.push({
        kind,
        effect,
        severity,
        path: written(path),
        span: spanOf(path, at),
        message,
        ...(text === undefined ? {} : { text }),
        ...(suggestion === undefined ? {} : { suggestion }),
        ...(under === undefined ? {} : { under }),
        ...(proposedBody === undefined ? {} : { proposedBody }),
      })
    },
  }
}
