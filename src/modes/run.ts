import { deadlineIn } from '../model/deadline.ts'
import { redactInPlace, redaction, redactTexts } from '../model/redact.ts'
import type { Tell } from '../model/stages.ts'
import type { Answered } from '../report/answer.ts'
import type { Inventory } from '../report/inventory/inventory.ts'
import { exitCodeOf } from '../report/outcome.ts'
import { offlineSentence } from '../report/reasons/offline.ts'
import { redactLines, redactReport } from '../report/redact-report.ts'
import type { Report, SourceLine } from '../report/report.ts'
import { RULES } from '../rules/registry.ts'
import type { Question, Settings } from '../settings/settings.ts'
import type { PlanDocument } from '../setup/plan-document.ts'
import { apply } from './apply.ts'
import type { ChangeOfRunDeps } from './change-of-run.ts'
import { check, reportByRules } from './check.ts'
import { failedReport } from './failed-report.ts'
import { type Gathered, gather } from './gather.ts'
import { plan } from './plan.ts'
import { type Render, renderWith } from './render.ts'
import { unansweredSentences } from './unanswered.ts'
import { withSnapshot } from './vault-snapshot.ts'
import { createWatch, type Watch } from './watch.ts'
import { type Reached, type WithVaultDeps, withVault } from './with-vault.ts'

/** What a run takes from the world; entry files give the real ones. */
export interface RunDeps extends WithVaultDeps, ChangeOfRunDeps {
  readonly now: () => Date
  readonly progress?: Tell
}

export interface RunResult {
  /** Redacted: fit to be shown. */
  readonly report: Report
  readonly exitCode: number
  readonly sourceLine: SourceLine
  /** Modes `plan` and `apply`; redacted like the report. */
  readonly plan?: PlanDocument
  /** Mode `snapshot`: the text of the file, when all was told; redacted as well. */
  readonly snapshot?: string
  /** Modes `check` and `drift`, where it is asked for; redacted like the report. */
  readonly inventory?: Inventory
}

/** Redacted: fit to be shown. */
export type AnswerResult = Answered & { readonly exitCode: number }

/** Runs one mode. Every failure becomes a report with its outcome; nothing is thrown. */
export async function run(settings: Settings, deps: RunDeps): Promise<RunResult> {
  const ran = await carryOut(settings, deps, async (context, { clean, cleanInPlace }) => {
    const { report, gathered, document, text } = await runMode(settings, context, clean)
    // By the names that the report has.
    const texts = new Map(gathered.repository.files.map(({ file, text: own }) => [clean(file), own]))
    const { config } = settings
    if (config.file !== undefined && config.text !== undefined) texts.set(config.file, config.text)
    return {
      report: {
        ...redactReport(report, clean),
        ...(settings.timings ? { timings: context.watch.times() } : {}),
      },
      sourceLine: redactLines((file) => texts.get(file), cleanInPlace),
      ...(document === undefined ? {} : { plan: redactTexts(document, clean) }),
      ...(text === undefined ? {} : { snapshot: text }),
      ...(await inventoryOf(settings, report, gathered, clean)),
    }
  })
  const made = 'failed' in ran ? { report: ran.failed, sourceLine: () => undefined } : ran.made
  // `on-incomplete: warn` softens checks; an apply that could not be done has failed.
  const onIncomplete = settings.mode === 'apply' ? 'fail' : settings.onIncomplete
  return { ...made, exitCode: exitCodeOf(made.report.outcome, { ...settings, onIncomplete }) }
}

async function inventoryOf(
  { mode, htmlFile, format }: Settings,
  report: Report,
  gathered: Gathered,
  clean: (text: string) => string,
): Promise<Pick<RunResult, 'inventory'>> {
  if ((htmlFile === undefined && format !== 'html') || (mode !== 'check' && mode !== 'drift')) return {}
  const { inventory } = await import('./questions/inventory.ts')
  return { inventory: redactTexts(inventory(report, gathered), clean) }
}

