/** A number of a template, under every type that can hold it, as Go's parser keeps its ideal constants. */
export interface GoNumber {
  /** As it is written. */
  readonly text: string
  readonly int?: number
  readonly uint?: number
  readonly float?: number
  readonly complex?: true
}

/** The number, or what Go says of it. */
export type ParsedNumber = GoNumber | { readonly refused: string }

const MAX_INT = 2n ** 63n
const MAX_UINT = 2n ** 64n

/** Reads a number token as text/template does: `0x1F`, `1_000`, `'a'`, `1e3`, `2i`. */
export function parseGoNumber(text: string): ParsedNumber {
  if (text.startsWith("'")) return charConstant(text)
  if (text.endsWith('i')) return imaginary(text)
  const whole = integer(text)
  if (whole !== undefined) {
    const int = whole < MAX_INT && whole >= -MAX_INT ? Number(whole) : undefined
    const uint = whole >= 0n && whole < MAX_UINT && !/^[+-]/.test(text) ? Number(whole) : undefined
    if (int !== undefined || uint !== undefined) {
      return {
        text,
        float: Number(whole),
        ...(int === undefined ? {} : { int }),
        ...(uint === undefined && int !== 0 ? {} : { uint: uint ?? 0 }),
      }
    }
  }
  const float = floating(text)
  if (float === undefined) return { refused: `illegal number syntax: ${JSON.stringify(text)}` }
  if (!/[.eEpP]/.test(text)) return { refused: `integer overflow: ${JSON.stringify(text)}` }
  const fits = Number.isInteger(float)
  return {
    text,
    float,
    ...(fits && Math.abs(float) < 2 ** 63 ? { int: float } : {}),
    ...(fits && float >= 0 && float < 2 ** 64 ? { uint: float } : {}),
  }
}

/** `'x'` is the number of one character; a text in single quotes is no text (eso.md §6.4). */
function charConstant(text: string): ParsedNumber {
  const inner = text.slice(1, -1)
  const code = oneCharacter(inner)
  if (code === 'invalid') return { refused: 'invalid syntax' }
  if (code === undefined) return { refused: `malformed character constant: ${text}` }
  return { text, int: code, uint: code, float: code }
}

function oneCharacter(inner: string): number | 'invalid' | undefined {
  if (inner === '') return 'invalid'
  const escaped = /^\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3})|([abfnrtv\\']))$/.exec(inner)
  if (escaped !== null) {
    const [, x, u, U, octal, letter] = escaped
    const hex = x ?? u ?? U
    if (hex !== undefined) return Number.parseInt(hex, 16)
    if (octal !== undefined) return Number.parseInt(octal, 8)
    return { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92, "'": 39 }[letter ?? ''] ?? 0
  }
  if (/^\\(?![abfnrtvxuU0-7\\'])/.test(inner)) return 'invalid'
  return [...inner].length === 1 && inner !== '\\' ? (inner.codePointAt(0) ?? 0) : undefined
}

function imaginary(text: string): ParsedNumber {
  const parts = /^([+-]?[^+-]*?)(?:([+-][^+-]+)i|i)$/.exec(text)
  const second = parts?.[2]
  const first = parts?.[1] ?? ''
  if (second !== undefined) {
    const ends = [floating(first), floating(second)]
    if (ends.includes(undefined)) return { refused: `illegal number syntax: ${JSON.stringify(text)}` }
    return ends[1] === 0 ? { text, complex: true, float: ends[0] ?? 0 } : { text, complex: true }
  }
  const value = floating(first)
  if (value === undefined) return { refused: `illegal number syntax: ${JSON.stringify(text)}` }
  return value === 0 ? { text, complex: true, float: 0, int: 0, uint: 0 } : { text, complex: true }
}

/** Go's `ParseInt` with base 0: `_` only between digits, a leading `0` means octal. */
function integer(text: string): bigint | undefined {
  const match = /^([+-]?)(0[xX]|0[bB]|0[oO]|0(?=[\d_]))?([\da-fA-F_]+)$/.exec(text)
  if (match === null) return undefined
  const [, sign, prefix = '', digits = ''] = match
  if (/^_.*_$|__|_$/.test(digits) || (digits.startsWith('_') && prefix === '')) return undefined
  const plain = digits.replaceAll('_', '')
  const base = /x/i.test(prefix) ? 16 : /b/i.test(prefix) ? 2 : prefix === '' ? 10 : 8
  const allowed = { 2: /^[01]+$/, 8: /^[0-7]+$/, 10: /^\d+$/, 16: /^[\da-fA-F]+$/ }[base]
  if (allowed === undefined || !allowed.test(plain)) return undefined
  const value = BigInt(base === 10 ? plain : `${{ 2: '0b', 8: '0o', 16: '0x' }[base]}${plain}`)
  return sign === '-' ? -value : value
}

function floating(text: string): number | undefined {
  if (/^[+-]?0[xX]/.test(text)) return /[pP]/.test(text) ? hexFloat(text) : undefined
  const plain = text.replaceAll(/(?<=\d)_(?=\d)/g, '')
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(plain) ? Number(plain) : undefined
}

function hexFloat(text: string): number | undefined {
  const match = /^([+-]?)0[xX]([\da-fA-F]*)\.?([\da-fA-F]*)[pP]([+-]?\d+)$/.exec(text.replaceAll('_', ''))
  if (match === null) return undefined
  const [, sign, whole = '', part = '', power = '0'] = match
  const value = Number.parseInt(`${whole}${part}` || '0', 16) * 2 ** (Number(power) - 4 * part.length)
  return sign === '-' ? -value : value
}

/** Go's `%v` of a float64: the fewest digits that tell it, with an exponent from a million on (strconv's `%g`). */
export function formatGoFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
  const [digits = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  // JavaScript writes an exponent only below 1e-6.
  if (power >= -4 && power < 6) return Object.is(value, -0) ? '-0' : String(value)
  const sign = power < 0 ? '-' : '+'
  return `${digits}e${sign}${String(Math.abs(power)).padStart(2, '0')}`
}
