import type { Prediction } from '../eso/predict.ts'
import { validationOf } from '../eso/session.ts'
import { type ConfigSays, type Decision, unknownDecision } from '../model/decision.ts'
import type { Expectation } from '../model/expectation.ts'
import type { InvalidYaml } from '../model/invalid-yaml.ts'
import type { Manifest } from '../model/manifest.ts'
import type { NotCheckedReason, OpenLaw } from '../model/reason.ts'
import type { Access, Reference } from '../model/reference.ts'
import type { ServerLaw } from '../model/server-law.ts'
import type { Span } from '../model/span.ts'
import type { Identity, VaultStore } from '../model/store.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import type { PolicyFact, RoleFact, VaultState } from '../model/vault-state.ts'
import type { EntityFacts } from '../policy/template.ts'
import type { DeclaredToken, TextlessPolicy } from '../state/declared/declared.ts'
import { couldBeNamed } from '../state/declared/partly-known.ts'
import type { LiveState } from '../state/live/live-state.ts'
import { lastMile } from '../workloads/last-mile.ts'
import { agreed, decideEach, declaredSeveralTimes, type Versions } from './alternatives.ts'
import { authConfigOf } from './auth-config.ts'
import type {
  AskedRequest,
  Chain,
  InstalledEso,
  InvalidPolicy,
  JudgedAccess,
  Link,
  LiveView,
  Lookup,
  NamingRule,
  StoreLink,
  TokenPolicies,
} from './chain.ts'
import { judgeExpectations } from './expectations.ts'
import { foldLinks } from './fold-links.ts'
import { type HolderParts, holdersOf } from './holders.ts'
import { keyLookups } from './key-lookups.ts'
import { loginEntity } from './login-entity.ts'
import { type Knowledge, lookUpAuthMount, lookUpMount, lookUpPolicy, lookUpRole } from './lookup.ts'
import { spanOfProvenance } from './provenance.ts'
import { readTarget } from './read-target.ts'
import { policiesInConfig, policiesOfEach, tokenPolicies } from './token-policies.ts'
import { type TokenNamespaces, tokenNamespaces, vaultNamespaceOf } from './vault-namespaces.ts'

/** What of a token decides beside the texts of its policies. */
export interface Token {
  readonly withDefault: boolean
  /** Policies of the token whose text nobody holds; a miss is then "unknown". */
  readonly textless: readonly string[]
  /** What else may grant more than is written; a miss is then "unknown" too. */
  readonly open?: readonly OpenLaw[]
  /** Who logs in, as `{{identity…}}` in rules asks for it; `undefined`: not known. */
  readonly entity?: EntityFacts | undefined
  /** Vault namespaces of the policies and of the request, `''` or with a slash at the end; `undefined`: the same one. */
  readonly namespaces?: TokenNamespaces | undefined
}

/** What the policies of a token say to one request; the policy room's judgement, given from outside. */
export interface Judge {
  /** Whose law it is. */
  readonly server: ServerLaw
  decide(policies: readonly PolicyFact[], token: Token, request: AskedRequest): Decision
  /** The texts that the server would refuse. */
  invalid(policies: readonly PolicyFact[]): readonly InvalidPolicy[]
}

