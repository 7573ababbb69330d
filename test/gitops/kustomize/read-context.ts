import type { ReadContext } from '../../../src/gitops/kustomize/build.ts'
import { objectFiles } from '../../../src/gitops/kustomize/object-files.ts'
import { kustomizationEntries } from '../../../src/gitops/look-through/kustomization-entries.ts'
import { kustomizationFileIn, readKustomization } from '../../../src/gitops/look-through/kustomization-file.ts'
import { isRemoteAddress } from '../../../src/gitops/look-through/remote-address.ts'
import { joinRelative, type RepositoryTree } from '../../../src/gitops/look-through/repository-tree.ts'
import { type Placed, placed, plainValue } from '../../../src/gitops/placed/placed.ts'
import { NO_DEADLINE } from '../../../src/model/deadline.ts'
import { isMap } from '../../../src/model/value.ts'

/** Reads a repository by itself, where a program run has what was parsed already. */
export function readContext(
  tree: RepositoryTree,
  shown: (relative: string) => string = (relative) => relative,
): ReadContext {
  const nodes = new Map<string, Placed | undefined>()
  return {
    tree,
    files: objectFiles(tree, shown),
    done: new Map(),
    deadline: NO_DEADLINE,
    kustomization: (folder) => {
      if (!nodes.has(folder)) {
        const read = readKustomization(tree, folder, shown)
        nodes.set(folder, read !== undefined && 'document' in read ? placed(read.document) : undefined)
      }
      return nodes.get(folder)
    },
  }
}

/** What a build takes, by paths relative to the repository. */
export interface Ground {
  /** Folders of kustomizations, its own among them. */
  readonly folders: ReadonlySet<string>
  /** Kustomizations, and the files that they name. */
  readonly files: ReadonlySet<string>
}

/** The folders and files that a build of a folder takes; `node` is its kustomization when that is in no file. */
export function foldersOf(context: ReadContext, folder: string, node = context.kustomization(folder)): Ground {
  const folders = new Set<string>()
  const files = new Set<string>()
  const add = (here: string, kustomization: typeof node) => {
    if (folders.has(here)) return
    folders.add(here)
    const file = kustomizationFileIn(context.tree, here)
    if (file !== undefined) files.add(file)
    const value = kustomization === undefined ? undefined : plainValue(kustomization)
    if (!isMap(value)) return
    for (const { target, role } of kustomizationEntries(value, { enableHelm: true })) {
      if (isRemoteAddress(target)) continue
      const relative = joinRelative(here, target)
      const entry = context.tree.entry(relative)
      if (entry === 'file') files.add(relative)
      else if (entry === 'directory' && role !== 'file') add(relative, context.kustomization(relative))
    }
  }
  add(folder, node)
  return { folders, files }
}
