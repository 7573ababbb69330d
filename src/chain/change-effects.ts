import type { AppliedBy } from '../model/applied.ts'
import type { Manifest } from '../model/manifest.ts'
import type { Reference } from '../model/reference.ts'
import type { SecretUser } from '../model/secret-user.ts'
import type { Span } from '../model/span.ts'
import type { VaultStore } from '../model/store.ts'

/** Why an object stays in the cluster that Git no longer holds. */
export type KeptBy =
  /** What applies it deletes nothing. */
  | { readonly code: 'root'; readonly by: AppliedBy }
  /** An annotation or label of its own. */
  | { readonly code: 'annotation'; readonly name: string }

/** Why ESO no longer writes what it wrote (eso.md §3.8). */
export type PushGone =
  /** The PushSecret is gone; `keptBy`: it stays in the cluster all the same. */
  | { readonly code: 'object'; readonly keptBy?: KeptBy }
  /** It no longer names the store. */
  | { readonly code: 'store' }
  /** The entry is gone, or has another remote key or property. */
  | { readonly code: 'entry' }
  /** The Secret that it pushes is gone. */
  | { readonly code: 'source'; readonly removed: TargetRemoval }

/** What ESO deletes in Vault, of one PushSecret, for one reason, through one store. */
export interface PushDelete {
  /** As it is now; as it was before where it is gone. */
  readonly object: Manifest
  readonly gone: PushGone
  readonly store: VaultStore
  /** Where the change takes it away. */
  readonly span: Span
  readonly secrets: readonly [DeletedSecret, ...DeletedSecret[]]
  /** Go duration, `1h0m0s` when nothing says another: how long it takes until the next push. */
  readonly refreshInterval: string
}

export interface DeletedSecret {
  /** Mount and key, as people write them. */
  readonly path: string
  /** The same, and where ESO kept its metadata, if that is another one (eso.md §2.3). */
  readonly touched: readonly string[]
  /** Only this property is taken out, where others remain. */
  readonly property: string | undefined
  /** Others are known to remain. */
  readonly othersRemain: boolean
  /** The pushes of the head that write the same again. */
  readonly rewrittenBy: readonly Reference[]
  /** References of the head that read what is deleted. */
  readonly readers: readonly Reference[]
  /** The policies do not let ESO delete it. */
  readonly denied: boolean
  /** It was written only where nothing was: what was there before is not ESO's, and stays. */
  readonly ifNotExists: boolean
}

/** A Kubernetes Secret that nothing makes any more, or that nothing refreshes. */
export interface TargetRemoval {
  readonly namespace: string
  readonly name: string
  /** The ExternalSecret that made it, as it was. */
  readonly by: Manifest
  /** `kept`: with its creationPolicy the Secret stays as it is. */
  readonly how: 'removed' | 'renamed' | 'kept'
  readonly keptBy?: KeptBy
  readonly span: Span
  readonly users: readonly [SecretUser, ...SecretUser[]]
}

/** A key that begins with the mount which its store had before the change. ESO cut that off; now it is a part of the path. */
export interface StoreMove {
  /** Of the head. */
  readonly reference: Reference
  /** All objects that it stands for. */
  readonly objects: readonly Manifest[]
  readonly store: VaultStore
  /** Mounts, without slashes at their ends. */
  readonly from: string
  readonly to: string
  /** Paths as people write them. */
  readonly pathBefore: string
  readonly pathNow: string
  /** The store was moved itself; else the reference names another store than before. */
  readonly storeMoved: boolean
}
