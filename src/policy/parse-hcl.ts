import { toBytes } from './byte-string.ts'
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
  positionError,
  type Scalar,
  type Token,
} from './hcl-node.ts'
import { scanHcl } from './scan-hcl.ts'
import { unquoteHcl, unwrapHeredoc } from './unquote.ts'

/** An attribute that stands twice in one block (P18): Vault 1.21 and later refuse it, all others join the two. */
export interface DuplicateAttribute {
  readonly name: string
  readonly at: Position
}

export interface HclTree {
  readonly items: Item[]
  readonly duplicates: readonly DuplicateAttribute[]
}

/** The file ended where a value or a key was looked for; Vault drops what was begun, without an error. */
const END_OF_FILE = Symbol('end of file')

/**
 * Reads HCL 1 with the grammar, the oddities and the error texts of Vault's parser (vault.md §1.1).
 * Throws `HclError` with Vault's text, without the prefix `failed to parse policy: `.
 */
export function parseHcl(text: string): HclTree {
  let complaint: HclError | undefined
  const scan = scanHcl(text.replaceAll('\r\n', '\n'), (at, message) => {
    complaint = positionError(at, message)
  })
  const parser = parserOf(scan)
  try {
    const items = parser.objectList(false)
    const broken = parser.broken[0]
    if (complaint ?? broken) throw complaint ?? broken
    return { items, duplicates: parser.duplicates }
  } catch (error) {
    throw error instanceof NotLookedInto ? error : (complaint ?? error)
  }
}

function parserOf(scan: () => Token) {
  const duplicates: DuplicateAttribute[] = []
  let token: Token = { type: 'ILLEGAL', text: '', at: { line: 0, column: 0 } }
  let held = false
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
    if (held) {
      held = false
      return token
    }
    do token = scan()
    while (token.type === 'COMMENT')
    return token
  }
  function hold(): void {
    held = true
  }

  function objectList(inBraces: boolean): Item[] {
    const items: Item[] = []
    const seen = new Set<string>()
    for (;;) {
      if (inBraces) {
        const closing = next().type === 'RBRACE'
        hold()
        if (closing) return items
      }
      const item = objectItem()
      if (item === END_OF_FILE) return items
      if (item.assign) {
        for (const key of item.keys) {
          if (seen.has(key.text) && key.reported) duplicates.push({ name: key.text, at: key.reported })
          seen.add(key.text)
        }
      }
      items.push(item)
      if (next().type !== 'COMMA') hold()
    }
  }

  function objectItem(): Item | typeof END_OF_FILE {
    const keys = objectKeys()
    if (keys === END_OF_FILE) return END_OF_FILE
    let assign: Position | undefined
    let value: Node | typeof END_OF_FILE
    if (token.type === 'ASSIGN') {
      assign = token.at
      value = object()
    } else if (token.type === 'LBRACE') {
      value = deeper(objectType)
    } else {
      const names = keys.map((key) => key.text).join(' ')
      throw positionError(token.at, `key '${names}' expected start of object ('{') or assignment ('=')`)
    }
    if (value === END_OF_FILE) return END_OF_FILE
    next()
    hold()
    return { keys, assign, value }
  }

  /** Leaves `token` on what ended the keys. */
  function objectKeys(): Scalar[] | typeof END_OF_FILE {
    const keys: Scalar[] = []
    for (;;) {
      const key = next()
      switch (key.type) {
        case 'EOF':
          return keys.length > 0 ? keys : END_OF_FILE
        case 'ASSIGN':
          if (keys.length > 1) throw positionError(key.at, 'nested object expected: LBRACE got: ASSIGN')
          if (keys.length === 0) throw positionError(key.at, 'no object keys found!')
          return keys
        case 'LBRACE':
          if (keys.length === 0) throw positionError(key.at, 'expected: IDENT | STRING got: LBRACE')
          return keys
        case 'IDENT':
        case 'STRING':
          keys.push(scalarOf(key, broken))
          break
        case 'ILLEGAL':
          throw positionError(key.at, 'illegal character')
        default:
          // Keys and then "}": what is missing is the value, and that is what Vault says.
          if (keys.length > 0 && key.type === 'RBRACE') return keys
          throw positionError(key.at, `expected: IDENT | STRING | ASSIGN | LBRACE got: ${key.type}`)
      }
    }
  }

  function object(): Node | typeof END_OF_FILE {
    const first = next()
    switch (first.type) {
      case 'NUMBER':
      case 'FLOAT':
      case 'BOOL':
      case 'STRING':
      case 'HEREDOC':
        return literal()
      case 'LBRACE':
        return deeper(objectType)
      case 'LBRACK':
        return deeper(listType)
      case 'EOF':
        return END_OF_FILE
      default:
        throw positionError(first.at, `Unknown token: ${formatPosition(first.at)} ${first.type} ${first.text}`)
    }
  }

  function objectType(): ObjectNode {
    const at = token.at
    const items = objectList(true)
    const closing = next()
    if (closing.type !== 'RBRACE') {
      throw positionError(closing.at, `object expected closing RBRACE got: ${closing.type}`)
    }
    return { kind: 'object', items, line: at.line, reported: at }
  }

  function listType(): ListNode {
    const at = token.at
    const elements: Node[] = []
    let needComma = false
    for (;;) {
      const element = next()
      if (needComma && element.type !== 'COMMA' && element.type !== 'RBRACK') {
        throw positionError(element.at, `error parsing list, expected comma or list end, got: ${element.type}`)
      }
      switch (element.type) {
        case 'BOOL':
        case 'NUMBER':
        case 'FLOAT':
        case 'STRING':
        case 'HEREDOC':
          elements.push(literal())
          needComma = true
          break
        case 'COMMA':
          next()
          hold()
          needComma = false
          break
        case 'LBRACE':
          elements.push(within(element, 'object', objectType))
          needComma = true
          break
        case 'LBRACK':
          elements.push(within(element, 'list', listType))
          break
        case 'RBRACK':
          return { kind: 'list', elements, line: at.line, reported: at, dropped: [] }
        default:
          throw positionError(element.at, `unexpected token while parsing list: ${element.type}`)
      }
    }
  }

  function within<T>(opening: Token, what: string, parse: () => T): T {
    try {
      return deeper(parse)
    } catch (error) {
      if (!(error instanceof HclError) || error instanceof NotLookedInto) throw error
      throw positionError(opening.at, `error while trying to parse ${what} within list: ${error.message}`)
    }
  }

  function literal(): LiteralNode {
    return { kind: 'literal', scalar: scalarOf(token, broken), line: token.at.line, reported: token.at }
  }

  return { objectList, duplicates, broken }
}

function scalarOf(token: Token, broken: HclError[]): Scalar {
  const { text, at } = token
  const type = token.type as Scalar['type']
  return { type, text, value: tokenValue(token, broken), line: at.line, reported: at }
}

function tokenValue(token: Token, broken: HclError[]): string {
  if (token.type === 'HEREDOC') return unwrapHeredoc(token.text)
  if (token.type !== 'STRING') return toBytes(token.text)
  const value = unquoteHcl(token.text)
  // The scanner's complaints come first; what it let pass makes Vault panic with this text.
  if (value === undefined) broken.push(positionError(token.at, `unquote ${token.text} err: invalid syntax`))
  return value ?? ''
}
