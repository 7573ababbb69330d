import { placeholderName } from '../policy-text.ts'
import { buildText, type TextBuilder } from '../symbolic-text.ts'
import { type OnSubstitution, readExpansion, readMoustache } from './expansions.ts'
import { isWordEnd } from './shell-characters.ts'
import type { ShellWord } from './shell-word.ts'

const ANSI_ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', e: '\u001b' }

/** Reads one word from `start`: up to the first blank or operator outside quotes. An empty one ends where it begins. */
export function readWord(source: string, start: number, onSubstitution: OnSubstitution): ShellWord {
  const text = buildText()
  let bare = true
  let at = start
  for (;;) {
    const ch = source[at] ?? ''
    if (ch === "'" || (ch === '$' && source[at + 1] === "'")) {
      const end = ch === '$' ? readAnsiQuoted(source, at + 2, text) : readSingleQuoted(source, at + 1, text)
      if (end < 0) {
        text.add(ch, at)
        at++
      } else {
        bare = false
        at = end
      }
    } else if (ch === '"') {
      const end = readDoubleQuoted(source, at + 1, onSubstitution)
      if (end === undefined) {
        text.add(ch, at)
        at++
      } else {
        bare = false
        text.append(end.text)
        at = end.end
      }
    } else if (ch === '\\' && at + 1 < source.length) {
      if (source[at + 1] !== '\n') {
        bare = false
        text.add(source[at + 1] ?? '', at + 1)
      }
      at += 2
    } else if (ch === '{' && source[at + 1] === '{') {
      at = addMoustache(source, at, text) ?? addPlain(source, at, text)
    } else if (ch === '$' || ch === '`' || ((ch === '<' || ch === '>') && source[at + 1] === '(' && at === start)) {
      const { hole, end } = readExpansion(source, at, onSubstitution)
      if (hole === undefined) text.add(ch, at)
      // What `<(…)` stands for is one file.
      else text.addHole({ ...hole, quoted: ch === '<' || ch === '>' }, at)
      at = end
    } else if (ch === '<' && placeholderEnd(source, at) > at) {
      const end = placeholderEnd(source, at)
      text.addHole({ name: placeholderName(source.slice(at, end)), quoted: true, opaque: true }, at)
      at = end
    } else if (isWordEnd(ch)) break
    else at = addPlain(source, at, text)
  }
  return { text: text.done(), bare, from: start, to: at }
}

/** The offset after a `<word>` or `<some words>` that begins here, else the offset itself: a gap that the reader fills in (forms.md §3). */
export function placeholderEnd(source: string, at: number): number {
  const match = /^<[A-Za-z][\w.-]*(?: [A-Za-z][\w.-]*){0,3}>/.exec(source.slice(at, at + 100))
  return match === null ? at : at + match[0].length
}

function addPlain(source: string, at: number, text: TextBuilder): number {
  text.add(source[at] ?? '', at)
  return at + 1
}

function addMoustache(source: string, at: number, text: TextBuilder): number | undefined {
  const { hole, end } = readMoustache(source, at)
  if (hole === undefined) return undefined
  text.addHole({ ...hole, quoted: true }, at)
  return end
}

function readSingleQuoted(source: string, from: number, text: TextBuilder): number {
  const close = source.indexOf("'", from)
  if (close < 0) return -1
  let at = from
  while (at < close)
    at =
      (source.startsWith('{{', at) || source.startsWith('${{', at) ? addMoustache(source, at, text) : undefined) ??
      addPlain(source, at, text)
  return Math.max(close, at) + 1
}

function readAnsiQuoted(source: string, from: number, text: TextBuilder): number {
  let close = from
  while (close < source.length && source[close] !== "'") close += source[close] === '\\' ? 2 : 1
  if (close >= source.length) return -1
  for (let at = from; at < close; at++) {
    if (source[at] !== '\\') text.add(source[at] ?? '', at)
    else {
      at++
      text.add(ANSI_ESCAPES[source[at] ?? ''] ?? source[at] ?? '', at)
    }
  }
  return close + 1
}

/** The inside of double quotes; `undefined` when they never end. */
function readDoubleQuoted(source: string, from: number, onSubstitution: OnSubstitution) {
  const text = buildText()
  let at = from
  while (at < source.length) {
    const ch = source[at] ?? ''
    if (ch === '"') return { text: text.done(), end: at + 1 }
    if (ch === '\\' && '$`"\\\n'.includes(source[at + 1] ?? ' ')) {
      if (source[at + 1] !== '\n') text.add(source[at + 1] ?? '', at + 1)
      at += 2
    } else if (ch === '{' && source[at + 1] === '{') {
      at = addMoustache(source, at, text) ?? addPlain(source, at, text)
    } else if (ch === '$' || ch === '`') {
      const { hole, end } = readExpansion(source, at, onSubstitution)
      if (hole === undefined) text.add(ch, at)
      else text.addHole({ ...hole, quoted: true }, at)
      at = end
    } else at = addPlain(source, at, text)
  }
  return undefined
}
