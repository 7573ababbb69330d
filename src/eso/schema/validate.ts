import type { Manifest } from '../../model/manifest.ts'
import { type FieldPath, isList, isMap, type Value, type ValueMap } from '../../model/value.ts'
import { type Interval, parseVersionRange } from '../../model/version-range.ts'
import { fieldsNewerThan, type NewerField } from './eso-features.ts'
import { formatPath } from './field-path.ts'
import { type Judged, judgeBy } from './judge-by.ts'
import type { SchemaProblem } from './problem.ts'
import {
  isKnownInterval,
  KNOWN_RELEASES,
  kindSchemaIn,
  newestWith,
  nodeAt,
  releasesFor,
  releasesWith,
} from './schema-lookup.ts'
import type { KindSchema } from './schema-node.ts'
import { isWhole } from './structure.ts'

export type { SchemaProblem } from './problem.ts'

export interface ValidateOptions {
  /**
   * The versions of ESO that Git pins for the manifest, as written (`1.2.1`, `>=0.9 <1`): a problem counts only when every
   * release that they allow has it. Empty, or with one that is no version: nothing is pinned.
   */
  readonly eso?: readonly string[]
  /** What CRDs in Git define: where they have the manifest's kind and version, they and nothing else decide. */
  readonly crds?: readonly KindSchema[]
}

/**
 * Everything that the API server, ESO's webhook or ESO itself will not take of one manifest: fields unknown, misplaced, missing,
 * of the wrong type or value, and combinations that exclude each other (eso.md §5.5, §6), in the object as a whole. Empty for
 * kinds and versions without a known schema. What is misplaced is judged as if it stood where it belongs, so that one slip gives
 * one problem. Without a pinned version the newest release decides, and what an older one takes is a warning.
 */
export function validateManifest(manifest: Manifest, options: ValidateOptions = {}): readonly SchemaProblem[] {
  if (!isWhole(manifest)) return []
  const newest = newestWith(manifest)
  const inGit = (options.crds ?? []).filter(
    ({ group, version, kind }) => kind === manifest.kind && `${group}/${version}` === manifest.apiVersion,
  )
  const latest = newest === undefined ? undefined : kindSchemaIn(newest, manifest)
  if (inGit.length > 0) return agreed(inGit.map((schema) => () => judgeBy(manifest, schema, latest ?? schema)))
  if (newest === undefined) return []
  const pinned = pinnedReleases(options.eso ?? [])
  const judge = judging(manifest, newest)
  if (pinned === undefined)
    return judge(newest).problems.map((problem) => olderTakesIt(manifest, problem, newest, judge))
  const served = releasesFor(pinned).filter((index) => kindSchemaIn(index, manifest)?.served === true)
  const [first] = served
  if (first === undefined) {
    // The apiVersion has to change first (`api-version-unserved`); only what is wrong in every version is worth a word.
    return judge(newest).problems.filter(({ kind }) => kind === 'unknown' || kind === 'misplaced')
  }
  const problems = agreed(served.map((index) => () => judge(index)))
  // A field that no known release has may be newer than all of them: not when the pinned one is known.
  const known = pinned.every(isKnownInterval)
  const sure = problems.map((problem) =>
    known && problem.effect === 'dropped' ? { ...problem, severity: 'error' as const } : problem,
  )
  return tooNew(manifest, sure, options.eso ?? [], newest, judge)
}

/** The problems of the first that all others have too; the others are asked only while something is left. */
function agreed(judgements: readonly (() => Judged)[]): readonly SchemaProblem[] {
  const [first, ...others] = judgements
  let { problems } = first?.() ?? NOTHING
  for (const other of others) {
    if (problems.length === 0) break
    const there = other()
    problems = problems.filter((problem) => there.has(problem))
  }
  return problems
}

/** `undefined`: nothing is pinned, or one of the pins says nothing. */
function pinnedReleases(versions: readonly string[]): readonly Interval[] | undefined {
  const ranges = versions.map((version) => parseVersionRange(version.trim()))
  const known = ranges.filter((range) => range !== undefined)
  return ranges.length > 0 && known.length === ranges.length ? known.flat() : undefined
}

type Judge = (release: number) => Judged

const NOTHING: Judged = { problems: [], hasUnlisted: false, has: () => false, hasAt: () => false }

/**
 * Problems by release; releases that share a schema are judged once. The first that is asked for judges the whole object. The
 * others are only asked about the problems that it tells, so of an object with more of them than are told they judge no more.
 */
function judging(manifest: Manifest, newest: number): Judge {
  const newestSchema = kindSchemaIn(newest, manifest)
  const known = new Map<KindSchema, Judged>()
  let asked = manifest
  return (release) => {
    const schema = kindSchemaIn(release, manifest)
    if (schema === undefined) return NOTHING
    const found = known.get(schema) ?? judgeBy(asked, schema, newestSchema ?? schema)
    if (known.size === 0 && found.hasUnlisted) asked = { ...manifest, body: cutBehind(manifest.body, found.problems) }
    known.set(schema, found)
    return found
  }
}

/** A body whose lists end behind the last item of theirs that has a problem: what follows changes nothing about those before. */
function cutBehind(body: ValueMap, problems: readonly SchemaProblem[]): ValueMap {
  const last = new Map<string, number>()
  for (const { path } of problems) {
    for (const [depth, part] of path.entries()) {
      if (typeof part !== 'number') continue
      const list = formatPath(path.slice(0, depth))
      last.set(list, Math.max(part, last.get(list) ?? 0))
    }
  }
  const cut = (value: Value, path: FieldPath): Value => {
    if (isList(value)) {
      return value.slice(0, (last.get(formatPath(path)) ?? 0) + 1).map((item, index) => cut(item, [...path, index]))
    }
    return isMap(value) ? cutMap(value, path) : value
  }
  const cutMap = (map: ValueMap, path: FieldPath): ValueMap =>
    Object.fromEntries(Object.entries(map).map(([key, value]) => [key, cut(value, [...path, key])]))
  return cutMap(body, [])
}

