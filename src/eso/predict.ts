import { byCluster } from '../model/cluster.ts'
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
  /** Asked before each object; `true` leaves it out. Default: every one is looked at. */
  readonly skip?: (manifest: Manifest) => boolean
  /** What threw while one object was looked at; without it, it is thrown on. */
  readonly fail?: (manifest: Manifest, error: unknown) => void
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
  const stores = indexStores(manifests, holesOf)
  const generators = indexGenerators(manifests, holesOf)
  const clusters = byCluster(manifests)
  const contexts = new Map<readonly Manifest[], Context>()
  // Namespaces and Secrets are those of the consumer's own cluster (applied.md §4.4).
  const contextOf = (manifest: Manifest): Context => {
    const group = clusters.of(manifest)
    let context = contexts.get(group)
    if (context === undefined) {
      context = {
        stores,
        generators,
        namespaces: namespaceLabels(group, holesOf),
        holesOf,
        controllerClass: options.controllerClass ?? 'default',
        sourceKeys: options.sourceKeys ?? keysOfSecrets(group, holesOf),
      }
      contexts.set(group, context)
    }
    return context
  }
  const { skip, fail } = options
  const referencesOf = (manifest: Manifest): readonly Reference[] => {
    const context = contextOf(manifest)
    const consumer = readConsumer(manifest, context)
    if (consumer === undefined || skip?.(manifest) === true) return []
    return consumer.makes === 'ExternalSecret'
      ? externalSecretReferences(consumer, context)
      : pushSecretReferences(consumer, context)
  }
  const references = manifests.flatMap((manifest) => {
    if (fail === undefined) return referencesOf(manifest)
    try {
      return referencesOf(manifest)
    } catch (error) {
      fail(manifest, error)
      return []
    }
  })
  return {
    stores: stores.all,
    generators: generators.all.filter(isVaultStore),
    references,
    get sessions() {
      return sessionsOf(references)
    },
    validations: stores.all.filter(isVaultStore).map(validationOf),
  }
}
