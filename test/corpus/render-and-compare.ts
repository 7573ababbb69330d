import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { KustomizeBinary } from '../../src/gitops/process/kustomize-binary.ts'
import { runProcess } from '../../src/gitops/process/run-process.ts'
import { type GitOpsOptions, type Repository, readRepository } from '../../src/gitops/read-repository.ts'
import { isEsoGroup } from '../../src/model/kinds.ts'
import { check } from '../../src/modes/check.ts'
import type { Report } from '../../src/report/report.ts'
import { EMPTY_CONFIG } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import { type Comparison, compareWithPlainBuilds, keysIn } from '../gitops/render/plain-builds.ts'
import { untrueReasons } from './true-reasons.ts'

export interface Proof {
  readonly comparison: Comparison
  readonly repository: Repository
  readonly report: Report
  /** Keys of manifests that no reference of the report asks for. */
  readonly forgotten: readonly string[]
  /** References that are neither decided, nor found fault with, nor listed as not checked. */
  readonly unaccounted: readonly string[]
  readonly untrue: readonly string[]
}

/**
 * Reads a repository as a check does (or with every root built), builds its roots once more with plain kustomize, and follows the chain
 * to its report.
 */
export async function renderAndCompare(
  cwd: string,
  binary: KustomizeBinary,
  options: Pick<GitOpsOptions, 'buildAll' | 'identities'> = {},
): Promise<Proof> {
  const temporary = mkdtempSync(path.join(tmpdir(), 'eso-vault-proof-'))
  try {
    const rendering = {
      ...options,
      kustomize: async () => ({
        kustomize: { binary, run: runProcess, temporary, environment: {} },
        unusable: [],
      }),
    }
    const repository = await readRepository(['.'], { cwd, variables: {}, ...rendering })
    const comparison = await compareWithPlainBuilds(cwd, repository, binary)
    const settings = resolveSettings({
      given: { from: 'terminal', command: 'check', subject: undefined, values: {}, format: 'json', color: false },
      config: EMPTY_CONFIG,
      environment: readEnvironment({}),
      folder: path.basename(cwd),
    })
    const { report } = await check(settings, {
      cwd,
      today: '2026-06-01',
      live: undefined,
      render: (use) => use(rendering),
      incomplete: [],
    })
    return {
      comparison,
      repository,
      report,
      forgotten: forgotten(repository, report),
      unaccounted: unaccounted(report),
      untrue: untrueReasons(report.notChecked, {
        cwd,
        texts: repository.files.map(({ text }) => text),
        manifests: repository.manifests,
      }),
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

function forgotten({ manifests }: Repository, { references }: Report): string[] {
  const asked = new Set(references.map(({ reference }) => `${reference.manifest.kind} ${reference.key}`))
  return manifests
    .filter(({ apiVersion, kind }) => isEsoGroup(apiVersion) && /(?:External|Push)Secret$/.test(kind))
    .flatMap((manifest) => [...keysIn(manifest.body)].map(({ value }) => `${manifest.kind} ${value}`))
    .filter((key) => !asked.has(key))
}

function unaccounted(report: Report): string[] {
  const told = new Set([
    ...report.notChecked.map(({ file, line }) => `${file}:${line}`),
    ...report.findings.flatMap(({ span, related }) =>
      [span, ...related.map((one) => one.span)].map(({ file, line }) => `${file}:${line}`),
    ),
  ])
  return report.references.flatMap(({ reference, accesses }) => {
    if (reference.store.found === 'foreign') return []
    // What nothing applies is told apart, with its reason.
    if (reference.manifest.origin.applied.verdict === 'not-applied') return []
    const decided = accesses.filter(({ access }) => access.side !== 'session')
    if (decided.length > 0 && decided.every(({ decision }) => decision.verdict !== 'unknown')) return []
    // A finding on the store (it is absent) stands where the store is named.
    const places = [reference.span, reference.storeRef?.span].flatMap((span) =>
      span === undefined ? [] : [`${span.file}:${span.line}`],
    )
    return places.some((place) => told.has(place)) ? [] : places
  })
}
