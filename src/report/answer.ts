import type { FileLine } from '../model/span.ts'
import type { Report } from './report.ts'
import type { WorkloadUser } from './workload-user.ts'

/** The answer to a question of the terminal, as plain data: what its JSON form and its text are made of. */
export type Answer =
  | { readonly to: 'explain'; readonly document: ExplanationDocument }
  | { readonly to: 'references'; readonly document: ReferencesDocument }
  | { readonly to: 'rotate'; readonly document: RotateDocument }
  | { readonly to: 'ci-policy'; readonly document: CiPolicyDocument }
  | { readonly to: 'access'; readonly document: AccessOfPath | AccessOfNamespace }
  | { readonly to: 'doctor'; readonly document: DoctorDocument }

/** The answer, or the report that says why there is none. */
export type Answered = { readonly answer: Answer } | { readonly answer: undefined; readonly report: Report }

/** What `explain` says, as plain data: its JSON form, and what the text is written from. Additive within version 1. */
export interface ExplanationDocument {
  readonly version: 1
  /** One line on the server that was asked, or on why none was. */
  readonly live: string
  readonly incomplete: readonly string[]
  readonly stores: readonly ExplainedStore[]
  readonly sessions: readonly ExplainedSession[]
}

/** What makes a store Ready (eso.md §3.1). */
export interface ExplainedStore extends FileLine {
  readonly store: string
  readonly applied: ExplainedApplied
  readonly login: ExplainedLogin | null
  /** What its being Ready proves, when that is nothing; or why it cannot become Ready. */
  readonly problem: string | null
  readonly requests: readonly ExplainedRequest[]
}

/** Whether a cluster gets an object, and by what (applied.md §4.6). */
export interface ExplainedApplied {
  readonly verdict: 'applied' | 'presumed' | 'suspended' | 'unclear' | 'not-applied'
  /** Each chain of roots that applies it, from the entry down; empty where none does. */
  readonly roots: readonly string[]
  readonly cluster: string | null
  /** Why it is not applied, may not be, or waits. */
  readonly because: string | null
}

/** One object and one store: a login, the requests of its references in order, and the end of the token. */
export interface ExplainedSession extends FileLine {
  readonly manifest: string
  /** Other objects out of the same lines, with the same outcome. */
  readonly also: readonly string[]
  readonly applied: ExplainedApplied
  readonly store: StoreUsed | null
  /** Why there is no store to follow. */
  readonly problem: string | null
  /** The Secret that it makes, and who asks for it. */
  readonly makes: readonly ExplainedSecret[]
  readonly login: ExplainedLogin | null
  readonly opening: readonly ExplainedRequest[]
  readonly references: readonly ExplainedReference[]
  readonly closing: readonly ExplainedRequest[]
}

/** A Secret that an ExternalSecret makes. */
export interface ExplainedSecret {
  readonly namespace: string | null
  readonly name: string
  readonly keys: readonly string[]
  /** Why there may be more keys; `null`: these are all. */
  readonly open: string | null
  readonly users: readonly WorkloadUser[]
}

export interface StoreUsed extends FileLine {
  readonly name: string
  /** How this store was found among several of its name. */
  readonly chosen: string | null
  readonly engine: string
  readonly vaultNamespace: string | null
}

/** Who logs in, how, and what that gives. */
export interface ExplainedLogin {
  readonly identity: string
  readonly role: string | null
  readonly rolePlace: FileLine | null
  /** Why the role or its policies are not known. */
  readonly problem: string | null
  readonly policies: readonly ExplainedPolicy[]
}

export interface ExplainedPolicy {
  readonly name: string
  readonly from: 'git' | 'vault' | 'snapshot' | 'built in' | null
  readonly place: FileLine | null
  readonly problem: string | null
}

