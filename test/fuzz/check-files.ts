import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Root, root } from '../../src/files/root.ts'
import type { SourceFile } from '../../src/files/source-file.ts'
import { readDiscovered } from '../../src/gitops/read-repository.ts'
import { reportByRules } from '../../src/modes/check.ts'
import { gatherFrom } from '../../src/modes/gather.ts'
import { createWatch } from '../../src/modes/watch.ts'
import { jsonText } from '../../src/report/json.ts'
import type { Report } from '../../src/report/report.ts'
import { sarifText } from '../../src/report/sarif.ts'
import { summaryOf } from '../../src/report/summary.ts'
import { terminalReport } from '../../src/report/terminal.ts'
import { RULES } from '../../src/rules/registry.ts'
import { SARIF_RULES } from '../../src/rules/rule-ids.ts'
import { settingsFor } from '../modes/questions/ask.ts'

/** Empty but for the files of one check. */
const TOP = mkdtempSync(join(realpathSync(tmpdir()), 'eso-vault-fuzz-'))
process.on('exit', () => rmSync(TOP, { recursive: true, force: true }))
const SETTINGS = settingsFor({ command: 'check', cwd: TOP })
const DEPS = { cwd: TOP, today: '2026-06-01', live: undefined, incomplete: [] }

/** A manifest with one thing wrong, beside every mutant: its finding must be there whatever the mutant is. */
export const HEALTHY = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: healthy, namespace: healthy }
spec:
  secretStoreRef: { name: no-such-store-anywhere }
  target: { template: { data: { x: "{{ .missing }}" } } }
  data: [{ secretKey: a, remoteRef: { key: x } }]
`

/** A check of nothing but these files, with all its reports. @throws what a bug throws, also one that the run would survive */
export async function checkFiles(files: Readonly<Record<string, string>>): Promise<Report> {
  const names = Object.keys(files)
  const folders = new Set(names.flatMap((name) => name.split('/').map((_, i, all) => all.slice(0, i).join('/'))))
  const one = root(TOP, new Set(names), folders, new Map())
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(TOP, name)), { recursive: true })
    writeFileSync(join(TOP, name), text)
  }
  try {
    return await checked(files, names, one)
  } finally {
    for (const name of readdirSync(TOP)) rmSync(join(TOP, name), { recursive: true, force: true })
  }
}

async function checked(files: Readonly<Record<string, string>>, names: readonly string[], one: Root): Promise<Report> {
  const sources = names.map((file): SourceFile => ({ file, root: TOP, relative: file, text: files[file] as string }))
  const counts = { seen: names.length, read: names.length, bytes: 0, definitions: 0 }
  const watch = createWatch()
  const repository = await readDiscovered(
    { files: sources, roots: [one], notes: [], counts, isReported: () => true },
    { variables: {} },
  )
  const gathered = await gatherFrom(repository, SETTINGS, { cwd: TOP, live: undefined, watch })
  const report = reportByRules(SETTINGS, DEPS, gathered, RULES)
  const [bug] = watch.sentences()
  if (bug !== undefined) throw new Error(bug)
  const lines = new Map(sources.map(({ file, text }) => [file, text.split('\n')]))
  terminalReport(report, (file, line) => lines.get(file)?.[line - 1], { color: false, width: 100 })
  jsonText(report)
  summaryOf(report)
  sarifText(report, { version: '1', rules: SARIF_RULES })
  return report
}