/** Answers a question of the terminal; nothing is thrown here either. */
export async function answer(question: Question, settings: Settings, deps: RunDeps): Promise<AnswerResult> {
  const ran = await carryOut(settings, deps, async (context, { clean }) => {
    const { cwd, live, render } = context
    const { answerQuestion } = await import('./questions/answer-question.ts')
    // A policy for mode snapshot is about what that mode asks.
    const asked = settings.purpose === 'snapshot' ? ({ ...settings, mode: 'snapshot' } as const) : settings
    const gathered = await gather(asked, { cwd, live, render, watch: context.watch })
    const incomplete = [...context.incomplete, ...gathered.watch.sentences(), ...unansweredSentences(gathered.live)]
    const now = context.now()
    const today = now.toISOString().slice(0, 10)
    const report = (seen: Gathered) =>
      reportByRules(settings, { ...context, now, today, change: undefined }, seen, RULES)
    const about = { cwd, incomplete, live: liveLine(settings, context), report }
    // Only `explain` has a place of its own for it.
    if (question !== 'explain') for (const sentence of incomplete) context.warn(sentence)
    return { answer: redactTexts(answerQuestion(question, settings, gathered, about), clean), incomplete }
  })
  if ('failed' in ran)
    return { answer: undefined, report: ran.failed, exitCode: exitCodeOf(ran.failed.outcome, settings) }
  const outcome = ran.made.incomplete.length > 0 ? 'incomplete' : 'clean'
  return { answer: ran.made.answer, exitCode: exitCodeOf(outcome, settings) }
}

/** What a mode or a question works with. */
interface RunContext extends RunDeps, Reached {
  readonly render: Render
  readonly watch: Watch
}

/** Take the secrets of a run out of a text; the second leaves lines and columns where they are. */
interface Redaction {
  readonly clean: (text: string) => string
  readonly cleanInPlace: (text: string) => string
}

/**
 * What every run has in common: the server is reached, and left whatever happens; secrets are masked, and
 * taken out of what is shown before anything wraps or escapes it; a failure becomes a report.
 */
async function carryOut<Made>(
  settings: Settings,
  deps: RunDeps,
  work: (context: RunContext, redaction: Redaction) => Promise<Made>,
): Promise<{ readonly made: Made } | { readonly failed: Report }> {
  const secrets: string[] = []
  const clean = redaction(secrets)
  const cleanInPlace = (text: string) => redactInPlace(text, secrets)
  const watch = createWatch(deps.deadline ?? deadlineIn(settings.runTimeoutMs), deps.progress)
  const own: RunDeps = {
    ...deps,
    deadline: watch.deadline,
    mask: (secret) => {
      secrets.push(secret)
      deps.mask(secret)
    },
    warn: (sentence) => deps.warn(clean(sentence)),
  }
  const beat = deps.progress === undefined ? undefined : setInterval(watch.beat, BEAT_MS)
  try {
    if (settings.vault !== undefined) watch.enter('login')
    const render = renderWith(settings, deps.env)
    return {
      made: await withVault(settings, own, async (reached) =>
        work({ ...own, ...(await withSnapshot(settings, own, reached)), render, watch }, { clean, cleanInPlace }),
      ),
    }
  } catch (error) {
    return { failed: redactReport(failedReport(settings, error), clean) }
  } finally {
    clearInterval(beat)
  }
}

/** Often enough for a bar that moves. */
const BEAT_MS = 250

/** What a mode gives, before redaction. */
interface ModeResult {
  readonly report: Report
  readonly gathered: Gathered
  readonly document?: PlanDocument | undefined
  readonly text?: string | undefined
}

async function runMode(settings: Settings, context: RunContext, clean: (text: string) => string): Promise<ModeResult> {
  const now = context.now()
  const today = now.toISOString().slice(0, 10)
  if (settings.mode === 'apply') return apply(settings, { ...context, today })
  if (settings.mode === 'plan') return plan(settings, context)
  if (settings.mode === 'snapshot')
    return (await import('./snapshot.ts')).snapshot(settings, { ...context, now, clean })
  const look = settings.mode === 'drift' ? (await import('./drift.ts')).drift : check
  const change =
    settings.reportScope === 'changed'
      ? (await import('./change-of-run.ts')).changeOfRun(settings, context, context.render)
      : {}
  const { report, gathered } = await look(settings, { ...context, today, now, ...change })
  if (report.scope?.of === 'all' && settings.reportScopeGiven)
    context.warn(`\`report-scope: changed\`: everything is reported, because ${report.scope.because}.`)
  for (const state of gathered.live.values()) for (const warning of state.warnings) context.warn(warning)
  return { report, gathered }
}

function liveLine(settings: Settings, { live, incomplete }: Reached): string {
  if (live !== undefined) return `Asked ${live.name}.`
  return incomplete.length > 0 ? 'The server could not be asked.' : offlineSentence(settings.offlineBecause)
}
