import type { Chain, JudgedAccess, Link } from '../chain/chain.ts'
import { spanOfProvenance } from '../chain/provenance.ts'
import type { Fix, PolicyNeed } from '../model/finding.ts'
import type { FileLine } from '../model/span.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import { listed } from '../model/wording.ts'
import { nearestBlocks } from './nearest-blocks.ts'
import { compare } from './worst-first.ts'

/** One block for each path, as a policy writes it. */
export function policyText(needs: readonly PolicyNeed[]): string {
  return needs
    .map(
      ({ path, capabilities }) =>
        `path "${path}" {\n  capabilities = [${capabilities.map((c) => `"${c}"`).join(', ')}]\n}`,
    )
    .join('\n')
}

/** Each path once, with all that anybody needs there; sorted. */
export function unionOfNeeds(needs: readonly PolicyNeed[]): PolicyNeed[] {
  const byPath = new Map<string, Set<string>>()
  for (const { path, capabilities } of needs) {
    const known = byPath.get(path) ?? new Set()
    byPath.set(path, known)
    for (const capability of capabilities) known.add(capability)
  }
  return [...byPath]
    .map(([path, capabilities]) => ({ path, capabilities: [...capabilities].sort() }))
    .sort((a, b) => compare(a.path, b.path))
}

/** What to write so that the token may do what it needs, and into which policy. */
export function mendPolicy(chain: Chain, link: Link, policy: string | undefined, needs: readonly PolicyNeed[]): Fix {
  const role = link.role?.found === 'known' ? link.role.fact : undefined
  const paste = { kind: 'insert', language: 'hcl', text: policyText(needs) } as const
  if (policy === undefined)
    return { lead: `give ${role === undefined ? 'the token' : `role \`${role.name}\``} a policy with`, ...paste }
  const others = otherRoles(chain, link, policy)
  const shown = others.length > 4 ? [...others.slice(0, 3), `${others.length - 3} more`] : others
  const at = policyPlace(chain, policy)
  return {
    lead: `add to policy \`${policy}\``,
    ...paste,
    ...(at === undefined ? {} : { at }),
    ...(others.length === 0
      ? {}
      : {
          note: `${others.length === 1 ? 'Role' : 'Roles'} ${listed(shown)} ${others.length === 1 ? 'has' : 'have'} policy \`${policy}\` too, and may then do the same.`,
        }),
  }
}

/** Where a policy begins in Git. */
function policyPlace(chain: Chain, name: string): FileLine | undefined {
  const policy = chain.policy(name)
  if (policy.found !== 'known') return undefined
  const span = policy.fact.spanOfLine?.(1) ?? spanOfProvenance(policy.fact.provenance)
  return span === undefined ? undefined : { file: span.file, line: span.line }
}

/** The policy that decides, else the one with the nearest rule, else one that no other role has. */
export function policyToMend(chain: Chain, link: Link, denied: readonly JudgedAccess[]): string | undefined {
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
  readonly fix: Fix
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
      says: `its paths begin with \`${prefix}/\`, for tokens of ${whose}; the store logs in at \`${parts.join('/')}\``,
      fix: {
        lead: `log in there, if that is where role and policy are; else write the paths without \`${prefix}/\``,
        kind: 'insert',
        language: 'yaml',
        text: `auth:\n  namespace: ${parent === '' ? '""' : parent}`,
      },
    }
  }
  return undefined
}
