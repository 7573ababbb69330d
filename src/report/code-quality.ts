import type { Finding, Severity } from '../model/finding.ts'
import type { Report } from './report.ts'
import { fixText } from './wording.ts'

const SEVERITY: Readonly<Record<Severity, 'major' | 'minor' | 'info'>> = {
  error: 'major',
  warning: 'minor',
  note: 'info',
}

/**
 * The findings as GitLab's Code Quality report, which merge requests show at the line. It is a list of problems and nothing else:
 * what was not checked is told by the job's log and its exit code.
 */
export function codeQualityText({ findings }: Pick<Report, 'findings'>): string {
  const seen = new Map<string, number>()
  const entries = findings.map((finding) => ({
    description: descriptionOf(finding),
    check_name: finding.rule,
    fingerprint: uniqueIn(seen, finding.fingerprint),
    severity: SEVERITY[finding.severity],
    location: { path: finding.span.file, lines: { begin: finding.span.line } },
  }))
  return `${JSON.stringify(entries, undefined, 2)}\n`
}

function descriptionOf({ message, fix }: Finding): string {
  return fix === undefined ? message : `${message}\n${fixText(fix)}`
}

/** GitLab drops entries whose fingerprint it has seen; two places of one finding are two entries. */
function uniqueIn(seen: Map<string, number>, fingerprint: string): string {
  const times = (seen.get(fingerprint) ?? 0) + 1
  seen.set(fingerprint, times)
  return times === 1 ? fingerprint : `${fingerprint} ${times}`
}