export interface FollowInput {
  /** Objects beside the manifests that may use Secrets. */
  readonly workloads?: readonly Manifest[]
  /** Asks all files of the checkout; without it every name is taken to stand in some file. */
  readonly isNamedOutside?: Chain['isNamedOutside']
  readonly manifests: readonly Manifest[]
  readonly prediction: Prediction
  readonly declared: VaultState
  /** Policies that Git writes from a text that Git does not hold: not absent, and not known either. */
  readonly textlessPolicies: readonly TextlessPolicy[]
  /** The server's answers in one Vault namespace (`''`: the root); `undefined` when it was not asked. */
  readonly live: (vaultNamespace: string | undefined) => LiveState | undefined
  readonly liveView: LiveView | undefined
  readonly judge: Judge
  /** Tokens in Kubernetes Secrets, as far as Git tells how they were made. */
  readonly tokens?: readonly DeclaredToken[]
  /** `stores.<name>.policies` of the config: what the manifests do not say (static tokens, AppRole). */
  readonly policiesOfStore: (name: string) => readonly string[] | undefined
  /** Where the config says that. */
  readonly configSpanOf?: (store: string) => Span | undefined
  /** The contract of the config. */
  readonly expect?: readonly Expectation[]
  /** What the config says in vain. */
  readonly saidInVain?: Chain['saidInVain']
  readonly installedEso: readonly InstalledEso[]
  readonly naming: readonly NamingRule[]
  /** Documents of ESO's kinds that could not be read. */
  readonly invalidYaml?: readonly InvalidYaml[]
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
  const decide = decidedOnce((storeLink, reference) =>
    reference.accesses.map((access) => ({ access, decision: decideAccess(storeLink, reference, access, input) })),
  )
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
      accesses: decide(storeLink, reference),
      ...(store === undefined ? { secret: undefined } : secretsOf(reference, store, input)),
      found: store === undefined ? undefined : foundOf(reference, store, input),
      ...(store === undefined ? {} : atFolderOf(reference, store, input)),
    }
    unfolded.push(link)
  }
  const links = foldLinks(unfolded)
  for (const link of links) if (link.store !== undefined) linkOf(link.store).links.push(link)
  const knowledge = { declared, live: input.live(undefined) }
  const holders = holdersOf(holderParts(input))
  const expected = judgeExpectations(input.expect ?? [], {
    manifests: input.manifests,
    storeLinks: [...storeLinks.values()],
    declared,
    holders,
  })
  const { manifests, workloads = [] } = input
  return {
    manifests,
    lastMile: lastMile({
      manifests,
      workloads,
      lookupsOf: (manifest) => keyLookups({ links, manifests }, manifest),
    }),
    isNamedOutside: input.isNamedOutside ?? (() => true),
    stores: prediction.stores,
    links,
    storeLinks: [...storeLinks.values()],
    declared,
    live: input.liveView,
    server: input.judge.server,
    textlessPolicies: input.textlessPolicies,
    invalidPolicies: input.judge.invalid(declared.policies),
    installedEso: input.installedEso,
    naming: input.naming,
    invalidYaml: input.invalidYaml ?? [],
    saidInVain: input.saidInVain ?? [],
    holders,
    expected,
    policy: (name) => policyLookup(name, undefined, knowledge, input.textlessPolicies),
  }
}

type Decide = (
  storeLink: Omit<StoreLink, 'links' | 'session'> | undefined,
  reference: Reference,
) => readonly JudgedAccess[]

/** References of one object that read one secret share what they send (`eso/predict`): it is decided for the first of them. */
function decidedOnce(decide: Decide): Decide {
  let last: { readonly reference: Reference; readonly decided: readonly JudgedAccess[] } | undefined
  return (storeLink, reference) => {
    const { accesses, store, identity, holes } = reference
    const known = last?.reference
    const isSame =
      known !== undefined &&
      known.accesses === accesses &&
      known.store === store &&
      known.identity === identity &&
      known.holes === holes &&
      known.notChecked === reference.notChecked
    if (last === undefined || !isSame) last = { reference, decided: decide(storeLink, reference) }
    return last.decided
  }
}

