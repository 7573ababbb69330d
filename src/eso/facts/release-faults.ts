import type { Reference } from '../../model/reference.ts'
import { compareReleases, parseVersionRange, type Release } from '../../model/version-range.ts'

/** What a range of releases does not do, or does wrong, and a reference asks of it (eso.md §1). */
export interface ReleaseFault {
  readonly id: string
  /** First release that has it; `undefined`: all that are older than `mended`. */
  readonly from?: Release
  /** First release without it. */
  readonly mended: Release
  /** `fails`: the reference cannot work · `at-first`: only until the secret is there. */
  readonly effect: 'fails' | 'at-first'
  /** What happens, as a sentence part after "ESO 1.2.3". */
  readonly what: string
  applies(reference: Reference): boolean
}

const isKv1 = ({ store }: Reference): boolean => store.found === 'vault' && store.store.version === 'v1'

const FAULTS: readonly ReleaseFault[] = [
  {
    id: 'push-property-of-new-secret',
    from: [0, 20, 3],
    mended: [0, 20, 4],
    effect: 'at-first',
    what: 'fails at the first push of a property: `failed to convert value to a valid JSON: Secret does not exist`',
    applies: ({ operation, property }) => operation === 'push' && property !== undefined,
  },
  {
    id: 'push-kv1',
    mended: [0, 9, 10],
    effect: 'fails',
    what: 'cannot push to KV version 1',
    applies: (reference) => reference.operation === 'push' && isKv1(reference),
  },
  {
    id: 'push-whole-secret',
    mended: [0, 9, 14],
    effect: 'fails',
    what: 'cannot push a whole Secret, without `secretKey`',
    applies: ({ operation, push }) => operation === 'push' && push !== undefined && push.secretKey === undefined,
  },
  {
    id: 'find-kv1',
    mended: [0, 10, 4],
    effect: 'fails',
    what: 'cannot `find` on KV version 1',
    applies: (reference) => reference.operation === 'find' && isKv1(reference),
  },
  {
    id: 'no-auth',
    mended: [0, 14, 4],
    effect: 'fails',
    what: 'needs `auth` in a Vault store',
    applies: ({ store }) => store.found === 'vault' && store.store.auth === undefined,
  },
]

/** The faults that every release of every version in `versions` has, where the reference meets them. */
export function releaseFaults(reference: Reference, versions: readonly string[]): readonly ReleaseFault[] {
  const ranges = versions.map((version) => parseVersionRange(version.trim()))
  if (ranges.length === 0 || ranges.includes(undefined)) return []
  const intervals = ranges.flatMap((range) => range ?? [])
  return FAULTS.filter(
    (fault) =>
      fault.applies(reference) &&
      intervals.every(
        ({ from, to }) =>
          (fault.from === undefined || compareReleases(from, fault.from) >= 0) &&
          to !== undefined &&
          compareReleases(to, fault.mended) <= 0,
      ),
  )
}
