import { type PlacedText, placeAt, placedLines } from './placed-text.ts'
import { VAULT_CALL } from './shell/vault-call.ts'

export interface Fence {
  /** First word after the fence's mark, lower-case: `sh`, `hcl`, `terraform`, ``. */
  readonly language: string
  readonly content: PlacedText
  /** A file name that the fence's title, or the line before it, gives: "Create `eso.hcl`:". */
  readonly fileName: string | undefined
  /** Which heading it stands under, counted from the text's beginning. */
  readonly section: number
}

export interface MarkdownCode {
  readonly fences: readonly Fence[]
  /** `code` in running text that may call vault, each on its own. */
  readonly inline: readonly PlacedText[]
  /** Lines outside of fences that are set off by spaces or drawn into a box; each run of them is one text. */
  readonly setOff: readonly PlacedText[]
}

const FILE_NAME = /[\w./-]+\.(?:hcl|tf|sh|json)\b/
/** A file is named at the beginning of a fence's title, or at the end of the line before; no line of prose is longer. */
const LONGEST_LINE = 1_000

/** The code in a Markdown text: fences (also `~~~`, in lists and quotes) with their indentation taken off, and inline code. */
export function readMarkdownCode(placed: PlacedText): MarkdownCode {
  const fences: Fence[] = []
  const inline: PlacedText[] = []
  const setOff: number[] = []
  const lines = placed.text.split('\n')
  let previous = ''
  let section = 0
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    const open = /^((?:\s|>|[-*+]\s|\d+[.)]\s)*)(`{3,}|~{3,})([^\n]*)$/.exec(line.slice(0, LONGEST_LINE))
    const mark = open?.[2] ?? ''
    const info = open?.[3] ?? ''
    if (open === null || (mark.startsWith('`') && info.includes('`'))) {
      if (/^#{1,6}\s/.test(line)) section++
      if (/^(?: {4}|\t|\s*[│┃║]).*\S/.test(line)) setOff.push(index)
      inline.push(...inlineCode(placed, index, line))
      if (line.trim() !== '') previous = line
      continue
    }
    const indent = (open[1] ?? '').length
    const closing = new RegExp(`^[\\s>]*${mark[0] === '~' ? '~' : '`'}{${mark.length},}\\s*$`)
    let end = index + 1
    while (end < lines.length && !closing.test(lines[end] ?? '')) end++
    fences.push({
      language: /^\s*\{?\.?([\w+-]*)/.exec(info)?.[1]?.toLowerCase() ?? '',
      content: contentOf(placed, lines, index + 1, end, indent),
      fileName: FILE_NAME.exec(info)?.[0] ?? FILE_NAME.exec(previous.slice(-LONGEST_LINE))?.[0],
      section,
    })
    previous = ''
    index = end
  }
  return { fences, inline, setOff: runsOf(setOff).map((run) => withoutFrame(placed, lines, run)) }
}

function contentOf(placed: PlacedText, lines: readonly string[], from: number, to: number, indent: number): PlacedText {
  const kept: string[] = []
  const cuts: number[] = []
  for (const line of lines.slice(from, to)) {
    // A fence in a list is indented with it; a line that is indented less keeps what it has.
    const lead = /^[\s>]*/.exec(line)?.[0].length ?? 0
    const cut = Math.min(indent, lead)
    // A prompt is not part of the command.
    const prompt = /^\$ +(?=\S)/.exec(line.slice(cut))?.[0].length ?? 0
    kept.push(line.slice(cut + prompt))
    cuts.push(cut + prompt)
  }
  return placedLines(placed.file, kept.join('\n'), (line) => {
    const start = placed.starts[from + line - 1] ?? placed.starts.at(-1) ?? { line: 1, column: 1 }
    return { line: start.line, column: start.column + (cuts[line - 1] ?? 0) }
  })
}

/** Lines that follow each other; a blank line between two of them does not part them. */
function runsOf(indexes: readonly number[]): number[][] {
  const runs: number[][] = []
  for (const index of indexes) {
    const run = runs.at(-1)
    if (run !== undefined && index - (run.at(-1) ?? 0) <= 2) run.push(index)
    else runs.push([index])
  }
  return runs
}

/** The lines without what sets them off: the lines of a box, and spaces in front of all of them. */
function withoutFrame(placed: PlacedText, lines: readonly string[], run: readonly number[]): PlacedText {
  const texts: string[] = []
  const places: { line: number; column: number }[] = []
  for (let index = run[0] ?? 0; index <= (run.at(-1) ?? -1); index++) {
    const line = lines[index] ?? ''
    const lead = /^\s*(?:[│┃║] ?)?/.exec(line)?.[0].length ?? 0
    const cut = /[│┃║]/.test(line.slice(0, lead)) ? lead : Math.min(4, lead)
    texts.push(line.slice(cut).replace(/\s*[│┃║]\s*$/, ''))
    places.push({ line: index + 1, column: cut + 1 })
  }
  return placedLines(placed.file, texts.join('\n'), (line) => places[line - 1] ?? { line: 1, column: 1 })
}

function inlineCode(placed: PlacedText, index: number, line: string): PlacedText[] {
  if (line.length > LONGEST_LINE || !VAULT_CALL.test(line)) return []
  const from = placed.offsets[index] ?? 0
  return [...line.matchAll(/(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/g)].map((match) =>
    placedLines(placed.file, match[2] ?? '', () => placeAt(placed, from + match.index + (match[1] ?? '').length)),
  )
}
