import { redact } from '../../model/redact.ts'

/** An answer of the API, of any status. */
export interface Answer {
  readonly status: number
  /** The envelope's `data`, when it is an object (vault.md §4.0: read `data` only). */
  readonly data: Readonly<Record<string, unknown>> | undefined
  /** The envelope's `auth` of a login. */
  readonly auth: Readonly<Record<string, unknown>> | undefined
  /** The server's own errors, on one line each, fit to be shown. */
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
}

/** Reads the envelope of an answer. */
export function toAnswer(status: number, body: unknown): Answer {
  const envelope = isObject(body) ? body : {}
  return {
    status,
    data: isObject(envelope.data) ? envelope.data : undefined,
    auth: isObject(envelope.auth) ? envelope.auth : undefined,
    errors: strings(envelope.errors).map(readable),
    warnings: strings(envelope.warnings).map(readable),
  }
}

/** `GET kv/metadata/app answered 403 (permission denied)`: method, path, status and the server's own errors only. */
export function sayAnswer(method: string, path: string, answer: Pick<Answer, 'status' | 'errors'>): string {
  const errors = answer.errors.join('; ')
  return `${method} ${path} answered ${answer.status}${errors ? ` (${errors})` : ''}`
}

/** `1 error occurred:\n\t* permission denied\n\n` → `permission denied`. */
function readable(text: string): string {
  const line = text
    .replace(/^\d+ errors? occurred:\s*/, '')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .replace(/^\s*\* /, '')
    .replace(/ \* /g, ', ')
    .trim()
  // Redacted before it is cut: half a token no longer looks like one.
  const clean = redact(line)
  return clean.length > 500 ? `${clean.slice(0, 500)}…` : clean
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The strings of a list; anything else is dropped. A lone string counts as a list of one. */
export function strings(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
}

/**
 * The strings of a list that the server keeps: none where it is unset (`null`, or left out). `undefined` for what is no such list, so
 * that nobody takes a mangled one for an empty one.
 */
export function listed(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return []
  if (typeof value === 'string') return value === '' ? [] : [value]
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined
}
