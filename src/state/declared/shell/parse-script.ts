import { sliceText } from '../symbolic-text.ts'
import {
  type Assignment,
  type Compound,
  readNames,
  type ShellFunction,
  type ShellNode,
  type ShellScript,
} from './shell-commands.ts'
import { type Redirect, type ShellToken, type ShellTokens, tokenizeShell } from './shell-tokens.ts'
import type { ShellWord } from './shell-word.ts'

const SKIPPED = new Set(['then', 'elif', 'else', '!', 'time'])
const DECLARING = new Set(['export', 'local', 'readonly', 'declare', 'typeset'])
const LOCAL = new Set(['local', 'declare', 'typeset'])
/** Compounds inside compounds: deeper ones are read as if they stood side by side. */
const DEEPEST = 40

/** Reads a script into its commands, functions and the scripts in its substitutions. */
export function readShellScript(source: string): ShellScript {
  const { inner, ...tokens } = tokenizeShell(source)
  const scripts = new Map<number, ShellScript>()
  const scriptOf = ({ tokens }: ShellTokens): ShellScript => {
    const parser = new ScriptParser(tokens, source)
    parser.read()
    return { source, body: parser.body, functions: parser.functions, inner: innerAt }
  }
  const innerAt = (open: number): ShellScript | undefined => {
    const known = scripts.get(open)
    const found = known === undefined ? inner.get(open) : undefined
    if (found === undefined) return known
    const script = scriptOf(found)
    scripts.set(open, script)
    return script
  }
  return scriptOf(tokens)
}

interface Building {
  assignments: Assignment[]
  words: ShellWord[]
  redirects: Redirect[]
  from: number
  to: number
}

interface Frame {
  readonly closedBy: '}' | ')' | 'fi' | 'done' | 'esac'
  readonly compound: Compound
  /** The compound is the body of a function. */
  readonly fn: string | undefined
}

class ScriptParser {
  readonly body: ShellNode[] = []
  readonly functions = new Map<string, ShellFunction>()
  readonly #tokens: readonly ShellToken[]
  readonly #source: string
  readonly #frames: Frame[] = []
  /** How many open frames end with each mark, and how many of them may be passed over. */
  readonly #marks = new Map<string, number>()
  #branches = 0
  #at = 0
  #building: Building | undefined
  /** A compound that was just closed: redirections and a pipe may follow. */
  #closed: Compound | undefined
  #pipedFrom: ShellNode | undefined
  #conditional = false
  #fn: string | undefined

  constructor(tokens: readonly ShellToken[], source: string) {
    this.#tokens = tokens
    this.#source = source
  }

  read(): void {
    for (; this.#at < this.#tokens.length; this.#at++) {
      const token = this.#tokens[this.#at]
      if (token === undefined) break
      if (token.kind === 'operator') this.#operator(token.text)
      else if (token.kind === 'redirect') {
        if (this.#building === undefined && this.#closed !== undefined) this.#closed.redirects.push(token.redirect)
        else this.#started(Number.NaN).redirects.push(token.redirect)
      } else if (token.kind === 'array')
        this.#started(token.from).assignments.push({ name: token.name, value: token.items, local: false })
      else this.#word(token.word)
    }
    this.#finish('')
    while (this.#frames.length > 0) this.#close()
  }

  #operator(text: string): void {
    if (text === '(') {
      const words = this.#building?.words
      const next = this.#tokens[this.#at + 1]
      const closes = next?.kind === 'operator' && next.text === ')'
      const name = words?.length === 1 ? words[0] : undefined
      if (closes && name?.bare === true && name.text.holes.length === 0) {
        this.#at++
        this.#fn = name.text.value
        this.#building = undefined
        return
      }
      if (this.#building === undefined) {
        this.#open('group', ')')
        return
      }
    }
    if (text === ')' && this.#frames.at(-1)?.closedBy === ')') {
      this.#finish('')
      this.#close()
      return
    }
    this.#finish(text)
  }

  #word(word: ShellWord): void {
    const fresh = this.#building === undefined || this.#building.words.length === 0
    const name = word.text.value
    if (fresh && word.bare && word.text.holes.length === 0 && this.#keyword(name)) return
    const building = this.#started(word.from)
    if (Number.isNaN(building.from)) building.from = word.from
    building.to = word.to
    const assigned = fresh ? this.#assignment(word) : undefined
    if (assigned === undefined) building.words.push(word)
    else building.assignments.push(assigned)
  }

  /** Tells whether the word was one. */
  #keyword(name: string): boolean {
    if (SKIPPED.has(name)) return true
    switch (name) {
      case '{':
        this.#open('group', '}')
        return true
      case 'if':
        this.#open('branch', 'fi')
        return true
      case 'case':
        this.#open('branch', 'esac')
        return false
      case 'while':
      case 'until':
        this.#open('while', 'done')
        return true
      case 'for':
      case 'select':
        this.#open('for', 'done', this.#loopHead())
        return true
      case 'do': {
        const compound = this.#frames.at(-1)?.compound
        const last = compound?.body.at(-1)
        if (compound?.kind === 'while' && compound.condition === undefined && last?.kind === 'command')
          compound.condition = last
        return true
      }
      case 'function': {
        const next = this.#wordAt(this.#at + 1)
        if (next === undefined || !/^[\w:.-]+$/.test(next.text.value)) return false
        this.#at++
        this.#fn = next.text.value
        const [open, close] = [this.#tokens[this.#at + 1], this.#tokens[this.#at + 2]]
        if (open?.kind === 'operator' && open.text === '(' && close?.kind === 'operator' && close.text === ')')
          this.#at += 2
        return true
      }
      case '}':
      case 'fi':
      case 'done':
      case 'esac':
        this.#finish('')
        this.#closeUpTo(name)
        return true
      default:
        return false
    }
  }

  /** Only an end that something was opened for is one; what stands unclosed inside it ends with it. */
  #closeUpTo(mark: string): void {
    if ((this.#marks.get(mark) ?? 0) === 0) return
    const index = this.#frames.findLastIndex((frame) => frame.closedBy === mark)
    while (this.#frames.length > index) this.#close()
  }

  #open(kind: Compound['kind'], closedBy: Frame['closedBy'], loop?: Compound['loop']): void {
    const compound: Compound = {
      kind,
      body: [],
      redirects: [],
      pipedFrom: this.#pipedFrom,
      // A function's input is that of its call.
      within: this.#fn === undefined ? this.#frames.at(-1)?.compound : undefined,
      conditional: this.#isConditional(),
      ...(loop === undefined ? {} : { loop }),
    }
    const fn = this.#fn
    this.#fn = undefined
    this.#pipedFrom = undefined
    this.#conditional = false
    this.#closed = undefined
    if (fn === undefined) this.#target().push(compound)
    this.#frames.push({ closedBy, compound, fn })
    this.#marks.set(closedBy, (this.#marks.get(closedBy) ?? 0) + 1)
    if (kind !== 'group') this.#branches++
  }

  #close(): void {
    const frame = this.#frames.pop()
    if (frame === undefined) return
    this.#marks.set(frame.closedBy, (this.#marks.get(frame.closedBy) ?? 1) - 1)
    if (frame.compound.kind !== 'group') this.#branches--
    if (frame.fn !== undefined) this.functions.set(frame.fn, { name: frame.fn, body: frame.compound.body })
    this.#closed = frame.compound
  }

  #target(): ShellNode[] {
    const frame = this.#frames[Math.min(this.#frames.length, DEEPEST) - 1]
    return frame?.compound.body ?? this.body
  }

