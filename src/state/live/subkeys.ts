import type { SubKeys } from '../../model/vault-state.ts'
import { isObject } from './answer.ts'

/**
 * Key names out of an answer of `subkeys`, whose leaves are all null (vault.md §4.8). `undefined`: it is no such answer, and says of no
 * key that it is absent.
 */
export function toSubKeys(value: unknown): SubKeys | undefined {
  return isObject(value) ? names(value, (leaf) => leaf === null) : undefined
}

/** Key names out of a value; the values are forgotten. */
export function keysOfValue(value: unknown): SubKeys | undefined {
  return isObject(value) ? names(value, () => true) : undefined
}

function names(value: Readonly<Record<string, unknown>>, mayBeLeaf: (leaf: unknown) => boolean): SubKeys | undefined {
  const keys: Record<string, SubKeys | null> = Object.create(null) as Record<string, SubKeys | null>
  for (const [key, below] of Object.entries(value)) {
    // An empty object is a leaf in `subkeys` too; so is a list (vault.md §4.8).
    if (isObject(below)) {
      const inner = Object.keys(below).length > 0 ? names(below, mayBeLeaf) : null
      if (inner === undefined) return undefined
      keys[key] = inner
    } else if (mayBeLeaf(below)) keys[key] = null
    else return undefined
  }
  return keys
}
