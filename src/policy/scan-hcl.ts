import {
  type CharacterReader,
  EOF,
  isDecimal,
  isDigit,
  isHexadecimal,
  isLetter,
  isWhitespace,
  readCharacters,
} from './character-reader.ts'
import type { Token, TokenType } from './hcl-node.ts'
import { type Complain, scanExponent, scanMantissa, scanNumberTail, scanString } from './scan-literal.ts'

const PUNCTUATION: Readonly<Record<string, TokenType>> = {
  '[': 'LBRACK',
  ']': 'RBRACK',
  '{': 'LBRACE',
  '}': 'RBRACE',
  ',': 'COMMA',
  '=': 'ASSIGN',
  '+': 'ADD',
}

/**
 * Gives one token of HCL 1 at each call. It complains and goes on, as Vault's scanner does: the last complaint is what the
 * parser reports, before any error of its own.
 */
export function scanHcl(text: string, complain: Complain): () => Token {
  const reader = readCharacters(text, (at) => complain(at, 'unexpected null character (0x00)'))
  return () => {
    let character = reader.next()
    while (isWhitespace(character)) character = reader.next()
    const start = reader.lastStart()
    const at = reader.position()
    const type = scanToken(reader, character, complain)
    const tokenText = text.slice(start, reader.offset())
    return { type: type === 'IDENT' && isBoolean(tokenText) ? 'BOOL' : type, text: tokenText, at }
  }
}

const isBoolean = (text: string) => text === 'true' || text === 'false'

function scanToken(reader: CharacterReader, character: string, complain: Complain): TokenType {
  if (character === EOF) return 'EOF'
  if (isLetter(character)) return scanIdentifier(reader)
  if (isDecimal(character)) return scanNumber(reader, character, complain)
  const punctuation = PUNCTUATION[character]
  if (punctuation) return punctuation
  switch (character) {
    case '"':
      scanString(reader, complain, { newlineInBraces: true })
      return 'STRING'
    case '#':
    case '/':
      scanComment(reader, character, complain)
      return 'COMMENT'
    case '.': {
      const ahead = reader.peek()
      if (!isDecimal(ahead)) return 'PERIOD'
      scanExponent(reader, scanMantissa(reader, ahead))
      return 'FLOAT'
    }
    case '<': {
      const problem = scanHeredoc(reader)
      if (problem) complain(reader.position(), problem)
      return 'HEREDOC'
    }
    case '-':
      return isDecimal(reader.peek()) ? scanNumber(reader, reader.next(), complain) : 'SUB'
    default:
      complain(reader.position(), 'illegal char')
      return 'ILLEGAL'
  }
}

function scanIdentifier(reader: CharacterReader): TokenType {
  let character = reader.next()
  while (isLetter(character) || isDigit(character) || character === '-' || character === '.') character = reader.next()
  if (character !== EOF) reader.unread()
  return 'IDENT'
}

function scanComment(reader: CharacterReader, first: string, complain: Complain): void {
  if (first === '#' || reader.peek() !== '*') {
    if (first === '/' && reader.peek() !== '/') {
      complain(reader.position(), "expected '/' for comment")
      return
    }
    let character = reader.next()
    while (character !== '\n' && character !== EOF) character = reader.next()
    if (character !== EOF) reader.unread()
    return
  }
  reader.next()
  let character = reader.next()
  for (;;) {
    if (character === EOF) {
      complain(reader.position(), 'comment not terminated')
      return
    }
    const previous = character
    character = reader.next()
    if (previous === '*' && character === '/') return
  }
}

function scanNumber(reader: CharacterReader, first: string, complain: Complain): TokenType {
  if (first !== '0') {
    scanMantissa(reader, first)
    return scanNumberTail(reader, reader.next())
  }
  let character = reader.next()
  if (character === 'x' || character === 'X') {
    character = reader.next()
    let found = false
    while (isHexadecimal(character)) {
      character = reader.next()
      found = true
    }
    if (!found) complain(reader.position(), 'illegal hexadecimal number')
    if (character !== EOF) reader.unread()
    return 'NUMBER'
  }
  let illegalOctal = false
  while (isDecimal(character)) {
    character = reader.next()
    if (character === '8' || character === '9') illegalOctal = true
  }
  if (character === 'e' || character === 'E' || character === '.') return scanNumberTail(reader, character)
  if (illegalOctal) complain(reader.position(), 'illegal octal number')
  if (character !== EOF) reader.unread()
  return 'NUMBER'
}

/** Reads a heredoc from behind its first `<`; returns what is wrong with it. */
function scanHeredoc(reader: CharacterReader): string | undefined {
  if (reader.next() !== '<') return "heredoc expected second '<', didn't see it"
  let anchor = ''
  let character = reader.next()
  if (character === '-') {
    anchor += character
    character = reader.next()
  }
  while (isLetter(character) || isDigit(character)) {
    anchor += character
    character = reader.next()
  }
  if (character === EOF) return 'heredoc not terminated'
  if (character === '\r' && reader.peek() === '\n') {
    anchor += character
    character = reader.next()
  }
  if (character !== '\n') return 'invalid characters in heredoc anchor'
  if (anchor === '' || anchor === '-') return 'zero-length heredoc anchor'

  const word = anchor.replace(/^-/, '')
  let line = ''
  for (;;) {
    character = reader.next()
    if (character === EOF) return 'heredoc not terminated'
    if (character !== '\n') {
      line += character
      continue
    }
    // The length of `-WORD` counts, minus sign included: a bare WORD does not end `<<-WORD`.
    const closes = line.length >= anchor.length && line.replace(/^[\t\n\v\f\r ]*/, '').replace(/\r*$/, '') === word
    if (closes) return undefined
    line = ''
  }
}
