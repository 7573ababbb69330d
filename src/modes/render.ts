import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { servedApiVersions } from '../eso/schema/api-versions.ts'
import type { BuildMemory, FindKustomize } from '../gitops/build/kustomize-builds.ts'
import type { FindHelm, HelmMemory } from '../gitops/helm/run-helm.ts'
import { searchHelm } from '../gitops/process/helm-binary.ts'
import { searchKustomize } from '../gitops/process/kustomize-binary.ts'
import { runProcess } from '../gitops/process/run-process.ts'
import type { GitOpsOptions } from '../gitops/read-repository.ts'
import type { Settings } from '../settings/settings.ts'

/** What reading a repository may do to render, and what CI calls the repository; given from outside, so that whoever tests rules starts no process. */
export type Rendering = Pick<
  GitOpsOptions,
  | ('kustomize' | 'allowRemoteBases' | 'enableHelm' | 'memory')
  | ('helm' | 'renderHelm' | 'helmMemory' | 'servedApiVersions')
  | 'identities'
>

/** Lets `use` render; what it left behind is gone afterwards. */
export type Render = <Result>(use: (rendering: Rendering) => Promise<Result>) => Promise<Result>

/** Renders nothing: what only kustomize or helm can tell is not checked. */
export const withoutRendering: Render = (use) => use({})

/** The kustomize and the helm on PATH, looked for when they are first needed, with a folder of their own. Nothing is ever downloaded. */
export function renderWith(settings: Settings, env: Readonly<Record<string, string | undefined>>): Render {
  const memory: BuildMemory = new Map()
  const helmMemory: HelmMemory = new Map()
  const served = servedApiVersions(settings.esoVersion)
  const { allowRemoteBases, enableHelm, renderHelm } = settings
  return async (use) => {
    let temporary: Promise<string> | undefined
    const folder = () => {
      temporary ??= mkdtemp(join(tmpdir(), 'eso-vault-'))
      return temporary
    }
    let found: ReturnType<FindKustomize> | undefined
    const find = async (): ReturnType<FindKustomize> => {
      const { binary, unusable } = await searchKustomize(runProcess, env.PATH ?? '')
      if (binary === undefined) return { kustomize: undefined, unusable }
      const environment = environmentOf(env)
      return { kustomize: { binary, run: runProcess, temporary: await folder(), environment }, unusable }
    }
    let foundHelm: ReturnType<FindHelm> | undefined
    const findHelm = async (): ReturnType<FindHelm> => {
      const { binary, unusable } = await searchHelm(runProcess, env.PATH ?? '')
      if (binary === undefined) return { helm: undefined, unusable }
      return { helm: { binary, run: runProcess, temporary: await folder() }, unusable }
    }
    const helm: FindHelm = () => {
      foundHelm ??= findHelm()
      return foundHelm
    }
    const kustomize: FindKustomize = () => {
      found ??= find()
      return found
    }
    try {
      return await use({
        ...{ kustomize, allowRemoteBases, enableHelm, memory },
        ...{ helm, renderHelm, helmMemory, servedApiVersions: served },
        identities: identitiesOf(env),
      })
    } finally {
      if (temporary !== undefined) await rm(await temporary, { recursive: true, force: true })
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
