import { HclCursor } from './hcl-cursor.ts'
import type { Expression, LoopHead, ObjectEntry, Step } from './hcl-expression.ts'
import { type ReadHole, readHclHeredoc, readHclString } from './hcl-text.ts'

export const IDENTIFIER = /[A-Za-z_][\w-]*/y
/** `a.b::c(…)` are functions of providers. */
const NAME = /[A-Za-z_][\w-]*(?:::[A-Za-z_][\w-]*)*/y
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const OPERATORS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/', '%'],
]
/** What people write is not nested deeper; what is, is kept as written. */
const DEEPEST = 60

/** Reads one expression from the cursor: up to the line's end, or to the comma or bracket that ends it. Never throws. */
export function parseExpression(cursor: HclCursor, nested = false, depth = 0): Expression {
  cursor.skip(nested)
  const from = cursor.at
  if (depth <= DEEPEST) {
    const found = new ExpressionReader(cursor, depth).choice(nested)
    const after = cursor.at
    cursor.skip(false)
    const next = cursor.peek()
    if (
      found !== undefined &&
      (next === '' || '\n,]}):='.includes(next) || cursor.startsWith('...') || isFilter(cursor))
    ) {
      cursor.at = after
      return found
    }
  }
  cursor.at = from
  return skipExpression(cursor, from)
}

/** The expression in `${…}`, or the directive in `%{…}`. */
export const parseHole: ReadHole = (source, from, to, isDirective, depth) => {
  const cursor = new HclCursor(source, from, to)
  return isDirective ? parseDirective(cursor, depth) : parseExpression(cursor, true, depth)
}

function parseDirective(cursor: HclCursor, depth: number): Expression {
  cursor.skip(true)
  const { at: from, end: to } = cursor
  const word = cursor.match(IDENTIFIER) ?? ''
  if (word === 'if') {
    const condition = parseExpression(cursor, true, depth + 1)
    return { kind: 'directive', word, condition, from, to }
  }
  const loop = word === 'for' ? new ExpressionReader(cursor, depth).loopHead() : undefined
  return { kind: 'directive', word, ...(loop === undefined ? {} : { loop }), from, to }
}

/** An expression that is not understood: everything up to its end, brackets and quotes balanced. */
function skipExpression(cursor: HclCursor, from: number): Expression {
  let open = 0
  while (!cursor.done) {
    const ch = cursor.peek()
    if (ch === '"') {
      cursor.at = Math.min(cursor.end, readHclString(cursor.source, cursor.at + 1, parseHole, DEEPEST + 1).end)
      continue
    }
    const heredoc = cursor.startsWith('<<')
      ? readHclHeredoc(cursor.source, cursor.at, parseHole, DEEPEST + 1)
      : undefined
    if (heredoc !== undefined) {
      cursor.at = Math.min(cursor.end, heredoc.end)
      continue
    }
    if ('([{'.includes(ch)) open++
    else if (')]}'.includes(ch)) {
      if (open === 0) break
      open--
    } else if (open === 0 && (ch === '\n' || ch === ',')) break
    cursor.at++
  }
  return { kind: 'other', from, to: cursor.at }
}

class ExpressionReader {
  readonly #cursor: HclCursor
  readonly #depth: number

  constructor(cursor: HclCursor, depth: number) {
    this.#cursor = cursor
    this.#depth = depth
  }

