import type { Manifest } from '../model/manifest.ts'
import type { Reference } from '../model/reference.ts'
import type { ForeignStore, VaultStore } from '../model/store.ts'
import { keysOfSecrets } from './facts/produced-secrets.ts'
import { textHoles } from './holes.ts'
import { namespaceLabels } from './labels.ts'
import { readConsumer } from './predict/consumer.ts'
import type { Context } from './predict/context.ts'
import { externalSecretReferences } from './predict/external-secret.ts'
import { indexGenerators } from './predict/generator-ref.ts'
import { pushSecretReferences } from './predict/push-secret.ts'
import { isVaultStore } from './read-store.ts'
import { type Session, type StoreValidation, sessionsOf, validationOf } from './session.ts'
import { indexStores } from './stores.ts'

export interface PredictOptions {
  /** Variables and placeholders left in a text, as written; `[]` when it is whole. Default: those of field.md §6. */
  readonly holesOf?: (text: string) => readonly string[]
  /** `--controller-class` of the installed ESO; default `default`. */
  readonly controllerClass?: string
  /**
   * Keys of a Secret that a PushSecret reads, where Git tells them; `undefined`: not known. Default: what ExternalSecrets and
   * Secrets in Git plainly say (`keysOfSecrets`).
   */
  readonly sourceKeys?: (namespace: string | undefined, name: string) => readonly string[] | undefined
}

export interface Prediction {
  readonly stores: readonly (VaultStore | ForeignStore)[]
  /** VaultDynamicSecrets and ClusterGenerators of that kind: they log in by themselves (eso.md §3.5). */
  readonly generators: readonly VaultStore[]
  /** In the order ESO works: per object all `dataFrom[]`, then all `data[]`. */
  readonly references: readonly Reference[]
  readonly sessions: readonly Session[]
  /** One for each Vault store. */
  readonly validations: readonly StoreValidation[]
}

/** Says what ESO will ask of Vault for these manifests. Pure; it fails on no manifest, however wrong. */
export function predict(manifests: readonly Manifest[], options: PredictOptions = {}): Prediction {
  const holesOf = options.holesOf ?? textHoles
  const context: Context = {
    stores: indexStores(manifests, holesOf),
    generators: indexGenerators(manifests, holesOf),
    namespaces: namespaceLabels(manifests, holesOf),
    holesOf,
    controllerClass: options.controllerClass ?? 'default',
    sourceKeys: options.sourceKeys ?? keysOfSecrets(manifests, holesOf),
  }
  const references = manifests.flatMap((manifest) => {
    const consumer = readConsumer(manifest, context)
    if (consumer === undefined) return []
    return consumer.makes === 'ExternalSecret'
      ? externalSecretReferences(consumer, context)
      : pushSecretReferences(consumer, context)
  })
  const stores = context.stores.all
  return {
    stores,
    generators: context.generators.all.filter(isVaultStore),
    references,
    sessions: sessionsOf(references),
    validations: stores.filter(isVaultStore).map(validationOf),
  }
}
