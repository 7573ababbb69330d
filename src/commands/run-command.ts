import { InvalidInput } from '../model/invalid-input.ts'
import { redact, redactTexts } from '../model/redact.ts'
import { failedReport } from '../modes/failed-report.ts'
import { type Gathered, gather } from '../modes/gather.ts'
import { renderWith } from '../modes/render.ts'
import type { RunDeps } from '../modes/run.ts'
import { withVault } from '../modes/with-vault.ts'
import { exitCodeOf } from '../report/outcome.ts'
import { logSafeJson } from '../report/plain-text.ts'
import { redactReport } from '../report/redact-report.ts'
import type { TerminalOptions } from '../report/terminal.ts'
import { terminalReport } from '../report/terminal.ts'
import type { Settings } from '../settings/settings.ts'
import { ciPolicyCommand } from './ci-policy.ts'
import { ciPolicyText } from './ci-policy-text.ts'
import { explainCommand } from './explain.ts'
import { explainText } from './explain-text.ts'
import { referencesCommand } from './references.ts'
import { referencesText } from './references-text.ts'

export interface CommandResult {
  /** What is printed: redacted, and safe for a runner's log. */
  readonly text: string
  readonly exitCode: number
}

/** Answers `explain`, `references` or `ci-policy`. Nothing is thrown: a failure is a text with its exit code (design §3). */
export async function runCommand(settings: Settings, deps: RunDeps, options: TerminalOptions): Promise<CommandResult> {
  const secrets: string[] = []
  const mask = (secret: string) => {
    secrets.push(secret)
    deps.mask(secret)
  }
  const clean = (text: string) => redact(text, secrets)
  try {
    if (settings.format !== 'text' && settings.format !== 'json') {
      throw new InvalidInput(`\`eso-vault ${settings.command}\` prints text or json, not ${settings.format}.`)
    }
    return await withVault(settings, { ...deps, mask }, async ({ live, incomplete }) => {
      const gathered = await gather(settings, { cwd: deps.cwd, live, render: renderWith(settings, deps.env) })
      const about = { cwd: deps.cwd, incomplete, live: liveLine(settings, live?.name, incomplete) }
      // Only `explain` has a place of its own for it.
      if (settings.command !== 'explain') for (const sentence of incomplete) deps.warn(clean(sentence))
      const text = answer(settings, gathered, about, clean, options)
      return { text, exitCode: incomplete.length > 0 ? exitCodeOf('incomplete', settings.onIncomplete) : 0 }
    })
  } catch (error) {
    const report = redactReport(failedReport(settings, error), clean)
    return {
      text: terminalReport(report, () => undefined, options),
      exitCode: exitCodeOf(report.outcome, settings.onIncomplete),
    }
  }
}

/** Redaction comes before anything is wrapped or escaped: it would cut a secret into pieces that no longer look like one. */
function answer(
  settings: Settings,
  gathered: Gathered,
  about: Parameters<typeof explainCommand>[2],
  clean: (text: string) => string,
  options: TerminalOptions,
): string {
  const asJson = settings.format === 'json'
  switch (settings.command) {
    case 'references': {
      const document = redactTexts(referencesCommand(gathered), clean)
      return asJson ? json(document) : referencesText(document, options)
    }
    case 'ci-policy': {
      const { allowValueRead, config } = settings
      const form = config.setup.policy.generate === 'folder' ? 'folder' : 'exact'
      const document = redactTexts(ciPolicyCommand(gathered, { form, allowValueRead }), clean)
      return asJson ? json(document) : ciPolicyText(document)
    }
    default: {
      const document = redactTexts(explainCommand(gathered, settings.subject, about), clean)
      return asJson ? json(document) : explainText(document, options)
    }
  }
}

function json(value: unknown): string {
  return `${logSafeJson(JSON.stringify(value, undefined, 2))}\n`
}

function liveLine(settings: Settings, server: string | undefined, incomplete: readonly string[]): string {
  if (server !== undefined) return `Asked ${server}.`
  return incomplete.length > 0 ? 'The server could not be asked.' : (settings.offlineBecause ?? 'No server was asked.')
}
