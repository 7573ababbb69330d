import { isMap } from '../../model/value.ts'
import { valuesFiles } from '../look-through/helm-charts.ts'
import { joinRelative } from '../look-through/repository-tree.ts'
import { plainValue } from '../placed/placed.ts'
import { filesOf, type GitOpsRoot } from '../root.ts'

/** What applies a chart with the values of a file. */
export type Carrier = Pick<GitOpsRoot, 'appliedBy' | 'certainty' | 'cluster' | 'suspendedBy' | 'flux' | 'undeployed'>

/**
 * The files of which a root's build makes values of a chart: data of generators, and what `helmCharts` name. What such a file holds of
 * objects goes where the root goes.
 */
export function valueFilesOf(root: GitOpsRoot): string[] {
  const { build, checkout } = root
  const seen = build.by === 'nobody' ? build.seen : build.by === 'kustomize' ? build : undefined
  if (seen === undefined) return []
  const named = [...seen.closure.folders].flatMap((folder) => {
    const node = folder === seen.closure.folder ? seen.node : checkout.reading.kustomization(folder)
    const value = node === undefined ? undefined : plainValue(node)
    if (!isMap(value) || value.helmCharts === undefined) return []
    return valuesFiles(value).flatMap(({ target }) =>
      typeof target === 'string' ? [joinRelative(folder, target)] : [],
    )
  })
  return [...filesOf(root), ...named]
}
