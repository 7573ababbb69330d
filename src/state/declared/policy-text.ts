import { placedHoles } from '../../model/placeholders.ts'
import { isVaultDirective } from './partly-known.ts'

/** A policy's text with its holes, in a shape that the policy parser reads. */
export interface PolicyText {
  /** Has as many lines as the text that was given. */
  readonly text: string
  readonly unknown: readonly string[]
  /** What stood where rules stand: more of them may come of it. */
  readonly open: readonly string[]
}

export interface PolicyTextOptions {
  /** Holes that stand in the text already, as `${NAME}`. */
  readonly unknown: readonly string[]
  /** Something fills in `${…}`, `{{…}}` and directives before Vault sees the text; in a `script` only what cannot be Vault's own. */
  readonly template: boolean | 'script'
  /** The text is documentation: more words are placeholders. */
  readonly shown: boolean
}

/** Longer ones are no template parts; a search for an end that is not there costs no more than this. */
const LONGEST = 2_000
/** So many variables in one text are no policy; beyond it their names are not told apart. */
const MOST_NAMES = 2_000

/**
 * Finds what is not known in a policy's text (spec/forms.md §2). A hole in quotes stays a hole of that string. One that stands
 * where a rule could stand is taken out, and the policy is "open": what it stands for may be rules. One in place of a list or
 * of a label is put in quotes, so that the rest can be read.
 */
export function readPolicyText(given: string, options: PolicyTextOptions): PolicyText {
  const scan = new PolicyScan(given, options)
  return scan.read()
}

interface Part {
  readonly name: string
  readonly length: number
  /** It decides whether, or how often, what follows is there at all. */
  readonly directive: boolean
}

class PolicyScan {
  readonly #source: string
  readonly #options: PolicyTextOptions
  readonly #given: ReadonlySet<string>
  readonly #unknown = new Set<string>()
  readonly #open = new Set<string>()
  readonly #out: string[] = []
  #at = 0
  #kept = 0

  constructor(source: string, options: PolicyTextOptions) {
    this.#source = source
    this.#options = options
    this.#given = new Set(options.unknown)
  }

