import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Root } from '../../files/root.ts'

/** What stands at a path, seen without leaving the repository. */
export type TreeEntry = 'file' | 'directory' | 'absent' | 'outside'

/**
 * The files below one folder (the Git top level) and nothing else: a path that climbs out, or goes through a symlink that leads
 * out, is `outside` and is never opened (platform.md §7, threat 3). Paths are relative to the folder, with forward slashes; the
 * folder itself is `''`.
 */
export interface RepositoryTree {
  /** Absolute, symlinks resolved. */
  readonly root: string
  entry(relative: string): TreeEntry
  /** Bytes; 0 when it is no file. */
  size(relative: string): number
  /** Text of a file; throws when it is none, or lies outside. */
  read(relative: string): string
  absolute(relative: string): string
  /** The path that one with symlinks inside the repository leads to. */
  real(relative: string): string
  /** Whether `absolute` is what an earlier commit held there: written out by us, and no part of the folder. */
  isEarlier(relative: string): boolean
  /** Every file below a folder, at most `limit`; what a symlink leads to is not among them. */
  filesBelow(relative: string, limit: number): string[]
}

/** `walked`: what is known to be there without a symlink on the way, so that it need not be looked up again. */
export function repositoryTree(
  folder: string,
  walked?: Pick<Root, 'files' | 'folders' | 'earlier' | 'resolve'>,
): RepositoryTree {
  const root = realpathSync(folder)
  const inside = (absolute: string) => absolute === root || absolute.startsWith(root.endsWith('/') ? root : `${root}/`)
  const earlier = walked?.earlier
  const absolute = (relative: string) => earlier?.get(relative) ?? path.resolve(root, relative)
  const seen = new Map<string, TreeEntry>()

  const look = (relative: string): TreeEntry => {
    const target = absolute(relative)
    if (!inside(target)) return 'outside'
    try {
      lstatSync(target)
    } catch {
      // Below a symlink that leads out, even "is it there?" is not ours to answer.
      return leadsOut(target) ? 'outside' : 'absent'
    }
    try {
      if (!inside(realpathSync(target))) return 'outside'
      const found = statSync(target)
      if (found.isFile()) return 'file'
      return found.isDirectory() ? 'directory' : 'outside'
    } catch {
      return 'outside'
    }
  }

  const leadsOut = (target: string): boolean => {
    for (let at = path.dirname(target); at.length >= root.length; at = path.dirname(at)) {
      try {
        return !inside(realpathSync(at))
      } catch {
        // Not there: ask its parent.
      }
    }
    return true
  }

  const entry = (relative: string): TreeEntry => {
    let found = seen.get(relative)
    if (found === undefined && earlier?.has(relative)) {
      found = earlier.get(relative) === undefined ? 'absent' : 'file'
      seen.set(relative, found)
    }
    if (found === undefined) {
      found = walked?.files.has(relative) ? 'file' : walked?.folders.has(relative) ? 'directory' : look(relative)
      seen.set(relative, found)
    }
    return found
  }

  return {
    root,
    entry,
    size: (relative) => (entry(relative) === 'file' ? statSync(absolute(relative)).size : 0),
    read: (relative) => {
      if (entry(relative) !== 'file') throw new Error(`${relative} is no file of the repository`)
      return readFileSync(absolute(relative), 'utf8')
    },
    absolute,
    real: (relative) => walked?.resolve(relative) ?? relative,
    isEarlier: (relative) => earlier?.get(relative) !== undefined,
    filesBelow: (relative, limit) => {
      const prefix = relative === '' ? '' : `${relative}/`
      const found = [...(earlier ?? [])].flatMap(([file, held]) =>
        held !== undefined && file.startsWith(prefix) ? [file] : [],
      )
      const walk = (folder: string): void => {
        for (const one of readdirSync(absolute(folder), { withFileTypes: true })) {
          if (found.length >= limit) return
          const below = joinRelative(folder, one.name)
          if (one.isDirectory()) walk(below)
          else if (one.isFile() && earlier?.has(below) !== true) found.push(below)
        }
      }
      // In an earlier commit the folder may be there by its files alone.
      if (entry(relative) === 'directory' && existsSync(absolute(relative))) walk(relative)
      return found.sort()
    },
  }
}

/** `a/b` + `../c` → `a/c`; `../` more often than there are folders gives a path that starts with `..` (outside). */
export function joinRelative(folder: string, reference: string): string {
  const joined = path.posix.normalize(path.posix.join(folder === '' ? '.' : folder, reference))
  return joined === '.' || joined === './' ? '' : joined.replace(/\/$/, '')
}
