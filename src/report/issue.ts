import { createHash } from 'node:crypto'
import type { Finding } from '../model/finding.ts'
import { codePoints, joinWithin, type Part } from './join-within.ts'
import { code, link, prose } from './markdown.ts'
import { cut, oneLine } from './plain-text.ts'
import { MARK } from './problem-markdown.ts'
import { type Problem, problemsOf } from './problems.ts'
import type { Report } from './report.ts'
import { contextOf, footer, type MarkdownOptions, mainParts, plain } from './summary.ts'
import { countedFindings } from './wording.ts'

/** GitHub refuses bodies above 65,536 characters; some room is left for what it adds (platform.md §1.2). */
export const ISSUE_LENGTH = 60_000

/** By which a run finds the issue of an earlier one among all others; the marker and the author then decide. */
export const ISSUE_LABEL = 'eso-vault-drift'

/** The hidden first line; it names the target, so that several clusters keep an issue each. */
export function issueMarker(report: Pick<Report, 'target'>): string {
  // `--` would end the HTML comment, and a target may hold anything.
  return `<!-- eso-vault drift ${encodeURIComponent(report.target).replaceAll('-', '%2D')} -->`
}

/** Whether a run saw all that it asked the server for. */
export function isWhole({ outcome, incomplete }: Pick<Report, 'outcome' | 'incomplete'>): boolean {
  return outcome !== 'incomplete' && incomplete.length === 0
}

/**
 * The hidden second line: changes when, and only when, the findings do, or what of the server could be seen; moved lines and
 * another commit are no change. The places of a finding count by their number: one cause may break more references than before.
 */
export function findingsMark(report: Pick<Report, 'outcome' | 'findings' | 'incomplete'>): string {
  const all = report.findings
    .map(({ fingerprint, severity, related }) => `${severity} ${related.length} ${fingerprint}`)
    .sort()
  const hash = createHash('sha256').update(JSON.stringify(all)).digest('hex')
  return `<!-- findings ${hash}${isWhole(report) ? ' of everything' : ' of a part'} -->`
}

/** Whether the run that wrote this body saw everything. */
export function isOfEverything(body: string): boolean {
  return /^<!-- findings [0-9a-f]{64} of everything -->\r?$/m.test(body)
}

/** `Vault differs from Git (prod): policy eso, role eso and 1 more`. */
export function issueTitle(report: Report): string {
  const names = [...new Set(shownProblems(report).map(subjectOf))]
  const shown = names.slice(0, 3)
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : ''
  const what = shown.length === 0 ? '' : `: ${shown.join(', ')}${more}`
  return cut(oneLine(`Vault differs from Git (${report.target})${what}`), 200)
}

/** The object that a problem is about, for a title. */
function subjectOf({ rule, places }: Problem): string {
  const { parts, vaultPaths } = places[0].finding
  if (parts?.policy !== undefined) return `policy ${parts.policy}`
  if (parts?.role !== undefined) return `role ${parts.role}`
  const [path] = vaultPaths ?? []
  return path !== undefined && rule.startsWith('secret-') && rule !== 'secret-unused' ? `secret ${path}` : rule
}

function shownProblems(report: Report): Problem[] {
  return problemsOf(report).filter(({ severity }) => severity !== 'note')
}

/**
 * The body of the drift issue: what differs, what that breaks, how to fix it, and the run that found it. When each finding came up is not
 * in it: only an older body could tell, and bodies are no place to read state from (platform.md §7 threat 9).
 */
export function issueBody(report: Report, options: MarkdownOptions = {}): string {
  const shown: Report = { ...report, findings: withoutInventory(report.findings), mode: 'drift' }
  const context = contextOf(shown, options)
  const run = options.runUrl === undefined ? 'the run' : link('the run', options.runUrl)
  const unchecked = report.notChecked.length
  const parts: Part[] = [
    plain(`${issueMarker(report)}\n${findingsMark(report)}\n`),
    ...mainParts({ ...shown, notChecked: [] }, context, options),
    plain(unchecked > 0 ? `${MARK['not-checked']} ${unchecked} not checked; the report of ${run} says why.\n\n` : ''),
    plain(CLOSES),
    footer(report, options, 'comment'),
  ]
  return joinWithin(parts, ISSUE_LENGTH, codePoints)
}

const CLOSES = `---

This issue closes itself when a run finds no difference, and is reopened while there is one. To accept a difference, add an \`ignore\` entry
with \`rule\`, \`path\` and a \`reason\` to \`.github/eso-vault.yml\`. Edits to this text are overwritten.

`

/** Names of secrets that no manifest shows are for the run's report only: an issue has more readers (platform.md §7 threat 11). */
function withoutInventory(findings: readonly Finding[]): Finding[] {
  const unused = findings.filter(({ rule }) => rule === 'secret-unused')
  const [first] = unused
  if (first === undefined) return [...findings]
  const count = new Set(unused.flatMap(({ vaultPaths }) => vaultPaths ?? [])).size
  const { fix: _fix, does: _does, vaultPaths: _paths, ...rest } = first
  const headline = `${count} ${count === 1 ? 'secret' : 'secrets'} under an owned path ${count === 1 ? 'is' : 'are'} used by no manifest`
  const why = 'The run names them; this issue does not.'
  return [
    ...findings.filter(({ rule }) => rule !== 'secret-unused'),
    { ...rest, headline, why, message: `${headline}. ${why}`, related: [] },
  ]
}

/** What closes the issue, as its last comment. */
export function closingComment(report: Report, runUrl: string | undefined): string {
  const run = runUrl === undefined ? 'The last run' : link('The last run', runUrl)
  const found =
    report.findings.length === 0 ? 'no drift' : `no drift any more (${countedFindings(report.findings)} left)`
  return `${run} found ${prose(found)} for ${code(report.target)}.`
}

/** What reopens it. */
export function reopeningComment(report: Report, runUrl: string | undefined): string {
  const run = runUrl === undefined ? 'The last run' : link('The last run', runUrl)
  return `${run} found drift again: ${prose(countedFindings(report.findings))}.`
}
