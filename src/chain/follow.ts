import type { Prediction } from '../eso/predict.ts'
import type { Decision } from '../model/decision.ts'
import type { Manifest } from '../model/manifest.ts'
import type { NotCheckedReason } from '../model/reason.ts'
import type { Access, Reference } from '../model/reference.ts'
import type { VaultStore } from '../model/store.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import type { PartlyKnown, PolicyFact, VaultState } from '../model/vault-state.ts'
import { couldBeNamed } from '../state/declared/partly-known.ts'
import type { LiveState } from '../state/live/live-state.ts'
import type {
  Chain,
  InstalledEso,
  InvalidPolicy,
  Link,
  LiveView,
  Lookup,
  NamingRule,
  StoreLink,
  TokenPolicies,
} from './chain.ts'
import { foldLinks } from './fold-links.ts'
import { lookUpAuthMount, lookUpMount, lookUpPolicy, lookUpRole } from './lookup.ts'
import { spanOfProvenance } from './provenance.ts'
import { readTarget } from './read-target.ts'

/** What the policies of a token say to one request; the policy room's judgement, given from outside. */
export interface Judge {
  /** `textless`: policies of the token whose text nobody holds; a miss is then "unknown". */
  decide(
    policies: readonly PolicyFact[],
    options: { readonly withDefault: boolean; readonly textless: readonly string[] },
    request: { readonly path: string; readonly capability: Access['capability']; readonly holes: readonly string[] },
  ): Decision
  /** The texts that the server would refuse. */
  invalid(policies: readonly PolicyFact[]): readonly InvalidPolicy[]
}

/** A policy that Git writes from a text that it does not hold. */
type Textless = PartlyKnown & { readonly name: string }

export interface FollowInput {
  readonly manifests: readonly Manifest[]
  readonly prediction: Prediction
  readonly declared: VaultState
  /** Policies that Git writes from a text that Git does not hold: not absent, and not known either. */
  readonly textlessPolicies: readonly Textless[]
  /** The server's answers in one Vault namespace (`''`: the root); `undefined` when it was not asked. */
  readonly live: (vaultNamespace: string | undefined) => LiveState | undefined
  readonly liveView: LiveView | undefined
  readonly judge: Judge
  /** `stores.<name>.policies` of the config: what the manifests do not say (static tokens, AppRole). */
  readonly policiesOfStore: (name: string) => readonly string[] | undefined
  readonly installedEso: readonly InstalledEso[]
  readonly naming: readonly NamingRule[]
}

/** Follows every reference from its line to the rule that decides and the live key, as far as each step is known. */
export function follow(input: FollowInput): Chain {
  const { prediction, declared } = input
  const storeLinks = new Map<VaultStore, { -readonly [K in keyof StoreLink]: StoreLink[K] } & { links: Link[] }>()
  const linkOf = (store: VaultStore) => {
    const known = storeLinks.get(store)
    if (known !== undefined) return known
    const made = { ...describeStore(store, input), links: [] as Link[] }
    storeLinks.set(store, made)
    return made
  }
  for (const store of prediction.stores) if ('path' in store) linkOf(store)
  const unfolded: Link[] = []
  for (const reference of prediction.references) {
    const store = reference.store.found === 'vault' ? reference.store.store : undefined
    const storeLink = store === undefined ? undefined : linkOf(store)
    const link: Link = {
      reference,
      also: [],
      store,
      role: storeLink?.role,
      policies: storeLink?.policies,
      mount: storeLink?.mount,
      accesses: reference.accesses.map((access) => ({
        access,
        decision: decideAccess(storeLink, reference, access, input),
      })),
      ...(store === undefined ? { secret: undefined } : secretsOf(reference, store, input)),
      found: store === undefined ? undefined : foundOf(reference, store, input),
    }
    unfolded.push(link)
  }
  const links = foldLinks(unfolded)
  for (const link of links) if (link.store !== undefined) linkOf(link.store).links.push(link)
  const knowledge = { declared, live: input.live(undefined) }
  return {
    manifests: input.manifests,
    stores: prediction.stores,
    links,
    storeLinks: [...storeLinks.values()],
    declared,
    live: input.liveView,
    invalidPolicies: input.judge.invalid(declared.policies),
    installedEso: input.installedEso,
    naming: input.naming,
    policy: (name) => policyLookup(name, undefined, knowledge, input.textlessPolicies),
    decide: (policies, path, capability) =>
      decideWith(policies, { path, capability, holes: [] }, undefined, knowledge, input),
  }
}

