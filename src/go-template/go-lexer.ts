export type TokenType =
  | 'text'
  | 'left'
  | 'right'
  | 'space'
  | 'identifier'
  | 'field'
  | 'dot'
  | 'variable'
  | 'string'
  /** A number or a character constant. */
  | 'number'
  | 'pipe'
  | '('
  | ')'
  | '='
  | ':='
  | ','
  | 'char'
  | 'end-of-text'
  /** What the lexer refuses; `text` says why. It counts only when the parser gets there. */
  | 'error'

export interface Token {
  readonly type: TokenType
  /** A field's name without its dot, otherwise the text as written, quotes included. */
  readonly text: string
  /** Line of the template's text, from 1. */
  readonly line: number
}

/** What Go says about a template that it does not parse. */
export class TemplateSyntaxError extends Error {
  readonly line: number
  constructor(message: string, line: number) {
    super(message)
    this.line = line
  }
}

/** The template is nested deeper than is looked into; Go may take it. */
export class TemplateTooDeep extends Error {}

const LEFT = '{{'
const RIGHT = '}}'
const isSpace = (char: string | undefined): boolean => char !== undefined && char !== '' && ' \t\r\n'.includes(char)
const isWord = (char: string | undefined): boolean => char !== undefined && /^[_\p{L}\p{Nd}]$/u.test(char)
/** What Go's lexer takes for one number; whether it is one is seen later. */
const NUMBER =
  /^[+-]?(?:0[xX][\da-fA-F_]*(?:\.[\da-fA-F_]*)?(?:[pP][+-]?[\d_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?[\d_]*)?)i?/

/** Go's `%#U`: `U+002D '-'`. */
function unicode(char: string): string {
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return `U+${code} '${char}'`
}

const QUOTED = /^(?:[^"\\]|\\(?:[abfnrtv\\"]|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{3}))*$/

/** The value of a string token: `"a\n"` or a raw string in backquotes; `undefined` for an escape that Go does not know. */
export function stringValue(written: string): string | undefined {
  const inner = written.slice(1, -1)
  if (written.startsWith('`')) return inner.replaceAll('\r', '')
  return QUOTED.test(inner) ? unescapeGo(inner) : undefined
}

function unescapeGo(quoted: string): string {
  const simple: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' }
  return quoted.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3})|(.))/gs,
    (_, x, u, U, o, c) => {
      const hex = x ?? u ?? U
      if (hex !== undefined) return String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff))
      if (o !== undefined) return String.fromCodePoint(Number.parseInt(o, 8))
      return simple[c] ?? c
    },
  )
}

/** In linear time: a pattern that looks for the end from every space is none. */
function withoutSpaceAtEnd(written: string): string {
  let end = written.length
  while (end > 0 && isSpace(written[end - 1])) end -= 1
  return written.slice(0, end)
}

/** Splits a template as Go's text/template does; the last token is `end-of-text`, or `error` with Go's message. */
export function lexTemplate(input: string): readonly Token[] {
  const tokens: Token[] = []
  try {
    lexInto(tokens, input)
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error
    tokens.push({ type: 'error', text: error.message, line: error.line })
  }
  return tokens
}

