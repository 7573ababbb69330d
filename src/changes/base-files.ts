import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { basename } from 'node:path'
import { decodeText } from '../files/decode-text.ts'
import { globTest } from '../files/glob.ts'
import { ownOutput } from '../files/own-output.ts'
import { formOf, isOnlyDefinitions, isSops, MAX_FILE_BYTES, readFor, sopsNames } from '../files/relevance.ts'
import type { Root } from '../files/root.ts'
import type { SourceFile } from '../files/source-file.ts'
import { blobsOf, pathsBetween, type TreeEntry, treeOf } from './base-tree.ts'
import type { FileChange } from './changed-lines.ts'
import type { Git } from './git.ts'
import { lineHunks } from './line-hunks.ts'
import { movedFiles } from './moved-files.ts'

export interface HeadFiles {
  readonly root: Root
  /** Shown path of a path below the root. */
  readonly shown: (relative: string) => string
  /** The files of the root that were read: those that can matter. */
  readonly files: readonly SourceFile[]
  /** Files that cannot matter to a check and whose lines count all the same (the config file), with their texts. */
  readonly others: readonly { readonly relative: string; readonly text: string }[]
  readonly exclude: readonly string[]
}

/** One searched folder as it was before the change. */
export interface BaseFiles {
  /** All that was seen in it. */
  readonly seen: Pick<Root, 'files' | 'folders'>
  readonly files: readonly SourceFile[]
  readonly changes: readonly FileChange[]
  /** What is otherwise in the base than in the folder now, of any kind; `undefined`: it was no plain file there. */
  readonly altered: ReadonlyMap<string, TreeEntry | undefined>
  /** Contents that were fetched, by their object id. */
  readonly blobs: ReadonlyMap<string, Buffer>
}

export type BaseFilesResult = BaseFiles | { readonly because: string }

const PARTIAL =
  'the clone does not hold all files that the change starts from (a partial clone); clone without `--filter`'
/** As much as is read of the base, all files together. */
export const MAX_TOTAL_BYTES = 200 * 1024 * 1024

/**
 * The files of the base commit, by the same choice as the head's (paths, exclusions, what can matter), and how the head's differ.
 * What did not change is shared with the head; only the rest is asked of Git. The head is what was read from the folder, so that
 * edits that are not committed yet count, and no filter, attribute or hook of the repository has a say.
 */
export async function baseFiles(git: Git, commit: string, head: HeadFiles): Promise<BaseFilesResult> {
  const cwd = head.root.path
  const top = await git(['rev-parse', '--show-toplevel'], { cwd })
  const topPath = top.stdout.toString('utf8').replace(/\r?\n$/, '')
  if (top.code !== 0 || (await realpath(topPath).catch(() => '')) !== (await realpath(cwd)))
    return { because: `\`${cwd}\` is not the top of a Git repository` }
  const [tree, between] = await Promise.all([treeOf(git, cwd, commit), pathsBetween(git, cwd, commit)])
  if (tree === undefined || between === undefined) {
    const promisor = await git(['config', '--get-regexp', '^remote\\..*\\.promisor$', 'true'], { cwd })
    return { because: promisor.code === 0 ? PARTIAL : 'git cannot list the files that the change starts from' }
  }
  const entries = new Map(tree.filter(({ kind }) => kind === 'file').map((entry) => [entry.path, entry]))
  const read = new Map(head.files.filter(isWhole).map((file) => [file.relative, file.text]))
  for (const { relative, text } of head.others) if (!read.has(relative)) read.set(relative, text)

  const isSame = (entry: TreeEntry) => {
    const text = read.get(entry.path)
    return text === undefined
      ? head.root.files.has(entry.path) && !between.has(entry.path)
      : oidOf(text, entry.oid.length) === entry.oid
  }
  const inScope = scopeOf(head)
  const wanted = [...entries.values()].filter(
    (entry) => !isSame(entry) && (read.has(entry.path) || inScope(entry)) && entry.size <= MAX_FILE_BYTES,
  )
  if (wanted.reduce((sum, { size }) => sum + size, 0) > MAX_TOTAL_BYTES)
    return { because: 'the change touches more than 200 MiB of files' }
  const blobs = await blobsOf(
    git,
    cwd,
    wanted.map(({ oid }) => oid),
  )
  if (blobs === undefined || wanted.some(({ oid }) => !blobs.has(oid))) return { because: PARTIAL }

  const texts = new Map<string, string>()
  for (const { path, oid } of wanted) {
    const bytes = blobs.get(oid) as Buffer
    texts.set(path, decodeText(bytes) ?? bytes.toString('utf8'))
  }
  const submoduleOf = submodules(tree, await pinned(git, cwd, tree))
  const altered = [...new Set([...between, ...read.keys()])].filter((path) => {
    const entry = entries.get(path)
    return entry === undefined ? submoduleOf(path) === undefined : !isSame(entry)
  })
  const was = new Map(altered.map((path) => [path, entries.get(path)]))
  return { ...compared(head, entries, texts, was, submoduleOf), altered: was, blobs }
}

