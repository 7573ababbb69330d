import type { Span } from './span.ts'

/** Where a part of a Vault's state was seen. */
export type Provenance =
  | { readonly from: 'git'; readonly span: Span; readonly form: DeclaredForm }
  | { readonly from: 'vault' }
  /** As a server was seen at `made` (RFC 3339). */
  | { readonly from: 'snapshot'; readonly made: string }
  | { readonly from: 'config'; readonly span?: Span }
  | { readonly from: 'manifests'; readonly spans: readonly Span[] }

/**
 * The syntax that declares a part. `markdown` and `comment` (a command in a comment) are documentation: they count only where
 * nothing stronger declares the same name (spec/forms.md §2).
 */
export type DeclaredForm = 'hcl' | 'shell' | 'terraform' | 'yaml' | 'markdown' | 'comment'

/**
 * A value that Git gives in full, or only in part: text with shell or Terraform variables stays symbolic, and a miss against
 * it is "unknown", not "denied" (spec/field.md §4).
 */
export interface PartlyKnown {
  /** Variables left in the text, as written; empty when all is known. */
  readonly unknown: readonly string[]
  /**
   * What may add to what stands here, as written (`%{ for … }` in a policy's text, an identity group with policies of its own
   * for a role): a hit counts, a miss is "unknown". Every entry stands in `unknown` as well.
   */
  readonly open?: readonly string[]
  /** Variables that are taken at their default, which the environment may override (spec/forms.md §2). */
  readonly assumed?: readonly string[]
}

/** Where in a Vault with namespaces a part stands. */
export interface InNamespace {
  /** Vault namespace that it is written into, without slashes at the ends; `undefined`: not told, or told by no text. */
  readonly vaultNamespace?: string
}

export interface PolicyFact extends PartlyKnown, InNamespace {
  /** Lower-case, as the server stores it (spec/vault.md §1.6). */
  readonly name: string
  /** The policy's text. Unknown parts stand in it as `${…}`. */
  readonly text: string
  /** Span of line `line` (from 1) of the text, in the file that holds it; absent for live policies. */
  readonly spanOfLine?: (line: number) => Span
  /** Where the config names the file as the text of this policy. */
  readonly saidAt?: Span
  /** When the server drops the policy by itself (OpenBao's `expiration`, RFC 3339); live only. */
  readonly expires?: string
  readonly provenance: Provenance
}

/** How an auth mount's roles are shaped. */
export type AuthType = 'kubernetes' | 'approle' | 'jwt' | 'token' | 'cert' | 'ldap' | 'userpass' | 'aws' | 'gcp'

/** A parameter as a command or a configuration names it; Vault drops what the role type does not have. */
export interface RoleParameter {
  readonly name: string
  readonly span: Span
}

export interface RoleFact extends PartlyKnown, InNamespace {
  /** Without `auth/` and without slashes at the ends. */
  readonly authMount: string
  readonly type: AuthType | undefined
  /** Lower-case, as the server stores it. */
  readonly name: string
  /**
   * `token_policies`, or where it is not given `policies` (vault.md §4.6); lower-case, without `default`. `undefined`: could not be
   * told.
   */
  readonly policies: readonly string[] | undefined
  /** `token_no_default_policy`: the token lacks `default`, hence lookup-self and revoke-self (spec/eso.md §3.1). */
  readonly noDefaultPolicy: boolean
  /** Kubernetes: globs with `*` (spec/vault.md §4.6). `undefined`: not given or not told. */
  readonly boundServiceAccountNames?: readonly string[]
  readonly boundServiceAccountNamespaces?: readonly string[]
  readonly boundNamespaceSelector?: string
  /** Kubernetes `audience`, or the JWT role's `bound_audiences`. */
  readonly audiences?: readonly string[]
  readonly boundSubject?: string
  readonly boundClaims?: Readonly<Record<string, readonly string[]>>
  /** All other fields as the server or the text gives them, for drift and plan. */
  readonly fields: Readonly<Record<string, unknown>>
  /** All parameters of a plain write to the role, where they are written one by one. */
  readonly parameters?: readonly RoleParameter[]
  /** Policies that `policies` names beside `token_policies`: Vault takes none of them. */
  readonly droppedPolicies?: readonly string[]
  readonly provenance: Provenance
}

export interface MountFact extends PartlyKnown, InNamespace {
  /** Without slashes at the ends; may contain `/`. */
  readonly path: string
  /** `kv`, `database`, `pki`… (`kv-v2` is told as `kv` with version 2). */
  readonly type: string
  /** KV only. */
  readonly version?: 1 | 2
  readonly description?: string
  readonly accessor?: string
  readonly options: Readonly<Record<string, unknown>>
  readonly provenance: Provenance
}

export interface AuthMountFact extends PartlyKnown, InNamespace {
  readonly path: string
  readonly type: string
  readonly accessor?: string
  /** `auth/<path>/config`, where it was given or could be read. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Where the config is written, when that is another place than where the mount is enabled. */
  readonly configProvenance?: Provenance
  readonly provenance: Provenance
}

/** Why something live could not be told: never "absent", never a pass (design §1, promise 5). */
export interface Hidden {
  readonly presence: 'hidden' | 'unknown'
  /** One sentence: what was asked, what the server answered, what to grant. */
  readonly because: string
  /** It is a snapshot that does not show it (`hidden`), or does not hold it (`unknown`). */
  readonly of?: 'snapshot'
}

/** What can be said of one secret path without reading a value. */
export type SecretFact =
  | {
      readonly presence: 'present'
      readonly currentVersion?: number
      /** Key names (with nested ones) as `subkeys` shows them; `undefined` when they could not be seen. */
      readonly keys?: SubKeys
      readonly keysHidden?: string
      /** Only the keys that were looked up by name are in `keys`: the others' names are hashed (snapshot.md §2). */
      readonly keysHashed?: true
      /** Version number → alive, deleted or destroyed. */
      readonly versions?: Readonly<Record<string, 'alive' | 'deleted' | 'destroyed'>>
      readonly customMetadata?: Readonly<Record<string, string>>
      /** RFC 3339; the version is alive until then (`delete_version_after`, spec/vault.md §4.8). */
      readonly deletionTime?: string
    }
  | { readonly presence: 'absent' }
  | { readonly presence: 'deleted' | 'destroyed'; readonly currentVersion: number; readonly deletionTime?: string }
  | Hidden

/** Key names; a leaf is `null` (spec/vault.md §4.8 `subkeys`: arrays and JSON in a string are leaves, hence opaque). */
export interface SubKeys {
  readonly [key: string]: SubKeys | null
}

/** The shape of a Vault, whoever tells it: Git (declared), the server (live), or the manifests and config (desired). */
export interface VaultState {
  readonly mounts: readonly MountFact[]
  readonly authMounts: readonly AuthMountFact[]
  readonly roles: readonly RoleFact[]
  readonly policies: readonly PolicyFact[]
}
