import { createHash } from 'node:crypto'
import type { Finding } from '../model/finding.ts'
import { codePoints, joinWithin, type Part } from './join-within.ts'
import { type Links, NO_LINKS } from './links.ts'
import { code, link, prose } from './markdown.ts'
import { cut, oneLine } from './plain-text.ts'
import type { Report } from './report.ts'
import { findingParts, overview } from './summary.ts'
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

export function issueTitle(report: Pick<Report, 'target'>): string {
  return `Vault drift: ${cut(oneLine(report.target), 200)}`
}

/**
 * The body of the drift issue: what drifted, how to mend it, and the run that found it. When each finding came up is not in it:
 * only an older body could tell, and bodies are no place to read state from (platform.md §7 threat 9).
 */
export function issueBody(report: Report, options: { readonly links?: Links; readonly runUrl?: string } = {}): string {
  const links = options.links ?? NO_LINKS
  const shown = { ...report, findings: withoutInventory(report.findings) }
  const run = options.runUrl === undefined ? 'the run' : link('the run', options.runUrl)
  const unchecked = report.notChecked.length
  const parts: Part[] = [
    plain(`${issueMarker(report)}\n${findingsMark(report)}\n`),
    ...overview(shown),
    ...findingParts(shown, links, 40),
    plain(unchecked > 0 ? `${unchecked} more could not be checked; the report of ${run} says why.\n\n` : ''),
    plain(MEND),
    plain(`\nWritten by ${run} when the findings last changed. Edits by hand are overwritten.\n`),
  ]
  return joinWithin(parts, ISSUE_LENGTH, codePoints)
}

const MEND = `### How to mend

- The server was changed by hand: run again what Git declares, or \`plan\` and \`apply\` of this action.
- The change is meant: write it into Git at the line that is named.
- It is accepted: an entry under \`ignore\` in \`.github/eso-vault.yml\` with \`rule\`, \`path\` (\`kv/team/app\`, \`auth/kubernetes/role/eso\`,
  \`sys/policies/acl/eso\`) and a \`reason\`.

The next run closes this issue when it finds nothing any more. Closing it by hand does not help: it is reopened while anything stands.
`

/** Names of secrets that no manifest shows are for the run's report only: an issue has more readers (platform.md §7 threat 11). */
function withoutInventory(findings: readonly Finding[]): Finding[] {
  const unused = findings.filter(({ rule }) => rule === 'secret-unused')
  const [first] = unused
  if (first === undefined) return [...findings]
  const count = new Set(unused.flatMap(({ vaultPaths }) => vaultPaths ?? [])).size
  const message = `${count} ${count === 1 ? 'secret' : 'secrets'} under an owned path ${count === 1 ? 'is' : 'are'} referenced by nothing. The run's report names them; this issue does not.`
  const { fix: _fix, ...rest } = first
  return [...findings.filter(({ rule }) => rule !== 'secret-unused'), { ...rest, message, related: [] }]
}

function plain(head: string): Part {
  return { head, items: [], more: () => '' }
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
