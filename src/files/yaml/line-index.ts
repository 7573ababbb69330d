import type { Span } from '../../model/span.ts'

/** Turns offsets of one text into lines and columns; the index is built at the first question. */
export interface LineIndex {
  /** 1-based; columns count UTF-16 units, as editors and GitHub do. */
  position(offset: number): { readonly line: number; readonly column: number }
  span(start: number, end: number): Span
  /** The text of a line (1-based) without its line break; `undefined` past the end. */
  line(line: number): string | undefined
}

export function lineIndex(file: string, text: string): LineIndex {
  let starts: number[] | undefined

  const lineStarts = (): number[] => {
    if (starts === undefined) {
      starts = [0]
      for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
    }
    return starts
  }

  const position = (offset: number) => {
    const all = lineStarts()
    let low = 0
    let high = all.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((all[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (all[low] as number) + 1 }
  }

  return {
    position,
    span(start, end) {
      const from = position(start)
      const to = position(Math.max(start, end))
      return { file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column }
    },
    line(line) {
      const all = lineStarts()
      const start = all[line - 1]
      if (start === undefined) return undefined
      const next = all[line]
      return text.slice(start, next === undefined ? text.length : next - 1).replace(/\r$/, '')
    },
  }
}
