import type { FieldDifference } from '../chain/drift-facts.ts'
import { sameField, seconds, text, textSet } from '../setup/normalise.ts'
import { shownField } from './shown.ts'

export type Fields = Readonly<Record<string, unknown>>
export type Normalise = (value: unknown) => unknown

/** What a value looks like that only the machine that runs the command can fill in: `@file`, `${VAR}`, `$(cat …)`. */
export function isToldElsewhere(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isToldElsewhere)
  return typeof value === 'string' && (value.startsWith('@') || /\$[{(A-Za-z_]/.test(value))
}

/** For fields that no table names: a duration by its name, else lists as sets and everything else as text. */
function byName(field: string, a: unknown, b: unknown): Normalise {
  if (/(?:^|_)(?:ttl|period)$/.test(field)) return seconds
  if (Array.isArray(a) || Array.isArray(b)) return textSet
  if (typeof a === 'object' || typeof b === 'object') return sortedLists
  return text
}

/** Maps of texts or lists of texts, such as `bound_claims`: the order within says nothing (vault.md §7.2). */
function sortedLists(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, Array.isArray(inner) ? inner.map(String).sort() : [String(inner)]]),
  )
}

/**
 * The fields of `expected` that the server has otherwise, and, with `complete`, those that it has although nobody wrote them. A
 * field that the server does not know at all is left out: it belongs to another product or version.
 */
export function compareFields(
  expected: Fields,
  actual: Fields,
  table: Readonly<Record<string, Normalise>>,
  complete: boolean,
): FieldDifference[] {
  const names = complete ? new Set([...Object.keys(expected), ...Object.keys(table)]) : new Set(Object.keys(expected))
  return [...names].sort().flatMap((field) => {
    const [want, have] = [expected[field], actual[field]]
    if (isToldElsewhere(want) || (!(field in actual) && table[field] === undefined)) return []
    const normalise = table[field] ?? byName(field, want, have)
    if (sameField(normalise, want, have)) return []
    return [{ field, expected: shownField(field, want, normalise), actual: shownField(field, have, normalise) }]
  })
}
