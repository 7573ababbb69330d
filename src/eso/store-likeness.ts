import type { AnyStore } from '../model/store.ts'
import { valueAt } from './field-value.ts'
import { providerOf } from './provider.ts'
import { isVaultStore } from './read-store.ts'

/** Whether the stores lead every reference to the same Vault paths. Server addresses may differ between environments. */
export function alikeInPaths(stores: readonly AnyStore[]): boolean {
  return sameIn(stores, (store) =>
    isVaultStore(store)
      ? [store.path, store.version, store.vaultNamespace, store.checkAndSet]
      : ['foreign', store.provider],
  )
}

/** Whether the stores log in the same way: method, mount, role and references. */
export function alikeInAuth(stores: readonly AnyStore[]): boolean {
  return sameIn(stores, (store) => (isVaultStore(store) ? [providerOf(store).auth, store.controller] : []))
}

/** Whether nothing that this program looks at tells the stores apart, patches and conditions included. */
export function alikeInAll(stores: readonly AnyStore[]): boolean {
  return (
    alikeInPaths(stores) &&
    alikeInAuth(stores) &&
    sameIn(stores, ({ manifest }) => [valueAt(manifest.body, ['spec', 'conditions']), manifest.patched])
  )
}

function sameIn(stores: readonly AnyStore[], meaning: (store: AnyStore) => readonly unknown[]): boolean {
  // Most references lead to one store.
  return stores.length <= 1 || new Set(stores.map((store) => canonical(meaning(store)))).size <= 1
}

/** JSON with sorted keys, so that the order of fields in YAML does not count. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
