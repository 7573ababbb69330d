import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readContext, readFolder } from '../../../src/gitops/kustomize/read-kustomization.ts'
import type { Reading } from '../../../src/gitops/kustomize/reading.ts'
import { repositoryTree } from '../../../src/gitops/look-through/repository-tree.ts'
import type { RunResult } from '../../../src/gitops/process/kustomize-binary.ts'
import { runProcess } from '../../../src/gitops/process/run-process.ts'
import { GO_RUNTIME } from '../../../src/gitops/render/build-root.ts'
import { kustomizeForTests } from '../render/kustomize-binary.ts'
import { compareBuild } from './compare.ts'
import { type RandomTree, randomTree } from './random-tree.ts'

const TREES = Number(process.env.TREES ?? 500)
/** Another seed for each run of a search: `SEED=12345 TREES=5000`. */
const SEED = Number(process.env.SEED ?? 1)

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
  return readFolder(
    readContext(repositoryTree(root), (relative) => relative),
    top,
  )
}

function build(folder: string): Promise<RunResult> {
  const { command, args } = binary as NonNullable<typeof binary>
  const env = { HOME: '/nowhere', PATH: '', ...GO_RUNTIME }
  const all = [...args, '--load-restrictor', 'LoadRestrictionsNone', folder]
  return runProcess(command, all, { cwd: folder, timeout: 60_000, maxBuffer: 64 * 1024 * 1024, env })
}

/** Two at a time. */
async function each<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await run(next)
  }
  await Promise.all([worker(), worker()])
}

describe.skipIf(binary === undefined)('random trees of kustomizations', () => {
  test(`${TREES} trees are read as kustomize builds them, wherever the reader claims to decide`, async () => {
    const seeds = Array.from({ length: TREES }, (_, index) => SEED * 1_000_003 + index)
    const disagreements: string[] = []
    const left = new Map<string, number>()
    const counts = { claimed: 0, left: 0, builds: 0, fails: 0 }
    await each(seeds, async (seed) => {
      const tree = randomTree(seed)
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
})
