import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { type Deadline, NO_DEADLINE } from '../model/deadline.ts'
import { InvalidInput } from '../model/invalid-input.ts'
import { type Note, noteAt } from '../model/note.ts'
import { decodeText } from './decode-text.ts'
import { globBase, globTest, isGlob } from './glob.ts'
import { ownOutput } from './own-output.ts'
import {
  type FileForm,
  formOf,
  isOnlyDefinitions,
  isSops,
  MAX_FILE_BYTES,
  namesEsoKind,
  readFor,
  sopsNames,
} from './relevance.ts'
import { type Root, root } from './root.ts'
import type { SourceFile } from './source-file.ts'
import { topLevel } from './top-level.ts'
import { pathBelow, slashes, type Walk, walkFolder } from './walk-folder.ts'

export interface DiscoverOptions {
  /** Absolute; shown paths are relative to it. */
  readonly cwd: string
  /** Globs of what to leave out, against the shown path and the path below the root. */
  readonly exclude?: readonly string[]
  /** Folders with checkouts of other repositories: read, and not reported. */
  readonly also?: readonly string[]
  /** Finished manifests: any file that looks like one is YAML, whatever its name (argocd-diff-preview writes files without extension). */
  readonly finished?: boolean
  /** Defaults as platform.md §7 threat 5 asks. */
  readonly maxFileBytes?: number
  readonly maxTotalBytes?: number
  /** Files that are left by then are told by a note. */
  readonly deadline?: Deadline
}

export interface Discovery {
  /** Files that can matter, sorted by path. */
  readonly files: readonly SourceFile[]
  readonly notes: readonly Note[]
  readonly roots: readonly Root[]
  /** Whether a file (as shown) is among what `paths` names: the rest of a checkout is read, and not reported (applied.md §4.5). */
  readonly isReported: (file: string) => boolean
  /** `seen`: all files; `read`: those that can matter. */
  readonly counts: {
    readonly seen: number
    readonly read: number
    readonly bytes: number
    readonly definitions: number
  }
}

/** An object in YAML or JSON. */
const LOOKS_FINISHED = /^\s*(?:- )?["']?kind["']?\s*:|["']kind["']\s*:/m

const MAX_TOTAL_BYTES = 200 * 1024 * 1024

/** What was seen below one top. */
interface Seen {
  readonly files: Set<string>
  readonly folders: Set<string>
  readonly links: Map<string, string>
}

interface Search {
  /** The top of a Git checkout, or the folder itself. */
  readonly top: string
  readonly from: string
  readonly keep: (shown: string) => boolean
  readonly given: string
  readonly inCheckout: boolean
}

function isWithin(from: string, path: string): boolean {
  return path === from || path.startsWith(from.endsWith(sep) ? from : from + sep)
}

function isPartOfCheckout({ top, from, given, inCheckout }: Search): boolean {
  return inCheckout && (from !== top || isGlob(given))
}

/**
 * Finds and reads the files that can matter under `paths` (files, folders or globs). Throws InvalidInput for a path that does not
 * exist, a glob that cannot be read or that matches nothing; everything else that is left out is a note.
 */
export async function discover(paths: readonly string[], options: DiscoverOptions): Promise<Discovery> {
  const { cwd } = options
  const show = (absolute: string) => pathBelow(cwd, absolute) || '.'
  const excluded = (options.exclude ?? []).map((glob) => globTest(slashes(glob), 'exclude'))
  const searches = await Promise.all((paths.length === 0 ? ['.'] : paths).map((path) => plan(path, cwd)))
  const others = (options.also ?? []).map((folder) => resolve(cwd, folder))

  const notes: Note[] = []
  const tops = new Map<string, Seen>()
  const wanted = new Map<string, { top: string; relative: string }>()
  const reported = new Set<string>()
  const seenIn = (top: string): Seen => {
    const known = tops.get(top) ?? { files: new Set(), folders: new Set(), links: new Map() }
    tops.set(top, known)
    return known
  }
  const take = (search: Pick<Search, 'top' | 'keep'>, walk: Walk, reports: boolean): number => {
    const known = seenIn(search.top)
    for (const folder of walk.folders) known.folders.add(folder)
    for (const [link, target] of walk.links) known.links.set(link, target)
    let matched = 0
    for (const path of walk.files) {
      const absolute = join(search.top, path)
      const shown = show(absolute)
      if (!search.keep(shown) || others.some((other) => other !== search.top && isWithin(other, absolute))) continue
      matched++
      if (excluded.some((test) => test(shown) || test(path))) continue
      known.files.add(path)
      if (reports) reported.add(shown)
      if (!wanted.has(absolute)) wanted.set(absolute, { top: search.top, relative: path })
    }
    return matched
  }
  for (const search of searches) {
    const walk = await walkFolder(search.top, search.from, show)
    notes.push(...walk.notes)
    const matched = take(search, walk, true)
    if (matched === 0 && isGlob(search.given)) throw new InvalidInput(`paths: "${search.given}" matches no file.`)
  }
  // What a part of a checkout means is said elsewhere in it: by what applies it, by its stores, its policies.
  if (options.finished !== true)
    for (const top of new Set(searches.filter(isPartOfCheckout).map((search) => search.top)))
      take({ top, keep: () => true }, await walkFolder(top, top, show), false)

  for (const top of others) take({ top, keep: () => true }, await walkFolder(top, top, show), false)

  const reading = readAll(wanted, show, options)
  notes.push(...reading.notes.filter(({ file }) => file === '.' || reported.has(file)))
  if (reading.files.every(({ use }) => use !== undefined))
    notes.push(noteAt({ file: paths[0] ?? '.' }, { code: 'nothing-found', count: wanted.size }))
  return {
    files: reading.files.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0)),
    notes: notes.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0)),
    roots: [...tops].map(([path, seen]) => root(path, seen.files, seen.folders, seen.links)),
    isReported: reportedBy(searches, others, cwd),
    counts: {
      seen: reported.size,
      read: reading.files.filter(({ use }) => use === undefined).length,
      bytes: reading.bytes,
      definitions: reading.definitions,
    },
  }
}

