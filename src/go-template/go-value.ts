import { formatGoFloat } from './go-number.ts'

/**
 * A value while a template runs, as far as it is known without any secret. `type` is what Go prints for it (`%T`), which its
 * messages name; `unknown` stands for an interface whose content only the values decide.
 */
export type GoValue =
  | { readonly is: 'string'; readonly type: 'string' | string; readonly text?: string }
  | { readonly is: 'bool'; readonly type: 'bool'; readonly value?: boolean }
  | { readonly is: 'number'; readonly type: string; readonly value?: number }
  | { readonly is: 'nil' }
  | {
      readonly is: 'map'
      readonly type: string
      /** Entries that are certainly there. */
      readonly entries: ReadonlyMap<string, GoValue>
      /** Whether there may be others, of a name that `mayHold` takes. */
      readonly open: boolean
      readonly mayHold?: (key: string) => boolean
      readonly element: GoValue
      /** The data of the template: what is read of it is what this is all about. */
      readonly isData?: true
      /** A key that is not there gives `<no value>`, without an error. */
      readonly lenient?: true
    }
  | {
      readonly is: 'slice'
      readonly type: string
      /** All of them; `undefined`: their number is not known. */
      readonly items: readonly GoValue[] | undefined
      readonly element: GoValue
    }
  /** A struct or pointer. Fields that are not named here are methods, of which nothing is known, if they begin with a capital. */
  | { readonly is: 'struct'; readonly type: string; readonly fields: ReadonlyMap<string, GoValue> }
  | { readonly is: 'unknown' }

export const UNKNOWN: GoValue = { is: 'unknown' }
export const NIL: GoValue = { is: 'nil' }
export const STRING: GoValue = { is: 'string', type: 'string' }
const BOOL: GoValue = { is: 'bool', type: 'bool' }

export const text = (value: string): GoValue => ({ is: 'string', type: 'string', text: value })
export const bool = (value: boolean | undefined): GoValue =>
  value === undefined ? BOOL : { is: 'bool', type: 'bool', value }
export const number = (type: string, value?: number): GoValue =>
  value === undefined ? { is: 'number', type } : { is: 'number', type, value }

export function slice(type: string, items: readonly GoValue[] | undefined, element: GoValue = UNKNOWN): GoValue {
  return { is: 'slice', type, items, element }
}

const NUMBERS = /^(?:u?int(?:8|16|32|64)?|float(?:32|64)|complex128)$/

/** A value of a Go type of which nothing else is known. */
export function ofType(type: string): GoValue {
  if (type === 'string') return STRING
  if (type === 'bool') return BOOL
  if (NUMBERS.test(type)) return { is: 'number', type }
  if (type === 'interface {}') return UNKNOWN
  if (type.startsWith('[]')) return slice(type, undefined, ofType(type.slice(2)))
  if (type.startsWith('map[string]'))
    return { is: 'map', type, entries: new Map(), open: true, element: ofType(type.slice('map[string]'.length)) }
  const fields = type === 'sprig.certificate' ? ['Cert', 'Key'] : []
  return { is: 'struct', type, fields: new Map(fields.map((name) => [name, STRING])) }
}

/** What Go's `%T` prints; `undefined` where it is not known. */
export function typeOf(value: GoValue): string | undefined {
  return value.is === 'unknown' || value.is === 'nil' ? undefined : value.type
}

/** `reflect.Kind`, as messages of sprig name it; `undefined` where it is not known. */
export function kindOf(value: GoValue): string | undefined {
  switch (value.is) {
    case 'unknown':
      return undefined
    case 'nil':
      return 'invalid'
    case 'number':
      return value.type
    case 'struct':
      return value.type.startsWith('*') ? 'ptr' : 'struct'
    default:
      return value.is
  }
}

/** Whether Go takes it for true in a condition; `undefined`: a value decides. */
export function truthOf(value: GoValue): boolean | undefined {
  switch (value.is) {
    case 'nil':
      return false
    case 'string':
      return value.text === undefined ? undefined : value.text !== ''
    case 'bool':
      return value.value
    case 'number':
      return value.value === undefined ? undefined : value.value !== 0
    case 'map':
      return value.entries.size > 0 ? true : value.open ? undefined : false
    case 'slice':
      return value.items === undefined ? undefined : value.items.length > 0
    case 'struct':
      return true
    default:
      return undefined
  }
}

/** What a variable holds that was set on one way and not on the other. */
export function either(one: GoValue, other: GoValue): GoValue {
  if (one === other) return one
  if (one.is === 'unknown' || other.is === 'unknown' || one.is !== other.is) return UNKNOWN
  if (one.is === 'nil' || typeOf(one) !== typeOf(other)) return one.is === 'nil' ? one : UNKNOWN
  if (one.is === 'map' && one.isData !== undefined) return UNKNOWN
  return sameText(one, other) ? one : ofType(typeOf(one) ?? 'interface {}')
}

function sameText(one: GoValue, other: GoValue): boolean {
  if (one.is === 'string' && other.is === 'string') return one.text !== undefined && one.text === other.text
  if (one.is === 'number' && other.is === 'number') return one.value !== undefined && one.value === other.value
  if (one.is === 'bool' && other.is === 'bool') return one.value !== undefined && one.value === other.value
  return false
}

/** What Go's `%v` prints of a text, number or boolean; `undefined` where it is not known, or is anything else. */
export function printed(value: GoValue): string | undefined {
  if (value.is === 'string') return value.text
  if (value.is === 'bool') return value.value?.toString()
  if (value.is !== 'number' || value.value === undefined) return undefined
  if (value.type === 'float64') return formatGoFloat(value.value)
  return Number.isInteger(value.value) ? String(value.value) : undefined
}
