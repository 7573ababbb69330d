// Reads repositories, builds each of their roots once more with plain `kustomize build`, and compares: is every Vault key that the
// plain output holds also in a Manifest of the same root, at a line that holds it? Prints the time too. The same comparison runs as a
// test (test/corpus). Usage: node bench/compare-render.ts [--open] FOLDER...  With --open only what a check builds is built.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type KustomizeBinary, searchKustomize } from '../src/gitops/process/kustomize-binary.ts'
import { runProcess } from '../src/gitops/process/run-process.ts'
import { readRepository } from '../src/gitops/read-repository.ts'
import { noteText } from '../src/report/reasons/note.ts'
import { compareWithPlainBuilds } from '../test/gitops/render/plain-builds.ts'

const print = (text: string) => process.stdout.write(`${text}\n`)
const SHOWN = 20

async function compare(folder: string, binary: KustomizeBinary, buildAll: boolean): Promise<boolean> {
  const cwd = path.resolve(folder)
  const temporary = mkdtempSync(path.join(tmpdir(), 'eso-vault-compare-'))
  try {
    const began = performance.now()
    const repository = await readRepository(['.'], {
      cwd,
      variables: {},
      buildAll,
      kustomize: async () => ({
        kustomize: { binary, run: runProcess, temporary, environment: {} },
        unusable: [],
      }),
    })
    const milliseconds = performance.now() - began
    const { outputs, stats, notChecked } = repository
    const count = (outcome: (typeof outputs)[number]['outcome']) =>
      outputs.filter((output) => output.outcome === outcome).length
    print(folder)
    print(
      `  ${Math.round(milliseconds)} ms: ${stats.processes} processes, ${Math.round(stats.processMilliseconds)} ms of them`,
    )
    print(
      `  ${outputs.length} roots: the reader decides ${count('read')}, kustomize ${count('rendered')}, ${count('failed')} failed; ${notChecked.length} reasons for what is not checked`,
    )
    if (process.argv.includes('--notes'))
      for (const note of repository.notes) print(`  note ${note.code} ${note.file}:${note.line} ${noteText(note)}`)
    const found = await compareWithPlainBuilds(cwd, repository, binary)
    print(
      `  plain kustomize build: ${found.folders} folders (${found.fromCopy} only as our copy, ${found.unbuilt} not at all), ${found.seen} keys: ${found.same} the same, ${found.changed.length} changed by Flux, ${found.elsewhere.length} applied by Flux through another root, ${found.lost.length} lost`,
    )
    print(
      `  keys: ${found.exact} at a line that holds them, ${found.indirect} at their variables or alias, ${found.misplaced.length} elsewhere`,
    )
    const bad = [
      ...found.lost.map((one) => `lost ${one}`),
      ...found.misplaced.map((one) => `misplaced ${one}`),
      ...found.falseFailures.map((one) => `kustomize builds ${one}, we say it does not`),
    ]
    for (const one of bad.slice(0, SHOWN)) print(`    ${one}`)
    return bad.length === 0
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

const folders = process.argv.slice(2).filter((one) => !one.startsWith('--'))
if (folders.length === 0) throw new Error('Give the folders of repositories.')
const { binary } = await searchKustomize(runProcess, process.env.PATH ?? '')
if (binary === undefined) throw new Error('There is no kustomize 5 and no kubectl on PATH.')
print(`${binary.command} ${binary.version}`)
for (const folder of folders)
  if (!(await compare(folder, binary, !process.argv.includes('--open')))) process.exitCode = 1
