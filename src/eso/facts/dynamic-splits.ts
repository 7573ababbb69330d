import type { Reference } from '../../model/reference.ts'
import { looksDynamic } from './looks-dynamic.ts'

/** Items of one ExternalSecret that read one dynamic path: each read is a lease of its own. */
export interface DynamicSplit {
  /** ACL path. */
  readonly path: string
  /** Two or more, in order. */
  readonly references: readonly Reference[]
}

/**
 * Items that read one credential path several times, so that user name and password do not belong together: every item is a
 * request of its own, nothing is cached (eso.md §3.2, field.md §5.10). `isDynamic` may know the mount's real type.
 */
export function dynamicSplits(
  references: readonly Reference[],
  isDynamic: (reference: Reference) => boolean = looksDynamic,
): readonly DynamicSplit[] {
  const splits = new Map<Reference['manifest'], Map<string, Reference[]>>()
  for (const reference of references) {
    const path = reference.accesses[0]?.path
    // Two generators are two credentials by intent.
    if (reference.operation !== 'data' && reference.operation !== 'extract') continue
    if (path === undefined || reference.proposed || !isDynamic(reference)) continue
    const paths = splits.get(reference.manifest) ?? new Map<string, Reference[]>()
    splits.set(reference.manifest, paths)
    // A ClusterExternalSecret has one reference per group of namespaces: those are copies of the same item.
    const key = JSON.stringify([path, reference.namespaces])
    paths.set(key, [...(paths.get(key) ?? []), reference])
  }
  return [...splits.values()].flatMap((paths) =>
    [...paths.values()]
      .filter((group) => group.length > 1)
      .map((group) => ({ path: group[0]?.accesses[0]?.path ?? '', references: group })),
  )
}
