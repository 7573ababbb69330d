import type { StoreLink } from '../chain/chain.ts'
import { nameProvenance, spanOfProvenance } from '../chain/provenance.ts'
import { providerPath } from '../eso/provider.ts'
import { weakness } from '../model/documentation.ts'
import { reviewerKind } from '../state/desired/reviewer-facts.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/**
 * A ServiceAccount token was pasted into the auth config as the reviewer. Tokens of pods are bound to the pod and expire; then
 * every login fails with 403 `permission denied` (vault.md §7.3).
 */
export const reviewerTokenStatic: Rule = {
  id: 'reviewer-token-static',
  title: 'The Kubernetes auth config holds a pasted reviewer token, which goes stale',
  group: 'law',
  severity: 'warning',
  *check(chain): Iterable<RuleFinding> {
    for (const { store, authConfig } of byAuthMount(chain.storeLinks)) {
      if (authConfig === undefined || reviewerKind(authConfig.config) !== 'token') continue
      const at = spanOfProvenance(authConfig.provenance)
      const said = weakness(authConfig.provenance) > 0
      yield {
        rule: this.id,
        // What a page tells people to type is a hint of what was typed, no proof.
        severity: said ? 'note' : this.severity,
        headline: `Auth mount \`${store.auth?.mount}\` reviews logins with a pasted token`,
        why: `It is ${nameProvenance(authConfig.provenance)}. When its pod, its Secret or its lifetime ends, Vault answers 403 \`permission denied\` to every login.`,
        span: at ?? store.manifest.spanOf([...providerPath(store), 'auth', 'kubernetes']),
        related:
          at === undefined
            ? []
            : [
                {
                  span: store.manifest.spanOf([...providerPath(store), 'auth'], 'key'),
                  message: `${store.kind} \`${store.name}\` logs in there`,
                },
              ],
        fix: 'where Vault runs in the cluster, remove `token_reviewer_jwt` and `kubernetes_ca_cert`: it then uses its own token; elsewhere set `disable_local_ca_jwt=true`',
        fingerprint: fingerprint(this.id, store.auth?.mount),
      }
    }
  },
}

/** One store for each Kubernetes auth mount. */
function byAuthMount(storeLinks: readonly StoreLink[]): StoreLink[] {
  const mounts = new Map<string, StoreLink>()
  for (const link of storeLinks) {
    const { auth, vaultNamespace, authNamespace } = link.store
    if (auth?.method !== 'kubernetes' || auth.mount === undefined) continue
    const key = `${authNamespace ?? vaultNamespace ?? ''} ${auth.mount}`
    if (!mounts.has(key)) mounts.set(key, link)
  }
  return [...mounts.values()]
}