function lexInto(tokens: Token[], input: string): void {
  let at = 0
  let line = 1
  let depth = 0
  /** What closed last took the white space behind it. */
  let trimmed = false

  const fail = (message: string): never => {
    throw new TemplateSyntaxError(message, line)
  }
  const take = (type: TokenType, end: number, text = input.slice(at, end)) => {
    tokens.push({ type, text, line })
    for (let i = at; i < end; i += 1) if (input[i] === '\n') line += 1
    at = end
  }
  const skip = (end: number) => {
    for (let i = at; i < end; i += 1) if (input[i] === '\n') line += 1
    at = end
  }
  /** Length of the closing delimiter here, with its trim marker; 0 when there is none. */
  const closing = (): number => {
    if (input.startsWith(RIGHT, at)) return RIGHT.length
    return isSpace(input[at]) && input[at + 1] === '-' && input.startsWith(RIGHT, at + 2) ? RIGHT.length + 2 : 0
  }
  const wordEnd = (from: number): number => {
    let end = from
    while (end < input.length) {
      const char = String.fromCodePoint(input.codePointAt(end) ?? 0)
      if (!isWord(char)) break
      end += char.length
    }
    return end
  }
  const mustEnd = (end: number) => {
    const next = input.slice(end, end + 2)
    if (next === '' || isSpace(next[0]) || '.,|:()'.includes(next[0] ?? '') || next === RIGHT) return
    fail(`bad character ${unicode(String.fromCodePoint(input.codePointAt(end) ?? 0))}`)
  }
  const insideAction = (): boolean => {
    const close = closing()
    if (close > 0) {
      if (depth > 0) fail('unclosed left paren')
      trimmed = close > RIGHT.length
      take('right', at + close)
      return false
    }
    const char = input[at]
    if (char === undefined) fail('unclosed action')
    const c = char ?? ''
    if (isSpace(c)) {
      let end = at
      while (isSpace(input[end])) {
        if (end > at && input[end + 1] === '-' && input.startsWith(RIGHT, end + 2)) break
        end += 1
      }
      take('space', end)
    } else if (c === '=') take('=', at + 1)
    else if (c === ':') {
      if (input[at + 1] !== '=') fail('expected :=')
      take(':=', at + 2)
    } else if (c === '|') take('pipe', at + 1)
    else if (c === ',') take(',', at + 1)
    else if (c === '"' || c === "'") {
      let end = at + 1
      while (input[end] !== c) {
        if (input[end] === '\\' && input[end + 1] !== '\n') end += 1
        if (input[end] === undefined || input[end] === '\n') {
          fail(c === '"' ? 'unterminated quoted string' : 'unterminated character constant')
        }
        end += 1
      }
      take(c === '"' ? 'string' : 'number', end + 1)
    } else if (c === '`') {
      const end = input.indexOf('`', at + 1)
      if (end < 0) fail('unterminated raw quoted string')
      take('string', end + 1)
    } else if (c === '$' || (c === '.' && !/\d/.test(input[at + 1] ?? ''))) {
      const end = wordEnd(at + 1)
      mustEnd(end)
      if (c === '$') take('variable', end)
      else take(end === at + 1 ? 'dot' : 'field', end, input.slice(at + 1, end))
    } else if (/[+\-.\d]/.test(c)) {
      const scan = (from: number): number => {
        const end = from + (NUMBER.exec(input.slice(from))?.[0].length ?? 0)
        const after = String.fromCodePoint(input.codePointAt(end) ?? 0)
        if (!isWord(after)) return end
        fail(`bad number syntax: ${JSON.stringify(input.slice(at, end + after.length))}`)
        return end
      }
      let end = scan(at)
      // `1+2i`, without spaces.
      if (/[+-]/.test(input[end] ?? '')) {
        end = scan(end)
        if (input[end - 1] !== 'i') fail(`bad number syntax: ${JSON.stringify(input.slice(at, end))}`)
      }
      take('number', end)
    } else if (c === '(') {
      depth += 1
      take('(', at + 1)
    } else if (c === ')') {
      depth -= 1
      if (depth < 0) fail('unexpected right paren')
      take(')', at + 1)
    } else {
      const whole = String.fromCodePoint(input.codePointAt(at) ?? 0)
      if (isWord(whole)) {
        const end = wordEnd(at)
        mustEnd(end)
        take('identifier', end)
      } else if (/^[\x20-\x7e]$/.test(whole)) take('char', at + 1)
      else fail(`unrecognized character in action: ${unicode(whole)}`)
    }
    return true
  }

  while (at < input.length) {
    const open = input.indexOf(LEFT, at)
    const end = open < 0 ? input.length : open
    const trims = open >= 0 && input[open + 2] === '-' && isSpace(input[open + 3])
    let written = input.slice(at, end)
    if (trimmed) written = written.replace(/^[ \t\r\n]+/, '')
    if (trims) written = withoutSpaceAtEnd(written)
    if (written === '') skip(end)
    else take('text', end, written)
    if (open < 0) break
    const body = at + (trims ? 4 : 2)
    if (input.startsWith('/*', body)) {
      const end = input.indexOf('*/', body)
      if (end < 0) fail('unclosed comment')
      skip(end + 2)
      const close = closing()
      if (close === 0) fail('comment ends before closing delimiter')
      trimmed = close > RIGHT.length
      skip(at + close)
      continue
    }
    take('left', trims ? at + 3 : at + 2)
    depth = 0
    let inside = true
    while (inside) inside = insideAction()
  }
  tokens.push({ type: 'end-of-text', text: '', line })
}
