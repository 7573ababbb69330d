import type { YamlDocument } from '../../files/yaml/yaml-document.ts'
import { type FieldPath, isMap, type Value, type ValueMap } from '../../model/value.ts'
import { holdsAliasBomb, isAliasBomb } from './alias-bomb.ts'
import { helmCharts, type LocalChart } from './helm-charts.ts'
import { isInline, type KustomizationEntry, kustomizationEntries, misspelledField } from './kustomization-entries.ts'
import { type KustomizationFile, kustomizationFileIn, readKustomization } from './kustomization-file.ts'
import { type ClosureOptions, isObstacle, type Obstacle } from './obstacle.ts'
import { pluginProblem } from './plugin-config.ts'
import { isLocalAddress, isRemoteAddress } from './remote-address.ts'
import { joinRelative, type RepositoryTree } from './repository-tree.ts'

/** One kustomization folder with all that it reaches, looked through without running anything. */
export interface Closure {
  readonly folder: string
  readonly kustomization: KustomizationFile
  /** Files that kustomize reads for it: kustomizations, objects, patches, data. Relative to the repository. */
  readonly files: ReadonlySet<string>
  /** Kustomization folders that it includes, itself among them. */
  readonly folders: ReadonlySet<string>
  /** Direct entries, with the file or folder that each leads to. */
  readonly entries: readonly ResolvedEntry[]
  /** Entries of this folder or below that were taken out (remote bases, charts): what they bring is not checked. */
  readonly leftOut: readonly Obstacle[]
  /** Files that only the configuration of a builtin plugin names. */
  readonly pluginFiles: readonly string[]
  /** Charts of the repository that it renders. */
  readonly charts: readonly LocalChart[]
  readonly refusal: Obstacle | undefined
  /** How often kustomize will load a kustomization for it; a folder included twice counts twice. */
  readonly loads: number
}

export interface ResolvedEntry extends KustomizationEntry {
  /** Relative to the repository. */
  readonly relative: string
  readonly leads: 'file' | 'directory'
}

/** Three times the entries of the largest repository seen, all kustomizations together; a hostile list passes it at once. */
const MAX_ENTRIES = 20_000
const MAX_LOADS = 20_000
const MAX_FILE = 16 * 1024 * 1024

/**
 * Looks through kustomizations before kustomize runs: addresses, charts, plugins, paths and symlinks that leave the repository,
 * loops and explosions (platform.md §7, threats 2 to 5). Each folder is looked through once. `same`: what another state of the
 * repository found, where that counts for this one.
 */
