import type { Chain } from '../chain/chain.ts'
import { spanOfProvenance } from '../chain/provenance.ts'
import type { Finding, Severity } from '../model/finding.ts'
import { type LintFact, lintPolicy } from '../policy/lint.ts'
import { parsePolicy } from '../policy/parse-policy.ts'
import { lawText } from '../report/reasons/law.ts'
import { fingerprint } from './fingerprint.ts'

/** What the policy room finds odd in the policies that Git declares, for the rules that report it. */
export function* lintFindings(
  chain: Chain,
  which: 'policy-rule-dead' | 'policy-version-dependent',
  rule: string,
  severity: Severity,
): Iterable<Finding> {
  for (const policy of chain.declared.policies) {
    const parsed = parsePolicy(policy.text, { product: 'any', unknown: policy.unknown })
    if (!parsed.ok) continue
    for (const fact of lintPolicy(parsed.policy, policy.unknown)) {
      const span = policy.spanOfLine?.(fact.line) ?? spanOfProvenance(policy.provenance)
      if (fact.rule !== which || span === undefined) continue
      yield {
        rule,
        severity,
        message: `Policy \`${policy.name}\`: ${said(fact)}`,
        span,
        related: [],
        fingerprint: fingerprint(rule, policy.name, fact.path, fact.code, 'folder' in fact ? fact.folder : fact.name),
      }
    }
  }
}

function said(fact: LintFact): string {
  return fact.code === 'lists-differ' ? `LIST ${fact.folder} is ${lawText(fact.because)}.` : fact.why
}
