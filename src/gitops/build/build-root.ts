import path from 'node:path'
import type { Deadline } from '../../model/deadline.ts'
import type { RenderReason } from '../../model/reason.ts'
import type { ValueMap } from '../../model/value.ts'
import type { Checkout } from '../checkout.ts'
import { plainValue } from '../placed/placed.ts'
import type { KustomizeBinary, Run, RunResult } from '../process/kustomize-binary.ts'
import type { KustomizeBuild } from '../root.ts'
import { complaint } from './complaint.ts'
import { type RenderedObject, renderedObjects } from './rendered-output.ts'
import type { Staging } from './staging.ts'

export interface BuildOptions {
  readonly binary: KustomizeBinary
  readonly run: Run
  readonly temporary: string
  readonly enableHelm: boolean
  readonly allowRemoteBases: boolean
  /** What the process may see of the environment (PATH, proxies, HOME), only where remote bases or Helm are allowed. */
  readonly environment: Readonly<Record<string, string>>
  readonly deadline: Deadline
}

export interface Built {
  /** The copy that kustomize was run on; `undefined` when it was not run. */
  readonly folder: string | undefined
  readonly objects: readonly RenderedObject[]
  /** Whether the objects carry origin annotations. */
  readonly annotated: boolean
  /** The repository file that an origin path means. */
  sourceOf(annotated: string): string | undefined
  /** Why there are none. */
  readonly failure: RenderReason | undefined
}

/** platform.md §7, threat 5: a root that takes longer, or gives more, is not rendered. */
const TIMEOUT = 60_000
const MAX_OUTPUT = 64 * 1024 * 1024

/**
 * Builds one root; never throws for what the repository holds. `annotated` asks for origin annotations: they make kustomize up to
 * three times slower on large roots, so they are left to builds whose objects the reader cannot tell apart.
 */
export async function buildRoot(
  checkout: Checkout,
  build: KustomizeBuild,
  staging: Staging,
  annotated: boolean,
  options: BuildOptions,
): Promise<Built> {
  let folder: string
  try {
    folder = await staging.root(build.closure, plainValue(build.node) as ValueMap, annotated)
  } catch (error) {
    return failed({ code: 'copy-fails', says: error instanceof Error ? error.message : 'its files cannot be copied' })
  }
  const helm = options.enableHelm ? ['--enable-helm'] : []
  const start = () =>
    options.run(options.binary.command, [...options.binary.args, ...helm, folder], {
      cwd: options.temporary,
      timeout: TIMEOUT,
      maxBuffer: MAX_OUTPUT,
      env: environment(options),
    })
  const first = await start()
  // kustomize crashes now and then on what it builds the next time: the order of its maps is by chance.
  const result = first.code !== 0 && /^panic: /m.test(first.stderr) ? await start() : first
  if (result.code !== 0)
    return failed(
      options.deadline.over() ? { code: 'run-time-over' } : reasonOf(result, staging, checkout, build),
      folder,
    )
  const objects = renderedObjects(result.stdout)
  if (objects === 'unreadable') return failed({ code: 'output-unreadable' }, folder)
  return {
    folder,
    objects,
    annotated,
    sourceOf: (annotated) => staging.sourceOf(folder, annotated),
    failure: undefined,
  }
}

/**
 * For Go's runtime in a process that lives for a tenth of a second: it need not collect garbage as if it were a server, nor on every
 * core, of which the other process has the use. A fifth to a third of kustomize's time; where an output is huge the limit makes it
 * collect as ever.
 */
export const GO_RUNTIME = { GOGC: '400', GOMAXPROCS: '2', GOMEMLIMIT: '1GiB' }

/**
 * Nothing is inherited: no proxy, no token, no plugin folder, and an empty PATH, so that there is no git, helm or plugin to start
 * (platform.md §7, threats 2 and 4).
 */
function environment(options: BuildOptions): Record<string, string> {
  const none = path.join(options.temporary, 'none')
  const closed = {
    HOME: none,
    PATH: '',
    XDG_CONFIG_HOME: none,
    KUSTOMIZE_PLUGIN_HOME: none,
    KUBECONFIG: path.join(none, 'config'),
    // What it clones or renders on the way is gone with our own folder.
    TMPDIR: options.temporary,
    ...GO_RUNTIME,
  }
  if (!options.enableHelm && !options.allowRemoteBases) return closed
  return { ...closed, ...options.environment, ...GIT }
}

/** Git asks nobody, and clones over the network only: a path or `file://` would read what lies beside the repository. */
const GIT = { GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1', GIT_ALLOW_PROTOCOL: 'https:http:ssh:git' }

function failed(failure: RenderReason, folder?: string): Built {
  return { folder, objects: [], annotated: true, sourceOf: () => undefined, failure }
}

function reasonOf(result: RunResult, staging: Staging, checkout: Checkout, build: KustomizeBuild): RenderReason {
  if (result.stopped === 'timeout') return { code: 'kustomize-too-slow', seconds: TIMEOUT / 1000 }
  if (result.stopped === 'too-much-output') return { code: 'output-too-large', mib: MAX_OUTPUT / 1024 / 1024 }
  if (result.stopped === 'not-started') return { code: 'kustomize-not-started' }
  if (result.stopped === 'killed') return { code: 'kustomize-killed' }
  if (/^fatal error: .*(?:out of memory|cannot allocate memory)/m.test(result.stderr))
    return { code: 'kustomize-needs-memory', gib: 4 }
  const lines = result.stderr.split('\n').filter((line) => !line.startsWith('# Warning'))
  return { code: 'kustomize-fails', says: complaint(staging.inRepository(lines.join(' ')), checkout, build.closure) }
}
