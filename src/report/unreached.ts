import type { Manifest } from '../model/manifest.ts'
import { counted } from '../model/wording.ts'
import type { Report } from './report.ts'

/** Whether nothing that Git shows applies a manifest: it was read as it is written (an example, a file that a kustomization dropped). */
export function isUnreached({ origin }: Manifest): boolean {
  return origin.form === 'plain' && origin.appliedBy.length === 0
}

/**
 * How many references nothing applies. `undefined`: none, or all of them, as in a folder of plain manifests that something outside of
 * Git applies; then there is nothing to tell apart.
 */
export function unreachedLine({ references }: Report): string | undefined {
  const all = references.map(({ reference }) => reference)
  const left = all.filter(({ manifest }) => isUnreached(manifest))
  if (left.length === 0 || left.length === all.length) return undefined
  const where = left.length === 1 ? 'is in a manifest' : 'are in manifests'
  return `${left.length} of ${counted(all.length, 'reference')} ${where} that no Flux Kustomization, Argo CD Application or kustomization reaches: read as written.`
}
