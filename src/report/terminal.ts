import { styleText } from 'node:util'
import type { Fix, Hop, Severity } from '../model/finding.ts'
import type { FileLine } from '../model/span.ts'
import { STAGES } from '../model/stages.ts'
import { asSentence, counted, listed, nameManifest } from '../model/wording.ts'
import { type Cause, causesOf } from './causes.ts'
import { wrap } from './display-width.ts'
import { headline } from './headline.ts'
import { needLines } from './need-text.ts'
import { notAppliedGroups } from './not-applied.ts'
import { logSafe, oneLine, plainText } from './plain-text.ts'
import { type Place, type Problem, problemsOf, shortRemark } from './problems.ts'
import type { JudgedReference, Report, SourceLine } from './report.ts'
import { snippet } from './source-snippet.ts'
import { apartFacts, checkedFact, readFact, scopeFacts } from './wording.ts'

export interface TerminalOptions {
  /** Decided by the caller: `--no-color`, `NO_COLOR`, whether standard output is a terminal. */
  readonly color: boolean
  /** Columns of the terminal. Default 100, which logs take as well. */
  readonly width?: number
  /** Places shown of a problem; the rest are counted. Default 4. */
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

/** So many problems are told in whole; more are a line each, and above that a table by rule (reports.md §5). */
const WHOLE = 10
const A_LINE_EACH = 200
/** So many places of what was not checked, or not applied, are named. */
const PLACES_OF_A_REASON = 3

/** The report for people at a terminal: each problem with its source line, and at the end what it all means. */
export function terminalReport(report: Report, source: SourceLine, options: TerminalOptions): string {
  const layout = layoutOf(options)
  return logSafe(`${[...blocks(report, source, layout), closing(report, layout)].join('\n\n')}\n`)
}

/** Only the problems, where something else ends the output. */
export function terminalFindings(
  report: Pick<Report, 'findings' | 'references'>,
  source: SourceLine,
  options: TerminalOptions,
): string {
  return logSafe(`${blocks(report, source, layoutOf(options)).join('\n\n')}\n`)
}

interface Layout {
  readonly paint: Paint
  readonly width: number
  readonly related: number
}

function layoutOf({ color, width = 100, related = 4 }: TerminalOptions): Layout {
  const paint: Paint = color ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text
  return { paint, width: Math.max(40, width), related }
}

function blocks(report: Pick<Report, 'findings' | 'references'>, source: SourceLine, layout: Layout): string[] {
  const all = problemsOf(report)
  const weighty = all.filter(({ severity }) => severity !== 'note')
  // Notes are counted where something weighs more.
  const shown = weighty.length === 0 ? all : weighty
  const whole = shown.slice(0, WHOLE).map((problem) => problemBlock(problem, source, layout))
  const left = shown.slice(WHOLE)
  if (left.length === 0) return whole
  if (shown.length <= A_LINE_EACH) return [...whole, left.map((problem) => lineOf(problem, layout)).join('\n')]
  return [...whole, byRule(left)]
}

function lineOf({ severity, rule, headline: text, span }: Problem, { paint }: Layout): string {
  const head = paint(SEVERITY_STYLE[severity], `${severity}[${oneLine(rule)}]`)
  return `${oneLine(span.file)}:${span.line}: ${head} ${oneLine(text)}`
}

function byRule(problems: readonly Problem[]): string {
  const counts = new Map<string, number>()
  for (const { rule } of problems) counts.set(rule, (counts.get(rule) ?? 0) + 1)
  const rows = [...counts].sort(([, a], [, b]) => b - a)
  const wide = Math.max(...rows.map(([rule]) => rule.length))
  return [
    `and ${counted(problems.length, 'more problem')}, all in --format json:`,
    ...rows.map(([rule, count]) => `  ${rule.padEnd(wide)}  ${count}`),
  ].join('\n')
}

/** What stands below the source line: a label, and its lines under each other. */
interface Row {
  readonly label: string
  readonly lines: readonly string[]
}

function problemBlock(problem: Problem, source: SourceLine, layout: Layout): string {
  const { paint, width } = layout
  const { severity, rule, span, places, chain, fix, effects, shows } = problem
  const why = shows === undefined ? problem.why : undefined
  const gutter = String(span.line).length
  const head = `${severity}[${oneLine(rule)}]`
  const [first = '', ...more] = wrap(`${head}: ${oneLine(problem.headline)}`, width)
  const lines = [
    paint(SEVERITY_STYLE[severity], head) + paint('bold', first.slice(head.length)),
    ...more.map((line) => paint('bold', line)),
    ...sourceLines(problem, source, gutter, layout),
  ]
  const [place] = places
  const { remark } = place.finding
  const rows: Row[] = [
    ...(chain.length === 0 ? [] : [{ label: 'chain', lines: chainLines(chain) }]),
    ...(why === undefined ? [] : [{ label: 'why', lines: wrap(oneLine(why), width - gutter - 10) }]),
    ...(remark === undefined || places.length > 1
      ? []
      : [{ label: 'note', lines: wrap(oneLine(remark), width - gutter - 10) }]),
    ...(shows === undefined ? [] : [{ label: 'diff', lines: plainText(shows.text).split('\n') }]),
    ...placeRows(problem, layout.related),
    ...(effects.length === 0 ? [] : [{ label: 'hits', lines: placeLines(effects, layout.related) }]),
    ...(fix === undefined ? [] : [{ label: 'fix', lines: fixLines(fix, width - gutter - 10) }]),
  ]
  const indent = ' '.repeat(gutter + 1)
  if (rows.length > 0 && lines.at(-1)?.includes('^')) lines.push(`${indent}${paint('blue', '|')}`)
  for (const {
    label,
    lines: [head = '', ...rest],
  } of rows) {
    lines.push(`${indent}${paint('blue', '=')} ${paint('bold', `${label}:`.padEnd(7))}${head}`.trimEnd())
    lines.push(...rest.map((line) => `${indent}${' '.repeat(9)}${line}`.trimEnd()))
  }
  return lines.join('\n')
}

function sourceLines(
  { severity, span, places }: Problem,
  source: SourceLine,
  gutter: number,
  layout: Layout,
): string[] {
  const { paint, width } = layout
  const bar = paint('blue', '|')
  const blank = `${' '.repeat(gutter + 1)}${bar}`
  const head = `${' '.repeat(gutter)}${paint('blue', '-->')} ${oneLine(span.file)}:${span.line}:${span.column}`
  const text = source(span.file, span.line)
  if (text === undefined || text.trim() === '') return [head]
  const shown = snippet(text, span, width - gutter - 4)
  const number = paint('blue', String(span.line).padStart(gutter))
  const says = caretText(places)
  const carets = `${' '.repeat(shown.from)}${paint(SEVERITY_STYLE[severity], '^'.repeat(shown.length))}`
  const fits = gutter + 4 + shown.from + shown.length + says.length < width
  return [head, blank, `${number} ${bar} ${shown.text}`.trimEnd(), `${blank} ${carets}${fits ? says : ''}`]
}

/** Whose line it is, on the caret line itself. */
function caretText([first, ...others]: Problem['places']): string {
  const [name, ...more] = first.objects
  const object =
    name === undefined || others.length > 0 ? '' : `${name}${more.length === 0 ? '' : ` and ${more.length} more`}`
  const age = first.age === 'own' ? 'changed here' : first.age === 'older' ? 'broken before this change' : ''
  const says = [object, age].filter((part) => part !== '').join(', ')
  return says === '' ? '' : ` ${oneLine(says)}`
}

const HOP: Readonly<Record<Hop['is'], string>> = { ok: 'ok', broken: 'broken', 'not-checked': 'not checked' }

function chainLines(chain: readonly Hop[]): string[] {
  const wide = (each: (hop: Hop) => string) => Math.max(...chain.map((hop) => each(hop).length))
  const [of, name, is] = [wide((hop) => hop.of), wide((hop) => oneLine(hop.name)), wide((hop) => HOP[hop.is])]
  return chain.flatMap((hop) => {
    const place = hop.at === undefined ? '' : `  ${placeText(hop.at)}`
    const line = `${hop.of.padEnd(of)} ${oneLine(hop.name).padEnd(name)}  ${HOP[hop.is].padEnd(is)}${place}`
    return hop.says === undefined ? [line] : [line, `${' '.repeat(of + 1)}${oneLine(hop.says)}`]
  })
}

/** A path is clicked or copied: it stays on one line. */
function placeText({ file, line }: FileLine): string {
  return `${oneLine(file)}:${line}`
}

function placeRows({ places, references, effects }: Problem, most: number): Row[] {
  const rows: Row[] = []
  if (places.length > 1) rows.push({ label: 'refs', lines: placeLines(places, most) })
  const told = new Set([...places, ...effects].map(({ finding }) => placeText(finding.span)))
  const elsewhere = references.filter(({ reference }) => !told.has(placeText(reference.span)))
  if (elsewhere.length > 0) rows.push({ label: 'hits', lines: referenceLines(elsewhere, most) })
  return rows
}

function placeLines(places: readonly Place[], most: number): string[] {
  const shown = places.slice(0, most).map((place) => {
    const { finding, objects, age } = place
    const what = [...objects.slice(0, 1), finding.does ?? ''].filter((part) => part !== '').join(' ')
    const since = age === 'own' ? ' (changed here)' : ''
    const said = shortRemark(place)
    const remark = said === undefined ? '' : `  ${said}`
    return `${placeText(finding.span)}  ${oneLine(`${what}${since}${remark}`)}`.trimEnd()
  })
  return places.length > shown.length
    ? [...shown, `and ${places.length - shown.length} more (all of them: --format markdown)`]
    : shown
}

function referenceLines(references: readonly JudgedReference[], most: number): string[] {
  const shown = references
    .slice(0, most)
    .map(({ reference }) => `${placeText(reference.span)}  ${oneLine(nameManifest(reference.manifest))}`)
  return references.length > shown.length ? [...shown, `and ${references.length - shown.length} more`] : shown
}

function fixLines({ lead, text, at, note, or }: Fix, width: number): string[] {
  const first = wrap(oneLine(lead), width)
  const last = first.pop() ?? ''
  return [
    ...first,
    at === undefined ? last : `${last} (${placeText(at)})`,
    ...(text === undefined ? [] : ['', ...plainText(text).trimEnd().split('\n'), ...(note === undefined ? [] : [''])]),
    ...(note === undefined ? [] : wrap(oneLine(note), width)),
    ...(or === undefined
      ? []
      : [`or ${oneLine(or.lead)}${or.text === undefined ? '' : ' (--format markdown has the lines)'}`]),
  ]
}

function closing(report: Report, layout: Layout): string {
  const { paint, width } = layout
  const lines: string[] = []
  if (report.problems?.length) {
    for (const { message, file, line } of report.problems) {
      const at = file === undefined ? '' : `${oneLine(file)}${line === undefined ? '' : `:${line}`}: `
      const [first = '', ...more] = wrap(`error: ${at}${plainText(message)}`, width)
      lines.push(paint(SEVERITY_STYLE.error, 'error') + first.slice('error'.length), ...more)
    }
    lines.push('')
  }
  for (const cause of causesOf(report)) lines.push(...causeLines(cause, layout), '')
  lines.push(...unappliedLines(report, layout))
  lines.push(...needLines(report))
  for (const line of wrap(asSentence(oneLine(headline(report))), width))
    lines.push(paint(OUTCOME_STYLE[report.outcome], line))
  for (const [label, text] of factsOf(report)) {
    const [first = '', ...more] = wrap(oneLine(text), width - 15)
    lines.push(`  ${label.padEnd(13)}${first}`, ...more.map((line) => `${' '.repeat(15)}${line}`))
  }
  return lines.join('\n')
}

function causeLines({ says, counted: many, items, wayOut }: Cause, { paint, width }: Layout): string[] {
  const head = 'not checked'
  const [first = '', ...more] = wrap(`${head}: ${many}: ${oneLine(says)}`, width)
  const shown = items
    .slice(0, PLACES_OF_A_REASON)
    .map(({ file, line, what }) => `${placeText({ file, line })}  ${oneLine(what)}`)
  if (items.length > shown.length) shown.push(`and ${items.length - shown.length} more`)
  const [place = '', ...places] = shown
  const help = wayOut === undefined ? [] : wrap(oneLine(wayOut.says), width - 10)
  const rows = [
    `  ${paint('blue', '=')} ${paint('bold', 'at:'.padEnd(7))}${place}`,
    ...places.map((line) => `${' '.repeat(11)}${line}`),
    ...help.map((line, index) =>
      index === 0 ? `  ${paint('blue', '=')} ${paint('bold', 'fix:'.padEnd(7))}${line}` : `${' '.repeat(11)}${line}`,
    ),
    ...(wayOut?.config ?? []).map((line) => `${' '.repeat(11)}${oneLine(line)}`.trimEnd()),
  ]
  return [
    paint(['bold', 'magenta'], head) + paint('bold', first.slice(head.length)),
    ...more.map((line) => paint('bold', line)),
    ...rows,
  ]
}

function unappliedLines(report: Report, { paint }: Layout): string[] {
  const groups = notAppliedGroups(report)
  if (groups.length === 0) return []
  const count = groups.reduce((sum, { references }) => sum + references, 0)
  const lines = [paint('bold', `not applied: ${counted(count, 'reference')}`)]
  for (const { reason, references, files } of groups) {
    lines.push(`  ${counted(references, 'reference')}: ${oneLine(reason)}`)
    for (const { file, why } of files.slice(0, PLACES_OF_A_REASON))
      lines.push(`      ${oneLine(file)}${why === undefined ? '' : `  ${oneLine(why)}`}`)
    if (files.length > PLACES_OF_A_REASON)
      lines.push(`      and ${counted(files.length - PLACES_OF_A_REASON, 'more file')}`)
  }
  return [...lines, '']
}

/** At the end, what was seen and what was not: a line each. */
function factsOf(report: Report): [label: string, text: string][] {
  if (report.outcome === 'invalid' || report.outcome === 'bug') return []
  const notes = problemsOf(report).filter(({ severity }) => severity === 'note')
  const others = problemsOf(report).length - notes.length
  return [
    ...report.incomplete.map((sentence): [string, string] => ['not finished', sentence]),
    ...(report.snapshot === undefined ? [] : [['file', report.snapshot.file] as [string, string]]),
    ...(report.mode === 'snapshot' ? [] : [['checked', checkedFact(report)] as [string, string]]),
    ...scopeFacts(report).map((fact, index): [string, string] => [
      index === 0 ? 'affected' : isReadInPart(report) ? 'elsewhere' : 'not shown',
      fact,
    ]),
    ...(apartFacts(report).length === 0 ? [] : [['apart', listed(apartFacts(report))] as [string, string]]),
    ...(report.live.line === '' ? [] : [['server', report.live.line.replace(/\.$/, '')] as [string, string]]),
    ...(report.ignored.length === 0
      ? []
      : [['ignored', `${counted(report.ignored.length, 'finding')}, with a reason`] as [string, string]]),
    ...(notes.length === 0 || others === 0
      ? []
      : [['notes', `${notes.length}, shown in the job summary and by --format markdown`] as [string, string]]),
    ...(report.notes.length === 0
      ? []
      : [['skipped', `${counted(report.notes.length, 'file')}, listed by --format json`] as [string, string]]),
    ['read', readFact(report)],
    ...(report.timings === undefined ? [] : [['time', timingsText(report.timings)] as [string, string]]),
  ]
}

function timingsText(timings: NonNullable<Report['timings']>): string {
  const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(2)} s`
  const all = timings.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
  return `${timings.map(({ stage, milliseconds }) => `${STAGES[stage]} ${seconds(milliseconds)}`).join(', ')}; ${seconds(all)} in all`
}

function isReadInPart({ scope }: Report): boolean {
  return scope?.of === 'changed' && scope.notRead !== undefined
}
