import { basename, join, resolve } from 'node:path'
import process from 'node:process'
import type * as Core from '@actions/core'
import { nestedCheckout, withinCheckout } from './files/nested-checkout.ts'
import { readRepositoryText } from './files/text-file.ts'
import { type InputProblem, InvalidInput } from './model/invalid-input.ts'
import { redact } from './model/redact.ts'
import { VERSION } from './model/version.ts'
import { asSentence } from './model/wording.ts'
import { failedReport } from './modes/failed-report.ts'
import { type RunResult, run } from './modes/run.ts'
import { annotate } from './report/annotations.ts'
import { publishIssue } from './report/drift-issue.ts'
import { headline } from './report/headline.ts'
import { type Links, linksOf, sourcePrefix } from './report/links.ts'
import { outputsOf } from './report/outputs.ts'
import { planOutputs, planTerminal, writePlanFile } from './report/plan-output.ts'
import { planSummary } from './report/plan-summary.ts'
import { planHeadline } from './report/plan-wording.ts'
import { createProgress } from './report/progress.ts'
import { publishComment } from './report/pull-request-comment.ts'
import { redactReport } from './report/redact-report.ts'
import { EXIT_CODE } from './report/report.ts'
import { rulePage } from './report/rule-page.ts'
import { sarifLimitNote } from './report/sarif.ts'
import { markdownOptions, summaryOf } from './report/summary.ts'
import { terminalReport } from './report/terminal.ts'
import { writeInventory, writeReportFile, writeSarifFile, writeSnapshot } from './report/write-files.ts'
import { RULE_IDS, SARIF_RULES } from './rules/rule-ids.ts'
import { type Env, readEnvironment } from './settings/environment.ts'
import { readEvent } from './settings/event.ts'
import { type Given, readGiven } from './settings/given.ts'
import { INPUTS } from './settings/input-table.ts'
import { inputsAsGiven, readInputs } from './settings/inputs.ts'
import { settingsReader } from './settings/read-settings.ts'
import { type PublishSettings, publishSettings } from './settings/resolve-settings.ts'
import type { Settings } from './settings/settings.ts'

/** The Action: inputs → run → annotations, summary, outputs. */
export async function action(env: Env = process.env): Promise<void> {
  const core = await import('@actions/core')
  const event = await readEvent(env)
  const environment = readEnvironment(env, event)
  const folder = basename(process.cwd())
  const getInput = (name: string) => core.getInput(name)
  const place = { core, environment, event }
  // The post step tells what a run that was killed left untold.
  keepState(core, { unpublished: 'true' })
  try {
    const { given: asGiven, warnings } = readInputs(getInput, env)
    for (const warning of warnings) core.warning(warning)
    const { given, cwd } = inCheckout(asGiven, process.cwd(), environment.ci.repository)
    const settingsWith = settingsReader(given, environment, { rules: RULE_IDS, folder })
    const settings = await settingsWith((file) => readRepositoryText(cwd, file))
    const result = await run(settings, {
      cwd,
      env,
      event,
      settingsWith,
      now: () => new Date(),
      progress: createProgress({ write: (line) => core.info(line.trimEnd()), terminal: false }).tell,
      mask: (secret) => maskLines(core, secret),
      keepToken: (token) => keepForPost(core, settings, token),
      warn: (sentence) => core.warning(sentence),
    })
    const [failure] = await publish(settings, result, place)
    if (failure !== undefined) throw failure.error
  } catch (error) {
    // Wrong inputs and whatever nobody thought of: that the run did not start is told where its findings would be.
    const given = inputsAsGiven(getInput)
    const settings = publishSettings({ given, environment, folder })
    const secrets = INPUTS.flatMap((input) => ('secret' in input ? (given.values[input.name] ?? []) : []))
    const report = redactReport(failedReport(settings, error), (text) => redact(text, secrets))
    const exitCode = EXIT_CODE[report.outcome]
    const failures = await publish(settings, { report, exitCode, sourceLine: () => undefined }, place)
    for (const { what } of failures) core.error(`A bug of eso-vault, please report it: ${what} could not be written.`)
  }
  keepState(core, { unpublished: '' })
}

/** Files that another step left, which lie where that step wrote them. */
const OF_THE_JOB = ['vault-snapshot', 'reviewer-token-file', 'login-token-file'] as const

