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
  const byName = new Map<string, Manifest[]>()
  const clusters = new Set<string>()
  for (const manifest of head) {
    const id = nameId(manifest)
    const list = byName.get(id)
    if (list === undefined) byName.set(id, [manifest])
    else list.push(manifest)
    const { cluster } = manifest.origin.applied
    if (cluster !== undefined) clusters.add(cluster.id)
  }
  return (manifest) => {
    if (unread.has(manifest.span.file) || holesOf(manifest.name + (manifest.namespace ?? '')).length > 0)
      return 'unknown'
    const { cluster } = manifest.origin.applied
    // A cluster that is called otherwise now is no other one.
    const known = cluster !== undefined && clusters.has(cluster.id)
    const same = (byName.get(nameId(manifest)) ?? []).filter(
      ({ namespace, origin }) =>
        (namespace === manifest.namespace || namespace === undefined || manifest.namespace === undefined) &&
        (!known || clusterRelation(cluster, origin.applied.cluster) !== 'other'),
    )
    const there = same.find(isLive)
    if (there !== undefined) return there
    return same.some(({ origin }) => origin.applied.verdict === 'unclear') ? 'unknown' : 'gone'
  }
}

function nameId({ kind, name }: Manifest): string {
  return `${kind}/${name}`
}