  choice(nested: boolean): Expression | undefined {
    const cursor = this.#cursor
    const from = cursor.at
    const condition = this.#binary(0, nested)
    if (condition === undefined) return undefined
    const after = cursor.at
    cursor.skip(nested)
    if (!cursor.take('?')) {
      cursor.at = after
      return condition
    }
    const yes = parseExpression(cursor, true, this.#depth + 1)
    cursor.skip(true)
    if (!cursor.take(':')) return undefined
    const no = parseExpression(cursor, nested, this.#depth + 1)
    return { kind: 'choice', condition, yes, no, from, to: cursor.at }
  }

  #binary(level: number, nested: boolean): Expression | undefined {
    const operators = OPERATORS[level]
    if (operators === undefined) return this.#unary(nested)
    const cursor = this.#cursor
    const from = cursor.at
    let left = this.#binary(level + 1, nested)
    while (left !== undefined) {
      const before = cursor.at
      cursor.skip(nested)
      const operator = operators.find((one) => cursor.startsWith(one))
      // `=>` parts key and value of a `for`.
      if (operator === undefined || cursor.startsWith('=>')) {
        cursor.at = before
        return left
      }
      cursor.at += operator.length
      cursor.skip(true)
      const right = this.#binary(level + 1, nested)
      if (right === undefined) return undefined
      left = { kind: 'binary', operator, left, right, from, to: cursor.at }
    }
    return left
  }

  #unary(nested: boolean): Expression | undefined {
    const cursor = this.#cursor
    const from = cursor.at
    let turns = 0
    while (cursor.peek() === '!' && cursor.peek(1) !== '=') {
      cursor.at++
      cursor.skip(false)
      turns++
    }
    const primary = this.#primary()
    const of = primary === undefined ? undefined : this.#accessed(primary, nested)
    if (of === undefined || turns % 2 === 0) return of
    return { kind: 'not', of, from, to: cursor.at }
  }

