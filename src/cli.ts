import { basename } from 'node:path'
import process from 'node:process'
import { readRepositoryText } from './files/text-file.ts'
import { InvalidInput } from './model/invalid-input.ts'
import { redact } from './model/redact.ts'
import { VERSION } from './model/version.ts'
import { failedReport } from './modes/failed-report.ts'
import { answer, type RunDeps, type RunResult, run } from './modes/run.ts'
import { codeQualityText } from './report/code-quality.ts'
import { helpText } from './report/help-text.ts'
import { jsonPieces } from './report/json.ts'
import { junitText } from './report/junit.ts'
import { planJson, planTerminal, writePlanFile } from './report/plan-output.ts'
import { planSummary } from './report/plan-summary.ts'
import { createProgress } from './report/progress.ts'
import { EXIT_CODE } from './report/report.ts'
import { rulePage } from './report/rule-page.ts'
import { sarifLimitNote, sarifText } from './report/sarif.ts'
import { summaryOf } from './report/summary.ts'
import { type TerminalOptions, terminalReport } from './report/terminal.ts'
import { writeInventory, writeReportFile, writeSarifFile, writeSnapshot } from './report/write-files.ts'
import { RULE_IDS, SARIF_RULES } from './rules/rule-ids.ts'
import { parseArguments } from './settings/arguments.ts'
import { type Env, readEnvironment } from './settings/environment.ts'
import { readEvent } from './settings/event.ts'
import { settingsReader } from './settings/read-settings.ts'
import { isQuestion, type Settings } from './settings/settings.ts'

/** The terminal: arguments → run → what is printed → exit code. */
export async function terminal(argv: readonly string[] = process.argv.slice(2), env: Env = process.env): Promise<void> {
  const progress = createProgress({ write: (text) => void process.stderr.write(text), terminal: true })
  const printer = (stream: NodeJS.WriteStream) => (text: string) => {
    progress.end()
    stream.write(text)
  }
  const out = printer(process.stdout)
  const err = printer(process.stderr)
  try {
    const parsed = parseArguments(argv)
    if (parsed.kind === 'help') return out(`${helpText(parsed.command)}\n`)
    if (parsed.kind === 'version') return out(`eso-vault ${VERSION}\n`)
    const given = parsed.given
    const settingsWith = settingsReader(given, readEnvironment(env, await readEvent(env)), {
      rules: RULE_IDS,
      folder: basename(process.cwd()),
    })
    const settings = await settingsWith((file) => readRepositoryText(process.cwd(), file))
    const deps: RunDeps = {
      cwd: process.cwd(),
      env,
      now: () => new Date(),
      settingsWith,
      mask: () => undefined,
      warn: (sentence) => err(`warning: ${sentence}\n`),
      // A file or a pipe gets what was asked for and nothing else.
      ...(process.stderr.isTTY === true ? { progress: progress.tell } : {}),
    }
    const { command, format } = settings
    if (format === 'html' && command !== 'references')
      throw new InvalidInput(
        `\`eso-vault ${command}\` prints no html: \`eso-vault references --format html\` does, and \`html-file\`.`,
      )
    if (isQuestion(command) && format !== 'html') {
      if (format !== 'text' && format !== 'json')
        throw new InvalidInput(`\`eso-vault ${command}\` prints text or json, not ${format}.`)
      const result = await answer(command, settings, deps)
      const { answerText } = await import('./report/answer-text.ts')
      const text = answerText(result, format, optionsOf(settings, env))
      const { exitCode } = result
      // What went wrong belongs to standard error: standard output may be piped into a file or `vault policy write`.
      ;(exitCode === 0 || exitCode === EXIT_CODE.incomplete ? out : err)(text)
      process.exitCode = exitCode
      return
    }
    const result = await run(command === 'references' ? { ...settings, reportScope: 'all' } : settings, deps)
    // A file that cannot be written does not take the report along.
    const unwritten = await writeFiles(settings, result)
    const limit = settings.sarifFile !== undefined || format === 'sarif' ? sarifLimitNote(result.report) : undefined
    if (limit !== undefined) err(`warning: ${limit}\n`)
    if (format === 'html') return await printPage(result, out, err)
    const shown = render(settings, result, env)
    if (typeof shown === 'string') out(shown)
    else for (const piece of shown) out(piece)
    if (unwritten !== undefined) err(`${unwritten}\n`)
    process.exitCode = result.exitCode === 0 && unwritten !== undefined ? EXIT_CODE.invalid : result.exitCode
  } catch (error) {
    const { outcome, problems = [] } = failedReport({ mode: 'check', target: '' }, error)
    const message = error instanceof InvalidInput ? error.message : problems.map((one) => one.message).join('\n')
    err(`${redact(message)}\n`)
    process.exitCode = EXIT_CODE[outcome]
  }
}

/** The inventory answers a question: findings are in it, and are no failure of it. */
async function printPage(
  { inventory, report }: RunResult,
  out: (text: string) => void,
  err: (text: string) => void,
): Promise<void> {
  if (inventory === undefined) err(terminalReport(report, () => undefined, { color: false }))
  else out((await import('./report/inventory/page.ts')).inventoryPage(inventory, undefined))
  const answered = report.outcome !== 'invalid' && report.outcome !== 'bug' && report.outcome !== 'incomplete'
  process.exitCode = answered ? 0 : EXIT_CODE[report.outcome]
}

async function writeFiles(
  settings: Settings,
  { report, plan, inventory, snapshot }: RunResult,
): Promise<string | undefined> {
  try {
    await writeReportFile(settings, report)
    await writeSarifFile(settings, report, { version: VERSION, rules: SARIF_RULES, pageOf: rulePage })
    if (plan !== undefined) await writePlanFile(settings, plan)
    if (inventory !== undefined) await writeInventory(settings, inventory, undefined)
    await writeSnapshot(settings, snapshot)
    return undefined
  } catch (error) {
    if (error instanceof InvalidInput) return redact(error.message)
    throw error
  }
}

function render(settings: Settings, { report, sourceLine, plan }: RunResult, env: Env): string | Iterable<string> {
  switch (settings.format) {
    case 'json':
      return plan === undefined ? jsonPieces(report) : planJson(plan)
    case 'sarif':
      return sarifText(report, { version: VERSION, rules: SARIF_RULES, pageOf: rulePage })
    case 'markdown':
      return plan === undefined ? summaryOf(report) : planSummary(plan, report)
    case 'code-quality':
      return codeQualityText(report)
    case 'junit':
      return junitText(report)
    case 'text':
    case 'html':
      return plan === undefined
        ? terminalReport(report, sourceLine, optionsOf(settings, env))
        : planTerminal(plan, report, sourceLine, optionsOf(settings, env))
  }
}

function optionsOf(settings: Settings, env: Env): TerminalOptions {
  return {
    color: settings.color ?? ((env.NO_COLOR ?? '') === '' && process.stdout.isTTY === true),
    ...(process.stdout.columns === undefined ? {} : { width: Math.min(process.stdout.columns, 140) }),
  }
}
