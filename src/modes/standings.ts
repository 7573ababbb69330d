import type { Chain, Link } from '../chain/chain.ts'
import { objectsOf } from '../chain/fold-links.ts'
import { propertyVerdict } from '../chain/property-verdict.ts'
import { chainPlaces } from '../changes/scope.ts'
import type { Finding, NotChecked } from '../model/finding.ts'
import type { Manifest } from '../model/manifest.ts'
import { lastOf, once } from '../model/once.ts'
import { type NotCheckedReason, type ServerReason, serverReason } from '../model/reason.ts'
import { ALWAYS, type Reference } from '../model/reference.ts'
import { formatSpan, type Span } from '../model/span.ts'
import type { Standing } from '../model/standing.ts'
import { nameReference } from '../model/wording.ts'
import type { Unapplied } from '../rules/weigh-applied.ts'

export interface StandingsInput {
  readonly links: Chain['links']
  /** What the rules say, without what somebody gave a reason to ignore. */
  readonly findings: readonly Finding[]
  readonly ignored: readonly Finding[]
  /** Of the findings, those of rules to which the config gives a severity below error. */
  readonly lowered?: readonly Finding[]
  /** What the rules would say that the config turns off; asked only where something fails of which no finding speaks. */
  readonly silenced?: () => readonly Finding[]
  readonly unapplied: Unapplied
  /** A server was to be asked and told nothing at all: what was found in Git alone is no pass. */
  readonly silent: ServerReason | undefined
}

/** What can be said of each reference: one thing, and never a pass for what was not seen. */
export function standingsOf(input: StandingsInput): ReadonlyMap<Link, Standing> {
  const broken = brokenBy(input.findings.filter(isError), input.links)
  const said: Said = {
    broken,
    ignored: brokenBy(input.ignored.filter(isError), input.links),
    weaker: once(() => brokenBy(input.findings.filter(isWeaker), input.links)),
    lowered: once(() => brokenBy(input.lowered ?? [], input.links)),
    silenced: once(() => brokenBy(input.silenced?.() ?? [], input.links)),
  }
  return new Map(input.links.map((link) => [link, standingOf(link, input, said)]))
}

/** What findings say of the references, by what became of the findings. */
interface Said {
  readonly broken: BrokenBy
  readonly ignored: BrokenBy
  /** Warnings and notes: what may not be applied weighs less, and fails all the same. */
  readonly weaker: () => BrokenBy
  readonly lowered: () => BrokenBy
  readonly silenced: () => BrokenBy
}

/** References that were not checked, each with its reason. */
export function referencesNotChecked(standings: ReadonlyMap<Link, Standing>): NotChecked[] {
  return [...standings].flatMap(([{ reference }, standing]) => {
    if (standing.is !== 'not-checked') return []
    const { file, line } = reference.span
    return [{ file, line, what: nameReference(reference), reason: standing.reason, reference: true as const }]
  })
}

/** A field that differs from Git breaks nothing by itself: what it makes Vault refuse is found for itself. */
function isError({ severity, shows }: Finding): boolean {
  return severity === 'error' && shows === undefined
}

function isWeaker({ severity, shows }: Finding): boolean {
  return severity !== 'error' && shows === undefined
}

function standingOf(link: Link, { unapplied, silent }: StandingsInput, said: Said): Standing {
  const { store } = link.reference
  if (unapplied !== 'same' && objectsOf(link).every(({ origin }) => origin.applied.verdict === 'not-applied'))
    return { is: 'not-applied' }
  if (store.found === 'foreign') return { is: 'other-provider', provider: store.store.provider }
  const by = said.broken.get(link)
  if (by !== undefined) return { is: 'broken', accepted: false, by: [...by] }
  if (said.ignored.has(link)) return { is: 'broken', accepted: true, by: [] }
  if (fails(link)) return brokenUnsaid(link, said)
  const reason = reasonOf(link) ?? silent
  return reason === undefined ? { is: 'works' } : { is: 'not-checked', reason }
}

/**
 * Broken, and no error says so. Accepted is only what somebody let pass in the config; what a limit or the time of the run left out is
 * broken like the rest.
 */
function brokenUnsaid(link: Link, { lowered, silenced, weaker }: Said): Standing {
  const accepted = lowered().has(link) || silenced().has(link)
  return { is: 'broken', accepted, by: accepted ? [] : [...(weaker().get(link) ?? [])] }
}

