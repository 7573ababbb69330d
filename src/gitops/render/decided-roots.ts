import { isEsoGroup } from '../../model/kinds.ts'
import { familyOf } from '../../model/note.ts'
import { withoutLeftOut } from '../look-through/closure.ts'
import { isObstacle } from '../look-through/obstacle.ts'
import type { Repository } from '../read-repository.ts'
import { beyondPlain } from './beyond-plain.ts'
import type { Checkout } from './checkout.ts'
import type { RenderRoot } from './render-root.ts'

/** Objects that name further roots; an `argocd.argoproj.io/…` annotation is none. */
const NAMES_ROOTS = /kustomize\.toolkit\.fluxcd\.io\/|kind["']?\s*:\s*["']?Application(?:Set)?\b/

/**
 * Tells the roots of which plain reading knows exactly what they bring (namespaces, names, Components, variables): no patch and no
 * plugin decides anything in them, and they name no further roots. Rendering them would cost a process and say the same. A root that
 * plain reading does not know (it follows fewer Applications) is rendered where its files hold anything of ESO's.
 */
export function decidedRoots(
  checkout: Checkout,
  repository: Repository,
  /** Remote bases or Helm may be fetched: then kustomize can know more than plain reading. */
  fetches: boolean,
): (root: RenderRoot) => boolean {
  const known = new Set<string>()
  const undecided = new Set<string>()
  const files = new Set<string>()
  const ofEso = new Set<string>()
  const beyond = beyondPlain(repository)
  for (const manifest of repository.manifests) {
    const { origin } = manifest
    const open = beyond.isOpen(manifest)
    if (open) files.add(origin.file)
    if (isEsoGroup(manifest.apiVersion)) ofEso.add(origin.file)
    for (const { kind, name } of origin.appliedBy) {
      known.add(`${kind} ${name}`)
      if (open) undecided.add(`${kind} ${name}`)
    }
  }
  if (fetches) for (const note of repository.notes) if (familyOf(note) === 'needs-kustomize') files.add(note.file)
  const isOpenFolder = (folder: string): boolean => {
    const found = checkout.closures.closureOf(folder)
    // What is left out of the build (a chart) rendering does not tell either.
    return !isObstacle(found) && beyond.isOpenFolder(withoutLeftOut(found))
  }
  return ({ appliedBy, closure, folder, changed }) => {
    // Of an Application that plain reading does not follow it may know the folder.
    const names = [`${appliedBy.kind} ${appliedBy.name}`, ...(changed ? [] : [`kustomization ${folder || '.'}`])]
    const all = [...closure.files]
    if (names.some((name) => undecided.has(name)) || all.some((file) => checkout.mentions(file, NAMES_ROOTS)))
      return false
    if ([...closure.folders].some(isOpenFolder)) return false
    const isKnown = names.some((name) => known.has(name))
    if (isKnown && !fetches) return true
    // Of a kustomization that it does not know plain reading knows that Flux applies its objects through another one.
    const isOther = !isKnown && appliedBy.kind !== 'kustomization'
    return !all.some((file) => files.has(checkout.shown(file)) || (isOther && ofEso.has(checkout.shown(file))))
  }
}
