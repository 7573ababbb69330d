/** The outcome of substituting variables in one text. */
export interface Substitution {
  readonly text: string
  /** Variables that have no value and no default, in order of appearance; they stay in the text as `${NAME}`. */
  readonly unresolved: readonly string[]
  /** Expressions that Flux refuses (the whole Kustomization then fails to apply); they stay as written. */
  readonly refused: readonly string[]
}

class Refused extends Error {}

/**
 * Substitutes `${NAME}` as Flux's postBuild does: the dialect of its envsubst library, which is bash only in part. `$NAME` without
 * braces is text, `$$` is a `$`; every default operator (`=`, `:=`, `:-`, `:?`, `:+`) gives the default when the value is empty;
 * `${A-b}` is refused. Unlike Flux, a variable without value is not replaced by nothing: Git does not say that it is empty.
 */
export function envsubst(text: string, lookup: (name: string) => string | undefined): Substitution {
  const reader = new Reader(text, lookup)
  return reader.all()
}

/** A variable, a default or an escape stands in the text: whether substitution can change it. */
export function mentionsVariable(text: string): boolean {
  return text.includes('${') || text.includes('$$')
}

class Reader {
  private readonly text: string
  private readonly lookup: (name: string) => string | undefined
  private at = 0
  private unresolved: string[] = []
  private readonly refused: string[] = []

  constructor(text: string, lookup: (name: string) => string | undefined) {
    this.text = text
    this.lookup = lookup
  }

  all(): Substitution {
    let result = ''
    while (this.at < this.text.length) {
      if (this.text.startsWith('$$', this.at)) {
        result += '$'
        this.at += 2
      } else if (this.text.startsWith('${', this.at)) result += this.expression()
      else result += this.text[this.at++]
    }
    return { text: result, unresolved: this.unresolved, refused: this.refused }
  }

  private expression(): string {
    const start = this.at
    const known = [...this.unresolved]
    try {
      return this.func()
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      this.unresolved = known
      const close = this.text.indexOf('}', start)
      this.at = close === -1 ? this.text.length : close + 1
      const written = this.text.slice(start, this.at)
      this.refused.push(written)
      return written
    }
  }

  /** One `${…}`, the cursor at its `$`. */
  private func(): string {
    const start = this.at
    this.at += 2
    if (this.take('#')) {
      const name = this.name()
      this.close()
      return this.value(name, start, (value) => String(new TextEncoder().encode(value).length))
    }
    const name = this.name()
    const next = this.text[this.at]
    if (next === '}') {
      this.at++
      return this.value(name, start, (value) => value)
    }
    if (next === '=' || (next === ':' && /[=\-?+]/.test(this.text[this.at + 1] ?? ''))) {
      this.at += next === '=' ? 1 : 2
      return this.defaulted(name)
    }
    if (next === ':') return this.part(name, start)
    if (next === ',' || next === '^') return this.casing(name, start, next)
    if (next === '/') return this.replacing(name, start)
    if (next === '#' || next === '%') return this.trimming(name, start, next)
    throw new Refused()
  }

  private value(name: string, start: number, change: (value: string) => string): string {
    const value = this.lookup(name)
    if (value !== undefined) return change(value)
    this.unresolved.push(name)
    return this.text.slice(start, this.at)
  }

  private defaulted(name: string): string {
    const value = this.lookup(name)
    const used = value !== undefined && value !== ''
    const outer = this.unresolved
    if (used) this.unresolved = []
    let result = ''
    while (this.text[this.at] !== '}') {
      if (this.at >= this.text.length) throw new Refused()
      result += this.text.startsWith('${', this.at) ? this.func() : this.until((ch) => ch === '}', false)
    }
    this.at++
    if (!used) return result
    // A default that is not used may name variables that nobody sets.
    this.unresolved = outer
    return value
  }

  private part(name: string, start: number): string {
    this.at++
    const from = this.parameter((ch) => ch === ':' || ch === '}', false)
    let length: string | undefined
    if (this.take(':')) length = this.parameter((ch) => ch === '}', false)
    this.close()
    return this.value(name, start, (value) => substring(value, from, length))
  }

