import type { Span } from '../../model/span.ts'

/** Where one character stands in a file; both count from 1. */
export interface Place {
  readonly line: number
  readonly column: number
  /** The file, where a text is put together from several. */
  readonly file?: string
}

/**
 * A text that stands in a file, or in a text that stands in a file (a heredoc in a script in a YAML string), and where each of
 * its parts stands there. A part is a line, or less where one line of the text is written over several (YAML's `>`).
 */
export interface PlacedText {
  readonly file: string
  readonly text: string
  /** For each part, where its first character stands in the file. */
  readonly starts: readonly Place[]
  /** For each part, the offset of its first character; ascending. */
  readonly offsets: readonly number[]
  /** Offsets at which the lines (parted by `\n`) begin. */
  readonly lines: readonly number[]
}

/** Offsets at which the lines of a text begin. */
function lineOffsets(text: string): number[] {
  const offsets = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) offsets.push(at + 1)
  return offsets
}

/** A file's own text. A byte-order mark and the `\r` of Windows line ends are dropped: no column or line moves. */
export function wholeFile(file: string, text: string): PlacedText {
  const plain = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
  const offsets = lineOffsets(plain)
  return {
    file,
    text: plain,
    offsets,
    lines: offsets,
    starts: offsets.map((_, index) => ({ line: index + 1, column: 1 })),
  }
}

/** A text whose lines were found one by one: `startOf(n)` tells where line `n` (from 1) begins in the file. */
export function placedLines(file: string, text: string, startOf: (line: number) => Place): PlacedText {
  const offsets = lineOffsets(text)
  return { file, text, offsets, lines: offsets, starts: offsets.map((_, index) => startOf(index + 1)) }
}

/** A part of a text that is put together, and where its first character stands. */
export interface Segment {
  readonly text: string
  readonly place: Place
}

/** A text that is put together of parts, each with its place. */
export function placedSegments(file: string, segments: readonly Segment[]): PlacedText {
  const starts: Place[] = []
  const offsets: number[] = []
  let length = 0
  for (const { text, place } of segments) {
    starts.push(place)
    offsets.push(length)
    length += text.length
  }
  const text = segments.map((segment) => segment.text).join('')
  return { file, text, starts, offsets, lines: lineOffsets(text) }
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
  return { ...start, column: start.column + (offset - (placed.offsets[low] ?? 0)) }
}

/** The span from one offset to another (exclusive). */
export function spanBetween(placed: PlacedText, from: number, to: number): Span {
  const start = placeAt(placed, from)
  // The last character, not the offset after it: that one may already belong to the next line.
  const last = placeAt(placed, Math.max(from, to - 1))
  const end = to > from ? last.column + 1 : last.column
  const { file = placed.file, line, column } = start
  if (last.file !== start.file) return { file, line, column, endLine: line, endColumn: column }
  return { file, line, column, endLine: last.line, endColumn: end }
}

/** Several texts as one: `cat a.hcl b.hcl`. Each line keeps its place, in whatever file it is. */
export function joinPlaced(texts: readonly PlacedText[]): PlacedText {
  const starts: Place[] = []
  const offsets: number[] = []
  let text = ''
  for (const part of texts) {
    for (const [index, start] of part.starts.entries()) {
      starts.push({ ...start, file: start.file ?? part.file })
      offsets.push(text.length + (part.offsets[index] ?? 0))
    }
    text += part.text.endsWith('\n') || part.text === '' ? part.text : `${part.text}\n`
  }
  return { file: texts[0]?.file ?? '', text, starts, offsets, lines: lineOffsets(text) }
}

/** The span of one line (from 1) of the text, without white space at its ends; lines beyond the text give its last one. */
export function spanOfLine(placed: PlacedText, line: number): Span {
  const index = Math.max(0, Math.min(line - 1, placed.lines.length - 1))
  const from = placed.lines[index] ?? 0
  const next = placed.lines[index + 1]
  const text = placed.text.slice(from, next === undefined ? undefined : next - 1)
  const indent = text.length - text.trimStart().length
  const body = text.trim()
  return body === '' ? spanBetween(placed, from, from) : spanBetween(placed, from + indent, from + indent + body.length)
}

/**
 * A text whose lines are known by their spans (a YAML scalar). A line that is written over several lines of `source` is cut
 * into what each of them holds.
 */
export function placedBySpans(
  source: { readonly file: string; readonly text: string },
  text: string,
  spanOf: (line: number) => Span,
): PlacedText {
  const lines = lineOffsets(text)
  const offsets: number[] = []
  const starts: Place[] = []
  let sourceLines: readonly string[] | undefined
  for (const [index, from] of lines.entries()) {
    const span = spanOf(index + 1)
    offsets.push(from)
    starts.push({ line: span.line, column: span.column })
    if (span.endLine <= span.line) continue
    sourceLines ??= source.text.split(/\r?\n/)
    const next = lines[index + 1]
    const content = text.slice(from, next === undefined ? undefined : next - 1)
    let at = 0
    for (let line = span.line + 1; line <= span.endLine; line++) {
      const written = sourceLines[line - 1] ?? ''
      const found = content.indexOf(written.trim(), at)
      // Escapes and quotes make the source differ from the text; such a part stays with the one before.
      if (written.trim() === '' || found <= at) continue
      offsets.push(from + found)
      starts.push({ line, column: written.length - written.trimStart().length + 1 })
      at = found + written.trim().length
    }
  }
  return { file: source.file, text, offsets, starts, lines }
}
