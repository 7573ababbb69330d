import type { FieldPath, Value, ValueMap } from '../../model/value.ts'
import { isMap, listOf, textOf } from './kustomization-file.ts'
import type { ClosureOptions, Obstacle } from './obstacle.ts'
import { isRemoteAddress } from './remote-address.ts'
import { joinRelative, type RepositoryTree } from './repository-tree.ts'

/** A chart of `helmCharts` that lies in the repository. */
export interface LocalChart {
  /** Its folder, relative to the repository. */
  readonly folder: string
  /** Where kustomize looks for it below `chartHome`. */
  readonly within: string
  /** Files of it, relative to the repository. */
  readonly files: readonly string[]
}

export interface HelmCharts {
  readonly charts: readonly LocalChart[]
  /** Charts that are taken out, and the rest is rendered. */
  readonly leftOut: readonly Problem[]
  /** What keeps the whole kustomization from being rendered. */
  readonly refused: readonly Problem[]
}

export type Problem = Pick<Obstacle, 'kind' | 'reason' | 'path'>

const MAX_CHART_FILES = 5000

/**
 * The charts that a kustomization renders, looked at before helm does. `enable-helm` lets charts of the repository be rendered; one that
 * has to be fetched also needs `allow-remote-bases`. kustomize passes `releaseName` to helm as an argument of its own, so that one like
 * `--post-renderer=./x` would run a program, and a `configHome` may hold helm plugins, which are programs (platform.md §7, threat 4).
 */
export function helmCharts(value: ValueMap, folder: string, tree: RepositoryTree, options: ClosureOptions): HelmCharts {
  const charts: LocalChart[] = []
  const leftOut: Problem[] = []
  const refused: Problem[] = []
  const none = { kind: 'helm', reason: 'renders a Helm chart' } as const
  if (!options.enableHelm) {
    for (const field of ['helmCharts', 'helmChartInflationGenerator'])
      if (value[field] !== undefined) leftOut.push({ ...none, path: [field] })
    return { charts, leftOut, refused }
  }
  if (value.helmChartInflationGenerator !== undefined)
    leftOut.push({
      kind: 'plugin',
      reason: 'renders a chart by helmChartInflationGenerator, which kustomize has replaced by helmCharts',
      path: ['helmChartInflationGenerator'],
    })
  const globals = isMap(value.helmGlobals) ? value.helmGlobals : {}
  if (globals.configHome !== undefined)
    refused.push({
      kind: 'plugin',
      reason: 'names a configHome, which may hold helm plugins',
      path: ['helmGlobals', 'configHome'],
    })
  const home = textOf(globals.chartHome) ?? 'charts'
  listOf(value.helmCharts).forEach((chart, index) => {
    const path: FieldPath = ['helmCharts', index]
    if (!isMap(chart)) return
    const odd = oddField(chart)
    if (odd !== undefined) {
      refused.push({
        kind: 'plugin',
        reason: `has a chart whose ${odd} helm could take for an option`,
        path: [...path, odd],
      })
      return
    }
    const name = textOf(chart.name) ?? ''
    const repo = textOf(chart.repo)
    const version = scalar(chart.version)
    const within = repo !== undefined && version !== undefined ? `${name}-${version}/${name}` : name
    const local = home.startsWith('/') ? undefined : joinRelative(folder, `${home}/${within}`)
    const entry = local === undefined ? 'outside' : tree.entry(local)
    if (entry === 'outside' || name.split('/').includes('..')) {
      const at: FieldPath = globals.chartHome === undefined ? [...path, 'name'] : ['helmGlobals', 'chartHome']
      refused.push({
        kind: 'outside',
        reason: `names the chart ${name} of ${home}, which leaves the repository`,
        path: at,
      })
    } else if (entry === 'directory' && local !== undefined) {
      const files = tree.filesBelow(local, MAX_CHART_FILES + 1)
      if (files.length > MAX_CHART_FILES)
        refused.push({ kind: 'too-large', reason: `names a chart of more than ${MAX_CHART_FILES} files`, path })
      charts.push({ folder: local, within, files })
    } else if (repo === undefined) {
      leftOut.push({ kind: 'absent', reason: `names the chart ${name}, which is not there`, path })
    } else if (!options.allowRemoteBases) {
      leftOut.push({ kind: 'remote', reason: `fetches the chart ${name} of ${repo}`, path })
    }
  })
  return { charts, leftOut, refused }
}

/** Files that a chart takes its values from. */
export function valuesFiles(value: ValueMap): { readonly path: FieldPath; readonly target: Value | undefined }[] {
  return listOf(value.helmCharts).flatMap((chart, index) => {
    if (!isMap(chart)) return []
    return [
      { path: ['helmCharts', index, 'valuesFile'], target: chart.valuesFile },
      ...listOf(chart.additionalValuesFiles).map((target, at) => ({
        path: ['helmCharts', index, 'additionalValuesFiles', at],
        target,
      })),
    ]
  })
}

function oddField(chart: ValueMap): string | undefined {
  return ['name', 'releaseName', 'repo', 'version', 'namespace', 'nameTemplate', 'kubeVersion'].find((field) => {
    const text = scalar(chart[field])
    return (
      text !== undefined &&
      (/^\s*-/.test(text) || (field === 'name' && (text.startsWith('/') || isRemoteAddress(text))))
    )
  })
}

function scalar(value: Value | undefined): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
}
