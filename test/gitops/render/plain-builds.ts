import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseYaml } from '../../../src/files/yaml/parse-yaml.ts'
import { GO_RUNTIME } from '../../../src/gitops/build/build-root.ts'
import type { Output } from '../../../src/gitops/build/output.ts'
import type { KustomizeBinary, RunResult } from '../../../src/gitops/process/kustomize-binary.ts'
import { runProcess } from '../../../src/gitops/process/run-process.ts'
import type { Repository } from '../../../src/gitops/read-repository.ts'
import { isEsoGroup } from '../../../src/model/kinds.ts'
import type { Manifest } from '../../../src/model/manifest.ts'
import { createPool } from '../../../src/model/pool.ts'
import { type FieldPath, stringAt, type Value } from '../../../src/model/value.ts'

/** One `remoteRef.key`, `extract.key` or `remoteKey`. */
export interface Key {
  readonly path: FieldPath
  readonly value: string
}

export interface Comparison {
  /** Folders of roots; those that kustomize does not build as they stand, so that our copy is built; those that it builds in no way. */
  readonly folders: number
  readonly fromCopy: number
  readonly unbuilt: number
  /** Keys in the output of plain `kustomize build`, and how we have them: in the same root, same object, field and value. */
  readonly seen: number
  readonly same: number
  /** Written otherwise by the Flux Kustomization that applies the folder (its patches), in the same root, object and field. */
  readonly changed: readonly string[]
  /** Of a kustomization that nothing names, whose objects Flux applies through another one: in the Manifest of that one. */
  readonly elsewhere: readonly string[]
  readonly lost: readonly string[]
  /** Roots that we say kustomize refuses, and plain `kustomize build` does not. */
  readonly falseFailures: readonly string[]
  /** Keys of our Manifests: at a line that holds the key; at one that holds its variables or alias; at another. */
  readonly exact: number
  readonly indirect: number
  readonly misplaced: readonly string[]
}

/**
 * Builds the folder of each root with plain `kustomize build`, searches the output for keys, and looks for each in the Manifests of
 * the same root; then looks at the line that each key of ours is said to stand at.
 */
export async function compareWithPlainBuilds(
  cwd: string,
  { manifests, outputs }: Pick<Repository, 'manifests' | 'outputs'>,
  binary: KustomizeBinary,
): Promise<Comparison> {
  const result = {
    fromCopy: 0,
    unbuilt: 0,
    seen: 0,
    same: 0,
    changed: [] as string[],
    elsewhere: [] as string[],
    lost: [] as string[],
    falseFailures: [] as string[],
  }
  const held = heldKeys(manifests)
  const folders = new Map<string, Output[]>()
  for (const one of outputs)
    if (one.root.build.by === 'kustomize') folders.set(one.root.folder, [...(folders.get(one.root.folder) ?? []), one])
  const compare = (folder: string, roots: readonly Output[], { code, stdout }: RunResult) => {
    if (code !== 0) {
      result.unbuilt++
      return
    }
    for (const one of roots) if (isRefused(one) && !isChanged(one)) result.falseFailures.push(folder)
    const good = roots.filter(({ outcome }) => outcome !== 'failed')
    if (good.length === 0) return
    const names = good.flatMap(({ root }) => [
      `${root.appliedBy.kind} ${root.appliedBy.name}`,
      `kustomization ${folder === '' ? '.' : folder}`,
    ])
    const areChanged = good.some(isChanged)
    const isUnnamed = good.every(({ root }) => root.appliedBy.kind === 'kustomization')
    for (const { value } of parseYaml({ file: folder, text: stdout }).documents) {
      if (!isEsoGroup(stringAt(value, 'apiVersion') ?? '')) continue
      const object = `${stringAt(value, 'kind')} ${stringAt(value, 'metadata', 'name')}`
      for (const key of keysIn(value)) {
        result.seen++
        const says = `${folder}: ${object} ${key.path.join('.')} ${key.value}`
        const ours = (keys: readonly Held[]) =>
          keys.filter((one) => one.path === key.path.join('/') && fits(object, one.object))
        const inRoot = ours(names.flatMap((name) => held.byRoot.get(name) ?? []))
        if (inRoot.some(({ value }) => fits(key.value, value))) result.same++
        else if (areChanged && inRoot.length > 0) result.changed.push(says)
        else if (isUnnamed && ours(held.all).some(({ value }) => fits(key.value, value))) result.elsewhere.push(says)
        else result.lost.push(says)
      }
    }
  }
  const build = (folder: string) =>
    runProcess(binary.command, [...binary.args, folder], {
      cwd,
      timeout: 60_000,
      maxBuffer: 64 * 1024 * 1024,
      env: { HOME: '/nonexistent', PATH: '', ...GO_RUNTIME },
    })
  const each = async ([folder, roots]: readonly [string, readonly Output[]]) => {
    const built = await build(path.join(cwd, folder))
    // A file is missing that we leave out: what is left must be what kustomize makes of the rest.
    const copy = built.code === 0 ? undefined : roots.find((one) => one.copy !== undefined)?.copy
    if (copy !== undefined) result.fromCopy++
    compare(folder, roots, copy === undefined ? built : await build(copy))
  }
  const pool = createPool(2)
  await Promise.all([...folders].map((one) => pool(() => each(one))))
  return { folders: folders.size, ...result, ...places(cwd, manifests) }
}

