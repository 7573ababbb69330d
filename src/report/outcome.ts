import type { Finding, Severity } from '../model/finding.ts'
import type { FailOn, OnIncomplete } from '../settings/settings.ts'
import type { Outcome } from './report.ts'
import { EXIT_CODE } from './report.ts'

const RANK: Readonly<Record<Severity, number>> = { error: 2, warning: 1, note: 0 }

/** Whether a finding of that severity fails a run. A note never does. */
function fails(severity: Severity, failOn: FailOn): boolean {
  if (failOn === 'never' || severity === 'note') return false
  return RANK[severity] >= RANK[failOn]
}

export interface Verdict {
  readonly findings: readonly Finding[]
  readonly failOn: FailOn
  /** Why checks that were asked for could not run. */
  readonly incomplete: readonly string[]
  /** Mode `drift`: Vault differs from Git, whatever the severity. */
  readonly drifted?: boolean
}

/**
 * How a run ended (design §3). Findings outrank `incomplete`: what was seen to be broken is broken, whatever could not be seen
 * beside it; the report lists both.
 */
export function outcomeOf({ findings, failOn, incomplete, drifted = false }: Verdict): Outcome {
  if (drifted || findings.some((finding) => fails(finding.severity, failOn))) return 'findings'
  return incomplete.length > 0 ? 'incomplete' : 'clean'
}

/** The process's exit code; `on-incomplete: warn` lets an incomplete run pass, its outcome stays `incomplete`. */
export function exitCodeOf(outcome: Outcome, onIncomplete: OnIncomplete): number {
  return outcome === 'incomplete' && onIncomplete === 'warn' ? 0 : EXIT_CODE[outcome]
}
