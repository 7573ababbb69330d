import type { Chain } from '../chain/chain.ts'
import type { Finding } from '../model/finding.ts'
import { policyDenies } from './policy-denies.ts'
import { roleAudience } from './role-audience.ts'
import { roleUnbound } from './role-unbound.ts'
import { type RuleSettings, type RuleWatch, runRules } from './run-rules.ts'

/** The rules that say what a login and its token are refused. */
const REFUSALS = [policyDenies, roleAudience, roleUnbound]

const NOW = 'Git allows it; Vault denies it now.'

/** What to do about it is said of the difference that causes it. */
const EFFECT: Pick<Finding, 'effect' | 'fix'> = {
  effect: true,
  fix: { lead: 'set Vault back to what Git says: `state-drift` names what differs', kind: 'advice' },
}

/**
 * What ESO is refused today although Git's own policies and roles would allow it: the consequence of a drift, said at the
 * manifests that suffer from it (platform.md §4.2, class 2).
 *
 * @param served the chain, judged by what the server has.
 */
export function refusedByServer(
  byGit: readonly Finding[],
  served: Chain,
  settings: RuleSettings,
  watch?: RuleWatch,
): Finding[] {
  const known = new Set(byGit.map(({ fingerprint }) => fingerprint))
  return runRules(REFUSALS, served, settings, watch === undefined ? {} : { watch })
    .filter(({ fingerprint }) => !known.has(fingerprint))
    .map((finding) => ({
      ...finding,
      ...EFFECT,
      message: `${finding.message} ${NOW}`,
      remark: [finding.remark, NOW].filter(Boolean).join(' '),
    }))
}
