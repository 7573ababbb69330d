import type { Decision, Operation } from '../model/decision.ts'
import type { Expectation } from '../model/expectation.ts'
import type { RelatedPlace } from '../model/finding.ts'
import type { InvalidYaml } from '../model/invalid-yaml.ts'
import type { RuleLocation } from '../model/law-reason.ts'
import type { Manifest } from '../model/manifest.ts'
import type { LoginReason, NotCheckedReason, OpenLaw, ServerReason } from '../model/reason.ts'
import type { Access, Reference } from '../model/reference.ts'
import type { ServerLaw } from '../model/server-law.ts'
import type { Span } from '../model/span.ts'
import type { ForeignStore, Identity, VaultStore } from '../model/store.ts'
import type {
  AuthMountFact,
  Hidden,
  MountFact,
  PolicyFact,
  Provenance,
  RoleFact,
  SecretFact,
  VaultState,
} from '../model/vault-state.ts'
import type { TextlessPolicy } from '../state/declared/declared.ts'
import type { FindFact, LiveState } from '../state/live/live-state.ts'
import type { LastMile } from '../workloads/last-mile.ts'
import type { PushDelete, StoreMove, TargetRemoval } from './change-effects.ts'
import type { DriftFacts } from './drift-facts.ts'

/** A part of a Vault, looked up by name in Git first and then on the server (design §3). */
export type Lookup<T> =
  | { readonly found: 'known'; readonly fact: T; readonly other?: T }
  /** The server says that it is not there, or Git declares its like and not it; `near` are names that look alike. */
  | {
      readonly found: 'absent'
      readonly by: 'vault' | 'git'
      readonly near: readonly T[]
      /** What Git declares beside it, where nothing of that looks alike; empty where it declares only what would hold it. */
      readonly siblings?: readonly T[]
    }
  /** Several places in Git declare it differently. */
  | { readonly found: 'conflict'; readonly facts: readonly T[] }
  | { readonly found: 'unknown'; readonly because: LoginReason | ServerReason }

/** The policies of the token that a store's login gives. */
export interface TokenPolicies {
  readonly names: readonly string[]
  /** Whether `default` is attached as well (it is, unless the role says `token_no_default_policy`). */
  readonly withDefault: boolean
  readonly from: 'role' | 'config' | 'token'
  /** Where the token is made, where the store names none but a token; where the config says them. */
  readonly provenance?: Provenance
  /** What may give the token policies beyond these: a miss is then "unknown". */
  readonly open?: readonly OpenLaw[]
  /** Variables at whose default the policies are told. */
  readonly assumed?: readonly string[]
}

/** One request of a reference, and what the policies say to it. */
export interface JudgedAccess {
  readonly access: Access
  readonly decision: Decision
}

/** One reference followed as far as it can be: store, role, policies, decision, live key. */
export interface Link {
  readonly reference: Reference
  /** Other objects that come out of the same line with the same outcome (overlays of one base). */
  readonly also: readonly Manifest[]
  readonly store: VaultStore | undefined
  readonly role: Lookup<RoleFact> | undefined
  readonly policies: TokenPolicies | undefined
  readonly accesses: readonly JudgedAccess[]
  /** The engine mounted where the store's path points. */
  readonly mount: Lookup<MountFact> | undefined
  /** Live only; `undefined` when no Vault was asked about it. */
  readonly secret: SecretFact | undefined
  /** Where a version is pinned: what is said of the secret itself, while `secret` is about that version. */
  readonly whole?: SecretFact
  /** Live only: what a `find` has to choose from. */
  readonly found: FindFact | Hidden | undefined
  /** Live only: what stands at the `path` of a `find` itself, which may be a secret instead of a folder. */
  readonly atFolder?: SecretFact
}

/** What is said of one store, whoever uses it. */
export interface StoreLink {
  readonly store: VaultStore
  readonly role: Lookup<RoleFact> | undefined
  readonly policies: TokenPolicies | undefined
  readonly mount: Lookup<MountFact> | undefined
  readonly authMount: Lookup<AuthMountFact> | undefined
  /** `auth/<mount>/config`, as Git or the server tells it. */
  readonly authConfig: AuthConfig | undefined
  /** What ESO asks to call the store Ready, and what the policies say to it; empty where that cannot be told. */
  readonly session: readonly JudgedAccess[]
  readonly links: readonly Link[]
}

/** The config of an auth mount, with `token_reviewer_jwt_set` always told: secrets in it are only told to be set. */
export interface AuthConfig {
  readonly config: Readonly<Record<string, unknown>>
  readonly provenance: Provenance
}

/** A policy text that does not parse, with the place of the error. */
export interface InvalidPolicy {
  /** It was not looked into, because of a limit of ours; `message` says which. The server may take it. */
  readonly unread?: true
  readonly policy: PolicyFact
  readonly message: string
  /** Line in the policy's text, from 1. */
  readonly line: number
  readonly span: Span | undefined
}

/** The version of ESO that Git installs, or that the settings name. */
export interface InstalledEso {
  readonly version: string
  /** `undefined`: told by the settings. */
  readonly span: Span | undefined
  /** Whether the chart's values keep v1beta1 served; `unknown`: they stand where nothing reads them. Absent: they do not. */
  readonly servesV1Beta1?: 'yes' | 'unknown'
}

/**
 * One request, as the law is asked about it. `holes`: what of the path stands for any text, as it is written; `segments`: those of them
 * that hold no slash.
 */
export interface AskedRequest {
  readonly path: string
  readonly capability: Operation
  readonly holes: readonly string[]
  readonly segments?: readonly string[]
}

