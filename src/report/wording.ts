import type { Finding, Fix, NotChecked, Severity } from '../model/finding.ts'
import type { Reference } from '../model/reference.ts'
import { counted, listed, upper } from '../model/wording.ts'
import { accountOf, objectsInChartsFacts } from './account.ts'
import { plainText } from './plain-text.ts'
import { groupText, reasonGroup } from './reasons/not-checked.ts'
import type { Report } from './report.ts'

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

/** What the report is about, where that is not simply everything; a clause each. */
export function scopeFacts({ scope, references }: Report): string[] {
  if (scope === undefined) return []
  if (scope.of === 'all') return [`Showing all problems: ${scope.because}`]
  const { notRead } = scope
  if (notRead !== undefined) {
    const { roots, of } = notRead
    const left =
      roots === 0
        ? 'only what this change can touch was read'
        : `${roots} of ${counted(of, 'root')} not read: this change cannot touch ${roots === 1 ? 'it' : 'them'}`
    return [
      `${counted(references.length, 'reference')} affected, compared with ${scope.since}`,
      `${left} (\`report-scope: all\` reads all)`,
    ]
  }
  const { errors, warnings, notes, notChecked } = scope.outside
  const outside = [
    ...(errors > 0 ? [counted(errors, 'older problem')] : []),
    ...(warnings > 0 ? [counted(warnings, 'older warning')] : []),
    ...(notes > 0 ? [counted(notes, 'older note')] : []),
    ...(notChecked > 0 ? [`${notChecked} not checked before`] : []),
  ]
  return [
    `${references.length} of ${counted(scope.references, 'reference')} affected, compared with ${scope.since}`,
    ...(outside.length > 0 ? [`${listed(outside)} not shown (\`report-scope: all\` shows all)`] : []),
  ]
}

/** `4 of 6 references checked, 3 of them broken`: the denominator of everything that a report says. */
export function checkedFact(report: Report): string {
  const account = accountOf(report)
  const { vault, works, broken, accepted, notChecked } = account
  const inCharts = objectsInChartsFacts(account)
    .map((fact) => `, ${fact}`)
    .join('')
  if (vault === 0) return `no references to Vault${inCharts}`
  const law = report.live.asked && report.live.silent !== true ? '' : ' against the policies in Git'
  const checked = works + broken
  const bad = broken === 0 ? '' : `, ${broken} broken${accepted > 0 ? ` (${accepted} accepted)` : ''}`
  const left = notChecked === 0 ? '' : `, ${notChecked} not checked`
  return `${checked} of ${counted(vault, 'reference')} checked${checked === 0 ? '' : law}${bad}${left}${inCharts}`
}

/** What is counted apart, and how sure it is that the references reach a cluster; a clause each. */
export function apartFacts(report: Report): string[] {
  const { otherProvider, providers, notApplied, verdicts } = accountOf(report)
  const { applied, presumed, suspended, unclear } = verdicts
  const other = providers.length === 0 ? 'other providers' : `another provider (${providers.join(', ')})`
  return [
    ...(otherProvider > 0 ? [`${otherProvider} of ${other}`] : []),
    ...(notApplied > 0 ? [`${notApplied} that nothing applies`] : []),
    // Where Git holds nothing that applies anything, there is nothing to tell apart.
    ...(applied > 0 && presumed > 0 ? [`${presumed} that no entry in Git leads to`] : []),
    ...(applied === 0 && presumed > 0
      ? ['no Flux or Argo CD object in Git applies them, so they count as applied']
      : []),
    ...(suspended > 0 ? [`${suspended} suspended`] : []),
    ...(unclear > 0 ? [`${unclear} unclear whether applied`] : []),
  ]
}

/** What was read. */
export function readFact({ counts }: Pick<Report, 'counts'>): string {
  const { files, externalSecrets, pushSecrets, stores } = counts
  return [
    counted(files, 'file'),
    counted(externalSecrets, 'ExternalSecret'),
    ...(pushSecrets > 0 ? [counted(pushSecrets, 'PushSecret')] : []),
    counted(stores, 'store'),
  ].join(', ')
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
    .replace(/\s*\\?\n\s*/g, ' ')
    .trim()
  return kind === 'insert' || kind === 'command' ? line : `${lead}: ${line}`
}
