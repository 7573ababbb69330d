import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { searchKustomize } from '../gitops/process/kustomize-binary.ts'
import { runProcess } from '../gitops/process/run-process.ts'
import type { Repository } from '../gitops/read-repository.ts'
import { beyondPlain } from '../gitops/render/beyond-plain.ts'
import { type BuildMemory, renderRepository } from '../gitops/render/render-repository.ts'
import type { NotChecked } from '../model/finding.ts'
import type { Manifest } from '../model/manifest.ts'
import { type Note, noteAt } from '../model/note.ts'
import type { Settings } from '../settings/settings.ts'

/** What rendering makes of a repository; `undefined`: there is nothing to render, or nothing to render with. */
export interface Rendered {
  readonly manifests: readonly Manifest[]
  readonly notes: readonly Note[]
  readonly notChecked: readonly NotChecked[]
  /** Shown paths of kustomizations of which nothing else needs to be said. */
  readonly told: ReadonlySet<string>
}

/** Renders what plain reading leaves open; given from outside, so that whoever tests rules starts no process. */
export type Render = (repository: Repository) => Promise<Rendered | undefined>

/** The kustomize on PATH, if there is one, in a folder of its own that is gone afterwards. Nothing is ever downloaded. */
export function renderWith(settings: Settings, env: Readonly<Record<string, string | undefined>>): Render {
  const memory: BuildMemory = new Map()
  return async (repository) => {
    if (repository.kustomizations.kustomizations.length === 0) return undefined
    if (!beyondPlain(repository).anything && !settings.allowRemoteBases && !settings.enableHelm) return undefined
    const { binary, unusable } = await searchKustomize(runProcess, env.PATH ?? '')
    if (binary === undefined) return unusable.length === 0 ? undefined : notUsed(repository, unusable)
    const temporary = await mkdtemp(join(tmpdir(), 'eso-vault-'))
    try {
      const { manifests, notes, notChecked, told } = await renderRepository(repository, {
        binary,
        run: runProcess,
        temporary,
        allowRemoteBases: settings.allowRemoteBases,
        enableHelm: settings.enableHelm,
        variables: settings.variables,
        undecidedOnly: true,
        memory,
        environment: environmentOf(env),
      })
      return { manifests, notes, notChecked, told }
    } finally {
      await rm(temporary, { recursive: true, force: true })
    }
  }
}

/** Somebody installed a kustomize to render with: that it was not used must be seen. */
function notUsed({ manifests }: Repository, unusable: readonly string[]): Rendered {
  const what = 'What patches change'
  const why = { code: 'kustomize-unusable', found: unusable } as const
  return {
    manifests,
    notes: [noteAt({ file: '.' }, { code: 'root-not-rendered', titles: [what], why })],
    notChecked: [{ file: '.', line: 1, what, reason: why }],
    told: new Set(),
  }
}

/** What fetching remote bases or charts needs of the environment; never a token. */
function environmentOf(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const names = ['PATH', 'HOME', 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy']
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name] as string]])))
}
