import type { Manifest } from '../model/manifest.ts'
import type { VaultStore } from '../model/store.ts'
import type { Chain } from './chain.ts'
import { objectsOf } from './fold-links.ts'

/** A store with the namespaces that use it. */
export interface StoreUse {
  readonly store: VaultStore
  readonly namespaces: readonly string[]
}

/** The stores that manifests of this group use, each with their namespaces. */
export function storeUses({ links }: Pick<Chain, 'links'>, group: ReadonlySet<Manifest>): readonly StoreUse[] {
  const uses = new Map<VaultStore, Set<string>>()
  for (const link of links) {
    const { store, reference } = link
    if (store === undefined || !objectsOf(link).some((manifest) => group.has(manifest))) continue
    const namespaces = uses.get(store) ?? new Set()
    uses.set(store, namespaces)
    for (const namespace of reference.namespaces ?? []) namespaces.add(namespace)
    for (const manifest of link.also) if (manifest.namespace !== undefined) namespaces.add(manifest.namespace)
  }
  return [...uses].map(([store, namespaces]) => ({ store, namespaces: [...namespaces].sort() }))
}
