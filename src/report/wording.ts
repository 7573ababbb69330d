import type { Finding, NotChecked, Severity } from '../model/finding.ts'
import type { Reference } from '../model/reference.ts'
import { counted, listed } from '../model/wording.ts'
import { expiresSoon } from '../rules/expires-soon.ts'
import { FACT_RULES } from '../rules/rule-ids.ts'
import { plainText } from './plain-text.ts'
import { reasonGroup, reasonText } from './reasons/not-checked.ts'
import type { Report } from './report.ts'

export function countOf(findings: readonly Finding[], severity: Severity): number {
  return findings.filter((finding) => finding.severity === severity).length
}

/** `3 errors, 1 warning and 2 notes`; `no findings`. */
export function countedFindings(findings: readonly Finding[]): string {
  const parts = (['error', 'warning', 'note'] as const)
    .map((severity) => [severity, countOf(findings, severity)] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => counted(count, severity))
  return parts.length === 0 ? 'no findings' : listed(parts)
}

/** What the report is about, where that is not simply everything; a sentence each. */
export function scopeSentences({ scope, references }: Report): string[] {
  if (scope === undefined) return []
  if (scope.of === 'all') return [`Everything is reported, because what changed cannot be told: ${scope.because}.`]
  const { errors, warnings, notes, notChecked } = scope.outside
  const outside = [
    ...(errors > 0 ? [counted(errors, 'error')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
    ...(notes > 0 ? [counted(notes, 'note')] : []),
    ...(notChecked > 0 ? [`${counted(notChecked, 'place')} not checked`] : []),
  ]
  return [
    `Reported is what this change concerns, compared with ${scope.since}: ${references.length} of ${counted(scope.references, 'reference')}.`,
    ...(outside.length > 0
      ? [`Left out, because it was so before: ${listed(outside)}. With report-scope: all they are shown.`]
      : []),
  ]
}

/** What the run looked at: the denominator of everything it says. */
export function countedObjects(report: Report): string {
  const { files, externalSecrets, pushSecrets, stores } = report.counts
  return [
    counted(report.scope?.of === 'changed' ? report.scope.references : report.references.length, 'reference'),
    counted(externalSecrets, 'ExternalSecret'),
    counted(pushSecrets, 'PushSecret'),
    counted(stores, 'store'),
    counted(files, 'file'),
  ].join(', ')
}

/** The outcome as a sentence that somebody who sees nothing else understands. */
export function headline(report: Report): string {
  const found = countedFindings(report.findings)
  switch (report.outcome) {
    case 'clean':
      if (report.references.length === 0 && report.findings.length === 0) {
        if (report.scope?.of === 'changed') return 'Passed: this change concerns no reference to Vault.'
        return 'Nothing to check: no manifest makes External Secrets Operator ask Vault for anything.'
      }
      if (report.findings.some(endsSoon))
        return `Passed for now: something on the server ends by itself soon (${found}).`
      if (report.findings.length > 0) return `Passed, with ${found}.`
      return report.notChecked.length > 0
        ? 'Passed: nothing that could be checked is broken.'
        : `Passed: ${heldReferences(report)}.`
    case 'findings':
      if (report.mode !== 'drift') return `Failed: ${found}.`
      if (report.live.silent === true)
        return `Failed: ${found} in Git alone. The server could not be asked, so nothing was compared with it.`
      return report.findings.some(({ rule }) => FACT_RULES.has(rule))
        ? `Vault differs from Git: ${found}.`
        : `Failed: ${found}.`
    case 'incomplete':
      return report.findings.length === 0
        ? 'Not finished: a check that was asked for could not run.'
        : `Not finished: a check that was asked for could not run; the others gave ${found}.`
    case 'invalid':
      return 'Not started: an input, the config file or a permission is wrong.'
    case 'bug':
      return 'Stopped by an error of its own. Nothing was judged.'
  }
}

function heldReferences({ references, scope }: Report): string {
  const which = scope?.of === 'changed' ? ' that this change concerns' : ''
  return references.length === 1
    ? `the one reference${which} holds`
    : `all ${references.length} references${which} hold`
}

/** Something that works today and stops by itself within weeks: the one warning that is worth an issue of its own. */
export function endsSoon({ rule, severity }: Finding): boolean {
  return rule === expiresSoon.id && severity !== 'note'
}

/** `ClusterSecretStore vault`; `undefined` for a reference that names none. */
export function nameStore({ storeRef }: Reference): string | undefined {
  return storeRef === undefined ? undefined : `${storeRef.kind} ${storeRef.name}`
}

/** What was not checked, gathered by reason: most frequent first. */
export function byReason(notChecked: readonly NotChecked[]): { reason: string; items: NotChecked[] }[] {
  const groups = new Map<string, [NotChecked, ...NotChecked[]]>()
  for (const item of notChecked) {
    const key = reasonGroup(item.reason)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return [...groups.values()]
    .map((items) => ({ reason: reasonText(items[0].reason), items }))
    .sort((a, b) => b.items.length - a.items.length)
}

/**
 * A fix is a sentence, or a sentence and lines to paste below it. One of several lines whose first begins like no sentence is all
 * lines to paste.
 */
export function splitFix(fix: string): { readonly lead: string; readonly paste: readonly string[] } {
  const lines = plainText(fix).replace(/\n+$/, '').split('\n')
  const [first = '', ...rest] = lines
  return rest.length === 0 || /^\p{Lu}/u.test(first) ? { lead: first, paste: rest } : { lead: 'Write:', paste: lines }
}
