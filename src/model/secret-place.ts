/**
 * Where a Secret is asked for, by what the kubelet or a controller does when it, or a key of it, is not there (consumers.md §1, §2).
 * `env`, `volume`, `sub-path`: a key of it in a Pod; `env-from`: the whole Secret, under a prefix or none; `pull-secret`: never fails the
 * Pod; `values-from`, `substitute-from`: Flux; `fixed`: a controller that looks for keys of its own choice; `selector`: a name and a key in
 * another custom resource; `keda`; `argocd-text`: `$name:key` in a text of Argo CD; `name`: the Secret is named, and which keys are read
 * is not told.
 */
export type SecretPlace = (typeof SECRET_PLACES)[number]

export const SECRET_PLACES = [
  'env',
  'env-from',
  'volume',
  'sub-path',
  'pull-secret',
  'values-from',
  'substitute-from',
  'fixed',
  'selector',
  'keda',
  'argocd-text',
  'name',
] as const