function compared(
  head: HeadFiles,
  entries: ReadonlyMap<string, TreeEntry>,
  texts: ReadonlyMap<string, string>,
  altered: BaseFiles['altered'],
  submoduleOf: (path: string) => 'same' | 'moved' | undefined,
): Omit<BaseFiles, 'altered' | 'blobs'> {
  const { root, shown } = head
  const own = [...head.files.filter(isWhole), ...head.others]
  const come = own.filter(({ relative }) => !entries.has(relative) && submoduleOf(relative) === undefined)
  const gone = [...texts].flatMap(([path, text]) => (root.files.has(path) ? [] : [{ path, text }]))
  const moved = movedFiles(
    gone,
    come.map(({ relative: path, text }) => ({ path, text })),
  )
  const changes = own.flatMap(({ relative, text }): FileChange[] => {
    const from = moved.get(relative) ?? relative
    const before = texts.get(from)
    const file = shown(relative)
    if (before !== undefined) {
      const hunks = lineHunks(before, text)
      if (from !== relative) return [{ file, movedFrom: shown(from), hunks }]
      return hunks.length === 0 ? [] : [{ file, hunks }]
    }
    // A file that was too large before, or that is new; of a submodule nothing but its commit is known.
    const isKnown = entries.has(relative) ? !isTooLarge(entries.get(relative)) : submoduleOf(relative) === 'same'
    return isKnown ? [] : [{ file, hunks: 'all' }]
  })

  const files = head.files.filter(
    ({ relative }) => !texts.has(relative) && (entries.has(relative) || submoduleOf(relative) !== undefined),
  )
  const seen = new Set([...root.files].filter((path) => entries.has(path) || submoduleOf(path) !== undefined))
  for (const [path, text] of texts) {
    seen.add(path)
    const form = formOf(basename(path))
    const use = form === undefined ? undefined : readFor(basename(path), form, text)
    if (form === undefined || use === undefined) continue
    const one = { file: shown(path), root: root.path, relative: path }
    if (isSops(form, text)) {
      const names = sopsNames(text)
      if (names !== undefined) files.push({ ...one, text: names, use: 'names' })
      continue
    }
    if (form === 'yaml' && isOnlyDefinitions(text)) continue
    if ((form === 'yaml' || form === 'markdown') && ownOutput(text) !== undefined) continue
    files.push({ ...one, text, ...(use === 'workloads' ? { use } : {}) })
  }
  for (const [path, entry] of altered) if (entry !== undefined) seen.add(path)
  files.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0))
  return {
    files,
    changes,
    seen: { files: seen, folders: foldersOf(seen) },
  }
}

/** Whether its text is the file's; that of an encrypted one is what remains of it. */
function isWhole({ use }: SourceFile): boolean {
  return use !== 'names'
}

function isTooLarge(entry: TreeEntry | undefined): boolean {
  return entry !== undefined && entry.size > MAX_FILE_BYTES
}

/** Files that the head has not, or has not read, by the choice that the user made for the head. */
function scopeOf({ shown, exclude }: HeadFiles): (entry: TreeEntry) => boolean {
  const excluded = exclude.map((glob) => globTest(glob, 'exclude'))
  return ({ path }) => formOf(basename(path)) !== undefined && !excluded.some((test) => test(shown(path)) || test(path))
}

/** Git's name for a file's content: what has the same name need not be fetched and compared. */
function oidOf(text: string, length: number): string {
  const bytes = Buffer.from(text, 'utf8')
  return createHash(length === 64 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex')
}

/** The commits that the head pins its submodules to. */
async function pinned(git: Git, cwd: string, tree: readonly TreeEntry[]): Promise<ReadonlyMap<string, string>> {
  if (!tree.some(({ kind }) => kind === 'submodule')) return new Map()
  const head = (await treeOf(git, cwd, 'HEAD')) ?? []
  return new Map(head.filter(({ kind }) => kind === 'submodule').map(({ path, oid }) => [path, oid]))
}

function submodules(tree: readonly TreeEntry[], head: ReadonlyMap<string, string>) {
  const modules = tree.filter(({ kind }) => kind === 'submodule')
  return (path: string): 'same' | 'moved' | undefined => {
    const module = modules.find((one) => path.startsWith(`${one.path}/`))
    if (module === undefined) return undefined
    return head.get(module.path) === module.oid ? 'same' : 'moved'
  }
}

function foldersOf(files: ReadonlySet<string>): ReadonlySet<string> {
  const folders = new Set([''])
  for (const file of files)
    for (let at = file.lastIndexOf('/'); at > 0; at = file.lastIndexOf('/', at - 1)) folders.add(file.slice(0, at))
  return folders
}
