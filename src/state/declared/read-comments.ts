import type { SourceFile } from '../../files/source-file.ts'
import { commandBlocks } from './command-blocks.ts'
import type { Harvest, Reading } from './harvest.ts'
import { type PlacedText, placedLines, wholeFile } from './placed-text.ts'
import { readScript } from './shell/read-script.ts'
import type { Scope } from './shell/scope.ts'
import { TokenSection } from './shell/token-section.ts'
import { VAULT_CALL } from './shell/vault-call.ts'
import { WrittenFiles } from './shell/written-files.ts'

/** A comment marker, alone on its line; `*` goes on a block comment. */
const MARKER = /^\s*(?:#+|\/\/+|\/\*+|\{\{-?\s*\/\*|\*(?!\/))(.*)$/
/** Whether a comment may hold a command: a cheap test before any reading. */
const MAY_HOLD = /^[ \t]*(?:#|\/\/|\/\*|\{\{-? *\/\*|\*)[^\n]*\b(?:vault|bao)\b[^\n]*\b(?:write|create|enable)\b/m
const LONGEST_LINE = 2_000
/** A block comment that goes on for longer is none, or is never ended. */
const MOST_LINES = 1_000

/**
 * The commands that stand in comments of YAML, HCL and scripts: "made once by hand: vault write …". Documentation, as Markdown is
 * (forms.md §7). A comment that stands directly beside a command is one that was switched off, and says nothing.
 */
export function readComments(source: SourceFile, reading: Reading, harvest: Harvest): void {
  if (!MAY_HOLD.test(source.text) && !(source.text.includes('/*') && VAULT_CALL.test(source.text))) return
  const whole = wholeFile(source.file, source.text)
  const lines = whole.text.split('\n')
  const section = new TokenSection()
  for (let index = 0; index < lines.length; index++) {
    if (!isComment(lines[index])) continue
    const from = index
    const end = endOfBlock(lines, index)
    if (end !== undefined) index = end
    else while (isComment(lines[index + 1])) index++
    if (isCommand(lines[from - 1]) || isCommand(lines[index + 1])) continue
    const text = withoutMarkers(whole, lines.slice(from, index + 1), from)
    if (!VAULT_CALL.test(text.text)) continue
    const context = { source, form: 'comment' as const, harvest, written: new WrittenFiles(), section, ...reading }
    let outer: Scope | undefined
    for (const block of commandBlocks(text)) outer = readScript(block, { ...context, outer })
  }
  section.settle(harvest)
}

function isComment(line: string | undefined): boolean {
  return line !== undefined && line.length < LONGEST_LINE && MARKER.test(line) && !line.startsWith('#!')
}

/** The last line of a block comment that begins in this one and goes on; `undefined` for all others. */
function endOfBlock(lines: readonly string[], from: number): number | undefined {
  const line = lines[from] ?? ''
  if (!/^\s*(?:\{\{-?\s*)?\/\*/.test(line) || line.includes('*/')) return undefined
  let at = from + 1
  while (at < lines.length && at - from < MOST_LINES && !lines[at]?.includes('*/')) at++
  return at < lines.length && at - from < MOST_LINES ? at : undefined
}

function isCommand(line: string | undefined): boolean {
  return line !== undefined && line.length < LONGEST_LINE && !isComment(line) && VAULT_CALL.test(line)
}

function withoutMarkers(whole: PlacedText, lines: readonly string[], first: number): PlacedText {
  const contents = lines.map((line) => MARKER.exec(line)?.[1] ?? line)
  const indents = contents.filter((text) => text.trim() !== '').map((text) => text.length - text.trimStart().length)
  const indent = indents.length === 0 ? 0 : Math.min(...indents)
  const texts = contents.map((text) => text.slice(indent).replace(/\s*\*\/\s*(?:-?\}\})?\s*$/, ''))
  return placedLines(whole.file, texts.join('\n'), (line) => {
    const content = contents[line - 1] ?? ''
    const column = (lines[line - 1] ?? '').length - content.length + Math.min(indent, content.length) + 1
    return { line: first + line, column }
  })
}