/** Whether ESO will fail by what is known of the chain, whatever severity a rule gives to it. */
function fails({ reference, accesses, secret, role, mount }: Link): boolean {
  const { failsWith, notChecked, store } = reference
  if (reference.proposed) return true
  if (
    failsWith !== undefined &&
    (notChecked === undefined || (failsWith.code === 'no-store-named' && notChecked.code === 'store-absent'))
  )
    return true
  if (store.found !== 'vault' || reference.skipped !== undefined || store.unsure !== undefined) return false
  if (reference.condition.verdict === 'denied') return true
  if ([role, mount].some((part) => part?.found === 'absent' && part.by === 'vault')) return true
  if (
    accesses.some(
      ({ access, decision }) =>
        access.side !== 'session' && access.when === ALWAYS && access.below !== true && decision.verdict === 'denied',
    )
  )
    return true
  const isGone = secret !== undefined && ['absent', 'deleted', 'destroyed'].includes(secret.presence)
  return isRead(reference) && isGone && reference.deletionPolicy === 'Retain'
}

function isRead({ operation }: Reference): boolean {
  return operation === 'data' || operation === 'extract'
}

function reasonOf(link: Link): NotCheckedReason | undefined {
  const { reference, role } = link
  if (reference.skipped !== undefined) return reference.skipped
  const { storeRef, store } = reference
  if (store.found === 'absent') {
    const named = storeRef === undefined ? {} : { name: `${storeRef.kind} ${storeRef.name}` }
    return { code: 'store-absent', what: reference.generatorRef === undefined ? 'store' : 'generator', ...named }
  }
  const undecided = link.accesses.find(
    ({ access, decision }) => access.side !== 'session' && decision.verdict === 'unknown',
  )
  // A pattern around a hole may decide all the same (design §6); then the reference is judged.
  if (reference.notChecked !== undefined && (link.accesses.length === 0 || undecided !== undefined))
    return reference.notChecked
  if (undecided !== undefined) {
    const { because } = undecided.decision
    return because.code === 'role-absent' && role?.found === 'absent' && role.by === 'git'
      ? { ...because, code: 'role-not-in-git' }
      : because
  }
  if (link.secret?.presence === 'hidden' || link.secret?.presence === 'unknown') return serverReason(link.secret)
  if (
    link.secret?.presence === 'present' &&
    link.secret.keysHidden !== undefined &&
    (reference.property ?? '') !== ''
  ) {
    return { code: 'keys-hidden', says: link.secret.keysHidden }
  }
  if (isRead(link.reference) && propertyVerdict(link)?.presence === 'unknown') return { code: 'property-in-value' }
  const { found } = link
  if (found === undefined) return undefined
  if (!('names' in found)) return serverReason(found)
  return found.incomplete === undefined ? undefined : { code: 'server-does-not-tell', says: found.incomplete }
}

/** The references that are broken, each with the fingerprints of what breaks it. */
type BrokenBy = ReadonlyMap<Link, ReadonlySet<string>>

/**
 * The references that findings speak of: those at one of their places; else those of the list item, of the store, role or mount, or of
 * the object that the finding lies in. The narrowest of these counts.
 */
