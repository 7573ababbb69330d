import type { Link } from '../chain/chain.ts'
import type { Age, Finding, NotChecked } from '../model/finding.ts'
import { reasonKey } from '../model/reason.ts'
import { formatSpan, type Span } from '../model/span.ts'
import type { Provenance } from '../model/vault-state.ts'
import { nameManifest } from '../model/wording.ts'
import { type ChangedLines, linesOfSpan } from './changed-lines.ts'
import { isTouchedLink } from './changed-links.ts'

/** What of a report a change is answerable for. */
export interface Scope {
  readonly links: ReadonlySet<Link>
  /** What the change has to do with a finding; `undefined`: nothing, it was there before and elsewhere. */
  ageOf(finding: Finding): Age | undefined
  isNotCheckedIn(item: NotChecked): boolean
}

export interface ScopeInput {
  readonly links: ReadonlySet<Link>
  readonly lines: ChangedLines
  /** What the state before the change was already reported for. */
  readonly before: { readonly findings: readonly Finding[]; readonly notChecked: readonly NotChecked[] }
}

/**
 * A finding belongs to a change when it was not there before, when a line that it points at was touched, or when it is about a
 * reference that changed: a changed policy has every reference under it judged anew, also those that were denied before.
 */
export function scopeOf({ links, lines, before }: ScopeInput): Scope {
  const known = objectsByFingerprint(before.findings)
  const notCheckedBefore = new Set(before.notChecked.map(idOf))
  const placesOf = (some: readonly Link[]) =>
    new Set(
      some.flatMap(({ reference: { span, propertySpan } }) => [
        formatSpan(span),
        ...(propertySpan ? [formatSpan(propertySpan)] : []),
      ]),
    )
  const places = placesOf([...links])
  const ownPlaces = placesOf([...links].filter((link) => isTouchedLink(link, lines)))
  const chains = [...links].flatMap(chainPlaces)
  const isTouched = (span: Span) => lines.touches(linesOfSpan(span))
  return {
    links,
    ageOf({ fingerprint, severity, span, related, objects = [] }) {
      if (isTouched(span) || ownPlaces.has(formatSpan(span))) return 'own'
      const hit = known.get(fingerprint)
      // A further overlay of a base that is broken already is news.
      if (hit === undefined || objects.some((object) => !hit.has(nameManifest(object)))) return 'broken'
      const spans = related.map((place) => place.span)
      // Where the other end was edited, and it is broken as it was: it is shown, apart from what the change broke.
      if (spans.some((one) => isTouched(one) && !places.has(formatSpan(span)))) return 'older'
      // What breaks the store, role or policy of a changed reference breaks the reference.
      return severity === 'error' && chains.some((place) => holds(place, span)) ? 'older' : undefined
    },
    isNotCheckedIn: (item) =>
      !notCheckedBefore.has(idOf(item)) ||
      places.has(`${item.file}:${item.line}`) ||
      lines.touches({ file: item.file, line: item.line, endLine: item.line }),
  }
}

function objectsByFingerprint(findings: readonly Finding[]): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Map<string, Set<string>>()
  for (const { fingerprint, objects = [] } of findings) {
    const hit = known.get(fingerprint) ?? new Set()
    for (const object of objects) hit.add(nameManifest(object))
    known.set(fingerprint, hit)
  }
  return known
}

/** Where the store, the role and the mount of a reference are written. */
export function chainPlaces({ store, role, mount }: Link): Span[] {
  const provenances = [role, mount].flatMap((part) => (part?.found === 'known' ? [part.fact.provenance] : []))
  return [...(store === undefined ? [] : [store.manifest.span]), ...provenances.flatMap(spansOf)]
}

function spansOf(provenance: Provenance): Span[] {
  return provenance.from === 'git' ? [provenance.span] : []
}

function holds(outer: Span, inner: Span): boolean {
  return outer.file === inner.file && outer.line <= inner.line && inner.line <= Math.max(outer.line, outer.endLine)
}

function idOf({ file, what, reason }: NotChecked): string {
  return `${file} ${what} ${reasonKey(reason)}`
}
