import type { Span } from '../span.ts'
import type { Hunk } from './line-hunks.ts'

/** How one file of the head differs from the base. */
export interface FileChange {
  /** As shown to people. */
  readonly file: string
  /** Its shown path in the base, where that is another one: it was moved. */
  readonly movedFrom?: string
  /** `all`: the file is new, or what it was cannot be told. */
  readonly hunks: 'all' | readonly Hunk[]
}

export interface LinePlace {
  readonly file: string
  readonly line: number
  readonly endLine: number
}

/** Which lines a change touched, on its head side. */
export interface ChangedLines {
  readonly files: ReadonlyMap<string, FileChange>
  /**
   * Whether lines of this place were added or altered, or lines between them taken out. Lines taken out at its very end count
   * with `ends`: the last field of a block has nothing after it that would show.
   */
  touches(place: LinePlace, ends?: boolean): boolean
}

export function changedLines(changes: readonly FileChange[]): ChangedLines {
  const files = new Map(changes.map((change) => [change.file, change]))
  return {
    files,
    touches({ file, line, endLine }, ends = false) {
      const hunks = files.get(file)?.hunks
      if (hunks === undefined) return false
      if (hunks === 'all') return true
      const last = Math.max(line, endLine)
      return hunks.some(({ head: { start, count } }) =>
        count > 0
          ? start <= last && start + count - 1 >= line
          : start >= line - (ends ? 1 : 0) && start < last + (ends ? 1 : 0),
      )
    },
  }
}

/**
 * A span's lines. A block's span may end before the first column of the next line, which is then no line of it.
 */
export function linesOfSpan(span: Span): LinePlace {
  const { file, line, endLine, endColumn } = span
  return { file, line, endLine: endColumn <= 1 && endLine > line ? endLine - 1 : endLine }
}
