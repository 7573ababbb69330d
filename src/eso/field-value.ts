import { type FieldPath, isMap, type Value, type ValueMap } from '../model/value.ts'

/** The value at `path`; `undefined` when the path leads nowhere. Only own keys count: `constructor` is no field. */
export function valueAt(value: Value | undefined, path: FieldPath): Value | undefined {
  let current: Value | undefined = value
  for (const part of path) {
    if (typeof part === 'number') current = Array.isArray(current) ? (current as readonly Value[])[part] : undefined
    else current = isMap(current) && Object.hasOwn(current, part) ? current[part] : undefined
  }
  return current
}

/**
 * The text at `path`. Numbers and booleans count as text, so that a value with forgotten quotes is still followed (the schema
 * has its own say); null counts as unset, as it does for the API server.
 */
export function textAt(value: Value | undefined, ...path: FieldPath): string | undefined {
  const found = valueAt(value, path)
  if (typeof found === 'string') return found
  return typeof found === 'number' || typeof found === 'boolean' ? String(found) : undefined
}

/** The map at `path`; `undefined` for anything else, null included. */
export function mapAt(value: Value | undefined, ...path: FieldPath): ValueMap | undefined {
  const found = valueAt(value, path)
  return isMap(found) ? found : undefined
}

/** The items of the list at `path`; empty for anything else. */
export function listAt(value: Value | undefined, ...path: FieldPath): readonly Value[] {
  const found = valueAt(value, path)
  return Array.isArray(found) ? (found as readonly Value[]) : []
}

/** The texts of the list at `path`, without what is no text. */
export function textsAt(value: Value | undefined, ...path: FieldPath): readonly string[] {
  return listAt(value, ...path).flatMap((item) => textAt(item) ?? [])
}

/** A map of texts at `path` (labels, tags); `undefined` when there is none. */
export function textMapAt(value: Value | undefined, ...path: FieldPath): Readonly<Record<string, string>> | undefined {
  const found = mapAt(value, ...path)
  if (found === undefined) return undefined
  return Object.fromEntries(Object.keys(found).map((key) => [key, textAt(found, key) ?? '']))
}

export { isMap }
