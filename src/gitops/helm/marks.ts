/**
 * Marks that lead a rendered field back to what wrote it (helm.md §5.2): a comment with a number at each line of a template that begins
 * with a key, and letters appended to a value. Both are taken out again before anything is compared.
 */

const VALUE_MARK = /zq(\d+)z/gi
const LINE_MARK = / #@@(\d+)@/g

/** `text` with the marker of a scalar appended: letters and digits stay valid in a name of DNS, and keep what stands before them. */
export function marked(text: string, id: number): string {
  return `${text}zq${id}z`
}

function lineMark(number: number): string {
  return ` #@@${number}@`
}

export function withoutLineMarks(text: string): string {
  return text.replace(LINE_MARK, '')
}

export function withoutMarks(text: string): string {
  return text.replace(LINE_MARK, '').replace(VALUE_MARK, '')
}

/** The scalars whose markers are in a text, each once, in order. */
export function valueMarksIn(text: string): number[] {
  return [...new Set([...text.matchAll(VALUE_MARK)].map((match) => Number(match[1])))]
}

/** The number of the last template line whose mark is in a text. */
export function lineMarkIn(text: string): number | undefined {
  const found = [...text.matchAll(LINE_MARK)].at(-1)
  return found === undefined ? undefined : Number(found[1])
}

/** What stands between the markers of a text: of `apps/teamzq3z/db` `apps/team` before scalar 3, and `/db`. */
export function partsOf(text: string): { readonly text: string; readonly id: number | undefined }[] {
  const parts: { text: string; id: number | undefined }[] = []
  let from = 0
  for (const match of text.matchAll(VALUE_MARK)) {
    parts.push({ text: text.slice(from, match.index), id: Number(match[1]) })
    from = match.index + match[0].length
  }
  parts.push({ text: text.slice(from), id: undefined })
  return parts
}

/** A line that begins with a key: `key:`, `- "a.b/c": x`. */
const KEY_LINE = /^[\s-]*(?:"[^"{}]*"|'[^'{}]*'|[\w./-]+|\{\{[^{}]*\}\}):(?:\s|$)/

/** A template with a comment at each line that begins with a key; `number` gives the number of a line (from 1). */
export function withLineMarks(text: string, number: (line: number) => number): string {
  let inside: 'text' | 'action' | 'comment' = 'text'
  return text
    .split('\n')
    .map((line, index) => {
      const startsInside = inside !== 'text'
      inside = stateAfter(line, inside)
      const content = line.replace(/\r$/, '')
      if (startsInside || inside !== 'text' || /-\}\}\s*$/.test(content)) return line
      if (!KEY_LINE.test(content) || /\\\s*$/.test(content)) return line
      return content + lineMark(number(index + 1))
    })
    .join('\n')
}

/** Whether an action of a template (or its comment) goes on at the end of a line. */
function stateAfter(line: string, before: 'text' | 'action' | 'comment'): 'text' | 'action' | 'comment' {
  let state = before
  let at = 0
  while (at < line.length) {
    if (state === 'text') {
      const open = line.indexOf('{{', at)
      if (open === -1) return 'text'
      state = /^\{\{-?\s*\/\*/.test(line.slice(open)) ? 'comment' : 'action'
      at = open + 2
    } else if (state === 'comment') {
      const end = line.indexOf('*/', at)
      if (end === -1) return 'comment'
      state = 'action'
      at = end + 2
    } else {
      const next = /"(?:[^"\\]|\\.)*"|`[^`]*`|'(?:[^'\\]|\\.)*'|\}\}/.exec(line.slice(at))
      if (next === null) return 'action'
      at += next.index + next[0].length
      if (next[0] === '}}') state = 'text'
    }
  }
  return state
}
