import type { Span } from '../../model/span.ts'

/** A shorter text is counted through at each question: an index of its lines would take more room than the text. */
const SHORT = 4_096

/** Turns offsets of one text into lines and columns; the index of a long text is built at the first question. */
export class LineIndex {
  private readonly file: string
  private readonly text: string
  private starts: readonly number[] | undefined

  constructor(file: string, text: string) {
    this.file = file
    this.text = text
  }

  /** 1-based; columns count UTF-16 units, as editors and GitHub do. */
  position(offset: number): { readonly line: number; readonly column: number } {
    if (this.text.length <= SHORT) return countedTo(this.text, offset)
    const all = this.lineStarts()
    let low = 0
    let high = all.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((all[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (all[low] as number) + 1 }
  }

  span(start: number, end: number): Span {
    const from = this.position(start)
    const to = this.position(Math.max(start, end))
    return { file: this.file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column }
  }

  /** The text of a line (1-based) without its line break; `undefined` past the end. */
  line(line: number): string | undefined {
    const { text } = this
    const all = text.length <= SHORT ? startsOf(text) : this.lineStarts()
    const start = all[line - 1]
    if (start === undefined) return undefined
    const next = all[line]
    return text.slice(start, next === undefined ? text.length : next - 1).replace(/\r$/, '')
  }

  private lineStarts(): readonly number[] {
    this.starts ??= startsOf(this.text)
    return this.starts
  }
}

function startsOf(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function countedTo(text: string, offset: number): { readonly line: number; readonly column: number } {
  let line = 1
  let start = 0
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1
    start = at + 1
  }
  return { line, column: offset - start + 1 }
}
