import { toBytes } from './byte-string.ts'
import {
  type CharacterReader,
  EOF,
  isDecimal,
  isDigit,
  isLetter,
  isWhitespace,
  readCharacters,
} from './character-reader.ts'
import {
  DEEPEST,
  formatPosition,
  HclError,
  type Item,
  type ListNode,
  type LiteralNode,
  type Node,
  NotLookedInto,
  type ObjectNode,
  type Position,
  type Scalar,
  type Token,
  type TokenType,
} from './hcl-node.ts'
import { type Complain, scanExponent, scanMantissa, scanNumberTail, scanString } from './scan-literal.ts'
import { unquoteJson } from './unquote.ts'

const END_OF_FILE = Symbol('end of file')

/**
 * Reads a policy in JSON the way HCL 1 does, which is not the way of JSON: truncated text and trailing garbage pass,
 * booleans in lists vanish, objects of objects are flattened (vault.md §1.1, J01–J18).
 * Throws `HclError` with Vault's text, without the prefix `failed to parse policy: `.
 */
export function parseJson(text: string): Item[] {
  let complaint: HclError | undefined
  const parser = parserOf(
    scanJson(text, (at, message) => {
      complaint = new HclError(`${formatPosition(at)}: ${message}`, at)
    }),
  )
  try {
    const root = parser.root()
    const broken = parser.broken[0]
    if (complaint ?? broken) throw complaint ?? broken
    return flatten(root.items)
  } catch (error) {
    throw error instanceof NotLookedInto ? error : (complaint ?? error)
  }
}

const PUNCTUATION: Readonly<Record<string, TokenType>> = {
  '[': 'LBRACK',
  ']': 'RBRACK',
  '{': 'LBRACE',
  '}': 'RBRACE',
  ',': 'COMMA',
  ':': 'COLON',
}

function scanJson(text: string, complain: Complain): () => Token {
  const reader = readCharacters(text)
  return () => {
    let character = reader.next()
    while (isWhitespace(character)) character = reader.next()
    const start = reader.lastStart()
    const at = reader.position()
    const type = scanToken(reader, character, complain)
    const tokenText = text.slice(start, reader.offset())
    if (type !== 'IDENT') return { type, text: tokenText, at }
    if (tokenText === 'true' || tokenText === 'false') return { type: 'BOOL', text: tokenText, at }
    if (tokenText === 'null') return { type: 'NULL', text: tokenText, at }
    complain(reader.position(), 'illegal char')
    return { type: 'ILLEGAL', text: tokenText, at }
  }
}

function scanToken(reader: CharacterReader, character: string, complain: Complain): TokenType {
  if (character === EOF) return 'EOF'
  if (isLetter(character)) {
    let following = reader.next()
    while (isLetter(following) || isDigit(following) || following === '-') following = reader.next()
    if (following !== EOF) reader.unread()
    return 'IDENT'
  }
  if (isDecimal(character)) return scanNumber(reader, character, complain)
  const punctuation = PUNCTUATION[character]
  if (punctuation) return punctuation
  if (character === '"') {
    scanString(reader, complain, { newlineInBraces: false })
    return 'STRING'
  }
  if (character === '.') {
    const ahead = reader.peek()
    if (!isDecimal(ahead)) return 'PERIOD'
    scanExponent(reader, scanMantissa(reader, ahead))
    return 'FLOAT'
  }
  if (character === '-' && isDecimal(reader.peek())) return scanNumber(reader, reader.next(), complain)
  complain(reader.position(), character === '-' ? 'illegal char' : `illegal char: ${character}`)
  return 'ILLEGAL'
}

function scanNumber(reader: CharacterReader, first: string, complain: Complain): TokenType {
  const { column } = reader.position()
  scanMantissa(reader, first)
  const type = scanNumberTail(reader, reader.next())
  if (type === 'NUMBER' && first === '0' && reader.position().column !== column) {
    complain(reader.position(), 'numbers cannot start with 0')
  }
  return type
}

