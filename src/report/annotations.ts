import type { Severity } from '../model/finding.ts'
import { formatSpan, type Span } from '../model/span.ts'
import { listed, upper } from '../model/wording.ts'
import { causesOf } from './causes.ts'
import { cut, oneLine, plainText } from './plain-text.ts'
import { type Place, type Problem, problemsOf } from './problems.ts'
import { briefReason } from './reasons/brief.ts'
import type { Report } from './report.ts'
import { fixLine } from './wording.ts'

/** GitHub shows ten annotations of a kind for one step and drops the rest silently (platform.md §1.2). */
const PER_KIND = 10
/** Characters of a line: one is read under a line of code (reports.md §4). */
const LINE = 200

export interface AnnotationProperties {
  readonly title: string
  readonly file: string
  readonly startLine: number
  readonly endLine: number
  readonly startColumn?: number
  readonly endColumn?: number
}

export interface Annotation {
  readonly kind: 'error' | 'warning' | 'notice'
  readonly message: string
  readonly properties: AnnotationProperties
}

/** Where annotations go; `@actions/core` fits and escapes `%`, line breaks, `:` and `,`. */
export interface AnnotationSink {
  error(message: string, properties: AnnotationProperties): void
  warning(message: string, properties: AnnotationProperties): void
  notice(message: string, properties: AnnotationProperties): void
  info(message: string): void
}

export interface AnnotationOptions {
  /** Places of a kind to leave free, for what the caller annotates itself (the outcome counts as an error). */
  readonly reserved?: Readonly<Partial<Record<Annotation['kind'], number>>>
}

const KIND = { error: 'error', warning: 'warning', note: 'notice' } as const satisfies Record<Severity, string>

/** One that wants a place: the lower its rank, the sooner it gets it. */
interface Candidate {
  readonly rank: number
  readonly annotation: Annotation
}

/**
 * The annotations that fit, and one line about those that do not: lines of the pull request first, then one line of each cause, then the
 * other places. Notes are for the summary.
 */
export function annotationsOf(
  report: Report,
  { reserved = {} }: AnnotationOptions = {},
): { readonly annotations: readonly Annotation[]; readonly closing: string | undefined } {
  const problems = problemsOf(report).filter(({ severity }) => severity !== 'note')
  const candidates = [...problems.flatMap(candidatesOf), ...notCheckedOf(report)]
  const annotations: Annotation[] = []
  const left: string[] = []
  for (const kind of ['error', 'warning', 'notice'] as const) {
    const own = candidates
      .filter(({ annotation }) => annotation.kind === kind)
      .sort((a, b) => a.rank - b.rank)
      .map(({ annotation }) => annotation)
    const room = Math.max(0, PER_KIND - (reserved[kind] ?? 0))
    annotations.push(...own.slice(0, room))
    if (own.length > room) left.push(`${room} of ${own.length} ${kind}s`)
  }
  const closing =
    left.length === 0 ? undefined : `${upper(listed(left))} are annotated (GitHub's limit). All are in the job summary.`
  return { annotations, closing }
}

/** Sends a report's annotations to the sink. */
export function annotate(report: Report, sink: AnnotationSink, options?: AnnotationOptions): void {
  const { annotations, closing } = annotationsOf(report, options)
  for (const { kind, message, properties } of annotations) sink[kind](message, properties)
  if (closing !== undefined) sink.info(closing)
}

function candidatesOf(problem: Problem): Candidate[] {
  const kind = KIND[problem.severity]
  const [first, ...others] = problem.places
  const whole: Annotation = {
    kind,
    message: messageOf(problem, first),
    properties: { title: titleOf(problem.headline), ...placeOf(first.finding.span) },
  }
  const where = formatSpan(first.finding.span)
  return [
    { rank: first.age === 'own' ? 0 : 1, annotation: whole },
    // What nothing applies is a note in the summary.
    ...others.flatMap(({ finding, age }): Candidate[] => {
      if (finding.severity === 'note') return []
      const message = `Same cause as ${where}.`
      const annotation = {
        kind: KIND[finding.severity],
        message,
        properties: { title: titleOf(finding.headline), ...placeOf(finding.span) },
      }
      return [{ rank: age === 'own' ? 0 : 2, annotation }]
    }),
  ]
}

/** One sentence, and the fix on a line. */
function messageOf({ why, chain, fix, places }: Problem, { finding }: Place): string {
  const broken = chain.find(({ is }) => is === 'broken')?.says
  const said = why ?? (broken === undefined ? undefined : `${upper(broken)}.`) ?? finding.remark
  const more = places.length > 1 ? [`All ${places.length} places: job summary.`] : []
  const lines = [
    [...(said === undefined ? [] : [said]), ...more].join(' '),
    ...(fix === undefined ? [] : [`Fix: ${fixLine(fix)}`]),
  ]
  return lines
    .map((line) => cut(oneLine(plainText(line)), LINE))
    .filter((line) => line !== '')
    .join('\n')
}

/** Titles show no code. */
function titleOf(headline: string): string {
  return oneLine(headline).replaceAll('`', '')
}

/** One notice for each cause, where the first of what it hides is written. */
function notCheckedOf(report: Report): Candidate[] {
  return causesOf(report)
    .filter(({ references, code }) => references > 0 || code === 'chart-template')
    .map(({ counted, items: [first], wayOut }): Candidate => {
      const title = titleOf(`${counted} not checked: ${briefReason(first.reason)}`)
      const message = wayOut === undefined ? first.what : `Fix: ${wayOut.says}`
      const span = { file: first.file, line: first.line, column: 1, endLine: first.line, endColumn: 1 }
      const { file, startLine, endLine } = placeOf(span)
      return {
        rank: 1,
        annotation: {
          kind: 'notice',
          message: cut(oneLine(message), LINE),
          properties: { title: cut(title, 120), file, startLine, endLine },
        },
      }
    })
}

function placeOf(span: Span): Omit<AnnotationProperties, 'title'> {
  const endLine = Math.max(span.line, span.endLine)
  return {
    file: oneLine(span.file),
    startLine: span.line,
    endLine,
    // GitHub refuses columns over several lines, and counts the last column in.
    ...(span.line === endLine
      ? { startColumn: span.column, endColumn: Math.max(span.column, span.endColumn - 1) }
      : {}),
  }
}
