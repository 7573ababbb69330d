import { buildText, type SymbolicText } from '../symbolic-text.ts'
import { type OnSubstitution, readExpansion, readMoustache } from './expansions.ts'

export interface HeredocOptions {
  /** `<<-`: tabs at the beginning of lines are dropped. */
  readonly stripTabs: boolean
  /** The delimiter was quoted: `$` and `\` stand for themselves. */
  readonly literal: boolean
  readonly onSubstitution: OnSubstitution
}

/** Reads a heredoc's body, which begins at `start`, and gives the offset after the line of its delimiter. */
export function readHeredocBody(
  source: string,
  start: number,
  delimiter: string,
  { stripTabs, literal, onSubstitution }: HeredocOptions,
): { readonly text: SymbolicText; readonly end: number } {
  const { bodyEnd, end } = findEnd(source, start, delimiter, stripTabs)
  const text = buildText()
  let at = start
  let lineStart = true
  while (at < bodyEnd) {
    const ch = source[at] ?? ''
    if (lineStart && stripTabs && ch === '\t') {
      at++
      continue
    }
    lineStart = ch === '\n'
    if (source.startsWith('{{', at) || source.startsWith('${{', at)) {
      const { hole, end: after } = readMoustache(source, at)
      if (hole !== undefined && after <= bodyEnd) {
        text.addHole({ ...hole, quoted: true }, at)
        at = after
        continue
      }
    }
    if (!literal && ch === '\\' && '$`\\\n'.includes(source[at + 1] ?? ' ')) {
      if (source[at + 1] === '\n') lineStart = true
      else text.add(source[at + 1] ?? '', at + 1)
      at += 2
    } else if (!literal && (ch === '$' || ch === '`')) {
      const { hole, end: after } = readExpansion(source, at, onSubstitution)
      if (hole === undefined || after > bodyEnd) {
        text.add(ch, at)
        at++
      } else {
        text.addHole({ ...hole, quoted: true }, at)
        at = after
      }
    } else {
      text.add(ch, at)
      at++
    }
  }
  return { text: text.done(), end }
}

/**
 * The line that is the delimiter and nothing else. Where there is none, a line that is it but for white space: a shell would
 * read on to the end of the file, but the author meant that line.
 */
function findEnd(source: string, start: number, delimiter: string, stripTabs: boolean) {
  let lenient: { bodyEnd: number; end: number } | undefined
  for (let at = start; at < source.length; ) {
    const newline = source.indexOf('\n', at)
    const stop = newline < 0 ? source.length : newline
    const line = source.slice(at, stop)
    const found = { bodyEnd: at, end: newline < 0 ? stop : stop + 1 }
    if ((stripTabs ? line.replace(/^\t+/, '') : line) === delimiter) return found
    if (lenient === undefined && line.trim() === delimiter) lenient = found
    at = stop + 1
  }
  return lenient ?? { bodyEnd: source.length, end: source.length }
}
