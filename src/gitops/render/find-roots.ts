import type { Note } from '../../model/note.ts'
import { plainValue } from '../placed/placed.ts'
import type { Checkout } from './checkout.ts'
import { type GitOpsObject, leftOutNote, type RenderRoot } from './render-root.ts'
import {
  gitOpsObjects,
  holdsGitOps,
  isRelevant,
  kustomizationRoot,
  rootsOf,
  type TopKustomization,
  topKustomizations,
} from './roots.ts'

/**
 * The order in which roots come to light: objects that nothing renders first, then what rendered output names, then kustomizations
 * that no root reached, those that may name further roots before the others.
 */
export interface RootFinder {
  start(): RenderRoot[]
  /** The Flux Kustomizations and Applications in the output of a root that was built. */
  fromOutput(root: RenderRoot, objects: readonly GitOpsObject[]): RenderRoot[]
  /** The roots that an object names, without taking note of it: it may not come out of kustomize like this. */
  preview(object: GitOpsObject): RenderRoot[]
  /** More roots when all known ones are built; empty at the end. */
  more(): RenderRoot[]
  readonly notes: readonly Note[]
}

/** `expected` tells from the trace what a root's output will name, so that all roots need not wait for each other. */
export function rootFinder(
  checkout: Checkout,
  expected: (root: RenderRoot) => readonly GitOpsObject[] = () => [],
): RootFinder {
  const written = gitOpsObjects(checkout)
  const tops = topKustomizations(checkout)
  const notes = new Map<string, Note>()
  const seen = new Set<string>()
  /** GitOps objects, by file and document, that some output held. */
  const rendered = new Set<string>()
  /** Files of roots that were built: what is missing in the output was taken away on purpose. */
  const built = new Set<string>()
  const reached = new Set<string>()
  let waiting: GitOpsObject[] = []
  let rest: TopKustomization[] | undefined

  const keep = (note: Note) => {
    notes.set(JSON.stringify(note), note)
  }
  const accept = (root: RenderRoot): RenderRoot[] => {
    for (const folder of root.closure.folders) reached.add(folder)
    for (const obstacle of root.closure.leftOut) keep(leftOutNote(checkout, obstacle))
    return isWorthBuilding(checkout, root) ? [root] : []
  }
  const follow = (object: GitOpsObject): RenderRoot[] => {
    const key = `${object.file}\0${JSON.stringify(plainValue(object.node))}`
    if (seen.has(key)) return []
    seen.add(key)
    const found = rootsOf(object)
    for (const note of found.notes) keep(note)
    for (const folder of found.refused) reached.add(folder)
    return found.rendered.flatMap(accept)
  }
  const expect = (root: RenderRoot): void => {
    for (const object of expected(root))
      for (const next of rootsOf(object).rendered) {
        if (reached.has(next.folder)) continue
        for (const folder of next.closure.folders) reached.add(folder)
        expect(next)
      }
  }
  const top = (kustomization: TopKustomization): RenderRoot[] => {
    const root = kustomizationRoot(checkout, kustomization)
    if (!('note' in root)) return accept(root)
    keep(root.note)
    return []
  }

  return {
    get notes() {
      return [...notes.values()]
    },
    start() {
      const held = new Set(
        tops.flatMap(({ closure }) =>
          'kustomization' in closure && closure.refusal === undefined ? [...closure.files] : [],
        ),
      )
      const free = written.filter((object) => !held.has(object.file))
      const reaches = free.map((object) => new Set(rootsOf(object).rendered.flatMap((root) => [...root.closure.files])))
      // Of two files that apply each other, the first is the start.
      const below = free.filter((object, index) =>
        reaches.some(
          (files, other) =>
            other !== index &&
            files.has(object.file) &&
            !(reaches[index]?.has(free[other]?.file ?? '') && index < other),
        ),
      )
      waiting = written.filter((object) => held.has(object.file) || below.includes(object))
      return free.filter((object) => !below.includes(object)).flatMap(follow)
    },
    fromOutput(root, objects) {
      for (const file of root.closure.files) built.add(file)
      for (const object of objects) rendered.add(idOf(object))
      return objects.flatMap(follow)
    },
    preview: (object) => rootsOf(object).rendered.filter((root) => isWorthBuilding(checkout, root)),
    more() {
      rest ??= tops.filter(
        ({ folder, closure }) =>
          !reached.has(folder) && 'kustomization' in closure && holdsGitOps(checkout, closure.files),
      )
      const found: RenderRoot[] = []
      for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
        if (reached.has(next.folder)) continue
        for (const root of top(next)) {
          found.push(root)
          expect(root)
        }
      }
      if (found.length > 0) return found
      // Held by a kustomization that could not be rendered: as written is the best there is.
      const unseen = waiting.filter((object) => !rendered.has(idOf(object)) && !built.has(object.file))
      waiting = []
      const roots = unseen.flatMap(follow)
      if (roots.length > 0) return roots
      return tops
        .filter(({ folder }) => !reached.has(folder))
        .flatMap((one) => {
          reached.add(one.folder)
          return top(one)
        })
    },
  }
}

/** Whether anything is left of it, and anything of that is checked. */
function isWorthBuilding(checkout: Checkout, root: RenderRoot): boolean {
  const { closure } = root
  if (closure.leftOut.length > 0 && closure.entries.length === 0) return false
  return isRelevant(checkout, closure.files)
}

function idOf(object: GitOpsObject): string {
  return `${object.file}#${object.document}`
}