function isRefused({ notFollowed }: Output): boolean {
  return notFollowed.some(({ why }) => why.code === 'kustomize-fails')
}

/** Whether Flux or Argo CD writes more into the kustomization than its file holds. */
function isChanged({ root: { build } }: Output): boolean {
  return build.by === 'kustomize' && build.changed
}

interface Held {
  readonly object: string
  readonly path: string
  readonly value: string
}

function heldKeys(manifests: readonly Manifest[]) {
  const byRoot = new Map<string, Held[]>()
  const all: Held[] = []
  for (const { apiVersion, kind, name, body, origin } of manifests) {
    if (!isEsoGroup(apiVersion)) continue
    for (const key of keysIn(body)) {
      const one = { object: `${kind} ${name}`, path: key.path.join('/'), value: key.value }
      all.push(one)
      for (const by of origin.appliedBy) {
        const root = `${by.kind} ${by.name}`
        byRoot.set(root, [...(byRoot.get(root) ?? []), one])
      }
    }
  }
  return { byRoot, all }
}

function places(cwd: string, manifests: readonly Manifest[]) {
  const texts = new Map<string, string[]>()
  const linesOf = (file: string) => {
    let lines = texts.get(file)
    if (lines === undefined) {
      lines = readFileSync(path.resolve(cwd, file), 'utf8').split('\n')
      texts.set(file, lines)
    }
    return lines
  }
  let exact = 0
  let indirect = 0
  const misplaced: string[] = []
  for (const manifest of manifests) {
    if (!isEsoGroup(manifest.apiVersion)) continue
    for (const { path: at, value } of keysIn(manifest.body)) {
      const { file, line } = manifest.spanOf(at)
      const lines = linesOf(file)
      const text = lines[line - 1] ?? ''
      if (text.includes(value)) exact++
      else if (holdsIndirectly(text, lines, value)) indirect++
      else misplaced.push(`${file}:${line} for ${value}: ${text.trim()}`)
    }
  }
  return { exact, indirect, misplaced }
}

/** Whether a line gives the value through variables (`key: apps/${ENV}/db`) or an alias (`key: *name`, with `&name value` above). */
function holdsIndirectly(text: string, lines: readonly string[], value: string): boolean {
  const written = /(?:key|remoteKey|value)["']?\s*:\s*(.*)$/i.exec(text)?.[1] ?? text
  const alias = /^\*([^\s,}\]]+)/.exec(written)?.[1]
  if (alias !== undefined) {
    const anchor = lines.find((line) => new RegExp(`&${escaped(alias)}(?![\\w-])`).test(line)) ?? ''
    return anchor.includes(value) || scalarsIn(anchor.replace(/^.*?&\S+\s*/, '')).some((one) => fits(one, value))
  }
  return scalarsIn(written).some((one) => fits(one, value))
}

/** What a scalar may be that starts a text: quoted, the whole of it, or the part that a flow mapping leaves to it. */
function scalarsIn(text: string): string[] {
  const trimmed = text.trim()
  const quoted = /^(["'])(.*?)\1/.exec(trimmed)?.[2]
  if (quoted !== undefined) return [quoted]
  const whole = trimmed.replace(/\s+#.*$/, '')
  const [item = ''] = whole.split(/,\s/, 1)
  return [whole, item, item.replace(/\s*\}+$/, '')]
}

/** Whether a value is a text, or what Flux's variables made of it. */
function fits(pattern: string, value: string): boolean {
  if (pattern === value) return true
  if (!pattern.includes('${')) return false
  return new RegExp(
    `^${pattern
      .split(/\$\{[^}]*\}/)
      .map(escaped)
      .join('.*')}$`,
    's',
  ).test(value)
}

function escaped(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
}

/** Every key that ESO asks a provider for, below a value. */
export function* keysIn(value: Value, at: FieldPath = []): Generator<Key> {
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* keysIn(item, [...at, index])
  else if (typeof value === 'object' && value !== null)
    for (const [name, item] of Object.entries(value)) {
      const parent = at.at(-1)
      const isKey = name === 'remoteKey' || (name === 'key' && (parent === 'remoteRef' || parent === 'extract'))
      if (isKey && typeof item === 'string') yield { path: [...at, name], value: item }
      else yield* keysIn(item, [...at, name])
    }
}
