import type { Finding, Severity } from '../model/finding.ts'
import { formatSpan } from '../model/span.ts'
import { counted } from '../model/wording.ts'
import { byWorst } from '../rules/worst-first.ts'
import { cut, oneLine, plainText } from './plain-text.ts'
import type { Report } from './report.ts'
import { fixLine } from './wording.ts'

/** GitHub shows ten annotations of a kind for one step and drops the rest without a word (platform.md §1.2). */
const PER_KIND = 10
/** Longer messages are cut by the runner. */
const MESSAGE_LENGTH = 4096

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

/** The annotations that fit, worst first, and one line about those that do not. */
export function annotationsOf(
  report: Report,
  { reserved = {} }: AnnotationOptions = {},
): { readonly annotations: readonly Annotation[]; readonly closing: string | undefined } {
  const annotations: Annotation[] = []
  const left: string[] = []
  for (const severity of ['error', 'warning', 'note'] as const) {
    const kind = KIND[severity]
    const findings = report.findings.filter((finding) => finding.severity === severity).sort(byWorst)
    const room = Math.max(0, PER_KIND - (reserved[kind] ?? 0))
    for (const finding of findings.slice(0, room)) annotations.push(annotationOf(finding, kind))
    if (findings.length > room) left.push(`${room} of ${counted(findings.length, severity)}`)
  }
  const closing =
    left.length === 0
      ? undefined
      : `Annotated ${left.join(', ')}: GitHub shows no more for one step. The job summary lists them all.`
  return { annotations, closing }
}

/** Sends a report's annotations to the sink. */
export function annotate(report: Report, sink: AnnotationSink, options?: AnnotationOptions): void {
  const { annotations, closing } = annotationsOf(report, options)
  for (const { kind, message, properties } of annotations) sink[kind](message, properties)
  if (closing !== undefined) sink.info(closing)
}

function annotationOf(finding: Finding, kind: Annotation['kind']): Annotation {
  const { span } = finding
  const endLine = Math.max(span.line, span.endLine)
  return {
    kind,
    message: cut(messageOf(finding), MESSAGE_LENGTH),
    properties: {
      title: oneLine(finding.rule),
      file: oneLine(span.file),
      startLine: span.line,
      endLine,
      // GitHub refuses columns over several lines, and counts the last column in.
      ...(span.line === endLine
        ? { startColumn: span.column, endColumn: Math.max(span.column, span.endColumn - 1) }
        : {}),
    },
  }
}

function messageOf({ message, related, fix }: Finding): string {
  const shown = related.slice(0, 5).map((place) => `${formatSpan(place.span)}: ${oneLine(place.message)}`)
  if (related.length > shown.length) shown.push(`and ${related.length - shown.length} more places`)
  return plainText([message, ...shown, ...(fix === undefined ? [] : [`Fix: ${fixLine(fix)}`])].join('\n'))
}
