import type { LineIndex } from './line-index.ts'
import type { Range } from './tree.ts'
import type { Comment } from './yaml-document.ts'

/** All comments of a text, given where its scalars stand: a `#` inside a string is none. */
export function findComments(text: string, scalars: readonly Range[], lines: LineIndex): Comment[] {
  const found: Comment[] = []
  const sorted = [...scalars].sort((a, b) => a.start - b.start)
  let next = 0
  let at = text.indexOf('#')
  while (at !== -1) {
    while (next < sorted.length && (sorted[next] as Range).end <= at) next++
    const scalar = sorted[next]
    if (scalar !== undefined && scalar.start <= at) {
      at = text.indexOf('#', scalar.end)
      continue
    }
    const before = at === 0 ? '\n' : text[at - 1]
    if (before !== '\n' && before !== ' ' && before !== '\t') {
      at = text.indexOf('#', at + 1)
      continue
    }
    const newline = text.indexOf('\n', at)
    const end = newline === -1 ? text.length : newline
    const { line } = lines.position(at)
    const alone = (lines.line(line) ?? '').trimStart().startsWith('#')
    found.push({ line, text: text.slice(at + 1, end).trim(), alone })
    at = text.indexOf('#', end)
  }
  return found
}
