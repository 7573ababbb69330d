import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { discover } from '../../../src/files/discover.ts'
import { earlierRoot } from '../../../src/files/root.ts'
import type { BuildMemory } from '../../../src/gitops/build/kustomize-builds.ts'
import type { Run } from '../../../src/gitops/process/kustomize-binary.ts'
import { runProcess } from '../../../src/gitops/process/run-process.ts'
import { readDiscovered } from '../../../src/gitops/read-repository.ts'
import { tree } from '../tree.ts'
import { kustomizeForTests } from './kustomize-binary.ts'
import { externalSecret, valueAt } from './render-tree.ts'

const binary = await kustomizeForTests()
const KEY = ['spec', 'data', 0, 'remoteRef', 'key']

/** Renders a folder, then the same with some files as they were; `undefined`: they were not there. */
async function twice(files: Readonly<Record<string, string>>, were: Readonly<Record<string, string | undefined>>) {
  if (binary === undefined) throw new Error('no kustomize')
  const folder = tree({ ...files, '.git/HEAD': '' })
  const temporary = mkdtempSync(join(tmpdir(), 'eso-vault-memory-'))
  try {
    const discovery = await discover(['.'], { cwd: folder })
    const memory: BuildMemory = new Map()
    const render = async (found: typeof discovery, name: string) => {
      let processes = 0
      const run: Run = (...call) => {
        processes++
        return runProcess(...call)
      }
      const kustomize = { binary, run, temporary: join(temporary, name), environment: {} }
      const { manifests, stats } = await readDiscovered(found, {
        variables: {},
        kustomize: async () => ({ kustomize, unusable: [] }),
        memory,
        buildAll: true,
      })
      expect(stats.processes).toBe(processes)
      const keys = manifests.filter(({ kind }) => kind === 'ExternalSecret').map((one) => valueAt(one, KEY))
      return { processes, keys: keys.sort() }
    }
    const head = await render(discovery, 'head')
    const [root] = discovery.roots
    if (root === undefined) throw new Error('no root')
    const earlier = new Map(
      Object.entries(were).map(([file, text], index) => {
        const held = join(temporary, `was-${index}`)
        if (text !== undefined) writeFileSync(held, text)
        return [file, text === undefined ? undefined : held]
      }),
    )
    const seen = new Set([...root.files].filter((file) => !(file in were)))
    for (const [file, text] of Object.entries(were)) if (text !== undefined) seen.add(file)
    const sources = discovery.files.flatMap((one) => {
      if (!(one.relative in were)) return [one]
      const text = were[one.relative]
      return text === undefined ? [] : [{ ...one, text }]
    })
    for (const [relative, text] of Object.entries(were))
      if (text !== undefined && !discovery.files.some((one) => one.relative === relative))
        sources.push({ file: relative, root: root.path, relative, text })
    const rootThen = earlierRoot(root, { files: seen, folders: root.folders, earlier })
    const base = await render({ ...discovery, files: sources, roots: [rootThen] }, 'base')
    return { head, base }
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

const overlay = (key: string) =>
  `resources: [../../base]\npatches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: ${key}}\n`
const FILES = {
  'base/es.yaml': externalSecret('db', 'base/db'),
  'base/kustomization.yaml': 'resources: [es.yaml]\n',
  'overlays/a/kustomization.yaml': overlay('a/db'),
  'overlays/b/kustomization.yaml': overlay('b/db'),
  'overlays/c/kustomization.yaml': overlay('c/db'),
}

describe.skipIf(binary === undefined)('the state before a change is rendered', () => {
  test('without a process where nothing differs', async () => {
    const { head, base } = await twice(FILES, { 'docs/readme.md': 'old' })
    expect(head).toEqual({ processes: 3, keys: ['a/db', 'b/db', 'c/db'] })
    expect(base).toEqual({ processes: 0, keys: ['a/db', 'b/db', 'c/db'] })
  })

  test('by a process for each root of which a file differs', async () => {
    const { base } = await twice(FILES, { 'overlays/b/kustomization.yaml': overlay('old/db') })
    expect(base).toEqual({ processes: 1, keys: ['a/db', 'c/db', 'old/db'] })
  })

  test('all of them, where the base of all differs', async () => {
    const { base } = await twice(FILES, { 'base/kustomization.yaml': 'namePrefix: old-\nresources: [es.yaml]\n' })
    expect(base.processes).toBe(3)
  })

  test('without a file that came with the change, although the kustomization names it all along', async () => {
    const files = {
      ...FILES,
      'overlays/c/kustomization.yaml': `${overlay('c/db')}`.replace('../../base', '../../base, more.yaml'),
      'overlays/c/more.yaml': externalSecret('more', 'more/db'),
    }
    const { head, base } = await twice(files, { 'overlays/c/more.yaml': undefined })
    expect(head.keys).toEqual(['a/db', 'b/db', 'c/db', 'c/db'])
    expect(base).toEqual({ processes: 1, keys: ['a/db', 'b/db', 'c/db'] })
  })

  test('with a file that the change took away', async () => {
    const { head, base } = await twice(FILES, {
      'overlays/d/kustomization.yaml': overlay('d/db'),
    })
    expect(head.keys).toEqual(['a/db', 'b/db', 'c/db'])
    expect(base).toEqual({ processes: 1, keys: ['a/db', 'b/db', 'c/db', 'd/db'] })
  })
})
