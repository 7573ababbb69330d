import type { Deadline } from '../../model/deadline.ts'
import type { RenderWith } from '../build/output.ts'
import type { Checkout } from '../checkout.ts'
import { renderRelease } from './render-release.ts'
import { type FindHelm, type HelmMemory, type HelmStats, helmRunner } from './run-helm.ts'
import { servedBeside } from './served-beside.ts'

export interface ChartRendersOptions {
  readonly find: FindHelm
  /** The input `render-helm`: `never` leaves every chart unrendered. */
  readonly isOff: boolean
  readonly apiVersions: readonly string[]
  /** What an earlier reading in this run rendered. */
  readonly memory: HelmMemory
  readonly deadline: Deadline
}

export interface ChartRenders {
  readonly render: RenderWith
  readonly stats: HelmStats
}

/** Renders the charts of a checkout with the helm on PATH; it is looked for when the first chart needs it. */
export function chartRenders(checkout: Checkout, options: ChartRendersOptions): ChartRenders {
  const stats: HelmStats = { processes: 0, processMilliseconds: 0 }
  let runner: ReturnType<typeof start> | undefined
  let served: readonly string[] | undefined
  const start = async () => {
    if (options.isOff) return { why: { code: 'helm-off' } as const }
    const { helm, unusable } = await options.find()
    if (helm !== undefined) return { run: helmRunner(checkout.tree, helm, options.memory, stats, options.deadline) }
    return {
      why:
        unusable.length === 0
          ? ({ code: 'helm-absent' } as const)
          : ({ code: 'helm-unusable', found: unusable } as const),
    }
  }
  const started = () => {
    runner ??= start()
    return runner
  }
  return {
    stats,
    async render(release) {
      const { run, why } = await started()
      if (run === undefined) return { objects: [], missing: [], templates: [], withUsers: false, failure: { why } }
      served ??= [...options.apiVersions, ...servedBeside(checkout)]
      return renderRelease(checkout, release, { template: run.template, apiVersions: served })
    },
  }
}
