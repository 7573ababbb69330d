import type { Span } from '../model/span.ts'
import type { ChangedLines } from './changed-lines.ts'

/** Where something of the base would stand now; where it stood, when its file is gone. */
export function spanNow(span: Span, lines: ChangedLines): Span {
  const now = lines.now(span.file, span.line)
  return now === undefined ? span : { ...now, column: 1, endLine: now.line, endColumn: 1 }
}
