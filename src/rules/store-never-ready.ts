import type { Chain } from '../chain/chain.ts'
import { spanOfProvenance } from '../chain/provenance.ts'
import { forReferences } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import { policyText } from './mend-policy.ts'
import { nameToken } from './name-token.ts'
import type { RuleFinding } from './rule.ts'

/** Without `lookup-self` ESO never calls the store Ready, and keeps every object that uses it from Vault (eso.md §3.1). */
export function* neverReady(rule: string, chain: Chain): Iterable<RuleFinding> {
  for (const { store, role, policies, session, links } of chain.storeLinks) {
    const [lookup] = session
    if (lookup?.decision.verdict !== 'denied' || policies === undefined || policies.withDefault) continue
    const fact = role?.found === 'known' ? role.fact : undefined
    const span = fact === undefined ? undefined : spanOfProvenance(fact.provenance)
    const { path, capability } = lookup.access
    const needs = new Map([
      [path, [capability]],
      ['auth/token/revoke-self', ['update']],
    ])
    yield {
      rule,
      severity: 'error',
      message:
        `${store.kind} \`${store.name}\` logs in with ${nameToken({ store, role, policies })}, whose tokens lack policy \`default\` ` +
        `(\`token_no_default_policy\`) and may not ${capability} \`${path}\`. ESO asks for that to call the store Ready: it never does` +
        `${forReferences(links.length)}.`,
      span: store.manifest.spanOf(['spec', 'provider', 'vault', 'auth'], 'key'),
      related: span === undefined ? [] : [{ span, message: `role \`${fact?.name}\` turns policy \`default\` off` }],
      fix: `Take \`token_no_default_policy\` off the role, or add to policy \`${policies.names[0] ?? store.name}\`:\n${policyText(needs)}`,
      fingerprint: fingerprint(rule, 'session', store.kind, store.namespace, store.name, path),
    }
  }
}
