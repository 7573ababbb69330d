import { buildText, type SymbolicText, type TextBuilder } from '../symbolic-text.ts'
import type { Expression } from './hcl-expression.ts'

/** Reads what stands in `${…}` or `%{…}`, between two offsets; `depth`: how many texts and brackets it stands in. */
export type ReadHole = (source: string, from: number, to: number, isDirective: boolean, depth: number) => Expression

export interface HclText {
  readonly text: SymbolicText
  /** One for each hole of the text. */
  readonly holes: readonly Expression[]
  /** Offset after the closing quote, or after the heredoc's delimiter. */
  readonly end: number
}

/** Longer ones are taken as plain text, so that an unclosed brace costs no more than this. */
const LONGEST_INTERPOLATION = 1_000

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

/** Reads a quoted text from after its first quote. One that does not end stops at the line's end. */
export function readHclString(source: string, from: number, read: ReadHole, depth: number): HclText {
  const text = buildText()
  const holes: Expression[] = []
  let at = from
  while (at < source.length && source[at] !== '"' && source[at] !== '\n') {
    const ch = source[at] ?? ''
    if (ch === '\\') {
      const unicode = /^\\u([0-9a-fA-F]{4})/.exec(source.slice(at, at + 6))
      if (unicode !== null) text.add(String.fromCharCode(Number.parseInt(unicode[1] ?? '', 16)), at)
      else text.add(ESCAPES[source[at + 1] ?? ''] ?? source[at + 1] ?? '', at)
      at += unicode === null ? 2 : 6
    } else at = addTemplatePart(source, at, source.length, text, holes, read, depth)
  }
  return { text: text.done(), holes, end: source[at] === '"' ? at + 1 : at }
}

/** Reads a whole text as a template: a file that `templatefile` fills. */
export function readHclTemplate(source: string, read: ReadHole): Omit<HclText, 'end'> {
  const text = buildText()
  const holes: Expression[] = []
  for (let at = 0; at < source.length; ) at = addTemplatePart(source, at, source.length, text, holes, read, 0)
  return { text: text.done(), holes }
}

/** Reads `<<EOT` or `<<-EOT` from its first character; `undefined` when it is none. */
export function readHclHeredoc(source: string, from: number, read: ReadHole, depth: number): HclText | undefined {
  const head = /<<(-?)([A-Za-z_][\w-]*)[ \t\r]*\n/y
  head.lastIndex = from
  const match = head.exec(source)
  if (match === null) return undefined
  const start = from + match[0].length
  const { bodyEnd, end } = heredocEnd(source, start, match[2] ?? '')
  const indent = match[1] === '-' ? commonIndent(source.slice(start, bodyEnd)) : 0
  const text = buildText()
  const holes: Expression[] = []
  let at = start
  let lineStart = true
  while (at < bodyEnd) {
    if (lineStart) {
      const blank = /^[ \t]*/.exec(source.slice(at, at + indent))?.[0].length ?? 0
      at += Math.min(indent, blank)
      lineStart = false
      continue
    }
    lineStart = source[at] === '\n'
    at = addTemplatePart(source, at, bodyEnd, text, holes, read, depth)
  }
  return { text: text.done(), holes, end }
}

/** The line that is the delimiter and nothing else. */
function heredocEnd(source: string, start: number, delimiter: string): { bodyEnd: number; end: number } {
  for (let at = start; at < source.length; ) {
    const newline = source.indexOf('\n', at)
    const stop = newline < 0 ? source.length : newline
    const line = source.slice(at, stop)
    if (line.trim() === delimiter) return { bodyEnd: at, end: at + line.trimEnd().length }
    at = stop + 1
  }
  return { bodyEnd: source.length, end: source.length }
}

function commonIndent(body: string): number {
  const indents = body
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.length - line.trimStart().length)
  return indents.length === 0 ? 0 : Math.min(...indents)
}

/** Adds one character, or one `${…}`/`%{…}`, and gives the offset after it. */
function addTemplatePart(
  source: string,
  at: number,
  end: number,
  text: TextBuilder,
  holes: Expression[],
  read: ReadHole,
  depth: number,
): number {
  const ch = source[at] ?? ''
  if ((ch === '$' || ch === '%') && source[at + 1] === ch && source[at + 2] === '{') {
    text.add(`${ch}{`, at + 1)
    return at + 3
  }
  if ((ch === '$' || ch === '%') && source[at + 1] === '{') {
    const close = closingBrace(source, at + 2, end)
    if (close >= 0) {
      const from = source[at + 2] === '~' ? at + 3 : at + 2
      const to = source[close - 1] === '~' ? close - 1 : close
      const raw = source.slice(from, to).trim().replaceAll('}', '').replaceAll('\n', ' ')
      text.addHole({ name: ch === '$' ? raw : `%{ ${raw}`, quoted: true }, at)
      holes.push(read(source, from, to, ch === '%', depth))
      return close + 1
    }
  }
  text.add(ch, at)
  return at + 1
}

function closingBrace(source: string, from: number, end: number): number {
  let depth = 0
  let quoted = false
  const stop = Math.min(end, from + LONGEST_INTERPOLATION)
  for (let at = from; at < stop; at++) {
    const ch = source[at]
    if (ch === '\\' && quoted) at++
    else if (ch === '"') quoted = !quoted
    else if (quoted) continue
    else if (ch === '{') depth++
    else if (ch === '}' && depth-- === 0) return at
  }
  return -1
}
