/** What a pattern may hold beside `*`. Whatever is not switched on stands for itself. */
export interface GlobDialect {
  /** `*`, `?` and `[…]` stop at a slash; without it they match it too. */
  readonly segments?: boolean
  /** `**` crosses slashes: wherever it stands, or only as a whole segment. Else it is two `*`. */
  readonly doubleStar?: 'anywhere' | 'as a segment'
  /** `?` is any one character. */
  readonly question?: boolean
  /** `[a-z]` is one character of a set, `[!a]` and `[^a]` one that is not in it. */
  readonly sets?: boolean
  /** `{a,b}` is either; braces may stand in braces. */
  readonly braces?: boolean
  /** A backslash takes the meaning of what follows it. */
  readonly escapes?: boolean
  /** What lies below a match matches too, as in `.gitignore`. */
  readonly below?: boolean
}

export type Glob =
  | { readonly ok: true; readonly fits: (text: string) => boolean }
  | { readonly ok: false; readonly problem: 'open bracket' | 'open brace' | 'range backwards' }

/** One step of the machine. Characters are code points; the others say where it may go on. */
type Step =
  | { readonly op: 'char'; readonly code: number }
  | { readonly op: 'any'; readonly slash: boolean }
  | { readonly op: 'set'; readonly set: CharacterSet; readonly slash: boolean }
  | { readonly op: 'fork'; to: number; or: number }
  | { readonly op: 'end' }

interface CharacterSet {
  readonly negated: boolean
  readonly ranges: readonly (readonly [from: number, to: number])[]
}

const SLASH = 0x2f
/** Where a branch leads that is never taken. */
const NOWHERE = -1

/**
 * The one matcher of globs. A pattern becomes a machine that is in all of its possible states at once, so a match takes time in
 * proportion to pattern × text whatever the pattern: a pull request may bring its own.
 */
export function compileGlob(pattern: string, dialect: GlobDialect): Glob {
  const compiled = new Compiler([...pattern], dialect).compile()
  if (typeof compiled === 'string') return { ok: false, problem: compiled }
  const machine = new Machine(compiled)
  return { ok: true, fits: (text) => machine.fits(text) }
}

class Compiler {
  private readonly chars: readonly string[]
  private readonly dialect: GlobDialect
  private readonly steps: Step[] = []
  private at = 0
  /** Open braces: the fork of the alternative that is being read, and the ends of those before it. */
  private readonly open: { fork: { to: number; or: number }; readonly ends: { to: number; or: number }[] }[] = []

  constructor(chars: readonly string[], dialect: GlobDialect) {
    this.chars = chars
    this.dialect = dialect
  }

  compile(): readonly Step[] | Extract<Glob, { ok: false }>['problem'] {
    const { braces, escapes, question, sets } = this.dialect
    while (this.at < this.chars.length) {
      const char = this.chars[this.at++] as string
      const inBraces = this.open.at(-1)
      if (char === '*') this.star()
      else if (char === '?' && question === true) this.any()
      else if (char === '[' && sets === true) {
        const problem = this.set()
        if (problem !== undefined) return problem
      } else if (char === '{' && braces === true) this.open.push({ fork: this.fork(), ends: [] })
      else if (char === ',' && inBraces !== undefined) {
        inBraces.ends.push(this.fork(NOWHERE))
        inBraces.fork.or = this.steps.length
        inBraces.fork = this.fork()
      } else if (char === '}' && inBraces !== undefined) {
        this.open.pop()
        for (const end of inBraces.ends) end.to = this.steps.length
      } else if (char === '/' && this.isLastDoubleStar()) {
        this.at += 2
        this.below()
      } else if (char === '\\' && escapes === true && this.at < this.chars.length) this.char(this.chars[this.at++])
      else this.char(char)
    }
    if (this.open.length > 0) return 'open brace'
    if (this.dialect.below === true) this.below()
    this.steps.push({ op: 'end' })
    return this.steps
  }

  private char(char: string | undefined): void {
    this.steps.push({ op: 'char', code: (char as string).codePointAt(0) as number })
  }

  private any(slash = this.dialect.segments !== true): void {
    this.steps.push({ op: 'any', slash })
  }

  /** A step from which the machine goes on behind it, and to `or` as soon as that is known. */
  private fork(to = this.steps.length + 1): { to: number; or: number } {
    const fork = { op: 'fork' as const, to, or: NOWHERE }
    this.steps.push(fork)
    return fork
  }

  /** Any number of what `some` writes. */
  private repeat(some: () => void): void {
    const start = this.steps.length
    const loop = this.fork()
    some()
    this.fork(start)
    loop.or = this.steps.length
  }

