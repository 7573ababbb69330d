import { createHash } from 'node:crypto'
import { seconds } from '../setup/normalise.ts'

const LENGTH = 160

/** A value of a role or config as a message shows it. Certificates are told by a hash: they are long and say nothing to a reader. */
function shown(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'nothing' : cut(value.map((one) => shown(one)).join(', '))
  if (typeof value === 'string') return value.includes('-----BEGIN ') ? pem(value) : cut(value)
  if (typeof value === 'object') return cut(JSON.stringify(value))
  return String(value)
}

/**
 * A field's value as a message shows it: durations as people write them, and a value that nobody wrote by its default, where the
 * field has one that says something.
 */
export function shownField(field: string, value: unknown, normalise?: (value: unknown) => unknown): string {
  if (value === undefined || value === null || value === '') {
    const byDefault = normalise?.(undefined)
    const says = typeof byDefault === 'boolean' || (typeof byDefault === 'string' && byDefault !== '')
    return says ? `its default (${byDefault})` : 'nothing'
  }
  if (/(?:^|_)(?:ttl|period)$/.test(field)) {
    const given = seconds(value)
    if (typeof given === 'number') return given === 0 ? 'nothing' : duration(given)
  }
  return shown(value)
}

/** `3600` is `1h`, `5400` is `1h30m`. */
function duration(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const
  return parts
    .filter(([count]) => count !== 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join('')
}

function pem(text: string): string {
  const [, label = 'text'] = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(text) ?? []
  const hash = createHash('sha256').update(text.replace(/\s+/g, '')).digest('hex')
  return `a PEM ${label.toLowerCase()} (SHA-256 of its text ${hash.slice(0, 12)}…)`
}

function cut(text: string): string {
  const points = [...text]
  return points.length <= LENGTH ? text : `${points.slice(0, LENGTH - 1).join('')}…`
}
