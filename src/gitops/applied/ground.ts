import { ancestors } from '../../files/ancestors.ts'
import type { AppliedBy } from '../../model/applied.ts'
import type { Output } from '../build/output.ts'
import { filesOf, type GitOpsRoot } from '../root.ts'

/** What a root covers, whether it takes it or not: an object there that its output lacks was left out (applied.md §4.1 step 3). */
export interface Ground {
  /** Again of the same root: what became of it is known by now. */
  add(output: Output): void
  /** Whether any root covers this path, or the folder that it names. */
  covers(path: string): boolean
  /** The roots that cover a file, by the nearest folder that they build, outermost first where several are as near. */
  rootsOver(file: string): readonly Cover[]
}

export interface Cover {
  readonly by: AppliedBy
  readonly folder: string
  /** `failed`: nothing follows from what its output lacks. `unseen`: not even what it would take is known. */
  readonly outcome: 'built' | 'failed' | 'unseen'
}

export function ground(): Ground {
  const folders = new Map<string, GitOpsRoot[]>()
  const files = new Set<string>()
  const outcomes = new Map<GitOpsRoot, Cover['outcome']>()
  const coversOf = (path: string) =>
    ancestors(path).flatMap((folder) =>
      (folders.get(folder) ?? []).map((root): Cover => {
        return { by: root.appliedBy, folder, outcome: outcomes.get(root) ?? 'unseen' }
      }),
    )
  return {
    add({ root, outcome }) {
      const isNew = !outcomes.has(root)
      outcomes.set(root, outcomeOf(root, outcome))
      if (!isNew) return
      for (const file of filesOf(root)) files.add(file)
      for (const one of foldersUnder(root)) {
        const roots = folders.get(one)
        if (roots === undefined) folders.set(one, [root])
        else roots.push(root)
      }
    },
    covers: (path) => files.has(path) || folders.has(path) || coversOf(path).length > 0,
    rootsOver: coversOf,
  }
}

function outcomeOf({ build }: Output['root'], outcome: Output['outcome']): Cover['outcome'] {
  if (build.by === 'nobody' && build.seen === undefined) return 'unseen'
  return outcome === 'failed' ? 'failed' : 'built'
}

/** The folders of which a root says what is taken. */
export function foldersUnder({ appliedBy, build, folder }: GitOpsRoot): ReadonlySet<string> {
  // What a command does not apply is not left out by it (applied.md §3.2).
  if (appliedBy.kind === 'command') return new Set()
  const seen = build.by === 'nobody' ? build.seen : build.by === 'kustomize' ? build : undefined
  const whole = build.by === 'nobody' || (build.by === 'files' && build.takesAll)
  return new Set([...(seen?.closure.folders ?? []), ...(whole ? [folder] : [])])
}
