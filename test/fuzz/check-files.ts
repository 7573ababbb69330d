import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { reportByRules } from '../../src/modes/check.ts'
import { gather } from '../../src/modes/gather.ts'
import { createWatch } from '../../src/modes/watch.ts'
import type { Report } from '../../src/report/report.ts'
import { sarifText } from '../../src/report/sarif.ts'
import { summaryOf } from '../../src/report/summary.ts'
import { terminalReport } from '../../src/report/terminal.ts'
import { RULES } from '../../src/rules/registry.ts'
import { SARIF_RULES } from '../../src/rules/rule-ids.ts'
import { settingsFor } from '../modes/questions/ask.ts'
import { jsonText } from '../report/json-text.ts'

/** A manifest with one thing wrong, beside every mutant: its finding must be there whatever the mutant is. */
export const HEALTHY = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: healthy, namespace: healthy }
spec:
  secretStoreRef: { name: no-such-store-anywhere }
  target: { template: { data: { x: "{{ .missing }}" } } }
  data: [{ secretKey: a, remoteRef: { key: x } }]
`

let folder: string | undefined

/** A folder of this process, which is gone when the process is. */
function ownFolder(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'eso-vault-fuzz-'))
    process.once('exit', () => rmSync(made, { recursive: true, force: true }))
    folder = made
  }
  return folder
}

/** A check of a folder with these files, and all its reports. @throws what a bug throws, also one that a run would survive */
export async function checkFiles(files: Readonly<Record<string, string>>): Promise<Report> {
  const cwd = ownFolder()
  for (const name of readdirSync(cwd)) rmSync(join(cwd, name), { recursive: true })
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(cwd, dirname(name)), { recursive: true })
    writeFileSync(join(cwd, name), text)
  }
  const settings = settingsFor({ command: 'check', cwd })
  const watch = createWatch()
  const gathered = await gather(settings, { cwd, live: undefined, watch })
  const report = reportByRules(settings, { cwd, today: '2026-06-01', live: undefined, incomplete: [] }, gathered, RULES)
  const [bug] = watch.sentences()
  if (bug !== undefined) throw new Error(bug)
  const lines = new Map(Object.entries(files).map(([file, text]) => [file, text.split('\n')]))
  terminalReport(report, (file, line) => lines.get(file)?.[line - 1], { color: false, width: 100 })
  jsonText(report)
  summaryOf(report)
  sarifText(report, { version: '1', rules: SARIF_RULES })
  return report
}
