import { createHash } from 'node:crypto'

const LENGTH = 160

/** A value of a role or config as a message shows it. Certificates are told by a hash: they are long and say nothing to a reader. */
export function shown(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'nothing' : cut(value.map((one) => shown(one)).join(', '))
  if (typeof value === 'string') return value.includes('-----BEGIN ') ? pem(value) : cut(value)
  if (typeof value === 'object') return cut(JSON.stringify(value))
  return String(value)
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
