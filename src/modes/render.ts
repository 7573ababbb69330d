import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BuildMemory, FindKustomize } from '../gitops/build/kustomize-builds.ts'
import { searchKustomize } from '../gitops/process/kustomize-binary.ts'
import { runProcess } from '../gitops/process/run-process.ts'
import type { GitOpsOptions } from '../gitops/read-repository.ts'
import type { Settings } from '../settings/settings.ts'

/** What reading a repository may do to render, and what CI calls the repository; given from outside, so that whoever tests rules starts no process. */
export type Rendering = Pick<GitOpsOptions, 'kustomize' | 'allowRemoteBases' | 'enableHelm' | 'memory' | 'identities'>

/** Lets `use` render; what it left behind is gone afterwards. */
export type Render = <Result>(use: (rendering: Rendering) => Promise<Result>) => Promise<Result>

/** Renders nothing: what only kustomize can tell is not checked. */
export const withoutRendering: Render = (use) => use({})

/** The kustomize on PATH, looked for when it is first needed, with a folder of its own. Nothing is ever downloaded. */
export function renderWith(settings: Settings, env: Readonly<Record<string, string | undefined>>): Render {
  const memory: BuildMemory = new Map()
  const { allowRemoteBases, enableHelm } = settings
  return async (use) => {
    let temporary: string | undefined
    let found: ReturnType<FindKustomize> | undefined
    const find = async (): ReturnType<FindKustomize> => {
      const { binary, unusable } = await searchKustomize(runProcess, env.PATH ?? '')
      if (binary === undefined) return { kustomize: undefined, unusable }
      temporary = await mkdtemp(join(tmpdir(), 'eso-vault-'))
      return { kustomize: { binary, run: runProcess, temporary, environment: environmentOf(env) }, unusable }
    }
    const kustomize: FindKustomize = () => {
      found ??= find()
      return found
    }
    try {
      return await use({ kustomize, allowRemoteBases, enableHelm, memory, identities: identitiesOf(env) })
    } finally {
      if (temporary !== undefined) await rm(temporary, { recursive: true, force: true })
    }
  }
}

/** `owner/name` as CI gives it. */
function identitiesOf(env: Readonly<Record<string, string | undefined>>): string[] {
  return ['GITHUB_REPOSITORY', 'CI_PROJECT_PATH'].flatMap((name) => env[name] || [])
}

/** What fetching remote bases or charts needs of the environment; never a token. */
function environmentOf(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const names = ['PATH', 'HOME', 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy']
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name] as string]])))
}
