import type { Ci } from '../settings/environment.ts'
import type { Settings } from '../settings/settings.ts'
import { forgeOf } from './forge.ts'
import { githubRequest } from './github-client.ts'
import { repositoryIssues } from './github-issues.ts'
import { closingComment, issueBody, issueTitle, reopeningComment } from './issue.ts'
import { type IssueResult, issueVerdict, keepIssue } from './keep-issue.ts'
import type { Links } from './links.ts'
import type { Report } from './report.ts'
import { markdownOptions } from './summary.ts'

export interface IssuePlace {
  readonly ci: Ci
  readonly links: Links
  readonly warn: (sentence: string) => void
  readonly info: (sentence: string) => void
}

const SAID: Readonly<Record<Exclude<IssueResult['done'], 'nothing' | 'failed'>, string>> = {
  opened: 'opened',
  updated: 'updated',
  unchanged: 'unchanged, as what was found is',
  closed: 'closed',
  reopened: 'reopened',
  left: 'left as it is, because this run could not see everything that the one which wrote it saw',
}

/**
 * Keeps the target's one drift issue, where `issue` asks for it. An issue that cannot be written is a warning and never changes
 * the outcome.
 *
 * @returns the issue's number, when there is one.
 */
export async function publishIssue(
  settings: Pick<Settings, 'mode' | 'issue' | 'githubToken'>,
  report: Report,
  { ci, links, warn, info }: IssuePlace,
): Promise<number | undefined> {
  if (settings.mode !== 'drift' || !settings.issue || issueVerdict(report) === 'not checked') return undefined
  const [owner, repo] = ci.repository?.split('/') ?? []
  if (owner === undefined || repo === undefined) {
    info('No issue was kept: this run is not of a repository on a forge.')
    return undefined
  }
  if (settings.githubToken === undefined) {
    warn('The drift issue was not kept: `github-token` is empty.')
    return undefined
  }
  const forge = forgeOf(ci)
  const client = repositoryIssues(await githubRequest(settings.githubToken), { owner, repo }, forge)
  const texts = {
    title: issueTitle(report),
    body: issueBody(report, { links, ...markdownOptions(ci) }),
    closing: closingComment(report, ci.runUrl),
    reopening: reopeningComment(report, ci.runUrl),
  }
  const result = await keepIssue(report, texts, client, forge)
  switch (result.done) {
    case 'nothing':
      return undefined
    case 'failed':
      warn(result.warning)
      return undefined
    default:
      info(`Drift issue #${result.number}: ${SAID[result.done]}.`)
      return result.number
  }
}
