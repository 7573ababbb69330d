import { nameProvenance, spanOfProvenance } from '../chain/provenance.ts'
import { unneededGrants } from '../chain/unneeded-grants.ts'
import { providerPath } from '../eso/provider.ts'
import { listed } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** A policy grants more than any reference through it needs: what ESO's token can do, whoever steals it can do too. */
export const policyExcess: Rule = {
  id: 'policy-excess',
  title: 'A policy grants what no reference needs',
  group: 'law',
  severity: 'warning',
  optIn: true,
  *check(chain): Iterable<RuleFinding> {
    const users = new Map<string, (typeof chain.storeLinks)[number]>()
    for (const link of chain.storeLinks) {
      for (const name of link.policies?.names ?? []) if (!users.has(name)) users.set(name, link)
    }
    for (const { policy, rule, capabilities, whole } of unneededGrants(chain)) {
      const store = users.get(policy.name)?.store
      const span =
        policy.spanOfLine?.(rule.capabilitiesLine) ??
        spanOfProvenance(policy.provenance) ??
        (store === undefined ? undefined : store.manifest.spanOf([...providerPath(store), 'auth']))
      if (span === undefined) continue
      yield {
        rule: this.id,
        severity: this.severity,
        headline: whole
          ? `No reference needs rule \`${rule.label}\` of policy \`${policy.name}\``
          : `No reference needs ${listed(capabilities.map((one) => `\`${one}\``))} on \`${rule.label}\``,
        why: `The rule allows ${listed(rule.capabilities.map((one) => `\`${one}\``))}${whole ? '' : `, in policy ${policy.name}`} (${nameProvenance(policy.provenance)}).`,
        span,
        related: [],
        fix: whole
          ? 'remove the rule, or say in an ignore who needs it'
          : `remove ${listed(capabilities.map((one) => `\`${one}\``))} from its capabilities`,
        fingerprint: fingerprint(this.id, policy.name, rule.label, ...capabilities),
      }
    }
  },
}