type Knowledge = Parameters<typeof lookUpPolicy>[2]

function describeStore(store: VaultStore, input: FollowInput): Omit<StoreLink, 'links'> {
  const knowledge: Knowledge = { declared: input.declared, live: input.live(store.vaultNamespace) }
  const authKnowledge: Knowledge = { ...knowledge, live: input.live(store.authNamespace ?? store.vaultNamespace) }
  const from = store.manifest.span
  const role = store.auth === undefined ? undefined : lookUpRole(store.auth, from, authKnowledge)
  const configured = input.policiesOfStore(store.name)
  const policies: TokenPolicies | undefined =
    configured !== undefined
      ? { names: configured.map((name) => name.toLowerCase()), withDefault: true, from: 'config' }
      : role?.found === 'known' && role.fact.policies !== undefined
        ? { names: role.fact.policies, withDefault: !role.fact.noDefaultPolicy, from: 'role' }
        : undefined
  return {
    store,
    role,
    policies,
    mount: store.path === undefined ? undefined : lookUpMount(store.path, from, knowledge),
    authMount: store.auth?.mount === undefined ? undefined : lookUpAuthMount(store.auth.mount, from, authKnowledge),
    authConfig: store.auth?.mount === undefined ? undefined : authConfigOf(store.auth.mount, authKnowledge),
  }
}

/** Stands for the names below a folder, which only the server knows: a rule for the folder alone does not cover them. */
const BELOW = '${name}'

function decideAccess(
  storeLink: Omit<StoreLink, 'links'> | undefined,
  reference: Reference,
  access: Access,
  input: FollowInput,
): Decision {
  if (storeLink === undefined) return unknown(reference.notChecked ?? { code: 'store-absent', what: 'store' })
  const { policies, role, store } = storeLink
  if (store.notChecked !== undefined) return unknown(store.notChecked)
  if (reference.store.found === 'vault' && reference.store.unsure !== undefined) return unknown(reference.store.unsure)
  if (policies === undefined) return unknown(whyNoPolicies(store, role))
  // The token's policies are those of the namespace where it was made, and name the paths below that one (vault.md §2.8).
  const login = store.authNamespace ?? store.vaultNamespace
  const below = pathBelow(login, store.vaultNamespace)
  if (below === undefined)
    return unknown({ code: 'login-elsewhere', login: login ?? '', asks: store.vaultNamespace ?? '' })
  const knowledge: Knowledge = { declared: input.declared, live: input.live(login) }
  const { capability } = access
  const name = `${below}${access.path}`
  const path = access.below === true ? `${name}${BELOW}${capability === 'list' ? '/' : ''}` : name
  return decideWith(
    policies,
    { path, capability, holes: [...reference.holes, ...store.holes, BELOW] },
    store,
    knowledge,
    input,
  )
}

/** What a policy of one Vault namespace puts before the paths of another: `''` for itself, `undefined` where it is not above. */
function pathBelow(above: string | undefined, namespace: string | undefined): string | undefined {
  const [from, to] = [trimSlashes(above ?? ''), trimSlashes(namespace ?? '')]
  if (from === to) return ''
  if (from === '') return `${to}/`
  return to.startsWith(`${from}/`) ? `${to.slice(from.length + 1)}/` : undefined
}

