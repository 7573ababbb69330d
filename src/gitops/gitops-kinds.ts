import { groupOf, isArgoApplication, isFluxKustomization } from '../model/kinds.ts'

/** Whether an object declares roots: Flux Kustomizations, Applications, ApplicationSets. */
export function isGitOps(apiVersion: string, kind: string): boolean {
  return (
    isFluxKustomization(apiVersion, kind) ||
    isArgoApplication(apiVersion, kind) ||
    (kind === 'ApplicationSet' && groupOf(apiVersion) === 'argoproj.io')
  )
}

/** Whether an object says where Flux takes files from, or how it was set up. */
export function isFluxSetup(apiVersion: string, kind: string): boolean {
  const group = groupOf(apiVersion)
  if (group === 'source.toolkit.fluxcd.io')
    return kind === 'GitRepository' || kind === 'OCIRepository' || kind === 'Bucket'
  return group === 'fluxcd.controlplane.io' && (kind === 'FluxInstance' || kind === 'ResourceSet')
}

/** A build of nothing that matches this brings nothing that is checked and declares no further root. */
export const MENTIONS_JUDGED =
  /external-secrets\.io|kustomize\.toolkit\.fluxcd\.io|kind["']?\s*:\s*["']?Application(?:Set)?\b/