const name = (release: number): string => `v${KNOWN_RELEASES[release]?.join('.')}`

/** Without a pin: what a release took that still serves the apiVersion may be what is installed. */
function olderTakesIt(manifest: Manifest, problem: SchemaProblem, newest: number, judge: Judge): SchemaProblem {
  if (problem.effect !== 'dropped' && problem.effect !== 'rejected') return problem
  const older = releasesWith(manifest).filter(
    (index) => index > newest && kindSchemaIn(index, manifest)?.served === true,
  )
  const today = judge(newest)
  const takes = older.find((index) => {
    const then = judge(index)
    return (
      then !== today && !then.has(problem) && (problem.kind === 'missing' || hasField(manifest, index, problem.path))
    )
  })
  if (takes === undefined) return problem
  return {
    ...problem,
    severity: 'warning',
    message: `${problem.message} ESO up to ${name(takes)} takes it, and Git does not pin ESO.`,
  }
}

/** Whether a release has a field. What it only lets pass (a part whose schema is not known here, other providers) is none. */
function hasField(manifest: Manifest, release: number, path: FieldPath): boolean {
  const schema = kindSchemaIn(release, manifest)
  return schema !== undefined && nodeAt(schema, path) !== undefined
}

/** What the newest release takes and the pinned one does not: since when ESO has it. */
function tooNew(
  manifest: Manifest,
  problems: readonly SchemaProblem[],
  versions: readonly string[],
  newest: number,
  judge: Judge,
): readonly SchemaProblem[] {
  const features = newerFeatures(manifest, versions)
  const today = judge(newest)
  const pinned = versions.join(' and ')
  const told = problems.map((problem): SchemaProblem => {
    if (problem.effect !== 'dropped' && problem.effect !== 'rejected') return problem
    const feature = features.get(formatPath(problem.path))
    if (feature !== undefined) return featureProblem(problem, feature, pinned)
    if (today.has(problem)) return problem
    const since = firstWith(manifest, problem.path, problem.kind === 'value' ? judge : undefined)
    if (since === undefined) return problem
    return {
      ...problem,
      kind: problem.kind === 'misplaced' ? 'unknown' : problem.kind,
      severity: 'error',
      message: `${whatIs(problem)} is newer than ESO ${pinned}, which this is for: ${since}. ${consequence(problem)}`,
      suggestion: 'Take it away, or raise the version of ESO.',
      newer: true,
    }
  })
  const places = new Set(told.map(({ path }) => formatPath(path)))
  const added = [...features.values()].filter(({ path }) => !places.has(formatPath(path)))
  return [...told, ...added.map((found) => featureProblem(undefined, found, pinned))]
}

const DROPPED = 'the API server drops it, and a server-side apply (Flux) refuses the whole object'

function whatIs({ path, kind }: SchemaProblem): string {
  return kind === 'value' ? `The value of \`${formatPath(path)}\`` : `\`${formatPath(path)}\``
}

function consequence({ effect }: SchemaProblem): string {
  return effect === 'dropped'
    ? `${DROPPED[0]?.toUpperCase()}${DROPPED.slice(1)}.`
    : 'The API server refuses the object.'
}

/** `v2.3.0 is the first known release that has it, v2.2.0 does not`: as far as the known CRDs tell. */
function firstWith(manifest: Manifest, path: FieldPath, judge: Judge | undefined): string | undefined {
  const has = releasesWith(manifest).filter((index) => {
    if (!hasField(manifest, index, path)) return false
    return judge === undefined || !judge(index).hasAt(path)
  })
  const first = has.at(-1)
  if (first === undefined) return undefined
  const before = first + 1 < KNOWN_RELEASES.length ? `, ${name(first + 1)} does not` : ''
  return `${name(first)} has it${before}`
}

/** By the path of the field that uses it; all pins are older. */
function newerFeatures(manifest: Manifest, versions: readonly string[]): ReadonlyMap<string, NewerField> {
  const [first, ...others] = versions.map((version) => fieldsNewerThan(manifest, version))
  const found = new Map((first ?? []).map((one) => [formatPath(one.path), one]))
  for (const list of others) {
    const there = new Set(list.map(({ path }) => formatPath(path)))
    for (const place of found.keys()) if (!there.has(place)) found.delete(place)
  }
  return found
}

function featureProblem(
  problem: SchemaProblem | undefined,
  { feature, path, span }: NewerField,
  pinned: string,
): SchemaProblem {
  const value = feature.value !== undefined
  const effect = value ? 'rejected' : 'dropped'
  const what = value
    ? `\`${String(path.at(-1))}: ${feature.value}\` at \`${formatPath(path)}\``
    : `\`${formatPath(path)}\``
  const base: SchemaProblem = problem ?? {
    kind: value ? 'value' : 'unknown',
    effect,
    severity: 'error',
    path,
    span,
    message: '',
  }
  return {
    kind: value ? 'value' : 'unknown',
    effect: base.effect,
    severity: 'error',
    path: base.path,
    span: base.span,
    message: `${what} (${feature.what}) came with ESO ${feature.since.join('.')}, and this is for ESO ${pinned}. ${consequence(base)}`,
    suggestion: 'Take it away, or raise the version of ESO.',
    newer: true,
  }
}
