import type { VaultStore } from '../model/store.ts'
import type { FieldPath, ValueMap } from '../model/value.ts'
import { mapAt } from './field-value.ts'

const PROVIDER: Readonly<Record<VaultStore['kind'], FieldPath>> = {
  SecretStore: ['spec', 'provider', 'vault'],
  ClusterSecretStore: ['spec', 'provider', 'vault'],
  VaultDynamicSecret: ['spec', 'provider'],
  ClusterGenerator: ['spec', 'generator', 'vaultDynamicSecretSpec', 'provider'],
}

const OPEN_BAO: FieldPath = ['spec', 'provider', 'openBao']

/** Where the block of the Vault or OpenBao provider stands in the manifest of a store or generator. */
export function providerPath({ kind, manifest }: Pick<VaultStore, 'kind' | 'manifest'>): FieldPath {
  const at = PROVIDER[kind]
  const isStore = kind === 'SecretStore' || kind === 'ClusterSecretStore'
  return isStore && mapAt(manifest.body, ...at) === undefined && mapAt(manifest.body, ...OPEN_BAO) !== undefined
    ? OPEN_BAO
    : at
}

/** The Vault provider's block; empty when it is no map. */
export function providerOf(store: Pick<VaultStore, 'kind' | 'manifest'>): ValueMap {
  return mapAt(store.manifest.body, ...providerPath(store)) ?? {}
}

/** Whether the store is a generator's own provider: then every `namespace` in its references is ignored (eso.md §3.5). */
export function isGenerator(store: Pick<VaultStore, 'kind'>): boolean {
  return store.kind === 'VaultDynamicSecret' || store.kind === 'ClusterGenerator'
}
