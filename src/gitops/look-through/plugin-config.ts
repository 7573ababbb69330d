import { parseYaml } from '../../files/yaml/parse-yaml.ts'
import type { Value } from '../../model/value.ts'
import { isMap } from './kustomization-file.ts'
import type { ClosureOptions, Obstacle } from './obstacle.ts'
import { isRemoteAddress } from './remote-address.ts'
import { joinRelative, type RepositoryTree } from './repository-tree.ts'

export interface PluginProblem {
  readonly kind: Obstacle['kind']
  readonly reason: string
  /** It would only add objects: without it the rest is as it would be. */
  readonly isChart?: true
}

/**
 * What keeps a generator, transformer or validator from running here. Only kustomize's own ("builtin") run; programs,
 * containers and Starlark never do (platform.md §7, threat 4), and a chart only as `helmCharts`. Files that a builtin one reads
 * are added to `files`.
 */
export function pluginProblem(
  text: string,
  folder: string,
  tree: RepositoryTree,
  options: ClosureOptions,
  files: Set<string>,
): PluginProblem | undefined {
  const { documents, notes } = parseYaml({ file: folder, text })
  if (notes.length > 0) return { kind: 'unreadable', reason: 'names a plugin configuration that does not parse' }
  for (const { value } of documents) {
    if (value === null) continue
    if (!isMap(value)) return { kind: 'unreadable', reason: 'names a plugin configuration that is no object' }
    const metadata = isMap(value.metadata) ? value.metadata : {}
    const annotations = isMap(metadata.annotations) ? Object.keys(metadata.annotations) : []
    if (annotations.some((name) => name.endsWith('/function')) || value.apiVersion !== 'builtin')
      return { kind: 'plugin', reason: `runs the plugin ${String(value.kind)}, which is not built into kustomize` }
    if (value.kind === 'HelmChartInflationGenerator') {
      if (!options.enableHelm) return { kind: 'helm', reason: 'renders a Helm chart', isChart: true }
      return {
        kind: 'plugin',
        reason: 'renders a Helm chart by a generator; only helmCharts is rendered here',
        isChart: true,
      }
    }
    for (const string of pathsIn(value, '')) {
      const target = string.replace(/^[^=\s]*=/, '')
      if (!options.allowRemoteBases && [string, target].some(isRemoteAddress))
        return { kind: 'remote', reason: `names a remote address in the plugin ${String(value.kind)}` }
      for (const candidate of [string, target]) {
        if (candidate === '' || candidate.length > 1000 || candidate.includes('\n')) continue
        const relative = joinRelative(folder, candidate)
        if (tree.entry(relative) === 'file') files.add(relative)
      }
    }
  }
  return undefined
}

const PATH_KEYS = new Set(['path', 'paths', 'files', 'envs', 'env', 'file'])

/** Strings below keys that builtin plugins read paths from; keys count without regard to case, as kustomize reads them. */
function* pathsIn(value: Value, key: string): Generator<string> {
  if (typeof value === 'string') {
    if (PATH_KEYS.has(key)) yield value
  } else if (Array.isArray(value)) for (const item of value as readonly Value[]) yield* pathsIn(item, key)
  else if (isMap(value)) for (const [name, item] of Object.entries(value)) yield* pathsIn(item, name.toLowerCase())
}
