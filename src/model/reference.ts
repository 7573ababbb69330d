import type { Operation } from './decision.ts'
import type { FailsWith } from './eso-failure.ts'
import type { Manifest } from './manifest.ts'
import type { ConditionReason, ManifestReason, StoreReason } from './reason.ts'
import type { Span } from './span.ts'
import type { GeneratorKind, Identity, StoreKind, StoreResolution } from './store.ts'
import type { FieldPath } from './value.ts'

/** What ESO does at a place of a manifest (eso.md §3). */
export type EsoOperation = 'data' | 'extract' | 'fetch-metadata' | 'find' | 'push' | 'generator'

/** A request without a condition (`Access.when`). */
export const ALWAYS = 'always'

/** One request that a reference makes ESO send. */
export interface Access {
  /** ACL path: without `/v1/`, cleaned as the Go client does, relative to the request's Vault namespace (eso.md §2.4). */
  readonly path: string
  /** What the ACL is asked for; PUT is told apart by the engine's existence check (vault.md §2.2). */
  readonly capability: Extract<Operation, 'read' | 'list' | 'create' | 'update' | 'delete'>
  readonly http: { readonly method: 'GET' | 'PUT' | 'DELETE'; readonly path: string; readonly query?: string }
  /** Which side of the engine: decides what a live check may ask about it. */
  readonly side: 'data' | 'metadata' | 'session' | 'engine'
  /** When it is sent: `ALWAYS`, or a condition as a sentence part ("only if the secret exists"), which is only ever shown. */
  readonly when: string
  /**
   * The request is sent for paths below `path`, which then ends in `/`: `find` lists every folder under it (`list`), or reads
   * what it found there (`read`). Which ones is known only to the server.
   */
  readonly below?: boolean
}

/** What a ClusterSecretStore's `conditions` say to the consumer's namespace (eso.md §6.1). */
export type ConditionVerdict =
  | { readonly verdict: 'allowed' }
  /** `says`: ESO's answer to the first of the namespaces, word for word. */
  | { readonly verdict: 'denied'; readonly namespaces: readonly string[]; readonly says: string }
  | { readonly verdict: 'unknown'; readonly because: ConditionReason }

/** Why ESO leaves an object alone. */
export type Skipped = Extract<ManifestReason, { readonly code: 'other-controller' }>

/** One place in a manifest that makes ESO touch Vault. */
export interface Reference {
  readonly manifest: Manifest
  readonly operation: EsoOperation
  /** The list item: `['spec','data',0]`. */
  readonly field: FieldPath
  /** The value of `key`, `remoteKey` or `path`: where a finding about the path points. */
  readonly span: Span
  readonly storeRef: { readonly kind: StoreKind; readonly name: string; readonly span: Span } | undefined
  /** Instead of a store: the generator that is asked (eso.md §3.5). */
  readonly generatorRef: { readonly kind: GeneratorKind; readonly name: string; readonly span: Span } | undefined
  /**
   * Where it happens: the manifest's namespace, or those that a ClusterExternalSecret or ClusterPushSecret selects
   * (eso.md §6.5); `undefined` when Git does not tell.
   */
  readonly namespaces: readonly string[] | undefined
  /** What the store's `conditions` say to those namespaces (eso.md §6.1). */
  readonly condition: ConditionVerdict
  /** ESO leaves the whole object alone, without a word in its status (controller class, eso.md §6.3 step 2). */
  readonly skipped: Skipped | undefined
  readonly store: StoreResolution
  /** Who logs in, for this consumer (referent authentication depends on it). */
  readonly identity: Identity | undefined
  /** As written, variables resolved. */
  readonly key: string
  readonly property: string | undefined
  readonly propertySpan: Span | undefined
  readonly version: string | undefined
  /** The question of a `find`. */
  readonly find: FindQuery | undefined
  /** What a push writes, where `operation` is `push`. */
  readonly push: PushEntry | undefined
  /** `spec.target.deletionPolicy`: `Retain` makes an absent secret an error, the others skip it silently (eso.md §4.5). */
  readonly deletionPolicy: 'Retain' | 'Delete' | 'Merge'
  readonly accesses: readonly Access[]
  /** ESO fails before or instead of a request (eso.md §2.3 errors and panics). */
  readonly failsWith: FailsWith | undefined
  /** Variables and placeholders left in the key, in the order they stand; paths carry them as written. */
  readonly holes: readonly string[]
  /** Why paths cannot be told (unresolved variable, placeholder, patch, unknown store); `undefined` when they can. */
  readonly notChecked: ManifestReason | StoreReason | undefined
  /** This reference exists only if the fix of a finding is applied (`extract: null` with a sibling `key`). */
  readonly proposed: boolean
}

/** A `dataFrom[].find` (eso.md §3.4). */
export interface FindQuery {
  readonly path: string | undefined
  /** `name.regexp`; `''` matches all; `undefined` when there is no `name`. */
  readonly regexp: string | undefined
  readonly tags: Readonly<Record<string, string>> | undefined
}

/** One entry that a PushSecret writes (eso.md §3.6). */
export interface PushEntry {
  /** Key of the source Secret; `undefined` pushes the whole Secret. */
  readonly secretKey: string | undefined
  readonly updatePolicy: 'Replace' | 'IfNotExists'
  readonly deletionPolicy: 'None' | 'Delete'
}
