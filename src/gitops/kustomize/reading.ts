import type { ReadObject } from './read-object.ts'
import type { Undecided } from './undecided.ts'

/** What a kustomization gives, as far as that can be told without running kustomize. */
export interface Reading {
  readonly objects: readonly ReadObject[]
  /** Everything that only kustomize can tell, here and in what is included. */
  readonly undecided: readonly Undecided[]
}

/** What keeps the reader from telling how kustomize gives this object, or whether it gives it at all. */
export function undecidedFor(reading: Reading, object: ReadObject): readonly Undecided[] {
  const failing = reading.undecided.filter((reason) => reason.fails && !object.undecided.includes(reason))
  return failing.length === 0 ? object.undecided : [...object.undecided, ...failing]
}
