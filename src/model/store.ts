import type { FailsWith } from './eso-failure.ts'
import type { Manifest } from './manifest.ts'
import type { PatchReason, StoreReason, UnknownStoreReason } from './reason.ts'

export type StoreKind = 'SecretStore' | 'ClusterSecretStore'
export type KvVersion = 'v1' | 'v2'

/** A generator carries a Vault provider of its own and logs in by it like a store would (eso.md §3.5). */
export type GeneratorKind = 'VaultDynamicSecret' | 'ClusterGenerator'

/** Who logs in to Vault (eso.md §5.3). */
export type Identity =
  | {
      readonly type: 'serviceAccount'
      /** `undefined`: not told by Git (the manifest's namespace is unknown). */
      readonly namespace: string | undefined
      readonly name: string
      /** Audiences asked for in the TokenRequest; empty: the API server's default audience. */
      readonly audiences: readonly string[]
    }
  /** The ESO controller pod's own ServiceAccount: neither `serviceAccountRef` nor `secretRef` is set (eso.md §0.21). */
  | { readonly type: 'controller' }
  /** A token, JWT or credential held in a Kubernetes Secret: what it proves cannot be told from Git. */
  | {
      readonly type: 'secret'
      readonly namespace: string | undefined
      readonly name: string
      readonly key: string | undefined
    }
  | { readonly type: 'other'; readonly what: string }

export type AuthMethod =
  | 'tokenSecretRef'
  | 'appRole'
  | 'kubernetes'
  | 'ldap'
  | 'userPass'
  | 'jwt'
  | 'cert'
  | 'iam'
  | 'gcp'

/** The auth method that ESO uses: the first that is set, in ESO's order (eso.md §5.1). */
export interface StoreAuth {
  readonly method: AuthMethod
  /** Auth mount as ESO inserts it after `auth/`, slashes at the ends cleaned; `undefined` for a static token. */
  readonly mount: string | undefined
  /** Role as written; `undefined` when the method has none or it is left to the mount's default. */
  readonly role: string | undefined
  /** Other methods that are set too and that ESO ignores. */
  readonly ignored: readonly AuthMethod[]
  /** AppRole with `roleId`: the role's id as written (not its name, and not a secret). */
  readonly roleId?: string
  /** LDAP and userpass: the name that the login path ends in. */
  readonly username?: string
  /** The login fails before Vault is asked (eso.md §5.1, §5.2). */
  readonly failsWith?: FailsWith
}

/** A SecretStore or ClusterSecretStore with the Vault provider, or the provider inside a generator. */
export interface VaultStore {
  readonly kind: StoreKind | GeneratorKind
  readonly name: string
  readonly namespace: string | undefined
  readonly manifest: Manifest
  /**
   * `provider.openBao` instead of `provider.vault`: the same protocol, by another client. It only reads, takes keys and properties
   * as they are written, and finds in one folder (eso.md §5.6).
   */
  readonly dialect?: 'openBao'
  /** `spec.provider.vault.path`: the KV mount. `undefined` is not `""` (eso.md §2.1). */
  readonly path: string | undefined
  readonly version: KvVersion
  /** `spec.provider.vault.server` as written: a name for the Vault, never an address that is called. */
  readonly server: string | undefined
  /** Vault namespace (header); `undefined`: the root namespace. */
  readonly vaultNamespace: string | undefined
  /** `auth.namespace`: the Vault namespace of the login alone, where it differs; `""` is the root (eso.md §5.4). */
  readonly authNamespace: string | undefined
  readonly auth: StoreAuth | undefined
  readonly controller: string | undefined
  readonly checkAndSet: boolean
  /** Any reference without `namespace` in a ClusterSecretStore: the identity depends on the consumer (eso.md §5.3). */
  readonly referent: boolean
  /** Variables and placeholders left in path, version, role, mount or namespaces, as written; empty when all is known. */
  readonly holes: readonly string[]
  /** Why what is said above may not be what reaches the cluster (a patch that could not be applied). */
  readonly notChecked: PatchReason | undefined
}

/** A store of another provider: known, so that nothing is said of it. */
export interface ForeignStore {
  readonly kind: StoreKind | GeneratorKind
  readonly name: string
  readonly namespace: string | undefined
  readonly manifest: Manifest
  readonly provider: string | undefined
}

/** What a `secretStoreRef` leads to. */
export type StoreResolution =
  | {
      readonly found: 'vault'
      readonly store: VaultStore
      /** Git holds several stores of that name: how this one was chosen, as a sentence part ("the one in …"). */
      readonly chosen?: string
      /** Other stores of that name that may be the one: they give the same paths, and `conditions` must agree over all. */
      readonly copies?: readonly VaultStore[]
      /** Why it cannot be told how this consumer logs in: the copies differ in it. Its paths are known all the same. */
      readonly unsure?: StoreReason | PatchReason
    }
  | { readonly found: 'foreign'; readonly store: ForeignStore }
  | { readonly found: 'duplicate'; readonly stores: readonly (VaultStore | ForeignStore)[] }
  /** `elsewhere`: stores of that name that other clusters have, or that nothing applies. */
  | { readonly found: 'absent'; readonly elsewhere?: readonly AnyStore[] }
  /** The reference or its namespace could not be told from Git (a variable, a namespace that nothing sets). */
  | { readonly found: 'unknown'; readonly because: UnknownStoreReason }

export type AnyStore = VaultStore | ForeignStore
