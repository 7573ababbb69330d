// Renders a folder, builds each of its roots once more with plain `kustomize build`, and compares: is every Vault key that the
// plain output holds also held by a rendered Manifest, at a line that holds it? Usage: node bench/compare-render.ts FOLDER
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { FieldPath, Value } from '../src/manifests/manifest.ts'
import { readRepository } from '../src/manifests/read-repository.ts'
import { findKustomize } from '../src/manifests/render/kustomize-binary.ts'
import { type RenderedRepository, renderRepository } from '../src/manifests/render/render-repository.ts'
import { runProcess } from '../src/manifests/render/run-process.ts'
import { parseYaml } from '../src/manifests/yaml/parse-yaml.ts'

interface Key {
  readonly path: FieldPath
  readonly value: string
}

/** Every `remoteRef.key`, `extract.key` and `remoteKey` below a value. */
function* keysIn(value: Value, at: FieldPath = []): Generator<Key> {
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* keysIn(item, [...at, index])
  else if (typeof value === 'object' && value !== null)
    for (const [name, item] of Object.entries(value)) {
      const parent = at.at(-1)
      const isKey = name === 'remoteKey' || (name === 'key' && (parent === 'remoteRef' || parent === 'extract'))
      if (isKey && typeof item === 'string') yield { path: [...at, name], value: item }
      else yield* keysIn(item, [...at, name])
    }
}

const lines = new Map<string, string[]>()
function lineOf(cwd: string, file: string, line: number): string {
  let all = lines.get(file)
  if (all === undefined) {
    all = readFileSync(path.resolve(cwd, file), 'utf8').split('\n')
    lines.set(file, all)
  }
  return all[line - 1] ?? ''
}

const print = (text: string) => process.stdout.write(`${text}\n`)

async function main(folder: string): Promise<number> {
  const cwd = path.resolve(folder)
  const binary = await findKustomize(runProcess, process.env.PATH ?? '')
  if (binary === undefined) throw new Error('There is no kustomize 5 and no kubectl on PATH.')
  const temporary = mkdtempSync(path.join(tmpdir(), 'eso-vault-compare-'))
  try {
    const began = performance.now()
    const repository = await readRepository(['.'], { cwd, variables: {} })
    const read = performance.now()
    const rendered = await renderRepository(repository, {
      binary,
      run: runProcess,
      temporary,
      allowRemoteBases: false,
      enableHelm: false,
      variables: {},
    })
    print(
      `${folder}: ${binary.command} ${binary.version}; reading ${Math.round(read - began)} ms, rendering ${Math.round(rendered.stats.milliseconds)} ms, ${rendered.stats.processes} processes (${Math.round(rendered.stats.processMilliseconds)} ms)`,
    )
    const failed = rendered.roots.filter(({ failure }) => failure !== undefined)
    print(
      `  roots: ${rendered.roots.length} built, ${failed.length} failed, ${rendered.notChecked.length} not checked; fields located by guess: ${rendered.stats.guessed} in ${rendered.stats.located} objects`,
    )
    if (process.argv.includes('--notes'))
      for (const note of rendered.notes) print(`  note ${note.reason} ${note.file}:${note.line} ${note.message}`)
    return (await compare(cwd, rendered, binary.command, binary.args)) ? 0 : 1
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

async function compare(
  cwd: string,
  rendered: RenderedRepository,
  command: string,
  args: readonly string[],
): Promise<boolean> {
  const folders = new Set(
    rendered.roots.flatMap(({ root, failure }) => (failure === undefined && !root.changed ? [root.folder] : [])),
  )
  const changed = rendered.roots.filter(({ root, failure }) => failure === undefined && root.changed)
  for (const { root } of changed) folders.add(root.folder)
  const held = new Set<string>()
  let located = 0
  let exact = 0
  const wrong: string[] = []
  for (const manifest of rendered.manifests) {
    if (manifest.origin.form !== 'rendered') continue
    for (const { path: at, value } of keysIn(manifest.body)) {
      held.add(`${manifest.kind}\0${value}`)
      located++
      const span = manifest.spanOf(at)
      const text = lineOf(cwd, span.file, span.line)
      const literal = value.includes('${') ? value.slice(0, value.indexOf('${')) : value
      if (text.includes(literal) || text.includes('${') || text.includes('*')) exact++
      else wrong.push(`${span.file}:${span.line} for ${value}: ${text.trim()}`)
    }
    // Keys before variables are put in, as plain kustomize has them.
  }
  const lost: string[] = []
  let seen = 0
  let unbuilt = 0
  for (const folder of folders) {
    const result = await runProcess(command, [...args, path.join(cwd, folder)], {
      cwd,
      timeout: 60_000,
      maxBuffer: 64 * 1024 * 1024,
      env: { HOME: '/nonexistent', PATH: '' },
    })
    if (result.code !== 0) {
      unbuilt++
      continue
    }
    for (const { value } of parseYaml({ file: folder, text: result.stdout }).documents) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) continue
      const { apiVersion, kind } = value as { apiVersion?: Value; kind?: Value }
      if (typeof apiVersion !== 'string' || !apiVersion.includes('external-secrets.io')) continue
      for (const key of keysIn(value as Value)) {
        seen++
        const pattern = key.value.includes('${')
        const found =
          held.has(`${String(kind)}\0${key.value}`) ||
          (pattern && [...held].some((one) => fits(key.value, one.slice(one.indexOf('\0') + 1))))
        if (!found) lost.push(`${folder}: ${String(kind)} ${key.value}`)
      }
    }
  }
  print(
    `  plain kustomize build: ${folders.size} folders (${unbuilt} do not build plainly), ${seen} keys, ${lost.length} lost`,
  )
  for (const one of lost.slice(0, 20)) print(`    lost ${one}`)
  print(`  located keys: ${located}, at a line that holds them: ${exact}`)
  for (const one of wrong.slice(0, 20)) print(`    ${one}`)
  return lost.length === 0
}

/** Whether a value is what variables made of a pattern. */
function fits(pattern: string, value: string): boolean {
  const parts = pattern.split(/\$\{[^}]*\}/).map((part) => part.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's').test(value)
}

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('Give the folder of a repository.')
process.exitCode = await main(folder)
