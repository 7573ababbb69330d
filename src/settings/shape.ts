import { nearestNames } from '../model/nearest-name.ts'
import type { FieldPath, Value, ValueMap } from '../model/value.ts'

/**
 * What a part of the config file may look like. One description makes both the validation here and the published JSON Schema
 * (`config-schema.ts`), so that the two cannot differ.
 */
export type Shape = { readonly about?: string } & (
  | { readonly is: 'text'; readonly matches?: TextPattern; readonly mayBeEmpty?: true }
  | { readonly is: 'choice'; readonly of: readonly (string | boolean)[] }
  | { readonly is: 'version'; readonly number: number }
  | { readonly is: 'boolean' }
  | { readonly is: 'number' }
  | { readonly is: 'list'; readonly of: Shape; readonly atLeast?: number }
  | { readonly is: 'map'; readonly of: Shape; readonly keys?: TextPattern }
  | ObjectShape
  | { readonly is: 'either'; readonly of: readonly Shape[]; readonly says: string }
)

export interface ObjectShape {
  readonly is: 'object'
  readonly about?: string
  readonly keys: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  /** At least one of these keys. */
  readonly alternatives?: readonly string[]
}

/** A regular expression that matches the whole text, and what to say when it does not. */
export interface TextPattern {
  readonly source: string
  /** Completes "must be …". */
  readonly says: string
}

export interface ShapeProblem {
  readonly path: FieldPath
  /** The key is wrong, or the value. */
  readonly part: 'key' | 'value'
  readonly message: string
}

/** All that is wrong with `value`, in the order of the file; empty: it fits. */
export function checkShape(value: Value, shape: Shape, path: FieldPath = []): ShapeProblem[] {
  const wrong = (message: string, part: 'key' | 'value' = 'value'): ShapeProblem[] => [{ path, part, message }]
  switch (shape.is) {
    case 'text':
      if (typeof value !== 'string')
        return wrong(`${name(path)} must be text, not ${typeName(value)}.${quoteHint(value)}`)
      if (value === '' && !shape.mayBeEmpty) return wrong(`${name(path)} must not be empty.`)
      if (shape.matches && !fits(value, shape.matches) && value !== '') {
        return wrong(`${name(path)} must be ${shape.matches.says}, not ${quoted(value)}.`)
      }
      return []
    case 'choice':
      if ((typeof value === 'string' || typeof value === 'boolean') && shape.of.includes(value)) return []
      return wrong(
        `${name(path)} must be ${eitherOf(shape.of)}, not ${quoted(value)}.${didYouMean(
          String(value),
          shape.of.filter((one) => typeof one === 'string'),
        )}`,
      )
    case 'version':
      if (value === shape.number) return []
      return wrong(`${name(path)} must be the number ${shape.number}, not ${quoted(value)}.`)
    case 'boolean':
      return typeof value === 'boolean' ? [] : wrong(`${name(path)} must be true or false, not ${quoted(value)}.`)
    case 'number':
      return typeof value === 'number' ? [] : wrong(`${name(path)} must be a number, not ${quoted(value)}.`)
    case 'list':
      if (!isList(value)) return wrong(`${name(path)} must be a list, not ${typeName(value)}.`)
      if (value.length < (shape.atLeast ?? 0)) return wrong(`${name(path)} must not be empty.`)
      return value.flatMap((item, index) => checkShape(item, shape.of, [...path, index]))
    case 'map':
      if (!isMap(value)) return wrong(`${name(path)} must be a map of names, not ${typeName(value)}.`)
      return Object.entries(value).flatMap(([key, item]) => {
        const at = [...path, key]
        if (shape.keys && !fits(key, shape.keys)) {
          return [{ path: at, part: 'key' as const, message: `${quoted(key)} must be ${shape.keys.says}.` }]
        }
        return checkShape(item, shape.of, at)
      })
    case 'object':
      return checkObject(value, shape, path)
    case 'either':
      return shape.of.some((option) => checkShape(value, option, path).length === 0)
        ? []
        : wrong(`${name(path)} must be ${shape.says}, not ${quoted(value)}.`)
  }
}

function checkObject(value: Value, shape: ObjectShape, path: FieldPath): ShapeProblem[] {
  if (!isMap(value)) {
    return [{ path, part: 'value', message: `${name(path)} must be a map of settings, not ${typeName(value)}.` }]
  }
  const known = Object.keys(shape.keys)
  const problems: ShapeProblem[] = []
  for (const [key, item] of Object.entries(value)) {
    const at = [...path, key]
    const inner = Object.hasOwn(shape.keys, key) ? shape.keys[key] : undefined
    if (inner === undefined) {
      const where = path.length === 0 ? '' : ` in ${name(path)}`
      const near = didYouMean(key, known) || ` Known here: ${known.map(quoted).join(', ')}.`
      problems.push({ path: at, part: 'key', message: `unknown key ${quoted(key)}${where}.${near}` })
    } else problems.push(...checkShape(item, inner, at))
  }
  for (const key of shape.required ?? []) {
    if (!Object.hasOwn(value, key)) {
      const message = path.length === 0 ? `${quoted(key)} is missing.` : `${name(path)} lacks ${quoted(key)}.`
      problems.push({ path, part: 'value', message })
    }
  }
  if (shape.alternatives && !shape.alternatives.some((key) => Object.hasOwn(value, key))) {
    problems.push({
      path,
      part: 'value',
      message: `${name(path)} needs ${shape.alternatives.map(quoted).join(' or ')}.`,
    })
  }
  return problems
}

/** ` Did you mean …?`, or nothing when no known name is near. */
export function didYouMean(given: string, known: readonly string[]): string {
  const sameLetters = known.filter((candidate) => letters(candidate) === letters(given))
  const near = sameLetters.length > 0 ? sameLetters : nearestNames(given, known, 2)
  return near.length === 0 ? '' : ` Did you mean ${near.map(quoted).join(' or ')}?`
}

const letters = (text: string): string => text.toLowerCase().replaceAll(/[-_ ]/g, '')

/** `"a", "b" or "c"`. */
export function eitherOf(choices: readonly (string | boolean)[]): string {
  const all = choices.map(quoted)
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`
}

/** A value as JSON on one line, cut at 60 characters: what a person typed may be long, and may be anything. */
export function quoted(value: Value): string {
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

function fits(text: string, pattern: TextPattern): boolean {
  return new RegExp(`^(?:${pattern.source})$`, 'u').test(text)
}

function name(path: FieldPath): string {
  if (path.length === 0) return 'The config file'
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('')
}

function typeName(value: Value): string {
  if (value === null) return 'empty'
  if (isList(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  return `the ${typeof value} ${quoted(value)}`
}

function quoteHint(value: Value): string {
  return typeof value === 'number' || typeof value === 'boolean' ? ` Write it in quotes: "${value}".` : ''
}

const isList = (value: Value): value is readonly Value[] => Array.isArray(value)
const isMap = (value: Value): value is ValueMap => typeof value === 'object' && value !== null && !Array.isArray(value)
