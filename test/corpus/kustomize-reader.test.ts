import { readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readFolder } from '../../src/gitops/kustomize/read-kustomization.ts'
import { repositoryTree } from '../../src/gitops/look-through/repository-tree.ts'
import { textAt } from '../../src/gitops/placed/placed.ts'
import { buildTree, compareBuild, twoAtATime } from '../gitops/kustomize/compare.ts'
import { foldersOf, readContext } from '../gitops/kustomize/read-context.ts'
import { kustomizeForTests } from '../gitops/render/kustomize-binary.ts'
import { corpusFor, withArchive } from './archives.ts'

const NAMES = [
  'webgrip-head',
  'tyriis-home-ops',
  'ricsanfre-pi-cluster',
  'superquinquin-gitops',
  'bluevulpine-flux-talos',
  'konstructio-gitops-template',
  'industrial-edge',
  'infra-deployments',
]

const corpus = corpusFor(NAMES)
const binary = await kustomizeForTests()

describe.skipIf(corpus === undefined || binary === undefined)('real repositories, read and built', () => {
  test.each(NAMES)(
    '%s: every kustomization that no other one includes',
    async (name) => {
      const { counts, disagreements } = await withArchive(corpus as string, name, compareAll)
      process.stderr.write(`${name}: ${JSON.stringify(counts)}\n`)
      expect(disagreements).toEqual([])
      expect(counts.builds + counts.fails).toBeGreaterThan(0)
    },
    600_000,
  )
})

async function compareAll(root: string) {
  const context = readContext(repositoryTree(root))
  const folders = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(?:kustomization\.ya?ml|Kustomization)$/.test(entry.name))
    .map((entry) => path.relative(root, entry.parentPath))
  const included = new Set(
    folders.flatMap((folder) => [...foldersOf(context, folder).folders].filter((one) => one !== folder)),
  )
  const tops = folders.filter(
    (folder) => !included.has(folder) && textAt(context.kustomization(folder), 'kind') !== 'Component',
  )
  const counts = { builds: 0, fails: 0, unbuilt: 0, claimed: 0, left: 0, codes: {} as Record<string, number> }
  const disagreements: string[] = []
  await twoAtATime(tops, async (folder) => {
    const reading = readFolder(context, folder)
    const built = await buildTree(binary as NonNullable<typeof binary>, path.join(root, folder))
    const compared = compareBuild(reading, built)
    disagreements.push(...compared.disagreements.map((text) => `${folder}: ${text}`))
    if (compared.fails) counts.fails++
    // A remote base, a chart or a template: the reader does not claim that it builds.
    else if (built.code !== 0) counts.unbuilt++
    else counts.builds++
    counts.claimed += compared.claimed
    counts.left += compared.leftObjects
    for (const code of compared.left) counts.codes[code] = (counts.codes[code] ?? 0) + 1
  })
  return { counts, disagreements }
}
