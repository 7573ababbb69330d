import { FACT_RULES } from '../rules/rule-ids.ts'
import { type Forge, GITHUB } from './forge.ts'
import { endsSoon } from './headline.ts'
import { findingsMark, isOfEverything, issueMarker, isWhole } from './issue.ts'
import { isForbidden, permissionText, refusalOf, refusalText } from './refusal.ts'
import type { Report } from './report.ts'

export interface ExistingIssue {
  readonly number: number
  readonly body: string
  readonly author: string
  readonly open: boolean
}

export interface IssueChange {
  readonly title?: string
  readonly body?: string
  readonly state?: 'open' | 'closed'
}

/** What is asked of GitHub. An error carries the HTTP `status`, as Octokit's do. */
export interface IssueClient {
  /** Login of whoever the token belongs to (`github-actions[bot]`). */
  login(): Promise<string>
  /** Issues with our label, open and closed, oldest first. */
  labelled(): AsyncIterable<ExistingIssue>
  /** Recent issues of an author: somebody may have taken the label off. */
  createdBy(login: string): AsyncIterable<ExistingIssue>
  create(title: string, body: string): Promise<number>
  update(number: number, change: IssueChange): Promise<void>
  comment(number: number, body: string): Promise<void>
}

export interface IssueTexts {
  readonly title: string
  readonly body: string
  readonly closing: string
  readonly reopening: string
}

export type IssueResult =
  | { readonly done: 'opened' | 'updated' | 'unchanged' | 'closed' | 'reopened'; readonly number: number }
  /** It was written by a run that saw everything, and this one did not: what it does not name may stand all the same. */
  | { readonly done: 'left'; readonly number: number }
  | { readonly done: 'nothing' }
  /** The issue could not be kept; what the run found is not touched by that. */
  | { readonly done: 'failed'; readonly warning: string }

/**
 * What a run may say about the issue. `not checked`: the server was not seen, or not enough of it, or the run failed; then the issue
 * is left as it is, whatever it says (platform.md §4.3). What was seen of the server is certain, even when a part was hidden.
 */
export function issueVerdict(report: Report): 'drift' | 'clean' | 'not checked' {
  const { outcome, findings, live } = report
  if (outcome === 'invalid' || outcome === 'bug' || live.silent === true) return 'not checked'
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (!isWhole(report)) return errors.some(({ rule }) => FACT_RULES.has(rule)) ? 'drift' : 'not checked'
  // With `fail-on: never` a run passes and its errors stand all the same. What ends by itself is only told in time here: the
  // run passes until that day.
  const stands = outcome === 'findings' || errors.length > 0 || findings.some(endsSoon)
  return stands ? 'drift' : 'clean'
}

/** Keeps one issue per target: opened, edited when the findings change, closed when there are none, reopened. Never throws. */
export async function keepIssue(
  report: Report,
  texts: IssueTexts,
  client: IssueClient,
  forge: Forge = GITHUB,
): Promise<IssueResult> {
  const verdict = issueVerdict(report)
  if (verdict === 'not checked') return { done: 'nothing' }
  try {
    const own = await findOwn(issueMarker(report), client)
    const open = own.filter((issue) => issue.open)
    return verdict === 'clean'
      ? await closeAll(open, texts, client)
      : await openOrUpdate(report, own, open, texts, client)
  } catch (error) {
    return { done: 'failed', warning: warningOf(error, forge) }
  }
}

async function closeAll(open: readonly ExistingIssue[], texts: IssueTexts, client: IssueClient): Promise<IssueResult> {
  const [first] = open
  if (first === undefined) return { done: 'nothing' }
  // Two runs at once may have opened one each.
  for (const { number } of open) {
    await client.update(number, { state: 'closed' })
    await client.comment(number, texts.closing)
  }
  return { done: 'closed', number: first.number }
}

async function openOrUpdate(
  report: Report,
  own: readonly ExistingIssue[],
  open: readonly ExistingIssue[],
  texts: IssueTexts,
  client: IssueClient,
): Promise<IssueResult> {
  const [current] = open
  if (current !== undefined) {
    const { number } = current
    if (current.body.includes(findingsMark(report))) return { done: 'unchanged', number }
    if (!isWhole(report) && isOfEverything(current.body)) return { done: 'left', number }
    await client.update(number, { title: texts.title, body: texts.body })
    return { done: 'updated', number }
  }
  const last = own.at(-1)
  if (last === undefined) return { done: 'opened', number: await client.create(texts.title, texts.body) }
  await client.update(last.number, { state: 'open', title: texts.title, body: texts.body })
  await client.comment(last.number, texts.reopening)
  return { done: 'reopened', number: last.number }
}

/** By marker and author: anybody can write the marker into an issue of their own (platform.md §7 threat 9). */
async function findOwn(marker: string, client: IssueClient): Promise<ExistingIssue[]> {
  const login = await client.login()
  const own = async (issues: AsyncIterable<ExistingIssue>): Promise<ExistingIssue[]> => {
    const found: ExistingIssue[] = []
    for await (const issue of issues) {
      if (issue.author === login && issue.body.trimStart().startsWith(marker)) found.push(issue)
    }
    return found.sort((a, b) => a.number - b.number)
  }
  const labelled = await own(client.labelled())
  return labelled.length > 0 ? labelled : own(client.createdBy(login))
}

function warningOf(error: unknown, forge: Forge): string {
  const refusal = refusalOf(error)
  if (refusal.is === 'answered' && refusal.status === 410)
    return 'The drift issue was not kept: issues are turned off in this repository (410). Turn them on, or set `issue: false`.'
  const what = `The drift issue was not kept: ${refusalText(refusal, forge.name)}.`
  if (isForbidden(refusal)) return `${what} ${permissionText('issues', forge)}, or set \`issue: false\`.`
  return `${what} What the run found is not affected.`
}
