import type { Chain } from '../chain/chain.ts'
import type { Finding } from '../model/finding.ts'
import { policyDenies } from './policy-denies.ts'
import { roleAudience } from './role-audience.ts'
import { roleUnbound } from './role-unbound.ts'
import { type RuleSettings, type RuleWatch, runRules } from './run-rules.ts'

/** The rules that say what a login and its token are refused. */
const REFUSALS = [policyDenies, roleAudience, roleUnbound]

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
      message: `As the server is now: ${finding.message}`,
      fix: 'Git allows this. Run again what Git declares: `state-drift` names the policy, role or config that differs.',
    }))
}
