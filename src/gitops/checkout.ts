import path from 'node:path'
import { hasDeadName } from '../files/dead-names.ts'
import { isKustomizationName } from '../files/relevance.ts'
import type { Root } from '../files/root.ts'
import type { SourceFile } from '../files/source-file.ts'
import type { ParsedYamlFile } from '../files/yaml/parse-yaml.ts'
import type { YamlDocument } from '../files/yaml/yaml-document.ts'
import { type Deadline, NO_DEADLINE } from '../model/deadline.ts'
import type { Span } from '../model/span.ts'
import type { Gathered, ReadContext } from './kustomize/build.ts'
import { type ObjectFiles, objectFiles } from './kustomize/object-files.ts'
import { type Closure, type ClosureReader, closureReader } from './look-through/closure.ts'
import { type ClosureOptions, isObstacle, type Obstacle } from './look-through/obstacle.ts'
import { type RepositoryTree, repositoryTree } from './look-through/repository-tree.ts'
import { type Placed, placed } from './placed/placed.ts'

/** One searched folder with what GitOps needs to know of it. */
export interface Checkout {
  readonly root: Root
  readonly tree: RepositoryTree
  readonly closures: ClosureReader
  readonly objects: ObjectFiles
  /** What is not read by then is left, and told. */
  readonly deadline: Deadline
  /** For the reader of kustomizations. */
  readonly reading: ReadContext
  /** Files that were read, by their path below the root. */
  readonly sources: ReadonlyMap<string, SourceFile>
  /** Files that were read for who uses Secrets alone. */
  readonly workloadFiles: readonly SourceFile[]
  /** The documents of a file that were parsed. */
  documents(relative: string): readonly YamlDocument[]
  shown(relative: string): string
  /** The path below the checkout of one as people see it. */
  below(shown: string): string
  /** The file as it was read; one without text where it cannot matter by itself. */
  source(relative: string): SourceFile
  spanOfObstacle(obstacle: Pick<Obstacle, 'file' | 'path'>): Span
  /** Whether the text of a file matches; asked once for each file and pattern. */
  mentions(relative: string, pattern: RegExp): boolean
  /** The folder that all files share: what was given to be read may itself lie below `examples/`. */
  readonly given: string
  /** Whether a folder on the way has a name by which nothing there is presumed to be an entry; it proves nothing else (applied.md §2.1 rule 5). */
  hasDeadName(path: string): boolean
}

export interface CheckoutSource {
  readonly root: Root
  readonly files: readonly SourceFile[]
  /** Documents that were parsed already. */
  readonly documents: readonly { readonly source: SourceFile; readonly document: YamlDocument }[]
  readonly options: ClosureOptions
  readonly deadline?: Deadline
  /** Files that were parsed already. */
  readonly yamlAt?: (relative: string) => ParsedYamlFile | undefined
}

