import { styleText } from 'node:util'
import type { Finding, RelatedPlace, Severity } from '../model/finding.ts'
import { formatSpan, type Span } from '../model/span.ts'
import { STAGES } from '../model/stages.ts'
import { counted } from '../model/wording.ts'
import { byWorst } from '../rules/worst-first.ts'
import { causesOf } from './causes.ts'
import { wrap } from './display-width.ts'
import { headline } from './headline.ts'
import { needLines } from './need-text.ts'
import { notAppliedGroups } from './not-applied.ts'
import { logSafe, oneLine, plainText } from './plain-text.ts'
import type { Report, SourceLine } from './report.ts'
import { snippet } from './source-snippet.ts'
import { accountSentences, countedNotChecked, scopeSentences } from './wording.ts'

export interface TerminalOptions {
  /** Decided by the caller: `--no-color`, `NO_COLOR`, whether standard output is a terminal. */
  readonly color: boolean
  /** Columns of the terminal. Default 100, which logs take as well. */
  readonly width?: number
  /** Related places shown under a finding; the rest are counted. Default 4. */
  readonly related?: number
}

type Style = Parameters<typeof styleText>[0]
type Paint = (style: Style, text: string) => string

const SEVERITY_STYLE: Readonly<Record<Severity, Style>> = {
  error: ['bold', 'red'],
  warning: ['bold', 'yellow'],
  note: ['bold', 'cyan'],
}

const OUTCOME_STYLE: Readonly<Record<Report['outcome'], Style>> = {
  clean: ['bold', 'green'],
  unchecked: ['bold', 'magenta'],
  findings: ['bold', 'red'],
  incomplete: ['bold', 'yellow'],
  invalid: ['bold', 'red'],
  bug: ['bold', 'red'],
}

/** Of one reason, as many places are named. */
const PLACES_OF_A_REASON = 3

/** The report for people at a terminal: each finding with its source line under it, and at the end what it all means. */
export function terminalReport(report: Report, source: SourceLine, options: TerminalOptions): string {
  const layout = layoutOf(options)
  return logSafe(`${[...blocks(report, source, layout), closing(report, layout.paint, layout.width)].join('\n\n')}\n`)
}

/** Only the findings, where something else ends the output. */
export function terminalFindings(
  report: Pick<Report, 'findings'>,
  source: SourceLine,
  options: TerminalOptions,
): string {
  return logSafe(`${blocks(report, source, layoutOf(options)).join('\n\n')}\n`)
}

function layoutOf({ color, width = 100, related = 4 }: TerminalOptions): Layout {
  const paint: Paint = color ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text
  return { paint, width: Math.max(40, width), related }
}

function blocks({ findings }: Pick<Report, 'findings'>, source: SourceLine, layout: Layout): string[] {
  return [...findings].sort(byWorst).map((finding) => findingBlock(finding, source, layout))
}

interface Layout {
  readonly paint: Paint
  readonly width: number
  readonly related: number
}

function findingBlock(finding: Finding, source: SourceLine, layout: Layout): string {
  const { paint, width } = layout
  const shown = finding.related.slice(0, layout.related)
  const gutter = Math.max(...[finding, ...shown].map(({ span }) => String(span.line).length))
  const head = `${finding.severity}[${oneLine(finding.rule)}]`
  const [first = '', ...more] = wrap(`${head}: ${oneLine(finding.message)}`, width)
  const lines = [
    paint(SEVERITY_STYLE[finding.severity], head) + paint('bold', first.slice(head.length)),
    ...more.map((line) => paint('bold', line)),
    ...place('-->', finding.span, undefined, source, SEVERITY_STYLE[finding.severity], gutter, layout),
  ]
  for (const related of relatedWithLines(shown)) {
    lines.push(...place('==>', related.span, related.message, source, ['blue', 'bold'], gutter, layout))
  }
  const left = finding.related.length - shown.length
  const indent = ' '.repeat(gutter + 1)
  if (lines.at(-1)?.includes('^') && (left > 0 || finding.fix !== undefined))
    lines.push(`${indent}${paint('blue', '|')}`)
  if (left > 0) lines.push(`${indent}${paint('blue', '=')} and ${counted(left, 'more place')}`)
  if (finding.fix !== undefined) {
    const label = `${indent}${paint('blue', '=')} ${paint('bold', 'help:')} `
    const inner = ' '.repeat(gutter + 3)
    const { lead, text } = finding.fix
    const paste = text === undefined ? [] : plainText(text).trimEnd().split('\n')
    const wrapped = wrap(oneLine(lead), width - gutter - 9)
    lines.push(`${label}${wrapped[0]}`, ...[...wrapped.slice(1), ...paste].map((line) => `${inner}${line}`.trimEnd()))
  }
  return lines.join('\n')
}

