import type { Finding, Fix, Severity } from '../model/finding.ts'
import { counted, nameReference } from '../model/wording.ts'
import { byWorst } from '../rules/worst-first.ts'
import { accountOf } from './account.ts'
import { causesOf } from './causes.ts'
import { driftClasses } from './drift-classes.ts'
import { endsSoon, headline } from './headline.ts'
import { bytes, joinWithin, type Part } from './join-within.ts'
import { type Links, NO_LINKS } from './links.ts'
import { code, codeBlock, html, link, prose } from './markdown.ts'
import { needParts } from './need-text.ts'
import { notAppliedGroups } from './not-applied.ts'
import { cut, plainText } from './plain-text.ts'
import { entryOf } from './reasons/applied.ts'
import { reasonText } from './reasons/not-checked.ts'
import { noteText } from './reasons/note.ts'
import type { JudgedReference, Report } from './report.ts'
import { accountSentences, countedNotChecked, scopeSentences } from './wording.ts'

/** GitHub refuses a step's summary above 1 MiB, all of it (platform.md §1.2). */
export const SUMMARY_BYTES = 1_000_000

const ICON: Readonly<Record<Severity, string>> = { error: '🔴', warning: '🟡', note: '🔵' }
const RELATED = 5
const PLACES_OF_A_REASON = 10
const TEXT_LENGTH = 4000

export interface MarkdownOptions {
  readonly links?: Links
}

/** The job summary: everything the run found, as Markdown for GitHub. */
export function summaryOf(report: Report, options: MarkdownOptions = {}): string {
  const links = options.links ?? NO_LINKS
  return joinWithin(
    [
      marker(report),
      ...overview(report),
      ...needParts(report),
      ...findingParts(report, links),
      ...details(report, links),
    ],
    SUMMARY_BYTES,
    bytes,
  )
}

/** A hidden line by which a summary that lies in a checkout is known as the program's own (`own-output.ts`). */
function marker({ mode }: Report): Part {
  return { head: `<!-- eso-vault ${mode} -->\n`, items: [], more: () => '' }
}

/** Headline, what was looked at, what could not run. */
export function overview(report: Report): Part[] {
  const head = `## ${iconOf(report)} ${report.mode === 'check' ? '' : `eso-vault ${report.mode}: `}${prose(headline(report))}\n\n`
  const problems = (report.problems ?? []).map(({ message, file, line }) => {
    const at = file === undefined ? '' : `${code(line === undefined ? file : `${file}:${line}`)}: `
    return `- ${at}${prose(cut(message, TEXT_LENGTH))}\n`
  })
  if (report.outcome === 'invalid' || report.outcome === 'bug') return [list(head, problems)]
  const looked = `**${prose(report.target)}** · ${prose(accountSentences(report).join(' '))}${leftOut(report)}\n\n`
  const scope = scopeSentences(report).map((sentence) => `${prose(cut(sentence, TEXT_LENGTH))}\n\n`)
  const live = report.live.line === '' ? '' : `${prose(cut(report.live.line, TEXT_LENGTH))}\n\n`
  const incomplete = report.incomplete.map((sentence) => `- ${prose(cut(sentence, TEXT_LENGTH))}\n`)
  return [
    list(head + looked + scope.join('') + live, problems),
    ...(incomplete.length > 0 ? [list('**Could not run:**\n\n', incomplete)] : []),
  ]
}

/** Shapes differ, not only colours (issue: "no meaning in colour alone"). */
function iconOf(report: Report): string {
  switch (report.outcome) {
    case 'clean':
      if (report.findings.some(endsSoon)) return '⏳'
      if (report.findings.some(({ severity }) => severity === 'warning')) return '⚠️'
      return accountOf(report).vault === 0 ? 'ℹ️' : '✅'
    case 'unchecked':
      return '❓'
    case 'incomplete':
      return '⚠️'
    default:
      return '❌'
  }
}

function list(head: string, items: readonly string[]): Part {
  return { head, items, tail: items.length > 0 ? '\n' : '', more: (left) => `- and ${left} more\n` }
}

function leftOut(report: Report): string {
  const parts = [
    report.ignored.length > 0 ? `${report.ignored.length} ignored` : '',
    report.notes.length > 0 ? `${counted(report.notes.length, 'note')} on files left out` : '',
  ]
  return parts
    .filter((part) => part !== '')
    .map((part) => ` · ${part}`)
    .join('')
}

