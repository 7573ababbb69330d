import type { AppliedBy } from '../../model/applied.ts'
import type { Output } from '../build/output.ts'
import { filesOf } from '../root.ts'

/** What a root covers, whether it takes it or not: an object there that its output lacks was left out (applied.md §4.1 step 3). */
export interface Ground {
  add(output: Output): void
  /** Whether any root covers this path, or the folder that it names. */
  covers(path: string): boolean
  /** The roots that cover a file, by the nearest folder that they build, outermost first where several are as near. */
  rootsOver(file: string): readonly Cover[]
}

export interface Cover {
  readonly by: AppliedBy
  readonly folder: string
  /** The build itself failed: nothing follows from what its output lacks. */
  readonly failed: boolean
}

export function ground(): Ground {
  const folders = new Map<string, Cover[]>()
  const files = new Set<string>()
  const addFolder = (folder: string, { root, outcome }: Output) => {
    const covers = folders.get(folder) ?? []
    folders.set(folder, [...covers, { by: root.appliedBy, folder, failed: outcome === 'failed' }])
  }
  const coversOf = (path: string) => ancestors(path).flatMap((folder) => folders.get(folder) ?? [])
  return {
    add(output) {
      const { build, folder } = output.root
      for (const file of filesOf(output.root)) files.add(file)
      // What a command does not apply is not left out by it (applied.md §3.2).
      if (output.root.appliedBy.kind === 'command') return
      const seen = build.by === 'nobody' ? build.seen : build.by === 'kustomize' ? build : undefined
      for (const one of seen?.closure.folders ?? []) addFolder(one, output)
      if (build.by === 'nobody' || (build.by === 'files' && build.takesAll)) addFolder(folder, output)
    },
    covers: (path) => files.has(path) || folders.has(path) || coversOf(path).length > 0,
    rootsOver: coversOf,
  }
}

/** The folders above a path, the nearest first; `""` is the checkout itself. */
export function ancestors(path: string): string[] {
  const found: string[] = []
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) found.push(path.slice(0, at))
  return [...found, '']
}
