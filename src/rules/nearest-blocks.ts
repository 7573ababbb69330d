import type { Decision } from '../model/decision.ts'
import type { RuleLocation } from '../model/law-reason.ts'

/** Of a denial by no rule at all: the blocks of the rule that was probably meant. */
export function nearestBlocks({ verdict, because: told }: Decision): readonly RuleLocation[] {
  const because = told.code === 'versions-agree' ? told.because : told
  return verdict === 'denied' && because.code === 'no-rule-covers' ? (because.nearest?.rule.blocks ?? []) : []
}
