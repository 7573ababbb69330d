import type { Position } from './hcl-node.ts'

export const EOF = ''

/**
 * Reads a text character by character and keeps line and column as HCL 1's scanners do: the column stands on the character
 * read last, and reading past the end moves it on (vault.md §1.1: positions like "At 1:35" are part of the error text).
 */
export interface CharacterReader {
  /** The next character, `''` at the end. */
  next(): string
  peek(): string
  /** Takes the last character back; once only. */
  unread(): void
  /** Index after the last character read, in UTF-16 units. */
  offset(): number
  /** Index of the last character read. */
  lastStart(): number
  /** Where the last character read stands. */
  position(): Position
}

export function readCharacters(text: string, onNull?: (at: Position) => void): CharacterReader {
  let offset = 0
  let lastLength = 0
  let line = 1
  let column = 0
  let lastLineLength = 0
  let before = { offset, line, column }

  const peek = () => (offset < text.length ? String.fromCodePoint(text.codePointAt(offset) ?? 0) : EOF)
  const position = (): Position => {
    if (column > 0) return { line, column }
    if (lastLineLength > 0) return { line: line - 1, column: lastLineLength }
    return { line: 1, column: 1 }
  }

  return {
    peek,
    position,
    offset: () => offset,
    lastStart: () => offset - lastLength,
    next() {
      const character = peek()
      if (character === EOF) {
        column += 1
        lastLength = 0
        return EOF
      }
      before = { offset, line, column }
      column += 1
      lastLength = character.length
      offset += character.length
      if (character === '\n') {
        line += 1
        lastLineLength = column
        column = 0
      }
      if (character === '\0' && onNull) {
        onNull(position())
        return EOF
      }
      return character
    },
    unread() {
      offset = before.offset
      line = before.line
      column = before.column
    },
  }
}

const LETTER = /^\p{L}$/u
const DIGIT = /^\p{Nd}$/u

export const isWhitespace = (c: string) => c === ' ' || c === '\t' || c === '\n' || c === '\r'
export const isLetter = (c: string) => c === '_' || LETTER.test(c)
export const isDigit = (c: string) => DIGIT.test(c)
export const isDecimal = (c: string) => c >= '0' && c <= '9' && c.length === 1
export const isHexadecimal = (c: string) => /^[0-9a-fA-F]$/.test(c)
