import type { CommentWhen } from '../settings/settings.ts'
import { type Forge, GITHUB } from './forge.ts'
import { codePoints, joinWithin, type Part } from './join-within.ts'
import { needParts } from './need-text.ts'
import { isForbidden, permissionText, refusalOf, refusalText } from './refusal.ts'
import type { Report } from './report.ts'
import { contextOf, footer, type MarkdownOptions, mainParts, plain } from './summary.ts'

/** GitHub refuses comments above 65,536 characters; some room is left for what it adds (platform.md §1.2). */
export const COMMENT_LENGTH = 60_000

/**
 * The hidden first line by which a run finds the comment of an earlier one. It names mode and target, so that several clusters
 * on one pull request keep a comment each.
 */
export function commentMarker(report: Pick<Report, 'mode' | 'target'>): string {
  // `--` would end the HTML comment, and a target may hold anything.
  const target = encodeURIComponent(report.target).replaceAll('-', '%2D')
  return `<!-- eso-vault ${report.mode} ${target} -->`
}

/**
 * The body of the pull-request comment: what the summary says, without the table of references. A comment is mailed to people
 * and stays; it lists what the findings need and no inventory (platform.md §7 threat 11).
 */
export function commentBody(report: Report, options: MarkdownOptions = {}): string {
  const context = contextOf(report, options)
  const parts: Part[] = [
    plain(`${commentMarker(report)}\n`),
    ...mainParts(report, context, options),
    ...needParts(report),
    footer(report, options, 'comment'),
  ]
  return joinWithin(parts, COMMENT_LENGTH, codePoints)
}

export interface ExistingComment {
  readonly id: number
  readonly body: string
  readonly author: string
}

/** What is asked of GitHub. An error carries the HTTP `status`, as Octokit's do. */
export interface CommentClient {
  /** Login of whoever the token belongs to (`github-actions[bot]`). */
  login(): Promise<string>
  /** Comments of the pull request, oldest first. */
  comments(): AsyncIterable<ExistingComment>
  create(body: string): Promise<void>
  update(id: number, body: string): Promise<void>
}

export type CommentResult =
  | { readonly done: 'created' | 'updated' | 'unchanged' | 'nothing' }
  /** The comment could not be kept; the check itself is not touched by that. */
  | { readonly done: 'failed'; readonly warning: string }

/**
 * Keeps one comment up to date. With `on-failure`, a comment that an earlier run left is updated when the run passes now: it
 * would else go on saying that something is broken. `if-there` updates such a comment and makes none. Never throws.
 */
export async function keepComment(
  report: Report,
  body: string,
  when: CommentWhen | 'if-there',
  client: CommentClient,
  forge: Forge = GITHUB,
): Promise<CommentResult> {
  if (when === 'never') return { done: 'nothing' }
  try {
    const existing = await findOwn(commentMarker(report), client)
    if (existing !== undefined) {
      if (sameText(existing.body, body)) return { done: 'unchanged' }
      await client.update(existing.id, body)
      return { done: 'updated' }
    }
    if (when === 'if-there' || (when === 'on-failure' && report.outcome === 'clean')) return { done: 'nothing' }
    await client.create(body)
    return { done: 'created' }
  } catch (error) {
    return { done: 'failed', warning: warningOf(error, forge) }
  }
}

/** By marker and author: anybody can write the marker into a comment of their own (platform.md §7 threat 9). */
async function findOwn(marker: string, client: CommentClient): Promise<ExistingComment | undefined> {
  const login = await client.login()
  for await (const comment of client.comments()) {
    if (comment.author === login && comment.body.trimStart().startsWith(marker)) return comment
  }
  return undefined
}

/** GitHub stores comments with CRLF. */
function sameText(a: string, b: string): boolean {
  return a.replaceAll('\r\n', '\n').trim() === b.trim()
}

function warningOf(error: unknown, forge: Forge): string {
  const refusal = refusalOf(error)
  const what = `The pull-request comment was not written: ${refusalText(refusal, forge.name)}.`
  if (isForbidden(refusal))
    return `${what} ${permissionText('pull-requests', forge)}. (Pull requests from forks never get it: use the job summary there.)`
  return `${what} The check itself is not affected.`
}
