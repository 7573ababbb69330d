import { SCALAR_STYLE, type ScalarEvent } from 'js-yaml'

/** What tells the text of a scalar, and where its lines stand. */
export type ScalarSource = Pick<ScalarEvent, 'valueStart' | 'valueEnd' | 'style' | 'chomping' | 'indent' | 'fast'>

/** Where one line of a scalar's text stands in the source. */
export interface TextLine {
  readonly start: number
  readonly end: number
}

/**
 * The source range of each line of a scalar's text: line breaks inside the *value*, which folding and escapes make differ from
 * the lines of the source. Needed to point into policies and scripts that YAML strings hold.
 */
export function scalarLines(source: string, scalar: ScalarSource): TextLine[] {
  if (scalar.style === SCALAR_STYLE.LITERAL_BLOCK) return blockLines(source, scalar, false)
  if (scalar.style === SCALAR_STYLE.FOLDED_BLOCK) return blockLines(source, scalar, true)
  return flowLines(source, scalar)
}

function sourceLines(source: string, start: number, end: number): TextLine[] {
  const lines: TextLine[] = []
  let at = start
  while (at < end) {
    const newline = source.indexOf('\n', at)
    const stop = newline === -1 || newline >= end ? end : newline
    lines.push({ start: at, end: stop > at && source.charCodeAt(stop - 1) === 13 ? stop - 1 : stop })
    at = stop + 1
  }
  return lines
}

function blockLines(source: string, scalar: ScalarSource, folded: boolean): TextLine[] {
  const indent = Math.max(scalar.indent, 0)
  const lines = sourceLines(source, scalar.valueStart, scalar.valueEnd).map((line) => {
    let at = line.start
    while (at < line.end && at - line.start < indent && source.charCodeAt(at) === 32) at++
    return { start: at, end: line.end, empty: at >= line.end }
  })
  if (!folded) return lines.map(({ start, end }) => ({ start, end }))
  // Folding (YAML 1.2 §8.1.3): one break between two lines of the same indentation is a space; blank lines and more-indented
  // lines keep their breaks.
  const result: TextLine[] = []
  let empty = 0
  let read = false
  let moreIndented = false
  const open = (line: TextLine, breaks: number) => {
    const last = result.at(-1)
    if (breaks === 0 && last !== undefined) result[result.length - 1] = { start: last.start, end: line.end }
    else {
      for (let extra = 1; extra < breaks; extra++) result.push({ start: line.start, end: line.start })
      result.push({ start: line.start, end: line.end })
    }
  }
  for (const line of lines) {
    if (line.empty) {
      empty++
      continue
    }
    const first = source.charCodeAt(line.start)
    const spaced = first === 32 || first === 9
    const breaks = spaced ? (read ? 1 + empty : empty) : moreIndented ? empty + 1 : empty
    if (!read && breaks > 0) result.push({ start: line.start, end: line.start })
    open(line, breaks)
    moreIndented = spaced
    read = true
    empty = 0
  }
  return result.length > 0 ? result : [{ start: scalar.valueStart, end: scalar.valueStart }]
}

function flowLines(source: string, scalar: ScalarSource): TextLine[] {
  const { valueStart, valueEnd } = scalar
  const result: TextLine[] = []
  const doubleQuoted = scalar.style === SCALAR_STYLE.DOUBLE_QUOTED
  let lineStart = valueStart
  let at = valueStart
  while (at < valueEnd) {
    const ch = source.charCodeAt(at)
    if (doubleQuoted && ch === 92) {
      const escaped = source.charCodeAt(at + 1)
      if (escaped === 110) {
        result.push({ start: lineStart, end: at })
        lineStart = at + 2
      }
      at += 2
      // An escaped line break joins the lines: the break must not be counted below.
      if (escaped === 13 && source.charCodeAt(at) === 10) at++
    } else if (ch === 10 || ch === 13) {
      const end = at
      let breaks = 0
      while (at < valueEnd) {
        const next = source.charCodeAt(at)
        if (next === 10) breaks++
        else if (next !== 13 && next !== 32 && next !== 9) break
        at++
      }
      if (breaks > 1) {
        result.push({ start: lineStart, end })
        for (let extra = 2; extra < breaks; extra++) result.push({ start: at, end: at })
        lineStart = at
      }
    } else at++
  }
  result.push({ start: lineStart, end: valueEnd })
  return result
}
