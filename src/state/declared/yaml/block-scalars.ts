import type { SourceFile } from '../../../files/source-file.ts'
import type { DeclaredDocument } from '../declared.ts'
import { placedLines, spanOfLine, wholeFile } from '../placed-text.ts'

const LONGEST_HEAD = 200

/**
 * The literal block scalars (`key: |`) of a text that is no YAML: a Helm template whose blocks still are what they look like.
 * Read by indentation alone.
 */
export function blockScalars(source: SourceFile): { readonly key: string; readonly document: DeclaredDocument }[] {
  const whole = wholeFile(source.file, source.text)
  const lines = whole.text.split('\n')
  const found: { key: string; document: DeclaredDocument }[] = []
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    if (line.length > LONGEST_HEAD) continue
    const head = /^(\s*)(?:- +)*(?:(["']?)([\w./ -]+)\2: *|- +)\|[-+\d]*\s*$/.exec(line)
    if (head === null) continue
    const outer = (head[1] ?? '').length
    let end = index + 1
    while (end < lines.length && (lines[end]?.trim() === '' || indentOf(lines[end]) > outer)) end++
    const body = lines.slice(index + 1, end)
    const indent = Math.min(...body.filter((line) => line.trim() !== '').map(indentOf))
    if (!Number.isFinite(indent)) continue
    const first = index + 2
    const text = `${body.map((line) => line.slice(indent)).join('\n')}\n`
    const placed = placedLines(source.file, text, (line) => ({ line: first + line - 1, column: indent + 1 }))
    found.push({
      key: head[3] ?? 'value',
      document: {
        value: text,
        spanOf: () => spanOfLine(placed, 1),
        spanOfTextLine: (_path, line) => spanOfLine(placed, line),
      },
    })
    index = end - 1
  }
  return found
}

function indentOf(line: string | undefined): number {
  return /^ */.exec(line ?? '')?.[0].length ?? 0
}
