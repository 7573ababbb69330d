import type { Manifest } from '../manifests/manifest.ts'
import type { Reference } from './reference.ts'
import type { Session } from './session.ts'
import type { ForeignStore, VaultStore } from './store.ts'

export interface PredictOptions {
  /** Variables and placeholders left in a text, as written; `[]` when it is whole. */
  readonly holesOf: (text: string) => readonly string[]
  /** `--controller-class` of the installed ESO; default `default`. */
  readonly controllerClass?: string
  /** Keys of a Secret that a PushSecret reads, where Git tells them; `undefined`: not known. */
  readonly sourceKeys?: (namespace: string | undefined, name: string) => readonly string[] | undefined
}

export interface Prediction {
  readonly stores: readonly (VaultStore | ForeignStore)[]
  /** In the order ESO works: per object all `dataFrom[]`, then all `data[]`. */
  readonly references: readonly Reference[]
  readonly sessions: readonly Session[]
}

/** Says what ESO will ask of Vault for these manifests. Pure; never fails on any manifest, however wrong. */
export function predict(_manifests: readonly Manifest[], _options: PredictOptions): Prediction {
  return { stores: [], references: [], sessions: [] }
}
