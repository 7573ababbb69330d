import type { Manifest } from '../manifests/manifest.ts'

export type StoreKind = 'SecretStore' | 'ClusterSecretStore'
export type KvVersion = 'v1' | 'v2'

/** Who logs in to Vault (spec/eso.md §5.3). */
export type Identity =
  | {
      readonly type: 'serviceAccount'
      /** `undefined`: not told by Git (the manifest's namespace is unknown). */
      readonly namespace: string | undefined
      readonly name: string
      /** Audiences asked for in the TokenRequest; empty: the API server's default audience. */
      readonly audiences: readonly string[]
    }
  /** The ESO controller pod's own ServiceAccount: neither `serviceAccountRef` nor `secretRef` is set (spec/eso.md §0.21). */
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

/** The auth method that ESO uses: the first that is set, in ESO's order (spec/eso.md §5.1). */
export interface StoreAuth {
  readonly method: AuthMethod
  /** Auth mount as ESO inserts it after `auth/`, slashes at the ends cleaned; `undefined` for a static token. */
  readonly mount: string | undefined
  /** Role as written; `undefined` when the method has none or it is left to the mount's default. */
  readonly role: string | undefined
  /** Other methods that are set too and that ESO ignores. */
  readonly ignored: readonly AuthMethod[]
}

/** A SecretStore or ClusterSecretStore with the Vault provider. */
export interface VaultStore {
  readonly kind: StoreKind
  readonly name: string
  readonly namespace: string | undefined
  readonly manifest: Manifest
  /** `spec.provider.vault.path`: the KV mount. `undefined` is not `""` (spec/eso.md §2.1). */
  readonly path: string | undefined
  readonly version: KvVersion
  /** Vault namespace (header); `undefined`: the root namespace. */
  readonly vaultNamespace: string | undefined
  readonly auth: StoreAuth | undefined
  readonly controller: string | undefined
  readonly checkAndSet: boolean
  /** Any reference without `namespace` in a ClusterSecretStore: the identity depends on the consumer (spec/eso.md §5.3). */
  readonly referent: boolean
}

/** A store of another provider: known, so that nothing is said of it. */
export interface ForeignStore {
  readonly kind: StoreKind
  readonly name: string
  readonly namespace: string | undefined
  readonly manifest: Manifest
  readonly provider: string | undefined
}

/** What a `secretStoreRef` leads to. */
export type StoreResolution =
  | { readonly found: 'vault'; readonly store: VaultStore }
  | { readonly found: 'foreign'; readonly store: ForeignStore }
  | { readonly found: 'duplicate'; readonly stores: readonly (VaultStore | ForeignStore)[] }
  | { readonly found: 'absent' }
  /** The reference or its namespace could not be told from Git (a variable, a namespace that nothing sets). */
  | { readonly found: 'unknown'; readonly because: string }
