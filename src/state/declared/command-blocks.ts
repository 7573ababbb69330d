import { type PlacedText, placeAt, placedLines } from './placed-text.ts'

/** Words that a command begins with, in a text that is not all commands. */
const BEGINS =
  /^(?:sudo +)?(?:[A-Z_]+=\S* +)*(?:vault|bao|curl|export VAULT_\w+=|(?:kubectl|oc|docker|podman)\b.*\b(?:exec|create secret|cp)\b|cat +(?:>|<<))/
/** A number, a bullet or a prompt in front of a step. */
const STEP = /^(?:\d+[.)] +|[-*•] +)?(?:[$#>] +)?/
const HEREDOC = /<<-?\s*(["']?)([A-Za-z_]\w*)\1/

/**
 * The commands in a text that people wrote for people (a comment, a drawn box), each with the lines that belong to it: a line that
 * ends in a backslash goes on, a heredoc goes on to its end, and so does a command behind which deeper indented `key=value` words
 * stand, because people forget the backslash there (forms.md §7).
 */
export function commandBlocks(placed: PlacedText): PlacedText[] {
  const lines = placed.text.split('\n')
  const blocks: PlacedText[] = []
  const unended = new Set<string>()
  for (let index = 0; index < lines.length; ) {
    const line = lines[index] ?? ''
    const indent = line.length - line.trimStart().length
    const step = STEP.exec(line.slice(indent))?.[0].length ?? 0
    if (!BEGINS.test(line.slice(indent + step))) {
      index++
      continue
    }
    const end = endOf(lines, index, indent, unended)
    // A heredoc without an end: the comment tells of the command, and not what it writes.
    if (end !== undefined) blocks.push(blockOf(placed, lines, index, end, indent + step))
    index = end ?? index + 1
  }
  return blocks
}

/** The index after the last line of the command that begins at `from`. `unended`: heredocs that no later line ends. */
function endOf(lines: readonly string[], from: number, indent: number, unended: Set<string>): number | undefined {
  let at = from
  for (;;) {
    const line = lines[at] ?? ''
    const delimiter = HEREDOC.exec(line)?.[2]
    if (delimiter !== undefined) {
      let close = unended.has(delimiter) ? lines.length : at + 1
      while (close < lines.length && lines[close]?.trim() !== delimiter) close++
      if (close < lines.length) return close + 1
      unended.add(delimiter)
      return undefined
    }
    const next = lines[at + 1]
    if (next === undefined) return at + 1
    const goesOn = /\\\s*$/.test(line) || (indentOf(next) > indent && /^\s*[a-z_]+=\S/.test(next))
    if (!goesOn) return at + 1
    at++
  }
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}

function blockOf(placed: PlacedText, lines: readonly string[], from: number, to: number, cut: number): PlacedText {
  const texts: string[] = []
  const offsets: number[] = []
  for (let index = from; index < to; index++) {
    const line = lines[index] ?? ''
    const own = Math.min(cut, indentOf(line))
    const text = line.slice(index === from ? cut : own)
    const goesOn = index + 1 < to && /^\s*[a-z_]+=\S/.test(lines[index + 1] ?? '') && !/\\\s*$|<</.test(text)
    texts.push(goesOn ? `${text} \\` : text)
    offsets.push((placed.lines[index] ?? 0) + (index === from ? cut : own))
  }
  return placedLines(placed.file, `${texts.join('\n')}\n`, (line) => placeAt(placed, offsets[line - 1] ?? 0))
}
