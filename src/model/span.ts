/** A line of a file, as people name it: `apps/app.yaml:12`. */
export interface FileLine {
  readonly file: string
  /** From 1. */
  readonly line: number
}

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

export interface RelatedPlace {
  readonly span: Span
  /** What stands there, as a sentence part: "the rule that decides". */
  readonly message: string
}

/** `file:line`, the form that terminals and editors turn into a link. */
export function formatSpan(span: Span): string {
  return `${span.file}:${span.line}`
}
