import { DEFAULT_VARIANTS, type Variant } from './variant.ts'
import { type Interval, isAtLeast, parseVersionRange, type Release } from './version-range.ts'

/** Whose texts may be read: one product's, or either's, with a remark on what only one accepts. */
export type Product = 'vault' | 'openbao' | 'any'

/**
 * How a list in a request is compared (vault.md §2.6): `whole` as one value (OpenBao, Vault up to 1.20), or by `elements`
 * (Vault from 1.21, where comma-separated text counts as a list too).
 */
export type ListMatching = 'whole' | 'elements'

/** What is known of the server that judges, and what follows from it for policies (vault.md §0, §6). */
export interface ServerLaw {
  readonly product: Product
  /** The releases that it may be; `undefined`: any. */
  readonly releases: readonly Interval[] | undefined
  /** The ways in which it may match LIST. */
  readonly variants: readonly Variant[]
  /** How it compares lists in parameters; `undefined`: its releases differ. */
  readonly lists: ListMatching | undefined
}

/**
 * `version`: a release, or bounds: `1.20` is any of 1.20.x, `>=1.20 <2` what it says. A version that cannot be read counts as
 * not told.
 */
export function serverLaw(product: 'vault' | 'openbao' | undefined, version: string | undefined): ServerLaw {
  const releases = product === undefined ? undefined : releasesOf(version)
  return {
    product: product ?? 'any',
    releases,
    variants: variantsOf(product, version),
    lists: listMatching(product, releases),
  }
}

/** Nothing is known: what every server accepts passes, and where servers differ nothing is decided. */
export const ANY_SERVER: ServerLaw = serverLaw(undefined, undefined)

function releasesOf(version: string | undefined): readonly Interval[] | undefined {
  return version === undefined ? undefined : parseVersionRange(version)
}

/** From which release on a server matches in another way; the last that applies counts. */
const VAULT_VARIANTS: readonly { readonly from: Release; readonly variant: Variant }[] = [
  { from: [0, 0, 0], variant: 'old' },
  { from: [1, 13, 10], variant: 'legacy' },
  { from: [1, 14, 0], variant: 'old' },
  { from: [1, 14, 6], variant: 'legacy' },
  { from: [1, 15, 0], variant: 'old' },
  { from: [1, 15, 2], variant: 'legacy' },
  { from: [2, 0, 3], variant: 'vault203' },
]
const OPENBAO_VARIANTS: typeof VAULT_VARIANTS = [
  { from: [0, 0, 0], variant: 'legacy' },
  { from: [2, 6, 0], variant: 'bao26' },
]

/**
 * The ways in which a server may match LIST: one where the version is certain; all that its bounds leave, and both where
 * Enterprise backports are not known by number; the usual ones of the product where only that is known.
 */
export function variantsOf(product: 'vault' | 'openbao' | undefined, version: string | undefined): readonly Variant[] {
  if (product === undefined) return DEFAULT_VARIANTS
  const steps = product === 'vault' ? VAULT_VARIANTS : OPENBAO_VARIANTS
  const releases = releasesOf(version)
  if (releases === undefined) {
    const usual = new Set(steps.map((step) => step.variant))
    return DEFAULT_VARIANTS.filter((variant) => usual.has(variant))
  }
  const found = new Set(
    steps
      .filter(({ from }, index) => releases.some((one) => overlaps(one, from, steps[index + 1]?.from)))
      .map(({ variant }) => variant),
  )
  if (/\+ent/.test(version ?? '') && found.has('legacy') && isAtLeast(releases, [1, 16, 0]) !== 'no')
    found.add('vault203')
  return [...found]
}

function overlaps(one: Interval, from: Release, to: Release | undefined): boolean {
  const startsBefore = to === undefined || isAtLeast([{ from: one.from, to: undefined }], to) !== 'yes'
  const endsAfter = one.to === undefined || isAtLeast([{ from: one.to, to: undefined }], next(from)) === 'yes'
  return startsBefore && endsAfter
}

/** The release that follows: an interval's end is exclusive. */
function next([major, minor, patch]: Release): Release {
  return [major, minor, patch + 1]
}

/** Vault compares the elements of lists from 1.21 on, everybody else whole values (vault.md §2.6). */
function listMatching(
  product: 'vault' | 'openbao' | undefined,
  releases: readonly Interval[] | undefined,
): ListMatching | undefined {
  if (product === 'openbao') return 'whole'
  if (product === undefined || releases === undefined) return undefined
  const elements = isAtLeast(releases, [1, 21, 0])
  return elements === 'yes' ? 'elements' : elements === 'no' ? 'whole' : undefined
}
