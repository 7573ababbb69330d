import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url))
const BUNDLE = join(REPOSITORY, 'dist', 'cli.js')
const SOURCE = join(REPOSITORY, 'scripts', 'demo', 'from-source.ts')

/** What is run: the committed bundle, or the sources where there is none. */
export const PROGRAM = existsSync(BUNDLE) ? BUNDLE : SOURCE

export interface CheckResult {
  readonly exitCode: number
  /** What the terminal showed. */
  readonly text: string
  readonly outcome: string
  /** Rule and `file:line` of each finding, the file below the folder that was checked. */
  readonly findings: readonly { readonly rule: string; readonly place: string; readonly message: string }[]
}

/** Runs `eso-vault check` on a folder of the repository, with nothing of the caller's Vault in its environment. */
export function runCheck(folder: string, vault: Readonly<Record<string, string>> = {}): CheckResult {
  const temporary = mkdtempSync(join(tmpdir(), 'eso-vault-demo-'))
  const reportFile = join(temporary, 'report.json')
  try {
    const color = process.stdout.isTTY === true ? '--color' : '--no-color'
    const result = spawnSync(process.execPath, [PROGRAM, 'check', folder, color, '--report-file', reportFile], {
      cwd: REPOSITORY,
      encoding: 'utf8',
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...vault },
    })
    const report = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, 'utf8')) : { findings: [] }
    return {
      exitCode: result.status ?? -1,
      text: `${result.stdout}${result.stderr}`,
      outcome: String(report.outcome),
      findings: report.findings.map((finding: { rule: string; file: string; line: number; message: string }) => ({
        rule: finding.rule,
        place: `${finding.file.replace(`${folder}/`, '')}:${finding.line}`,
        message: finding.message,
      })),
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}
