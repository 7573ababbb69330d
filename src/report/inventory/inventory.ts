import type { FileLine } from '../../model/span.ts'

/**
 * Everything that the manifests use of Vault and everything that they may: what the page is made of. Plain data, so that
 * it is redacted like every other answer. It names secrets, and never holds a value.
 */
export interface Inventory {
  readonly target: string
  /** The outcome of the check, as every report words it. */
  readonly headline: string
  /** What the page is about, in a few words each. */
  readonly facts: readonly string[]
  readonly rows: readonly InventoryRow[]
  /** Steps of chains that several rows share; rows name them by their index. */
  readonly hops: readonly InventoryHop[]
  readonly roles: readonly string[]
  readonly paths: readonly InventoryPath[]
  readonly rules: readonly InventoryRule[]
}

export type RowState = 'works' | 'broken' | 'not-checked' | 'not-applied'

/** One object and one path: what it reads or writes there. */
export interface InventoryRow extends FileLine {
  readonly state: RowState
  readonly kind: string
  readonly name: string
  readonly namespace: string | null
  readonly does: 'reads' | 'writes' | 'searches'
  /** Mount and key; `null`: not known. */
  readonly path: string | null
  /** Empty: the whole secret. */
  readonly properties: readonly string[]
  readonly store: string | null
  /** Indexes into `hops`: from the store to the secret, and on to the workloads that ask for what is made of it. */
  readonly chain: readonly number[]
}

/** One step of a chain: a store, a role, a policy rule, the secret, a workload. */
export interface InventoryHop {
  readonly is: 'store' | 'role' | 'policy' | 'secret' | 'workload'
  readonly state: 'holds' | 'broken' | 'open'
  readonly text: string
  readonly place: FileLine | null
}

/** A path, and what each role may do there. */
export interface InventoryPath {
  readonly path: string
  readonly references: number
  /** In the order of `roles`; `null`: what the role may do there is not known. */
  readonly cells: readonly (readonly InventoryRight[] | null)[]
}

export interface InventoryRight {
  readonly capability: string
  /** A reference needs it. */
  readonly used: boolean
}

/** A rule of a policy that a store's login gives. */
export interface InventoryRule {
  readonly policy: string
  readonly path: string
  readonly place: FileLine | null
  readonly grants: readonly { readonly capability: string; readonly references: number }[]
}
