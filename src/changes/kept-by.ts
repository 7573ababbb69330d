import type { KeptBy } from '../chain/change-effects.ts'
import { textAt } from '../eso/field-value.ts'
import type { Manifest } from '../model/manifest.ts'

const FLUX_PRUNE = 'kustomize.toolkit.fluxcd.io/prune'
const ARGO_OPTIONS = 'argocd.argoproj.io/sync-options'

/** Why an object stays in the cluster when Git no longer holds it; `undefined` where it is deleted, or nothing says that it is not. */
export function keptBy({ body, origin }: Manifest): KeptBy | undefined {
  const marked = (['annotations', 'labels'] as const).some(
    (kind) => textAt(body, 'metadata', kind, FLUX_PRUNE) === 'disabled',
  )
  if (marked) return { code: 'annotation', name: FLUX_PRUNE }
  const options = textAt(body, 'metadata', 'annotations', ARGO_OPTIONS) ?? ''
  if (options.split(',').some((option) => option.trim() === 'Prune=false'))
    return { code: 'annotation', name: ARGO_OPTIONS }
  const [by] = origin.appliedBy
  return by !== undefined && origin.appliedBy.every(({ keeps }) => keeps === true) ? { code: 'root', by } : undefined
}
