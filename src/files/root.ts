import { lstatSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

/** A folder that was searched, and all that was seen in it: also the files that were not read. */
export interface Root {
  /** Absolute. */
  readonly path: string
  /** Sorted, as the folders are: a file system tells them in another order each time. */
  readonly files: ReadonlySet<string>
  readonly folders: ReadonlySet<string>
  /**
   * Of an earlier commit: paths whose content was another one than the folder holds now, and the file that holds what it was;
   * `undefined`: it was not there. Everything else stands in the folder as it was.
   */
  readonly earlier?: ReadonlyMap<string, string | undefined>
  /** Of an earlier commit: the same folder as it is now. */
  readonly now?: Root
  /**
   * The path below the root that `path` leads to, symlinks inside the repository followed; `undefined` when it leaves the root.
   * It need not exist.
   */
  resolve(path: string): string | undefined
  /** The text of one of `files` that cannot matter by itself (an env file, parameters of a generator); `undefined`: not to be had. */
  read?(path: string): string | undefined
}

/** What a kustomization's generator or an ApplicationSet takes; larger files are not read. */
const MAX_DATA = 1024 * 1024

export function root(
  path: string,
  files: ReadonlySet<string>,
  folders: ReadonlySet<string>,
  links: ReadonlyMap<string, string>,
): Root {
  // Of a hundred thousand names one list is kept, and not the one that they came in.
  const all = sorted(files)
  return {
    path,
    files: all,
    folders: sorted(folders),
    resolve(given) {
      let current = normalise(given)
      // A link may lead to a link; a loop of them leads nowhere.
      for (let hop = 0; hop < 16 && current !== undefined; hop++) {
        const next = followFirstLink(current, links)
        if (next === current) return current
        current = normalise(next)
      }
      return undefined
    },
    read: (given) => (all.has(given) ? dataIn(join(path, given)) : undefined),
  }
}

function sorted(paths: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...paths].sort())
}

/** The root as it was in an earlier commit; `files`, `folders` and `earlier` say what was there. */
export function earlierRoot(
  root: Root,
  { files, folders, earlier }: Required<Pick<Root, 'files' | 'folders' | 'earlier'>>,
): Root {
  return {
    path: root.path,
    files: sorted(files),
    folders: sorted(folders),
    earlier,
    now: root,
    resolve: (path) => root.resolve(path),
    read(path) {
      if (!earlier.has(path)) return root.read?.(path)
      const file = earlier.get(path)
      return file === undefined ? undefined : dataIn(file)
    },
  }
}

function dataIn(absolute: string): string | undefined {
  try {
    const seen = lstatSync(absolute)
    return seen.isFile() && seen.size <= MAX_DATA ? readFileSync(absolute, 'utf8') : undefined
  } catch {
    return undefined
  }
}

function normalise(path: string): string | undefined {
  const clean = posix.normalize(path).replace(/\/+$/, '')
  if (clean === '..' || clean.startsWith('../') || clean.startsWith('/')) return undefined
  return clean === '.' ? '' : clean
}

function followFirstLink(path: string, links: ReadonlyMap<string, string>): string {
  if (links.size === 0) return path
  const segments = path.split('/')
  for (let count = 1; count <= segments.length; count++) {
    const target = links.get(segments.slice(0, count).join('/'))
    if (target !== undefined) return [target, ...segments.slice(count)].filter((segment) => segment !== '').join('/')
  }
  return path
}
