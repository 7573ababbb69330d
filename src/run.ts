import { check } from './modes/check.ts'
import { failedReport } from './modes/failed-report.ts'
import type { LiveSource } from './modes/gather.ts'
import type { OpenVault } from './modes/open-vault.ts'
import { redact } from './redact.ts'
import { exitCodeOf } from './report/outcome.ts'
import { redactReport } from './report/redact-report.ts'
import type { Report, SourceLine } from './report/report.ts'
import type { Env } from './settings/environment.ts'
import { InvalidInput } from './settings/invalid-input.ts'
import type { Settings } from './settings/settings.ts'

/** What a run takes from the world; entry files give the real ones. */
export interface RunDeps {
  readonly cwd: string
  readonly env: Env
  readonly now: () => Date
  /** Hides a credential in the runner's log. */
  readonly mask: (secret: string) => void
  readonly getIdToken?: (audience?: string) => Promise<string>
  /** Called with the token of a login, so that the post step can revoke it should this process be killed. */
  readonly keepToken?: (vault: OpenVault) => void
  readonly warn: (sentence: string) => void
}

export interface RunResult {
  /** Redacted: fit to be shown. */
  readonly report: Report
  readonly exitCode: number
  readonly sourceLine: SourceLine
}

/** Runs one mode. Every failure becomes a report with its outcome; nothing is thrown. */
export async function run(settings: Settings, deps: RunDeps): Promise<RunResult> {
  const secrets: string[] = []
  const mask = (secret: string) => {
    secrets.push(secret)
    deps.mask(secret)
  }
  const clean = (text: string) => redact(text, secrets)
  try {
    const { report, sourceLine } = await runMode(settings, { ...deps, mask })
    return {
      report: redactReport(report, clean),
      exitCode: exitCodeOf(report.outcome, settings.onIncomplete),
      sourceLine,
    }
  } catch (error) {
    const report = redactReport(failedReport(settings, error), clean)
    return { report, exitCode: exitCodeOf(report.outcome, settings.onIncomplete), sourceLine: () => undefined }
  }
}

async function runMode(settings: Settings, deps: RunDeps): Promise<{ report: Report; sourceLine: SourceLine }> {
  if (settings.mode !== 'check') {
    throw new InvalidInput(`Mode ${settings.mode} is not available in this version; \`check\` is.`)
  }
  const { vault, incomplete } = await reach(settings, deps)
  try {
    const { report, gathered } = await check(settings, {
      cwd: deps.cwd,
      today: deps.now().toISOString().slice(0, 10),
      live: vault === undefined ? undefined : await liveSource(vault),
      incomplete,
    })
    return { report, sourceLine: gathered.repository.sourceLine }
  } finally {
    if (vault !== undefined) await leave(vault, deps)
  }
}

/** A server that cannot be reached makes the run incomplete, and Git is checked all the same. */
async function reach(
  settings: Settings,
  deps: RunDeps,
): Promise<{ vault: OpenVault | undefined; incomplete: string[] }> {
  if (settings.vault === undefined) return { vault: undefined, incomplete: [] }
  // Loaded only now: an offline check needs no HTTP stack.
  const [{ openVault }, { VaultUnavailable }] = await Promise.all([
    import('./modes/open-vault.ts'),
    import('./state/live/errors.ts'),
  ])
  try {
    const vault = await openVault(settings, deps)
    if (vault?.login.ours === true) deps.keepToken?.(vault)
    return { vault, incomplete: [] }
  } catch (error) {
    if (error instanceof VaultUnavailable) return { vault: undefined, incomplete: [error.message] }
    throw error
  }
}

async function liveSource(vault: OpenVault): Promise<LiveSource> {
  const { readLive } = await import('./state/live/read-live.ts')
  return {
    name: vault.name,
    read: (namespace, wanted) => {
      const client = namespace === '' ? vault.client : vault.client.inNamespace(namespace)
      return readLive({ client, server: vault.server, token: vault.token }, wanted)
    },
  }
}

async function leave(vault: OpenVault, deps: RunDeps): Promise<void> {
  const warning = await vault.revoke()
  if (warning !== undefined) deps.warn(warning)
  vault.close()
}
