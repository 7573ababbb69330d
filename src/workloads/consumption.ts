import type { Manifest } from '../model/manifest.ts'
import type { SecretPlace } from '../model/secret-place.ts'
import type { FieldPath } from '../model/value.ts'

/** One place where a Secret is asked for. */
export interface Asked {
  readonly place: SecretPlace
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
