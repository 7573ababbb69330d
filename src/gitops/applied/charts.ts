import { posix } from 'node:path'
import type { Checkout } from '../checkout.ts'
import { MENTIONS_JUDGED } from '../gitops-kinds.ts'

/** A Helm chart of the checkout. Charts are not rendered. */
export interface Chart {
  readonly folder: string
  /** Its templates hold ESO objects, or objects that lead to more: what it brings may be anything of those. */
  readonly brings: boolean
  /** They hold Applications or the like. */
  readonly holdsGitOps: boolean
}

const GITOPS = /argoproj\.io\/|kustomize\.toolkit\.fluxcd\.io/

export function chartsIn(checkout: Checkout): ReadonlyMap<string, Chart> {
  const found = new Map<string, Chart>()
  for (const file of checkout.root.files) {
    if (posix.basename(file) !== 'Chart.yaml') continue
    const folder = posix.dirname(file) === '.' ? '' : posix.dirname(file)
    found.set(folder, { folder, brings: false, holdsGitOps: false })
  }
  if (found.size === 0) return found
  for (const file of checkout.sources.keys()) {
    const folder = templateFolder(file, found)
    const chart = folder === undefined ? undefined : found.get(folder)
    if (chart === undefined || !checkout.mentions(file, MENTIONS_JUDGED)) continue
    found.set(chart.folder, {
      ...chart,
      brings: true,
      holdsGitOps: chart.holdsGitOps || checkout.mentions(file, GITOPS),
    })
  }
  return found
}

/** The chart that a file below its `templates/` belongs to. */
export function templateFolder(file: string, charts: ReadonlyMap<string, unknown>): string | undefined {
  for (let at = file.lastIndexOf('/templates/'); at >= 0; at = at === 0 ? -1 : file.lastIndexOf('/templates/', at - 1))
    if (charts.has(file.slice(0, at))) return file.slice(0, at)
  return file.startsWith('templates/') && charts.has('') ? '' : undefined
}
