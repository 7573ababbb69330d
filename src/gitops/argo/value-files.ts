import type { Sources } from '../applied/sources.ts'
import { sourcesOfSpec } from '../applied/sources.ts'
import { joinRelative } from '../look-through/repository-tree.ts'
import { at, type Placed, textAt } from '../placed/placed.ts'
import type { GitOpsObject } from '../root.ts'
import { sourceFolder } from '../source-path.ts'
import { valueFilesOf } from './argo-release.ts'

/** The files of this repository whose values an Application gives to charts, those of the charts themselves first. */
export function argoValueFiles(application: Placed, { checkout, file }: GitOpsObject, sources: Sources): string[] {
  return sourcesOfSpec(at(application, 'spec')).flatMap((source) => {
    const path = textAt(source, 'chart') === undefined ? textAt(source, 'path') : undefined
    const isThis = sources.ofAddress(textAt(source, 'repoURL')).is === 'this'
    const folder = path !== undefined && isThis ? sourceFolder(checkout, file, path)?.folder : undefined
    const isChart = folder !== undefined && checkout.root.files.has(joinRelative(folder, 'Chart.yaml'))
    return [
      ...(isChart ? [joinRelative(folder, 'values.yaml')] : []),
      ...valueFilesOf({ checkout, sources, application, source, folder }),
    ]
  })
}
