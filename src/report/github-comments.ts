import type { CommentClient, ExistingComment } from './comment.ts'

/** One call of GitHub's REST API, by route template; `octokit.request` fits. */
export type GitHubRequest = (
  route: string,
  parameters: Readonly<Record<string, unknown>>,
) => Promise<{ readonly data: unknown }>

const PER_PAGE = 100
/** A pull request with more comments than this is not searched to its end. */
const PAGES = 30

/** Who the job's own token acts as. */
const ACTIONS_BOT = 'github-actions[bot]'

/** The comments of one pull request. */
export function pullRequestComments(
  request: GitHubRequest,
  place: { readonly owner: string; readonly repo: string; readonly number: number },
): CommentClient {
  const { owner, repo, number } = place
  return {
    login: () => viewerLogin(request),
    async *comments() {
      for (let page = 1; page <= PAGES; page++) {
        const { data } = await request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
          owner,
          repo,
          issue_number: number,
          per_page: PER_PAGE,
          page,
        })
        const comments = Array.isArray(data) ? data : []
        for (const comment of comments) yield toComment(comment)
        if (comments.length < PER_PAGE) return
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
 * forges without GraphQL answer the other.
 */
export async function viewerLogin(request: GitHubRequest): Promise<string> {
  const graphql = await loginFrom(() => request('POST /graphql', { query: '{ viewer { login } }' }), ['data', 'viewer'])
  return graphql ?? (await loginFrom(() => request('GET /user', {}), [])) ?? ACTIONS_BOT
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
