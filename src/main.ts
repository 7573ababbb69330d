import { basename } from 'node:path'
import process from 'node:process'
import type * as Core from '@actions/core'
import { readTextIfThere } from './files/text-file.ts'
import { type InputProblem, InvalidInput } from './model/invalid-input.ts'
import { VERSION } from './model/version.ts'
import { type RunResult, run } from './modes/run.ts'
import { annotate } from './report/annotations.ts'
import { publishIssue } from './report/drift-issue.ts'
import { linksOf } from './report/links.ts'
import { outputsOf } from './report/outputs.ts'
import { planOutputs, planTerminal, writePlanFile } from './report/plan-output.ts'
import { planSummary } from './report/plan-summary.ts'
import { planHeadline } from './report/plan-wording.ts'
import { publishComment } from './report/pull-request-comment.ts'
import { EXIT_CODE } from './report/report.ts'
import { sarifLimitNote } from './report/sarif.ts'
import { summaryOf } from './report/summary.ts'
import { terminalReport } from './report/terminal.ts'
import { headline } from './report/wording.ts'
import { writeReportFiles } from './report/write-files.ts'
import { RULE_IDS, SARIF_RULES } from './rules/rule-ids.ts'
import { type Env, readEnvironment } from './settings/environment.ts'
import { readInputs } from './settings/inputs.ts'
import { settingsReader } from './settings/read-settings.ts'
import type { Settings } from './settings/settings.ts'

/** The Action: inputs → run → annotations, summary, outputs. */
export async function action(env: Env = process.env): Promise<void> {
  const core = await import('@actions/core')
  try {
    const event = await readEvent(env)
    const environment = readEnvironment(env, event)
    const given = readInputs((name) => core.getInput(name), env)
    const settingsWith = settingsReader(given, environment, { rules: RULE_IDS, folder: basename(process.cwd()) })
    const settings = await settingsWith(readTextIfThere)
    const result = await run(settings, {
      cwd: process.cwd(),
      env,
      event,
      settingsWith,
      now: () => new Date(),
      mask: (secret) => maskLines(core, secret),
      getIdToken: (audience) => core.getIDToken(audience),
      keepToken: (token) => keepForPost(core, settings, token),
      warn: (sentence) => core.warning(sentence),
    })
    await publish(core, settings, result, environment, event)
    if (result.exitCode !== 0) core.setFailed(headlineOf(result))
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    annotateProblems(core, error.problems)
    core.setOutput('outcome', 'invalid')
    process.exitCode = EXIT_CODE.invalid
  }
}

async function publish(
  core: typeof Core,
  settings: Settings,
  result: RunResult,
  environment: ReturnType<typeof readEnvironment>,
  event: unknown,
): Promise<void> {
  const { report, sourceLine, plan } = result
  const links = linksOf(environment.ci)
  await writeReportFiles(settings, report, { version: VERSION, rules: SARIF_RULES, links })
  const limit = settings.sarifFile === undefined ? undefined : sarifLimitNote(report)
  if (limit !== undefined) core.warning(limit)
  if (plan !== undefined) await writePlanFile(settings, plan)
  const shown = { color: false }
  core.info(
    plan === undefined ? terminalReport(report, sourceLine, shown) : planTerminal(plan, report, sourceLine, shown),
  )
  annotateProblems(core, report.problems ?? [], plan === undefined ? undefined : `eso-vault ${report.mode}`)
  // The outcome takes one of the ten error annotations (`setFailed`).
  annotate(report, core, { reserved: { error: result.exitCode === 0 ? 0 : 1 } })
  if ((process.env.GITHUB_STEP_SUMMARY ?? '') !== '') {
    const summary = [
      plan === undefined ? '' : planSummary(plan, report),
      summaryNeeded(result) ? summaryOf(report, { links }) : '',
    ]
    await core.summary.addRaw(summary.filter((text) => text !== '').join('\n')).write()
  }
  const say = {
    warn: (sentence: string) => core.warning(sentence),
    info: (sentence: string) => core.info(sentence),
  }
  const issueNumber = await publishIssue(settings, report, { ci: environment.ci, links, ...say })
  const outputs = outputsOf(report, {
    issueNumber,
    reportFile: settings.reportFile,
    sarifFile: settings.sarifFile,
    ...(plan === undefined ? {} : planOutputs(settings, plan)),
  })
  for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value)
  await publishComment(settings, report, {
    ci: environment.ci,
    event,
    links,
    ...say,
  })
}

function headlineOf({ report, plan }: RunResult): string {
  return plan === undefined ? headline(report) : planHeadline(report, plan)
}

/** A plan speaks for itself; the findings of an apply are shown as those of a check are. */
function summaryNeeded({ report, plan }: RunResult): boolean {
  return plan === undefined || report.findings.length > 0
}

/** What is wrong with inputs, config or permissions, or what a plan cannot bring about: at the line to change. */
function annotateProblems(
  core: typeof Core,
  problems: readonly InputProblem[],
  title = 'eso-vault: not started',
): void {
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
  core.saveState('address', vault.address)
  core.saveState('namespace', ('namespace' in vault.login ? vault.login.namespace : undefined) ?? vault.namespace ?? '')
  core.saveState('ca', ca === undefined ? '' : 'pem' in ca ? ca.pem : ca.file)
  core.saveState('token', token ?? '')
}

/** The runner masks line by line, so a multi-line secret is masked line by line too (platform.md §2.1). */
function maskLines(core: typeof Core, secret: string): void {
  for (const line of secret.split(/\r?\n/)) if (line.trim() !== '') core.setSecret(line)
}

async function readEvent(env: Env): Promise<unknown> {
  const file = env.GITHUB_EVENT_PATH
  const text = file === undefined || file === '' ? undefined : await readTextIfThere(file)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