  private star(): void {
    const { doubleStar } = this.dialect
    const double = this.chars[this.at] === '*'
    const before = this.chars[this.at - 2]
    const after = this.chars[this.at + 1]
    const whole = (before === undefined || before === '/') && (after === undefined || after === '/')
    const crosses = double && doubleStar !== undefined && (doubleStar === 'anywhere' || whole)
    if (crosses) this.at++
    if (!crosses || after !== '/') this.repeat(() => this.any(crosses ? true : undefined))
    else {
      // Any number of whole segments, each with its slash.
      this.at++
      this.repeat(() => {
        this.any(false)
        this.repeat(() => this.any(false))
        this.char('/')
      })
    }
  }

  /** `a/**` is `a` as well, where `**` is any number of segments. */
  private isLastDoubleStar(): boolean {
    const { chars, at } = this
    return (
      this.dialect.doubleStar === 'as a segment' &&
      chars[at] === '*' &&
      chars[at + 1] === '*' &&
      at + 2 === chars.length
    )
  }

  /** Nothing more, or a slash and anything. */
  private below(): void {
    const nothing = this.fork()
    this.char('/')
    this.repeat(() => this.any(true))
    nothing.or = this.steps.length
  }

  private set(): 'open bracket' | 'range backwards' | undefined {
    const negated = this.chars[this.at] === '!' || this.chars[this.at] === '^'
    if (negated) this.at++
    const ranges: [number, number][] = []
    // A bracket that stands first is one of the set.
    for (let first = true; first || this.chars[this.at] !== ']'; first = false) {
      const from = this.member()
      let to = from
      if (this.chars[this.at] === '-' && this.at + 1 < this.chars.length && this.chars[this.at + 1] !== ']') {
        this.at++
        to = this.member()
      }
      if (from === undefined || to === undefined) return 'open bracket'
      if (to < from) return 'range backwards'
      ranges.push([from, to])
    }
    this.at++
    this.steps.push({ op: 'set', set: { negated, ranges }, slash: this.dialect.segments !== true })
    return undefined
  }

  private member(): number | undefined {
    if (this.dialect.escapes === true && this.chars[this.at] === '\\') this.at++
    return this.chars[this.at++]?.codePointAt(0)
  }
}

/** All steps that the machine may be at after some text, and where characters lead from there, as far as they were asked. */
interface State {
  readonly places: readonly number[]
  readonly ends: boolean
  readonly next: Map<number, State>
}

/** So many places and ways on are remembered before all are forgotten and found anew. */
const REMEMBERED = 100_000

class Machine {
  private readonly steps: readonly Step[]
  private states = new Map<string, State>()
  private remembered = 0
  private start: State
  /** At which turn a step was entered last, so that none is entered twice in one. */
  private readonly entered: Float64Array
  private turn = 0

  constructor(steps: readonly Step[]) {
    this.steps = steps
    this.entered = new Float64Array(steps.length)
    this.start = this.stateFrom([0])
  }

  fits(text: string): boolean {
    let state = this.start
    for (let at = 0; at < text.length; ) {
      const code = text.codePointAt(at) as number
      at += code > 0xffff ? 2 : 1
      state = state.next.get(code) ?? this.goOn(state, code)
      if (state.places.length === 0) return false
    }
    return state.ends
  }

  private goOn(from: State, code: number): State {
    const taking = from.places.filter((place) => takes(this.steps[place] as Step, code))
    const state = this.stateFrom(taking.map((place) => place + 1))
    from.next.set(code, state)
    this.remember(1)
    return state
  }

  /** The state that is reached through all forks, as far as no character is needed. */
  private stateFrom(entries: readonly number[]): State {
    this.turn++
    const places: number[] = []
    const waiting = [...entries].reverse()
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (at === NOWHERE || this.entered[at] === this.turn) continue
      this.entered[at] = this.turn
      const step = this.steps[at] as Step
      if (step.op === 'fork') waiting.push(step.or, step.to)
      else places.push(at)
    }
    const key = places.join()
    const known = this.states.get(key)
    if (known !== undefined) return known
    const state = { places, ends: places.some((at) => this.steps[at]?.op === 'end'), next: new Map<number, State>() }
    this.remember(places.length + 1)
    this.states.set(key, state)
    return state
  }

  private remember(more: number): void {
    this.remembered += more
    if (this.remembered <= REMEMBERED) return
    this.states = new Map()
    this.start = { ...this.start, next: new Map() }
    this.remembered = more
  }
}

function takes(step: Step, code: number): boolean {
  switch (step.op) {
    case 'char':
      return step.code === code
    case 'any':
      return step.slash || code !== SLASH
    case 'set':
      return (step.slash || code !== SLASH) && isIn(step.set, code)
    default:
      return false
  }
}

function isIn({ negated, ranges }: CharacterSet, code: number): boolean {
  return ranges.some(([from, to]) => from <= code && code <= to) !== negated
}
