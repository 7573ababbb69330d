import type { YamlDocument } from '../../files/yaml/yaml-document.ts'
import type { Span } from '../../model/span.ts'
import type { Value } from '../../model/value.ts'
import type { Checkout } from '../checkout.ts'
import type { Place } from '../placed/placed.ts'
import type { ChartFile, ChartFiles } from './chart-files.ts'
import { withLineMarks } from './marks.ts'

/** A line of a template of the checkout. */
export interface TemplateLine {
  readonly file: ChartFile
  /** From 1. */
  readonly line: number
}

/** The lines of a chart's templates, as marks count them. */
export interface TemplateLines {
  /** The text of a template with marks. */
  marked(file: ChartFile): string
  of(mark: number): TemplateLine | undefined
  /** The text of a line, as it is written. */
  text(line: TemplateLine): string
  /** All of a template. */
  whole(file: ChartFile): string
  /** Where a field stands on a line: its value, or the line where that is not told. */
  place(line: TemplateLine, field: string | undefined): Place
  /** Whether a line stands in every rendering: in no condition, loop or named template. */
  isAlways(line: TemplateLine): boolean
  /** Where something that came out of a file of the chart stands, as far as the file tells. */
  placeOfFile(file: ChartFile): Place
}

export function templateLines(checkout: Checkout, { files }: ChartFiles): TemplateLines {
  const numbered: TemplateLine[] = []
  const markedTexts = new Map<string, string>()
  const split = new Map<string, readonly string[]>()
  const depths = new Map<string, readonly number[]>()
  const read = ({ source, text }: ChartFile) => text ?? checkout.tree.read(source)
  for (const file of files)
    if (file.isTemplate)
      markedTexts.set(
        file.path,
        withLineMarks(read(file), (line) => numbered.push({ file, line }) - 1),
      )
  const linesOf = (file: ChartFile) => {
    let lines = split.get(file.path)
    if (lines === undefined) {
      lines = read(file).split(/\r?\n/)
      split.set(file.path, lines)
    }
    return lines
  }
  const text = ({ file, line }: TemplateLine) => linesOf(file)[line - 1] ?? ''
  return {
    marked: (file) => markedTexts.get(file.path) ?? read(file),
    of: (mark) => numbered[mark],
    text,
    whole: read,
    place(line, field) {
      const written = text(line)
      const [from, to] = columnsOf(written, field)
      return placeAt({
        file: checkout.shown(line.file.source),
        line: line.line,
        column: from + 1,
        endLine: line.line,
        endColumn: to + 1,
      })
    },
    isAlways({ file, line }) {
      let found = depths.get(file.path)
      if (found === undefined) {
        found = depthsOf(read(file))
        depths.set(file.path, found)
      }
      return found[line - 1] === 0
    },
    placeOfFile: (file) => placeAt({ file: checkout.shown(file.source), line: 1, column: 1, endLine: 1, endColumn: 1 }),
  }
}

/** How many conditions, loops and named templates are open where each line begins or in it; none is told where they do not close. */
function depthsOf(text: string): number[] {
  const depths: number[] = []
  let depth = 0
  let line = 0
  let deepest = 0
  const upTo = (end: number) => {
    for (; line < end; line++) {
      depths.push(deepest)
      deepest = depth
    }
  }
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  let at = 0
  for (const match of text.matchAll(ACTION)) {
    while (at + 1 < starts.length && (starts[at + 1] as number) <= match.index) at++
    upTo(at)
    if (match[1] === 'end') depth--
    else if (match[1] !== undefined) depth++
    if (depth < 0) return []
    deepest = Math.max(deepest, depth)
  }
  upTo(starts.length)
  return depth === 0 ? depths : []
}

/** An action of a template, strings and comments in it passed over; what opens or closes a part is in the group. */
const ACTION =
  /\{\{-?\s*(?:\/\*[\s\S]*?\*\/|(?:(if|range|with|block|define|end)\b)?(?:"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*'|[^"`'}]|\}(?!\}))*)\s*\}\}/g

/** From where to where of a line the value of a field stands, or the whole line without its margins. */
function columnsOf(line: string, field: string | undefined): [number, number] {
  const whole: [number, number] = [/^\s*(?:- )?/.exec(line)?.[0].length ?? 0, line.trimEnd().length]
  if (field === undefined) return whole
  const key = new RegExp(`(?:^|[\\s{,-])["']?${field.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}["']?:\\s+(?=\\S)`).exec(
    line,
  )
  if (key === null) return whole
  const from = key.index + key[0].length
  const isFlow = /\{[^{]*$/.test(line.slice(0, key.index + 1))
  if (!isFlow) return [from, line.trimEnd().length]
  const value = /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|(?:\{\{.*?\}\}|[^,}])+)/.exec(line.slice(from))
  return [from, from + (value?.[0].trimEnd().length ?? 0)]
}

/** A place that is one span, whatever is asked of it: what stands there is a template, and no YAML. */
export function placeAt(span: Span, textLines?: readonly Span[], value: Value = null): Place {
  const document: YamlDocument = {
    file: span.file,
    index: 0,
    value,
    span,
    has: () => true,
    spanOf: () => span,
    definitionOf: () => span,
    aliasesOf: () => [],
    spanOfTextLine: (_, line) => textLines?.[Math.min(line, textLines.length) - 1] ?? span,
    rawOf: () => (typeof value === 'string' ? value : undefined),
    isPlain: () => false,
  }
  return { document, path: [] }
}
