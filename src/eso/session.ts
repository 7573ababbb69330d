import type { Manifest } from '../manifests/manifest.ts'
import type { Access, Reference } from './reference.ts'
import type { Identity, VaultStore } from './store.ts'

/** The request that gets the token; Vault asks no policy about it (eso.md §3.0). */
export interface Login {
  readonly http: { readonly method: 'PUT'; readonly path: string }
  /** ACL-style path, `auth/<mount>/login…`. */
  readonly path: string
  readonly vaultNamespace: string | undefined
}

/** The frame of requests around the items of one object that use one store, in order (eso.md §3.0). */
export interface Session {
  readonly manifest: Manifest
  readonly store: VaultStore
  readonly namespaces: readonly string[] | undefined
  readonly identity: Identity | undefined
  /** `undefined`: a static token, or no `auth` at all. */
  readonly login: Login | undefined
  /** Requests of the frame itself: lookup-self and revoke-self, all with side `session`. */
  readonly accesses: readonly Access[]
  readonly references: readonly Reference[]
}
