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
}

/** `same`: one cluster, or one of the two belongs to all; `perhaps`: Git does not tell. */
export function clusterRelation(one: Cluster | undefined, other: Cluster | undefined): 'same' | 'perhaps' | 'other' {
  if (one === undefined || other === undefined || one.id === other.id) return 'same'
  if (one.entry === other.entry && (one.partly === true || other.partly === true)) return 'perhaps'
  return 'other'
}

/** Whether two things may meet in one cluster. */
export function mayMeet(one: Cluster | undefined, other: Cluster | undefined): boolean {
  return clusterRelation(one, other) !== 'other'
}
