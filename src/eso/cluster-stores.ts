import { clusterRelation, isLive } from '../model/cluster.ts'
import type { Manifest } from '../model/manifest.ts'
import type { AnyStore } from '../model/store.ts'

/** Stores of one kind, name and namespace, as the cluster of a consumer may hold them. */
export interface ReachableStores {
  readonly stores: readonly AnyStore[]
  /** Git does not tell the cluster of one of the two: each of `stores` may be the one. */
  readonly perhaps: boolean
  /** Those that are out of reach: other clusters', or what nothing applies. */
  readonly elsewhere: readonly AnyStore[]
}

/**
 * What one cluster declares never answers for another (applied.md §4.4): first the stores of the consumer's own cluster, then those that
 * belong to all, then those whose cluster Git does not tell. What nothing applies is read with whatever there is.
 */
export function storesInReach(stores: readonly AnyStore[], consumer: Manifest): ReachableStores {
  if (!isLive(consumer)) return { stores, perhaps: false, elsewhere: [] }
  const { cluster } = consumer.origin.applied
  const live = stores.filter(({ manifest }) => isLive(manifest))
  const clusterOf = ({ manifest }: AnyStore) => manifest.origin.applied.cluster
  const choose = (chosen: readonly AnyStore[], perhaps: boolean) => ({
    stores: chosen,
    perhaps,
    elsewhere: stores.filter((store) => !chosen.includes(store)),
  })
  // It may be applied, and it is all that there is.
  const unclear = stores.filter(({ manifest }) => manifest.origin.applied.verdict === 'unclear')
  if (live.length === 0 && unclear.length > 0) return choose(unclear, true)
  if (cluster === undefined) return choose(live, false)
  const own = live.filter((store) => clusterOf(store)?.id === cluster.id)
  if (own.length > 0) return choose(own, false)
  const ofAll = live.filter((store) => clusterOf(store) === undefined)
  if (ofAll.length > 0) return choose(ofAll, false)
  return choose(
    live.filter((store) => clusterRelation(cluster, clusterOf(store)) === 'perhaps'),
    true,
  )
}
