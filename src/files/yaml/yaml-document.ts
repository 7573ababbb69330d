import type { Note } from '../../model/note.ts'
import type { Span } from '../../model/span.ts'
import type { FieldPath, Value } from '../../model/value.ts'

/** A `#` comment; `text` without the `#` and the space after it. */
export interface Comment {
  /** 1-based. */
  readonly line: number
  readonly text: string
  /** Nothing but the comment stands on its line. */
  readonly alone: boolean
}

/** One YAML document: its value, and the place of everything in it. All spans are computed when asked for. */
export interface YamlDocument {
  readonly file: string
  /** Index of the document in the file, from 0; null documents count. */
  readonly index: number
  /** Anchors, aliases and merge keys resolved; aliased values are shared, not copied: do not change them. */
  readonly value: Value
  /** From the first to the last character of the root value. */
  readonly span: Span
  has(path: FieldPath): boolean
  /**
   * Where the key or the value (default) at `path` is written; of the nearest ancestor when the path does not exist. A value
   * that is an alias gives the place of the alias (`*name`); paths below an alias or through `<<` lie where the anchor is.
   * A missing value (`key:`) has the place of its key. Quotes are part of the span, the `|` of a block scalar is not.
   */
  spanOf(path: FieldPath, part?: 'key' | 'value'): Span
  /** As `spanOf`, but an alias at the end of the path is followed to its anchor. */
  definitionOf(path: FieldPath): Span
  /** The aliases (`*name`, `<<: *name`) that the path leads through, outermost first; empty when written in place. */
  aliasesOf(path: FieldPath): readonly Span[]
  /**
   * Where line `line` (from 1) of the text of the scalar at `path` stands; the nearest existing line when there are fewer,
   * `spanOf(path)` when it is no scalar. Folding, escapes, indentation and CRLF are taken into account.
   */
  spanOfTextLine(path: FieldPath, line: number): Span
  /** The text of the scalar at `path` before it became a number, boolean or null; `undefined` when it is no scalar. */
  rawOf(path: FieldPath): string | undefined
  /** `true`: an unquoted scalar (then `12` is a number and `on` may be a boolean to others). */
  isPlain(path: FieldPath): boolean
}

/** A document with some answers of its own. */
export function withAnswers(document: YamlDocument, answers: Partial<YamlDocument>): YamlDocument {
  const { file, index, value } = document
  return {
    file,
    index,
    value,
    get span() {
      return document.span
    },
    has: (path) => document.has(path),
    spanOf: (path, part) => document.spanOf(path, part),
    definitionOf: (path) => document.definitionOf(path),
    aliasesOf: (path) => document.aliasesOf(path),
    spanOfTextLine: (path, line) => document.spanOfTextLine(path, line),
    rawOf: (path) => document.rawOf(path),
    isPlain: (path) => document.isPlain(path),
    ...answers,
  }
}

export interface ParsedYaml {
  readonly documents: readonly YamlDocument[]
  readonly notes: readonly Note[]
}
