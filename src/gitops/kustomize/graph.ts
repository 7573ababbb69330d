import { posix } from 'node:path'
import type { Root } from '../../files/root.ts'
import { type Note, type NoteBody, noteAt } from '../../model/note.ts'
import type { SourceObject } from '../objects/source-object.ts'
import { change, distinct, type Item, itemOf } from './item.ts'
import type { KustomizationFile, Listed } from './kustomization-file.ts'

/** Which kustomization takes what, and what comes out of each. */
export interface Graph {
  readonly kustomizations: readonly KustomizationFile[]
  /** The kustomization in a folder. */
  at(root: Root, folder: string): KustomizationFile | undefined
  /** Listed by another kustomization. */
  isIncluded(kustomization: KustomizationFile): boolean
  /** What `kustomize build` of a folder gives, before patches are applied (they are listed on each item). */
  build(root: Root, folder: string): readonly Item[]
  /** What a Component does to items, as with `spec.components` of a Flux Kustomization. */
  addComponent(root: Root, folder: string, items: readonly Item[]): readonly Item[]
  /** What Flux applies for a path: the kustomization there, or else every object file below it. */
  buildPath(root: Root, folder: string): readonly Item[]
  /** Files below a path that Flux would gather without a kustomization, and the kustomization folders among them. */
  generatedEntries(root: Root, folder: string): readonly Listed[]
  /** Every object that some build so far has gathered, also those that a patch then deleted. */
  readonly gathered: ReadonlySet<SourceObject>
  readonly notes: readonly Note[]
}

/** Objects of a file, in order; empty when it was not read. */
export type ObjectsOf = (root: Root, path: string) => readonly SourceObject[]

/** Builds of one repository: beyond this, its kustomizations multiply each other on purpose. */
const MAX_STEPS = 200_000
const MAX_ITEMS = 100_000
const MAX_NESTING = 200

export function kustomizationGraph(kustomizations: readonly KustomizationFile[], objectsOf: ObjectsOf): Graph {
  const places = new Map<Root, Map<string, KustomizationFile>>()
  for (const kustomization of kustomizations) {
    const folders = places.get(kustomization.root) ?? new Map<string, KustomizationFile>()
    places.set(kustomization.root, folders.set(kustomization.folder, kustomization))
  }
  const at = (root: Root, folder: string) => places.get(root)?.get(folder)

  const included = new Set<KustomizationFile>()
  for (const kustomization of kustomizations)
    for (const { path } of [...kustomization.resources, ...kustomization.components]) {
      const target = at(kustomization.root, path)
      if (target !== undefined && target !== kustomization) included.add(target)
    }

  const notes: Note[] = []
  const gathered = new Set<SourceObject>()
  const gather = (object: SourceObject): Item => {
    gathered.add(object)
    return itemOf(object)
  }
  const built = new Map<KustomizationFile, readonly Item[]>()
  const generated = new Map<string, readonly Item[]>()
  const open = new Set<KustomizationFile>()
  let steps = 0

  const note = (kustomization: KustomizationFile, body: NoteBody) => {
    notes.push(noteAt({ file: kustomization.source.file, line: kustomization.span.line }, body))
  }

  const accumulate = (kustomization: KustomizationFile, given: readonly Item[]): readonly Item[] => {
    if (open.has(kustomization)) {
      note(kustomization, { code: 'kustomization-loop' })
      return given
    }
    if (open.size >= MAX_NESTING) {
      note(kustomization, { code: 'kustomization-too-deep', most: MAX_NESTING })
      return given
    }
    if (++steps > MAX_STEPS) {
      if (steps === MAX_STEPS + 1) note(kustomization, { code: 'kustomizations-too-many' })
      return given
    }
    open.add(kustomization)
    let items: readonly Item[] = [
      ...given,
      ...kustomization.resources.flatMap((entry) => entryItems(kustomization.root, entry)),
    ]
    for (const { path } of kustomization.components) {
      const component = at(kustomization.root, path)
      if (component !== undefined) items = accumulate(component, items)
    }
    items = [...items, ...kustomization.generated.map(itemOf)]
    open.delete(kustomization)
    if (items.length > MAX_ITEMS) {
      note(kustomization, { code: 'objects-too-many', most: MAX_ITEMS })
      items = items.slice(0, MAX_ITEMS)
    }
    return distinct(change(items, kustomization.changes))
  }

  const entryItems = (root: Root, { path }: Listed): readonly Item[] =>
    root.files.has(path) ? objectsOf(root, path).map(gather) : build(root, path)

  const build = (root: Root, folder: string): readonly Item[] => {
    const kustomization = at(root, folder)
    if (kustomization === undefined) return []
    const known = built.get(kustomization)
    if (known !== undefined) return known
    const items = accumulate(kustomization, [])
    built.set(kustomization, items)
    return items
  }

  const generatedEntries = (root: Root, folder: string): readonly Listed[] => {
    const entries: Listed[] = []
    const span = { file: folder, line: 1, column: 1, endLine: 1, endColumn: 1 }
    const prefix = folder === '' ? '' : `${folder}/`
    const inside = new Set<string>()
    const owner = (path: string): string | undefined => {
      for (
        let parent = posix.dirname(path);
        parent !== '.' && parent.length > folder.length;
        parent = posix.dirname(parent)
      )
        if (at(root, parent) !== undefined) return parent
      return undefined
    }
    for (const path of root.files) {
      if (!path.startsWith(prefix) || !/\.ya?ml$/.test(path)) continue
      // The outermost kustomization below the folder takes everything under it.
      let outermost: string | undefined
      for (let next = owner(path); next !== undefined; next = owner(next)) outermost = next
      if (outermost === undefined) entries.push({ path, span })
      else if (!inside.has(outermost)) {
        inside.add(outermost)
        entries.push({ path: outermost, span })
      }
    }
    return entries
  }

  return {
    kustomizations,
    at,
    isIncluded: (kustomization) => included.has(kustomization),
    build,
    addComponent(root, folder, items) {
      const component = at(root, folder)
      return component === undefined ? items : accumulate(component, items)
    },
    generatedEntries,
    buildPath(root, folder) {
      if (at(root, folder) !== undefined) return build(root, folder)
      const key = `${root.path}\0${folder}`
      let items = generated.get(key)
      if (items === undefined) {
        items = distinct(generatedEntries(root, folder).flatMap((entry) => entryItems(root, entry)))
        generated.set(key, items)
      }
      return items
    },
    gathered,
    notes,
  }
}
