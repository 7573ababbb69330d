import { basename } from 'node:path'
import { isArgoApplication, isFluxKustomization } from '../../model/kinds.ts'
import type { Note } from '../../model/note.ts'
import { kindOf } from '../kustomize/read/traced-object.ts'
import type { Closure } from '../look-through/closure.ts'
import { KUSTOMIZATION_NAMES } from '../look-through/kustomization-file.ts'
import { isObstacle, type Obstacle } from '../look-through/obstacle.ts'
import { placed, textAt } from '../placed/placed.ts'
import { argoRoots } from './argo-roots.ts'
import type { Checkout } from './checkout.ts'
import { fluxRoot } from './flux-root.ts'
import { type FoundRoots, type GitOpsObject, obstacleNote, type RenderRoot } from './render-root.ts'

const GITOPS = /kustomize\.toolkit\.fluxcd\.io|argoproj\.io/
/** A build of nothing that matches this brings nothing that is checked and names no further root. */
const RELEVANT = /external-secrets\.io|kustomize\.toolkit\.fluxcd\.io|kind["']?\s*:\s*["']?Application(?:Set)?\b/

export function isGitOps(apiVersion: string, kind: string): boolean {
  return (
    isFluxKustomization(apiVersion, kind) ||
    isArgoApplication(apiVersion, kind) ||
    (kind === 'ApplicationSet' && apiVersion.startsWith('argoproj.io/'))
  )
}

/** Flux Kustomizations, Applications and ApplicationSets as their files have them, before any patch. */
export function gitOpsObjects(checkout: Checkout): GitOpsObject[] {
  return [...checkout.sources.values()].flatMap((source) => {
    if (!GITOPS.test(source.text) || !/\.(?:ya?ml|json)$/.test(source.relative)) return []
    return checkout.objects.objects(source.relative).flatMap((object): GitOpsObject[] => {
      const { apiVersion, kind } = kindOf(object)
      const isPatch = textAt(object.node, '$patch') !== undefined
      return isGitOps(apiVersion, kind) && !isPatch
        ? [{ checkout, node: object.node, file: source.relative, document: object.source?.document ?? 0 }]
        : []
    })
  })
}

/** The roots that one object names. */
export function rootsOf(object: GitOpsObject): FoundRoots {
  if (!isFluxKustomization(textAt(object.node, 'apiVersion') ?? '', textAt(object.node, 'kind') ?? ''))
    return argoRoots(object)
  const root = fluxRoot(object)
  if (!('note' in root)) return { rendered: [root], notes: [], refused: [] }
  return { rendered: [], notes: [root.note], refused: root.folder === undefined ? [] : [root.folder] }
}

/** A kustomization that no other one includes, Components apart. */
export interface TopKustomization {
  readonly folder: string
  readonly closure: Closure | Obstacle
}

export function topKustomizations(checkout: Checkout): TopKustomization[] {
  const included = new Set<string>()
  const found: TopKustomization[] = []
  for (const source of checkout.sources.values()) {
    if (!(KUSTOMIZATION_NAMES as readonly string[]).includes(basename(source.relative))) continue
    const slash = source.relative.lastIndexOf('/')
    const folder = slash === -1 ? '' : source.relative.slice(0, slash)
    const closure = checkout.closures.closureOf(folder)
    if (isObstacle(closure)) {
      if (/external-secrets/.test(source.text)) found.push({ folder, closure })
      continue
    }
    for (const entry of closure.entries) if (entry.leads === 'directory') included.add(entry.relative)
    const { kind, apiVersion } = closure.kustomization.value
    if (kind === 'Component' || (typeof apiVersion === 'string' && !apiVersion.startsWith('kustomize.config.k8s.io/')))
      continue
    found.push({ folder, closure })
  }
  return found.filter(({ folder }) => !included.has(folder))
}

export function kustomizationRoot(
  checkout: Checkout,
  { folder, closure }: TopKustomization,
): RenderRoot | { readonly note: Note } {
  const title = `The kustomization ${folder === '' ? '.' : checkout.shown(folder)}`
  const obstacle = isObstacle(closure) ? closure : closure.refusal
  if (obstacle !== undefined) return { note: obstacleNote(checkout, title, obstacle) }
  const { document } = (closure as Closure).kustomization
  return {
    checkout,
    appliedBy: { kind: 'kustomization', name: folder || '.', span: document.span },
    folder,
    closure: closure as Closure,
    node: placed(document),
    changed: false,
  }
}

/** Whether building a root can bring anything that is checked, or another root. */
export function isRelevant(checkout: Checkout, files: Iterable<string>): boolean {
  for (const file of files) if (checkout.mentions(file, RELEVANT)) return true
  return false
}

export function holdsGitOps(checkout: Checkout, files: Iterable<string>): boolean {
  for (const file of files) if (checkout.mentions(file, GITOPS)) return true
  return false
}
