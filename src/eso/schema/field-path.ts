import type { FieldPath, Value } from '../../model/value.ts'
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

/** A body that is being changed in thought: each map and list of it is copied once, and only when something in it changes. */
export interface Draft {
  readonly value: Value
  /** Sets the value at a path, and makes the maps on the way; `undefined` takes it out. */
  set(path: FieldPath, value: Value | undefined): void
}

type Container = Record<string, Value> | Value[]

export function draftOf(body: Value): Draft {
  const own = new Set<unknown>()
  const owned = (value: Value | undefined, isIndex: boolean): Container => {
    if (own.has(value)) return value as Container
    const copy = isIndex
      ? [...(Array.isArray(value) ? (value as readonly Value[]) : [])]
      : isMap(value)
        ? { ...value }
        : {}
    own.add(copy)
    return copy
  }
  let value = body
  return {
    get value() {
      return value
    },
    set(path, wanted) {
      if (path.length === 0) {
        value = wanted ?? null
        return
      }
      const top = owned(value, typeof path[0] === 'number')
      value = top
      let inside = top
      for (const [index, part] of path.entries()) {
        if (Array.isArray(inside) && !(typeof part === 'number' && part < inside.length)) return
        if (index < path.length - 1) {
          const next = owned(fieldOf(inside, part), typeof path[index + 1] === 'number')
          put(inside, part, next)
          inside = next
        } else if (wanted !== undefined) put(inside, part, wanted)
        else if (Array.isArray(inside)) put(inside, part, null)
        else delete inside[part]
      }
    },
  }
}

function fieldOf(inside: Container, part: string | number): Value | undefined {
  return Object.hasOwn(inside, part) ? (inside as Record<string | number, Value>)[part] : undefined
}

/** Also where the name is `__proto__`. */
function put(inside: Container, part: string | number, value: Value): void {
  Object.defineProperty(inside, part, { value, enumerable: true, configurable: true, writable: true })
}
