import type { Hidden, MountFact } from '../../model/vault-state.ts'
import type { ListFolder, Listing } from './folders.ts'
import type { FindFact } from './live-state.ts'
import { join } from './paths.ts'

/** Bounds of one listing: a mount may hold a hundred thousand secrets (platform.md §7, threat 15). */
export interface FindLimits {
  readonly depth: number
  readonly folders: number
  readonly names: number
}

const FIND_LIMITS: FindLimits = { depth: 16, folders: 1_000, names: 10_000 }

/**
 * Names of the secrets below a folder, as ESO's `find` sees them before its filter: paths below the mount, every sub-folder
 * included (eso.md §3.4). Goes down level by level.
 */
export async function listBelow(
  list: ListFolder,
  mount: MountFact,
  path: string,
  limits: FindLimits = FIND_LIMITS,
): Promise<FindFact | Hidden> {
  const root = mount.version === 2 ? join(mount.path, 'metadata') : mount.path
  const names: string[] = []
  let level = [path]
  let folders = 0
  let incomplete: string | undefined
  for (let depth = 0; level.length > 0; depth += 1) {
    const cut = cutAt(limits, depth, folders + level.length, names.length)
    if (cut) {
      incomplete ??= `The names below ${join(mount.path, path)}/ were not all listed: ${cut}.`
      break
    }
    folders += level.length
    const listings = await Promise.all(level.map((folder) => list(join(root, folder))))
    const next: string[] = []
    listings.forEach((listing: Listing, index) => {
      if ('names' in listing) sort(level[index] ?? '', listing.names, names, next)
      else incomplete ??= listing.because
    })
    const top = listings[0]
    if (depth === 0 && top && !('names' in top)) return top
    level = next
  }
  return { names: names.sort(), incomplete }
}

/** Secrets go to `names`, folders to `next`. */
function sort(folder: string, found: ReadonlySet<string>, names: string[], next: string[]): void {
  for (const name of found) {
    // A name that would climb out of the folder, or hold an empty segment, leads nowhere.
    if (name === '/' || name === '' || /^\.{1,2}\/?$/.test(name)) continue
    if (name.endsWith('/')) next.push(join(folder, name))
    else names.push(join(folder, name))
  }
}

function cutAt(limits: FindLimits, depth: number, folders: number, names: number): string | undefined {
  if (depth > limits.depth) return `they lie more than ${limits.depth} folders deep`
  if (folders > limits.folders) return `there are more than ${limits.folders} folders`
  return names > limits.names ? `there are more than ${limits.names}` : undefined
}