function decideWith(
  policies: TokenPolicies,
  request: Parameters<Judge['decide']>[2],
  store: VaultStore | undefined,
  knowledge: Knowledge,
  input: FollowInput,
): Decision {
  const facts: PolicyFact[] = []
  const textless: string[] = []
  for (const name of policies.names) {
    if (name === 'root') return { ...unknown({ code: 'root-allows' }), verdict: 'allowed' }
    const policy = policyLookup(name, store, knowledge, input.textlessPolicies)
    if (policy.found === 'known') facts.push(policy.fact)
    // A policy that the server has not got grants nothing and is no reason to doubt (vault.md §2.4); Git need not hold them all.
    else if (policy.found === 'absent' && policy.by === 'vault') continue
    else textless.push(name)
  }
  return input.judge.decide(facts, { withDefault: policies.withDefault, textless }, request)
}

function policyLookup(
  name: string,
  store: VaultStore | undefined,
  knowledge: Knowledge,
  textless: readonly Textless[],
): Lookup<PolicyFact> {
  const found = lookUpPolicy(name, store?.manifest.span, knowledge)
  if (
    found.found === 'absent' &&
    found.by === 'git' &&
    textless.some((one) => couldBeNamed(one.name, one, name.toLowerCase()))
  ) {
    return {
      found: 'unknown',
      because: { code: 'policy-written-elsewhere', policy: name },
    }
  }
  return found
}

function whyNoPolicies({ kind, name, auth }: VaultStore, role: StoreLink['role']): NotCheckedReason {
  const store = name
  if (auth === undefined) return { code: 'no-auth', kind, store }
  if (role === undefined) return { code: 'method-names-no-role', kind, store, method: auth.method }
  const named = { role: auth.role ?? '', authMount: auth.mount ?? '' }
  switch (role.found) {
    case 'known':
      return { code: 'role-policies-not-told', role: role.fact.name, store }
    case 'absent':
      return { code: 'role-absent', ...named }
    case 'conflict':
      return {
        code: 'role-conflict',
        ...named,
        count: role.facts.length,
        places: role.facts.flatMap(({ provenance }) => spanOfProvenance(provenance) ?? []),
      }
    case 'unknown':
      return role.because.code === 'role-id-unknown' ? { ...role.because, store } : role.because
  }
}

function unknown(because: NotCheckedReason): Decision {
  return { verdict: 'unknown', winner: [], beaten: [], because, perVariant: {} }
}

/** The live fact of the secret that a reference reads or writes. */
function secretsOf(reference: Reference, store: VaultStore, input: FollowInput): Pick<Link, 'secret' | 'whole'> {
  const live = input.live(store.vaultNamespace)
  const target = live === undefined ? undefined : readTarget(reference, store)
  if (live === undefined || target === undefined) return { secret: undefined }
  const secret = live.secretFact(target.mount, target.key, target.version)
  const whole = target.version === undefined ? undefined : live.secretFact(target.mount, target.key)
  return { secret, ...(whole === undefined ? {} : { whole }) }
}

/** What a `find` has to choose from, as far as the server listed it. */
function foundOf(reference: Reference, store: VaultStore, input: FollowInput): Link['found'] {
  if (reference.operation !== 'find' || store.path === undefined) return undefined
  return input.live(store.vaultNamespace)?.find(trimSlashes(store.path), trimSlashes(reference.find?.path ?? ''))
}

/** Git first: a write to the config replaces all of it, so what Git leaves out is unset (vault.md §4.6). */
function authConfigOf(path: string, { declared, live }: Knowledge): StoreLink['authConfig'] {
  const mount = trimSlashes(path)
  const fact = declared.authMounts.find((one) => one.path === mount && one.config !== undefined)
  if (fact?.config !== undefined) {
    const set = fact.config.token_reviewer_jwt !== undefined && fact.config.token_reviewer_jwt !== ''
    const config = Object.fromEntries(Object.entries(fact.config).map(([key, value]) => [key, asBoolean(value)]))
    return { config: { ...config, token_reviewer_jwt_set: set }, provenance: fact.configProvenance ?? fact.provenance }
  }
  const seen = live?.authConfig(mount)
  return seen?.presence === 'present' ? { config: seen.fact, provenance: { from: 'vault' } } : undefined
}

/** Texts of a command line that the server takes for booleans. */
function asBoolean(value: unknown): unknown {
  return value === 'true' ? true : value === 'false' ? false : value
}
