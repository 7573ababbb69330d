import type { Finding, Severity } from '../model/finding.ts'
import type { FailOn, OnIncomplete, OnUnchecked } from '../settings/settings.ts'
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
  /** Whether an applied reference, or something that may hold references, was not checked. */
  readonly unchecked?: boolean
  /** Mode `drift`: Vault differs from Git, whatever the severity. */
  readonly drifted?: boolean
}

/**
 * How a run ended (design §3). Findings outrank the rest: what was seen to be broken is broken, whatever could not be seen beside it;
 * the report lists both. `clean` needs every applied reference checked.
 */
export function outcomeOf({ findings, failOn, incomplete, unchecked = false, drifted = false }: Verdict): Outcome {
  if (drifted || findings.some((finding) => fails(finding.severity, failOn))) return 'findings'
  if (incomplete.length > 0) return 'incomplete'
  return unchecked ? 'unchecked' : 'clean'
}

/** What the settings make of what could not be checked. */
export interface Tolerance {
  readonly onIncomplete: OnIncomplete
  readonly onUnchecked: OnUnchecked
}

/**
 * The process's exit code. `on-incomplete: warn` lets an incomplete run pass, its outcome stays `incomplete`; `on-unchecked: fail` fails
 * one that left a reference unchecked, with the same code.
 */
export function exitCodeOf(outcome: Outcome, { onIncomplete, onUnchecked }: Tolerance): number {
  if (outcome === 'incomplete' && onIncomplete === 'warn') return 0
  if (outcome === 'unchecked' && onUnchecked === 'fail') return EXIT_CODE.incomplete
  return EXIT_CODE[outcome]
}