/** What holders of tokens are looked up and judged by. */
function holderParts(input: FollowInput): HolderParts {
  const { declared } = input
  const knowledgeAt = (vaultNamespace: string | undefined) => ({
    declared,
    live: input.live(vaultNamespace),
    ...(vaultNamespace === undefined ? {} : { vaultNamespace }),
  })
  return {
    roles: [...declared.roles.filter(({ unknown }) => unknown.length === 0), ...(input.liveView?.state.roles ?? [])],
    lookUp: (mount, role, method) =>
      lookUpRole({ method, mount, role, ignored: [] }, undefined, knowledgeAt(undefined)),
    policiesOf: (role) => (role.policies === undefined ? undefined : policiesOfEach([role])?.[0]),
    byStore: (link, policies, request, identity) => decideWith(policies, request, link, identity, input),
    byRole: (fact, policies, request, identity) => {
      const { authMount: mount, name: role, vaultNamespace } = fact
      const knowledge = knowledgeAt(vaultNamespace)
      const lookup = { found: 'known', fact } as const
      const auth = { method: 'kubernetes', mount, role, ignored: [] } as const
      const authMount = lookUpAuthMount(mount, undefined, knowledge)
      const { provenance } = fact
      return decideToken(
        policies,
        request,
        {
          knowledge,
          from: spanOfProvenance(provenance),
          entity: loginEntity(identity, { auth, role: lookup, authMount }, declared),
          namespaces: undefined,
          says: (facts) => roleSays(fact, facts),
        },
        input,
      )
    },
    whyNot: ({ store, role }) => store.notChecked ?? whyNoPolicies(store, role),
  }
}

function describeStore(store: VaultStore, input: FollowInput): Omit<StoreLink, 'links'> {
  const knowledge = knowledgeOf(store, store.vaultNamespace, input)
  const authKnowledge = authKnowledgeOf(store, input)
  const from = store.manifest.span
  // What a patch may replace is not judged by what stands in the base.
  const told = store.auth !== undefined && store.notChecked === undefined
  const role = told ? lookUpRole(store.auth, from, authKnowledge) : undefined
  const configured = input.policiesOfStore(store.name)
  const policies =
    configured === undefined
      ? tokenPolicies(store, role, input.tokens ?? [])
      : policiesInConfig(configured, input.configSpanOf?.(store.name))
  const authMount = store.auth?.mount === undefined ? undefined : lookUpAuthMount(store.auth.mount, from, authKnowledge)
  const described = { store, role, policies, authMount }
  return {
    ...described,
    session: sessionOf(described, input),
    mount: store.path === undefined ? undefined : lookUpMount(store.path, from, knowledge),
    authConfig: store.auth?.mount === undefined ? undefined : authConfigOf(store.auth.mount, from, authKnowledge),
  }
}

/** What is asked about a store's requests, in one Vault namespace. */
function knowledgeOf(store: VaultStore, vaultNamespace: string | undefined, input: FollowInput): Knowledge {
  return {
    declared: input.declared,
    live: input.live(vaultNamespace),
    vaultNamespace: vaultNamespaceOf(store, vaultNamespace),
  }
}

/** Roles, auth mounts and policies are those of the Vault namespace of the login (eso.md §5.4). */
function authKnowledgeOf(store: VaultStore, input: FollowInput): Knowledge {
  return knowledgeOf(store, store.authNamespace ?? store.vaultNamespace, input)
}

/** What ESO asks to call the store Ready (eso.md §3.1); none where the store is Ready without a request, or nothing can be told. */
function sessionOf(
  storeLink: Pick<StoreLink, 'store' | 'role' | 'policies' | 'authMount'>,
  input: FollowInput,
): readonly JudgedAccess[] {
  const { store, policies } = storeLink
  // In a child namespace of the policies' own the server lets a token look at itself all the same.
  if (policies === undefined || store.notChecked !== undefined || tokenNamespaces(store) !== undefined) return []
  if (store.kind !== 'SecretStore' && store.kind !== 'ClusterSecretStore') return []
  const { accesses, identity } = validationOf(store)
  return accesses.map((access) => ({
    access,
    decision: decideWith(
      policies,
      { path: access.path, capability: access.capability, holes: [] },
      storeLink,
      identity,
      input,
    ),
  }))
}

/** Stands for the names below a folder, which only the server knows: a rule for the folder alone does not cover them. */
const BELOW = '${name}'

