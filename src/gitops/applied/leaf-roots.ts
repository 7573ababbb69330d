import { ancestors } from '../../files/ancestors.ts'
import type { Checkout } from '../checkout.ts'
import { plainValue } from '../placed/placed.ts'
import { filesOf, type GitOpsRoot } from '../root.ts'
import { foldersUnder } from './ground.ts'

/** One of these words stands in every text that makes an object which leads to roots, or which registers a cluster. */
const LEADS =
  /\b(?:Application|ApplicationSet|HelmRelease|HelmChart)\b|kustomize\.toolkit\.fluxcd\.io|argocd\.argoproj\.io\/secret-type/

/** Where variables and values of Flux may come from objects that other roots apply. */
const TAKES_FROM_OBJECTS = /substituteFrom|valuesFrom/
const OF_FLUX = /toolkit\.fluxcd\.io/
const GIVES_VALUES = /ConfigMap|configMapGenerator/

/**
 * Tells the roots whose output decides nothing but what they apply: it declares no root, registers no cluster, gives no root its variables, and
 * no declaration lies on its ground, of which the output would say that it is left out. By the texts of all files that the root reads, so that
 * one too many is built, and never one too few.
 */
export function leafTest(checkout: Checkout, declaring: ReadonlySet<string>): (root: GitOpsRoot) => boolean {
  const above = new Set([...declaring].flatMap((file) => ancestors(file)))
  const texts = [...checkout.sources.keys()]
  const asks = [TAKES_FROM_OBJECTS, OF_FLUX].every((what) => texts.some((file) => checkout.mentions(file, what)))
  const isOpen = (file: string) => checkout.mentions(file, LEADS) || (asks && checkout.mentions(file, GIVES_VALUES))
  return (root) => {
    const { build } = root
    if (build.by === 'helm') return false
    if (build.by === 'nobody' && build.seen === undefined) return false
    const seen = build.by === 'kustomize' ? build : build.by === 'nobody' ? build.seen : undefined
    if (seen !== undefined && seen.closure.charts.length > 0) return false
    if (seen?.changed === true && LEADS.test(JSON.stringify(plainValue(seen.node)))) return false
    for (const file of filesOf(root)) if (isOpen(file)) return false
    for (const folder of foldersUnder(root)) if (above.has(folder)) return false
    return true
  }
}

const OF_ESO = /external-secrets\.io/

/** Whether a root may give objects of ESO's. */
export function mayGiveEso(checkout: Checkout, root: GitOpsRoot): boolean {
  for (const file of filesOf(root)) if (checkout.mentions(file, OF_ESO)) return true
  return false
}
