import { resolvePlainScalar } from '../../files/yaml/plain-scalar.ts'
import type { FieldPath, Value, ValueMap } from '../../model/value.ts'
import { envsubst, mentionsVariable } from './envsubst.ts'

export interface UnresolvedAt {
  readonly name: string
  readonly path: FieldPath
  /** Flux refuses the expression itself. */
  readonly refused: boolean
}

export interface SubstitutedValue {
  readonly value: Value
  readonly unresolved: readonly UnresolvedAt[]
}

/**
 * Substitutes variables in every key and string of a value. A string that is all plain text after substitution gets the type it
 * has in YAML: Flux substitutes in the rendered YAML text, where a quoted `"${PORT}"` has long lost its quotes.
 */
export function substituteValue(value: Value, lookup: (name: string) => string | undefined): SubstitutedValue {
  const unresolved: UnresolvedAt[] = []
  const walk = (given: Value, path: FieldPath): Value => {
    if (typeof given === 'string') {
      if (!mentionsVariable(given)) return given
      const result = envsubst(given, lookup)
      for (const name of result.unresolved) unresolved.push({ name, path, refused: false })
      for (const name of result.refused) unresolved.push({ name, path, refused: true })
      if (result.text === given) return given
      return result.unresolved.length > 0 || !writtenPlain(given) ? result.text : resolvePlainScalar(result.text)
    }
    if (Array.isArray(given)) {
      let changed = false
      const items = given.map((item, index) => {
        const next = walk(item as Value, [...path, index])
        changed ||= next !== item
        return next
      })
      return changed ? items : given
    }
    if (given !== null && typeof given === 'object') {
      const map = given as ValueMap
      let changed = false
      const entries = Object.entries(map).map(([key, item]): [string, Value] => {
        const name = mentionsVariable(key) ? envsubst(key, lookup).text : key
        const next = walk(item, [...path, key])
        changed ||= next !== item || name !== key
        return [name, next]
      })
      return changed ? Object.fromEntries(entries) : given
    }
    return given
  }
  return { value: walk(value, []), unresolved }
}

/** Whether a YAML writer leaves a string with variables unquoted, so that its type is decided after substitution. */
function writtenPlain(text: string): boolean {
  return !/[\n\r]|: |:$| #|^[\s!&*|>'"%@`#{[\],?-]|\s$/.test(text)
}
