import { SCALAR_STYLE, YAMLException } from 'js-yaml'
import { type Note, noteAt } from '../../model/note.ts'
import type { Span } from '../../model/span.ts'
import type { FieldPath, Value } from '../../model/value.ts'
import { namesEsoKind } from '../relevance.ts'
import { type BuiltDocument, buildTrees, type Unusable } from './build-tree.ts'
import { findComments } from './comments.ts'
import { LineIndex } from './line-index.ts'
import { asGiven, readEvents } from './parse-events.ts'
import type { Place, Range, Tree } from './tree.ts'
import type { Comment, ParsedYaml, YamlDocument } from './yaml-document.ts'

export type { Comment, ParsedYaml, YamlDocument } from './yaml-document.ts'

export interface ParseYamlOptions {
  /**
   * Asked for the raw text of each document; `false` leaves it out (it still counts in `index`). Parsing is what costs: say no
   * to CRDs and to what cannot matter.
   */
  readonly wanted?: (text: string) => boolean
  /** Where a range of the text lies, when the text is itself a string inside another file. */
  readonly locate?: (start: number, end: number) => Span
}

export interface ParsedYamlFile extends ParsedYaml {
  /** No document was left out as not wanted. */
  readonly whole: boolean
  /** Comments of the documents that were parsed, in order. */
  comments(): readonly Comment[]
  /** The text of a line (1-based). */
  line(line: number): string | undefined
}

/**
 * Parses all documents of a YAML or JSON text into values and places. Never throws: a document that does not parse is one note,
 * and the others of the file are kept. `source.text` is without a byte order mark, or with one; CRLF is fine.
 */
export function parseYaml(
  source: { readonly file: string; readonly text: string },
  options: ParseYamlOptions = {},
): ParsedYamlFile {
  const { file, text } = source
  const lines = new LineIndex(file, text)
  const locate = options.locate ?? ((start: number, end: number) => lines.span(start, end))
  const documents: YamlDocument[] = []
  const notes: Note[] = []
  const trees: PlacedTree[] = []
  let index = 0
  let whole = true

  for (const chunk of chunks(text)) {
    const part = text.slice(chunk.start, chunk.end)
    if (chunk.blank) continue
    if (options.wanted?.(part) === false) {
      whole = false
      index++
      continue
    }
    try {
      const { text: read, events, original } = readEvents(part)
      const offset = chunk.start === 0 ? original : (at: number) => chunk.start + original(at)
      const place = offset === asGiven ? locate : (start: number, end: number) => locate(offset(start), offset(end))
      for (const built of buildTrees(read, events)) {
        const at = index++
        trees.push({ tree: built.tree, offset })
        if (built.failure !== undefined) {
          notes.push(unusableNote(file, place, built.failure, part))
          continue
        }
        for (const duplicate of built.duplicates) notes.push(duplicateNote(file, place, duplicate, part))
        documents.push(new WrittenDocument(file, at, built.value, built.tree, place))
      }
    } catch (error) {
      index++
      notes.push(unparseableNote(file, locate, chunk.start, part, error))
    }
  }

  return new WrittenFile(text, lines, { documents, notes, whole, trees })
}

/** A tree, and how its offsets become those of the file. */
interface PlacedTree {
  readonly tree: Tree
  readonly offset: (at: number) => number
}

class WrittenFile implements ParsedYamlFile {
  readonly documents: readonly YamlDocument[]
  readonly notes: readonly Note[]
  readonly whole: boolean
  private readonly text: string
  private readonly lines: LineIndex
  private readonly trees: readonly PlacedTree[]
  private found: readonly Comment[] | undefined

  constructor(
    text: string,
    lines: LineIndex,
    { documents, notes, whole, trees }: ParsedYaml & { readonly whole: boolean; readonly trees: readonly PlacedTree[] },
  ) {
    this.text = text
    this.lines = lines
    this.documents = documents
    this.notes = notes
    this.whole = whole
    this.trees = trees
  }

  comments(): readonly Comment[] {
    if (!this.text.includes('#')) return []
    this.found ??= findComments(
      this.text,
      this.trees.flatMap(({ tree, offset }) =>
        Array.from(tree.scalars(), ({ start, end }) => ({ start: offset(start), end: offset(end) })),
      ),
      this.lines,
    )
    return this.found
  }

  line(line: number): string | undefined {
    return this.lines.line(line)
  }
}

/**
 * Parses a string that a document holds (an inline patch, a manifest in a ConfigMap), with spans that point into the outer file.
 * `undefined` when there is no string at `path`. `trimEnd`: without the white space at its end, as kustomize reads inline patches.
 */
export function parseEmbeddedYaml(
  document: YamlDocument,
  path: FieldPath,
  options: { readonly trimEnd?: boolean } = {},
): ParsedYamlFile | undefined {
  const raw = document.rawOf(path)
  if (raw === undefined) return undefined
  const text = options.trimEnd === true ? raw.trimEnd() : raw
  const inner = new LineIndex(document.file, text)
  const place = (offset: number, atEnd: boolean) => {
    const { line, column } = inner.position(offset)
    const outer = document.spanOfTextLine(path, line)
    const moved = outer.column + column - 1
    const inside = outer.line === outer.endLine ? Math.min(moved, outer.endColumn) : moved
    return { line: outer.line, column: atEnd ? Math.max(inside, outer.column) : inside }
  }
  return parseYaml(
    { file: document.file, text },
    {
      locate: (start, end) => {
        const from = place(start, false)
        const to = place(end, true)
        return { file: document.file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column }
      },
    },
  )
}

