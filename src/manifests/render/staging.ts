import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Value, ValueMap } from '../manifest.ts'
import { type Closure, type ClosureReader, isObstacle, type ResolvedEntry, withoutLeftOut } from './closure.ts'
import { isMap } from './kustomization-file.ts'
import { withLenientPatches } from './lenient-patches.ts'
import { joinRelative, type RepositoryTree } from './repository-tree.ts'

/**
 * A copy, in a temporary folder, of exactly those files that the look-through found kustomize will read. kustomize runs on the
 * copy: what lies outside of the repository, behind a symlink or unread by us is not there for it to find. Kustomizations are
 * written anew from what we read of them, so that both read the same.
 */
export interface Staging {
  /** Folder to build for a kustomization as it stands. */
  plain(closure: Closure): string
  /** Folder to build for a kustomization with changes that are in no file: a Flux spec's patches, a generated one. */
  changed(closure: Closure, value: ValueMap): string
  /** The repository file that the path of an origin annotation means, for a build of `folder`. */
  sourceOf(folder: string, annotated: string): string | undefined
  readonly bytes: number
}

/** As large as all YAML of the largest repository seen, ten times over (platform.md §7, threat 5). */
const MAX_BYTES = 512 * 1024 * 1024

export function stage(tree: RepositoryTree, closures: ClosureReader, temporary: string): Staging {
  const mirror = path.join(temporary, 'tree')
  const written = new Set<string>()
  const folders = new Set<string>()
  /** Files that Flux lets a kustomization read from beside its folder, by the name they have in the copy. */
  const moved = new Map<string, string>()
  /** The repository folder that a changed kustomization stands for. */
  const origins = new Map<string, string>()
  let roots = 0
  let bytes = 0

  const makeFolder = (folder: string) => {
    if (folders.has(folder)) return
    mkdirSync(folder, { recursive: true })
    folders.add(folder)
  }
  const copy = (relative: string, target: string) => {
    if (written.has(target)) return
    bytes += tree.size(relative)
    if (bytes > MAX_BYTES) throw new Error('the files that kustomize would read are larger than 512 MiB together')
    makeFolder(path.dirname(target))
    copyFileSync(tree.absolute(relative), target)
    written.add(target)
  }
  const write = (target: string, value: ValueMap) => {
    makeFolder(path.dirname(target))
    writeFileSync(target, JSON.stringify(value))
    written.add(target)
  }

  /** Writes a kustomization as it stands into the copy, and what it includes. */
  const mirrored = (folder: string) => {
    const own = closures.closureOf(folder)
    if (isObstacle(own)) return
    const target = path.join(mirror, own.kustomization.file)
    if (written.has(target)) return
    write(target, prepared(own, path.dirname(target), own.kustomization.value))
    for (const file of own.pluginFiles) copy(file, path.join(mirror, file))
    for (const entry of own.entries) if (entry.leads === 'directory') mirrored(entry.relative)
  }

  /** Puts the files that `value` names into `folder`, and gives `value` with the paths that had to change. */
  const place = (closure: Closure, folder: string, value: ValueMap): ValueMap => {
    let result = value
    for (const entry of closure.entries) {
      if (valueAt(value, entry) === undefined) continue
      if (entry.leads === 'directory') {
        const target = path.relative(folder, path.join(mirror, entry.relative))
        if (folder !== path.join(mirror, closure.folder)) result = renamed(result, entry, target === '' ? '.' : target)
        continue
      }
      const within = path.posix.relative(closure.folder === '' ? '.' : closure.folder, entry.relative)
      if (!within.startsWith('../')) {
        copy(entry.relative, path.join(folder, within))
        continue
      }
      // kustomize-controller reads files beside the folder too (its own containment replaces the load restrictor); the
      // restrictor stays on here, so such a file is brought inside.
      const inside = `.beside/${entry.relative}`
      copy(entry.relative, path.join(folder, inside))
      moved.set(path.join(folder, inside), entry.relative)
      result = renamed(result, entry, inside)
    }
    return result
  }

  const prepared = (closure: Closure, folder: string, value: ValueMap): ValueMap => {
    const result = withoutLeftOut(closure, place(closure, folder, value))
    // A Component is applied to what others left out.
    const component = result.kind === 'Component'
    if (!component && !closure.leftOut.some(({ kind }) => kind === 'remote' || kind === 'helm')) return result
    return withLenientPatches(result, (file) => readFileSync(path.join(folder, file), 'utf8'))
  }

  return {
    plain(closure) {
      mirrored(closure.folder)
      const folder = path.join(temporary, 'roots', String(roots++))
      write(path.join(folder, 'kustomization.yaml'), {
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        buildMetadata: ['originAnnotations'],
        resources: [path.relative(folder, path.join(mirror, closure.folder))],
      })
      return folder
    },
    changed(closure, value) {
      for (const entry of closure.entries) if (entry.leads === 'directory') mirrored(entry.relative)
      const folder = path.join(temporary, 'roots', String(roots++))
      origins.set(folder, closure.folder)
      const placed = prepared(closure, folder, value)
      for (const file of closure.pluginFiles) {
        const within = path.posix.relative(closure.folder === '' ? '.' : closure.folder, file)
        if (!within.startsWith('../')) copy(file, path.join(folder, within))
      }
      write(path.join(folder, 'kustomization.yaml'), { ...placed, buildMetadata: ['originAnnotations'] })
      return folder
    },
    sourceOf(folder, annotated) {
      const target = path.resolve(folder, annotated)
      const beside = moved.get(target)
      if (beside !== undefined) return beside
      const own = origins.get(folder)
      const inFolder = path.relative(folder, target)
      if (own !== undefined && !inFolder.startsWith('..')) return joinRelative(own, inFolder.split(path.sep).join('/'))
      const inMirror = path.relative(mirror, target)
      if (!inMirror.startsWith('..')) return inMirror.split(path.sep).join('/')
      return undefined
    },
    get bytes() {
      return bytes
    },
  }
}

function valueAt(value: ValueMap, entry: ResolvedEntry): Value | undefined {
  let at: Value | undefined = value
  for (const step of entry.path)
    at = Array.isArray(at) ? (at as readonly Value[])[Number(step)] : isMap(at) ? at[step] : undefined
  return at
}

function renamed(value: ValueMap, entry: ResolvedEntry, target: string): ValueMap {
  const change = (at: Value, depth: number): Value => {
    const step = entry.path[depth]
    if (step === undefined) return typeof at === 'string' ? at.slice(0, at.length - entry.target.length) + target : at
    if (Array.isArray(at))
      return (at as readonly Value[]).map((item, index) => (index === step ? change(item, depth + 1) : item))
    if (!isMap(at) || at[step] === undefined) return at
    return { ...at, [step]: change(at[step], depth + 1) }
  }
  return change(value, 0) as ValueMap
}
