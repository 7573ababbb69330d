import { literalText, type SymbolicText } from '../symbolic-text.ts'
import { readExpansion } from './expansions.ts'
import { readHeredocBody } from './heredocs.ts'
import { isBlank, isWordEnd } from './shell-characters.ts'
import type { ShellWord } from './shell-word.ts'
import { placeholderEnd, readWord } from './words.ts'

export type ShellToken =
  | { readonly kind: 'word'; readonly word: ShellWord }
  /** `NAME=(a b c)` */
  | { readonly kind: 'array'; readonly name: string; readonly items: readonly ShellWord[]; readonly from: number }
  | { readonly kind: 'operator'; readonly text: string; readonly from: number }
  | { readonly kind: 'redirect'; readonly redirect: Redirect }

export interface Redirect {
  readonly operator: '<' | '>' | '>>' | '<<' | '<<<'
  readonly fd: number
  /** The file, or the word after `<<<`; for `<<` the heredoc's body. */
  readonly text: SymbolicText
}

/** What a script was cut into. */
export interface ShellTokens {
  readonly tokens: readonly ShellToken[]
  /** Offset after the last character read. */
  readonly end: number
}

/** A script's tokens, and those of each `$(…)` in it, by the offset of its inside. */
export interface TokenizedScript extends ShellTokens {
  readonly inner: ReadonlyMap<number, ShellTokens>
}

interface PendingHeredoc {
  readonly index: number
  readonly delimiter: string
  readonly stripTabs: boolean
  readonly literal: boolean
  readonly fd: number
}

const DEEPEST = 4
/** Insides of `$(…)` that never end are read to the script's end, each of them: in all, no more than this many times its length. */
const MOST_READING = 16
const LONGEST_ARITHMETIC = 500
const OPERATORS = [';;&', ';;', ';&', '&&', '||', '|&', ';', '&', '|', '(', ')', '\n']

/**
 * Cuts a script into words, operators and redirections as a POSIX shell does (XCU §2.3), with bash's arrays, here-strings and
 * `$'…'`. Executes nothing. Where a quote never ends it is taken as a plain character: the text may be prose.
 */
export function tokenizeShell(source: string): TokenizedScript {
  const inner = new Map<number, ShellTokens>()
  let left = MOST_READING * source.length + 10_000
  const read = (start: number, depth: number): ShellTokens =>
    tokenize(source, start, depth > 0, (open) => {
      const known = inner.get(open)
      if (known !== undefined) return known.end
      // An unclosed quote in an unclosed `$(` is read twice at every level: deeper ones are passed over.
      if (depth >= DEEPEST || left <= 0) {
        const close = source.slice(open, open + 2_000).indexOf(')')
        return close < 0 ? open : open + close + 1
      }
      const result = read(open, depth + 1)
      left -= result.end - open
      inner.set(open, result)
      return result.end
    })
  return { ...read(0, 0), inner }
}

/** `nested`: the text is the inside of `$(…)`, and reading ends at its parenthesis. */
function tokenize(
  source: string,
  start: number,
  nested: boolean,
  onSubstitution: (open: number) => number,
): ShellTokens {
  const tokens: ShellToken[] = []
  const pending: PendingHeredoc[] = []
  let depth = 0
  let at = start
  const takeBodies = () => {
    for (const { index, delimiter, stripTabs, literal, fd } of pending.splice(0)) {
      const body = readHeredocBody(source, at, delimiter, { stripTabs, literal, onSubstitution })
      tokens[index] = { kind: 'redirect', redirect: { operator: '<<', fd, text: body.text } }
      at = body.end
    }
  }
  while (at < source.length) {
    const ch = source[at] ?? ''
    if (isBlank(ch)) {
      at++
      continue
    }
    if (ch === '\\' && source[at + 1] === '\n') {
      at += 2
      continue
    }
    if (ch === '#') {
      const stop = source.indexOf('\n', at)
      at = stop < 0 ? source.length : stop
      continue
    }
    const redirect = redirectAt(source, at)
    if (redirect !== undefined) {
      const { written } = redirect
      at += redirect.length
      while (isBlank(source[at] ?? '')) at++
      const target = readWord(source, at, onSubstitution)
      at = target.to
      const { fd } = redirect
      if (written === '<<' || written === '<<-') {
        pending.push({
          index: tokens.length,
          delimiter: target.text.value,
          stripTabs: written === '<<-',
          literal: !target.bare,
          fd,
        })
        tokens.push({ kind: 'redirect', redirect: { operator: '<<', fd, text: literalText('', at) } })
      } else if (written === '<<<') {
        tokens.push({ kind: 'redirect', redirect: { operator: '<<<', fd, text: target.text } })
      } else if (!['<&', '>&', '<>'].includes(written)) {
        const operator = written.startsWith('<') ? '<' : written.includes('>>') ? '>>' : '>'
        tokens.push({ kind: 'redirect', redirect: { operator, fd, text: target.text } })
      }
      continue
    }
    if (source.startsWith('((', at)) {
      const line = source.slice(at, at + LONGEST_ARITHMETIC)
      const close = line.indexOf('))')
      if (close >= 0 && !line.slice(0, close).includes('\n')) {
        at += close + 2
        continue
      }
    }
    const operator = OPERATORS.find((candidate) => source.startsWith(candidate, at))
    if (operator !== undefined) {
      if (operator === '(') depth++
      if (operator === ')' && depth-- === 0) {
        if (nested) return { tokens, end: at + 1 }
        depth = 0
      }
      tokens.push({ kind: 'operator', text: operator, from: at })
      at += operator.length
      if (operator === '\n') takeBodies()
      continue
    }
    const array = /^([A-Za-z_]\w*)\+?=\(/.exec(source.slice(at, at + 80))
    if (array !== null) {
      const items = readArray(source, at + array[0].length, onSubstitution)
      tokens.push({ kind: 'array', name: array[1] ?? '', items: items.items, from: at })
      at = items.end
      continue
    }
    const word = readWord(source, at, onSubstitution)
    // A character that can neither begin a word nor is an operator must not stop the reading.
    if (word.to === at) {
      at = ch === '<' || ch === '>' ? readExpansion(source, at, onSubstitution).end : at + 1
      continue
    }
    tokens.push({ kind: 'word', word })
    at = word.to
  }
  takeBodies()
  return { tokens, end: at }
}

function redirectAt(source: string, at: number) {
  const match = /^(\d?)(<<<|<<-|<<|<&|>&|&>>|&>|<>|>>|>\||<(?!\()|>(?!\())/.exec(source.slice(at, at + 4))
  if (match === null) return undefined
  const written = match[2] ?? ''
  // `<policy-name>` is a redirection to a shell and a gap to whoever reads it (forms.md §3).
  const mark = at + (match[1] ?? '').length
  if (written === '<' && placeholderEnd(source, mark) > mark) return undefined
  const fd = match[1] === '' ? (written.includes('<') ? 0 : 1) : Number(match[1])
  return { written, fd, length: match[0].length }
}

function readArray(source: string, start: number, onSubstitution: (open: number) => number) {
  const items: ShellWord[] = []
  let at = start
  while (at < source.length && source[at] !== ')') {
    const ch = source[at] ?? ''
    if (ch === '#') {
      const stop = source.indexOf('\n', at)
      at = stop < 0 ? source.length : stop
    } else if (isWordEnd(ch)) at++
    else {
      const word = readWord(source, at, onSubstitution)
      if (word.to === at) at++
      else {
        items.push(word)
        at = word.to
      }
    }
  }
  return { items, end: at + 1 }
}
