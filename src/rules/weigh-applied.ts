import type { Applied, AppliedReason, Verdict } from '../model/applied.ts'
import type { Severity } from '../model/finding.ts'
import type { Manifest } from '../model/manifest.ts'
import type { Span } from '../model/span.ts'
import { type FieldPath, isList, isMap, type Value, at as valueAt } from '../model/value.ts'
import { whyNotApplied } from '../report/reasons/applied.ts'
import type { RuleFinding } from './rule.ts'

/** What becomes of findings about what nothing applies: notes, left out, or as severe as ever (`manifests.unapplied`). */
export type Unapplied = 'note' | 'off' | 'same'

const RANK: Readonly<Record<Verdict, number>> = {
  applied: 0,
  presumed: 1,
  suspended: 2,
  unclear: 3,
  'not-applied': 4,
}

/**
 * Only what is applied can fail a run (applied.md §4.2): what is not becomes a note that says why, what is unclear is at most a warning,
 * what is suspended counts one step less. A finding about several objects is as severe as the surest of them.
 */
export function weighApplied(
  findings: Iterable<RuleFinding>,
  manifests: readonly Manifest[],
  unapplied: Unapplied,
): RuleFinding[] {
  const within = manifestsByPlace(manifests)
  return [...findings].flatMap((finding): RuleFinding[] => {
    const about = finding.objects ?? within(finding.span)
    const applied = surest(about)
    if (applied === undefined || applied.verdict === 'applied' || applied.verdict === 'presumed') return [finding]
    if (applied.verdict === 'not-applied' && unapplied === 'off') return []
    const isOwnWord = applied.reason?.code === 'chart-undeployed' && about.some((one) => isOfFixed(one, finding.span))
    const severity =
      isOwnWord || (applied.verdict === 'not-applied' && unapplied === 'same')
        ? finding.severity
        : weighed(finding.severity, applied.verdict)
    const said = applied.reason === undefined ? undefined : whyNotApplied(applied.reason)
    const remark = [finding.remark, said].filter((part) => part !== undefined).join(' ')
    const commented = applied.reason === undefined ? undefined : lineOf(applied.reason)
    return [
      {
        ...finding,
        severity,
        ...(remark === '' ? {} : { remark }),
        ...(applied.verdict === 'not-applied' ? { unapplied: true } : {}),
        related:
          commented === undefined
            ? finding.related
            : [...finding.related, { span: commented, message: 'the line that would apply it' }],
      },
    ]
  })
}

/**
 * Whether a place is one of what a chart says by itself, whoever installs it with which values: then that is judged in full, though nothing
 * in Git deploys the chart (helm.md §7.3). What stands around it must be so too: which store, and all of the same item.
 */
function isOfFixed(manifest: Manifest, { file, line, column }: Span): boolean {
  const { fixed, body } = manifest
  if (fixed === undefined) return false
  const isThere = (span: Span) => span.file === file && span.line === line && span.column === column
  const isFixed = (path: FieldPath) =>
    scalarsIn(valueAt(body, ...path), path).every((one) => fixed.has(JSON.stringify(one)))
  for (const one of fixed) {
    const path = JSON.parse(one) as FieldPath
    const around = aroundOf(path)
    if (around === undefined || !(isThere(manifest.spanOf(path)) || isThere(manifest.spanOf(path, 'key')))) continue
    return [...around, ['apiVersion'], ['kind'], ...STORES].every(isFixed)
  }
  return false
}

const STORES: readonly FieldPath[] = [
  ['spec', 'secretStoreRef'],
  ['spec', 'secretStoreRefs'],
]

/** What a field is judged together with; `undefined`: with more than a chart tells (names of other objects). */
function aroundOf(path: FieldPath): readonly FieldPath[] | undefined {
  const [top, part, index] = path
  if (path.length === 1) return [path]
  if (top !== 'spec') return undefined
  if (part === 'data' || part === 'dataFrom') return [['spec', part, index ?? 0]]
  if (part === 'provider') return [['spec', 'provider']]
  if (part === 'target' && index === 'template')
    return [
      ['spec', 'target', 'template'],
      ['spec', 'data'],
      ['spec', 'dataFrom'],
    ]
  return undefined
}

function scalarsIn(value: Value | undefined, path: FieldPath): FieldPath[] {
  if (value === undefined) return []
  if (isList(value)) return value.flatMap((item, index) => scalarsIn(item, [...path, index]))
  if (isMap(value)) return Object.entries(value).flatMap(([key, item]) => scalarsIn(item, [...path, key]))
  return [path]
}

function weighed(severity: Severity, verdict: Verdict): Severity {
  if (verdict === 'not-applied') return 'note'
  if (verdict === 'unclear') return severity === 'error' ? 'warning' : severity
  return severity === 'error' ? 'warning' : 'note'
}

function surest(manifests: readonly Manifest[]): Applied | undefined {
  return manifests
    .map(({ origin }) => origin.applied)
    .reduce<Applied | undefined>(
      (best, one) => (best === undefined || RANK[one.verdict] < RANK[best.verdict] ? one : best),
      undefined,
    )
}

/** The manifests that a place lies in; a finding that names no object is about those. */
function manifestsByPlace(manifests: readonly Manifest[]): (span: Span) => readonly Manifest[] {
  const byFile = new Map<string, Manifest[]>()
  for (const manifest of manifests) {
    const list = byFile.get(manifest.span.file)
    if (list === undefined) byFile.set(manifest.span.file, [manifest])
    else list.push(manifest)
  }
  return ({ file, line }) =>
    (byFile.get(file) ?? []).filter(({ span }) => span.line <= line && line <= Math.max(span.line, span.endLine))
}

function lineOf(reason: AppliedReason): Span | undefined {
  return reason.code === 'left-out' || reason.code === 'declared-by-unapplied' ? reason.commented : undefined
}