/** Many places that say the same on neighbouring lines are still each worth a look; the same place twice is not. */
function relatedWithLines(related: readonly RelatedPlace[]): RelatedPlace[] {
  const seen = new Set<string>()
  return related.filter(({ span, message }) => {
    const key = `${formatSpan(span)} ${message}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function place(
  arrow: string,
  span: Span,
  message: string | undefined,
  source: SourceLine,
  style: Style,
  gutter: number,
  { paint, width }: Layout,
): string[] {
  const bar = paint('blue', '|')
  const blank = `${' '.repeat(gutter + 1)}${bar}`
  const at = `${oneLine(span.file)}:${span.line}:${span.column}`
  const says = message === undefined ? '' : `  ${oneLine(message)}`
  const head = `${' '.repeat(gutter)}${paint('blue', arrow)} ${at}${says}`
  const text = source(span.file, span.line)
  if (text === undefined || text.trim() === '') return [head]
  const shown = snippet(text, span, width - gutter - 4)
  const number = paint('blue', String(span.line).padStart(gutter))
  return [
    head,
    blank,
    `${number} ${bar} ${shown.text}`.trimEnd(),
    `${blank} ${' '.repeat(shown.from)}${paint(style, '^'.repeat(shown.length))}`,
  ]
}

function closing(report: Report, paint: Paint, width: number): string {
  const lines: string[] = []
  const add = (indent: string, text: string): void => {
    for (const line of wrap(oneLine(text), width - indent.length)) lines.push(`${indent}${line}`)
  }
  // A path is clicked or copied: it stays on one line.
  const showPlace = (text: string): void => void lines.push(`      ${oneLine(text)}`)
  if (report.problems?.length) {
    for (const { message, file, line } of report.problems) {
      const at = file === undefined ? '' : `${oneLine(file)}${line === undefined ? '' : `:${line}`}: `
      const [first = '', ...more] = wrap(`error: ${at}${plainText(message)}`, width)
      lines.push(paint(SEVERITY_STYLE.error, 'error') + first.slice('error'.length), ...more)
    }
    lines.push('')
  }
  if (report.notChecked.length > 0) {
    lines.push(paint('bold', `Not checked: ${countedNotChecked(report)}`))
    for (const { says, counted: many, items, wayOut } of causesOf(report)) {
      add('  ', `${many}: ${says}`)
      if (wayOut !== undefined) add('      ', wayOut.says)
      for (const line of wayOut?.config ?? []) showPlace(`  ${line}`)
      for (const { file, line, what } of items.slice(0, PLACES_OF_A_REASON)) showPlace(`${file}:${line}  ${what}`)
      if (items.length > PLACES_OF_A_REASON) lines.push(`      and ${items.length - PLACES_OF_A_REASON} more`)
    }
    lines.push('')
  }
  const unapplied = notAppliedGroups(report)
  if (unapplied.length > 0) {
    const count = unapplied.reduce((sum, { references }) => sum + references, 0)
    lines.push(paint('bold', `Not applied: ${counted(count, 'reference')}`))
    for (const { reason, references, files } of unapplied) {
      add('  ', `${references} × ${reason}`)
      for (const { file, why } of files.slice(0, PLACES_OF_A_REASON))
        showPlace(why === undefined ? file : `${file}  ${why}`)
      if (files.length > PLACES_OF_A_REASON)
        lines.push(`      and ${counted(files.length - PLACES_OF_A_REASON, 'more file')}`)
    }
    lines.push('')
  }
  lines.push(...needLines(report))
  for (const sentence of report.incomplete) add('', `Could not run: ${sentence}`)
  if (report.incomplete.length > 0) lines.push('')
  if (report.outcome !== 'invalid' && report.outcome !== 'bug') {
    for (const sentence of [...accountSentences(report), ...scopeSentences(report)]) add('', sentence)
    if (report.live.line !== '') add('', report.live.line)
    if (report.ignored.length > 0) add('', `${counted(report.ignored.length, 'finding')} ignored, with a reason.`)
    if (report.notes.length > 0)
      add('', `${counted(report.notes.length, 'note')} about what was left out: see --format json.`)
  }
  if (report.timings !== undefined) add('', timingsText(report.timings))
  for (const line of wrap(`${oneLine(headline(report))}.`, width))
    lines.push(paint(OUTCOME_STYLE[report.outcome], line))
  return lines.join('\n')
}

function timingsText(timings: NonNullable<Report['timings']>): string {
  const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(2)} s`
  const all = timings.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
  return `Time: ${timings.map(({ stage, milliseconds }) => `${STAGES[stage]} ${seconds(milliseconds)}`).join(', ')}; ${seconds(all)} in all.`
}
