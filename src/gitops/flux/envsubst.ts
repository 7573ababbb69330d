/** The outcome of substituting variables in one text. */
export interface Substitution {
  readonly text: string
  /** Variables that have no value and no default, in order of appearance; they stay in the text as `${NAME}`. */
  readonly unresolved: readonly string[]
  /** Expressions that Flux refuses (the whole Kustomization then fails to apply); they stay as written. */
  readonly refused: readonly string[]
}

class Refused extends Error {}

/** Flux would go on, and we do not: deeper or longer than anybody writes. */
class TooMuch extends Error {}

/** Defaults within defaults. */
const DEEPEST = 100
/** Characters that come out of one text; Kubernetes takes no object of that size. */
const LONGEST = 2 * 1024 * 1024
/** Steps of matching a pattern with `?` against a value. */
const MOST_STEPS = 20_000_000

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
  private readonly unresolved: string[] = []
  private readonly refused: string[] = []
  private depth = 0

  constructor(text: string, lookup: (name: string) => string | undefined) {
    this.text = text
    this.lookup = lookup
  }

  all(): Substitution {
    let result = ''
    while (this.at < this.text.length && result.length <= LONGEST) {
      const dollar = this.text.indexOf('$', this.at)
      const plain = dollar === -1 ? this.text.length : dollar
      result += this.text.slice(this.at, plain)
      this.at = plain
      if (this.text.startsWith('$$', this.at)) {
        result += '$'
        this.at += 2
      } else if (this.text.startsWith('${', this.at)) result += this.expression()
      else if (this.at < this.text.length) result += this.text[this.at++]
    }
    // What is left stays as it is written, and its variables as unknown as they were.
    if (this.at < this.text.length) this.unresolved.push(nameAt(this.text, this.text.indexOf('${', this.at)))
    return { text: result + this.text.slice(this.at), unresolved: this.unresolved, refused: this.refused }
  }

  private expression(): string {
    const start = this.at
    const known = this.unresolved.length
    try {
      return this.func()
    } catch (error) {
      if (!(error instanceof Refused || error instanceof TooMuch)) throw error
      this.unresolved.length = known
      this.depth = 0
      const close = this.text.indexOf('}', start)
      this.at = close === -1 ? this.text.length : close + 1
      const written = this.text.slice(start, this.at)
      if (error instanceof Refused) this.refused.push(written)
      else this.unresolved.push(nameAt(this.text, start))
      return written
    }
  }

  /** One `${…}`, the cursor at its `$`. */
  private func(): string {
    this.depth += 1
    if (this.depth > DEEPEST) throw new TooMuch()
    const result = this.operation()
    if (result.length > LONGEST) throw new TooMuch()
    this.depth -= 1
    return result
  }

  private operation(): string {
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
    const known = this.unresolved.length
    let result = ''
    while (this.text[this.at] !== '}') {
      if (this.at >= this.text.length) throw new Refused()
      result += this.text.startsWith('${', this.at) ? this.func() : this.until((ch) => ch === '}', false)
    }
    this.at++
    if (!used) return result
    // A default that is not used may name variables that nobody sets.
    this.unresolved.length = known
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
  if (kind === '//' && (value.length / pattern.length) * (by ?? '').length > LONGEST) throw new TooMuch()
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

/** The name behind a `${`, for an expression that is not looked into; the expression's beginning where there is none. */
function nameAt(text: string, start: number): string {
  const written = text.slice(Math.max(start, 0), Math.max(start, 0) + 64)
  return /^\$\{#?([\p{L}\p{Nd}_]+)/u.exec(written)?.[1] ?? written
}

/** Takes off the shortest or longest piece, at least one character, that the glob matches. */
function trim(value: string, glob: string, fromEnd: boolean, longest: boolean): string {
  const length = fromEnd ? matchedLength(reversed(value), reversed(glob), longest) : matchedLength(value, glob, longest)
  return fromEnd ? value.slice(0, value.length - length) : value.slice(length)
}

function reversed(text: string): string {
  return text.split('').reverse().join('')
}

/**
 * How many characters at the beginning of the value the glob can take; 0: it does not match. Each piece between stars is put where it
 * fits first, which leaves most to what follows; only the last one goes as far back as it can when the longest match is wanted.
 */
function matchedLength(value: string, glob: string, longest: boolean): number {
  const [first = '', ...rest] = glob.split('*')
  if (glob.includes('?') && value.length * glob.length > MOST_STEPS) throw new TooMuch()
  if (!fitsAt(value, first, 0)) return 0
  let at = first.length
  for (const [index, piece] of rest.entries()) {
    if (piece === '' && index < rest.length - 1) continue
    const isLast = index === rest.length - 1
    if (isLast && longest && piece === '') return value.length
    const found = isLast && longest ? lastFit(value, piece, at) : firstFit(value, piece, at)
    if (found < 0) return 0
    at = found + piece.length
  }
  // Nothing at all is no piece: a star takes one character more.
  return at === 0 && rest.length > 0 ? Math.min(1, value.length) : at
}

function fitsAt(value: string, piece: string, at: number): boolean {
  if (at + piece.length > value.length) return false
  if (!piece.includes('?')) return value.startsWith(piece, at)
  for (let i = 0; i < piece.length; i++) if (piece[i] !== '?' && piece[i] !== value[at + i]) return false
  return true
}

function firstFit(value: string, piece: string, from: number): number {
  if (!piece.includes('?')) return value.indexOf(piece, from)
  for (let at = from; at + piece.length <= value.length; at++) if (fitsAt(value, piece, at)) return at
  return -1
}

function lastFit(value: string, piece: string, from: number): number {
  if (!piece.includes('?')) {
    const at = value.lastIndexOf(piece)
    return at >= from ? at : -1
  }
  for (let at = value.length - piece.length; at >= from; at--) if (fitsAt(value, piece, at)) return at
  return -1
}
