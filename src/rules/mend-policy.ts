import type { Chain, JudgedAccess, Link } from '../chain/chain.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import { listed } from '../model/wording.ts'
import { nearestBlocks } from './nearest-blocks.ts'

/** One block for each path, as a policy writes it. */
export function policyText(needs: ReadonlyMap<string, readonly string[]>): string {
  return [...needs]
    .map(
      ([path, capabilities]) =>
        `path "${path}" {\n  capabilities = [${capabilities.map((c) => `"${c}"`).join(', ')}]\n}`,
    )
    .join('\n')
}

/** What to write so that the token may do what it needs, and into which policy. */
export function mendPolicy(
  chain: Chain,
  link: Link,
  denied: readonly JudgedAccess[],
  needs: ReadonlyMap<string, readonly string[]>,
): string {
  const text = policyText(needs)
  const role = link.role?.found === 'known' ? link.role.fact : undefined
  const policy = policyToMend(chain, link, denied)
  if (policy === undefined)
    return `${role === undefined ? 'The token has no policy' : `Role \`${role.name}\` names no policy`}. Give it one that holds:\n${text}`
  const others = otherRoles(chain, link, policy)
  const shown = others.length > 4 ? [...others.slice(0, 3), `${others.length - 3} more`] : others
  const shared =
    others.length === 0
      ? ''
      : `\nPolicy \`${policy}\` is in ${others.length === 1 ? 'role' : 'roles'} ${listed(shown)} as well, which then may do the same; ` +
        'a policy of this role alone keeps it apart.'
  return `Add to policy \`${policy}\`:\n${text}${shared}`
}

/** The policy that decides, else the one with the nearest rule, else one that no other role has. */
function policyToMend(chain: Chain, link: Link, denied: readonly JudgedAccess[]): string | undefined {
  const [decision] = denied.map((judged) => judged.decision)
  const names = link.policies?.names ?? []
  const told = decision?.winner[0]?.policy ?? (decision && nearestBlocks(decision)[0]?.policy)
  // What the built-in policy grants is no place for a team's paths.
  if (told !== undefined && told !== 'default') return told
  return names.find((name) => otherRoles(chain, link, name).length === 0) ?? names[0]
}

/** Other roles that Git gives the policy to, each with its auth mount where that is another one. */
function otherRoles({ declared }: Chain, { role, store }: Link, policy: string): string[] {
  const own = role?.found === 'known' ? role.fact : undefined
  const mount = own?.authMount ?? store?.auth?.mount
  const others = declared.roles.filter(
    (other) =>
      other.policies?.includes(policy) === true && (other.name !== own?.name || other.authMount !== own.authMount),
  )
  const names = others.map(({ name, authMount }) =>
    authMount === mount ? `\`${name}\`` : `\`${name}\` (auth mount \`${authMount}\`)`,
  )
  return [...new Set(names)]
}

/** Rules of a policy that are written for tokens of a namespace above the one that the store logs in at. */
interface Namespaced {
  readonly says: string
  readonly fix: string
}

/**
 * A rule with a Vault namespace in front of its path is for tokens of the parent namespace: in the namespace itself it covers nothing
 * (vault.md §2.8).
 */
export function rulesOfAnotherNamespace(chain: Chain, { store, policies }: Link): Namespaced | undefined {
  const parts = (store?.vaultNamespace ?? '').split('/').filter(Boolean)
  if (parts.length === 0 || store?.path === undefined || store.authNamespace !== undefined) return undefined
  const prefixes = parts.map((_, index) => parts.slice(index).join('/'))
  const mount = trimSlashes(store.path)
  for (const name of policies?.names ?? []) {
    const policy = chain.policy(name)
    const text = policy.found === 'known' ? policy.fact.text : ''
    const prefix = prefixes.find((one) => text.includes(`"${one}/${mount}/`))
    if (prefix === undefined) continue
    const parent = parts.slice(0, parts.length - prefix.split('/').length).join('/')
    const whose = parent === '' ? 'the root namespace' : `Vault namespace \`${parent}\``
    return {
      says:
        `Paths in policy \`${name}\` begin with \`${prefix}/\`: such rules are for a token of ${whose}, and the store logs in at ` +
        `\`${parts.join('/')}\`.`,
      fix: `Log in there, with \`auth.namespace: ${parent === '' ? '""' : parent}\`, if that is where the role and the policy are; else write the paths without \`${prefix}/\`.`,
    }
  }
  return undefined
}