/**
 * The inputs as the checkout names its files, where the repository was checked out below the workspace. Files to write stay where they
 * are, and so do those of other steps.
 */
function inCheckout(given: Given, workspace: string, repository: string | undefined): { given: Given; cwd: string } {
  const read = readGiven(given)
  const checkout = nestedCheckout(workspace, read.lines('paths') ?? [], repository)
  if (checkout === '') return { given, cwd: workspace }
  const values = { ...given.values }
  for (const name of ['paths', 'rendered', 'config'] as const) {
    const lines = read.lines(name)
    if (lines !== undefined) values[name] = lines.map((line) => withinCheckout(line, checkout)).join('\n')
  }
  for (const name of read.text('mode') === 'apply' ? [...OF_THE_JOB, 'plan-file' as const] : OF_THE_JOB) {
    const file = read.text(name)
    if (file !== undefined) values[name] = resolve(workspace, file)
  }
  return { given: { ...given, values }, cwd: join(workspace, checkout) }
}

interface Place {
  readonly core: typeof Core
  readonly environment: ReturnType<typeof readEnvironment>
  readonly event: unknown
}

/** A place that a report could not be put together for: a bug of ours. */
interface PublishFailure {
  readonly what: string
  readonly error: unknown
}

/** Tells the result everywhere. A place that cannot be written takes no other one along. */
async function publish(
  settings: PublishSettings & Partial<Pick<Settings, 'planFile' | 'htmlFile' | 'onUnchecked' | 'out'>>,
  result: RunResult,
  { core, environment, event }: Place,
): Promise<readonly PublishFailure[]> {
  const { report, sourceLine, plan } = result
  const links = linksOf(environment.ci)
  const say = {
    warn: (sentence: string) => core.warning(sentence),
    info: (sentence: string) => core.info(sentence),
  }
  const unwritten: InputProblem[] = []
  const failures: PublishFailure[] = []
  const writing = async (what: string, write: () => void | Promise<void>) => {
    try {
      await write()
    } catch (error) {
      if (error instanceof InvalidInput) unwritten.push(...error.problems)
      else failures.push({ what, error })
    }
  }
  await writing('the report file', () => writeReportFile(settings, report))
  await writing('the SARIF file', () =>
    writeSarifFile(settings, report, { version: VERSION, rules: SARIF_RULES, pageOf: rulePage, links }),
  )
  const limit = settings.sarifFile === undefined ? undefined : sarifLimitNote(report)
  if (limit !== undefined) core.warning(limit)
  if (plan !== undefined)
    await writing('the plan file', () => writePlanFile({ planFile: undefined, ...settings }, plan))
  const { inventory } = result
  if (inventory !== undefined)
    await writing('the inventory', () => writeInventory(settings, inventory, sourcePrefix(environment.ci)))
  await writing('the snapshot', () => writeSnapshot(settings, result.snapshot))
  // Findings fail a run before a file that nobody could write does.
  const exitCode = result.exitCode === 0 && unwritten.length > 0 ? EXIT_CODE.invalid : result.exitCode

  const shown = { color: false }
  await writing('the log', () =>
    core.info(
      plan === undefined ? terminalReport(report, sourceLine, shown) : planTerminal(plan, report, sourceLine, shown),
    ),
  )
  await writing('the annotations', () => {
    annotateProblems(core, report.problems ?? [], problemTitle(result))
    annotateProblems(core, unwritten, 'eso-vault: not written')
    // The outcome takes one of the ten error annotations (`setFailed`).
    annotate(report, core, { reserved: { error: exitCode === 0 ? 0 : Math.max(1, unwritten.length) } })
  })
  await writing('the job summary', () => writeSummary(core, result, links, environment))
  await writing('the comment', () => publishComment(settings, report, { ci: environment.ci, event, links, ...say }))
  let issueNumber: number | undefined
  await writing('the issue', async () => {
    issueNumber = await publishIssue(settings, report, { ci: environment.ci, links, ...say })
  })
  const outputs = outputsOf(report, {
    issueNumber,
    reportFile: settings.reportFile,
    sarifFile: settings.sarifFile,
    snapshotFile: result.snapshot === undefined ? undefined : settings.out,
    ...(plan === undefined ? {} : planOutputs({ planFile: undefined, ...settings }, plan)),
  })
  setOutputs(core, { ...outputs, ...(exitCode === EXIT_CODE.invalid ? { outcome: 'invalid' } : {}) })

  if (exitCode !== 0) {
    // What is wrong with the input is annotated where it is; a headline beside it says nothing more.
    if (exitCode !== EXIT_CODE.invalid) core.setFailed(headlineOf(result))
    process.exitCode = exitCode
  } else if (report.outcome === 'incomplete') {
    // `on-incomplete: warn` lets it pass; that not everything was looked at must be seen all the same.
    core.warning([headlineOf(result), ...report.incomplete].join(' '), { title: 'eso-vault: not finished' })
  } else if (report.outcome === 'unchecked') {
    // It passes, and nobody may take it for a pass of what was not seen.
    const tell = 'onUnchecked' in settings && settings.onUnchecked === 'warn' ? core.warning : core.notice
    tell(headlineOf(result), { title: 'eso-vault: not everything was checked' })
  }
  return failures
}

