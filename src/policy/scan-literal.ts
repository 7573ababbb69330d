import { type CharacterReader, EOF, isDecimal } from './character-reader.ts'
import type { Position, TokenType } from './hcl-node.ts'

/** Strings and numbers, which the HCL and the JSON scanner read alike. */

export type Complain = (at: Position, message: string) => void

/** Reads digits from `character` on; returns the first that is none, which stays unread. */
export function scanMantissa(reader: CharacterReader, character: string): string {
  let current = character
  let scanned = false
  while (isDecimal(current)) {
    current = reader.next()
    scanned = true
  }
  if (scanned && current !== EOF) reader.unread()
  return current
}

export function scanExponent(reader: CharacterReader, character: string): string {
  if (character !== 'e' && character !== 'E') return character
  let current = reader.next()
  if (current === '-' || current === '+') current = reader.next()
  return scanMantissa(reader, current)
}

/** What follows the digits of a number; `character` has been read. */
export function scanNumberTail(reader: CharacterReader, character: string): TokenType {
  if (character === 'e' || character === 'E') {
    scanExponent(reader, character)
    return 'FLOAT'
  }
  if (character === '.') {
    const after = scanMantissa(reader, reader.peek())
    if (after === 'e' || after === 'E') scanExponent(reader, reader.next())
    return 'FLOAT'
  }
  if (character !== EOF) reader.unread()
  return 'NUMBER'
}

/**
 * Reads a string from behind its opening quote. `${…}` hides quotes from HCL (and newlines, `newlineInBraces`), and only
 * newlines from nothing in JSON.
 */
export function scanString(reader: CharacterReader, complain: Complain, form: { readonly newlineInBraces: boolean }) {
  let braces = 0
  for (;;) {
    const character = reader.next()
    const ends = character === EOF || (character === '\n' && !(form.newlineInBraces && braces > 0))
    if (ends) {
      complain(reader.position(), 'literal not terminated')
      return
    }
    if (character === '"' && !(form.newlineInBraces && braces > 0)) return
    if (braces === 0 && character === '$' && reader.peek() === '{') {
      braces = 1
      reader.next()
    } else if (braces > 0 && character === '{') braces += 1
    if (braces > 0 && character === '}') braces -= 1
    if (character === '\\') scanEscape(reader, complain)
  }
}

function scanEscape(reader: CharacterReader, complain: Complain): void {
  const character = reader.next()
  if (character !== EOF && 'abfnrtv\\"'.includes(character)) return
  const width = { x: 2, u: 4, U: 8 }[character]
  if (character >= '0' && character <= '7') scanDigits(reader, complain, character, 8, 3)
  else if (width !== undefined) scanDigits(reader, complain, reader.next(), 16, width)
  else complain(reader.position(), 'illegal char escape')
}

function scanDigits(reader: CharacterReader, complain: Complain, first: string, base: number, count: number): void {
  let character = first
  let left = count
  while (left > 0 && digitValue(character) < base) {
    character = reader.next()
    if (character === EOF) break
    left -= 1
  }
  if (left > 0) complain(reader.position(), 'illegal char escape')
  if (left !== count && character !== EOF) reader.unread()
}

function digitValue(character: string): number {
  return /^[0-9a-fA-F]$/.test(character) ? Number.parseInt(character, 16) : 16
}
