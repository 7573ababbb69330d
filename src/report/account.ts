import type { Verdict } from '../model/applied.ts'
import type { NotChecked } from '../model/finding.ts'
import { isWithoutHelm, type NotCheckedReason } from '../model/reason.ts'
import { counted } from '../model/wording.ts'
import { briefReason } from './reasons/brief.ts'
import type { JudgedReference, Report } from './report.ts'

type AccountedReport = Pick<Report, 'references' | 'notChecked' | 'findings'>

/** Every reference of a report, each counted once: works + broken + notChecked + otherProvider + notApplied = all (design §1, promise 8). */
export interface Account {
  readonly all: number
  /** References to Vault that are applied, or may be: what a headline counts by. */
  readonly vault: number
  readonly works: number
  readonly broken: number
  /** Of the broken ones, those that an `ignore` or a severity in the config lets pass. */
  readonly accepted: number
  /** Of the broken ones, those that only older problems break, which are not in the report. */
  readonly older: number
  readonly notChecked: number
  /** Why, for each reference that was not checked. */
  readonly reasons: readonly NotCheckedReason[]
  readonly otherProvider: number
  /** Names of the other providers, as ESO's CRDs have them, sorted. */
  readonly providers: readonly string[]
  readonly notApplied: number
  /** Of all, by how sure it is that they reach a cluster. */
  readonly verdicts: Readonly<Record<Verdict, number>>
  /** Beside references: files that were not read, and roots that were not followed. */
  readonly filesNotRead: number
  readonly partsNotFollowed: number
  /** ESO objects in templates of charts that were not rendered, by why, in a few words; empty text: each for its own reason. */
  readonly inCharts: ReadonlyMap<string, number>
}

export function accountOf({ references, notChecked, findings }: AccountedReport): Account {
  const reported = new Set(findings.map(({ fingerprint }) => fingerprint))
  const count = (is: JudgedReference['standing']['is']) =>
    references.filter(({ standing }) => standing.is === is).length
  const works = count('works')
  const broken = count('broken')
  const unchecked = references.flatMap(({ standing }) => (standing.is === 'not-checked' ? [standing.reason] : []))
  const verdicts: Record<Verdict, number> = {
    applied: 0,
    presumed: 0,
    suspended: 0,
    unclear: 0,
    'not-applied': 0,
  }
  for (const judged of references) verdicts[verdictOf(judged)]++
  const parts = notChecked.filter(({ reference }) => reference !== true)
  const files = parts.filter(({ reason }) => isUnread(reason))
  const inCharts = objectsInCharts(parts)
  return {
    all: references.length,
    vault: works + broken + unchecked.length,
    works,
    broken,
    older: references.filter(
      ({ standing }) =>
        standing.is === 'broken' &&
        standing.by.length > 0 &&
        !standing.by.some((fingerprint) => reported.has(fingerprint)),
    ).length,
    accepted: references.filter(({ standing }) => standing.is === 'broken' && standing.accepted).length,
    notChecked: unchecked.length,
    reasons: unchecked,
    otherProvider: count('other-provider'),
    providers: [
      ...new Set(
        references.flatMap(({ standing }) =>
          standing.is === 'other-provider' && standing.provider !== undefined ? [standing.provider] : [],
        ),
      ),
    ].sort(),
    notApplied: count('not-applied'),
    verdicts,
    filesNotRead: files.length,
    partsNotFollowed: parts.length - files.length - countInCharts({ inCharts }),
    inCharts,
  }
}

/** Without helm it is one reason for all of them. */
function objectsInCharts(parts: readonly NotChecked[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const { reason } of parts) {
    if (reason.code !== 'chart-template') continue
    const { because } = reason
    const why = because !== undefined && isWithoutHelm(because) ? briefReason(because) : ''
    found.set(why, (found.get(why) ?? 0) + 1)
  }
  return found
}

export function countInCharts({ inCharts }: Pick<Account, 'inCharts'>): number {
  return [...inCharts.values()].reduce((sum, count) => sum + count, 0)
}

/** `2 ESO objects in charts not checked (needs helm)`: in every report the same. */
export function objectsInChartsFacts({ inCharts }: Pick<Account, 'inCharts'>): string[] {
  return [...inCharts].map(
    ([why, count]) => `${counted(count, 'ESO object')} in charts not checked${why === '' ? '' : ` (${why})`}`,
  )
}

/** The surest verdict of the objects that come out of the reference's line. */
export function verdictOf({ reference, also = [] }: Pick<JudgedReference, 'reference' | 'also'>): Verdict {
  if (also.length === 0) return reference.manifest.origin.applied.verdict
  const verdicts = new Set([reference.manifest, ...also].map(({ origin }) => origin.applied.verdict))
  return SUREST_FIRST.find((verdict) => verdicts.has(verdict)) ?? 'unclear'
}

const SUREST_FIRST: readonly Verdict[] = ['applied', 'presumed', 'suspended', 'unclear', 'not-applied']

/** Whether it is about a file, or a document of one, that was not read. */
export function isUnread({ code }: NotCheckedReason): boolean {
  return UNREAD.has(code)
}

const UNREAD: ReadonlySet<NotCheckedReason['code']> = new Set([
  'file-unreadable',
  'folder-unreadable',
  'file-too-large',
  'files-too-large',
  'documents-too-many',
  'sops',
  'yaml-unparseable',
  'yaml-unusable',
  'yaml-too-deep',
  'yaml-template',
  'yaml-template-keys',
])