function decideAccess(
  storeLink: Omit<StoreLink, 'links' | 'session'> | undefined,
  reference: Reference,
  access: Access,
  input: FollowInput,
): Decision {
  if (storeLink === undefined) return unknownDecision(reference.notChecked ?? { code: 'store-absent', what: 'store' })
  const { policies, role, store } = storeLink
  if (store.notChecked !== undefined) return unknownDecision(store.notChecked)
  if (reference.store.found === 'vault' && reference.store.unsure !== undefined)
    return unknownDecision(reference.store.unsure)
  const versions = policies === undefined && role?.found === 'conflict' ? policiesOfEach(role.facts) : undefined
  if (policies === undefined && versions === undefined) return unknownDecision(whyNoPolicies(store, role))
  // Paths are relative to the request's Vault namespace, and so are the policies that were read from there (vault.md §2.8).
  const { capability } = access
  const path = access.below === true ? `${access.path}${BELOW}${capability === 'list' ? '/' : ''}` : access.path
  const request: AskedRequest = { path, capability, holes: [...reference.holes, ...store.holes, BELOW] }
  const decideBy = (token: TokenPolicies) => decideWith(token, request, storeLink, reference.identity, input)
  if (policies !== undefined) return decideBy(policies)
  const decisions = (versions ?? []).map(decideBy)
  const [first] = decisions
  // Where each version of the role allows it, it does not matter which one is in force (forms.md §2).
  if (role?.found === 'conflict' && first !== undefined && decisions.every(({ verdict }) => verdict === 'allowed'))
    return agreed(first, [declaredSeveralTimes('role', store.auth?.role ?? '', role.facts)])
  return unknownDecision(whyNoPolicies(store, role))
}

function decideWith(
  policies: TokenPolicies,
  request: AskedRequest,
  storeLink: Pick<StoreLink, 'store' | 'role' | 'authMount'>,
  identity: Identity | undefined,
  input: FollowInput,
): Decision {
  const { store, role, authMount } = storeLink
  return decideToken(
    policies,
    request,
    {
      knowledge: authKnowledgeOf(store, input),
      from: store.manifest.span,
      entity: loginEntity(identity, { auth: store.auth, role, authMount }, input.declared),
      namespaces: tokenNamespaces(store),
      says: (facts) => configSays(policies, facts, storeLink),
    },
    input,
  )
}

/** Whose token it is, and where its policies are looked up. */
interface Bearer {
  readonly knowledge: Knowledge
  readonly from: Span | undefined
  readonly entity: EntityFacts | undefined
  readonly namespaces: TokenNamespaces | undefined
  /** What of it the config says, with these policies. */
  readonly says: (facts: readonly PolicyFact[]) => readonly ConfigSays[]
}

/** What the law says to one request of a token with these policies. */
function decideToken(
  policies: TokenPolicies,
  request: AskedRequest,
  { knowledge, from, entity, namespaces, says }: Bearer,
  input: Pick<FollowInput, 'judge' | 'textlessPolicies'>,
): Decision {
  const facts: PolicyFact[] = []
  const textless: string[] = []
  const versions: Versions[] = []
  const open: OpenLaw[] = [...(policies.open ?? [])]
  for (const name of policies.names) {
    if (name === 'root') return said({ ...unknownDecision({ code: 'root-allows' }), verdict: 'allowed' }, says([]))
    const policy = policyLookup(name, from, knowledge, input.textlessPolicies)
    if (policy.found === 'known') {
      facts.push(policy.fact)
      for (const part of policy.fact.open ?? [])
        open.push({ of: 'policy', name, part, place: spanOfProvenance(policy.fact.provenance) })
    }
    // A policy that the server has not got grants nothing and is no reason to doubt (vault.md §2.4); Git need not hold them all.
    else if (policy.found === 'absent' && policy.by === 'vault') continue
    else if (policy.found === 'conflict') versions.push({ name, facts: policy.facts })
    else textless.push(name)
  }
  const token: Token = {
    withDefault: policies.withDefault,
    textless,
    open,
    entity,
    namespaces,
  }
  const decision =
    decideEach(facts, versions, (set) => input.judge.decide(set, token, request)) ??
    input.judge.decide(facts, { ...token, textless: [...textless, ...versions.map(({ name }) => name)] }, request)
  const assumed = [...(policies.assumed ?? []), ...facts.flatMap((fact) => fact.assumed ?? [])]
  return said(assuming(decision, assumed), says(facts))
}

