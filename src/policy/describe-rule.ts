import type { LossReason, MergedRule } from '../model/law-reason.ts'
import type { AclRule } from './acl-rule.ts'
import type { Reason } from './specificity.ts'

/** A rule as reasons name it. */
export function named({ written, blocks }: AclRule): MergedRule {
  return { path: written, blocks }
}

/** Why `winner` beats `loser`, told of the loser (vault.md §2.1). */
export function lossOf(winner: AclRule, loser: AclRule, reason: Reason): LossReason {
  const [w, l] = [winner.path, loser.path]
  switch (reason) {
    case 'exact':
    case 'trailing-slash':
    case 'longest-prefix':
    case 'lists':
      return { code: reason }
    case 'first-wildcard':
      if (l.kind === 'prefix' && w.kind === 'prefix') return { code: 'longest-prefix' }
      return { code: 'first-wildcard', at: l.first + 1, winner: w.first + 1 }
    case 'not-open':
      return { code: 'open' }
    case 'fewer-plus':
      return { code: 'more-plus', count: l.plus, winner: w.plus }
    case 'longer':
      return { code: 'shorter', length: l.text.length, winner: w.text.length }
    case 'sorts-later':
      return { code: 'sorts-before' }
  }
}
