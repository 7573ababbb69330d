import type { Ci } from '../settings/environment.ts'
import type { CommentWhen, Settings } from '../settings/settings.ts'
import { commentBody, keepComment } from './comment.ts'
import { forgeOf } from './forge.ts'
import { githubRequest } from './github-client.ts'
import { pullRequestComments } from './github-comments.ts'
import type { Links } from './links.ts'
import type { Report } from './report.ts'
import { markdownOptions } from './summary.ts'

export interface CommentPlace {
  readonly ci: Ci
  /** The parsed payload of the event that started the run. */
  readonly event: unknown
  readonly links: Links
  readonly warn: (sentence: string) => void
  readonly info: (sentence: string) => void
}

/**
 * Keeps the run's one comment on its pull request, where `comment` asks for it. A comment that cannot be written is a warning
 * and never changes the outcome: people must be able to trust a green check, not a comment.
 */
export async function publishComment(
  settings: Pick<Settings, 'githubToken'> & { readonly comment: CommentWhen | 'if-there' },
  report: Report,
  { ci, event, links, warn, info }: CommentPlace,
): Promise<void> {
  if (settings.comment === 'never') return
  const number = pullRequestNumber(event)
  const [owner, repo] = ci.repository?.split('/') ?? []
  if (number === undefined || owner === undefined || repo === undefined) {
    return info('No comment was written: this run is not of a pull request.')
  }
  if (settings.githubToken === undefined) {
    return warn('The pull-request comment was not written: `github-token` is empty.')
  }
  const body = commentBody(report, { links, ...markdownOptions(ci) })
  const forge = forgeOf(ci)
  const client = pullRequestComments(await githubRequest(settings.githubToken), { owner, repo, number }, forge)
  const result = await keepComment(report, body, settings.comment, client, forge)
  // A fork's token may never write; a warning on every such pull request would tell its author nothing to act on.
  if (result.done === 'failed') (ci.withoutSecrets === 'fork' ? info : warn)(result.warning)
}

/** Number of the pull request that an event is about; `undefined` for events about something else. */
function pullRequestNumber(event: unknown): number | undefined {
  const of = (value: unknown, name: string): unknown =>
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
  const number = of(of(event, 'pull_request'), 'number')
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? number : undefined
}