/** Whoever comes to a token: a store that logs in, or a role that somebody could log in with. */
export interface TokenHolder {
  /** `undefined`: a role that no store uses. */
  readonly store: VaultStore | undefined
  /** As `mount/name`; `undefined`: a static token. */
  readonly role: string | undefined
  readonly fact: RoleFact | undefined
  readonly policies: TokenPolicies | undefined
  /** `unknown`, with its reason, where the policies are not known. */
  decide(request: AskedRequest): Decision
}

/** All who come to a token, as far as Git, the config and the server tell. */
export interface Holders {
  /** In the name of a consumer in `namespace`, which counts for stores with referent authentication (eso.md §5.3). */
  ofStore(store: StoreLink, namespace?: string): TokenHolder
  ofRole(role: NamedRole, account?: Identity): TokenHolder
  readonly roles: readonly NamedRole[]
}

export interface NamedRole {
  readonly authMount: string
  readonly name: string
  readonly lookup: Lookup<RoleFact>
}

/** What the law says to one action of an expectation. */
export interface JudgedExpectation {
  readonly expectation: Expectation
  readonly action: string
  readonly outcome:
    | { readonly is: 'holds' }
    /** `request`: the one that decides; of a pattern, one that fits it. `holder`: whose token. */
    | {
        readonly is: 'broken'
        readonly holder: TokenHolder
        readonly request: AskedRequest
        /** The path of the request, or the pattern that it stands for. */
        readonly pattern: string
        readonly decision: Decision
      }
    /** Nothing of that name is there. `near`: what is. */
    | { readonly is: 'nobody'; readonly near: readonly string[] }
    | { readonly is: 'not-checked'; readonly because: NotCheckedReason }
}

/** A part of the config that is not heard, because Git says it. */
export interface SaidInVain {
  readonly of: 'store' | 'role' | 'policy'
  readonly name: string
  /** In the config. */
  readonly span: Span
  /** In Git. */
  readonly by: Span | undefined
  readonly differs: boolean
}

/** A naming convention from the config: mount and path, with names in braces (design §4). */
export interface NamingRule {
  readonly pattern: string
  /** Name in the pattern → what may stand there; `{namespace}` and `{name}` are those of the manifest. */
  readonly where: Readonly<Record<string, readonly string[]>>
  readonly span: Span
}

/** Everything that rules look at: the manifests, followed to their ends. Nothing in it reads a file or asks a server. */
export interface Chain {
  readonly manifests: readonly Manifest[]
  readonly stores: readonly (VaultStore | ForeignStore)[]
  readonly links: readonly Link[]
  readonly storeLinks: readonly StoreLink[]
  readonly declared: VaultState
  /** What the server told; absent when none was asked. */
  readonly live: LiveView | undefined
  /** What is known of the server whose law judges. */
  readonly server: ServerLaw
  readonly invalidPolicies: readonly InvalidPolicy[]
  /** Documents of ESO's kinds that could not be read as YAML. */
  readonly invalidYaml: readonly InvalidYaml[]
  /** Policies that Git writes from a text that it does not hold. */
  readonly textlessPolicies: readonly TextlessPolicy[]
  readonly installedEso: readonly InstalledEso[]
  readonly naming: readonly NamingRule[]
  /** Who uses the Secrets that ESO makes. */
  readonly lastMile: LastMile
  /** Whether a name stands anywhere in the checkout outside of these files (as shown). */
  isNamedOutside(name: string, files: ReadonlySet<string>): boolean
  /** What the config says, and Git says too: then Git counts. */
  readonly saidInVain: readonly SaidInVain[]
  /** Who comes to a token, and what it may do. */
  readonly holders: Holders
  /** The contract of the config, judged. */
  readonly expected: readonly JudgedExpectation[]
  /** What only drift looks at; absent where nobody asked for it. */
  readonly drift?: DriftFacts
  /** What was before the change that is reported; absent where everything is. */
  readonly before?: Before
  /** Policies by name, as the law that judges holds them. */
  policy(name: string): Lookup<PolicyFact>
}

/** The server's answers, for rules about the server as a whole. */
export interface LiveView {
  readonly state: VaultState
  /** One line: product, version, address. */
  readonly server: string
  /** By Vault namespace, relative to the one of the settings (`''`). */
  readonly states: ReadonlyMap<string, LiveState>
}

/** What rules are told of the state that a change starts from. */
export interface Before {
  /** As people call it, for the middle of a sentence: "`main`". */
  readonly since: string
  /** Who used Secrets, and who made them. */
  readonly lastMile: LastMile
  /** The rules that allowed this request of the same object before; empty: nothing did, or it was not sent. */
  grantedBy(link: Link, access: Access): readonly RuleLocation[]
  /** Secrets that were referred to and no longer are, by any manifest that was read. */
  readonly unreferenced: readonly Unreferenced[]
  /** What ESO deletes in Vault because of the change. */
  readonly pushDeletes: readonly PushDelete[]
  /** Kubernetes Secrets that the change takes away from what uses them. */
  readonly removedTargets: readonly TargetRemoval[]
  /** Keys that still name the mount that their store had before. */
  readonly storeMoves: readonly StoreMove[]
}

export interface Unreferenced {
  /** Mount and key, as people write them. */
  readonly path: string
  /** `ExternalSecret apps/db, spec.data[0]`: the first reference that was taken away, and how many more there were. */
  readonly reference: string
  readonly others: number
  readonly pushed: boolean
  /** Where it would stand now; in a file that is gone, where it stood. */
  readonly span: Span
  /** The file is gone. */
  readonly fileGone: boolean
  /** Workloads that used the Secret which was made of it. */
  readonly usedBy: readonly string[]
  /** Policy rules that were needed for it and that nothing needs any more. */
  readonly rules: readonly RelatedPlace[]
}
