import type { Span } from '../../span.ts'

/** Where one character stands in a file; both count from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/**
 * A text that stands in a file, or in a text that stands in a file (a heredoc in a script in a YAML string), and where each of
 * its lines begins there. Lines are parted by `\n` alone.
 */
export interface PlacedText {
  readonly file: string
  readonly text: string
  /** For each line of the text, where its first character stands in the file. */
  readonly starts: readonly Place[]
  /** For each line of the text, the offset of its first character. */
  readonly offsets: readonly number[]
}

/** Offsets at which the lines of a text begin. */
export function lineOffsets(text: string): number[] {
  const offsets = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) offsets.push(at + 1)
  return offsets
}

/** A file's own text. A byte-order mark and the `\r` of Windows line ends are dropped: no column or line moves. */
export function wholeFile(file: string, text: string): PlacedText {
  const plain = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
  const offsets = lineOffsets(plain)
  return { file, text: plain, offsets, starts: offsets.map((_, index) => ({ line: index + 1, column: 1 })) }
}

/** A text whose lines were found one by one: `startOf(n)` tells where line `n` (from 1) begins in the file. */
export function placedLines(file: string, text: string, startOf: (line: number) => Place): PlacedText {
  const offsets = lineOffsets(text)
  return { file, text, offsets, starts: offsets.map((_, index) => startOf(index + 1)) }
}

/** Where the character at an offset stands in the file. */
export function placeAt(placed: PlacedText, offset: number): Place {
  let low = 0
  let high = placed.offsets.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((placed.offsets[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  const start = placed.starts[low] ?? { line: 1, column: 1 }
  return { line: start.line, column: start.column + (offset - (placed.offsets[low] ?? 0)) }
}

/** The span from one offset to another (exclusive). */
export function spanBetween(placed: PlacedText, from: number, to: number): Span {
  const start = placeAt(placed, from)
  // The last character, not the offset after it: that one may already belong to the next line.
  const last = placeAt(placed, Math.max(from, to - 1))
  const end = to > from ? last.column + 1 : last.column
  return { file: placed.file, line: start.line, column: start.column, endLine: last.line, endColumn: end }
}

/** The span of one line (from 1) of the text, without white space at its ends; lines beyond the text give its last one. */
export function spanOfLine(placed: PlacedText, line: number): Span {
  const index = Math.max(0, Math.min(line - 1, placed.offsets.length - 1))
  const from = placed.offsets[index] ?? 0
  const next = placed.offsets[index + 1]
  const text = placed.text.slice(from, next === undefined ? undefined : next - 1)
  const indent = text.length - text.trimStart().length
  const body = text.trim()
  return body === '' ? spanBetween(placed, from, from) : spanBetween(placed, from + indent, from + indent + body.length)
}
