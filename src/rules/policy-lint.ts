import type { Chain } from '../chain/chain.ts'
import { spanOfProvenance } from '../chain/provenance.ts'
import type { Finding, Severity } from '../model/finding.ts'
import { lintPolicy } from '../policy/lint.ts'
import { parsePolicy } from '../policy/parse-policy.ts'
import { fingerprint } from './fingerprint.ts'

/** What the policy room finds odd in the policies that Git declares, for the rules that report it. */
export function* lintFindings(
  chain: Chain,
  which: 'policy-rule-dead' | 'policy-version-dependent',
  rule: string,
  severity: Severity,
): Iterable<Finding> {
  for (const policy of chain.declared.policies) {
    const parsed = parsePolicy(policy.text, {
      product: chain.server.product,
      releases: chain.server.releases,
      unknown: policy.unknown,
    })
    if (!parsed.ok) continue
    for (const fact of lintPolicy(parsed.policy, { unknown: policy.unknown, variants: chain.server.variants })) {
      const span = policy.spanOfLine?.(fact.line) ?? spanOfProvenance(policy.provenance)
      if (fact.rule !== which || span === undefined) continue
      yield {
        rule,
        severity,
        message: `Policy \`${policy.name}\`: ${fact.why}`,
        span,
        related: [],
        fingerprint: fingerprint(rule, policy.name, fact.path, fact.why),
      }
    }
  }
}
