import { clusterRelation, isLive } from '../model/cluster.ts'
import type { Manifest } from '../model/manifest.ts'
import { holesOf } from '../model/placeholders.ts'

/** What became of an object: it is there, it is gone, or Git does not tell. */
export type Counterpart = Manifest | 'gone' | 'unknown'

/**
 * What stands for an object of the base in the head: the one of its kind and name in the same cluster. One that nothing applies any
 * more is gone. `unread`: files of the head that could not be read; what they held may still be there.
 */
export function counterparts(
  head: readonly Manifest[],
  unread: ReadonlySet<string>,
): (manifest: Manifest) => Counterpart {
  const byName = Map.groupBy(head, nameId)
  const byPlace = Map.groupBy(head, (manifest) => `${manifest.namespace ?? ''} ${nameId(manifest)}`)
  const clusters = new Set(head.flatMap(({ origin }) => origin.applied.cluster?.id ?? []))
  // One of which Git does not tell the namespace may be any.
  const alike = (manifest: Manifest): readonly Manifest[] => {
    const { namespace } = manifest
    const id = nameId(manifest)
    if (namespace === undefined) return byName.get(id) ?? []
    return [...(byPlace.get(`${namespace} ${id}`) ?? []), ...(byPlace.get(` ${id}`) ?? [])]
  }
  return (manifest) => {
    if (unread.has(manifest.span.file) || holesOf(manifest.name + (manifest.namespace ?? '')).length > 0)
      return 'unknown'
    const { cluster } = manifest.origin.applied
    // A cluster that is called otherwise now is no other one.
    const known = cluster !== undefined && clusters.has(cluster.id)
    const same = alike(manifest).filter(
      ({ origin }) => !known || clusterRelation(cluster, origin.applied.cluster) !== 'other',
    )
    const there = same.find(isLive)
    if (there !== undefined) return there
    return same.some(({ origin }) => origin.applied.verdict === 'unclear') ? 'unknown' : 'gone'
  }
}

function nameId({ kind, name }: Manifest): string {
  return `${kind}/${name}`
}
