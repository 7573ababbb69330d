import { createHash } from 'node:crypto'
import type { Shown } from '../chain/drift-facts.ts'
import { seconds } from '../setup/normalise.ts'

const LENGTH = 160
const NOTHING: Shown = { code: 'nothing' }

/** A value of a role or config as it may be shown. Certificates are told by a hash: they are long and say nothing to a reader. */
export function shown(value: unknown): Shown {
  if (value === undefined || value === null || value === '') return NOTHING
  if (Array.isArray(value)) return value.length === 0 ? NOTHING : cut(value.map(inList).join(', '))
  if (typeof value === 'string') return value.includes('-----BEGIN ') ? pem(value) : cut(value)
  if (typeof value === 'object') return cut(JSON.stringify(value))
  return { code: 'value', text: String(value) }
}

function inList(value: unknown): string {
  const one = shown(value)
  if (one.code === 'value') return one.text
  return one.code === 'pem' ? `${one.label} ${one.sha256}…` : '""'
}

/**
 * A field's value as it may be shown: durations as people write them, and a value that nobody wrote by its default, where the field
 * has one that says something.
 */
export function shownField(field: string, value: unknown, normalise?: (value: unknown) => unknown): Shown {
  if (value === undefined || value === null || value === '') {
    const byDefault = normalise?.(undefined)
    const says = typeof byDefault === 'boolean' || (typeof byDefault === 'string' && byDefault !== '')
    return says ? { code: 'default', text: String(byDefault) } : NOTHING
  }
  if (/(?:^|_)(?:ttl|period)$/.test(field)) {
    const given = seconds(value)
    if (typeof given === 'number') return given === 0 ? NOTHING : { code: 'value', text: duration(given) }
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

function pem(text: string): Shown {
  const [, label = 'text'] = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(text) ?? []
  const hash = createHash('sha256').update(text.replace(/\s+/g, '')).digest('hex')
  return { code: 'pem', label: label.toLowerCase(), sha256: hash.slice(0, 12) }
}

function cut(text: string): Shown {
  const points = [...text]
  return { code: 'value', text: points.length <= LENGTH ? text : `${points.slice(0, LENGTH - 1).join('')}…` }
}
