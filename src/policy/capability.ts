import type { Operation } from '../model/decision.ts'
import type { Product } from '../model/server-law.ts'

/** Names of capabilities, of both products (vault.md §1.3). */
export type Capability =
  | 'deny'
  | 'create'
  | 'read'
  | 'update'
  | 'delete'
  | 'list'
  | 'sudo'
  | 'patch'
  | 'scan'
  | 'subscribe'
  | 'recover'

export const CAPABILITY_OWNER: Readonly<Record<Capability, Product>> = {
  deny: 'any',
  create: 'any',
  read: 'any',
  update: 'any',
  delete: 'any',
  list: 'any',
  sudo: 'any',
  patch: 'any',
  scan: 'openbao',
  subscribe: 'vault',
  recover: 'vault',
}

export function isCapability(name: string): name is Capability {
  return Object.hasOwn(CAPABILITY_OWNER, name)
}

/** The legacy `policy = "…"` shorthand; never grants `patch` (vault.md §1.2). */
export const SHORTHAND: Readonly<Record<string, readonly Capability[]>> = {
  deny: ['deny'],
  read: ['read', 'list'],
  write: ['create', 'read', 'update', 'delete', 'list'],
  sudo: ['create', 'read', 'update', 'delete', 'list', 'sudo'],
}

/** The capability that an operation needs; `undefined`: none grants it (`header`, vault.md §2.1). */
export function capabilityFor(operation: Operation): Capability | undefined {
  switch (operation) {
    case 'help':
    case 'header':
      return undefined
    case 'renew':
    case 'revoke':
      return 'update'
    default:
      return operation
  }
}