/** One table for each file, the file with the worst finding first; of a drift run, one for each kind of drift. */
export function findingParts(report: Report, links: Links, ownTables = FILES_WITH_OWN_TABLE): Part[] {
  if (report.mode === 'drift') {
    return driftClasses([...report.findings].sort(byWorst)).map(({ title, findings }) =>
      table(
        `### ${title}`,
        '| Place | Rule | Problem |',
        findings.map((finding) => findingRow(finding, links, finding.span.file)),
      ),
    )
  }
  const files = new Map<string, Finding[]>()
  for (const finding of [...report.findings].sort(byWorst)) {
    const group = files.get(finding.span.file)
    if (group === undefined) files.set(finding.span.file, [finding])
    else group.push(finding)
  }
  if (files.size > ownTables) {
    const rows = [...files].flatMap(([file, findings]) => findings.map((finding) => findingRow(finding, links, file)))
    return [table('### Findings', '| Place | Rule | Problem |', rows)]
  }
  return [...files].map(([file, findings]) =>
    table(
      `### ${code(cut(file, 200))}`,
      '| Line | Rule | Problem |',
      findings.map((finding) => findingRow(finding, links)),
    ),
  )
}

/** Every table's frame is paid for, whatever the size; beyond this many files they would crowd the findings out. */
const FILES_WITH_OWN_TABLE = 500

function table(heading: string, columns: string, rows: readonly string[]): Part {
  const rule = columns.replace(/[^|]+/g, '---')
  return {
    head: `${heading}\n\n${columns}\n${rule}\n`,
    items: rows,
    tail: '\n',
    more: (left) => `\n${counted(left, 'more finding')} in the JSON report: there is no more room here.\n`,
  }
}

function findingRow(finding: Finding, links: Links, file?: string): string {
  const { span, rule, severity, related, fix } = finding
  const at = file === undefined ? String(span.line) : code(`${file}:${span.line}`, true)
  const cell = [prose(cut(finding.message, TEXT_LENGTH), true)]
  for (const place of related.slice(0, RELATED)) {
    const where = link(
      code(`${place.span.file}:${place.span.line}`, true),
      links.source(place.span.file, place.span.line),
    )
    cell.push(`↳ ${where} ${prose(cut(place.message, TEXT_LENGTH), true)}`)
  }
  if (related.length > RELATED) cell.push(`↳ and ${counted(related.length - RELATED, 'more place')}`)
  if (fix !== undefined) cell.push(fixCell(fix))
  const where = link(at, links.source(span.file, span.line))
  const name = link(code(rule, true), links.rule(rule))
  return `| ${where} | ${ICON[severity]} ${severity}<br>${name} | ${cell.join('<br>')} |\n`
}

/** The first line of a fix is a sentence; the others are lines to paste. */
function fixCell({ lead, text }: Fix): string {
  const paste = text === undefined ? [] : cut(plainText(text), TEXT_LENGTH).split('\n')
  const pasted = paste.map((line) => code(line.replaceAll('\t', '  '), true))
  return [`**Fix:** ${prose(lead, true)}`, ...pasted].join('<br>')
}

function details(report: Report, links: Links): Part[] {
  const parts: Part[] = []
  if (report.notChecked.length > 0) parts.push(notCheckedPart(report))
  if (accountOf(report).notApplied > 0) parts.push(notAppliedPart(report))
  if (report.references.length > 0) parts.push(referencesPart(report, links))
  const roots = rootsPart(report)
  if (roots !== undefined) parts.push(roots)
  if (report.ignored.length > 0) parts.push(ignoredPart(report))
  if (report.notes.length > 0) parts.push(notesPart(report))
  return parts
}

function fold(title: string, head: string, items: readonly string[]): Part {
  return {
    head: `<details><summary>${html(title)}</summary>\n\n${head}`,
    items,
    tail: '\n</details>\n\n',
    more: (left) => `\n${left} more in the JSON report.\n`,
  }
}

/** What was not checked, by reason. */
export function notCheckedPart(report: Report): Part {
  const items = causesOf(report).map(({ says, counted: many, items, wayOut }) => {
    const places = items
      .slice(0, PLACES_OF_A_REASON)
      .map(({ file, line, what }) => `  - ${code(`${file}:${line}`)} ${prose(cut(what, TEXT_LENGTH))}\n`)
    const left = items.length - places.length
    const more = left > 0 ? `  - and ${left} more\n` : ''
    const help = wayOut === undefined ? '' : ` ${prose(wayOut.says)}`
    const lines = wayOut?.config ?? []
    const paste =
      lines.length === 0 ? '' : `\n  ${codeBlock(lines.join('\n'), 'yaml').trimEnd().replaceAll('\n', '\n  ')}\n`
    return `- ${prose(many)}: ${prose(cut(says, TEXT_LENGTH))}.${help}\n${paste}${places.join('')}${more}`
  })
  return fold(`Not checked: ${countedNotChecked(report)}`, '', items)
}

