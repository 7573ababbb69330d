import { describe, expect, test } from 'vitest'
import type { Repository } from '../../src/gitops/read-repository.ts'
import { kustomizeForTests } from '../gitops/render/kustomize-binary.ts'
import { type Comparison, compareWithPlainBuilds } from '../gitops/render/plain-builds.ts'
import { type Counts, countsOf, verdictsByFile, withReading } from './applied-counts.ts'
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

/**
 * What is said of the files with ESO objects, beside applied.md §5: patch files, which have no verdict of their own, are not counted
 * (10 of tyriis, 2 of bluevulpine, 9 of infra-deployments), nor are files that are no YAML before something fills them in. The entries of
 * infra-deployments are overlays that somebody applied by hand, so that all it reaches is presumed; five of its T are objects that one
 * overlay deletes. A root of konstructio that does not build (a placeholder in an ingress) is unclear with its two files, fifteen times;
 * the one file of industrial-edge is a template of a chart.
 */
const VERDICTS: Readonly<Record<string, Counts>> = {
  'webgrip-head': { applied: 137 },
  'tyriis-home-ops': { applied: 51, T: 2 },
  'ricsanfre-pi-cluster': { applied: 38, C: 4, T: 1 },
  'superquinquin-gitops': { applied: 26 },
  'bluevulpine-flux-talos': { applied: 71, T: 1 },
  'infra-deployments': { presumed: 140, unclear: 14, T: 8 },
  'konstructio-gitops-template': { presumed: 308, unclear: 30 },
  'industrial-edge': { unclear: 1 },
}

describe.skipIf(corpus === undefined || binary === undefined)('real repositories', () => {
  const kustomize = binary as NonNullable<typeof binary>

  test.each([...UNBUILT, ...NAMES])(
    '%s: each key as kustomize builds it, in its root, at its line, and judged or not checked for a true reason',
    async (name) => {
      const proof = await withArchive(corpus as string, name, (folder) => renderAndCompare(folder, kustomize))
      const { comparison, repository, report, forgotten, unaccounted, untrue } = proof
      tell(name, repository, comparison)
      if (!UNBUILT.includes(name)) expect(comparison.seen).toBeGreaterThan(30)
      expect(report.references.length).toBeGreaterThan(0)
      expect(faultsOf(comparison)).toEqual(NONE)
      expect(forgotten).toEqual([])
      expect(unaccounted).toEqual([])
      expect(untrue).toEqual([])
      expect(countsOf(verdictsByFile(repository))).toEqual(VERDICTS[name])
      // No error in a file that nothing applies.
      const unapplied = new Set(
        [...verdictsByFile(repository)].flatMap(([file, { verdict }]) => (verdict === 'not-applied' ? [file] : [])),
      )
      const errors = report.findings.filter(({ severity, span }) => severity === 'error' && unapplied.has(span.file))
      expect(errors).toEqual([])
    },
    240_000,
  )

  test.each([...UNBUILT, ...NAMES])(
    '%s, every root built: the same',
    async (name) => {
      const { repository, comparison } = await withArchive(corpus as string, name, (folder) =>
        withReading(folder, kustomize, true, async (repository) => ({
          repository,
          comparison: await compareWithPlainBuilds(folder, repository, kustomize),
        })),
      )
      tell(name, repository, comparison)
      expect(faultsOf(comparison)).toEqual(NONE)
      expect(countsOf(verdictsByFile(repository))).toEqual(VERDICTS[name])
    },
    600_000,
  )
})

const NONE = { lost: [], misplaced: [], falseFailures: [] }

function faultsOf({ lost, misplaced, falseFailures }: Comparison) {
  return { lost, misplaced, falseFailures }
}

function tell(name: string, { outputs, stats }: Repository, { seen, same }: Comparison): void {
  process.stderr.write(
    `${name}: ${outputs.length} roots, ${stats.processes} builds; ${seen} keys of plain builds, ${same} the same\n`,
  )
}
