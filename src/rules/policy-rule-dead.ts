import type { Finding } from '../model/finding.ts'
import { lintFindings } from './policy-lint.ts'
import type { Rule } from './rule.ts'

/** A rule of a policy that can never match, or that grants nothing: usually a `*` in the middle of its path (vault.md §1.5, §9). */
export const policyRuleDead: Rule = {
  id: 'policy-rule-dead',
  title: 'A rule of a policy that can never match',
  group: 'law',
  severity: 'warning',
  *check(chain): Iterable<Finding> {
    yield* lintFindings(chain, 'policy-rule-dead', this.id, 'warning')
  },
}
