import type { Checkout } from '../checkout.ts'
import { joinRelative } from '../look-through/repository-tree.ts'
import { at, itemsAt, type Placed, placedAt, plainValue, spanIn, textAt } from '../placed/placed.ts'
import { type ChartRelease, UNTOLD, type ValueLayer } from './chart-release.ts'

/**
 * What kustomize hands to helm for the `helmCharts` of a kustomization whose chart lies in the repository, in its order (helm.md §3).
 * Whether it may is looked at elsewhere.
 */
export function kustomizeReleases(kustomization: Placed, folder: string, checkout: Checkout): readonly ChartRelease[] {
  const home = textAt(kustomization, 'helmGlobals', 'chartHome') ?? 'charts'
  return itemsAt(kustomization, 'helmCharts').flatMap((entry): ChartRelease[] => {
    const name = textAt(entry, 'name') ?? ''
    const version = at(entry, 'version')
    const isPulled = at(entry, 'repo') !== undefined && version !== undefined
    const within = isPulled ? `${name}-${String(plainValue(version as Placed))}/${name}` : name
    const chart = joinRelative(folder, `${home}/${within}`)
    if (name === '' || !checkout.root.files.has(joinRelative(chart, 'Chart.yaml'))) return []
    const kubeVersion = textAt(entry, 'kubeVersion')
    const apiVersions = itemsAt(entry, 'apiVersions').flatMap((item) => textAt(item) ?? [])
    return [
      {
        chart,
        // Without one helm makes one up.
        name: at(entry, 'releaseName') ?? placedAt(entry.place, UNTOLD),
        namespace: at(entry, 'namespace') ?? placedAt(entry.place, 'default'),
        layers: layersOf(entry, folder, checkout),
        ...(kubeVersion === undefined ? {} : { kubeVersion }),
        ...(apiVersions.length === 0 ? {} : { apiVersions }),
        list: spanIn(entry, []),
      },
    ]
  })
}

function layersOf(entry: Placed, folder: string, checkout: Checkout): ValueLayer[] {
  const file = (node: Placed | undefined): ValueLayer[] => {
    const written = textAt(node) ?? ''
    if (node === undefined || written === '') return []
    const path = joinRelative(folder, written)
    if (checkout.root.files.has(path)) return [{ from: 'file', file: path }]
    const code = /^[a-z][a-z0-9+.-]*:/i.test(written) ? 'address' : 'absent'
    return [{ from: 'missing', why: { code, name: written }, span: spanIn(node, []) }]
  }
  const own = file(at(entry, 'valuesFile'))
  const inline = at(entry, 'valuesInline')
  const map: ValueLayer[] = inline?.type === 'map' && inline.entries.size > 0 ? [{ from: 'map', node: inline }] : []
  const merge = textAt(entry, 'valuesMerge') ?? 'override'
  const both =
    map.length === 0 ? own : merge === 'replace' ? map : merge === 'merge' ? [...map, ...own] : [...own, ...map]
  // These are stronger than what stands inline.
  return [...both, ...itemsAt(entry, 'additionalValuesFiles').flatMap(file)]
}