  read(): PolicyText {
    const source = this.#source
    // In JSON nothing stands outside of the one object.
    let depth = /^\s*\{(?!\{|%)/.test(source) ? 1 : 0
    let lists = 0
    /** The last thing that was not white space: what a hole here would stand for depends on it. */
    let before = ''
    while (this.#at < source.length) {
      const ch = source[this.#at] ?? ''
      if (ch === '\n' || ch === ' ' || ch === '\t' || ch === '\r') {
        this.#at++
        continue
      }
      const comment = this.#commentLength()
      if (comment > 0) {
        this.#at += comment
        continue
      }
      const part = this.#partAt(this.#at)
      if (part !== undefined) {
        this.#takePart(part, { depth, lists, before })
        before = 'part'
        continue
      }
      if (ch === '"') {
        this.#string()
        before = '"'
        continue
      }
      if (ch === '{') depth++
      else if (ch === '}') depth = Math.max(0, depth - 1)
      else if (ch === '[') lists++
      else if (ch === ']') lists = Math.max(0, lists - 1)
      const word = /[A-Za-z_][\w.-]*/y
      word.lastIndex = this.#at
      const found = word.exec(source)
      before = found === null ? ch : 'word'
      this.#at += found?.[0].length ?? 1
    }
    this.#flush(source.length)
    return { text: this.#out.join(''), unknown: [...this.#unknown], open: [...this.#open] }
  }

  #takePart(part: Part, { depth, lists, before }: { depth: number; lists: number; before: string }): void {
    const shown = `\${${part.name}}`
    const from = this.#at
    const rest = this.#source.slice(from, from + part.length)
    const lines = '\n'.repeat(rest.split('\n').length - 1)
    this.#note(part.name)
    const replace = (text: string) => {
      this.#flush(from)
      this.#out.push(text + lines)
      this.#kept = from + part.length
    }
    if (depth === 0 && lists === 0 && before !== 'word' && before !== '=') {
      this.#open.add(part.name)
      replace('')
    } else if (!part.directive && depth === 0 && before === 'word') replace(`"${shown}"`)
    else if (!part.directive && lists === 0 && before === '=') replace(`["${shown}"]`)
    else if (!part.directive && lists > 0 && (before === '[' || before === ',')) replace(`"${shown}"`)
    else replace(shown)
    this.#at = from + part.length
  }

  /** A quoted text: everything in it stays in it. */
  #string(): void {
    const source = this.#source
    let at = this.#at + 1
    const begin = at
    let plain = at
    while (at < source.length && source[at] !== '"' && source[at] !== '\n') {
      const part = this.#partAt(at)
      if (part === undefined || source.slice(at, at + part.length).includes('\n')) {
        at += source[at] === '\\' ? 2 : 1
        continue
      }
      this.#placeholders(plain, at)
      this.#note(part.name)
      this.#flush(at)
      this.#out.push(`\${${part.name}}`)
      at += part.length
      this.#kept = at
      plain = at
    }
    const end = Math.min(at, source.length)
    this.#placeholders(plain, Math.max(begin, end))
    this.#at = source[end] === '"' ? end + 1 : end
  }

  /** `<app>` and `YOUR_APP` in a string: holes to whoever reads it, and to Vault a path that nobody asks for. */
  #placeholders(from: number, to: number): void {
    if (to <= from) return
    for (const { hole, start } of placedHoles(this.#source.slice(from, to), this.#options.shown)) {
      if (hole.kind !== 'placeholder') continue
      const name = placeholderName(hole.text)
      this.#note(name)
      this.#flush(from + start)
      this.#out.push(`\${${name}}`)
      this.#kept = from + start + hole.text.length
    }
  }

  #flush(to: number): void {
    if (to > this.#kept) this.#out.push(this.#source.slice(this.#kept, to))
    this.#kept = Math.max(this.#kept, to)
  }

  #note(name: string): void {
    if (this.#unknown.size < MOST_NAMES) this.#unknown.add(name)
  }

  #commentLength(): number {
    const source = this.#source
    const at = this.#at
    if (source[at] === '#' || source.startsWith('//', at)) {
      const end = source.indexOf('\n', at)
      return (end < 0 ? source.length : end) - at
    }
    if (!source.startsWith('/*', at)) return 0
    const end = source.indexOf('*/', at + 2)
    return (end < 0 ? source.length : end + 2) - at
  }

  /** The hole or template part that begins here. */
  #partAt(at: number): Part | undefined {
    const source = this.#source
    const ch = source[at]
    if (ch === '$' && source[at + 1] === '{') {
      const end = indexWithin(source, '}', at)
      const inner = end < 0 ? undefined : source.slice(at + 2, end)
      if (inner !== undefined && this.#given.has(inner))
        return { name: inner, length: end + 1 - at, directive: /^%/.test(inner) }
      if (this.#options.template === false) return undefined
      // `${{ … }}` of a workflow.
      if (source[at + 2] === '{') return part(source, at, '${{', '}}')
      return inner === undefined || inner.includes('\n')
        ? undefined
        : { name: inner, length: end + 1 - at, directive: false }
    }
    if (this.#options.template === false) return undefined
    if (ch === '%' && source[at + 1] === '{') return part(source, at, '%{', '}', true)
    if (ch === '{' && source[at + 1] === '%') return part(source, at, '{%', '%}', true)
    if (ch !== '{' || source[at + 1] !== '{') return undefined
    const found = part(source, at, '{{', '}}')
    if (found === undefined) return undefined
    // Vault's own templates (vault.md §2.7).
    const isVaults = this.#options.template === 'script' ? isVaultDirective(found.name) : /^identity\./.test(found.name)
    if (isVaults) return undefined
    return { ...found, directive: /^(?:if|else|end|range|with|define|block|template|include)\b/.test(found.name) }
  }
}

function part(source: string, at: number, open: string, close: string, directive = false): Part | undefined {
  const end = indexWithin(source, close, at + open.length)
  if (end < 0) return undefined
  const inner = source.slice(at + open.length, end).replace(/^[-~\s]+|[-~\s]+$/g, '')
  const name = inner.replaceAll('}', '').replace(/\s+/g, ' ')
  return {
    name: directive ? `${open.replace('{', '')} ${name}`.trim() : name,
    length: end + close.length - at,
    directive,
  }
}

function indexWithin(source: string, needle: string, from: number): number {
  const found = source.slice(from, from + LONGEST).indexOf(needle)
  return found < 0 ? -1 : from + found
}

/** The words inside `<…>`, `{…}` and `[…]` as a variable is called; others as they are written. */
export function placeholderName(text: string): string {
  const inside = /^[<{[](.*)[>}\]]$/.exec(text)?.[1]
  return inside?.replace(/\W+/g, '_') ?? text.replaceAll('}', '')
}