interface Chunk extends Range {
  /** Comments and white space only, before the first `---`: no document. */
  readonly blank: boolean
}

/**
 * The text cut before each `---`, so that one document that does not parse does not take the others with it. A file with
 * directives stays whole: they stand before the marker that they belong to.
 */
function chunks(text: string): Chunk[] {
  const starts = [0]
  if (!/^%(?:YAML|TAG)/m.test(text))
    for (const match of text.matchAll(/^---(?=[ \t\r\n]|$)/gm)) if (match.index > 0) starts.push(match.index)
  return starts.map((start, at) => {
    const end = starts[at + 1] ?? text.length
    return { start, end, blank: at === 0 && !text.startsWith('---') && isBlankText(text.slice(start, end)) }
  })
}

function isBlankText(text: string): boolean {
  return text.split('\n').every((line) => /^\uFEFF?\s*(?:#|$)/.test(line))
}

class WrittenDocument implements YamlDocument {
  readonly file: string
  readonly index: number
  readonly value: Value
  private readonly tree: Tree
  private readonly locate: (start: number, end: number) => Span

  constructor(file: string, index: number, value: Value, tree: Tree, locate: (start: number, end: number) => Span) {
    this.file = file
    this.index = index
    this.value = value
    this.tree = tree
    this.locate = locate
  }

  get span(): Span {
    return this.spanAt(this.tree.root)
  }

  has(path: FieldPath): boolean {
    return this.tree.walk(path).complete
  }

  spanOf(path: FieldPath, part: 'key' | 'value' = 'value'): Span {
    const found = this.tree.walk(path)
    return this.spanAt(part === 'key' && found.key !== undefined ? found.key : found.place)
  }

  definitionOf(path: FieldPath): Span {
    return this.spanAt(this.tree.node(this.tree.walk(path).place))
  }

  aliasesOf(path: FieldPath): readonly Span[] {
    return this.tree.walk(path).aliases.map((place) => this.spanAt(place))
  }

  spanOfTextLine(path: FieldPath, line: number): Span {
    const { place } = this.tree.walk(path)
    const lines = this.tree.lines(this.tree.node(place))
    const found = lines?.[Math.min(Math.max(line, 1), lines.length) - 1]
    return found === undefined ? this.spanAt(place) : this.locate(found.start, found.end)
  }

  rawOf(path: FieldPath): string | undefined {
    const found = this.tree.walk(path)
    return found.complete ? this.tree.scalarText(this.tree.node(found.place)) : undefined
  }

  isPlain(path: FieldPath): boolean {
    const found = this.tree.walk(path)
    return found.complete && this.tree.scalar(this.tree.node(found.place))?.style === SCALAR_STYLE.PLAIN
  }

  private spanAt(place: Place): Span {
    const { start, end } = this.tree.range(place)
    return this.locate(start, end)
  }
}

function unparseableNote(
  file: string,
  locate: (start: number, end: number) => Span,
  offset: number,
  text: string,
  error: unknown,
): Note {
  const failure = error as YAMLException
  const mark = error instanceof YAMLException ? failure.mark : undefined
  const at = offset + (mark?.position ?? 0)
  // A text that ends in the middle of something is reported at its last character, not in the document after it.
  const end = offset + text.trimEnd().length
  const { line, column } = locate(Math.min(at, end), Math.min(at, end))
  const why = error instanceof YAMLException ? failure.reason : 'the parser gave up'
  const eso = esoOf(text)
  if (why.startsWith('nesting exceeded')) return noteAt({ file, line }, { code: 'yaml-too-deep', ...eso })
  const holds = TEMPLATES.find(([pattern]) => pattern.test(text))?.[1]
  if (holds !== undefined) return noteAt({ file, line }, { code: 'yaml-template', holds, says: why, ...eso })
  return noteAt({ file, line }, { code: 'yaml-unparseable', says: why, column, ...eso })
}

const TEMPLATES = [
  [/\{\{/, '{{ }}'],
  [/^\s*\{%/m, '{% %}'],
  [/<%/, '<% %>'],
] as const

function esoOf(text: string): { readonly eso?: true } {
  return namesEsoKind(text) ? { eso: true } : {}
}

function unusableNote(
  file: string,
  locate: (start: number, end: number) => Span,
  { code, offset, message }: Unusable,
  text: string,
): Note {
  const { line, column } = locate(offset, offset)
  const says = message
  const eso = esoOf(text)
  return noteAt({ file, line }, code === 'yaml-unusable' ? { code, says, column, ...eso } : { code, says, ...eso })
}

function duplicateNote(
  file: string,
  locate: (start: number, end: number) => Span,
  { key, offset, first: before }: BuiltDocument['duplicates'][number],
  text: string,
): Note {
  const { line, column } = locate(offset, offset)
  const first = locate(before, before)
  return noteAt(
    { file, line },
    {
      code: 'yaml-duplicate-key',
      key,
      column,
      first: { line: first.line, column: first.column },
      ...esoOf(text),
    },
  )
}
