import type { Sources } from '../applied/sources.ts'
import { sourcesOfSpec } from '../applied/sources.ts'
import { joinRelative } from '../look-through/repository-tree.ts'
import { at, itemsAt, type Placed, textAt } from '../placed/placed.ts'
import type { GitOpsObject } from '../root.ts'
import { sourceFolder } from '../source-path.ts'
import { isOpen } from './application-set.ts'

/** The files of this repository whose values an Application gives to a chart, the chart's own first. */
export function argoValueFiles(application: Placed, { checkout, file }: GitOpsObject, sources: Sources): string[] {
  const all = sourcesOfSpec(at(application, 'spec'))
  const isThis = (source: (typeof all)[number]) => sources.ofAddress(textAt(source, 'repoURL')).is === 'this'
  return all.flatMap((source) => {
    const path = textAt(source, 'path')
    const folder = path !== undefined && isThis(source) ? sourceFolder(checkout, file, path)?.folder : undefined
    const isChart = folder !== undefined && checkout.root.files.has(joinRelative(folder, 'Chart.yaml'))
    const given = itemsAt(source, 'helm', 'valueFiles').flatMap((item): string[] => {
      const text = textAt(item) ?? ''
      const [, ref, below] = /^\$([^/]+)\/(.*)$/.exec(text) ?? []
      if (text === '' || isOpen(text)) return []
      if (ref === undefined || below === undefined) return folder === undefined ? [] : [joinRelative(folder, text)]
      const of = all.find((one) => textAt(one, 'ref') === ref)
      return of !== undefined && isThis(of) ? [joinRelative('', below)] : []
    })
    return [...(isChart ? [joinRelative(folder, 'values.yaml')] : []), ...given]
  })
}
