import { isMap } from '../../model/value.ts'
import { kustomizationEntries } from '../look-through/kustomization-entries.ts'
import { kustomizationFileIn } from '../look-through/kustomization-file.ts'
import { isRemoteAddress } from '../look-through/remote-address.ts'
import { joinRelative } from '../look-through/repository-tree.ts'
import { plainValue } from '../placed/placed.ts'
import type { ReadContext } from './read-kustomization.ts'

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