export interface ExplainedReference extends FileLine {
  readonly field: string
  readonly operation: string
  readonly key: string
  readonly property: string | null
  readonly secretVersion: string | null
  /** What keeps ESO from asking, or us from telling what it asks. */
  readonly problems: readonly string[]
  readonly requests: readonly ExplainedRequest[]
  /** Live only: what the server says of the secret. */
  readonly live: string | null
}

export interface ExplainedRequest {
  /** From 1, in the order of the session. */
  readonly step: number
  readonly method: string
  /** As it is sent: `/v1/…`, percent-encoded, with its query. */
  readonly url: string
  /** The path that policies are asked about; `null`: none is. */
  readonly path: string | null
  readonly capability: string | null
  /** The request is repeated for paths below it. */
  readonly below: boolean
  readonly when: string
  /** One; several where servers differ. */
  readonly verdicts: readonly ExplainedVerdict[]
}

export interface ExplainedVerdict {
  /** Servers that judge so; empty: all of them. */
  readonly servers: readonly string[]
  readonly verdict: 'allowed' | 'denied' | 'unknown'
  readonly because: string
  /** Blocks merged into the one rule that decides. */
  readonly winner: readonly RuleShown[]
  readonly beaten: readonly (RuleShown & { readonly why: string })[]
}

export interface RuleShown {
  readonly policy: string
  readonly path: string
  readonly capabilities: readonly string[]
  readonly place: FileLine | null
  /** Line in the policy's text, where that is in no file. */
  readonly line: number | null
}

/** What `references` says, as plain data: its JSON form, and what the text is written from. Additive within version 1. */
export interface ReferencesDocument {
  readonly version: 1
  /** Sorted by Vault namespace, then path. */
  readonly paths: readonly UsedPath[]
  /** References whose path is not known, each with its reason. */
  readonly notChecked: readonly (User & { readonly because: string })[]
}

export interface UsedPath {
  /** `kv/team/app`: mount and key, without KV version 2's `data/` or `metadata/`. Everything below it where `below` says so. */
  readonly path: string
  readonly below: boolean
  readonly vaultNamespace: string | null
  readonly readers: readonly User[]
  readonly writers: readonly User[]
  /** Live only: what the server says of the secret. */
  readonly live: string | null
}

export interface User extends FileLine {
  readonly manifest: string
  /** Other objects out of the same line. */
  readonly also: readonly string[]
  readonly field: string
  readonly operation: string
  /** `null`: the whole secret. */
  readonly property: string | null
  readonly store: string | null
  /** Who asks for the Secret that is made of it; `references` alone tells them. */
  readonly workloads?: readonly WorkloadUser[]
}

/** What `doctor` says: why references were not checked, and what changes that. Additive within version 1. */
export interface DoctorDocument {
  readonly version: 1
  readonly headline: string
  /** References to Vault that are applied, or may be. */
  readonly references: number
  readonly checked: number
  /** By cause, the most references first. */
  readonly items: readonly DoctorItem[]
  /** All lines for the config, as one text. */
  readonly config: readonly string[]
}

export interface DoctorItem {
  readonly code: string
  readonly reason: string
  readonly counted: string
  readonly references: number
  readonly stores: readonly string[]
  readonly places: readonly (FileLine & { readonly what: string })[]
  readonly wayOut: string | null
  readonly config: readonly string[]
  /** Policies in Git that no known role names: one of them may be meant by `<policy>`. */
  readonly policies: readonly string[]
  /** Of a role that is not in Git: code that speaks of it and is not read; `null`: not looked for. */
  readonly spokenOf: readonly (FileLine & { readonly language: string })[] | null
}

/** What `access PATH` says: who can do what there. Additive within version 1. */
export interface AccessOfPath {
  readonly version: 1
  readonly of: 'path'
  readonly path: string
  /** Whoever comes to a token: stores, then roles that no store uses. */
  readonly holders: readonly AccessHolder[]
}

