import type { VaultStore } from '../model/store.ts'
import { trimSlashes } from '../model/trim-slashes.ts'

/** Vault namespaces of a token's policies and of its requests, `''` or with a slash at the end. */
export interface TokenNamespaces {
  readonly policies: string
  readonly request: string
}

/** `root` is a name for none; what holds a variable is not known. */
export function vaultNamespaceOf(store: VaultStore, vaultNamespace: string | undefined): string | undefined {
  const name = trimSlashes(vaultNamespace ?? '')
  if (store.holes.some((hole) => name.includes(hole))) return undefined
  return name === 'root' ? '' : name
}

/**
 * The policies of the token and its requests may be in two Vault namespaces: a token of a parent works in its children, and its
 * policies then name the child in front of the path (vault.md §2.8).
 */
export function tokenNamespaces(store: VaultStore): TokenNamespaces | undefined {
  const policies = vaultNamespaceOf(store, store.authNamespace ?? store.vaultNamespace)
  const request = vaultNamespaceOf(store, store.vaultNamespace)
  if (policies === undefined || request === undefined || policies === request) return undefined
  const withSlash = (name: string) => (name === '' ? '' : `${name}/`)
  // Counted from the policies' namespace, so that paths in messages are those that people write in them.
  return withSlash(request).startsWith(withSlash(policies))
    ? { policies: '', request: withSlash(request).slice(withSlash(policies).length) }
    : { policies: withSlash(policies), request: withSlash(request) }
}