/** Whoever reads a decision must know what of it Git does not say. */
function said(decision: Decision, says: readonly ConfigSays[]): Decision {
  return says.length === 0 || decision.verdict === 'unknown' ? decision : { ...decision, said: says }
}

function configSays(
  policies: TokenPolicies,
  facts: readonly PolicyFact[],
  { store, role }: Pick<StoreLink, 'store' | 'role'>,
): ConfigSays[] {
  const says: ConfigSays[] = []
  const add = (of: ConfigSays['of'], name: string, span: Span | undefined) => {
    if (span !== undefined) says.push({ of, name, span })
  }
  if (store.manifest.origin.form === 'config') add('store', store.name, store.manifest.span)
  if (policies.from === 'config')
    add('policies', store.name, spanOfProvenance(policies.provenance ?? { from: 'vault' }))
  const fact = policies.from === 'role' && role?.found === 'known' ? role.fact : undefined
  return [...says, ...roleSays(fact, facts)]
}

function roleSays(role: RoleFact | undefined, facts: readonly PolicyFact[]): ConfigSays[] {
  const at = role?.provenance.from === 'config' ? role.provenance.span : undefined
  return [
    ...(role === undefined || at === undefined
      ? []
      : [{ of: 'role' as const, name: `${role.authMount}/${role.name}`, span: at }]),
    ...facts.flatMap(({ name, saidAt }) =>
      saidAt === undefined ? [] : [{ of: 'policy' as const, name, span: saidAt }],
    ),
  ]
}

/** A default is what holds unless something overrides it: the reader must know that it was taken. */
function assuming(decision: Decision, assumed: readonly string[]): Decision {
  if (assumed.length === 0 || decision.verdict === 'unknown') return decision
  return { ...decision, assumed: [...new Set(assumed)] }
}

function policyLookup(
  name: string,
  from: Span | undefined,
  knowledge: Knowledge,
  textless: readonly TextlessPolicy[],
): Lookup<PolicyFact> {
  const found = lookUpPolicy(name, from, knowledge)
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

/** The live fact of the secret that a reference reads or writes. */
function secretsOf(reference: Reference, store: VaultStore, input: FollowInput): Pick<Link, 'secret' | 'whole'> {
  const live = input.live(store.vaultNamespace)
  const target = live === undefined ? undefined : readTarget(reference, store)
  if (live === undefined || target === undefined) return { secret: undefined }
  const secret = live.secretFact(target.mount, target.key, target.version)
  const whole = target.version === undefined ? undefined : live.secretFact(target.mount, target.key)
  return { secret, ...(whole === undefined ? {} : { whole }) }
}

/** Asked only of a `find` below a path. */
function atFolderOf(reference: Reference, store: VaultStore, input: FollowInput): Pick<Link, 'atFolder'> {
  const path = trimSlashes(reference.find?.path ?? '')
  if (path === '' || store.path === undefined || reference.holes.length > 0) return {}
  const fact = input.live(store.vaultNamespace)?.secretFact(trimSlashes(store.path), path)
  return fact === undefined ? {} : { atFolder: fact }
}

/** What a `find` has to choose from, as far as the server listed it. */
function foundOf(reference: Reference, store: VaultStore, input: FollowInput): Link['found'] {
  if (reference.operation !== 'find' || store.path === undefined) return undefined
  return input.live(store.vaultNamespace)?.find(trimSlashes(store.path), trimSlashes(reference.find?.path ?? ''))
}
