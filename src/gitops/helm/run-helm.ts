import { createHash } from 'node:crypto'
import { copyFile, link, mkdir, readFile, realpath, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Deadline } from '../../model/deadline.ts'
import { createPool } from '../../model/pool.ts'
import { GO_RUNTIME } from '../build/build-root.ts'
import type { RepositoryTree } from '../look-through/repository-tree.ts'
import type { HelmBinary } from '../process/helm-binary.ts'
import type { Run, RunResult } from '../process/kustomize-binary.ts'
import type { LayerText } from './value-layers.ts'

/** A helm to run. */
export interface Helm {
  readonly binary: HelmBinary
  readonly run: Run
  /** An empty folder outside of the repository; whoever made it removes it. */
  readonly temporary: string
}

/** Looks for helm when it is first needed; `unusable`: programs that were found and cannot be used, a sentence each. */
export type FindHelm = () => Promise<{ readonly helm: Helm | undefined; readonly unusable: readonly string[] }>

/** One run of `helm template`, all of it by content. */
export interface Template {
  /** Of the staged chart, by path: a file of the checkout, or a text. */
  readonly chart: ReadonlyMap<string, { readonly source: string } | { readonly text: string }>
  readonly name: string
  readonly namespace: string
  readonly kubeVersion: string
  readonly apiVersions: readonly string[]
  readonly values: readonly LayerText[]
}

export type Templated =
  | { readonly stdout: string }
  /** `says`: helm's words, folders of the copy taken out. */
  | { readonly failed: 'says'; readonly says: string }
  | { readonly failed: 'time' | 'output' | 'memory' | 'killed' | 'not-started' | 'copy' | 'total-time' | 'run-time' }

/** What was rendered in this run, by the hash of all that went in: the state before a change shares what the change left alone. */
export type HelmMemory = Map<string, Promise<Templated>>

export interface HelmStats {
  processes: number
  processMilliseconds: number
}

/** Wall-clock and processor time of one run; its output (helm.md §4.6). */
export const HELM_LIMITS = { seconds: 30, mib: 64, gib: 4 } as const
/** Of all runs of one check together. */
export const MOST_RUNS = 2_000
const MOST_MILLISECONDS = 10 * 60_000
/** Two at a time, as kustomize. */
const PROCESSES = 2

let folders = 0

