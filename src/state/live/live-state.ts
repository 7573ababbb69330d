import type { Variant } from '../../model/variant.ts'
import type {
  AuthMountFact,
  AuthType,
  Hidden,
  MountFact,
  PolicyFact,
  RoleFact,
  SecretFact,
  VaultState,
} from '../../model/vault-state.ts'

/** What the server said of one part: there, certainly not there, or not to be told. */
export type Seen<Fact> =
  | { readonly presence: 'present'; readonly fact: Fact }
  /**
   * `because`: one sentence, when there is more to say than "not there". `inside`: nothing is mounted at the path itself, because it
   * is a folder of this mount.
   */
  | { readonly presence: 'absent'; readonly because?: string; readonly inside?: string }
  | Hidden

export interface ServerFacts {
  /** `undefined`: the answers do not tell Vault and OpenBao apart (vault.md §4.1). */
  readonly product: 'vault' | 'openbao' | undefined
  readonly version: string | undefined
  /** The ways of matching LIST that this server may have: one when product and version are known. */
  readonly variants: readonly Variant[]
  readonly standby: boolean
  /** `false`: a Community Vault, which takes no notice of the namespace header (vault.md §0); `undefined`: it does not say. */
  readonly enterprise?: boolean
}

export interface TokenFacts {
  /** `false`: the token may not look itself up (`token_no_default_policy`); the other fields are then unknown. */
  readonly lookedUp: boolean
  readonly type: 'service' | 'batch' | undefined
  /** Effective policies: the token's and its identity's (vault.md §4.2). */
  readonly policies: readonly string[]
  readonly root: boolean
  /** 0: unlimited. Every request uses one up, also a failed one. */
  readonly numUses: number
  /** Seconds left; `undefined`: does not expire, or unknown. */
  readonly ttl: number | undefined
  /** Vault namespace that knew it, `''` for the root namespace: the one that is read, or one above. There it can be revoked. */
  readonly namespace?: string
}

/** What the CI token's policy lacks for what was asked. */
export interface MissingRight {
  readonly path: string
  readonly capability: 'read' | 'list' | 'update'
  /** What it is for, as a sentence part: "the key names of kv/app". */
  readonly purpose: string
}

export interface WantedSecret {
  /** KV mount, without slashes at the ends. */
  readonly mount: string
  /** Below the mount; without `data/` or `metadata/`, without slashes at the ends. */
  readonly key: string
  /** The key names are needed too (a `property` is asked for). */
  readonly withKeys?: boolean
  /** KV v2: this version instead of the current one. */
  readonly version?: number
  /** The KV version that the store takes the mount to have: tells which right is lacking where the server hides the mount. */
  readonly kv?: 1 | 2
  /** Only helps to explain something else: a right that is lacking for it is not worth a word. */
  readonly aside?: true
  /** KV v2: the state of every version as well, which `subkeys` does not tell: one request more. */
  readonly withVersions?: true
  /** The keys that properties lead to, by the names on the way: a snapshot with hashed names can only be looked up by name. */
  readonly keyPaths?: readonly (readonly string[])[]
}

export interface WantedFind {
  readonly mount: string
  /** Folder below the mount; `''`: the whole mount. */
  readonly path: string
  /** As in `WantedSecret`. */
  readonly kv?: 1 | 2
}

export interface WantedRole {
  readonly authMount: string
  readonly name: string
  /** As the manifests see the auth mount; used when the server does not tell. */
  readonly type?: AuthType
}

/** What to ask a server for, in one Vault namespace. */
export interface Wanted {
  readonly mounts?: readonly string[]
  /** Auth mounts whose type matters; those of `roles` are added. */
  readonly authMounts?: readonly string[]
  /** Read `auth/<mount>/config` too (drift, plan, reviewer rules). */
  readonly authConfig?: boolean
  readonly roles?: readonly WantedRole[]
  /** Those that the roles name are added. */
  readonly policies?: readonly string[]
  readonly secrets?: readonly WantedSecret[]
  readonly finds?: readonly WantedFind[]
}

/** Names below a folder, as LIST gives them: paths below the mount, without folders. */
export interface FindFact {
  readonly names: readonly string[]
  /** `undefined`: the list is complete; else one sentence: what it lacks and why. */
  readonly incomplete: string | undefined
}

/** What a server told in answer to a `Wanted`. Asking for a part that was not wanted gives `undefined`. */
export interface LiveState {
  /** Everything seen, as one shape with declared and desired state. */
  readonly state: VaultState
  readonly server: ServerFacts
  readonly token: TokenFacts
  readonly mount: (path: string) => Seen<MountFact> | undefined
  readonly authMount: (path: string) => Seen<AuthMountFact> | undefined
  /** The config of an auth mount; only with `authConfig`. */
  readonly authConfig: (path: string) => Seen<Readonly<Record<string, unknown>>> | undefined
  readonly role: (authMount: string, name: string) => Seen<RoleFact> | undefined
  readonly policy: (name: string) => Seen<PolicyFact> | undefined
  /** With `version`, the fact is about that version; a version that never was is `absent` while the secret is `present`. */
  readonly secretFact: (mount: string, key: string, version?: number) => SecretFact | undefined
  readonly find: (mount: string, path: string) => FindFact | Hidden | undefined
  /** What to add to the CI token's policy; each path and capability once, sorted. */
  readonly missingRights: readonly MissingRight[]
  readonly excess: {
    readonly root: boolean
    /** Paths of wanted secrets whose values the token could read, sorted. */
    readonly readableValues: readonly string[]
  }
  /** Requests that were not answered as Vault answers, a sentence each; then nothing is complete, whatever else was told. */
  readonly unanswered: readonly string[]
  /** Sentences worth showing once: a token that runs out of uses, a listing that was cut. */
  readonly warnings: readonly string[]
}
