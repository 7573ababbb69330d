/** `[major, minor, patch]`. */
export type Release = readonly [number, number, number]

/** Releases from `from` (inclusive) to `to` (exclusive; `undefined`: without end). */
export interface Interval {
  readonly from: Release
  readonly to: Release | undefined
}

const ZERO: Release = [0, 0, 0]

export function compareReleases(a: Release, b: Release): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}

interface Partial {
  readonly major: number
  readonly minor: number | undefined
  readonly patch: number | undefined
}

const VERSION = /^v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/

function parsePartial(text: string): Partial | 'any' | undefined {
  const match = VERSION.exec(text)
  if (!match) return undefined
  const number = (part: string | undefined) => (part === undefined || /[xX*]/.test(part) ? undefined : Number(part))
  const major = number(match[1])
  if (major === undefined) return 'any'
  const minor = number(match[2])
  return { major, minor, patch: minor === undefined ? undefined : number(match[3]) }
}

const floor = (v: Partial): Release => [v.major, v.minor ?? 0, v.patch ?? 0]

/** The first release above everything that `v` can stand for: `1.2` → 1.3.0. */
function above(v: Partial): Release {
  if (v.minor === undefined) return [v.major + 1, 0, 0]
  if (v.patch === undefined) return [v.major, v.minor + 1, 0]
  return [v.major, v.minor, v.patch + 1]
}

/** `^`: up to the next release that may break (the left-most number that is not zero). */
function caretEnd(v: Partial): Release {
  if (v.major > 0 || v.minor === undefined) return [v.major + 1, 0, 0]
  if (v.minor > 0 || v.patch === undefined) return [0, v.minor + 1, 0]
  return [0, 0, v.patch + 1]
}

const ANY: Interval = { from: ZERO, to: undefined }

function comparator(operator: string, text: string): Interval | undefined {
  const v = parsePartial(text)
  if (v === undefined) return undefined
  if (v === 'any') return ANY
  switch (operator) {
    case '':
    case '=':
      return { from: floor(v), to: above(v) }
    case '>=':
      return { from: floor(v), to: undefined }
    case '>':
      return { from: above(v), to: undefined }
    case '<':
      return { from: ZERO, to: floor(v) }
    case '<=':
      return { from: ZERO, to: above(v) }
    case '~>':
      // Helm reads `~> 0.9` as below 0.10, Terraform as below 1.0: take both in.
      return { from: floor(v), to: v.patch === undefined ? [v.major + 1, 0, 0] : [v.major, (v.minor ?? 0) + 1, 0] }
    case '~':
      return { from: floor(v), to: v.minor === undefined ? [v.major + 1, 0, 0] : [v.major, v.minor + 1, 0] }
    case '^':
      return { from: floor(v), to: caretEnd(v) }
    default:
      return undefined
  }
}

function intersect(a: Interval, b: Interval): Interval {
  const from = compareReleases(a.from, b.from) > 0 ? a.from : b.from
  const to = a.to === undefined ? b.to : b.to === undefined ? a.to : compareReleases(a.to, b.to) < 0 ? a.to : b.to
  return { from, to }
}

/**
 * The releases that a Helm chart version, an image tag or a range of them can mean: `1.2.1`, `v0.9.13`, `1.2.x`, `>=1.0.0 <2`,
 * `~> 0.9`, `^1.2`, `1.0 - 1.4`, `||`. `undefined` when it is none of these (`main`, `latest`, a variable).
 */
export function parseVersionRange(text: string): readonly Interval[] | undefined {
  const intervals: Interval[] = []
  for (const alternative of text.split('||')) {
    let interval: Interval = ANY
    const range = alternative.trim().replace(/(\S+)\s+-\s+(\S+)/g, '>=$1 <=$2')
    if (range === '') return undefined
    let rest = range
    while (rest !== '') {
      const match = /^\s*,?\s*(~>|>=|<=|=|>|<|~|\^)?\s*([^\s,<>=~^]+)\s*/.exec(rest)
      const part = match && comparator(match[1] ?? '', match[2] ?? '')
      if (!match || !part) return undefined
      interval = intersect(interval, part)
      rest = rest.slice(match[0].length)
    }
    if (interval.to === undefined || compareReleases(interval.from, interval.to) < 0) intervals.push(interval)
  }
  return intervals.length > 0 ? intervals : undefined
}

/** Whether all, none or some of the releases are `release` or newer. */
export function isAtLeast(intervals: readonly Interval[], release: Release): 'yes' | 'no' | 'unknown' {
  const all = intervals.every((i) => compareReleases(i.from, release) >= 0)
  if (all) return 'yes'
  const none = intervals.every((i) => i.to !== undefined && compareReleases(i.to, release) <= 0)
  return none ? 'no' : 'unknown'
}

/** Whether a version or range as it is written is `release` or newer; `unknown` for what is none. */
export function releaseVerdict(version: string, release: Release): 'yes' | 'no' | 'unknown' {
  const range = parseVersionRange(version.trim())
  return range === undefined ? 'unknown' : isAtLeast(range, release)
}
