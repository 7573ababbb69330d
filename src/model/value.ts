/** A YAML value after anchors, merge keys and variables are resolved. */
export type Value = null | boolean | number | string | readonly Value[] | ValueMap
export interface ValueMap {
  readonly [key: string]: Value
}

/** Keys and list indices that lead from the document's root to a value. */
export type FieldPath = readonly (string | number)[]

export function isMap(value: Value | undefined): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value)
}

/** The value at a path of keys and indices; `undefined` when something on the way is missing or of another type. */
export function at(value: Value | undefined, ...path: readonly (string | number)[]): Value | undefined {
  let current = value
  for (const step of path) {
    if (isList(current)) current = current[Number(step)]
    else if (isMap(current) && Object.hasOwn(current, step)) current = current[step]
    else return undefined
  }
  return current
}

export function stringAt(value: Value | undefined, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : undefined
}

export function mapAt(value: Value | undefined, ...path: readonly (string | number)[]): ValueMap | undefined {
  const found = at(value, ...path)
  return isMap(found) ? found : undefined
}

/** The list at a path; empty when there is none. */
export function listAt(value: Value | undefined, ...path: readonly (string | number)[]): readonly Value[] {
  const found = at(value, ...path)
  return isList(found) ? found : []
}

/** The strings of the list at a path. */
export function stringsAt(value: Value | undefined, ...path: readonly (string | number)[]): string[] {
  return listAt(value, ...path).filter((item) => typeof item === 'string')
}
