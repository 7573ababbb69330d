import type { Span } from '../model/span.ts'
import { charWidth } from './display-width.ts'
import { visibleLine } from './plain-text.ts'

export interface Snippet {
  /** The line, cut to the width, tabs as spaces. */
  readonly text: string
  /** Columns of the terminal before the first marked one. */
  readonly from: number
  /** How many are marked; at least one. */
  readonly length: number
}

const TAB = 4
/** UTF-16 units of a line that are looked at, before and behind the marked place. */
const REACH = 1000

/** What a marked line looks like on a terminal that is `width` columns wide. */
export function snippet(line: string, span: Span, width: number): Snippet {
  // A line can be a megabyte of base64: only what can come into sight is looked at.
  const skipped = Math.max(0, span.column - 1 - REACH)
  const source = visibleLine(line.slice(skipped, skipped + 2 * REACH))
  const begin = span.column - 1 - skipped
  const last = span.endLine === span.line ? span.endColumn - 1 - skipped : source.trimEnd().length
  const end = Math.max(begin + 1, last)
  const cells: { char: string; width: number; marked: boolean }[] = []
  let unit = 0
  let column = 0
  for (const char of source) {
    const marked = unit + char.length > begin && unit < end
    if (char === '\t') {
      for (let i = TAB - (column % TAB); i > 0; i--) cells.push({ char: ' ', width: 1, marked })
      column += TAB - (column % TAB)
    } else {
      const wide = charWidth(char)
      cells.push({ char, width: wide, marked })
      column += wide
    }
    unit += char.length
  }
  const first = cells.findIndex((cell) => cell.marked)
  const window = clip(
    cells.map((cell) => cell.width),
    first === -1 ? 0 : first,
    width,
  )
  const shown = cells.slice(window.start, window.end)
  const lead = window.start > 0 || skipped > 0 ? '…' : ''
  const text = `${lead}${shown.map((cell) => cell.char).join('')}`.trimEnd()
  const before = shown.slice(
    0,
    Math.max(
      0,
      shown.findIndex((cell) => cell.marked),
    ),
  )
  const marks = shown.filter((cell) => cell.marked)
  const widthOf = (some: typeof cells): number => some.reduce((sum, cell) => sum + cell.width, 0)
  return {
    text: window.end < cells.length || line.length > skipped + 2 * REACH ? `${text}…` : text,
    from: lead.length + (first === -1 ? widthOf(shown) : widthOf(before)),
    length: Math.max(1, widthOf(marks)),
  }
}

/** The cells that fit into `width` columns, with the marked one in sight and some context on its left. */
function clip(widths: readonly number[], mark: number, width: number): { start: number; end: number } {
  const total = widths.reduce((sum, each) => sum + each, 0)
  if (total <= width) return { start: 0, end: widths.length }
  let start = 0
  const sum = (from: number, to: number): number => widths.slice(from, to).reduce((a, b) => a + b, 0)
  if (sum(0, mark) > width / 2) {
    start = mark
    while (start > 0 && sum(start - 1, mark) <= width / 4) start--
  }
  let end = start
  let used = 2
  while (end < widths.length && used + (widths[end] as number) <= width) used += widths[end++] as number
  return { start, end }
}
