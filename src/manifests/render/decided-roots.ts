import type { Repository } from '../read-repository.ts'
import { beyondPlain } from './beyond-plain.ts'
import type { Checkout } from './checkout.ts'
import { isObstacle } from './closure.ts'
import type { RenderRoot } from './render-root.ts'

/** Objects that name further roots; an `argocd.argoproj.io/…` annotation is none. */
const NAMES_ROOTS = /kustomize\.toolkit\.fluxcd\.io\/|kind["']?\s*:\s*["']?Application(?:Set)?\b/

/**
 * Tells the roots of which plain reading knows exactly what they bring (namespaces, names, Components, variables): no patch and no
 * plugin decides anything in them, and they name no further roots. Rendering them would cost a process and say the same. Where
 * plain reading does not know a root by its name, its files are asked.
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
  const beyond = beyondPlain(repository)
  for (const manifest of repository.manifests) {
    const { origin } = manifest
    const open = beyond.isOpen(manifest)
    if (open) files.add(origin.file)
    for (const { kind, name } of origin.appliedBy) {
      known.add(`${kind} ${name}`)
      if (open) undecided.add(`${kind} ${name}`)
    }
  }
  if (fetches) for (const { reason, file } of repository.notes) if (reason === 'needs-kustomize') files.add(file)
  const isOpenFolder = (folder: string): boolean => {
    const found = checkout.closures.closureOf(folder)
    return !isObstacle(found) && beyond.isOpenFolder(found.kustomization.value)
  }
  return ({ appliedBy, closure, folder, changed }) => {
    // Plain reading follows fewer Applications, and then knows a root by its folder alone.
    const names = [`${appliedBy.kind} ${appliedBy.name}`, ...(changed ? [] : [`kustomization ${folder || '.'}`])]
    const all = [...closure.files]
    if (names.some((name) => undecided.has(name)) || all.some((file) => checkout.mentions(file, NAMES_ROOTS)))
      return false
    if ([...closure.folders].some(isOpenFolder)) return false
    if (names.some((name) => known.has(name)) && !fetches) return true
    return !all.some((file) => files.has(checkout.shown(file)))
  }
}
