import { spanOfProvenance } from '../chain/provenance.ts'
import { lookUpRoles } from '../chain/role-policies.ts'
import { providerPath } from '../eso/provider.ts'
import { listed } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** A role names a policy that does not exist. Vault accepts that without a word: the login works and gives less than meant. */
export const policyAbsent: Rule = {
  id: 'policy-absent',
  title: 'A role names a policy that does not exist',
  group: 'law',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const { role, stores } of lookUpRoles(chain.storeLinks)) {
      for (const name of role.policies ?? []) {
        const policy = chain.policy(name)
        if (policy.found !== 'absent') continue
        const store = stores[0]
        const near = policy.near.map((fact) => fact.name)
        const span =
          spanOfProvenance(role.provenance) ??
          (store === undefined ? undefined : store.manifest.spanOf([...providerPath(store), 'auth'], 'key'))
        if (span === undefined) continue
        yield {
          rule: this.id,
          severity: policy.by === 'vault' ? 'error' : 'warning',
          headline: `Policy \`${name}\` of role \`${role.name}\` ${policy.by === 'vault' ? 'does not exist' : 'is not in Git'}`,
          why: `${policy.by === 'vault' || near.length === 0 ? '' : `Git has ${listed(near.map((one) => `\`${one}\``))}. `}Vault accepts the role, and its tokens lack what the policy should allow.`,
          cause: name,
          span,
          related: policy.near.flatMap((fact) => {
            const at = fact.spanOfLine?.(1) ?? spanOfProvenance(fact.provenance)
            return at === undefined ? [] : [{ span: at, message: `policy \`${fact.name}\`` }]
          }),
          fix:
            near.length === 1
              ? `write \`${near[0]}\`, or add policy \`${name}\``
              : `add policy \`${name}\`, or remove it from the role`,
          fingerprint: fingerprint(this.id, role.authMount, role.name, name),
        }
      }
    }
    for (const { name, source, meant, span } of chain.textlessPolicies) {
      if (meant === undefined) continue
      yield {
        rule: this.id,
        severity: 'warning',
        headline: `Policy \`${name}\` is written from a file that is not in Git`,
        why: `The file is \`${source}\`; \`${meant.name}\` is there, and nothing writes it.`,
        span,
        related: [{ span: meant.span, message: `\`${meant.name}\` begins here` }],
        fix: `write \`${source.slice(0, source.lastIndexOf('/') + 1)}${meant.name}\``,
        fingerprint: fingerprint(this.id, 'file', name, source),
      }
    }
  },
}
