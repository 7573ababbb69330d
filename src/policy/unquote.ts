import { toBytes } from './byte-string.ts'

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
}

/**
 * The value of a quoted HCL 1 string as a byte string; `undefined` where Vault cannot unquote it. `${…}` is kept as it
 * stands, escapes inside it too (vault.md §1.1, P49).
 */
export function unquoteHcl(quoted: string): string | undefined {
  if (quoted.length < 2 || !quoted.startsWith('"') || !quoted.endsWith('"')) return undefined
  const text = quoted.slice(1, -1)
  if (!text.includes('$') && !text.includes('{') && text.includes('\n')) return undefined
  if (!/[\\"$]/.test(text)) return toBytes(text)
  let value = ''
  let index = 0
  while (index < text.length) {
    if (text.startsWith('${', index)) {
      const end = endOfBraces(text, index + 2)
      if (end === undefined) return undefined
      value += toBytes(text.slice(index, end))
      index = end
      continue
    }
    const character = String.fromCodePoint(text.codePointAt(index) ?? 0)
    if (character === '\n' || character === '"') return undefined
    if (character !== '\\') {
      value += toBytes(character)
      index += character.length
      continue
    }
    const read = readEscape(text, index + 1)
    if (!read) return undefined
    value += read.bytes
    index = read.end
  }
  return value
}

/** The value of a JSON string as HCL 1 reads it: Go's unquoting, so `\/` and lone surrogates are not JSON's. */
export function unquoteJson(quoted: string): string | undefined {
  if (quoted.length < 2 || !quoted.startsWith('"') || !quoted.endsWith('"')) return undefined
  const text = quoted.slice(1, -1)
  let value = ''
  let index = 0
  while (index < text.length) {
    const character = String.fromCodePoint(text.codePointAt(index) ?? 0)
    if (character === '\n' || character === '"') return undefined
    if (character !== '\\') {
      value += toBytes(character)
      index += character.length
      continue
    }
    const read = readEscape(text, index + 1)
    if (!read) return undefined
    value += read.bytes
    index = read.end
  }
  return value
}

function endOfBraces(text: string, start: number): number | undefined {
  let braces = 1
  for (let index = start; index < text.length; index += 1) {
    if (text[index] === '{') braces += 1
    if (text[index] === '}') braces -= 1
    if (braces === 0) return index + 1
  }
  return undefined
}

/** One escape from behind its backslash. `\xHH` and octal give one byte, `\u` and `\U` a character. */
function readEscape(text: string, start: number): { readonly bytes: string; readonly end: number } | undefined {
  const kind = text[start]
  if (kind === undefined) return undefined
  const simple = SIMPLE[kind]
  if (simple !== undefined) return { bytes: simple, end: start + 1 }
  if (kind >= '0' && kind <= '7') {
    const digits = text.slice(start, start + 3)
    if (!/^[0-7]{3}$/.test(digits)) return undefined
    const byte = Number.parseInt(digits, 8)
    return byte > 255 ? undefined : { bytes: String.fromCharCode(byte), end: start + 3 }
  }
  const width = { x: 2, u: 4, U: 8 }[kind]
  if (width === undefined) return undefined
  const digits = text.slice(start + 1, start + 1 + width)
  if (digits.length < width || !/^[0-9a-fA-F]+$/.test(digits)) return undefined
  const code = Number.parseInt(digits, 16)
  if (kind === 'x') return { bytes: String.fromCharCode(code), end: start + 1 + width }
  if (code > 0x10ffff) return undefined
  const surrogate = code >= 0xd800 && code <= 0xdfff
  return { bytes: toBytes(surrogate ? '\ufffd' : String.fromCodePoint(code)), end: start + 1 + width }
}

/**
 * The value of a heredoc token, from `<<` to behind the newline after its closing word. It keeps its final newline (P48);
 * `<<-` takes away the closing word's own indentation where every line has it.
 */
export function unwrapHeredoc(heredoc: string): string {
  const marker = heredoc.indexOf('\n')
  if (marker === -1) return ''
  if (heredoc[2] !== '-') return toBytes(heredoc.slice(marker + 1, heredoc.length - marker + 1))
  const lines = heredoc.slice(marker + 1, heredoc.length - marker + 2).split('\n')
  const indentation = lines.at(-1) ?? ''
  if (!lines.every((line) => line.startsWith(indentation))) {
    return toBytes(heredoc.slice(marker + 1, heredoc.length - marker + 1).replace(/[ \t]+$/, ''))
  }
  const unindented = lines.map((line, index) => (index === lines.length - 1 ? '' : line.slice(indentation.length)))
  return toBytes(unindented.join('\n'))
}
