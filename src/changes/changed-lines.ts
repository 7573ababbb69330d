import type { Span } from '../model/span.ts'
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
  /**
   * Where a line of the base stands now; for one that was taken out, where it would stand. `undefined`: its file is gone.
   */
  now(file: string, line: number): { readonly file: string; readonly line: number } | undefined
}

/** `isThere` tells the files that the head holds. */
export function changedLines(changes: readonly FileChange[], isThere: (file: string) => boolean): ChangedLines {
  const files = new Map(changes.map((change) => [change.file, change]))
  const moved = new Map(changes.flatMap(({ file, movedFrom }) => (movedFrom === undefined ? [] : [[movedFrom, file]])))
  return {
    files,
    now(file, line) {
      const here = isThere(file) ? file : moved.get(file)
      if (here === undefined) return undefined
      const hunks = files.get(here)?.hunks ?? []
      return { file: here, line: hunks === 'all' ? 1 : lineNow(hunks, line) }
    },
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

function lineNow(hunks: readonly Hunk[], line: number): number {
  let moved = 0
  for (const { base, head } of hunks) {
    const last = base.start + base.count - 1
    if (base.count === 0 ? base.start >= line : base.start > line) break
    if (base.count > 0 && last >= line)
      return head.count === 0
        ? Math.max(1, head.start)
        : Math.min(head.start + line - base.start, head.start + head.count - 1)
    moved += head.count - base.count
  }
  return line + moved
}

/**
 * A span's lines. A block's span may end before the first column of the next line, which is then no line of it.
 */
export function linesOfSpan(span: Span): LinePlace {
  const { file, line, endLine, endColumn } = span
  return { file, line, endLine: endColumn <= 1 && endLine > line ? endLine - 1 : endLine }
}