export function checkout(source: CheckoutSource): Checkout {
  const { root, files, documents, options, deadline = NO_DEADLINE, yamlAt } = source
  const own = files.filter((file) => file.root === root.path)
  const workloadFiles = own.filter(({ use }) => use !== undefined)
  const sources = new Map(own.flatMap((file) => (file.use === undefined ? [[file.relative, file] as const] : [])))
  const parsed = new Map<string, YamlDocument[]>()
  for (const { source, document } of documents) {
    if (source.root !== root.path) continue
    const list = parsed.get(source.relative)
    if (list === undefined) parsed.set(source.relative, [document])
    else list.push(document)
  }
  const tree = repositoryTree(root.path, root)
  const [first] = own
  const prefix = first === undefined ? '' : first.file.slice(0, first.file.length - first.relative.length)
  const shown = (relative: string) => (prefix === '' && relative === '' ? '.' : path.posix.join(prefix, relative))
  const before = sharedWith(root)
  const read = objectFiles(tree, shown, (file) => {
    if (before?.isSame(file)) return before.now.objects.parsed(file)
    const text = sources.get(file)?.text
    const found = text === undefined ? undefined : yamlAt?.(file)
    // Kustomize reads the bytes: of a text in another encoding they are others.
    return text !== undefined && found?.whole === true && tree.size(file) === Buffer.byteLength(text)
      ? { parsed: found, text }
      : undefined
  })
  // What a symlink leads to is the file that was read, and no second one.
  const objects: ObjectFiles = {
    shown,
    objects: (file) => (before?.isSame(tree.real(file)) ? before.now.objects : read).objects(tree.real(file)),
    read: (file) => (before?.isSame(tree.real(file)) ? before.now.objects : read).read(tree.real(file)),
    parsed: (file) => read.parsed(tree.real(file)),
    documents: (file) => read.documents(tree.real(file)),
  }
  const closures = closureReader(tree, shown, options, (file) => parsed.get(file), before?.closure)
  const nodes = new Map<string, Placed | undefined>()
  const mentioned = new Map<string, boolean>()
  const kustomization = (folder: string): Placed | undefined => {
    if (!nodes.has(folder)) {
      const closure = closures.closureOf(tree.real(folder))
      nodes.set(folder, isObstacle(closure) ? undefined : placed(closure.kustomization.document))
    }
    return nodes.get(folder)
  }
  const given = commonFolder(root.files)
  const made: Checkout = {
    root,
    tree,
    closures,
    objects,
    deadline,
    reading: { tree, files: objects, kustomization, done: before?.gathered() ?? new Map(), deadline },
    sources,
    workloadFiles,
    documents: (relative) => parsed.get(relative) ?? [],
    shown,
    below: (path) => (path.startsWith(prefix) ? path.slice(prefix.length) : path),
    source: (relative) => sources.get(relative) ?? { file: shown(relative), root: root.path, relative, text: '' },
    spanOfObstacle(obstacle) {
      const slash = obstacle.file.lastIndexOf('/')
      const closure = closures.closureOf(slash === -1 ? '' : obstacle.file.slice(0, slash))
      if (!isObstacle(closure) && closure.kustomization.file === obstacle.file)
        return closure.kustomization.document.spanOf(obstacle.path)
      return { file: shown(obstacle.file), line: 1, column: 1, endLine: 1, endColumn: 1 }
    },
    mentions(relative, pattern) {
      if (before?.isSame(relative)) return before.now.mentions(relative, pattern)
      const key = `${pattern.source}\0${relative}`
      let found = mentioned.get(key)
      if (found === undefined) {
        const text = sources.get(relative)?.text ?? (tree.entry(relative) === 'file' ? tree.read(relative) : '')
        found = pattern.test(text)
        mentioned.set(key, found)
      }
      return found
    },
    given,
    hasDeadName: (path) => hasDeadName(path.startsWith(given) ? path.slice(given.length) : path),
  }
  if (root.earlier === undefined) current.set(root, made)
  return made
}

/** Checkouts as they are now: the state before a change shares with them what the change does not touch. */
const current = new WeakMap<Root, Checkout>()

interface Shared {
  readonly now: Checkout
  readonly isSame: (file: string) => boolean
  /** What a folder's kustomization reaches, where none of it is another file now. */
  readonly closure: (folder: string) => Closure | undefined
  /** What such folders give. */
  readonly gathered: () => Map<string, Gathered>
}

function sharedWith({ now: root, earlier }: Root): Shared | undefined {
  const now = root === undefined ? undefined : current.get(root)
  if (now === undefined || earlier === undefined) return undefined
  // A kustomization that was there beside one of another name.
  const folders = [...earlier.keys()].flatMap((file) =>
    isKustomizationName(path.posix.basename(file)) ? [path.posix.dirname(file).replace(/^\.$/, '')] : [],
  )
  const closure = (folder: string): Closure | undefined => {
    const found = now.closures.lookedThrough.get(folder)
    if (found === undefined || isObstacle(found) || found.refusal !== undefined || found.leftOut.length > 0)
      return undefined
    for (const file of earlier.keys()) if (found.files.has(file)) return undefined
    return folders.some((one) => found.folders.has(one)) ? undefined : found
  }
  return {
    now,
    isSame: (file) => !earlier.has(file),
    closure,
    gathered: () =>
      new Map([...now.reading.done].filter(([key]) => closure(now.tree.real(key.split('\0')[0] ?? '')) !== undefined)),
  }
}

function commonFolder(files: ReadonlySet<string>): string {
  let common: string[] | undefined
  for (const file of files) {
    const folders = file.split('/').slice(0, -1)
    if (common === undefined) common = folders
    else {
      const differs = common.findIndex((part, index) => part !== folders[index])
      if (differs !== -1) common = common.slice(0, differs)
    }
    if (common.length === 0) return ''
  }
  return common?.join('/') ?? ''
}
