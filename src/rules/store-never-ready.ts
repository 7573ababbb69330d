import type { Chain } from '../chain/chain.ts'
import { spanOfProvenance } from '../chain/provenance.ts'
import { providerPath } from '../eso/provider.ts'
import { forReferences } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import { hopsTo } from './hops.ts'
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
    const needs = [
      { path, capabilities: [capability] },
      { path: 'auth/token/revoke-self', capabilities: ['update'] },
    ]
    const policy = policies.names[0]
    yield {
      rule,
      severity: 'error',
      headline: `Store \`${store.name}\` never becomes Ready: its token may not ${capability} \`${path}\``,
      why: `Tokens of ${nameToken({ store, role, policies })} lack policy \`default\`, and ESO asks for that first${forReferences(links.length)}.`,
      chain: hopsTo(chain, { store, role, policies }, { at: 'policy', says: '`token_no_default_policy` is set' }),
      span: store.manifest.spanOf([...providerPath(store), 'auth'], 'key'),
      related: span === undefined ? [] : [{ span, message: `role \`${fact?.name}\` turns policy \`default\` off` }],
      fix: {
        lead: `take \`token_no_default_policy\` off the role, or add to policy \`${policy ?? store.name}\``,
        kind: 'insert',
        language: 'hcl',
        text: policyText(needs),
      },
      fingerprint: fingerprint(rule, 'session', store.kind, store.namespace, store.name, path),
    }
  }
}