export function closureReader(
  tree: RepositoryTree,
  shown: (relative: string) => string,
  options: ClosureOptions,
  parsed: (file: string) => readonly YamlDocument[] | undefined = () => undefined,
  same: (folder: string) => Closure | undefined = () => undefined,
) {
  const known = new Map<string, Closure | Obstacle>()
  const open = new Set<string>()
  const isBomb = bombFinder(tree)

  const closureOf = (folder: string): Closure | Obstacle => {
    if (open.has(folder))
      return { kind: 'loop', reason: 'includes itself', file: kustomizationFileIn(tree, folder) ?? folder, path: [] }
    let found = known.get(folder) ?? same(folder)
    if (found === undefined) {
      open.add(folder)
      found = look(folder)
      open.delete(folder)
    }
    known.set(folder, found)
    return found
  }

  const look = (folder: string): Closure | Obstacle => {
    const read = readKustomization(tree, folder, shown, parsed)
    if (read === undefined) return { kind: 'absent', reason: 'has no kustomization file', file: folder, path: [] }
    if (!('document' in read)) return { kind: 'unreadable', reason: read.unreadable, file: read.file, path: [] }
    return lookInto(read)
  }

  /** As `closureOf` for a kustomization that is not in the tree as it stands: one that Flux extends or generates. */
  const lookInto = (read: KustomizationFile, value: ValueMap = read.value): Closure => {
    const { folder, file } = read
    const files = new Set<string>([file])
    const folders = new Set<string>([folder])
    const pluginFiles = new Set<string>()
    const resolved: ResolvedEntry[] = []
    const leftOut: Obstacle[] = []
    let refusal: Obstacle | undefined
    let loads = 1
    let isTooLarge = false
    // What is refused is still looked through, so that it is known what it would have taken; but not without measure.
    const refuse = (kind: Obstacle['kind'], reason: string, path: FieldPath) => {
      refusal ??= { kind, reason, file, path }
      isTooLarge ||= kind === 'too-large'
    }
    const misspelled = misspelledField(value)
    if (misspelled !== undefined)
      refuse('unreadable', `writes the field "${misspelled}" in a spelling that only kustomize accepts`, [])
    const helm = helmCharts(value, folder, tree, options)
    for (const problem of helm.leftOut) leftOut.push({ ...problem, file })
    for (const problem of helm.refused) refuse(problem.kind, problem.reason, problem.path)
    for (const chart of helm.charts) for (const name of chart.files) files.add(name)
    if (holdsAliasBomb(value)) refuse('too-large', 'holds a text whose aliases expand without measure', [])
    const entries = kustomizationEntries(value, options)
    if (entries.length > MAX_ENTRIES) refuse('too-large', `has more than ${MAX_ENTRIES} entries`, [])
    for (const entry of isTooLarge ? [] : entries) {
      if (isLocalAddress(entry.target)) {
        refuse('outside', `names ${entry.target}, which leaves the repository`, entry.path)
        continue
      }
      if (isRemoteAddress(entry.target)) {
        if (options.allowRemoteBases) continue
        const obstacle: Obstacle = {
          kind: 'remote',
          reason: `names a remote address (${entry.target})`,
          file,
          path: entry.path,
        }
        // What a remote resource brings is missing; what a remote patch or component changes would be wrong.
        if (entry.role === 'resource') leftOut.push(obstacle)
        else refusal ??= obstacle
        continue
      }
      const relative = tree.real(joinRelative(folder, entry.target))
      const leads = entry.target.startsWith('/') ? 'outside' : tree.entry(relative)
      if (leads === 'outside') refuse('outside', `names ${entry.target}, which leaves the repository`, entry.path)
      else if (leads === 'absent') {
        const obstacle: Obstacle = {
          kind: 'absent',
          reason: `names ${entry.target}, which is not there`,
          file,
          path: entry.path,
        }
        // Often a file that Git does not hold (a secret kept elsewhere). Without a patch or a Component the rest would be wrong.
        if (entry.role === 'resource' || isGeneratorData(entry)) leftOut.push(obstacle)
        else refusal ??= obstacle
      } else if (leads === 'file') {
        if (tree.size(relative) > MAX_FILE)
          refuse('too-large', `names ${entry.target}, which is larger than 16 MiB`, entry.path)
        else if (!isGeneratorData(entry) && isBomb(relative))
          refuse('too-large', `names ${entry.target}, whose aliases expand without measure`, entry.path)
        files.add(relative)
        resolved.push({ ...entry, relative, leads })
        if (entry.role === 'plugin') {
          const problem = pluginProblem(tree.read(relative), folder, tree, options, pluginFiles)
          if (problem?.isChart === true && entry.path[0] === 'generators')
            leftOut.push({ kind: problem.kind, reason: problem.reason, file, path: entry.path })
          else if (problem !== undefined) refuse(problem.kind, problem.reason, entry.path)
        }
      } else if (entry.role === 'file') refuse('unreadable', `names ${entry.target}, which is a folder`, entry.path)
      else {
        const below = closureOf(relative)
        if (isObstacle(below)) {
          isTooLarge ||= below.kind === 'too-large'
          refusal ??=
            below.kind === 'absent'
              ? { ...below, file, reason: `names ${entry.target}, which has no kustomization file`, path: entry.path }
              : below
          continue
        }
        isTooLarge ||= below.refusal?.kind === 'too-large'
        resolved.push({ ...entry, relative, leads })
        refusal ??= below.refusal
        leftOut.push(...below.leftOut)
        loads += below.loads
        for (const name of below.files) files.add(name)
        for (const name of below.folders) folders.add(name)
      }
      if (loads > MAX_LOADS)
        refuse('too-large', `makes kustomize load more than ${MAX_LOADS} kustomizations`, entry.path)
      if (isTooLarge) break
    }
    for (const { text, path } of inlinePlugins(value)) {
      const problem = pluginProblem(text, folder, tree, options, pluginFiles)
      if (problem?.isChart === true && path[0] === 'generators')
        leftOut.push({ kind: problem.kind, reason: problem.reason, file, path })
      else if (problem !== undefined) refuse(problem.kind, problem.reason, path)
    }
    for (const name of pluginFiles) files.add(name)
    return {
      folder,
      kustomization: read,
      files,
      folders,
      entries: resolved,
      leftOut: unique(leftOut),
      pluginFiles: [...pluginFiles],
      charts: helm.charts,
      refusal,
      loads,
    }
  }

  const lookedThrough: ReadonlyMap<string, Closure | Obstacle> = known
  return { closureOf, lookInto, lookedThrough }
}

export type ClosureReader = ReturnType<typeof closureReader>

function unique(obstacles: readonly Obstacle[]): Obstacle[] {
  const seen = new Map(obstacles.map((obstacle) => [`${obstacle.file}#${obstacle.path.join('/')}`, obstacle]))
  return [...seen.values()]
}

/** Whether a file's aliases expand without measure; each file is read once. */
function bombFinder(tree: RepositoryTree): (relative: string) => boolean {
  const known = new Map<string, boolean>()
  return (relative) => {
    let found = known.get(relative)
    if (found === undefined) {
      found = isAliasBomb(tree.read(relative))
      known.set(relative, found)
    }
    return found
  }
}

/** Plugins whose config stands in the kustomization itself. */
function* inlinePlugins(value: ValueMap): Iterable<{ readonly text: string; readonly path: FieldPath }> {
  for (const field of ['generators', 'transformers', 'validators'] as const)
    for (const [index, item] of (Array.isArray(value[field]) ? value[field] : []).entries())
      if (typeof item === 'string' && isInline(item)) yield { text: item, path: [field, index] }
}

function isGeneratorData(entry: KustomizationEntry): boolean {
  return entry.path[0] === 'configMapGenerator' || entry.path[0] === 'secretGenerator'
}

/** The kustomization without the entries that were left out of it. */
export function withoutLeftOut(closure: Closure, value: ValueMap = closure.kustomization.value): ValueMap {
  const mine = closure.leftOut.filter((obstacle) => obstacle.file === closure.kustomization.file)
  const gone = new Set(mine.map((obstacle) => obstacle.path.join('/')))
  if (gone.size === 0) return value
  if (gone.has('helmCharts')) gone.add('helmGlobals')
  const without = (here: Value, path: FieldPath): Value => {
    const kept = (step: string | number) => !gone.has([...path, step].join('/'))
    if (Array.isArray(here))
      return (here as readonly Value[]).flatMap((item, index) => (kept(index) ? [without(item, [...path, index])] : []))
    if (!isMap(here)) return here
    const entries = Object.entries(here).filter(([key]) => kept(key))
    return Object.fromEntries(entries.map(([key, item]) => [key, without(item, [...path, key])]))
  }
  return without(value, []) as ValueMap
}
