import path from 'node:path'
import type { Deadline } from '../../model/deadline.ts'
import { createPool } from '../../model/pool.ts'
import type { Checkout } from '../checkout.ts'
import type { KustomizeBinary, Run } from '../process/kustomize-binary.ts'
import type { KustomizeBuild } from '../root.ts'
import { type Built, buildRoot } from './build-root.ts'
import type { BuildWith } from './output.ts'
import { type Staging, stage } from './staging.ts'

/** A kustomize to run, and what it may do. */
export interface Kustomize {
  readonly binary: KustomizeBinary
  readonly run: Run
  /** An empty folder outside of the repository; whoever made it removes it. */
  readonly temporary: string
  /** What kustomize may see of the environment where remote bases or Helm are allowed (PATH, HOME, proxies). */
  readonly environment: Readonly<Record<string, string>>
}

/** Looks for kustomize when it is first needed; `unusable`: programs that were found and cannot be used, a sentence each. */
export type FindKustomize = () => Promise<{
  readonly kustomize: Kustomize | undefined
  readonly unusable: readonly string[]
}>

export interface BuildsOptions {
  readonly find: FindKustomize
  readonly allowRemoteBases: boolean
  readonly enableHelm: boolean
  /** Builds of an earlier reading in this run: of the state before a change, only roots of which a file differs are built again. */
  readonly memory?: BuildMemory | undefined
  readonly deadline: Deadline
}

/** What was built, by root, with the files that it was built from. */
export type BuildMemory = Map<string, { readonly files: ReadonlySet<string>; readonly built: Promise<Built> }>

export interface BuildStats {
  processes: number
  /** Wall-clock time of all kustomize processes together. */
  processMilliseconds: number
  /** A root needed kustomize, and there was none to use. */
  missed: boolean
  unusable: readonly string[]
}

/** Two at a time: a runner has two to four cores, and kustomize itself uses more than one. */
const PROCESSES = 2

/** Checkouts of one run, the state before a change among them, are copied to folders of their own. */
let folders = 0

/** Builds the roots of a checkout with kustomize; two that differ only in what is put in afterwards are one build. */
export function kustomizeBuilds(checkout: Checkout, options: BuildsOptions): { build: BuildWith; stats: BuildStats } {
  const stats: BuildStats = { processes: 0, processMilliseconds: 0, missed: false, unusable: [] }
  const builds = new Map<string, Promise<Built | undefined>>()
  const limit = createPool(PROCESSES)
  let staging: Staging | undefined
  let temporary = ''

  const start = async (build: KustomizeBuild, annotated: boolean): Promise<Built | undefined> => {
    const { kustomize, unusable } = await options.find()
    if (kustomize === undefined) {
      stats.missed = true
      stats.unusable = unusable
      return undefined
    }
    if (staging === undefined) {
      temporary = path.join(kustomize.temporary, String(folders++))
      staging = stage(checkout.tree, checkout.closures, temporary)
    }
    const run: Run = (command, args, settings) =>
      limit(async () => {
        const began = performance.now()
        const timeout = Math.min(settings.timeout, Math.ceil(options.deadline.leftMs()))
        if (timeout === 0) return { stdout: '', stderr: '', code: undefined, stopped: 'timeout' }
        stats.processes++
        const result = await kustomize.run(command, args, { ...settings, timeout })
        stats.processMilliseconds += performance.now() - began
        return result
      })
    return buildRoot(checkout, build, staging, annotated, {
      binary: kustomize.binary,
      run,
      temporary,
      enableHelm: options.enableHelm,
      allowRemoteBases: options.allowRemoteBases,
      environment: kustomize.environment,
      deadline: options.deadline,
    })
  }

  const remembered = (key: string, build: KustomizeBuild): Promise<Built> | undefined => {
    const { path: at, earlier } = checkout.root
    const known = options.memory?.get(`${at}\0${key}`)
    if (known === undefined || earlier === undefined) return known?.built
    // A file that only one of the two states has is among the files of one of them.
    const differs = [...earlier.keys()].some((file) => known.files.has(file) || build.closure.files.has(file))
    return differs ? undefined : known.built
  }

  return {
    stats,
    build: (build, annotated) => {
      const key = `${buildKey(build)}${annotated ? '\0annotated' : ''}`
      let running = builds.get(key)
      if (running === undefined) {
        running = remembered(key, build) ?? start(build, annotated)
        builds.set(key, running)
        if (checkout.root.earlier === undefined && options.memory !== undefined) {
          const { memory } = options
          void running.then((built) => {
            if (built !== undefined)
              memory.set(`${checkout.root.path}\0${key}`, { files: build.closure.files, built: Promise.resolve(built) })
          })
        }
      }
      return running
    },
  }
}

function buildKey({ closure, changed }: KustomizeBuild): string {
  return changed ? `${closure.folder}\0${JSON.stringify(closure.kustomization.value)}` : closure.folder
}