  #isConditional(): boolean {
    return this.#conditional || this.#branches > 0
  }

  #started(from: number): Building {
    this.#building ??= { assignments: [], words: [], redirects: [], from, to: from }
    this.#closed = undefined
    return this.#building
  }

  /** Ends the command that is being read, at an operator. */
  #finish(operator: string): void {
    let node: ShellNode | undefined = this.#closed
    const building = this.#building
    if (building !== undefined) {
      node = {
        ...building,
        kind: 'command',
        assignments: assignmentsOf(building),
        pipedFrom: this.#pipedFrom,
        conditional: this.#isConditional(),
        chained: this.#conditional,
        within: this.#frames[Math.min(this.#frames.length, DEEPEST) - 1]?.compound,
      }
      this.#target().push(node)
      this.#building = undefined
      this.#fn = undefined
    }
    this.#closed = undefined
    if (operator === '|' || operator === '|&') this.#pipedFrom = node
    // A pipe may go on in the next line.
    else if (operator !== '\n' || node !== undefined) this.#pipedFrom = undefined
    this.#conditional =
      operator === '&&' || operator === '||' || (operator === '\n' && node === undefined && this.#conditional)
  }

  /** From `for` to the end of its list of items. */
  #loopHead(): Compound['loop'] {
    const variable = this.#wordAt(this.#at + 1)
    if (variable === undefined) return undefined
    this.#at++
    if (this.#wordAt(this.#at + 1)?.text.value !== 'in') return { variable: variable.text.value, items: undefined }
    this.#at++
    const items: ShellWord[] = []
    for (let item = this.#wordAt(this.#at + 1); item !== undefined; item = this.#wordAt(this.#at + 1)) {
      items.push(item)
      this.#at++
    }
    return { variable: variable.text.value, items }
  }

  #wordAt(index: number): ShellWord | undefined {
    const token = this.#tokens[index]
    return token?.kind === 'word' ? token.word : undefined
  }

  #assignment(word: ShellWord): Assignment | undefined {
    const match = /^([A-Za-z_]\w*)(\+?)=/.exec(this.#source.slice(word.from, word.from + 200))
    if (match === null) return undefined
    const name = match[1] ?? ''
    return { name, value: match[2] === '+' ? undefined : sliceText(word.text, match[0].length), local: false }
  }
}

/** Adds what `export X=1` and `read X` assign. */
function assignmentsOf({ assignments, words }: Building): Assignment[] {
  const [first, ...rest] = words
  if (first === undefined) return assignments
  const declared: Assignment[] = []
  const verb = first.text.value
  if (DECLARING.has(verb))
    for (const { text } of rest) {
      const match = /^([A-Za-z_]\w*)=/.exec(text.value)
      const local = LOCAL.has(verb)
      if (match !== null) declared.push({ name: match[1] ?? '', value: sliceText(text, match[0].length), local })
    }
  if (verb === 'read' || verb === 'mapfile' || verb === 'readarray')
    for (const name of readNames(words)) declared.push({ name, value: undefined, local: false })
  // `: "${NAME:=default}"` sets the variable when nothing else did.
  if (verb === ':')
    for (const { text } of rest)
      for (const hole of text.holes)
        if (hole.fallback !== undefined) declared.push({ name: hole.name, value: hole.fallback, local: false })
  return [...assignments, ...declared]
}
