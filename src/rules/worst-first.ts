import type { Finding, Severity } from '../model/finding.ts'

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 }

/** Worst first, then by file, line, column and rule: the order of `Report.findings`. */
export function byWorst(a: Finding, b: Finding): number {
  return (
    RANK[a.severity] - RANK[b.severity] ||
    compare(a.span.file, b.span.file) ||
    a.span.line - b.span.line ||
    a.span.column - b.span.column ||
    compare(a.rule, b.rule)
  )
}

/** Texts by code unit, whatever the machine's language. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
