import type { SubKeys } from '../../model/vault-state.ts'

/**
 * What is known of a JSON value when only its key names are. `missing` is gjson's empty result, which a modifier may still make
 * something of; `leaf` is a text, a number, a Boolean, null or an array, never an object; `open` may be anything, or nothing.
 */
export type Shape =
  | { readonly is: 'object'; readonly entries: readonly (readonly [key: string, value: Shape])[] }
  | { readonly is: 'array'; readonly items: readonly Shape[] }
  | { readonly is: 'scalar' | 'leaf' | 'missing' | 'open' }
  /** It is there, and nothing else is known of it. */
  | { readonly is: 'something' }

export const MISSING: Shape = { is: 'missing' }
export const OPEN: Shape = { is: 'open' }
export const SOMETHING: Shape = { is: 'something' }
export const SCALAR: Shape = { is: 'scalar' }
export const LEAF: Shape = { is: 'leaf' }

/** The shape of a secret's data. Go writes the keys of a map in the order of their bytes (eso.md §4.1). */
export function shapeOfKeys(keys: SubKeys | null): Shape {
  if (keys === null) return LEAF
  const names = Object.keys(keys).sort(compareBytes)
  return { is: 'object', entries: names.map((name) => [name, shapeOfKeys(keys[name] ?? null)] as const) }
}

/** The keys of an object shape, as `subkeys` shows them; `null` for a value, `undefined` where it may be either. */
export function keysOfShape(shape: Shape): SubKeys | null | undefined {
  if (shape.is === 'object')
    return Object.fromEntries(shape.entries.map(([key, value]) => [key, keysOfShape(value) ?? null]))
  return shape.is === 'something' || shape.is === 'open' ? undefined : null
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
