import type { Applied, AppliedReason, Verdict } from '../model/applied.ts'
import type { Severity } from '../model/finding.ts'
import type { Manifest } from '../model/manifest.ts'
import type { Span } from '../model/span.ts'
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
    const severity =
      applied.verdict === 'not-applied' && unapplied === 'same'
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
