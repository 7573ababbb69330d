import { providerPath } from '../eso/provider.ts'
import { listed } from '../model/wording.ts'
import { reviewerFacts, type ServiceAccount } from '../state/desired/reviewer-facts.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/**
 * Clients review their own tokens, and Git gives one of them no right to: Vault answers 403 `permission denied`, and only its
 * debug log says why (vault.md §7.3). Where Vault reviews with its own pod's token, charts bind it and Git need not show it.
 */
export const reviewerRbacAbsent: Rule = {
  id: 'reviewer-rbac-absent',
  title: 'A ServiceAccount that reviews its own token lacks `system:auth-delegator`',
  group: 'law',
  severity: 'warning',
  *check(chain): Iterable<RuleFinding> {
    for (const { store, authConfig, links } of chain.storeLinks) {
      if (authConfig === undefined || store.auth?.method !== 'kubernetes') continue
      const clients = new Map<string, ServiceAccount>()
      for (const { reference } of links) {
        const { identity } = reference
        if (identity?.type !== 'serviceAccount' || identity.namespace === undefined) continue
        clients.set(`${identity.namespace}/${identity.name}`, { namespace: identity.namespace, name: identity.name })
      }
      const facts = reviewerFacts(chain.manifests, authConfig.config, [...clients.values()])
      const lacking = facts.needs.filter((need) => need.grantedBy === undefined)
      const [first] = lacking
      // A repository that binds nobody keeps its RBAC elsewhere.
      if (first === undefined || facts.bindings.length === 0) continue
      const names = lacking.map(({ namespace, name }) => `\`${namespace}/${name}\``)
      yield {
        rule: this.id,
        severity: this.severity,
        headline: `ServiceAccount ${names[0]} may not review its own login`,
        why: `Store ${store.name} logs in as ${listed(names)}, whose own token reviews the login; Git binds ClusterRole \`system:auth-delegator\` to others only. Vault answers 403 \`permission denied\`.`,
        span: store.manifest.spanOf([...providerPath(store), 'auth', 'kubernetes', 'serviceAccountRef']),
        related: facts.bindings.map((binding) => ({
          span: binding.span,
          message: `ClusterRoleBinding \`${binding.name}\` binds others`,
        })),
        fix: {
          lead: 'bind the ClusterRole to it',
          kind: 'command',
          language: 'sh',
          text: `kubectl create clusterrolebinding ${first.name}-token-review --clusterrole=system:auth-delegator --serviceaccount=${first.namespace}:${first.name}`,
        },
        fingerprint: fingerprint(this.id, store.kind, store.namespace, store.name, ...names),
      }
    }
  },
}
