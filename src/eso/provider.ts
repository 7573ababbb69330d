import type { VaultStore } from '../model/store.ts'
import type { FieldPath, ValueMap } from '../model/value.ts'
import { mapAt } from './field-value.ts'

const PROVIDER: Readonly<Record<VaultStore['kind'], FieldPath>> = {
  SecretStore: ['spec', 'provider', 'vault'],
  ClusterSecretStore: ['spec', 'provider', 'vault'],
  VaultDynamicSecret: ['spec', 'provider'],
  ClusterGenerator: ['spec', 'generator', 'vaultDynamicSecretSpec', 'provider'],
}

/** Where the Vault provider's block stands in the manifest of a store or generator. */
export function providerPath(kind: VaultStore['kind']): FieldPath {
  return PROVIDER[kind]
}

/** The Vault provider's block; empty when it is no map. */
export function providerOf(store: Pick<VaultStore, 'kind' | 'manifest'>): ValueMap {
  return mapAt(store.manifest.body, ...PROVIDER[store.kind]) ?? {}
}

/** Whether the store is a generator's own provider: then every `namespace` in its references is ignored (eso.md §3.5). */
export function isGenerator(store: Pick<VaultStore, 'kind'>): boolean {
  return store.kind === 'VaultDynamicSecret' || store.kind === 'ClusterGenerator'
}
