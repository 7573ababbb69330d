import type { Settings } from '../settings/settings.ts'
import { type PlanDocument, planFileText } from '../setup/plan-document.ts'
import type { MoreOutputs } from './outputs.ts'
import { logSafeJson } from './plain-text.ts'
import { planText } from './plan-text.ts'
import type { Report, SourceLine } from './report.ts'
import { type TerminalOptions, terminalFindings } from './terminal.ts'
import { writeText } from './write-files.ts'

/** What plan and apply print: findings with their source lines first, the plan and its digest last. */
export function planTerminal(plan: PlanDocument, report: Report, source: SourceLine, options: TerminalOptions): string {
  if (report.findings.length === 0) return planText(plan, report, options)
  return `${terminalFindings(report, source, options)}\n${planText(plan, report, options)}`
}

/** The plan as `--format json` prints it; the plan file holds the same. */
export function planJson(plan: PlanDocument): string {
  return logSafeJson(planFileText(plan))
}

/** Writes `plan-file` in mode `plan`; in mode `apply` the file is the approved plan, and stays. */
export async function writePlanFile(settings: Pick<Settings, 'mode' | 'planFile'>, plan: PlanDocument): Promise<void> {
  if (settings.mode === 'plan' && settings.planFile !== undefined)
    await writeText(settings.planFile, planFileText(plan))
}

/** The outputs that these modes add. */
export function planOutputs(settings: Pick<Settings, 'mode' | 'planFile'>, plan: PlanDocument): MoreOutputs {
  return {
    hasChanges: plan.hasChanges,
    planDigest: plan.digest,
    ...(settings.mode === 'plan' ? { planFile: settings.planFile } : {}),
  }
}