/** Runs helm on staged copies, each of different content once. */
export function helmRunner(
  tree: RepositoryTree,
  { binary, run, temporary }: Helm,
  memory: HelmMemory,
  stats: HelmStats,
  deadline: Deadline,
): { template(template: Template): Promise<Templated> } {
  const pool = createPool(PROCESSES)
  const home = path.join(temporary, `helm${folders++}`)
  const contents = new Map<string, Promise<string>>()
  const staged = new Map<string, Promise<string>>()
  const written = new Map<string, Promise<string>>()
  let copies = 0

  const hashOf = (file: string): Promise<string> => {
    const absolute = tree.absolute(file)
    let known = contents.get(absolute)
    if (known === undefined) {
      known = readFile(absolute).then((content) => hash(content))
      contents.set(absolute, known)
    }
    return known
  }

  const bring = async (source: string, target: string): Promise<void> => {
    const real = await realpath(tree.absolute(source))
    // What was a file when it was looked at may have become a symlink since.
    if (!tree.isEarlier(source) && !real.startsWith(`${tree.root}${path.sep}`))
      throw new Error(`${source} leaves the repository`)
    await link(real, target).catch(() => copyFile(real, target))
  }

  const stage = (chart: Template['chart'], key: string): Promise<string> => {
    let folder = staged.get(key)
    if (folder === undefined) {
      folder = (async () => {
        const target = path.join(home, `c${copies++}`)
        const made = new Set([...chart.keys()].map((file) => path.dirname(path.join(target, file))))
        await Promise.all([...made].map((one) => mkdir(one, { recursive: true })))
        await Promise.all(
          [...chart].map(([file, content]) =>
            'text' in content
              ? writeFile(path.join(target, file), content.text)
              : bring(content.source, path.join(target, file)),
          ),
        )
        return target
      })()
      staged.set(key, folder)
    }
    return folder
  }

  /** A text as a file beside the copies: values, or what `--set-file` takes. */
  const write = (text: string): Promise<string> => {
    const key = hash(text)
    let file = written.get(key)
    if (file === undefined) {
      const target = path.join(home, `v${written.size}.yaml`)
      file = mkdir(home, { recursive: true })
        .then(() => writeFile(target, text))
        .then(() => target)
      written.set(key, file)
    }
    return file
  }

  const start = async (template: Template, chartKey: string): Promise<Templated> => {
    if (stats.processes >= MOST_RUNS || stats.processMilliseconds > MOST_MILLISECONDS) return { failed: 'total-time' }
    let folder: string
    const args: string[] = ['template', '--namespace', template.namespace, '--kube-version', template.kubeVersion]
    try {
      folder = await stage(template.chart, chartKey)
      args.push(
        '--skip-schema-validation',
        '--skip-tests',
        ...template.apiVersions.flatMap((one) => ['--api-versions', one]),
      )
      for (const one of template.values) {
        if (one.as === 'values') args.push('--values', await write(one.text))
        else if (one.as === 'argument') args.push(`${one.flag}=${one.text}`)
        else args.push(`--set-file=${one.name}=${await write(one.text)}`)
      }
    } catch {
      return { failed: 'copy' }
    }
    args.push('--', template.name, folder)
    const timeout = Math.min(HELM_LIMITS.seconds * 1000, Math.ceil(deadline.leftMs()))
    if (timeout === 0) return { failed: 'run-time' }
    const began = performance.now()
    stats.processes++
    const result = await run(binary.command, args, {
      cwd: home,
      timeout,
      processorSeconds: HELM_LIMITS.seconds,
      maxBuffer: HELM_LIMITS.mib * 1024 * 1024,
      env: environment(path.join(home, 'none')),
    })
    stats.processMilliseconds += performance.now() - began
    if (result.code !== 0 && deadline.over()) return { failed: 'run-time' }
    return result.code === 0 ? { stdout: result.stdout } : failureOf(result, home)
  }

  return {
    async template(template: Template): Promise<Templated> {
      const files = await Promise.all(
        [...template.chart].map(async ([file, content]) => [
          file,
          'text' in content ? hash(content.text) : await hashOf(content.source).catch(() => 'unreadable'),
        ]),
      )
      const chartKey = hash(JSON.stringify(files))
      const { chart: _, ...rest } = template
      const key = hash(JSON.stringify([binary.version, chartKey, rest]))
      let running = memory.get(key)
      if (running === undefined) {
        running = pool(() => start(template, chartKey))
        memory.set(key, running)
      }
      return running
    },
  }
}

/** Nothing is inherited, and there is no program to start: no plugin, no post-renderer, no cluster (helm.md §4.6). */
function environment(none: string): Record<string, string> {
  return {
    PATH: '',
    HOME: none,
    TMPDIR: none,
    XDG_CONFIG_HOME: none,
    XDG_CACHE_HOME: none,
    XDG_DATA_HOME: none,
    HELM_PLUGINS: none,
    HELM_CONFIG_HOME: none,
    HELM_CACHE_HOME: none,
    HELM_DATA_HOME: none,
    HELM_REGISTRY_CONFIG: path.join(none, 'registry.json'),
    HELM_REPOSITORY_CONFIG: path.join(none, 'repositories.yaml'),
    HELM_REPOSITORY_CACHE: none,
    HELM_CONTENT_CACHE: none,
    KUBECONFIG: path.join(none, 'config'),
    ...GO_RUNTIME,
  }
}

function failureOf(result: RunResult, home: string): Templated {
  if (result.stopped === 'timeout') return { failed: 'time' }
  if (result.stopped === 'too-much-output') return { failed: 'output' }
  if (result.stopped === 'not-started') return { failed: 'not-started' }
  if (
    /^(?:fatal error: .*(?:out of memory|cannot allocate memory)|runtime: .*out of memory|fatal error: stack overflow|runtime: goroutine stack exceeds)/m.test(
      result.stderr,
    )
  )
    return { failed: 'memory' }
  if (result.stopped === 'killed') return { failed: 'time' }
  const text = result.stderr
    .replace(new RegExp(`${home}/c\\d+/?`, 'g'), '')
    .replaceAll(`${home}/`, '')
    .split('\n')
    .filter((line) => !/^(?:WARNING|level=|walk\.go|coalesce\.go)/.test(line) && line.trim() !== '')
  return { failed: 'says', says: text.slice(0, 6).join('\n').slice(0, 2_000) }
}

function hash(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
