import type { AuthType, SubKeys } from '../../model/vault-state.ts'

/** What a server showed, without any value: one JSON file (snapshot.md §2). Fields are added within a version, never changed. */
export const SNAPSHOT_VERSION = 1

/** Which secrets are in a snapshot: those that the manifests name, all names beside them, or every name that the token may list. */
export type SnapshotScope = 'referenced' | 'folders' | 'all'

/** Paths and key names as they are, or as keyed digests (snapshot.md §2). */
export type SnapshotNames = 'plain' | 'hashed'

/**
 * `absent`: the server says that it is not there. `hidden`: it answered 403. `unknown`: it was asked and did not answer as Vault does.
 * `unseen` (secrets only): its folder lists it, and it was not looked at.
 */
export type NotThere = 'absent' | 'hidden' | 'unknown'

/** A part of a Vault by name; `complete`: what has no entry is not there. */
export interface Named<Entry> {
  readonly complete: boolean
  readonly of: Readonly<Record<string, Entry>>
}

export interface SnapshotMount {
  readonly state?: NotThere
  /** With `absent`: the path is a folder of this mount. */
  readonly inside?: string
  readonly type?: string
  readonly version?: 1 | 2
  readonly description?: string
  readonly accessor?: string
  readonly options?: Readonly<Record<string, unknown>>
}

export interface SnapshotAuthMount {
  readonly state?: NotThere
  readonly type?: string
  readonly accessor?: string
  readonly config?: Readonly<Record<string, unknown>>
  /** Why there is no `config`. */
  readonly configState?: NotThere
}

export interface SnapshotRole {
  readonly state?: NotThere
  readonly type?: AuthType
  /** What reading the role answers. */
  readonly fields?: Readonly<Record<string, unknown>>
}

export interface SnapshotPolicy {
  readonly state?: NotThere
  readonly text?: string
  /** OpenBao's `expiration`. */
  readonly expires?: string
}

/** One version of a secret: the current one, or a pinned one. */
export interface SnapshotVersion {
  /** Left out: it is there. */
  readonly state?: NotThere | 'deleted' | 'destroyed' | 'unseen'
  /** Number of the current version; none in KV version 1. */
  readonly version?: number
  /** Names of keys, as far as `subkeys` shows them; left out where they could not be seen. */
  readonly keys?: SubKeys
  /** When the version was or will be deleted, RFC 3339. */
  readonly deletion?: string
  /** Custom metadata `managed-by`; no other is kept. */
  readonly managedBy?: string
}

export interface SnapshotSecret extends SnapshotVersion {
  readonly versions?: Readonly<Record<string, 'alive' | 'deleted' | 'destroyed'>>
  /** Versions that a manifest pins, by number. */
  readonly pinned?: Readonly<Record<string, SnapshotVersion>>
}

export interface SnapshotFolder {
  /** The folder was listed whole: what it has no entry for is not there. */
  readonly complete: boolean
  /** Why it was not listed, where it was to be. */
  readonly state?: 'hidden' | 'unknown'
  /** Folders in it. */
  readonly folders: readonly string[]
  readonly secrets: Readonly<Record<string, SnapshotSecret>>
}

/** Parts by Vault namespace, relative to `server.namespace`; `''` is that one itself. */
type ByNamespace<Part> = Readonly<Record<string, Part>>

export interface SnapshotFile {
  readonly version: typeof SNAPSHOT_VERSION
  /** UTC, RFC 3339, to the second. */
  readonly made: string
  /** Program and version that wrote it. */
  readonly by: string
  readonly target: string
  readonly server: {
    readonly address: string
    readonly namespace: string
    readonly product?: 'vault' | 'openbao'
    readonly version?: string
    readonly enterprise?: boolean
  }
  readonly scope: SnapshotScope
  /** Whether names of keys were asked for. */
  readonly keys: boolean
  readonly names: SnapshotNames
  /** With `hashed`: the key of the digests, in base64url. */
  readonly salt?: string
  readonly rights: {
    /** What the token lacked of what it was asked to see; of the rest it had all. */
    readonly lacked: readonly { readonly namespace: string; readonly path: string; readonly capability: string }[]
    /** With `hashed`: so many more, whose paths would tell names. */
    readonly more: number
  }
  readonly mounts: ByNamespace<Named<SnapshotMount>>
  readonly authMounts: ByNamespace<Named<SnapshotAuthMount>>
  /** By auth mount. */
  readonly roles: ByNamespace<Readonly<Record<string, Named<SnapshotRole>>>>
  readonly policies: ByNamespace<Named<SnapshotPolicy>>
  /** By mount, and in it by folder. */
  readonly secrets: ByNamespace<Readonly<Record<string, Readonly<Record<string, SnapshotFolder>>>>>
}
