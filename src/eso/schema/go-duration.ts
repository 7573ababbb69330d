import { GO_DURATION_UNITS } from '../../model/go-duration-units.ts'
import { goQuote } from '../../model/go-quote.ts'

const LONG = /^(\d+)\s*(d|w|y|day|days|week|weeks|hour|hours|hr|hrs|min|mins|minute|minutes|sec|secs|second|seconds)$/i

const HOURS: Readonly<Record<string, number>> = { d: 24, w: 24 * 7, y: 24 * 365 }

const LIMIT = 1n << 63n

/**
 * What Go's `time.ParseDuration` answers: nanoseconds, or its error word for word (`time: unknown unit "d" in duration "1d"`).
 * Fractions below a nanosecond are cut off.
 */
export function parseGoDuration(text: string): bigint | { readonly error: string } {
  const quoted = goQuote(text)
  const invalid = { error: `time: invalid duration ${quoted}` }
  const negative = text.startsWith('-')
  let rest = text.replace(/^[-+]/, '')
  if (rest === '0') return 0n
  if (rest === '') return invalid
  let total = 0n
  while (rest !== '') {
    const number = /^(\d*)(?:\.(\d*))?/.exec(rest) ?? ['', '', undefined]
    const [whole, before = '', after] = number
    if (before === '' && (after ?? '') === '') return invalid
    rest = rest.slice(whole.length)
    const unit = /^[^.\d]*/.exec(rest)?.[0] ?? ''
    if (unit === '') return { error: `time: missing unit in duration ${quoted}` }
    rest = rest.slice(unit.length)
    const scale = Object.hasOwn(GO_DURATION_UNITS, unit) ? GO_DURATION_UNITS[unit] : undefined
    if (scale === undefined) return { error: `time: unknown unit ${goQuote(unit)} in duration ${quoted}` }
    const fraction = (after ?? '').slice(0, 18)
    total += BigInt(before === '' ? '0' : before) * scale
    if (fraction !== '') total += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length)
    if (total > LIMIT) return invalid
  }
  if (negative) return -total
  return total === LIMIT ? invalid : total
}

/** Whether Go's `time.ParseDuration` takes a text: `1h`, `1h30m`, `0`; not `1d`, not `60`. */
function isGoDuration(text: string): boolean {
  return typeof parseGoDuration(text) === 'bigint'
}

/** What to write for a duration that Go does not take: `1d` → `24h`, `60` → `60s`; `undefined` when nobody knows. */
export function asGoDuration(text: string): string | undefined {
  const trimmed = text.trim()
  if (isGoDuration(trimmed)) return trimmed
  if (/^\d+$/.test(trimmed)) return `${trimmed}s`
  const match = LONG.exec(trimmed)
  if (!match) return undefined
  const amount = Number(match[1])
  const unit = (match[2] ?? '').toLowerCase()[0] ?? ''
  const hours = HOURS[unit]
  return hours === undefined ? `${amount}${unit}` : `${amount * hours}h`
}
