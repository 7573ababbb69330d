import type { Finding, Fix, NotChecked, Severity } from '../model/finding.ts'
import type { Reference } from '../model/reference.ts'
import { counted, listed } from '../model/wording.ts'
import { type Account, accountOf } from './account.ts'
import { plainText } from './plain-text.ts'
import { groupText, reasonGroup } from './reasons/not-checked.ts'
import type { Report } from './report.ts'
import { snapshotSentences } from './snapshot-report.ts'

function countOf(findings: readonly Finding[], severity: Severity): number {
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
  if (scope.of === 'all') return [`Showing everything, because what changed cannot be told: ${scope.because}.`]
  const { errors, warnings, notes, notChecked } = scope.outside
  const outside = [
    ...(errors > 0 ? [counted(errors, 'older problem')] : []),
    ...(warnings > 0 ? [counted(warnings, 'older warning')] : []),
    ...(notes > 0 ? [counted(notes, 'older note')] : []),
    ...(notChecked > 0 ? [`${notChecked} not checked before`] : []),
  ]
  return [
    `This change affects ${references.length} of ${counted(scope.references, 'reference')}, compared with ${scope.since}.`,
    ...(outside.length > 0 ? [`Not shown: ${listed(outside)}. See all with report-scope: all.`] : []),
  ]
}

/** What became of every reference, and what was read: the denominator of everything that a report says; a sentence each. */
export function accountSentences(report: Report): string[] {
  // A snapshot judges nothing.
  if (report.mode === 'snapshot') return [...snapshotSentences(report), readSentence(report)]
  const account = accountOf(report)
  const { vault, works, broken, accepted, notChecked, otherProvider, providers, notApplied, verdicts } = account
  const work = report.live.asked && report.live.silent !== true ? 'working' : 'allowed'
  const parts = [
    ...(works > 0 ? [`${works} ${work}`] : []),
    ...(broken > 0 ? [`${broken} broken${accepted > 0 ? ` (${accepted} accepted)` : ''}`] : []),
    ...(notChecked > 0 ? [`${notChecked} not checked`] : []),
  ]
  const apart = [
    ...(otherProvider > 0
      ? [
          `${otherProvider} of ${providers.length === 0 ? 'other providers' : `another provider (${providers.join(', ')})`}`,
        ]
      : []),
    ...(notApplied > 0 ? [`${notApplied} that nothing applies`] : []),
  ]
  const unsure = [
    ...(verdicts.presumed > 0 ? [`${verdicts.presumed} presumed (no entry in Git leads to them)`] : []),
    ...(verdicts.suspended > 0 ? [`${verdicts.suspended} suspended`] : []),
    ...(verdicts.unclear > 0 ? [`${verdicts.unclear} unclear`] : []),
  ]
  return [
    `${counted(vault, 'reference')} to Vault${parts.length === 0 ? '' : `: ${listed(parts)}`}.${apart.length === 0 ? '' : ` Counted apart: ${listed(apart)}.`}`,
    // Where Git holds nothing that applies anything, there is nothing to tell apart.
    ...appliedSentence(verdicts, unsure),
    readSentence(report),
  ]
}

function readSentence({ counts }: Report): string {
  const { files, externalSecrets, pushSecrets, stores } = counts
  const read = [
    counted(files, 'file'),
    counted(externalSecrets, 'ExternalSecret'),
    counted(pushSecrets, 'PushSecret'),
    counted(stores, 'store'),
  ]
  return `Read: ${listed(read)}.`
}

function appliedSentence({ applied, presumed }: Account['verdicts'], unsure: readonly string[]): string[] {
  if (applied > 0) return [`Applied by roots in Git: ${listed([String(applied), ...unsure])}.`]
  return presumed > 0 ? [`Presumed applied: ${presumed} (no entry in Git leads to them).`] : []
}

/** `2 references, 1 file and 1 root`: what was not checked. */
export function countedNotChecked(report: Report): string {
  const { notChecked, filesNotRead, partsNotFollowed } = accountOf(report)
  return listed([
    ...(notChecked > 0 ? [counted(notChecked, 'reference')] : []),
    ...(filesNotRead > 0 ? [counted(filesNotRead, 'file')] : []),
    ...(partsNotFollowed > 0 ? [counted(partsNotFollowed, 'other part')] : []),
  ])
}

/** `ClusterSecretStore vault`; `undefined` for a reference that names none. */
export function nameStore({ storeRef }: Reference): string | undefined {
  return storeRef === undefined ? undefined : `${storeRef.kind} ${storeRef.name}`
}

/** What was not checked, gathered by reason: most frequent first. */
export function byReason(
  notChecked: readonly NotChecked[],
): { reason: string; items: readonly [NotChecked, ...NotChecked[]] }[] {
  const groups = new Map<string, [NotChecked, ...NotChecked[]]>()
  for (const item of notChecked) {
    const key = reasonGroup(item.reason)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return [...groups.values()]
    .map((items) => ({ reason: groupText(items.map(({ reason }) => reason)), items }))
    .sort((a, b) => b.items.length - a.items.length)
}

/** A fix as one text: what to do, the lines to paste below it, and what it brings along. */
export function fixText({ lead, text, note, or }: Fix): string {
  const first = `${upper(lead)}${text === undefined ? '.' : ':'}`
  return [
    first,
    ...(text === undefined ? [] : [text]),
    ...(note === undefined ? [] : [note]),
    ...(or === undefined
      ? []
      : [`Or ${fixText({ ...or, lead: or.lead }).replace(/^./, (letter) => letter.toLowerCase())}`]),
  ].join('\n')
}

/** The same on one line, for where there is only one. */
export function fixLine({ lead, text, kind }: Fix): string {
  if (text === undefined) return lead
  const line = plainText(text)
    .replace(/\s*\n\s*/g, ' ')
    .trim()
  return kind === 'insert' || kind === 'command' ? line : `${lead}: ${line}`
}

function upper(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}