/** Outputs that cannot be written are a warning, and no outcome, as a summary is. */
function setOutputs(core: typeof Core, outputs: Readonly<Record<string, string>>): void {
  try {
    for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'it is not there'
    core.warning(`The outputs were not written: the file that GITHUB_OUTPUT names cannot be used (${code}).`)
  }
}

/** A summary that cannot be written (a file that the runner took away, a full disk) is a warning, and no outcome. */
async function writeSummary(
  core: typeof Core,
  result: RunResult,
  links: Links,
  environment: Place['environment'],
): Promise<void> {
  if ((process.env.GITHUB_STEP_SUMMARY ?? '') === '') return
  const { report, plan } = result
  const texts = [
    plan === undefined ? '' : planSummary(plan, report),
    summaryNeeded(result) ? summaryOf(report, { links, ...markdownOptions(environment.ci) }) : '',
  ]
  try {
    await core.summary.addRaw(texts.filter((text) => text !== '').join('\n')).write()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'it is not there, or may not be read and written'
    core.warning(`The job summary was not written: the file that GITHUB_STEP_SUMMARY names cannot be used (${code}).`)
  }
}

function headlineOf({ report, plan }: RunResult): string {
  return plan === undefined ? asSentence(headline(report)) : planHeadline(report, plan)
}

/** A plan speaks for itself; the findings of an apply are shown as those of a check are. */
function summaryNeeded({ report, plan }: RunResult): boolean {
  return plan === undefined || report.findings.length > 0
}

function problemTitle({ report, plan }: RunResult): string {
  if (report.outcome === 'bug') return 'eso-vault: crashed'
  return plan === undefined ? 'eso-vault: not started' : `eso-vault ${report.mode}`
}

/** What is wrong with inputs, config or permissions, or what a plan cannot bring about: at the line to change. */
function annotateProblems(core: typeof Core, problems: readonly InputProblem[], title: string): void {
  for (const { message, file, line } of problems) {
    core.error(message, {
      title,
      ...(file === undefined ? {} : { file }),
      ...(line === undefined ? {} : { startLine: line }),
    })
  }
}

/** What the post step needs to end the token; the empty text once it is ended. */
function keepForPost(core: typeof Core, settings: Settings, token: string | undefined): void {
  const { vault } = settings
  if (vault === undefined) return
  const ca = vault.caCertificate
  keepState(core, {
    address: vault.address,
    namespace: ('namespace' in vault.login ? vault.login.namespace : undefined) ?? vault.namespace ?? '',
    ca: ca === undefined ? '' : 'pem' in ca ? ca.pem : ca.file,
    token: token ?? '',
  })
}

/** For the post step, which does without what a runner does not keep. */
function keepState(core: typeof Core, state: Readonly<Record<string, string>>): void {
  try {
    for (const [name, value] of Object.entries(state)) core.saveState(name, value)
  } catch {
    core.warning('GITHUB_STATE names a file that cannot be used: the post step has nothing to go by.')
  }
}

/** The runner masks line by line, so a multi-line secret is masked line by line too (platform.md §2.1). */
function maskLines(core: typeof Core, secret: string): void {
  for (const line of secret.split(/\r?\n/)) if (line.trim() !== '') core.setSecret(line)
}
