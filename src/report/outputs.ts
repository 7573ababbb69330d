import type { OutputName } from '../settings/input-table.ts'
import { accountOf } from './account.ts'
import { oneLine } from './plain-text.ts'
import { countProblems } from './problems.ts'
import type { Report } from './report.ts'

/** What the modes add to the outputs of every run. */
export interface MoreOutputs {
  readonly reportFile?: string | undefined
  readonly sarifFile?: string | undefined
  readonly hasChanges?: boolean | undefined
  readonly planFile?: string | undefined
  readonly planDigest?: string | undefined
  readonly snapshotFile?: string | undefined
  readonly issueNumber?: number | undefined
}

/** The Action's outputs (design §4), all of them texts; what a mode does not have is the empty text. */
export function outputsOf(report: Report, more: MoreOutputs = {}): Readonly<Record<OutputName, string>> {
  const { works, broken, notChecked, otherProvider } = accountOf(report)
  const text = (value: string | number | boolean | undefined): string => oneLine(String(value ?? ''))
  return {
    outcome: report.outcome,
    'error-count': text(countProblems(report, 'error')),
    'warning-count': text(countProblems(report, 'warning')),
    references: text(works + broken + notChecked + otherProvider),
    'checked-references': text(works + broken),
    'broken-references': text(broken),
    'not-checked-references': text(notChecked),
    'not-checked-count': text(report.notChecked.length),
    'report-file': text(more.reportFile),
    'sarif-file': text(more.sarifFile),
    'has-changes': text(more.hasChanges),
    'plan-file': text(more.planFile),
    'plan-digest': text(more.planDigest),
    'snapshot-file': text(more.snapshotFile),
    'issue-number': text(more.issueNumber),
  }
}
