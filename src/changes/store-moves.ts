import type { Chain, Link } from '../chain/chain.ts'
import type { StoreMove } from '../chain/change-effects.ts'
import { objectsOf } from '../chain/fold-links.ts'
import { dataPathOf, kvPath } from '../chain/kv-path.ts'
import { dataPath } from '../eso/paths.ts'
import { clusterRelation } from '../model/cluster.ts'
import type { Manifest } from '../model/manifest.ts'
import type { VaultStore } from '../model/store.ts'
import { trimSlashes } from '../model/trim-slashes.ts'

/**
 * References whose key begins with the mount that their store had before the change, and has no longer. ESO cuts the mount off a key
 * only where it is the store's own (eso.md §2.2): now it is a part of the path. Of a reference that is new, the store tells.
 */
export function storeMoves(head: Chain, base: Chain): StoreMove[] {
  const stores = new Map<string, VaultStore[]>()
  for (const store of base.stores) if ('path' in store) append(stores, storeId(store), store)
  const requests = new Map<string, VaultStore[]>()
  for (const link of base.links)
    if (link.store !== undefined)
      for (const manifest of objectsOf(link)) append(requests, requestId(manifest, link), link.store)
  const found: StoreMove[] = []
  for (const link of head.links) {
    const { reference, store } = link
    const pathNow = dataPathOf(link)
    if (store?.path === undefined || pathNow === undefined || !cutsMount(reference.operation)) continue
    if (reference.proposed || reference.holes.length + store.holes.length > 0) continue
    // A server that has it there knows better.
    if (link.secret?.presence === 'present') continue
    const to = trimSlashes(store.path)
    const own = (stores.get(storeId(store)) ?? []).filter((one) => meets(one, store))
    const known = objectsOf(link).flatMap((manifest) => requests.get(requestId(manifest, link)) ?? [])
    const then = known.length > 0 ? known : own
    const [old] = then
    const from = trimSlashes(old?.path ?? '')
    if (old === undefined || from === '' || !reference.key.startsWith(`${from}/`)) continue
    if (then.some(({ path, holes }) => holes.length > 0 || trimSlashes(path ?? '') === to)) continue
    found.push({
      reference,
      objects: objectsOf(link),
      store,
      from,
      to,
      pathBefore: kvPath(dataPath(old, reference.key), old.path),
      pathNow,
      storeMoved: own.length > 0 && own.every(({ path }) => trimSlashes(path ?? '') === from),
    })
  }
  return found
}

function meets(one: VaultStore, other: VaultStore): boolean {
  return clusterRelation(one.manifest.origin.applied.cluster, other.manifest.origin.applied.cluster) !== 'other'
}

function storeId({ kind, namespace, name }: VaultStore): string {
  return JSON.stringify([kind, namespace, name])
}

function append(map: Map<string, VaultStore[]>, key: string, store: VaultStore): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [store])
  else list.push(store)
}

function cutsMount(operation: Link['reference']['operation']): boolean {
  return operation === 'data' || operation === 'extract' || operation === 'push'
}

function requestId({ kind, namespace, name }: Manifest, { reference }: Link): string {
  return JSON.stringify([kind, namespace, name, reference.operation, reference.key])
}