/** By itself, so that it keeps nothing of what was found on the way. */
function reportedBy(searches: readonly Search[], others: readonly string[], cwd: string): Discovery['isReported'] {
  return (file) => {
    const absolute = resolve(cwd, file)
    return (
      !others.some((other) => isWithin(other, absolute)) &&
      searches.some((search) => search.keep(file) && isWithin(search.from, absolute))
    )
  }
}

async function plan(given: string, cwd: string): Promise<Search> {
  const path = slashes(given)
  if (path.includes('\0')) throw new InvalidInput('paths: a path holds a NUL character.')
  const exists = await kindOf(resolve(cwd, path))
  if (exists !== undefined) {
    const from = resolve(cwd, path)
    const folder = exists === 'folder' ? from : dirname(from)
    return { ...(await topLevel(folder, exists === 'file' ? cwd : folder)), from, keep: () => true, given }
  }
  if (!isGlob(path)) throw new InvalidInput(`paths: "${given}" does not exist (looked in ${cwd}).`)
  const from = resolve(cwd, globBase(path))
  const test = globTest(slashes(relative(cwd, resolve(cwd, path))), 'paths')
  if ((await kindOf(from)) === undefined)
    throw new InvalidInput(`paths: "${given}" matches no file: the folder "${globBase(path)}" does not exist.`)
  return { ...(await topLevel(from, cwd)), from, keep: test, given }
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    const found = await stat(path)
    if (found.isDirectory()) return 'folder'
    // Opening a pipe waits for whoever writes into it, and a device may never end.
    if (!found.isFile()) throw new InvalidInput(`paths: "${path}" is neither a file nor a folder.`)
    return 'file'
  } catch (error) {
    if (error instanceof InvalidInput) throw error
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new InvalidInput(`paths: "${path}" cannot be read (${code ?? 'error'}).`)
  }
}

/**
 * Reads one file after the other, in the order of their paths: what does not fit any more is the same in every run. Without handing each
 * step to another thread, which costs ten times what the step does.
 */