function brokenBy(findings: readonly Finding[], links: readonly Link[]): BrokenBy {
  const broken = fingerprintsBy<Link>()
  if (findings.length === 0) return broken.all
  const placesOf = ({ span, related }: Finding) => [span, ...related.map((place) => place.span)].map(placeOf)
  const all = findings.flatMap(withUnlisted)
  const byPlace = new Map<string, Link[]>()
  for (const finding of all) for (const place of placesOf(finding)) byPlace.set(place, [])
  const byObject = new Map<Manifest, Link[]>()
  for (const link of links) {
    const { span, propertySpan, storeRef, generatorRef } = link.reference
    const places = [span, propertySpan, storeRef?.span, generatorRef?.span]
    for (const [index, place] of places.entries())
      if (place !== undefined && places.indexOf(place) === index) byPlace.get(placeOf(place))?.push(link)
    for (const object of link.also.length === 0 ? objectsOf(link) : new Set(objectsOf(link)))
      push(byObject, object, link)
  }
  const inItem = holders(() => links.map((link) => [link.reference.manifest.spanOf(link.reference.field), link]))
  const inStore = holders(() => links.flatMap((link) => chainPlaces(link).map((place) => [place, link] as const)))
  const inObject = holders(() =>
    [...byObject].flatMap(([object, of]) => of.map((link) => [object.span, link] as const)),
  )
  const taken = fingerprintsBy<readonly Link[]>()
  // Problems of one object follow one another.
  const aboutOf = lastOf((objects: Finding['objects']) => (objects === undefined ? undefined : new Set(objects)))
  for (const finding of all) {
    const { span, objects } = finding
    const about = aboutOf(objects)
    const isAbout = (link: Link) => about === undefined || objectsOf(link).some((object) => about.has(object))
    const isInFile = (link: Link) => objectsOf(link).some((object) => object.span.file === span.file)
    const nearest: readonly (() => readonly (readonly Link[])[])[] = [
      () => placesOf(finding).map((place) => (byPlace.get(place) ?? []).filter(isAbout)),
      () => inItem(span).map((group) => group.filter((link) => isAbout(link) && isInFile(link))),
      () => inStore(span),
      () => (about === undefined ? inObject(span) : [...about].map((object) => byObject.get(object) ?? [])),
    ]
    for (const find of nearest) {
      const groups = find()
      for (const group of groups) taken.add(group, finding.fingerprint)
      if (groups.some((group) => group.length > 0)) break
    }
  }
  for (const [group, fingerprints] of taken.all)
    for (const link of group) for (const one of fingerprints) broken.add(link, one)
  return broken.all
}

/** The fingerprints of each thing. Most have one, and things with the same one share the set of it: an object may have 60,000 problems. */
function fingerprintsBy<Thing>() {
  const all = new Map<Thing, Set<string>>()
  const alone = new Map<string, Set<string>>()
  const own = new Set<Thing>()
  return {
    all: all as ReadonlyMap<Thing, ReadonlySet<string>>,
    add(thing: Thing, fingerprint: string): void {
      const known = all.get(thing)
      if (known === undefined) {
        const shared = alone.get(fingerprint) ?? new Set([fingerprint])
        alone.set(fingerprint, shared)
        all.set(thing, shared)
      } else if (own.has(thing)) known.add(fingerprint)
      else if (!known.has(fingerprint)) {
        own.add(thing)
        all.set(thing, new Set([...known, fingerprint]))
      }
    },
  }
}

/** What is not told one by one breaks as what is. */
function withUnlisted(finding: Finding): Finding[] {
  const { unlisted = [] } = finding
  return [finding, ...unlisted.map((span): Finding => ({ ...finding, span, related: [] }))]
}

interface Lines {
  readonly start: number
  readonly end: number
  readonly links: Link[]
  /** The last line of this and of all that start before it. */
  reach: number
}

/**
 * Finds those whose lines hold a place, in groups of the same lines: a run may have as many findings as references, so a question must
 * not cost what there is. `places` is asked once, at the first question.
 */
function holders(places: () => readonly (readonly [Span, Link])[]): (inner: Span) => readonly (readonly Link[])[] {
  let byFile: ReadonlyMap<string, readonly Lines[]> | undefined
  return ({ file, line }) => {
    byFile ??= linesByFile(places())
    const all = byFile.get(file) ?? []
    let low = 0
    let high = all.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((all[middle] as Lines).start <= line) low = middle + 1
      else high = middle
    }
    const found: Link[][] = []
    for (let one = all[--low]; one !== undefined && one.reach >= line; one = all[--low])
      if (one.end >= line) found.push(one.links)
    return found
  }
}

/** Sorted by where they start. */
function linesByFile(places: readonly (readonly [Span, Link])[]): ReadonlyMap<string, readonly Lines[]> {
  const byFile = new Map<string, Map<string, Lines>>()
  for (const [{ file, line, endLine }, link] of places) {
    const known = byFile.get(file) ?? new Map<string, Lines>()
    byFile.set(file, known)
    const end = Math.max(line, endLine)
    const lines = known.get(`${line}-${end}`) ?? { start: line, end, links: [], reach: end }
    known.set(`${line}-${end}`, lines)
    lines.links.push(link)
  }
  return new Map(
    [...byFile].map(([file, known]) => {
      const all = [...known.values()].sort((a, b) => a.start - b.start)
      let reach = 0
      for (const lines of all) {
        reach = Math.max(reach, lines.end)
        lines.reach = reach
      }
      return [file, all]
    }),
  )
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, [value])
  else known.push(value)
}

function placeOf(span: Span): string {
  return `${formatSpan(span)}:${span.column}`
}
