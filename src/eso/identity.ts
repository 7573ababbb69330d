import type { Identity, VaultStore } from '../model/store.ts'
import type { ValueMap } from '../model/value.ts'
import { mapAt, textAt, textsAt } from './field-value.ts'
import { providerOf } from './provider.ts'

/**
 * Who logs in when a consumer in `consumerNamespace` uses the store (eso.md §5.3). `consumerNamespace` is `undefined` when Git
 * does not tell it; for the store's own validation it is the store's namespace.
 */
export function identityOf(store: VaultStore, consumerNamespace: string | undefined): Identity {
  const auth = mapAt(providerOf(store), 'auth')
  if (auth === undefined || store.auth === undefined) {
    return { type: 'other', what: 'nobody: the store sets no auth method, so ESO does not log in' }
  }
  const block = mapAt(auth, store.auth.method) ?? {}
  const at = (ref: ValueMap) => refNamespace(store, ref, consumerNamespace)
  const secret = (ref: ValueMap | undefined, key?: string): Identity => ({
    type: 'secret',
    namespace: at(ref ?? {}),
    name: textAt(ref, 'name') ?? '',
    key: textAt(ref, 'key') ?? key,
  })
  const serviceAccount = (ref: ValueMap, more: readonly string[] = []): Identity => ({
    type: 'serviceAccount',
    namespace: at(ref),
    name: textAt(ref, 'name') ?? '',
    audiences: [...textsAt(ref, 'audiences'), ...more],
  })

  switch (store.auth.method) {
    case 'tokenSecretRef':
      return secret(block)
    case 'appRole':
    case 'ldap':
    case 'userPass':
    case 'cert':
      return secret(mapAt(block, 'secretRef'))
    case 'kubernetes': {
      // If both are given, `serviceAccountRef` wins (eso.md §5.3).
      const account = mapAt(block, 'serviceAccountRef')
      if (account !== undefined) return serviceAccount(account)
      const ref = mapAt(block, 'secretRef')
      return ref === undefined ? { type: 'controller' } : secret(ref, 'token')
    }
    case 'jwt': {
      const ref = mapAt(block, 'secretRef')
      if (ref !== undefined) return secret(ref)
      const token = mapAt(block, 'kubernetesServiceAccountToken')
      const account = mapAt(token, 'serviceAccountRef')
      if (account === undefined) return { type: 'other', what: 'nobody: the JWT method names no token source' }
      // `vault` is asked for only when the field is absent (eso.md §5.3).
      const audiences = textsAt(token, 'audiences')
      return serviceAccount(account, token !== undefined && Array.isArray(token.audiences) ? audiences : ['vault'])
    }
    case 'iam': {
      const account = mapAt(block, 'jwt', 'serviceAccountRef')
      if (account !== undefined) {
        return { type: 'other', what: `the AWS role of ServiceAccount ${place(at(account), textAt(account, 'name'))}` }
      }
      const ref = mapAt(block, 'secretRef')
      return ref === undefined
        ? { type: 'other', what: "the AWS role of ESO's own pod" }
        : secret(mapAt(ref, 'accessKeyIDSecretRef'))
    }
    case 'gcp': {
      const ref = mapAt(block, 'secretRef', 'secretAccessKeySecretRef')
      if (ref !== undefined) return secret(ref)
      const account = mapAt(block, 'workloadIdentity', 'serviceAccountRef')
      if (account !== undefined) {
        const where = place(at(account), textAt(account, 'name'))
        return { type: 'other', what: `the Google service account of ServiceAccount ${where}` }
      }
      // `serviceAccountRef` itself is not used: the metadata server answers for the controller (eso.md §5.2).
      return { type: 'other', what: "the Google service account of ESO's own pod" }
    }
  }
}

/** Where a reference of the provider is looked up (eso.md §5.3, all rows). */
export function refNamespace(
  store: VaultStore,
  ref: ValueMap,
  consumerNamespace: string | undefined,
): string | undefined {
  switch (store.kind) {
    case 'SecretStore':
      return store.namespace
    case 'ClusterSecretStore':
      return textAt(ref, 'namespace') ?? consumerNamespace
    case 'VaultDynamicSecret':
    case 'ClusterGenerator':
      return consumerNamespace
  }
}

function place(namespace: string | undefined, name: string | undefined): string {
  return namespace === undefined ? `${name ?? ''}` : `${namespace}/${name ?? ''}`
}
