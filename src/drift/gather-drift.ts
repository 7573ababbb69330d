import type { Chain } from '../chain/chain.ts'
import type { DriftFacts } from '../chain/drift-facts.ts'
import type { Plan } from '../setup/plan.ts'
import { desiredDifferences } from './desired-differences.ts'
import { declaredDifferences } from './differences.ts'
import { endingSoon } from './ending.ts'
import { type OwnedPath, unusedSecrets } from './owned.ts'

export interface DriftInput {
  readonly owned: readonly OwnedPath[]
  /** Desired against live; `undefined`: only what Git declares is compared. */
  readonly plan: Plan | undefined
  readonly now: Date
}

/** Everything that only `drift` looks at, out of what was gathered; pure. */
export function driftFacts(chain: Chain, { owned, plan, now }: DriftInput): DriftFacts {
  const { differences, notCompared } = declaredDifferences(chain)
  const desired = plan === undefined ? [] : desiredDifferences(plan, chain.declared)
  return {
    differences: [...differences, ...desired],
    unused: unusedSecrets(chain, owned, chain.live?.states.get('')),
    ending: endingSoon(chain, now),
    notCompared,
  }
}
