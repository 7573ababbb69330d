import { readFile, realpath, stat } from 'node:fs/promises'
import { relative, resolve, sep } from 'node:path'
import { topLevel } from './top-level.ts'

/** Configs, plans, PEM files and tokens; what is larger is none of these. */
const MAX_BYTES = 16 * 1024 * 1024

/** Why a file that is there is not read; the `code` says it to whoever writes the sentence. */
class Unreadable extends Error {
  readonly code: 'not-a-file' | 'too-large' | 'outside'
  constructor(code: Unreadable['code']) {
    super(code)
    this.code = code
  }
}

/** A file's text; `undefined` when there is none. Anything else that goes wrong is thrown, with a `code`. */
export async function readTextIfThere(file: string, maxBytes = MAX_BYTES): Promise<string | undefined> {
  try {
    const seen = await stat(file)
    if (seen.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' })
    // Opening a pipe waits for whoever writes into it, and a device may never end.
    if (!seen.isFile()) throw new Unreadable('not-a-file')
    if (seen.size > maxBytes) throw new Unreadable('too-large')
    return await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

/**
 * The text of a file that the repository's own files may name or be: one that lies below the repository and leads out of it by a
 * symbolic link is refused, because a pull request could show what lies on the runner's disk (platform.md §7 threat 3). A path that
 * lies outside as it is written was given by whoever wrote the workflow.
 */
export async function readRepositoryText(cwd: string, file: string): Promise<string | undefined> {
  const path = resolve(cwd, file)
  const { top } = await topLevel(cwd, cwd)
  if (isBelow(top, path)) {
    const real = await realpath(path).catch(() => undefined)
    if (real !== undefined && !isBelow(await realpath(top), real)) throw new Unreadable('outside')
  }
  return readTextIfThere(path)
}

/** Why a file cannot be read, for the middle of a sentence. */
export function whyUnreadable(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  switch (code) {
    case 'EISDIR':
      return 'it is a folder'
    case 'EACCES':
    case 'EPERM':
      return 'permission denied'
    case 'not-a-file':
      return 'it is a pipe or a device'
    case 'too-large':
      return `it is larger than ${MAX_BYTES / 1024 / 1024} MiB`
    case 'outside':
      return 'it is a symbolic link that leads out of the repository'
    case '':
      return 'reading failed'
    default:
      return `reading failed (${code})`
  }
}

/** Whether an absolute path lies below a folder, or is it. */
export function isBelow(top: string, path: string): boolean {
  const inside = relative(top, path)
  return inside !== '..' && !inside.startsWith(`..${sep}`) && resolve(top, inside) === path
}
