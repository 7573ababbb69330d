import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parseYaml } from '../../../src/files/yaml/parse-yaml.ts'
import { readFolder } from '../../../src/gitops/kustomize/read-kustomization.ts'
import { type Reading, undecidedFor } from '../../../src/gitops/kustomize/reading.ts'
import { repositoryTree } from '../../../src/gitops/look-through/repository-tree.ts'
import { plainValue, spanIn } from '../../../src/gitops/placed/placed.ts'
import type { RunResult } from '../../../src/gitops/process/kustomize-binary.ts'
import type { FieldPath, Value } from '../../../src/model/value.ts'
import { knowsSourceValue, kustomizeForTests } from '../render/kustomize-binary.ts'
import { buildTree, compareBuild, keyOf, twoAtATime } from './compare.ts'
import { type RandomTree, randomTree } from './random-tree.ts'
import { Chance } from './random-yaml.ts'
import { readContext } from './read-context.ts'

const TREES = Number(process.env.TREES ?? 500)
/** Another seed for each run of a search: `SEED=12345 TREES=5000`. */
const SEED = Number(process.env.SEED ?? 1)

const PLACED_TREES = Math.ceil(TREES / 5)

const binary = await kustomizeForTests()
const folder = mkdtempSync(path.join(tmpdir(), 'eso-vault-random-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function write(tree: RandomTree, name: string): string {
  const root = path.join(folder, name)
  for (const [file, text] of Object.entries(tree.files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
    writeFileSync(path.join(root, file), text)
  }
  return root
}

function readTree(root: string, top: string): Reading {
  return readFolder(readContext(repositoryTree(root)), top)
}

function build(folder: string): Promise<RunResult> {
  return buildTree(binary as NonNullable<typeof binary>, folder)
}

interface Field {
  readonly file: string
  readonly line: number
  readonly token: string
}

/** A value of a claimed object, and the one line of the tree that writes it. */
function someField(chance: Chance, reading: Reading, tree: RandomTree): Field | undefined {
  const claimed = reading.objects.filter((object) => undecidedFor(reading, object).length === 0)
  const tokens = new Set(
    claimed.flatMap(({ node }) => JSON.stringify(plainValue(node)).match(/(?<=")v\d+(?=")/g) ?? []),
  )
  const token = chance.of([...tokens])
  if (token === undefined) return undefined
  const lines = Object.entries(tree.files).flatMap(([file, text]) =>
    text
      .split('\n')
      .flatMap((content, index) =>
        (content.match(new RegExp(`\\b${token}\\b`, 'g')) ?? []).map(() => ({ file, line: index + 1, token })),
      ),
  )
  return lines.length === 1 ? lines[0] : undefined
}

function fieldsWith(value: Value, text: string, path: FieldPath = []): FieldPath[] {
  if (value === text) return [path]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, below]) => fieldsWith(below as Value, text, [...path, key]))
}

describe.skipIf(binary === undefined)('random trees of kustomizations', () => {
  test(`${TREES} trees are read as kustomize builds them, wherever the reader claims to decide`, async () => {
    const seeds = Array.from({ length: TREES }, (_, index) => SEED * 1_000_003 + index)
    const disagreements: string[] = []
    const left = new Map<string, number>()
    const counts = { claimed: 0, left: 0, builds: 0, fails: 0 }
    await twoAtATime(seeds, async (seed) => {
      const tree = randomTree(seed, { sourceValue: knowsSourceValue(binary) })
      const root = write(tree, String(seed))
      const reading = readTree(root, tree.top)
      const compared = compareBuild(reading, await build(path.join(root, tree.top)))
      disagreements.push(...compared.disagreements.map((text) => `seed ${seed}: ${text}`))
      counts.claimed += compared.claimed
      if (compared.fails) counts.fails++
      else counts.builds++
      for (const code of compared.left) left.set(code, (left.get(code) ?? 0) + 1)
      counts.left += compared.leftObjects
      if (process.env.KEEP === undefined) rmSync(root, { recursive: true, force: true })
    })
    process.stderr.write(
      `random trees: ${counts.builds} build and ${counts.fails} fail; ${counts.claimed} objects claimed, ${counts.left} left to kustomize ${JSON.stringify(Object.fromEntries(left))}\n`,
    )
    expect(disagreements).toEqual([])
    expect(counts.claimed / (counts.claimed + counts.left)).toBeGreaterThan(0.85)
    expect(counts.builds / TREES).toBeGreaterThan(0.6)
    expect(counts.fails / TREES).toBeGreaterThan(0.05)
  }, 600_000)

  test('a change in a line changes the fields that the reader places at that line', async () => {
    const wrong: string[] = []
    let checked = 0
    await twoAtATime(
      Array.from({ length: PLACED_TREES }, (_, index) => SEED * 2_000_003 + index),
      async (seed) => {
        const tree = randomTree(seed, { sourceValue: knowsSourceValue(binary) })
        const root = write(tree, `placed-${seed}`)
        const reading = readTree(root, tree.top)
        const field = someField(new Chance(seed), reading, tree)
        if (field === undefined) return
        const { file, line, token } = field
        const text = tree.files[file] as string
        writeFileSync(path.join(root, file), text.replace(new RegExp(`\\b${token}\\b`), `changed-${token}`))
        const { stdout } = await build(path.join(root, tree.top))
        for (const { value } of parseYaml({ file: 'output', text: stdout }).documents)
          for (const changed of fieldsWith(value, `changed-${token}`)) {
            const object = reading.objects.find(({ node }) => keyOf(plainValue(node)) === keyOf(value))
            if (object === undefined || undecidedFor(reading, object).length > 0) continue
            const span = spanIn(object.node, changed)
            checked++
            if (span.file !== file || span.line !== line)
              wrong.push(
                `seed ${seed}: ${changed.join('.')} of ${object.names.at(-1)} is at ${span.file}:${span.line}, and ${file}:${line} changes it`,
              )
          }
      },
    )
    process.stderr.write(`random trees: ${checked} changed fields stand where the reader says\n`)
    expect(wrong).toEqual([])
    expect(checked).toBeGreaterThan(PLACED_TREES / 4)
  }, 300_000)
})
