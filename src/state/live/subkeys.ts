import type { SubKeys } from '../../model/vault-state.ts'
import { isObject } from './answer.ts'

/** Key names out of an answer of `subkeys`, whose leaves are all null. */
export function toSubKeys(value: unknown): SubKeys {
  return isObject(value) ? names(value) : {}
}

function names(value: Readonly<Record<string, unknown>>): SubKeys {
  const keys: Record<string, SubKeys | null> = Object.create(null) as Record<string, SubKeys | null>
  for (const [key, below] of Object.entries(value)) {
    // An empty object is a leaf in `subkeys` too; so is a list (vault.md §4.8).
    keys[key] = isObject(below) && Object.keys(below).length > 0 ? names(below) : null
  }
  return keys
}