  #primary(): Expression | undefined {
    const cursor = this.#cursor
    const from = cursor.at
    const ch = cursor.peek()
    if (ch === '"') {
      const { text, holes, end } = readHclString(cursor.source, from + 1, parseHole, this.#depth + 1)
      cursor.at = end
      return { kind: 'text', text, holes, from, to: end }
    }
    if (cursor.startsWith('<<')) {
      const heredoc = readHclHeredoc(cursor.source, from, parseHole, this.#depth + 1)
      if (heredoc === undefined) return undefined
      cursor.at = heredoc.end
      return { kind: 'text', text: heredoc.text, holes: heredoc.holes, from, to: heredoc.end }
    }
    if (ch === '[') return this.#list(from)
    if (ch === '{') return this.#object(from)
    if (ch === '(') {
      cursor.at++
      const inner = parseExpression(cursor, true, this.#depth + 1)
      cursor.skip(true)
      return cursor.take(')') ? inner : undefined
    }
    const number = cursor.match(NUMBER)
    if (number !== undefined) return { kind: 'literal', value: Number(number), from, to: cursor.at }
    const name = cursor.match(NAME)
    if (name === undefined) return undefined
    if (cursor.peek() === '(') return this.#call(name, from)
    if (name === 'true' || name === 'false') return { kind: 'literal', value: name === 'true', from, to: cursor.at }
    if (name === 'null') return { kind: 'literal', value: null, from, to: cursor.at }
    return { kind: 'reference', root: name, steps: [], from, to: cursor.at }
  }

  /** `.name`, `[index]` and `[*]` behind what was read. */
  #accessed(of: Expression, nested: boolean): Expression | undefined {
    const cursor = this.#cursor
    const steps: Step[] = []
    for (;;) {
      const before = cursor.at
      if (nested) cursor.skip(true)
      if (cursor.peek() === '.' && cursor.peek(1) !== '.') {
        cursor.at++
        if (cursor.take('*')) steps.push({ kind: 'all' })
        else {
          const name = cursor.match(IDENTIFIER) ?? cursor.match(/\d+/y)
          if (name === undefined) return undefined
          steps.push({ kind: 'name', name })
        }
      } else if (cursor.at === before && cursor.peek() === '[') {
        cursor.at++
        cursor.skip(true)
        if (cursor.startsWith('*')) {
          cursor.at++
          steps.push({ kind: 'all' })
        } else steps.push({ kind: 'index', index: parseExpression(cursor, true, this.#depth + 1) })
        cursor.skip(true)
        if (!cursor.take(']')) return undefined
      } else {
        cursor.at = before
        break
      }
    }
    if (steps.length === 0) return of
    const { from } = of
    if (of.kind === 'reference') return { ...of, steps, to: cursor.at }
    return { kind: 'access', of, steps, from, to: cursor.at }
  }

  #call(name: string, from: number): Expression | undefined {
    const cursor = this.#cursor
    cursor.at++
    const args = this.#items(')')
    if (args === undefined) return undefined
    return { kind: 'call', name, args: args.items, spread: args.spread, from, to: cursor.at }
  }

  #list(from: number): Expression | undefined {
    const cursor = this.#cursor
    cursor.at++
    cursor.skip(true)
    if (isFor(cursor)) return this.#for(from, ']')
    const items = this.#items(']')
    return items === undefined ? undefined : { kind: 'list', items: items.items, from, to: cursor.at }
  }

  #items(close: string): { items: Expression[]; spread: boolean } | undefined {
    const cursor = this.#cursor
    const items: Expression[] = []
    let spread = false
    for (;;) {
      cursor.skip(true)
      if (cursor.done) return undefined
      if (cursor.take(close)) return { items, spread }
      const before = cursor.at
      items.push(parseExpression(cursor, true, this.#depth + 1))
      cursor.skip(true)
      if (cursor.take('...')) spread = true
      cursor.skip(true)
      if (!cursor.take(',') && cursor.peek() !== close && cursor.at === before) return undefined
    }
  }

  #object(from: number): Expression | undefined {
    const cursor = this.#cursor
    cursor.at++
    cursor.skip(true)
    if (isFor(cursor)) return this.#for(from, '}')
    const entries: ObjectEntry[] = []
    for (;;) {
      cursor.skip(true)
      if (cursor.done) return undefined
      if (cursor.take('}')) return { kind: 'object', entries, from, to: cursor.at }
      const key = this.#key()
      cursor.skip(false)
      if (key === undefined || !(cursor.take('=') || cursor.take(':'))) return undefined
      entries.push({ key, value: parseExpression(cursor, false, this.#depth + 1) })
      cursor.skip(true)
      cursor.take(',')
    }
  }

  /** A bare word is a key of that name; other keys are expressions. */
  #key(): Expression | undefined {
    const cursor = this.#cursor
    const from = cursor.at
    const word = cursor.match(/[A-Za-z_][\w-]*(?=\s*[=:](?!=))/y)
    if (word === undefined) return this.#unary(false)
    const origins = [...word].map((_, index) => from + index)
    return { kind: 'text', text: { value: word, origins, holes: [] }, holes: [], from, to: cursor.at }
  }

  #for(from: number, close: string): Expression | undefined {
    const cursor = this.#cursor
    cursor.match(IDENTIFIER)
    const loop = this.loopHead()
    cursor.skip(true)
    if (loop === undefined || !cursor.take(':')) return undefined
    const first = parseExpression(cursor, true, this.#depth + 1)
    cursor.skip(true)
    const isObject = cursor.take('=>')
    const value = isObject ? parseExpression(cursor, true, this.#depth + 1) : first
    cursor.skip(true)
    // Values of one key are gathered into a list: which keys meet is not followed.
    if (cursor.take('...')) return undefined
    cursor.skip(true)
    const filter =
      isFilter(cursor) && cursor.match(IDENTIFIER) ? parseExpression(cursor, true, this.#depth + 1) : undefined
    cursor.skip(true)
    if (!cursor.take(close)) return undefined
    return { kind: 'for', loop, key: isObject ? first : undefined, value, filter, from, to: cursor.at }
  }

  /** From behind `for` to the end of the collection. */
  loopHead(): LoopHead | undefined {
    const cursor = this.#cursor
    const names: string[] = []
    do {
      cursor.skip(true)
      const name = cursor.match(IDENTIFIER)
      if (name === undefined) return undefined
      names.push(name)
      cursor.skip(true)
    } while (cursor.take(','))
    if (cursor.match(IDENTIFIER) !== 'in') return undefined
    return { names, collection: parseExpression(cursor, true, this.#depth + 1) }
  }
}

function isFor(cursor: HclCursor): boolean {
  return /^for\s/.test(cursor.source.slice(cursor.at, cursor.at + 4))
}

/** `if` behind a `for` expression ends what stands before it. */
function isFilter(cursor: HclCursor): boolean {
  return /^if\b/.test(cursor.source.slice(cursor.at, cursor.at + 3))
}
