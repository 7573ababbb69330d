import { styleText } from 'node:util'
import { counted } from '../model/wording.ts'
import type { DocumentStep, PlanDocument } from '../setup/plan-document.ts'
import { wrap } from './display-width.ts'
import { logSafe, oneLine, plainText } from './plain-text.ts'
import {
  ACTION_MARK,
  allowedFact,
  openByReason,
  PREVIEW_NOTE,
  planHeadline,
  ruleText,
  SEED_NOTE,
  stepWord,
  valueText,
} from './plan-wording.ts'
import type { Report } from './report.ts'
import type { TerminalOptions } from './terminal.ts'

type Style = Parameters<typeof styleText>[0]

const STYLE: Readonly<Record<DocumentStep['action'], Style>> = {
  create: 'green',
  update: 'yellow',
  'no-change': 'dim',
  blocked: 'red',
  'not-checked': 'magenta',
}

/** Lists longer than this are cut, and counted. */
const MOST = 12

/** The plan for people at a terminal: what is written, before and after, what becomes covered, and the same as commands. */
export function planText(document: PlanDocument, report: Report, options: TerminalOptions): string {
  const paint = (style: Style, text: string) =>
    options.color ? styleText(style, text, { validateStream: false }) : text
  const width = Math.max(40, options.width ?? 100)
  const lines: string[] = []
  const say = (indent: string, text: string) => {
    for (const line of wrap(oneLine(text), width - indent.length)) lines.push(`${indent}${line}`)
  }
  for (const step of document.steps) stepLines(step, stepWord(step, document), lines, say, paint)
  section(
    lines,
    paint('bold', 'Worth knowing:'),
    document.unplanned.filter(({ weight }) => weight === 'note'),
    (one) => {
      say('  ', `${one.at === null ? '' : `${one.at.file}:${one.at.line}: `}${one.message}`)
    },
  )
  const { open } = document.coverage
  section(
    lines,
    paint('bold', `Not allowed after this: ${counted(open.length, 'reference')}`),
    openByReason(open),
    (one) => {
      say('  ', `${one.because}:`)
      for (const reference of one.references.slice(0, MOST)) say('    ', reference)
      if (one.references.length > MOST) lines.push(`    and ${one.references.length - MOST} more`)
    },
  )
  if (document.mode === 'plan') block(lines, paint('bold', 'The same as commands, without apply:'), document.commands)
  block(
    lines,
    paint('bold', `Secrets to write: ${document.seeds.length}. ${SEED_NOTE}`),
    document.seeds.map((seed) => seed.command),
  )
  for (const { message, file, line } of report.problems ?? []) {
    const at = file === undefined ? '' : `${oneLine(file)}${line === undefined ? '' : `:${line}`}: `
    const [first = '', ...more] = wrap(`error: ${at}${oneLine(message)}`, width)
    lines.push(paint(['bold', 'red'], 'error') + first.slice('error'.length), ...more)
  }
  for (const sentence of report.incomplete) say('', `Not finished: ${sentence}`)
  if (report.live.line !== '') say('', report.live.line)
  lines.push(
    paint(report.outcome === 'clean' ? ['bold', 'green'] : ['bold', 'red'], `${planHeadline(report, document)}.`),
  )
  lines.push(`  ${allowedFact(document)}`)
  if (document.preview === true) {
    say('', PREVIEW_NOTE)
    return logSafe(`${lines.join('\n')}\n`)
  }
  if (document.mode === 'plan' && document.steps.length > 0) lines.push(`Digest: ${document.digest}`)
  if (document.mode === 'plan' && document.hasChanges && report.outcome === 'clean')
    lines.push(`Next: approve the apply job, or run: eso-vault apply --plan-digest ${document.digest}`)
  return logSafe(`${lines.join('\n')}\n`)
}

function stepLines(
  step: DocumentStep,
  word: string,
  lines: string[],
  say: (indent: string, text: string) => void,
  paint: (style: Style, text: string) => string,
): void {
  const from = step.from[0]
  const place = from === undefined || step.action === 'no-change' ? '' : `  (${oneLine(from.file)}:${from.line})`
  lines.push(`${paint(STYLE[step.action], `${ACTION_MARK[step.action]} ${oneLine(step.id)}: ${word}`)}${place}`)
  if (step.because !== null && word !== 'wanted') say('    ', step.because)
  for (const { field, before, after } of step.fields) {
    const change = before === null ? valueText(after) : `${valueText(before)} → ${valueText(after)}`
    say('    ', `${field}: ${change}`)
  }
  for (const rule of step.rules) say('    ', ruleText(rule))
  for (const note of step.notes) say('    ', note)
}

function section<T>(lines: string[], title: string, items: readonly T[], each: (item: T) => void): void {
  if (items.length === 0) return
  lines.push('', title)
  for (const item of items.slice(0, MOST)) each(item)
  if (items.length > MOST) lines.push(`  and ${items.length - MOST} more`)
}

/** Commands stand as they are: wrapping would break them. */
function block(lines: string[], title: string, commands: readonly string[]): void {
  if (commands.length === 0) {
    if (lines.at(-1) !== '') lines.push('')
    return
  }
  if (lines.at(-1) !== '') lines.push('')
  lines.push(title, '', ...commands.flatMap((command) => [plainText(command), '']))
}
