import type { Dirent } from 'node:fs'
import { lstat, readdir, realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { type Note, type NoteBody, noteAt } from '../model/note.ts'

export interface Walk {
  /** Paths below the root, forward slashes. */
  readonly files: string[]
  readonly folders: Set<string>
  /** Symlinks that stay inside the root, and where they lead. */
  readonly links: Map<string, string>
  readonly notes: Note[]
}

const SKIPPED = new Set(['.git', 'node_modules', '.terraform'])

/** The path with forward slashes. */
export function slashes(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/')
}

/** The path of one that is absolute, as it is below a folder: of a hundred thousand most are simply longer. */
export function pathBelow(folder: string, absolute: string): string {
  const isBelow = absolute.startsWith(folder) && absolute[folder.length] === sep
  return slashes(isBelow ? absolute.slice(folder.length + 1) : relative(folder, absolute))
}

/**
 * Lists everything under `from` (absolute, inside `top`). Symlinks are never entered: what they lead to inside the root is found
 * there, and what lies outside must not be read (platform.md §7 threat 3).
 */
export async function walkFolder(top: string, from: string, show: (absolute: string) => string): Promise<Walk> {
  const walk: Walk = { files: [], folders: new Set(), links: new Map(), notes: [] }
  const realTop = await realpath(top)

  const below = (absolute: string) => pathBelow(top, absolute)

  const link = async (absolute: string) => {
    const note = (body: NoteBody) => walk.notes.push(noteAt({ file: show(absolute) }, body))
    try {
      const inside = relative(realTop, await realpath(absolute))
      if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) note({ code: 'symlink-leaves' })
      else walk.links.set(below(absolute), slashes(inside))
    } catch (error) {
      note({ code: (error as NodeJS.ErrnoException).code === 'ELOOP' ? 'symlink-loop' : 'symlink-dead' })
    }
  }

  const folder = async (absolute: string): Promise<void> => {
    let entries: Dirent[]
    try {
      entries = await readdir(absolute, { withFileTypes: true })
    } catch (error) {
      const errno = (error as NodeJS.ErrnoException).code ?? 'error'
      walk.notes.push(noteAt({ file: show(absolute) }, { code: 'folder-unreadable', errno }))
      return
    }
    walk.folders.add(below(absolute))
    const folders: string[] = []
    for (const entry of entries) {
      const path = join(absolute, entry.name)
      if (entry.isSymbolicLink()) await link(path)
      else if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name)) folders.push(path)
      } else if (entry.isFile()) walk.files.push(below(path))
    }
    await Promise.all(folders.map(folder))
  }

  if ((await lstat(from)).isDirectory()) await folder(from)
  else walk.files.push(below(from))
  return walk
}
