import type { Manifest } from '../model/manifest.ts'
import type { FieldPath } from '../model/value.ts'

/**
 * Where a Secret is asked for, by what the kubelet or a controller does when it, or a key of it, is not there (consumers.md §1, §2).
 * `env`, `volume`, `sub-path`: a key of it in a Pod; `env-from`: the whole Secret, under a prefix or none; `pull-secret`: never fails the
 * Pod; `values-from`, `substitute-from`: Flux; `fixed`: a controller that looks for keys of its own choice; `selector`: a name and a key in
 * another custom resource; `keda`; `argocd-text`: `$name:key` in a text of Argo CD; `name`: the Secret is named, and which keys are read
 * is not told.
 */
export type Place =
  | 'env'
  | 'env-from'
  | 'volume'
  | 'sub-path'
  | 'pull-secret'
  | 'values-from'
  | 'substitute-from'
  | 'fixed'
  | 'selector'
  | 'keda'
  | 'argocd-text'
  | 'name'

/** One place where a Secret is asked for. */
export interface Asked {
  readonly place: Place
  /** Where it is written: the key that is asked for, else the name of the Secret. */
  readonly field: FieldPath
  readonly name: string
  /** Keys that must be there: one of the alternatives in whole. Empty: the Secret is taken as it is. */
  readonly keys: readonly (readonly string[])[]
  /** Nothing fails without it. */
  readonly optional: boolean
  /** The namespace that the place itself names. */
  readonly namespace?: string
  /** The container that asks, where it has a name. */
  readonly container?: string
  /** The environment variable, or the path that is mounted. */
  readonly as?: string
  /** What is put before each key (`envFrom`). */
  readonly prefix?: string
  /** Who looks for fixed keys: a row of the table. */
  readonly controller?: Controller
  /** Further Secrets of the same volume, any of which may bring the key. */
  readonly or?: readonly string[]
}

/** Controllers that look for keys of their own choice (consumers.md §2.1). */
export type Controller =
  | 'volsync'
  | 'cnpg'
  | 'envoy-gateway'
  | 'flux-receiver'
  | 'flux-provider'
  | 'flux-source'
  | 'flux-oci'
  | 'actions-runner'
  | 'gitea'
  | 'cert-manager'
  | 'argocd-repository'
  | 'argocd-cluster'

/** A place with the object that it stands in, and the namespace in which the Secret is looked for. */
export interface Consumption extends Asked {
  readonly by: Manifest
  /** `undefined`: Git does not tell it. */
  readonly secretNamespace: string | undefined
  /** It stands in values of a chart, of which the chart makes a workload. */
  readonly inValues: boolean
}
