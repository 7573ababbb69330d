import { type CompiledRegexp, compileGoRegexp, isRegexp } from '../../model/go-regexp.ts'
import { nearestName } from '../../model/nearest-name.ts'
import { hasHole } from '../../model/placeholders.ts'
import type { FieldPath, Value } from '../../model/value.ts'
import { isMap } from '../field-value.ts'
import { formatPath } from './field-path.ts'
import type { ProblemList } from './problem-list.ts'
import type { SchemaShape } from './schema-node.ts'
import { isTemplateGarbage } from './undecided.ts'

type Scalar = boolean | number | string

/** What a value is, for a message. */
function kindOf(value: Value): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (isMap(value)) return 'a map'
  return typeof value === 'string' ? 'text' : typeof value === 'number' ? 'a number' : 'a boolean'
}

const WANTED: Readonly<Record<string, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'text',
  boolean: 'true or false, without quotes',
  integer: 'a whole number, without quotes',
  number: 'a number, without quotes',
  'int-or-string': 'a whole number or text',
}

const PATTERNS: readonly (readonly [start: string, words: string])[] = [
  [
    '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.',
    'lower-case letters, digits, `-` and `.`, with a letter or digit at both ends',
  ],
  ['^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', 'lower-case letters, digits and `-`, with a letter or digit at both ends'],
  ['^[-._a-zA-Z0-9]+$', 'letters, digits, `-`, `_` and `.`'],
]

function patternInWords(pattern: string): string {
  return PATTERNS.find(([start]) => pattern.startsWith(start))?.[1] ?? `the pattern ${pattern}`
}

/** The enum value that was meant: `2` and `kv-v2` are v2 of the store's version (eso.md §6.8). */
function meantEnum(written: string, allowed: readonly string[]): string | undefined {
  const number = /^(?:kv[-_]?)?v?(\d+)$/i.exec(written)?.[1]
  const version = number === undefined ? undefined : `v${number}`
  if (version !== undefined && allowed.includes(version)) return version
  return nearestName(written, allowed)
}

const last = (path: FieldPath): string => String(path.findLast((part) => typeof part === 'string') ?? '')
const quoted = (text: string): string => JSON.stringify(text)

/** Values below free maps (`data`, `headers`) may be secret: they are never repeated in a message. */
function shown(value: Scalar, path: FieldPath): string {
  const free = path.some((part) => part === 'data' || part === 'headers' || part === 'parameters')
  const listed = path.some((part, i) => part === 'data' && typeof path[i + 1] === 'number')
  return free && !listed ? '' : ` (\`${value}\`)`
}

/** Most texts are any text, or one of those that are allowed. */
function isRightText({ enum: allowed, minLength, maxLength, pattern, format }: SchemaShape, value: Scalar): boolean {
  if (typeof value !== 'string') return false
  if (allowed !== undefined) return allowed.includes(value)
  const bounds = value === '' ? (minLength ?? 0) > 0 : maxLength !== undefined && value.length > maxLength
  return (
    !bounds && (pattern === undefined || matchesPattern(pattern, value)) && format !== 'date-time' && format !== 'byte'
  )
}

/** What ESO's own CRDs ask of names, which nearly every field with a pattern is. */
const NAMES: ReadonlyMap<string, RegExp> = new Map(
  [
    '^[-._a-zA-Z0-9]+$',
    '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
    '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
  ].map((pattern) => [pattern, new RegExp(pattern, 'u')]),
)
const others = new Map<string, CompiledRegexp>()

/** Any other pattern may come from a CRD in Git: it is read as the API server reads it, and one that it refuses asks for nothing. */
function matchesPattern(pattern: string, value: string): boolean {
  const name = NAMES.get(pattern)
  if (name !== undefined) return name.test(value)
  const compiled = others.get(pattern) ?? compileGoRegexp(pattern)
  others.set(pattern, compiled)
  return !isRegexp(compiled) || compiled.matches(value)
}

