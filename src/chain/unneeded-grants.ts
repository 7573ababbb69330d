import { trimSlashes } from '../model/trim-slashes.ts'
import type { PolicyFact } from '../model/vault-state.ts'
import { parsePolicy } from '../policy/parse-policy.ts'
import type { PolicyRule } from '../policy/policy-rule.ts'
import type { Chain, StoreLink } from './chain.ts'

/** A rule of a policy that grants what none of the references through it needs. */
export interface UnneededGrant {
  readonly policy: PolicyFact
  readonly rule: PolicyRule
  /** The rule's capabilities that nothing needs, in the order of the text. */
  readonly capabilities: readonly string[]
  /** Nothing needs the rule at all. */
  readonly whole: boolean
}

/** The token's own life: in `default`, or beside it in a policy of its own (vault.md §5.1). No reference shows it. */
const SESSION = /^(?:auth\/token\/|sys\/(?:capabilities|internal\/ui|leases\/renew|renew))/

/**
 * Grants that no reference needs, of the policies that stores use. A policy whose users are not all known in full (a path with a
 * variable, a role that is not known) is left alone: something may need every rule of it. That a wildcard covers more than is
 * referenced today is what wildcards are for, and is not counted.
 */
export function unneededGrants(chain: Chain): UnneededGrant[] {
  const users = new Map<string, StoreLink[]>()
  for (const link of chain.storeLinks) {
    for (const name of link.policies?.names ?? []) users.set(name, [...(users.get(name) ?? []), link])
  }
  return [...users].flatMap(([name, links]) => {
    const policy = chain.policy(name)
    if (policy.found !== 'known' || policy.fact.unknown.length > 0 || !links.every(isKnown)) return []
    const parsed = parsePolicy(policy.fact.text)
    return parsed.ok ? parsed.policy.rules.flatMap((rule) => unneeded(policy.fact, rule, links)) : []
  })
}

function isKnown({ store, links }: StoreLink): boolean {
  if (store.notChecked !== undefined || store.holes.length > 0) return false
  // Policies are told apart by name only within one Vault namespace.
  if (trimSlashes(store.vaultNamespace ?? '') !== '' || trimSlashes(store.authNamespace ?? '') !== '') return false
  return links.every(
    ({ reference, accesses }) =>
      reference.notChecked === undefined &&
      reference.holes.length === 0 &&
      accesses.every(({ decision }) => decision.verdict !== 'unknown'),
  )
}

function unneeded(policy: PolicyFact, rule: PolicyRule, links: readonly StoreLink[]): UnneededGrant[] {
  if (rule.capabilities[0] === 'deny' || rule.capabilities.length === 0) return []
  if (SESSION.test(rule.label.replace(/^\//, ''))) return []
  const needed = new Set<string>()
  for (const { accesses } of links.flatMap((link) => link.links)) {
    for (const { access, decision } of accesses) {
      // Below a folder the server alone knows which rule decides for which name.
      const within = access.below === true && touches(rule.label, access.path)
      const decides = decision.winner.some((one) => one.policy === policy.name && one.path === rule.label)
      if (within || decides) needed.add(access.capability)
    }
  }
  // PUT is create or update by what is there already, and PATCH needs both sides (vault.md §2.2).
  if (needed.has('create') || needed.has('update')) for (const one of ['create', 'update', 'patch']) needed.add(one)
  const capabilities = rule.capabilities.filter((one) => !needed.has(one))
  if (capabilities.length === 0) return []
  return [{ policy, rule, capabilities, whole: needed.size === 0 }]
}

function touches(label: string, folder: string): boolean {
  const literal = label.replace(/^\//, '').split(/[+*]/)[0] ?? ''
  return literal.startsWith(folder) || folder.startsWith(literal)
}
