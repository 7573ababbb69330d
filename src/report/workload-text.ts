import type { WorkloadUser } from './workload-user.ts'

/** How a workload uses a Secret, in a few words: `variable DB_PASSWORD of container api, key pass`. */
export function useText({ use, keys, as, container, inValues }: WorkloadUser): string {
  const of = container === null ? '' : ` of container ${container}`
  const key = keys.length === 0 ? '' : `, key ${keys.join(', ')}`
  const within = inValues ? ' (in its values)' : ''
  return `${USES[use]}${use === 'env' && as !== null ? ` ${as}` : ''}${of}${key}${within}`
}

const USES: Readonly<Record<WorkloadUser['use'], string>> = {
  env: 'variable',
  'env-from': 'all variables',
  volume: 'volume',
  'sub-path': 'subPath',
  'pull-secret': 'pulls images',
  'values-from': 'values',
  'substitute-from': 'variables of Flux',
  fixed: 'its controller',
  selector: 'its controller',
  keda: 'its controller',
  'argocd-text': 'Argo CD',
  name: 'by name',
}