function parserOf(scan: () => Token) {
  let token: Token = { type: 'ILLEGAL', text: '', at: { line: 0, column: 0 } }
  let depth = 0
  const broken: HclError[] = []

  function deeper<T>(parse: () => T): T {
    depth += 1
    if (depth > DEEPEST) throw new NotLookedInto(`it is nested deeper than ${DEEPEST} levels`, token.at)
    const parsed = parse()
    depth -= 1
    return parsed
  }
  function next(): Token {
    token = scan()
    return token
  }

  function root(): ObjectNode {
    const first = next()
    if (first.type === 'EOF') throw new HclError('EOF token found', undefined)
    if (first.type === 'LBRACE') return deeper(objectType)
    throw new HclError(`Expected object, got unknown token: ${describe(first)}`, first.at)
  }

  function objectType(): ObjectNode {
    const line = token.at.line
    const items: Item[] = []
    try {
      objectList(items)
    } catch (error) {
      // An error at a "}" counts as the end: this is how `{}` and a trailing comma pass.
      if (!(error instanceof HclError) || error instanceof NotLookedInto || token.type !== 'RBRACE') throw error
    }
    return { kind: 'object', items, line, reported: undefined }
  }

  function objectList(items: Item[]): void {
    do {
      const item = objectItem()
      if (item === END_OF_FILE) return
      items.push(item)
    } while (next().type === 'COMMA')
  }

  function objectItem(): Item | typeof END_OF_FILE {
    const keys = objectKeys()
    if (keys === END_OF_FILE) return END_OF_FILE
    const assign: Position = token.at
    const value = objectValue()
    return value === END_OF_FILE ? END_OF_FILE : { keys, assign, value }
  }

  function objectKeys(): Scalar[] | typeof END_OF_FILE {
    const keys: Scalar[] = []
    for (;;) {
      const key = next()
      if (key.type === 'EOF') return END_OF_FILE
      if (key.type === 'COLON' && keys.length > 0) return keys
      if (key.type === 'ILLEGAL') throw new HclError('illegal', key.at)
      if (key.type !== 'STRING') throw new HclError(`expected: STRING got: ${key.type}`, key.at)
      keys.push(scalarOf(key, broken))
    }
  }

  function objectValue(): Node | typeof END_OF_FILE {
    const first = next()
    switch (first.type) {
      case 'NUMBER':
      case 'FLOAT':
      case 'BOOL':
      case 'NULL':
      case 'STRING':
        return literal()
      case 'LBRACE':
        return deeper(objectType)
      case 'LBRACK':
        return deeper(listType)
      case 'EOF':
        return END_OF_FILE
      default:
        throw new HclError(`Expected object value, got unknown token: ${describe(first)}`, first.at)
    }
  }

  function listType(): ListNode {
    const line = token.at.line
    const elements: Node[] = []
    const dropped: number[] = []
    for (;;) {
      const element = next()
      switch (element.type) {
        case 'NUMBER':
        case 'FLOAT':
        case 'STRING':
          elements.push(literal())
          break
        case 'LBRACE':
          elements.push(deeper(objectType))
          break
        case 'COMMA':
          break
        case 'BOOL':
        case 'LBRACK':
          dropped.push(element.at.line)
          break
        case 'RBRACK':
          return { kind: 'list', elements, line, reported: undefined, dropped }
        default:
          throw new HclError(`unexpected token while parsing list: ${element.type}`, element.at)
      }
    }
  }

  function literal(): LiteralNode {
    return { kind: 'literal', scalar: scalarOf(token, broken), line: token.at.line, reported: undefined }
  }

  return { root, broken }
}

const describe = (token: Token) => `${formatPosition(token.at)} ${token.type} ${token.text}`

function scalarOf(token: Token, broken: HclError[]): Scalar {
  const line = token.at.line
  if (token.type === 'NULL') return { type: 'STRING', text: '', value: '', line, reported: undefined }
  const value = token.type === 'STRING' ? unquoteJson(token.text) : toBytes(token.text)
  // The scanner's complaints come first; what it let pass makes Vault panic with this text.
  if (value === undefined) broken.push(new HclError(`unquote ${token.text} err: invalid syntax`, token.at))
  return { type: token.type as Scalar['type'], text: token.text, value: value ?? '', line, reported: undefined }
}

/** An object of nothing but objects, and a list of nothing but objects, dissolve into items with longer keys (J05, J17). */
function flatten(items: readonly Item[]): Item[] {
  const flat = items.flatMap(flattenItem)
  return flat.map((item) => ({ ...item, value: flattenInside(item.value) }))
}

function flattenItem(item: Item): Item[] {
  const { value } = item
  if (value.kind === 'object' && value.items.length > 0 && value.items.every((sub) => sub.value.kind === 'object')) {
    return value.items.flatMap((sub) => flattenItem({ ...item, keys: [...item.keys, ...sub.keys], value: sub.value }))
  }
  if (value.kind === 'list' && value.elements.length > 0 && value.elements.every((sub) => sub.kind === 'object')) {
    return value.elements.flatMap((sub) => flattenItem({ ...item, value: sub }))
  }
  return [item]
}

function flattenInside(node: Node): Node {
  if (node.kind === 'object') return { ...node, items: flatten(node.items) }
  if (node.kind === 'list') return { ...node, elements: node.elements.map(flattenInside) }
  return node
}
