import type { Span } from '../../../model/span.ts'
import { type FieldPath, isMap, type Value, type ValueMap } from '../../../model/value.ts'
import type { DeclaredYaml } from '../declared.ts'
import { type PlacedText, placeAt } from '../placed-text.ts'
import { type Hole, placeText, type SymbolicText } from '../symbolic-text.ts'
import type { FoundObject } from './object-body.ts'

/**
 * The objects in a text of YAML (`yaml_body`, a template). Holes are put in as words of their own length, so that the text is YAML
 * and no column moves, and taken out again afterwards.
 */
export function objectsFromText(
  text: SymbolicText,
  placed: PlacedText,
  yaml: DeclaredYaml,
  whole: Span,
): FoundObject[] {
  const words = new Map<string, Hole>()
  const plain = withWords(text, words)
  const own = placeText(placed, { ...text, value: plain })
  return yaml.parse(placed.file, plain).flatMap((document): FoundObject[] => {
    if (!isMap(document.value)) return []
    const body = withHoles(document.value, words) as ValueMap
    const spanOf = (path: FieldPath, part?: 'key' | 'value') => inFile(document.spanOf(path, part), own)
    return [
      {
        body,
        span: plain.length === 0 ? whole : spanOf([]),
        spanOf,
        spanOfTextLine: (path, line) => inFile(document.spanOfTextLine(path, line), own),
      },
    ]
  })
}

function withWords(text: SymbolicText, words: Map<string, Hole>): string {
  let result = ''
  let from = 0
  for (const [index, hole] of text.holes.entries()) {
    const word = `h${index.toString(36)}`.padEnd(hole.length, 'z').slice(0, Math.max(hole.length, 1))
    words.set(word, hole)
    result += text.value.slice(from, hole.at) + word
    from = hole.at + hole.length
  }
  return result + text.value.slice(from)
}

function withHoles(value: Value, words: ReadonlyMap<string, Hole>): Value {
  if (words.size === 0) return value
  if (typeof value === 'string')
    return value.replace(/h[0-9a-z]+/g, (word) => {
      const hole = words.get(word)
      return hole === undefined ? word : `\${${hole.name.replace(/[{}]/g, '')}}`
    })
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withHoles(item, words)]))
  return Array.isArray(value) ? (value as readonly Value[]).map((item) => withHoles(item, words)) : value
}

/** The place in the file of a place in the text. */
function inFile(span: Span, placed: PlacedText): Span {
  const at = (line: number, column: number) => {
    const from = placed.lines[Math.max(0, Math.min(line, placed.lines.length) - 1)] ?? 0
    return placeAt(placed, from + column - 1)
  }
  const start = at(span.line, span.column)
  const end = at(span.endLine, span.endColumn)
  return {
    file: start.file ?? placed.file,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
  }
}
