import { isList, isMap, type Value, type ValueMap } from '../../model/value.ts'

/**
 * A strategic merge patch on an object whose kind has no merge schema (every custom resource): maps merge, lists are replaced,
 * `null` removes. `$patch: delete` is the caller's matter.
 */
export function mergePatch(target: Value | undefined, patch: Value): Value {
  if (!isMap(patch)) return patch
  const result: Record<string, Value> = isMap(target) && patch.$patch !== 'replace' ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (key === '$patch') continue
    if (value === null || (isMap(value) && value.$patch === 'delete')) delete result[key]
    else result[key] = mergePatch(result[key], value)
  }
  return result
}

export interface JsonOperation {
  readonly op: string
  readonly path: readonly string[]
  readonly from?: readonly string[]
  readonly value?: Value
}

/** The operations of a JSON 6902 patch; what is no operation is left out. */
export function jsonOperations(patch: Value): JsonOperation[] {
  if (!isList(patch)) return []
  return patch.flatMap((item): JsonOperation[] => {
    if (!isMap(item) || typeof item.op !== 'string' || typeof item.path !== 'string') return []
    const from = typeof item.from === 'string' ? { from: pointer(item.from) } : {}
    const value = item.value === undefined ? {} : { value: item.value }
    return [{ op: item.op, path: pointer(item.path), ...from, ...value }]
  })
}

/** RFC 6901: `/spec/data/0/remoteRef/key` as its parts. */
function pointer(text: string): string[] {
  return text
    .split('/')
    .slice(text.startsWith('/') ? 1 : 0)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Applies `add`, `replace` and `remove`; `undefined` when the patch cannot be applied (a missing parent, another operation). */
export function applyJsonOperations(target: Value, operations: readonly JsonOperation[]): Value | undefined {
  let current: Value | undefined = target
  for (const operation of operations) {
    if (current === undefined) return undefined
    if (operation.op === 'test') continue
    if (operation.op !== 'add' && operation.op !== 'replace' && operation.op !== 'remove') return undefined
    current = change(current, operation.path, operation)
  }
  return current
}

function change(target: Value, path: readonly string[], operation: JsonOperation): Value | undefined {
  const [step, ...rest] = path
  if (step === undefined) return operation.op === 'remove' ? undefined : (operation.value ?? null)
  if (isList(target)) {
    const index = step === '-' ? target.length : Number(step)
    if (!Number.isInteger(index) || index < 0 || index > target.length) return undefined
    const items = [...target]
    if (rest.length === 0) {
      if (operation.op === 'remove') items.splice(index, 1)
      else items.splice(index, operation.op === 'add' ? 0 : 1, operation.value ?? null)
      return items
    }
    const next = index < items.length ? change(items[index] as Value, rest, operation) : undefined
    if (next === undefined) return undefined
    items[index] = next
    return items
  }
  if (!isMap(target)) return undefined
  const result: Record<string, Value> = { ...(target as ValueMap) }
  if (rest.length === 0) {
    if (operation.op === 'remove') delete result[step]
    else result[step] = operation.value ?? null
    return result
  }
  const below = result[step]
  const next = below === undefined ? undefined : change(below, rest, operation)
  if (next === undefined) return undefined
  result[step] = next
  return result
}
