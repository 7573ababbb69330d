/**
 * A cluster as Git shows it: who applies there, and what it is called (applied.md §4.4). `undefined` in its place means that nothing
 * tells clusters apart: what stands there belongs to all of them.
 */
export interface Cluster {
  /** Equal ids are one cluster. */
  readonly id: string
  /** For people: `kubernetes/main/flux`, `staging`, `kflux-ocp-p01`. */
  readonly name: string
  /** What applies there (the entry's id): clusters of one entry whose names Git does not tell may be the same. */
  readonly entry: string
  /** Git tells only a part of its name (an environment, an ApplicationSet): it may be any cluster of that entry. */
  readonly partly?: true
  /** What applies there sends it to a cluster of another name: several entries may send to one cluster. */
  readonly remote?: true
  /** Of production, staging and their like, where the path tells: clusters of two of them are never one. */
  readonly environment?: string
}

/** `same`: one cluster, or one of the two belongs to all; `perhaps`: Git does not tell. */
export function clusterRelation(one: Cluster | undefined, other: Cluster | undefined): 'same' | 'perhaps' | 'other' {
  if (one === undefined || other === undefined || one.id === other.id) return 'same'
  const sameEntry = one.entry === other.entry
  if (!sameEntry && !(one.remote === true && other.remote === true)) return 'other'
  if (one.partly !== true && other.partly !== true) return sameEntry || one.name !== other.name ? 'other' : 'perhaps'
  const { environment } = one
  return environment === undefined || other.environment === undefined || environment === other.environment
    ? 'perhaps'
    : 'other'
}

/** What of a manifest tells its cluster. */
interface Placed {
  readonly origin: { readonly applied: { readonly verdict: string; readonly cluster?: Cluster } }
}

/** Whether something brings it to a cluster, as far as Git tells it. */
export function isLive({ origin }: Placed): boolean {
  return origin.applied.verdict !== 'not-applied' && origin.applied.verdict !== 'unclear'
}

/** Manifests as clusters get them together (applied.md §4.4). */
export interface ClusterGroups<M> {
  /** One for each cluster, in which what belongs to all is, too; then what nothing applies, which never meets what is applied. */
  readonly groups: readonly (readonly M[])[]
  /** Those that one manifest meets; one that belongs to all clusters may meet any. */
  of(manifest: M): readonly M[]
}

export function byCluster<M extends Placed>(manifests: readonly M[]): ClusterGroups<M> {
  const live = manifests.filter(isLive)
  const rest = manifests.filter((manifest) => !isLive(manifest))
  const clusters = new Map<string, Cluster>()
  for (const { origin } of live) {
    const { cluster } = origin.applied
    if (cluster !== undefined) clusters.set(cluster.id, cluster)
  }
  const groups = new Map(
    [...clusters].map(([id, cluster]) => [
      id,
      live.filter(({ origin }) => clusterRelation(cluster, origin.applied.cluster) === 'same'),
    ]),
  )
  return {
    groups: [...(groups.size === 0 ? [live] : groups.values()), ...(rest.length === 0 ? [] : [rest])],
    of(manifest) {
      if (!isLive(manifest)) return rest
      const { cluster } = manifest.origin.applied
      return cluster === undefined ? live : (groups.get(cluster.id) ?? live)
    },
  }
}