function readAll(
  wanted: ReadonlyMap<string, { readonly top: string; readonly relative: string }>,
  show: (absolute: string) => string,
  options: DiscoverOptions,
) {
  const maxFile = options.maxFileBytes ?? MAX_FILE_BYTES
  const maxTotal = options.maxTotalBytes ?? MAX_TOTAL_BYTES
  const files: SourceFile[] = []
  const notes: Note[] = []
  const deadline = options.deadline ?? NO_DEADLINE
  const read = cappedReader(maxFile)
  let bytes = 0
  let definitions = 0
  let left = 0
  let late = 0

  const readOne = (
    absolute: string,
    form: FileForm,
    place: { readonly top: string; readonly relative: string },
  ): { readonly source: SourceFile; readonly size: number } | undefined => {
    if (deadline.over()) {
      late++
      return
    }
    const name = basename(absolute)
    const file = show(absolute)
    let content: Buffer | 'too large'
    try {
      content = read(absolute)
    } catch (error) {
      const errno = (error as NodeJS.ErrnoException).code ?? 'error'
      notes.push(noteAt({ file }, { code: 'file-unreadable', errno }))
      return
    }
    if (content === 'too large') {
      const eso = form === 'yaml' && largeFileNamesEso(absolute) ? { eso: true as const } : {}
      if (form !== 'shell') notes.push(noteAt({ file }, { code: 'file-too-large', mib: inMib(maxFile), ...eso }))
      return
    }
    // Programs and images have no extension either.
    if (form === 'shell' && content.includes(0)) return
    const text = decodeText(content)
    const search = text ?? content.toString('latin1')
    if (options.finished === true && !LOOKS_FINISHED.test(search)) return
    const use = options.finished === true ? 'everything' : readFor(name, form, search)
    if (use === undefined) return
    if (isSops(form, search)) {
      if (use === 'everything')
        notes.push(noteAt({ file }, { code: 'sops', ...(namesEsoKind(search) ? { eso: true as const } : {}) }))
      const names = sopsNames(search)
      if (names === undefined) return
      const source = { file, root: place.top, relative: place.relative, text: names, use: 'names' } as const
      return { source, size: content.length }
    }
    if (form === 'yaml' && isOnlyDefinitions(search)) {
      definitions++
      return
    }
    const own = form === 'yaml' || form === 'markdown' ? ownOutput(text ?? content.toString('utf8')) : undefined
    if (own !== undefined) {
      notes.push(noteAt({ file }, { code: 'own-output', what: own }))
      return
    }
    const source: SourceFile = {
      file,
      root: place.top,
      relative: place.relative,
      text: text ?? content.toString('utf8'),
      ...(use === 'workloads' ? { use } : {}),
    }
    return { source, size: content.length }
  }

  for (const absolute of [...wanted.keys()].sort()) {
    const form = options.finished === true ? 'yaml' : formOf(basename(absolute))
    if (form === undefined) continue
    const found = readOne(absolute, form, wanted.get(absolute) as { readonly top: string; readonly relative: string })
    if (found === undefined) continue
    if (bytes + found.size > maxTotal) left++
    else {
      bytes += found.size
      files.push(found.source)
    }
  }
  if (late > 0) notes.push(noteAt({ file: '.' }, { code: 'run-time-over', count: late }))
  if (left > 0) notes.push(noteAt({ file: '.' }, { code: 'files-too-large', count: left, mib: inMib(maxTotal) }))
  return { files, notes, bytes, definitions }
}

function inMib(bytes: number): number {
  return Math.round(bytes / 1024 / 1024)
}

const SEARCHED_AT_ONCE = 1024 * 1024
const MAX_SEARCHED = 64 * SEARCHED_AT_ONCE

/** Whether a file that is too large to be parsed names a kind of ESO's; of one that cannot be searched to its end, it is not ruled out. */
function largeFileNamesEso(path: string): boolean {
  const handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const buffer = Buffer.allocUnsafe(SEARCHED_AT_ONCE)
    let end = ''
    for (let searched = 0; searched < MAX_SEARCHED; ) {
      const bytesRead = readSync(handle, buffer, 0, buffer.length, searched)
      if (bytesRead === 0) return false
      searched += bytesRead
      const text = end + buffer.toString('latin1', 0, bytesRead)
      if (namesEsoKind(text)) return true
      end = text.slice(-200)
    }
    return true
  } catch {
    return true
  } finally {
    closeSync(handle)
  }
}

/** Most files fit into it. */
const READ_AT_ONCE = 64 * 1024

/**
 * Reads at most the cap, of a file only: one that grows must not fill the memory, and a pipe that took its place must not be waited for.
 * What was read is good until the next file is: most files turn out not to matter, and a buffer for each of them would stay for a while.
 */
function cappedReader(cap: number): (path: string) => Buffer | 'too large' {
  let buffer = Buffer.allocUnsafe(READ_AT_ONCE)
  const roomFor = (size: number): Buffer => {
    if (size > buffer.length) buffer = Buffer.allocUnsafe(size)
    return buffer
  }
  return (path) => readCapped(path, cap, roomFor)
}

function readCapped(path: string, cap: number, roomFor: (size: number) => Buffer): Buffer | 'too large' {
  const handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const seen = fstatSync(handle)
    if (!seen.isFile()) throw Object.assign(new Error('no file'), { code: 'no regular file' })
    const { size } = seen
    if (size > cap) return 'too large'
    const buffer = roomFor(size)
    let length = 0
    while (length < size) {
      const bytesRead = readSync(handle, buffer, length, size - length, length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return buffer.subarray(0, length)
  } finally {
    closeSync(handle)
  }
}
