import type { FailsWith } from '../model/eso-failure.ts'
import type { Manifest } from '../model/manifest.ts'
import type { ForeignStore, StoreKind, VaultStore } from '../model/store.ts'
import type { FieldPath, ValueMap } from '../model/value.ts'
import { noMethodFailure, readAuth } from './auth.ts'
import { mapAt, textAt, valueAt } from './field-value.ts'
import { isEsoKind } from './kinds.ts'
import { patchOver } from './patched.ts'
import { providerPath } from './provider.ts'
import { isReferent } from './referent.ts'

type HolesOf = (text: string) => readonly string[]

/** The store that a SecretStore or ClusterSecretStore manifest declares; `undefined` for any other manifest. */
export function readStore(manifest: Manifest, holesOf: HolesOf): VaultStore | ForeignStore | undefined {
  if (!isEsoKind(manifest, 'SecretStore', 'ClusterSecretStore')) return undefined
  const kind = manifest.kind as StoreKind
  // A ClusterSecretStore has no namespace, whatever its metadata or a kustomization says (eso.md §6.8).
  const namespace = kind === 'ClusterSecretStore' ? undefined : wholeNamespace(manifest, holesOf)
  const providers = mapAt(manifest.body, 'spec', 'provider') ?? {}
  if (mapAt(providers, 'vault') !== undefined || mapAt(providers, 'openBao') !== undefined)
    return readVault(manifest, kind, namespace, holesOf)
  const provider = Object.keys(providers).find((name) => valueAt(providers, [name]) !== null)
  return { kind, name: manifest.name, namespace, manifest, provider }
}

/** Whether a store uses the provider for Vault or for OpenBao. */
export function isVaultStore(store: VaultStore | ForeignStore): store is VaultStore {
  return !('provider' in store)
}

/** Reads the Vault provider's block of a store or generator. The manifest must have one. */
export function readVault(
  manifest: Manifest,
  kind: VaultStore['kind'],
  namespace: string | undefined,
  holesOf: HolesOf,
): VaultStore {
  const at = providerPath({ kind, manifest })
  const isOpenBao = at.at(-1) === 'openBao'
  const provider = mapAt(manifest.body, ...at) ?? {}
  const auth = readAuth(provider)
  const vaultNamespace = textAt(provider, 'namespace') || undefined
  // `""` is set: the login then carries no namespace header (eso.md §5.4).
  const authNamespace = textAt(provider, 'auth', 'namespace')
  return {
    kind,
    name: manifest.name,
    namespace,
    manifest,
    ...(isOpenBao ? { dialect: 'openBao' } : {}),
    path: textAt(provider, 'path') ?? (isOpenBao ? 'kv' : undefined),
    version: textAt(provider, 'version') === 'v1' ? 'v1' : 'v2',
    server: textAt(provider, 'server'),
    vaultNamespace,
    // Only a different namespace changes the header for the login (eso.md §5.4).
    authNamespace: authNamespace === (vaultNamespace ?? '') ? undefined : authNamespace,
    auth,
    controller: textAt(manifest.body, ...specOf(kind), 'controller') || undefined,
    checkAndSet: valueAt(provider, ['checkAndSet', 'required']) === true,
    referent: kind === 'ClusterSecretStore' && isReferent(provider),
    holes: holesIn(provider, namespace, manifest.name, holesOf),
    notChecked: patchOver(manifest, at, [...specOf(kind), 'controller'], ['metadata', 'name']),
  }
}

/** The manifest's namespace; one with a variable in it is not known (field.md §3). */
export function wholeNamespace(manifest: Manifest, holesOf: HolesOf): string | undefined {
  const { namespace } = manifest
  return namespace === undefined || holesOf(namespace).length > 0 ? undefined : namespace
}

/** Why the login fails before Vault is asked; `undefined` when nothing in the manifest makes it fail. */
export function loginFailureOf(store: VaultStore): FailsWith | undefined {
  // `auth: {}` of the OpenBao provider is refused by the API server.
  if (store.dialect === 'openBao') return store.auth?.failsWith
  return store.auth?.failsWith ?? noMethodFailure(mapAt(store.manifest.body, ...providerPath(store)) ?? {})
}

function specOf(kind: VaultStore['kind']): FieldPath {
  return kind === 'ClusterGenerator' ? ['spec', 'generator', 'vaultDynamicSecretSpec'] : ['spec']
}

function holesIn(provider: ValueMap, namespace: string | undefined, name: string, holesOf: HolesOf) {
  const auth = mapAt(provider, 'auth') ?? {}
  const texts = [name, namespace, textAt(provider, 'path'), textAt(provider, 'version'), textAt(provider, 'namespace')]
  return [...new Set([...texts.flatMap((text) => holesOf(text ?? '')), ...holesUnder(auth, holesOf)])]
}

/** All of `auth` decides who logs in where: role, mount, ServiceAccount, namespaces. */
function holesUnder(map: ValueMap, holesOf: HolesOf): readonly string[] {
  return Object.values(map).flatMap((value): readonly string[] => {
    if (typeof value === 'string') return holesOf(value)
    if (Array.isArray(value)) return value.flatMap((item) => (typeof item === 'string' ? holesOf(item) : []))
    return typeof value === 'object' && value !== null ? holesUnder(value as ValueMap, holesOf) : []
  })
}
