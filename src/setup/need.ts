import type { JudgedAccess, Link } from '../chain/chain.ts'
import { weakness } from '../model/documentation.ts'
import type { Reference } from '../model/reference.ts'
import type { VaultState } from '../model/vault-state.ts'
import { boundTo } from '../policy/bound-names.ts'
import type { Plan } from './plan.ts'
import { type DocumentStep, documentSeeds, documentSteps, type PlanDocument } from './plan-document.ts'
import { type Seed, seedsOf } from './seeding.ts'
import { type Step, writes } from './step.ts'

/** What merging a change needs of Vault: what a plan would do for the references that it concerns, and for them alone (snapshot.md §3). */
export interface Need {
  /** Parts to create or to update, as a plan shows them. */
  readonly steps: readonly DocumentStep[]
  /** Secrets and keys to write, with the command for each. */
  readonly seeds: PlanDocument['seeds']
  readonly counts: {
    readonly rules: number
    readonly roles: number
    readonly mounts: number
    readonly secrets: number
    /** Keys to add to secrets that are there. */
    readonly keys: number
  }
}

/**
 * The references that a plan is made of: those that the change concerns and that Vault does not serve as it is. Of their requests only
 * those count that no policy allows: a rule that another policy of the role has already is not asked for again.
 */
export function unserved(links: Iterable<Link>): Reference[] {
  return [...links].flatMap((link) => {
    const { reference, role, mount } = link
    if (reference.store.found !== 'vault' || reference.skipped !== undefined) return []
    const denied = link.accesses.filter(isDenied).map(({ access }) => access)
    const isAbsent = [role, mount].some((part) => part?.found === 'absent' && part.by === 'vault')
    if (isAbsent) return [reference]
    return denied.length === 0 && !isUnbound(link) ? [] : [{ ...reference, accesses: denied }]
  })
}

function isDenied({ access, decision }: JudgedAccess): boolean {
  return access.side !== 'session' && decision.verdict === 'denied'
}

/** A login that the role does not admit; how it must be bound is for the plan to say. */
function isUnbound({ role, reference: { identity } }: Link): boolean {
  if (role?.found !== 'known' || identity?.type !== 'serviceAccount') return false
  const { boundServiceAccountNames: names, boundServiceAccountNamespaces: namespaces } = role.fact
  return (
    (names !== undefined && !boundTo(names, identity.name)) ||
    (namespaces !== undefined && identity.namespace !== undefined && !boundTo(namespaces, identity.namespace))
  )
}

export interface NeedInput {
  /** Of the references that Vault does not serve; `undefined`: it serves all. */
  readonly plan: Plan | undefined
  /** The references that the change concerns. */
  readonly links: Iterable<Link>
  readonly declared: VaultState
  readonly cli: 'vault' | 'bao'
  /** Vault namespace of the settings. */
  readonly namespace: string | undefined
}

/** `undefined`: Vault has all that the change needs, or hides whether it does. */
export function needOf({ plan, links, declared, cli, namespace }: NeedInput): Need | undefined {
  // What Git declares is brought by the merge itself.
  const steps = (plan?.steps ?? []).filter((step) => writes(step) && isNeeded(step) && !isDeclared(step, declared))
  const seeds = seedsOf([...links])
  if (steps.length === 0 && seeds.length === 0) return undefined
  const patched = seeds.filter(({ command }) => command === 'patch')
  return {
    steps: documentSteps(steps),
    seeds: documentSeeds(seeds, cli, namespace ?? ''),
    counts: {
      rules: steps.reduce((sum, { rules }) => sum + rules.length, 0),
      roles: steps.filter(({ kind }) => kind === 'role').length,
      mounts: steps.filter(({ kind }) => kind === 'kv-mount' || kind === 'auth-mount').length,
      secrets: seeds.length - patched.length,
      keys: patched.reduce((sum, { keys }: Seed) => sum + keys.length, 0),
    },
  }
}

/** How long a token of a role lives is a wish of the set-up, and nothing that a reference needs. */
function isNeeded({ kind, action, fields }: Step): boolean {
  return kind !== 'role' || action !== 'update' || fields.some(({ field }) => field !== 'token_ttl')
}

/** Pages and examples show what a setup looks like, and set nothing up. */
function isDeclared({ kind, path }: Step, { policies, roles, mounts, authMounts }: VaultState): boolean {
  const strong = <Fact extends VaultState[keyof VaultState][number]>(facts: readonly Fact[]) =>
    facts.filter(({ provenance }) => weakness(provenance) === 0)
  switch (kind) {
    case 'policy':
      return strong(policies).some(({ name }) => path === `sys/policies/acl/${name}`)
    case 'role':
      return strong(roles).some(({ authMount, name }) => path === `auth/${authMount}/role/${name}`)
    case 'kv-mount':
      return strong(mounts).some((mount) => path === `sys/mounts/${mount.path}`)
    case 'auth-mount':
      return strong(authMounts).some((mount) => path === `sys/auth/${mount.path}`)
    case 'auth-config':
      return strong(authMounts).some((mount) => path === `auth/${mount.path}/config` && mount.config !== undefined)
  }
}
