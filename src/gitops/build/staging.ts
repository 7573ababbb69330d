import { copyFile, link, mkdir, realpath, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { at, type FieldPath, isMap, stringsAt, type Value, type ValueMap } from '../../model/value.ts'
import { type Closure, type ClosureReader, withoutLeftOut } from '../look-through/closure.ts'
import { withLenientPatches } from '../look-through/lenient-patches.ts'
import { isObstacle } from '../look-through/obstacle.ts'
import type { RepositoryTree } from '../look-through/repository-tree.ts'

/**
 * A copy, in a temporary folder, of exactly those files that the look-through found kustomize will read: a folder for each
 * kustomization, its files in it. kustomize runs on the copy: what lies outside of the repository, behind a symlink or unread by us
 * is not there for it to find. Kustomizations are written anew from what we read of them, so that both read the same (a tag such as
 * `!!binary` could hide an address from one of two parsers).
 */
export interface Staging {
  /**
   * Makes the folder to build for a root: `value` is its kustomization, with what Flux or Argo CD add to it; `annotated` asks for
   * origin annotations.
   */
  root(closure: Closure, value: ValueMap, annotated: boolean): Promise<string>
  /** The repository file that the path of an origin annotation means, for a build of `folder`. */
  sourceOf(folder: string, annotated: string): string | undefined
  /** A message of kustomize with the repository's folders in place of the copy's. */
  inRepository(text: string): string
}

/** Where a copy has its charts. */
const CHARTS = 'charts'

/** As large as all YAML of the largest repository seen, ten times over (platform.md §7, threat 5). */
const MAX_BYTES = 512 * 1024 * 1024

export function stage(tree: RepositoryTree, closures: ClosureReader, temporary: string): Staging {
  const folders = new Map<string, string>()
  const names: string[] = []
  /** Repository files by the name that they have in the copy. */
  const sources = new Map<string, string>()
  let bytes = 0
  /** What is still to be written: folders first, then what stands in them. Off the main thread, while kustomize runs. */
  let newFolders: string[] = []
  let newFiles: (() => Promise<void>)[] = []
  let written: Promise<unknown> | undefined

  const flush = (): Promise<void> => {
    const folders = newFolders
    const files = newFiles
    newFolders = []
    newFiles = []
    // Only now: where nothing is built, nothing is made that the caller might remove too early.
    written ??= mkdir(temporary, { recursive: true })
    const all = written.then(async () => {
      await Promise.all(folders.map((folder) => mkdir(folder, { recursive: true })))
      await Promise.all(files.map((write) => write()))
    })
    written = all
    return all
  }

  const makeFolder = (folder: string): string => {
    const target = path.join(temporary, `k${names.length}`)
    names.push(folder === '' ? '.' : folder)
    newFolders.push(target)
    return target
  }

  const bring = (relative: string, target: string) => {
    bytes += tree.size(relative)
    if (bytes > MAX_BYTES) throw new Error('the files that kustomize would read are larger than 512 MiB together')
    newFiles.push(async () => {
      const source = await realpath(tree.absolute(relative))
      // What was a file when it was looked at may have become a symlink since.
      if (!tree.isEarlier(relative) && !source.startsWith(`${tree.root}${path.sep}`))
        throw new Error(`${relative} leaves the repository`)
      // kustomize only reads: a second name for the file is as good as a copy, and costs less.
      await link(source, target).catch(() => copyFile(source, target))
    })
    sources.set(target, relative)
  }

  /** Puts the files that `value` names into `folder`, and gives `value` with their names there. */
  const place = (closure: Closure, folder: string, value: ValueMap): ValueMap => {
    const own = closure.folder === '' ? '.' : closure.folder
    const taken = new Set(['kustomization.yaml'])
    const placed = new Map<string, string>()
    // A plugin's configuration is not rewritten: what it names keeps its path.
    for (const file of closure.pluginFiles) {
      const within = path.posix.relative(own, file)
      if (within.startsWith('../') || placed.has(file)) continue
      const target = path.join(folder, within)
      newFolders.push(path.dirname(target))
      bring(file, target)
      taken.add(within)
      placed.set(file, within)
    }
    let result = value
    for (const chart of closure.charts)
      for (const file of chart.files) {
        const target = path.join(folder, CHARTS, chart.within, path.posix.relative(chart.folder, file))
        newFolders.push(path.dirname(target))
        bring(file, target)
      }
    if (value.helmCharts !== undefined) {
      taken.add(CHARTS)
      result = { ...result, helmGlobals: { chartHome: CHARTS } }
    }
    for (const entry of closure.entries) {
      if (entry.leads === 'directory') {
        result = replaceText(result, entry.path, () => path.relative(folder, included(entry.relative)))
        continue
      }
      const base = path.posix.basename(entry.relative)
      let name = placed.get(entry.relative)
      if (name === undefined) {
        name = base
        for (let count = 1; taken.has(name); count++) name = `${count}-${base}`
        taken.add(name)
        placed.set(entry.relative, name)
        bring(entry.relative, path.join(folder, name))
      }
      const target = name
      const isData = entry.path[2] === 'files'
      result = replaceText(result, entry.path, (text) => {
        const key = text.slice(0, text.length - entry.target.length)
        // The key of a generator's file is its name unless it says one.
        return isData && key === '' && target !== base ? `${base}=${target}` : key + target
      })
    }
    return result
  }

  const write = (closure: Closure, folder: string, value: ValueMap, more: ValueMap) => {
    const placed = withoutLeftOut(closure, place(closure, folder, value))
    // A Component is applied to what others left out.
    const lenient =
      placed.kind === 'Component' || closure.leftOut.some(({ kind }) => kind === 'remote' || kind === 'helm')
    const read = (file: string) => tree.read(sources.get(path.join(folder, file)) ?? file)
    const target = path.join(folder, 'kustomization.yaml')
    const text = JSON.stringify({ ...(lenient ? withLenientPatches(placed, read) : placed), ...more })
    newFiles.push(() => writeFile(target, text))
    sources.set(target, closure.kustomization.file)
  }

  /** The copy of a folder that another kustomization includes. */
  const included = (relative: string): string => {
    const known = folders.get(relative)
    if (known !== undefined) return known
    const target = makeFolder(relative)
    folders.set(relative, target)
    const closure = closures.closureOf(relative)
    if (!isObstacle(closure)) write(closure, target, closure.kustomization.value, {})
    return target
  }

  return {
    async root(closure, value, annotated) {
      const folder = makeFolder(closure.folder)
      const asked = stringsAt(value, 'buildMetadata').filter((item) => item !== 'originAnnotations')
      const buildMetadata = annotated ? [...asked, 'originAnnotations'] : asked
      write(closure, folder, value, { buildMetadata })
      await flush()
      return folder
    },
    sourceOf: (folder, annotated) => sources.get(path.resolve(folder, annotated)),
    inRepository: (text) =>
      text
        .replaceAll(`${temporary}/`, '')
        .replace(/(?:\.\.\/)*\bk(\d+)(?=[/'"`\s:]|$)/g, (whole, index: string) => names[Number(index)] ?? whole),
  }
}

/** `value` with the text at `path` changed; as it was when there is none. */
function replaceText(value: ValueMap, path: FieldPath, change: (text: string) => string): ValueMap {
  const walk = (here: Value, depth: number): Value => {
    const step = path[depth]
    if (step === undefined) return typeof here === 'string' ? change(here) : here
    if (Array.isArray(here))
      return (here as readonly Value[]).map((item, index) => (index === step ? walk(item, depth + 1) : item))
    if (!isMap(here) || here[step] === undefined) return here
    return { ...here, [step]: walk(here[step], depth + 1) }
  }
  return at(value, ...path) === undefined ? value : (walk(value, 0) as ValueMap)
}
