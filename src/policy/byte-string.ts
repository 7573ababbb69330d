/**
 * Go compares bytes where JavaScript compares UTF-16 code units (vault.md §9.1). A byte string is a string whose characters
 * are the UTF-8 bytes of a text, one character (0–255) each: its length, order, prefixes and indices are Go's.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII is what is meant
const ASCII = /^[\x00-\x7f]*$/
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** UTF-8 bytes of a text; the text itself when it is plain ASCII. */
export function toBytes(text: string): string {
  if (ASCII.test(text)) return text
  let bytes = ''
  for (const byte of encoder.encode(text)) bytes += String.fromCharCode(byte)
  return bytes
}

/** The text that the bytes spell; bytes that are not UTF-8 become U+FFFD. */
export function fromBytes(bytes: string): string {
  if (ASCII.test(bytes)) return bytes
  return decoder.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)))
}

/** Go's order of strings: -1, 0 or 1. */
export function compareBytes(a: string, b: string): -1 | 0 | 1 {
  return a < b ? -1 : a > b ? 1 : 0
}
