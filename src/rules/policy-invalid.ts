import { spanOfProvenance } from '../chain/provenance.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** A policy text that the server refuses to store (vault.md §1): the old one stays in force, or there is none. */
export const policyInvalid: Rule = {
  id: 'policy-invalid',
  title: 'A policy text that the server would refuse',
  group: 'law',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const { policy, message, span, line, unread } of chain.invalidPolicies) {
      const at = span ?? spanOfProvenance(policy.provenance)
      if (at === undefined) continue
      yield {
        rule: this.id,
        severity: unread === true ? 'warning' : 'error',
        headline:
          unread === true ? `Policy \`${policy.name}\` was not read` : `Vault refuses policy \`${policy.name}\``,
        why:
          unread === true
            ? `${message}. What it allows is not known.`
            : `Line ${line} of its text: ${message}. Vault answers 400 and keeps the policy it had.`,
        span: at,
        related: [],
        fingerprint: fingerprint(this.id, policy.name, message),
      }
    }
  },
}
