import { GO_DURATION_UNITS } from '../model/go-duration-units.ts'
import { goQuote } from '../model/go-quote.ts'
import { toBytes } from './byte-string.ts'

/** Seconds, or why the text is no duration, in Go's words. */
export type Duration = { readonly seconds: number } | { readonly error: string }

/** What Vault accepts as a TTL: a number of seconds, a Go duration (`1h30m`), or days (`7d`); empty is 0 (vault.md §1.2). */
export function parseTtl(text: string): Duration {
  if (text === '') return { seconds: 0 }
  if (/^[+-]?\d+$/.test(text)) return { seconds: Number(text) }
  if (text.endsWith('d')) {
    const days = text.slice(0, -1)
    if (/^[+-]?\d+$/.test(days)) return { seconds: Number(days) * 86_400 }
    return { error: `strconv.ParseInt: parsing ${goQuote(days)}: invalid syntax` }
  }
  return parseGoDuration(text)
}

function parseGoDuration(text: string): Duration {
  const invalid = { error: `time: invalid duration ${quote(text)}` }
  const sign = text.startsWith('-') ? -1 : 1
  const body = text.replace(/^[+-]/, '')
  if (body === '') return invalid
  let nanoseconds = 0
  let rest = body
  while (rest !== '') {
    const number = /^(\d*)(\.\d*)?/.exec(rest)?.[0] ?? ''
    if (number === '' || number === '.') return invalid
    rest = rest.slice(number.length)
    const unit = /^[^\d.]*/.exec(rest)?.[0] ?? ''
    if (unit === '') return { error: `time: missing unit in duration ${quote(text)}` }
    const factor = GO_DURATION_UNITS[unit]
    if (factor === undefined) {
      return { error: `time: unknown unit ${quote(unit)} in duration ${quote(text)}` }
    }
    nanoseconds += Number(number) * Number(factor)
    rest = rest.slice(unit.length)
  }
  return { seconds: (sign * nanoseconds) / 1e9 }
}

/** Go's time package quotes on its own: every byte that is not plain ASCII as `\xHH`. */
function quote(text: string): string {
  const written = (byte: string) =>
    byte === '"' || byte === '\\' ? `\\${byte}` : `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`
  return `"${toBytes(text).replace(/[^ !#-[\]-\x7f]/g, written)}"`
}
