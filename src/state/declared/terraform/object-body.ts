import type { Span } from '../../../model/span.ts'
import type { FieldPath, ValueMap } from '../../../model/value.ts'

/** The object of a resource, and where its fields stand. */
export interface FoundObject {
  readonly body: ValueMap
  readonly span: Span
  spanOf(path: FieldPath, part?: 'key' | 'value'): Span
  /** Line `line` (from 1) of the text at `path`. */
  spanOfTextLine(path: FieldPath, line: number): Span
}
