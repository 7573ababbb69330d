/**
 * How ESO, its webhook or its Vault client fails before Vault is asked, or instead of asking it. `says` is the text that they give,
 * word for word, as it stands in the object's status.
 */
export type FailsWith =
  /**
   * A request that names no path below `/v1/`: its `..` climbs above it, or there is no path at all. ESO sends it all the same, and
   * the server answers 404; `says` only where it is known what ESO makes of that (eso.md §2.4).
   */
  { readonly code: 'leaves-api'; readonly sends: string; readonly says?: string } | ({ readonly says: string } & Said)

type Said =
  /** A store without `path`, and a key from which no metadata path can be made (eso.md §2.3). */
  | { readonly code: 'mount-not-told' }
  /** A nil dereference, which the controller recovers and reports (eso.md §1, §2.3, §5.2). */
  | { readonly code: 'panics' }
  /** KV version 1 has no metadata, no tags and no check-and-set (eso.md §3.3, §3.4, §5.5). */
  | { readonly code: 'kv1-metadata' | 'kv1-tags' | 'kv1-check-and-set' }
  /** What the provider for OpenBao does not do: write, find by tags, versions that are no number or on KV v1 (eso.md §5.6). */
  | { readonly code: 'push-unsupported' | 'find-tags-unsupported' | 'version-refused' }
  /** `find.name.regexp` (eso.md §3.4). */
  | { readonly code: 'find-regexp-invalid'; readonly pattern: string }
  /** No `secretStoreRef`, neither the object's nor the item's (eso.md §6.3). */
  | { readonly code: 'no-store-named' }
  /** An entry of `secretStoreRefs` without name and labels (eso.md §6.6). */
  | { readonly code: 'push-store-unnamed' }
  /** A `dataTo` item, by its index: its store is not in `secretStoreRefs`, its labels match none, or it names neither (eso.md §6.6). */
  | {
      readonly code: 'push-store-not-listed' | 'push-labels-match-none' | 'push-store-not-chosen'
      readonly index: number
    }
  /** A rewrite leaves nothing of a key (eso.md §6.6). */
  | { readonly code: 'push-key-empty'; readonly index: number }
  /** Two entries go to one remote key (eso.md §6.6). */
  | { readonly code: 'push-key-twice'; readonly remoteKey: string }
  /** A `generatorRef` of another API group (eso.md §3.5). */
  | { readonly code: 'generator-group'; readonly group: string }
  /** `auth: {}` (eso.md §5.1). */
  | { readonly code: 'no-auth-method' }
  /** What a login lacks: the key of the token's Secret, the AppRole's id, the role, the source of the JWT (eso.md §5.2). */
  | { readonly code: 'login-lacks-key' | 'login-lacks-role-id' | 'login-lacks-role' | 'login-lacks-jwt' }

/** Of these a rule of their own speaks: `kv1-operation`. */
export function isKv1Failure({ code }: FailsWith): boolean {
  return code === 'kv1-metadata' || code === 'kv1-tags'
}
