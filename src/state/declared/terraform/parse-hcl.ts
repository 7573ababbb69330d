import type { Block, Body, Expression } from './hcl-expression.ts'
import { readHclHeredoc, readHclString } from './hcl-text.ts'

const IDENTIFIER = /[A-Za-z_][\w-]*/y
const REFERENCE = /[A-Za-z_][\w-]*(?:\.(?:[A-Za-z_][\w-]*|\d+|\*)|\[(?:\d+|\*|"[^"\n]*"|[A-Za-z_][\w.-]*)\])*/y
const NUMBER = /-?\d+(?:\.\d+)?/y

/**
 * Reads the structure of HCL 2 (blocks, attributes, texts with interpolation, heredocs, lists, maps, calls). Operators,
 * conditions and `for` are not evaluated: such an expression is kept as written. Never throws; what is no HCL is passed over.
 */
export function parseHcl(source: string): Body {
  return new HclReader(source).body(true)
}

/** Reads the one expression in a text; used for what stands in `${…}`. */
function parseHclExpression(source: string, from: number, to: number): Expression {
  const reader = new HclReader(source, from, to)
  return reader.expression()
}

class HclReader {
  readonly #source: string
  readonly #end: number
  #at: number

  constructor(source: string, from = 0, to = source.length) {
    this.#source = source
    this.#at = from
    this.#end = to
  }

  body(top: boolean): Body {
    const attributes = new Map<string, Expression>()
    const blocks: Block[] = []
    for (;;) {
      this.#skip(true)
      if (this.#at >= this.#end || (!top && this.#peek() === '}')) break
      const from = this.#at
      const name = this.#match(IDENTIFIER)
      if (name === undefined) {
        this.#at++
        continue
      }
      this.#skip(false)
      if (this.#peek() === '=' && this.#source[this.#at + 1] !== '=') {
        this.#at++
        attributes.set(name, this.expression())
        continue
      }
      const labels = this.#labels()
      if (this.#peek() !== '{') continue
      this.#at++
      const body = this.body(false)
      this.#at++
      blocks.push({ type: name, labels, body, from, to: Math.min(this.#at, this.#end) })
    }
    return { attributes, blocks }
  }

  #labels(): string[] {
    const labels: string[] = []
    for (;;) {
      this.#skip(false)
      if (this.#peek() === '"') {
        const text = readHclString(this.#source, this.#at + 1, parseHclExpression)
        this.#at = text.end
        labels.push(text.text.value)
        continue
      }
      const word = this.#match(IDENTIFIER)
      if (word === undefined) return labels
      labels.push(word)
    }
  }

  /** Reads an expression up to the line's end, or to the comma or bracket that ends it. */
  expression(): Expression {
    this.#skip(false)
    const from = this.#at
    const primary = this.#primary()
    const after = this.#at
    this.#skip(false)
    const next = this.#peek()
    if (primary !== undefined && (this.#at >= this.#end || '\n,]})'.includes(next) || next === '')) {
      this.#at = after
      return primary
    }
    this.#at = from
    return this.#unread(from)
  }

  #primary(): Expression | undefined {
    const from = this.#at
    const ch = this.#peek()
    if (ch === '"') {
      const { text, holes, end } = readHclString(this.#source, from + 1, parseHclExpression)
      this.#at = end
      return { kind: 'text', text, holes, from, to: end }
    }
    if (this.#source.startsWith('<<', from)) {
      const heredoc = readHclHeredoc(this.#source, from, parseHclExpression)
      if (heredoc === undefined) return undefined
      this.#at = heredoc.end
      return { kind: 'text', text: heredoc.text, holes: heredoc.holes, from, to: heredoc.end }
    }
    if (ch === '[') return this.#list(from)
    if (ch === '{') return this.#object(from)
    if (ch === '(') {
      this.#at++
      this.#skip(true)
      const inner = this.expression()
      this.#skip(true)
      if (this.#peek() !== ')') return undefined
      this.#at++
      return inner
    }
    const number = this.#match(NUMBER)
    if (number !== undefined) return { kind: 'literal', value: Number(number), from, to: this.#at }
    const reference = this.#match(REFERENCE)
    if (reference === undefined) return undefined
    if (this.#peek() === '(') return this.#call(reference, from)
    if (reference === 'true' || reference === 'false')
      return { kind: 'literal', value: reference === 'true', from, to: this.#at }
    if (reference === 'null') return { kind: 'literal', value: null, from, to: this.#at }
    return { kind: 'reference', raw: reference, from, to: this.#at }
  }

  #list(from: number): Expression | undefined {
    const items = this.#items(']')
    return items === undefined ? undefined : { kind: 'list', items, from, to: this.#at }
  }

  #call(name: string, from: number): Expression | undefined {
    const args = this.#items(')')
    if (args === undefined) return undefined
    return { kind: 'call', name, args, raw: this.#source.slice(from, this.#at), from, to: this.#at }
  }

  #items(close: string): Expression[] | undefined {
    this.#at++
    const items: Expression[] = []
    for (;;) {
      this.#skip(true)
      if (this.#at >= this.#end) return undefined
      if (this.#peek() === close) break
      if (/^for\b/.test(this.#source.slice(this.#at, this.#at + 4))) return undefined
      const before = this.#at
      items.push(this.expression())
      this.#skip(true)
      if (this.#source.startsWith('...', this.#at)) return undefined
      if (this.#peek() === ',') this.#at++
      else if (this.#peek() !== close && this.#at === before) return undefined
    }
    this.#at++
    return items
  }

  #object(from: number): Expression | undefined {
    this.#at++
    const entries: [string, Expression][] = []
    for (;;) {
      this.#skip(true)
      if (this.#at >= this.#end) return undefined
      if (this.#peek() === '}') break
      if (/^for\b/.test(this.#source.slice(this.#at, this.#at + 4))) return undefined
      const key = this.#key()
      if (key === undefined) return undefined
      this.#skip(false)
      if (this.#peek() !== '=' && this.#peek() !== ':') return undefined
      this.#at++
      entries.push([key, this.expression()])
      this.#skip(true)
      if (this.#peek() === ',') this.#at++
    }
    this.#at++
    return { kind: 'object', entries, from, to: this.#at }
  }

  #key(): string | undefined {
    if (this.#peek() === '"') {
      const { text, end } = readHclString(this.#source, this.#at + 1, parseHclExpression)
      this.#at = end
      return text.value
    }
    if (this.#peek() === '(') {
      this.#at++
      const inner = this.expression()
      if (this.#peek() !== ')') return undefined
      this.#at++
      return this.#source.slice(inner.from, inner.to)
    }
    return this.#match(REFERENCE) ?? this.#match(NUMBER)
  }

  /** An expression that is not understood: everything up to its end, brackets and quotes balanced. */
  #unread(from: number): Expression {
    let depth = 0
    while (this.#at < this.#end) {
      const ch = this.#peek()
      if (ch === '"') {
        this.#at = readHclString(this.#source, this.#at + 1, parseHclExpression).end
        continue
      }
      if (this.#source.startsWith('<<', this.#at)) {
        const heredoc = readHclHeredoc(this.#source, this.#at, parseHclExpression)
        if (heredoc !== undefined) {
          this.#at = heredoc.end
          continue
        }
      }
      if ('([{'.includes(ch)) depth++
      else if (')]}'.includes(ch)) {
        if (depth === 0) break
        depth--
      } else if (depth === 0 && (ch === '\n' || ch === ',')) break
      this.#at++
    }
    return { kind: 'other', raw: this.#source.slice(from, this.#at).trim(), from, to: this.#at }
  }

  #peek(): string {
    return this.#at < this.#end ? (this.#source[this.#at] ?? '') : ''
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#source)
    if (match === null || match.index !== this.#at || this.#at + match[0].length > this.#end) return undefined
    this.#at += match[0].length
    return match[0]
  }

  #skip(newlines: boolean): void {
    while (this.#at < this.#end) {
      const ch = this.#source[this.#at] ?? ''
      if (ch === ' ' || ch === '\t' || ch === '\r' || (newlines && ch === '\n')) this.#at++
      else if (ch === '#' || this.#source.startsWith('//', this.#at)) this.#to('\n', 0)
      else if (this.#source.startsWith('/*', this.#at)) this.#to('*/', 2)
      else return
    }
  }

  #to(mark: string, extra: number): void {
    const found = this.#source.indexOf(mark, this.#at)
    this.#at = found < 0 ? this.#end : found + extra
  }
}
