import { posix } from 'node:path'
import type { Root } from '../files/root.ts'

export interface FolderPlace {
  readonly root: Root
  /** Below the root; `""`: the root itself. */
  readonly folder: string
  /** The path is not one of the root itself, but of a folder on the way to the file that names it. */
  readonly nested?: true
}

/**
 * The folder that a path "relative to the source's root" means, written in a file at `from` below `root`: Flux's `spec.path`, an
 * Argo CD `source.path`. A path that exists decides: below the root itself; below a folder on the way to the file (an example or a
 * test fixture that is a repository of its own); below a part of the path when only a sub-folder of the repository was given.
 */
export function sourceFolder(root: Root, from: string, path: string): FolderPlace | undefined {
  if (path.includes('${') || path.includes('{{')) return undefined
  const wanted = path.replace(/^(?:\.?\/)+/, '')
  const exists = (candidate: string): FolderPlace | undefined => {
    const folder = root.resolve(candidate)
    return folder !== undefined && root.folders.has(folder) ? { root, folder } : undefined
  }
  const segments = posix.dirname(from).split('/')
  for (let depth = 0; depth <= segments.length; depth++) {
    const found = exists(posix.join(...segments.slice(0, depth), wanted))
    if (found !== undefined) return depth === 0 ? found : { ...found, nested: true }
    if (segments[0] === '.') break
  }
  const parts = posix.normalize(wanted).split('/')
  for (let count = 1; count <= parts.length; count++)
    if (root.path.endsWith(`/${parts.slice(0, count).join('/')}`)) {
      const found = exists(parts.slice(count).join('/') || '.')
      if (found !== undefined) return found
    }
  return undefined
}
