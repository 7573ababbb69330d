import type { FieldPath, Manifest } from '../manifests/manifest.ts'
import type { Operation } from '../policy/decision.ts'
import type { Span } from '../span.ts'
import type { Identity, StoreKind, StoreResolution } from './store.ts'

/** What ESO does at a place of a manifest (spec/eso.md §3). */
export type EsoOperation = 'data' | 'extract' | 'fetch-metadata' | 'find' | 'push' | 'generator'

/** One request that a reference makes ESO send. */
export interface Access {
  /** ACL path: without `/v1/`, cleaned as the Go client does, relative to the request's Vault namespace (spec/eso.md §2.4). */
  readonly path: string
  /** What the ACL is asked for; PUT is told apart by the engine's existence check (spec/vault.md §2.2). */
  readonly capability: Extract<Operation, 'read' | 'list' | 'create' | 'update' | 'delete'>
  readonly http: { readonly method: 'GET' | 'PUT' | 'DELETE'; readonly path: string; readonly query?: string }
  /** Which side of the engine: decides what a live check may ask about it. */
  readonly side: 'data' | 'metadata' | 'session' | 'engine'
  /** When it is sent, as a sentence part ("always", "only if the secret exists"). */
  readonly when: string
  /** The path holds a pattern: `find` lists every folder below it, or reads every match. */
  readonly below?: boolean
}

/** One place in a manifest that makes ESO touch Vault. */
export interface Reference {
  readonly manifest: Manifest
  readonly operation: EsoOperation
  /** The list item: `['spec','data',0]`. */
  readonly field: FieldPath
  /** The value of `key`, `remoteKey` or `path`: where a finding about the path points. */
  readonly span: Span
  readonly storeRef: { readonly kind: StoreKind; readonly name: string; readonly span: Span } | undefined
  readonly store: StoreResolution
  /** Who logs in, for this consumer (referent authentication depends on it). */
  readonly identity: Identity | undefined
  /** As written, variables resolved. */
  readonly key: string
  readonly property: string | undefined
  readonly propertySpan: Span | undefined
  readonly version: string | undefined
  /** `spec.target.deletionPolicy`: `Retain` makes an absent secret an error, the others skip it silently (spec/eso.md §0.9). */
  readonly deletionPolicy: 'Retain' | 'Delete' | 'Merge'
  readonly accesses: readonly Access[]
  /** ESO fails before or instead of a request, with this text (spec/eso.md §2.3 errors and panics). */
  readonly failsWith: string | undefined
  /** Why paths cannot be told (unresolved variable, placeholder, patch, unknown store); `undefined` when they can. */
  readonly notChecked: string | undefined
  /** This reference exists only if the fix of a finding is applied (`extract: null` with a sibling `key`). */
  readonly proposed: boolean
}