export interface AccessHolder {
  readonly store: string | null
  readonly storePlace: FileLine | null
  /** `kubernetes/eso`. */
  readonly role: string | null
  readonly rolePlace: FileLine | null
  /** ServiceAccounts that come to it: the one that the store names, or all that the role admits. */
  readonly accounts: readonly string[]
  readonly policies: readonly string[]
  readonly actions: readonly AccessAction[]
  /** References that use the path through it. */
  readonly users: readonly User[]
}

export interface AccessAction {
  readonly action: 'read' | 'list' | 'write' | 'delete'
  readonly verdict: 'allowed' | 'denied' | 'unknown'
  /** Blocks merged into the rule that decides. */
  readonly rules: readonly RuleShown[]
  readonly because: string
}

/** What `access --namespace` says: what a Kubernetes namespace can reach. Additive within version 1. */
export interface AccessOfNamespace {
  readonly version: 1
  readonly of: 'namespace'
  readonly namespace: string
  readonly stores: readonly ReachableStore[]
  /** Paths that any reference in Git names, as far as the namespace can reach them. */
  readonly paths: readonly ReachablePath[]
  /** Paths that references name, reached or not. */
  readonly known: number
  /** What is not known of it. */
  readonly open: readonly string[]
}

export interface ReachableStore extends FileLine {
  readonly store: string
  readonly role: string | null
  readonly rolePlace: FileLine | null
  readonly policies: readonly string[]
  /** Why what it allows is not known. */
  readonly problem: string | null
  readonly rules: readonly ReachableRule[]
}

/** A rule of the store's token, with how many references need it. */
export interface ReachableRule {
  readonly policy: string
  readonly path: string
  readonly capabilities: readonly string[]
  readonly place: FileLine | null
  readonly usedHere: number
  readonly usedElsewhere: number
}

export interface ReachablePath {
  readonly path: string
  readonly actions: readonly ('read' | 'list' | 'write' | 'delete')[]
  readonly stores: readonly string[]
  /** References of the namespace that use it. */
  readonly usedHere: readonly User[]
  /** Other namespaces whose references name it. */
  readonly usedBy: readonly string[]
}

/** What `rotate` says, as plain data: its JSON form, and what the text is written from. Additive within version 1. */
export interface RotateDocument {
  readonly version: 1
  readonly path: string
  readonly secrets: readonly RotatedSecret[]
}

/** A Secret that is made of the path, at the object that makes it. */
export interface RotatedSecret extends FileLine {
  readonly manifest: string
  readonly namespace: string | null
  readonly secret: string
  /** Empty: the whole secret is read. */
  readonly properties: readonly string[]
  /** `1h`; or why ESO does not read again: `interval` (it is 0), `created-once`, `immutable`, `on-change`. */
  readonly refresh: string
  readonly users: readonly RotateUser[]
}

export interface RotateUser extends WorkloadUser {
  readonly kind: string
  readonly name: string
  readonly namespace: string | null
  /**
   * What it takes until it has the new value: a restart by hand; an annotation makes Reloader restart it; the next Job has it; the files
   * change, and the program must read them; Flux upgrades; the next pull has it; its controller decides.
   */
  readonly restart: 'restart' | 'reloader' | 'next-run' | 'files' | 'release' | 'pull' | 'controller'
}

/** What `ci-policy` says, as plain data: its JSON form, and what the HCL is written from. Additive within version 1. */
export interface CiPolicyDocument {
  readonly version: 1
  /** What the token is for; left out: `check`. */
  readonly for?: 'snapshot'
  /** In the order of the text; `needed: false` for what only makes answers more telling. */
  readonly rules: readonly CiRule[]
  /** What the policy cannot name, or what Git does not tell. */
  readonly notes: readonly string[]
}

export interface CiRule {
  /** As it stands in the policy, with `*` at its end where it is a folder. */
  readonly path: string
  readonly capabilities: readonly string[]
  readonly purpose: string
  readonly needed: boolean
}