  private casing(name: string, start: number, operator: string): string {
    this.at++
    const whole = this.take(operator)
    this.close()
    const change = (text: string) => (operator === ',' ? text.toLowerCase() : text.toUpperCase())
    return this.value(name, start, (value) => (whole ? change(value) : change(value.slice(0, 1)) + value.slice(1)))
  }

  private replacing(name: string, start: number): string {
    this.at++
    const kind = this.take('/') ? '//' : this.take('#') ? '/#' : this.take('%') ? '/%' : '/'
    const pattern = this.parameter((ch) => ch === '/', true)
    if (!this.take('/')) throw new Refused()
    while (this.take('/'));
    const by = this.text[this.at] === '}' ? undefined : this.parameter((ch) => ch === '}', true)
    this.close()
    return this.value(name, start, (value) => replace(value, kind, pattern, by))
  }

  private trimming(name: string, start: number, operator: string): string {
    this.at++
    const longest = this.take(operator)
    const glob = this.parameter((ch) => ch === '}', false)
    this.close()
    return this.value(name, start, (value) => trim(value, glob, operator === '%', longest))
  }

  private parameter(ends: (ch: string) => boolean, escapes: boolean): string {
    if (this.text.startsWith('${', this.at)) return this.func()
    const read = this.until(ends, escapes)
    if (read === '') throw new Refused()
    return read
  }

  private until(ends: (ch: string) => boolean, escapes: boolean): string {
    let result = ''
    while (this.at < this.text.length) {
      const ch = this.text[this.at] as string
      const next = this.text[this.at + 1]
      if (escapes && ((ch === '\\' && (next === '/' || next === '\\')) || (ch === '$' && next === '$'))) {
        result += next
        this.at += 2
        continue
      }
      if (ends(ch) || (ch === '$' && next === '{')) break
      result += ch
      this.at++
    }
    return result
  }

  private name(): string {
    const found = /^[\p{L}\p{Nd}_]+/u.exec(this.text.slice(this.at, this.at + 256))
    if (found === null) throw new Refused()
    this.at += found[0].length
    return found[0]
  }

  private take(ch: string): boolean {
    if (this.text[this.at] !== ch) return false
    this.at++
    return true
  }

  private close(): void {
    if (!this.take('}')) throw new Refused()
  }
}

function substring(value: string, from: string, length: string | undefined): string {
  if (!/^[-+]?\d+$/.test(from)) return value
  let start = Number(from)
  if (start < 0) start = Math.max(value.length + start, 0)
  if (length === undefined) return value.slice(start)
  if (!/^[-+]?\d+$/.test(length)) return value
  return start + Number(length) >= value.length
    ? value.slice(start)
    : value.slice(start, Math.max(start + Number(length), 0))
}

function replace(value: string, kind: string, pattern: string, by: string | undefined): string {
  const text = () => by ?? ''
  switch (kind) {
    case '//':
      return value.replaceAll(pattern, text)
    case '/':
      return value.replace(pattern, text)
    case '/#':
      return by !== undefined && value.startsWith(pattern) ? by + value.slice(pattern.length) : value
    default:
      return by !== undefined && value.endsWith(pattern) ? value.slice(0, value.length - pattern.length) + by : value
  }
}

function trim(value: string, glob: string, fromEnd: boolean, longest: boolean): string {
  const test = globExpression(glob)
  const piece = (length: number) => (fromEnd ? value.slice(value.length - length) : value.slice(0, length))
  for (let step = 1; step <= value.length; step++) {
    const length = longest ? value.length - step + 1 : step
    if (test.test(piece(length))) return fromEnd ? value.slice(0, value.length - length) : value.slice(length)
  }
  return value
}

function globExpression(glob: string): RegExp {
  const source = glob.replace(/[\\^$.|+(){}[\]*?]/g, (ch) => (ch === '*' ? '[^]*' : ch === '?' ? '[^]' : `\\${ch}`))
  return new RegExp(`^${source}$`)
}
