import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { KustomizeBinary } from '../../src/gitops/process/kustomize-binary.ts'
import { runProcess } from '../../src/gitops/process/run-process.ts'
import { type Repository, readRepository } from '../../src/gitops/read-repository.ts'
import type { Applied } from '../../src/model/applied.ts'
import { isEsoGroup } from '../../src/model/kinds.ts'

/** Files with an ESO object, by what is said of them; of a file's objects and roots the surest counts. */
export type Counts = Readonly<Record<string, number>>

const RANK = ['applied', 'presumed', 'suspended', 'unclear', 'not-applied']
/** As applied.md §4.2 calls the reasons for "not applied". */
const LETTER: Partial<Record<string, string>> = {
  'left-out': 'T',
  'declared-by-unapplied': 'N',
  'component-unused': 'C',
  outside: 'O',
}

/** Reads a repository with a kustomize whose copies are there until `use` ends. */
export async function withReading<Result>(
  cwd: string,
  binary: KustomizeBinary,
  buildAll: boolean,
  use: (repository: Repository) => Promise<Result>,
): Promise<Result> {
  const temporary = mkdtempSync(path.join(tmpdir(), 'eso-vault-counts-'))
  try {
    const kustomize = { binary, run: runProcess, temporary, environment: {} }
    return await use(
      await readRepository(['.'], {
        cwd,
        variables: {},
        buildAll,
        kustomize: async () => ({ kustomize, unusable: [] }),
      }),
    )
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

export function verdictsByFile({ manifests }: Repository): ReadonlyMap<string, Applied> {
  const found = new Map<string, Applied>()
  for (const { apiVersion, origin } of manifests) {
    if (!isEsoGroup(apiVersion) || origin.embeddedIn !== undefined) continue
    const known = found.get(origin.file)
    if (known === undefined || RANK.indexOf(origin.applied.verdict) < RANK.indexOf(known.verdict))
      found.set(origin.file, origin.applied)
  }
  return found
}

export function countsOf(verdicts: ReadonlyMap<string, Applied>): Counts {
  const counts: Record<string, number> = {}
  for (const { verdict, reason } of verdicts.values()) {
    const name = verdict === 'not-applied' ? (LETTER[reason?.code ?? ''] ?? verdict) : verdict
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}