function checkText(shape: SchemaShape, value: Scalar, path: FieldPath, list: ProblemList): void {
  if (isRightText(shape, value)) return
  const field = `\`${formatPath(path)}\``
  if (shape.enum !== undefined) {
    const text = String(value)
    if (hasHole(text)) return
    const meant = meantEnum(text, shape.enum)
    const allowed =
      shape.enum.length === 1 ? quoted(shape.enum[0] ?? '') : `one of ${shape.enum.map(quoted).join(', ')}`
    list.add({
      kind: 'value',
      effect: 'rejected',
      path,
      message: `${field} is ${quoted(text)}, and must be ${allowed}: the API server refuses the object.`,
      suggestion: meant === undefined ? undefined : `${last(path)}: ${meant}`,
    })
    return
  }
  if (typeof value !== 'string') {
    const value_ = shown(value, path)
    list.add({
      kind: 'type',
      effect: 'rejected',
      path,
      message: `${field} is ${kindOf(value)}${value_}, and must be text: the API server refuses the object.`,
      suggestion: value_ === '' ? 'Put the value in quotes.' : `${last(path)}: ${quoted(String(value))}`,
    })
    return
  }
  if (hasHole(value)) return
  if (value === '' && (shape.minLength ?? 0) > 0) {
    list.add({
      kind: 'value',
      effect: 'rejected',
      path,
      message: `${field} is empty, which the API server refuses.`,
    })
  } else if (shape.maxLength !== undefined && [...value].length > shape.maxLength) {
    list.add({
      kind: 'value',
      effect: 'rejected',
      path,
      message: `${field} is longer than ${shape.maxLength} characters, which the API server refuses.`,
    })
  } else if (shape.pattern !== undefined && !matchesPattern(shape.pattern, value)) {
    list.add({
      kind: 'value',
      effect: 'rejected',
      path,
      message: `${field} is ${quoted(value)}, and may hold only ${patternInWords(shape.pattern)}: the API server refuses the object.`,
    })
  } else if (shape.format === 'date-time' && !DATE_TIME.test(value)) {
    list.add({
      kind: 'value',
      effect: 'rejected',
      path,
      message: `${field} is no time in the form of RFC 3339 (\`2026-01-31T08:00:00Z\`): the API server refuses the object.`,
    })
  } else if (shape.format === 'byte' && value.includes('-----BEGIN')) {
    list.add({
      kind: 'value',
      effect: 'rejected',
      path,
      at: 'key',
      message: `${field} holds PEM text, and must hold its base64 form: the API server refuses the object (must be of type byte).`,
      suggestion: `Write the output of \`base64 -w0 ca.pem\` there, or use caProvider.`,
    })
  }
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/

function fitsScalar(type: SchemaShape['type'], value: Scalar): boolean {
  if (type === 'boolean') return typeof value === 'boolean'
  if (type === 'integer') return Number.isInteger(value)
  if (type === 'number') return typeof value === 'number'
  if (type === 'int-or-string') return typeof value === 'string' || Number.isInteger(value)
  return false
}

function checkRange(shape: SchemaShape, value: Scalar, path: FieldPath, list: ProblemList): void {
  if (typeof value !== 'number') return
  const [least, most] = shape.format === 'int32' ? [-(2 ** 31), 2 ** 31 - 1] : [-(2 ** 63), 2 ** 63 - 1]
  const low = Math.max(least, shape.minimum ?? least)
  const high = Math.min(most, shape.maximum ?? most)
  if (value >= low && value <= high) return
  list.add({
    kind: 'value',
    effect: 'rejected',
    path,
    message: `\`${formatPath(path)}\` is ${value}, and must be ${value < low ? `at least ${low}` : `at most ${high}`}: the API server refuses the object.`,
  })
}

function unquoted(type: SchemaShape['type'], value: Scalar): string | undefined {
  if (typeof value !== 'string') return undefined
  const wanted = type === 'boolean' ? /^(true|false)$/ : /^-?\d+$/
  return wanted.test(value) ? value : undefined
}

/**
 * Checks a value against the type, enum and limits of a node, without looking below it. `true` when a walk may go on below.
 * Placeholders, unresolved variables and what YAML makes of an unquoted `{{ }}` are taken as they are (field.md §6).
 */
export function checkType(shape: SchemaShape, value: Value, path: FieldPath, list: ProblemList): boolean {
  const { type } = shape
  if (type === undefined || value === null) return false
  if (type === 'object' && isMap(value)) return !isTemplateGarbage(value)
  if (type === 'array' && Array.isArray(value)) return true
  if (typeof value === 'string' && type !== 'string' && hasHole(value)) return false
  if (isTemplateGarbage(value)) return false
  const scalar = typeof value === 'object' ? undefined : value
  if (scalar !== undefined && type === 'string') {
    checkText(shape, scalar, path, list)
    return false
  }
  if (scalar !== undefined && fitsScalar(type, scalar)) {
    checkRange(shape, scalar, path, list)
    return false
  }
  // The API server takes an empty list for bytes.
  if (shape.format === 'byte' && Array.isArray(value) && value.length === 0) return false

  const name = last(path)
  const bare = scalar === undefined ? undefined : unquoted(type, scalar)
  const fix =
    bare !== undefined
      ? `${name}: ${bare}`
      : type === 'object' && Array.isArray(value)
        ? `Take the \`-\` away below \`${name}:\`.`
        : type === 'array'
          ? `Begin each item below \`${name}:\` with \`- \`.`
          : undefined
  list.add({
    kind: 'type',
    effect: 'rejected',
    path,
    message: `\`${formatPath(path)}\` is ${kindOf(value)}, and must be ${WANTED[type] ?? type}: the API server refuses the object.`,
    suggestion: fix,
  })
  return false
}