/** What applies the references, by entry and cluster: the root that a person applied, or that Git names. */
function rootsPart({ references }: Report): Part | undefined {
  const counts = new Map<string, number>()
  for (const { reference } of references) {
    const { appliedBy, applied } = reference.manifest.origin
    const cluster = applied.cluster === undefined ? '' : ` (cluster ${applied.cluster.name})`
    for (const entry of new Set(appliedBy.map((root) => `${entryOf(root)}${cluster}`)))
      counts.set(entry, (counts.get(entry) ?? 0) + 1)
  }
  if (counts.size === 0) return undefined
  const rows = [...counts].sort(([, a], [, b]) => b - a)
  return fold(
    `Applied by: ${counted(counts.size, 'entry', 'entries')}`,
    '',
    rows.map(([entry, count]) => `- ${prose(cut(entry, TEXT_LENGTH))}: ${counted(count, 'reference')}\n`),
  )
}

/** What nothing applies, by reason: its findings are notes, and it fails no run (applied.md §4.2). */
function notAppliedPart(report: Report): Part {
  const items = notAppliedGroups(report).map(({ reason, references, files }) => {
    const places = files
      .slice(0, PLACES_OF_A_REASON)
      .map(({ file, why }) => `  - ${code(file)}${why === undefined ? '' : ` ${prose(cut(why, TEXT_LENGTH))}`}\n`)
    const left = files.length - places.length
    return `- ${references} × ${prose(reason)}\n${places.join('')}${left > 0 ? `  - and ${counted(left, 'more file')}\n` : ''}`
  })
  return fold(`Not applied: ${counted(accountOf(report).notApplied, 'reference')}`, '', items)
}

function referencesPart(report: Report, links: Links): Part {
  return fold(
    `References: what External Secrets Operator will ask for (${report.references.length})`,
    '| Where | What | Requests |\n|---|---|---|\n',
    report.references.map((judged) => referenceRow(judged, links)),
  )
}

const VERDICT = { allowed: '✅', denied: '❌', unknown: '❓' } as const

function referenceRow(judged: JudgedReference, links: Links): string {
  const { reference, accesses, secret } = judged
  const { file, line } = reference.span
  const requests = accesses
    .filter(({ access }) => access.side !== 'session')
    .map(
      ({ access, decision }) =>
        `${VERDICT[decision.verdict]} ${decision.verdict}: ${access.capability} ${code(access.path, true)}`,
    )
  const { standing } = judged
  if (standing.is === 'not-checked')
    requests.push(`❓ not checked: ${prose(cut(reasonText(standing.reason), TEXT_LENGTH), true)}`)
  if (standing.is === 'other-provider')
    requests.push(`of another provider (${prose(standing.provider ?? 'unknown', true)})`)
  if (secret !== undefined) requests.push(`secret: ${secret.presence}`)
  const unapplied = standing.is === 'not-applied' ? ' (nothing applies it)' : ''
  const marks = `${reference.proposed ? ' (once fixed)' : ''}${unapplied}`
  const what = `${prose(nameReference(reference), true)}${marks}`
  const where = link(code(`${file}:${line}`, true), links.source(file, line))
  return `| ${where} | ${what} | ${requests.length === 0 ? 'none' : requests.join('<br>')} |\n`
}

function ignoredPart(report: Report): Part {
  const rows = report.ignored.map(
    ({ finding, reason }) =>
      `- ${code(`${finding.span.file}:${finding.span.line}`)} ${code(finding.rule)}: ${prose(cut(reason, TEXT_LENGTH))}\n`,
  )
  return fold(`Ignored: ${counted(report.ignored.length, 'finding')}`, '', rows)
}

function notesPart(report: Report): Part {
  const rows = report.notes.map(
    (note) =>
      `- ${code(note.line === undefined ? note.file : `${note.file}:${note.line}`)} ${prose(cut(noteText(note), TEXT_LENGTH))}\n`,
  )
  return fold(`Left out: ${counted(report.notes.length, 'note')}`, '', rows)
}
