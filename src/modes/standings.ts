import type { Chain, Link } from '../chain/chain.ts'
import { objectsOf } from '../chain/fold-links.ts'
import { chainPlaces } from '../changes/scope.ts'
import type { Finding, NotChecked } from '../model/finding.ts'
import { type NotCheckedReason, type ServerReason, serverReason } from '../model/reason.ts'
import { ALWAYS } from '../model/reference.ts'
import { formatSpan, type Span } from '../model/span.ts'
import type { Standing } from '../model/standing.ts'
import { nameReference } from '../model/wording.ts'
import type { Unapplied } from '../rules/weigh-applied.ts'

export interface StandingsInput {
  readonly links: Chain['links']
  /** What the rules say, without what somebody gave a reason to ignore. */
  readonly findings: readonly Finding[]
  readonly ignored: readonly Finding[]
  readonly unapplied: Unapplied
  /** A server was to be asked and told nothing at all: what was found in Git alone is no pass. */
  readonly silent: ServerReason | undefined
}

/** What can be said of each reference: one thing, and never a pass for what was not seen. */
export function standingsOf(input: StandingsInput): ReadonlyMap<Link, Standing> {
  const broken = brokenBy(input.findings.filter(isError), input.links)
  const accepted = brokenBy(input.ignored.filter(isError), input.links)
  return new Map(input.links.map((link) => [link, standingOf(link, { ...input, broken, accepted })]))
}

/** References that were not checked, each with its reason. */
export function referencesNotChecked(standings: ReadonlyMap<Link, Standing>): NotChecked[] {
  return [...standings].flatMap(([{ reference }, standing]) => {
    if (standing.is !== 'not-checked') return []
    const { file, line } = reference.span
    return [{ file, line, what: nameReference(reference), reason: standing.reason, reference: true as const }]
  })
}

function isError({ severity }: Finding): boolean {
  return severity === 'error'
}

function standingOf(
  link: Link,
  {
    broken,
    accepted,
    unapplied,
    silent,
  }: StandingsInput & { readonly broken: ReadonlySet<Link>; readonly accepted: ReadonlySet<Link> },
): Standing {
  const { store } = link.reference
  if (unapplied !== 'same' && objectsOf(link).every(({ origin }) => origin.applied.verdict === 'not-applied'))
    return { is: 'not-applied' }
  if (store.found === 'foreign') return { is: 'other-provider', provider: store.store.provider }
  if (broken.has(link)) return { is: 'broken', accepted: false }
  if (accepted.has(link) || fails(link)) return { is: 'broken', accepted: true }
  const reason = reasonOf(link) ?? silent
  return reason === undefined ? { is: 'works' } : { is: 'not-checked', reason }
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
  const isRead = reference.operation === 'data' || reference.operation === 'extract'
  const isGone = secret !== undefined && ['absent', 'deleted', 'destroyed'].includes(secret.presence)
  return isRead && isGone && reference.deletionPolicy === 'Retain'
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
  const { found } = link
  if (found === undefined) return undefined
  if (!('names' in found)) return serverReason(found)
  return found.incomplete === undefined ? undefined : { code: 'server-does-not-tell', says: found.incomplete }
}

/**
 * The references that findings speak of: those at one of their places; else those of the list item, of the store, role or mount, or of
 * the object that the finding lies in. The narrowest of these counts.
 */
function brokenBy(findings: readonly Finding[], links: readonly Link[]): ReadonlySet<Link> {
  const broken = new Set<Link>()
  if (findings.length === 0) return broken
  const byPlace = new Map<string, Link[]>()
  const byFile = new Map<string, Link[]>()
  const stores = links.map((link) => [link, chainPlaces(link)] as const)
  for (const link of links) {
    const { span, propertySpan, storeRef, generatorRef } = link.reference
    for (const place of new Set([span, propertySpan, storeRef?.span, generatorRef?.span]))
      if (place !== undefined) push(byPlace, placeOf(place), link)
    for (const file of new Set(objectsOf(link).map((object) => object.span.file))) push(byFile, file, link)
  }
  for (const finding of findings) {
    const objects = finding.objects === undefined ? undefined : new Set(finding.objects)
    const isAbout = (link: Link) => objects === undefined || objectsOf(link).some((object) => objects.has(object))
    const atPlace = [finding.span, ...finding.related.map(({ span }) => span)]
      .flatMap((span) => byPlace.get(placeOf(span)) ?? [])
      .filter(isAbout)
    const nearest = [
      () => atPlace,
      () =>
        (byFile.get(finding.span.file) ?? []).filter(
          (link) => isAbout(link) && holds(link.reference.manifest.spanOf(link.reference.field), finding.span),
        ),
      () => stores.filter(([, places]) => places.some((place) => holds(place, finding.span))).map(([link]) => link),
      () =>
        objects === undefined
          ? (byFile.get(finding.span.file) ?? []).filter((link) =>
              objectsOf(link).some((object) => holds(object.span, finding.span)),
            )
          : links.filter(isAbout),
    ]
    for (const find of nearest) {
      const found = find()
      for (const link of found) broken.add(link)
      if (found.length > 0) break
    }
  }
  return broken
}

function push(map: Map<string, Link[]>, key: string, link: Link): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, [link])
  else known.push(link)
}

function placeOf(span: Span): string {
  return `${formatSpan(span)}:${span.column}`
}

function holds(outer: Span, inner: Span): boolean {
  return outer.file === inner.file && outer.line <= inner.line && inner.line <= Math.max(outer.line, outer.endLine)
}
