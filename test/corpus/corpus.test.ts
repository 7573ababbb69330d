import { describe, expect, test } from 'vitest'
import { kustomizeForTests } from '../gitops/render/kustomize-binary.ts'
import { corpusFor, withArchive } from './archives.ts'
import { renderAndCompare } from './render-and-compare.ts'

/** Small ones first; the largest takes longer than all others together. */
const NAMES = [
  'webgrip-head',
  'tyriis-home-ops',
  'ricsanfre-pi-cluster',
  'superquinquin-gitops',
  'bluevulpine-flux-talos',
  'infra-deployments',
]

/** Nothing in them is built plainly (a chart, templates of a repository): only the chain is looked at. */
const UNBUILT = ['konstructio-gitops-template', 'industrial-edge']

const corpus = corpusFor([...NAMES, ...UNBUILT])
const binary = await kustomizeForTests()

describe.skipIf(corpus === undefined || binary === undefined)('real repositories', () => {
  test.each([...UNBUILT, ...NAMES])(
    '%s: each key as kustomize builds it, in its root, at its line, and judged or not checked for a true reason',
    async (name) => {
      const proof = await withArchive(corpus as string, name, (folder) =>
        renderAndCompare(folder, binary as NonNullable<typeof binary>),
      )
      const { comparison, repository, report, forgotten, unaccounted, untrue } = proof
      const { stats, outputs } = repository
      process.stderr.write(
        `${name}: ${outputs.length} roots, ${stats.processes} builds in ${Math.round(stats.processMilliseconds)} ms; ${comparison.seen} keys of plain builds, ${comparison.same} the same; ${report.references.length} references, ${report.notChecked.length} not checked\n`,
      )
      if (!UNBUILT.includes(name)) expect(comparison.seen).toBeGreaterThan(30)
      expect(report.references.length).toBeGreaterThan(0)
      expect(comparison.lost).toEqual([])
      expect(comparison.misplaced).toEqual([])
      expect(comparison.falseFailures).toEqual([])
      expect(forgotten).toEqual([])
      expect(unaccounted).toEqual([])
      expect(untrue).toEqual([])
    },
    240_000,
  )
})
