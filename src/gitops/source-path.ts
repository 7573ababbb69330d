import { posix } from 'node:path'
import type { Checkout } from './checkout.ts'

export interface FolderPlace {
  /** Below the root; `""`: the root itself. */
  readonly folder: string
  /** The path is not one of the root itself, but of a folder on the way to the file that names it. */
  readonly nested?: true
}

/**
 * The folder that a path "relative to the source's root" means, written in a file at `from` below the checkout: Flux's `spec.path`, an
 * Argo CD `source.path`. A path that exists decides: below the root itself; below a folder on the way to the file (an example or a
 * test fixture that is a repository of its own); below a part of the path when only a sub-folder of the repository was given.
 */
export function sourceFolder(checkout: Checkout, from: string, path: string): FolderPlace | undefined {
  const { root, given } = checkout
  if (path.includes('${') || path.includes('{{')) return undefined
  const wanted = path.replace(/^(?:\.?\/)+/, '')
  const exists = (candidate: string): FolderPlace | undefined => {
    const folder = root.resolve(candidate)
    return folder !== undefined && root.folders.has(folder) ? { folder } : undefined
  }
  const segments = posix.dirname(from).split('/')
  for (let depth = 0; depth <= segments.length; depth++) {
    const above = segments.slice(0, depth).join('/')
    const found = exists(posix.join(above, wanted))
    // A folder that holds all that was given to be read is the repository itself.
    const isWhole = depth === 0 || given === above || given.startsWith(`${above}/`)
    if (found !== undefined && isWhole) return found
    // An example is no part of what is applied, whatever it applies of itself.
    if (found !== undefined) return checkout.hasDeadName(from) ? undefined : { ...found, nested: true }
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
