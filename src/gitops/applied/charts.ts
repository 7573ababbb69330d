import { posix } from 'node:path'
import type { Checkout } from '../checkout.ts'
import { MENTIONS_JUDGED } from '../gitops-kinds.ts'
import { joinRelative } from '../look-through/repository-tree.ts'

/** A Helm chart of the checkout. */
export interface Chart {
  readonly folder: string
  /** Its templates, or those of a chart that it takes from here, hold ESO objects, or objects that lead to more. */
  readonly brings: boolean
  /** They hold Applications or the like. */
  readonly holdsGitOps: boolean
}

const GITOPS = /argoproj\.io\/|(?:kustomize|helm)\.toolkit\.fluxcd\.io/

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
    if (chart === undefined || !(checkout.mentions(file, MENTIONS_JUDGED) || checkout.mentions(file, GITOPS))) continue
    found.set(chart.folder, {
      ...chart,
      brings: true,
      holdsGitOps: chart.holdsGitOps || checkout.mentions(file, GITOPS),
    })
  }
  return withParts(found, checkout)
}

/** What the charts below `charts/`, and those that `file://` names, bring is brought by the chart that takes them. */
function withParts(own: ReadonlyMap<string, Chart>, checkout: Checkout): ReadonlyMap<string, Chart> {
  const partsOf = new Map([...own.keys()].map((folder) => [folder, dependenciesIn(folder, own, checkout)]))
  for (const folder of own.keys()) {
    const above = /^(.+)\/charts\/[^/]+$/.exec(folder)?.[1]
    if (above !== undefined) partsOf.get(above)?.push(folder)
  }
  const all = (folder: string, seen: Set<string>): Set<string> => {
    if (seen.has(folder)) return seen
    seen.add(folder)
    for (const part of partsOf.get(folder) ?? []) all(part, seen)
    return seen
  }
  return new Map(
    [...own.values()].map((chart) => {
      const parts = [...all(chart.folder, new Set())].flatMap((folder) => own.get(folder) ?? [])
      const has = (what: 'brings' | 'holdsGitOps') => parts.some((part) => part[what])
      return [chart.folder, { ...chart, brings: has('brings'), holdsGitOps: has('holdsGitOps') }]
    }),
  )
}

/** Folders of the charts of this checkout that a chart names as dependencies. */
function dependenciesIn(folder: string, charts: ReadonlyMap<string, Chart>, { root }: Checkout): string[] {
  const text = root.read?.(joinRelative(folder, 'Chart.yaml')) ?? ''
  return [...text.matchAll(/file:\/\/([^\s"']+)/g)].flatMap(([, path = '']) => {
    const target = joinRelative(folder, path)
    return charts.has(target) ? [target] : []
  })
}

/** The chart that a file below its `templates/` belongs to. */
export function templateFolder(file: string, charts: { has(folder: string): boolean }): string | undefined {
  for (let at = file.lastIndexOf('/templates/'); at >= 0; at = at === 0 ? -1 : file.lastIndexOf('/templates/', at - 1))
    if (charts.has(file.slice(0, at))) return file.slice(0, at)
  return file.startsWith('templates/') && charts.has('') ? '' : undefined
}
