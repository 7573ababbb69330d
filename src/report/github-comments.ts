import type { CommentClient, ExistingComment } from './comment.ts'
import { type Forge, GITHUB, pageOf } from './forge.ts'

/** One call of GitHub's REST API, by route template; `octokit.request` fits. */
export type GitHubRequest = (
  route: string,
  parameters: Readonly<Record<string, unknown>>,
) => Promise<{ readonly data: unknown }>

/** A pull request with more comments than this is not searched to its end. */
const PAGES = 30

/** The comments of one pull request. */
export function pullRequestComments(
  request: GitHubRequest,
  place: { readonly owner: string; readonly repo: string; readonly number: number },
  forge: Forge = GITHUB,
): CommentClient {
  const { owner, repo, number } = place
  return {
    login: () => viewerLogin(request, forge),
    async *comments() {
      // Gitea gives all comments of an issue at once, whatever page is asked for.
      for (let page = 1; page <= (forge.kind === 'gitea' ? 1 : PAGES); page++) {
        const { data } = await request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
          owner,
          repo,
          issue_number: number,
          ...pageOf(forge, page),
        })
        const comments = Array.isArray(data) ? data : []
        for (const comment of comments) yield toComment(comment)
        if (comments.length < forge.perPage) return
      }
    },
    async create(body) {
      await request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
        owner,
        repo,
        issue_number: number,
        body,
      })
    },
    async update(id, body) {
      await request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', { owner, repo, comment_id: id, body })
    },
  }
}

/**
 * Login of the token's owner. An installation's token, which the job's own is, may not ask `GET /user`; GraphQL answers it, and
 * forges without GraphQL answer the other, where the token is a person's. What neither tells is the forge's own bot.
 */
export async function viewerLogin(request: GitHubRequest, forge: Forge = GITHUB): Promise<string> {
  const graphql =
    forge.kind === 'gitea'
      ? undefined
      : await loginFrom(() => request('POST /graphql', { query: '{ viewer { login } }' }), ['data', 'viewer'])
  return graphql ?? (await loginFrom(() => request('GET /user', {}), [])) ?? forge.bot
}

async function loginFrom(
  ask: () => Promise<{ readonly data: unknown }>,
  path: readonly string[],
): Promise<string | undefined> {
  try {
    const { data } = await ask()
    const login = field(path.reduce(field, data), 'login')
    return typeof login === 'string' && login !== '' ? login : undefined
  } catch {
    return undefined
  }
}

function toComment(comment: unknown): ExistingComment {
  return {
    id: Number(field(comment, 'id')),
    body: String(field(comment, 'body') ?? ''),
    author: String(field(field(comment, 'user'), 'login') ?? ''),
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
