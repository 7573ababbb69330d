import type { VaultStore } from '../model/store.ts'
import type { RoleFact } from '../model/vault-state.ts'
import type { StoreLink } from './chain.ts'

/** Each role once, with the stores that log in with it. */
export function lookUpRoles(storeLinks: readonly StoreLink[]): { role: RoleFact; stores: VaultStore[] }[] {
  const byRole = new Map<RoleFact, VaultStore[]>()
  for (const { role, store } of storeLinks) {
    if (role?.found !== 'known') continue
    const stores = byRole.get(role.fact)
    if (stores === undefined) byRole.set(role.fact, [store])
    else stores.push(store)
  }
  return [...byRole].map(([role, stores]) => ({ role, stores }))
}
