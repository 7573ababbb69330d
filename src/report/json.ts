import type { Finding } from '../model/finding.ts'
import { familyOf } from '../model/note.ts'
import { nameManifest } from '../model/wording.ts'
import { logSafeJson } from './plain-text.ts'
import { failureText } from './reasons/failure.ts'
import { decisionText, reasonText } from './reasons/not-checked.ts'
import { noteText } from './reasons/note.ts'
import type { JudgedReference, Report } from './report.ts'
import { countOf, nameStore } from './wording.ts'

/** Version of the JSON report. Fields are added within a version, never changed or removed (issue: "The JSON report"). */
export const JSON_VERSION = 1

/** The JSON report as a value; `docs/report-schema.json` describes it. Key names of secrets are not in it, only their presence. */
export function jsonReport(report: Report) {
  return {
    version: JSON_VERSION,
    outcome: report.outcome,
    findings: report.findings.map(jsonFinding),
    references: report.references.map(jsonReference),
    notChecked: report.notChecked.map(({ file, line, what, reason }) => ({
      file,
      line,
      what,
      reason: reasonText(reason),
      code: reason.code,
    })),
    mode: report.mode,
    target: report.target,
    counts: {
      ...report.counts,
      references: report.references.length,
      errors: countOf(report.findings, 'error'),
      warnings: countOf(report.findings, 'warning'),
      notes: countOf(report.findings, 'note'),
    },
    scope: jsonScope(report),
    live: { asked: report.live.asked, line: report.live.line },
    incomplete: [...report.incomplete],
    ignored: report.ignored.map(({ finding, reason, by }) => ({ ...jsonFinding(finding), reason, by: by ?? null })),
    notes: report.notes.map((note) => ({
      reason: familyOf(note),
      file: note.file,
      line: note.line ?? null,
      message: noteText(note),
      code: note.code,
    })),
    problems: (report.problems ?? []).map(({ message, file, line }) => ({
      message,
      file: file ?? null,
      line: line ?? null,
    })),
  }
}

/** `null`: the report is about everything, as asked for. */
function jsonScope({ scope, references }: Report) {
  if (scope === undefined) return null
  const nothing = { errors: 0, warnings: 0, notes: 0, notChecked: 0 }
  if (scope.of === 'all')
    return { of: scope.of, because: scope.because, since: null, references: references.length, outside: nothing }
  return {
    of: scope.of,
    because: null,
    since: scope.since,
    references: scope.references,
    outside: { ...scope.outside },
  }
}

/** The text of the report file and of `--format json`. */
export function jsonText(report: Report): string {
  return logSafeJson(`${JSON.stringify(jsonReport(report), null, 2)}\n`)
}

function jsonFinding(finding: Finding) {
  const { rule, severity, message, span, related, fix, fingerprint } = finding
  return {
    rule,
    severity,
    message,
    file: span.file,
    line: span.line,
    column: span.column,
    endLine: span.endLine,
    endColumn: span.endColumn,
    related: related.map((place) => ({
      file: place.span.file,
      line: place.span.line,
      column: place.span.column,
      endLine: place.span.endLine,
      message: place.message,
    })),
    fix: fix ?? null,
    fingerprint,
  }
}

function jsonReference({ reference, also, accesses, engine, secret }: JudgedReference) {
  return {
    file: reference.span.file,
    line: reference.span.line,
    manifest: nameManifest(reference.manifest),
    store: nameStore(reference) ?? null,
    key: reference.key,
    accesses: accesses.map(({ access, decision }) => ({
      path: access.path,
      capability: access.capability,
      decision: decision.verdict,
      when: access.when,
      side: access.side,
      because: decisionText(decision),
      code: decision.because.code,
    })),
    also: (also ?? []).map(nameManifest),
    appliedBy: reference.manifest.origin.appliedBy.map(({ kind, name }) => `${kind} ${name}`),
    form: reference.manifest.origin.form,
    operation: reference.operation,
    property: reference.property ?? null,
    proposed: reference.proposed,
    notChecked: reference.notChecked === undefined ? null : reasonText(reference.notChecked),
    notCheckedCode: reference.notChecked?.code ?? null,
    failsWith: reference.failsWith === undefined ? null : failureText(reference.failsWith),
    failsWithCode: reference.failsWith?.code ?? null,
    engine: engine ?? 'kv',
    secret: secret?.presence ?? null,
  }
}
