import { redact, redactTexts } from '../model/redact.ts'
import { exitCodeOf } from '../report/outcome.ts'
import { redactReport } from '../report/redact-report.ts'
import type { Report, SourceLine } from '../report/report.ts'
import type { Settings } from '../settings/settings.ts'
import type { PlanDocument } from '../setup/plan-document.ts'
import type { ChangeOfRunDeps } from './change-of-run.ts'
import { check } from './check.ts'
import { failedReport } from './failed-report.ts'
import { renderWith } from './render.ts'
import { setUp } from './set-up.ts'
import { type WithVaultDeps, withVault } from './with-vault.ts'

/** What a run takes from the world; entry files give the real ones. */
export interface RunDeps extends WithVaultDeps, ChangeOfRunDeps {
  readonly now: () => Date
  /** Hides a credential in the runner's log. */
  readonly mask: (secret: string) => void
}

export interface RunResult {
  /** Redacted: fit to be shown. */
  readonly report: Report
  readonly exitCode: number
  readonly sourceLine: SourceLine
  /** Modes `plan` and `apply`; redacted like the report. */
  readonly plan?: PlanDocument
}

/** What a mode gives, before redaction. */
interface ModeResult {
  readonly report: Report
  readonly sourceLine: SourceLine
  readonly plan?: PlanDocument | undefined
}

/** Runs one mode. Every failure becomes a report with its outcome; nothing is thrown. */
export async function run(settings: Settings, deps: RunDeps): Promise<RunResult> {
  const secrets: string[] = []
  const mask = (secret: string) => {
    secrets.push(secret)
    deps.mask(secret)
  }
  const clean = (text: string) => redact(text, secrets)
  // `on-incomplete: warn` softens checks; an apply that could not be done has failed.
  const exitCode = ({ outcome }: Report) =>
    exitCodeOf(outcome, settings.mode === 'apply' ? 'fail' : settings.onIncomplete)
  try {
    const { report, sourceLine, plan } = await runMode(settings, { ...deps, mask })
    return {
      report: redactReport(report, clean),
      exitCode: exitCode(report),
      sourceLine,
      ...(plan === undefined ? {} : { plan: redactTexts(plan, clean) }),
    }
  } catch (error) {
    const report = redactReport(failedReport(settings, error), clean)
    return { report, exitCode: exitCode(report), sourceLine: () => undefined }
  }
}

async function runMode(settings: Settings, deps: RunDeps): Promise<ModeResult> {
  if (settings.mode === 'plan' || settings.mode === 'apply') return setUp(settings, deps)
  return withVault(settings, deps, async ({ live, incomplete }) => {
    const now = deps.now()
    const today = now.toISOString().slice(0, 10)
    const look = settings.mode === 'drift' ? (await import('./drift.ts')).drift : check
    const render = renderWith(settings, deps.env)
    const change =
      settings.reportScope === 'changed'
        ? (await import('./change-of-run.ts')).changeOfRun(settings, deps, render)
        : undefined
    const { report, gathered } = await look(settings, { cwd: deps.cwd, today, now, live, render, change, incomplete })
    if (report.scope?.of === 'all' && settings.reportScopeGiven)
      deps.warn(`\`report-scope: changed\`: everything is reported, because ${report.scope.because}.`)
    for (const state of gathered.live.values()) for (const warning of state.warnings) deps.warn(warning)
    return { report, sourceLine: gathered.repository.sourceLine }
  })
}
