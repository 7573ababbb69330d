import type { FieldPath, Value, ValueMap } from '../../model/value.ts'
import { isMap } from '../field-value.ts'

/** A path as people write it: `spec.data[0].remoteRef`. Keys with dots stand in brackets. */
export function formatPath(path: FieldPath): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else if (/^[\w$-]+$/.test(part)) text += text === '' ? part : `.${part}`
    else text += `[${JSON.stringify(part)}]`
  }
  return text
}

/** Whether `path` is `prefix` or lies below it. */
export function isUnder(path: FieldPath, prefix: FieldPath): boolean {
  return prefix.length <= path.length && prefix.every((part, i) => part === path[i])
}

/** `body` with the value at `path` set (maps on the way are made) or, for `undefined`, taken out. Nothing is changed in place. */
export function withValue(body: Value | undefined, path: FieldPath, value: Value | undefined): Value {
  const [part, ...rest] = path
  if (part === undefined) return value ?? null
  if (typeof part === 'number') {
    const list = Array.isArray(body) ? (body as readonly Value[]) : []
    return list.map((item, i) => (i === part ? withValue(item, rest, value) : item))
  }
  const map: ValueMap = isMap(body) ? body : {}
  if (rest.length === 0 && value === undefined) {
    return Object.fromEntries(Object.entries(map).filter(([key]) => key !== part))
  }
  return Object.fromEntries([...Object.entries(map), [part, withValue(map[part], rest, value)]])
}
