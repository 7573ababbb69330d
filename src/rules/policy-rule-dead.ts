import { lintFindings } from './policy-lint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** A rule of a policy that can never match, or that grants nothing: usually a `*` in the middle of its path (vault.md §1.5, §9). */
export const policyRuleDead: Rule = {
  id: 'policy-rule-dead',
  title: 'A rule of a policy that can never match',
  group: 'law',
  severity: 'warning',
  *check(chain): Iterable<RuleFinding> {
    yield* lintFindings(chain, 'policy-rule-dead', this.id, 'warning')
  },
}
