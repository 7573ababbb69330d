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
  const built = rendered.roots.filter(({ failure }) => failure === undefined)
  const folders = new Set(built.map(({ root }) => root.folder))
  const foldersOf = new Map<string, string[]>()
  for (const { root } of built) {
    const name = `${root.appliedBy.kind} ${root.appliedBy.name}`
    foldersOf.set(name, [...(foldersOf.get(name) ?? []), root.folder])
  }
  /** Values by root folder, kind and field, and by kind and field alone. */
  const held = new Map<string, string[]>()
  const hold = (key: string, value: string) => held.set(key, [...(held.get(key) ?? []), value])
  let located = 0
  let exact = 0
  let indirect = 0
  const wrong: string[] = []
  for (const manifest of rendered.manifests) {
    if (manifest.origin.form !== 'rendered') continue
    for (const { path: at, value } of keysIn(manifest.body)) {
      for (const { kind, name } of manifest.origin.appliedBy)
        for (const folder of foldersOf.get(`${kind} ${name}`) ?? [])
          hold(`${folder}\0${manifest.kind}\0${at.join('/')}`, value)
      hold(`${manifest.kind}\0${at.join('/')}`, value)
      located++
      const span = manifest.spanOf(at)
      const text = lineOf(cwd, span.file, span.line)
      if (text.includes(value)) exact++
      else if (/\$\{|\*/.test(text)) indirect++
      else wrong.push(`${span.file}:${span.line} for ${value}: ${text.trim()}`)
    }
  }
  const lost: string[] = []
  let seen = 0
  let elsewhere = 0
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
        const field = `${String(kind)}\0${key.path.join('/')}`
        const same = (one: string) => one === key.value || (key.value.includes('${') && fits(key.value, one))
        if (held.get(`${folder}\0${field}`)?.some(same)) continue
        // What Flux applies through another path is not counted again for a kustomization that nothing names.
        if (held.get(field)?.some(same)) elsewhere++
        else lost.push(`${folder}: ${String(kind)} ${key.value}`)
      }
    }
  }
  print(
    `  plain kustomize build: ${folders.size} folders (${unbuilt} do not build plainly), ${seen} keys: ${seen - elsewhere - lost.length} in the same root, ${elsewhere} through another root, ${lost.length} lost`,
  )
  for (const one of lost.slice(0, 20)) print(`    lost ${one}`)
  print(
    `  located keys: ${located}: ${exact} at a line that holds the key, ${indirect} at one that holds its variables or alias, ${wrong.length} neither`,
  )
  for (const one of wrong.slice(0, 20)) print(`    ${one}`)
  return lost.length === 0 && wrong.length === 0
}

/** Whether a value is what variables made of a pattern. */
function fits(pattern: string, value: string): boolean {
  const parts = pattern.split(/\$\{[^}]*\}/).map((part) => part.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's').test(value)
}

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('Give the folder of a repository.')
process.exitCode = await main(folder)
