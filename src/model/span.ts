/**
 * A place in a source file, as editors show it: lines and columns count from 1, the end is exclusive
 * (`endColumn` is the column after the last character).
 */
export interface Span {
  /** Path as the user would write it: relative to the working directory, with forward slashes. */
  readonly file: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

/** `file:line`, the form that terminals and editors turn into a link. */
export function formatSpan(span: Span): string {
  return `${span.file}:${span.line}`
}
