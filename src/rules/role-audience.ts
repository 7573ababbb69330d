import { spanOfProvenance } from '../chain/provenance.ts'
import { providerPath } from '../eso/provider.ts'
import type { ServerLaw } from '../model/server-law.ts'
import type { RoleFact } from '../model/vault-state.ts'
import { isAtLeast } from '../model/version-range.ts'
import { listed } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import { hopsTo } from './hops.ts'
import type { Rule, RuleFinding } from './rule.ts'
import { spanOrKey } from './span-or-key.ts'

/**
 * The role asks for an audience that the store's token does not carry. A role with no audience takes any token: Vault 1.21 and
 * later only warn about it, whatever ESO's documentation says (eso.md §0.23).
 */
export const roleAudience: Rule = {
  id: 'role-audience',
  title: "The role demands an audience that the store's token does not have",
  group: 'law',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const { store, role, policies, links } of chain.storeLinks) {
      if (role?.found !== 'known' || store.auth === undefined) continue
      const { method } = store.auth
      if (method !== 'kubernetes' && method !== 'jwt') continue
      const demanded = (role.fact.audiences ?? []).filter((audience) => audience !== '')
      const identity = links[0]?.reference.identity
      if (identity?.type !== 'serviceAccount' || demanded.some((audience) => audience.includes('$'))) continue
      // A JWT role without bound_audiences refuses every token that carries an `aud`, and ESO's always do (eso.md §5.3).
      const unbound =
        method === 'jwt' && demanded.length === 0 && bindsNoAudience(role.fact) && refusesUnbound(chain.server)
      if (!unbound && (demanded.length === 0 || demanded.some((audience) => identity.audiences.includes(audience))))
        continue
      const at = [...providerPath(store), 'auth', method]
      const ref = method === 'jwt' ? [...at, 'kubernetesServiceAccountToken'] : [...at, 'serviceAccountRef']
      const roleSpan = spanOfProvenance(role.fact.provenance)
      const asked =
        identity.audiences.length === 0
          ? "only the API server's default audience"
          : listed(identity.audiences.map((a) => `\`${a}\``))
      yield {
        rule: this.id,
        severity: 'error',
        headline: unbound
          ? `Role \`${role.fact.name}\` accepts no audience`
          : `Role \`${role.fact.name}\` needs audience ${listed(demanded.map((a) => `\`${a}\``))}, which the token lacks`,
        why: unbound
          ? `It has no \`bound_audiences\`, and the token of store ${store.name} has ${asked}. Vault answers 400 \`audience claim found in JWT but no audiences bound to the role\`.`
          : `The token of store ${store.name} has ${asked}. Vault answers 403 \`invalid audience (aud) claim\`.`,
        chain: hopsTo(
          chain,
          { store, role, policies },
          { at: 'role', ...(unbound ? { says: 'it has no `bound_audiences`' } : {}), span: roleSpan },
        ),
        span: spanOrKey(store.manifest, [...ref, 'audiences']),
        related: roleSpan === undefined ? [] : [{ span: roleSpan, message: `role \`${role.fact.name}\`` }],
        fix: unbound
          ? `set \`bound_audiences=${identity.audiences[0] ?? 'vault'}\` on the role`
          : {
              lead: 'ask for that audience, or remove it from the role',
              kind: 'edit',
              language: 'yaml',
              text: `${method === 'jwt' ? 'kubernetesServiceAccountToken' : 'serviceAccountRef'}:\n  audiences: [${demanded[0]}]`,
            },
        fingerprint: fingerprint(this.id, store.kind, store.namespace, store.name, role.fact.name),
      }
    }
  },
}

/** Told so, or by a definition that is whole (a role without `user_claim` cannot be created) and has no audiences. */
function bindsNoAudience({ audiences, fields, unknown }: RoleFact): boolean {
  if (audiences !== undefined) return true
  const left = fields.bound_audiences
  const none = left === undefined || left === null || left === '' || (Array.isArray(left) && left.length === 0)
  return fields.user_claim !== undefined && none && unknown.length === 0
}

/** Vault before 1.16.3 lets such tokens pass (vault.md §4.7). */
function refusesUnbound({ product, releases }: ServerLaw): boolean {
  return product !== 'vault' || releases === undefined || isAtLeast(releases, [1, 16, 3]) !== 'no'
}
