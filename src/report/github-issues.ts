import { type Forge, GITHUB, pageOf } from './forge.ts'
import { type GitHubRequest, viewerLogin } from './github-comments.ts'
import { ISSUE_LABEL } from './issue.ts'
import type { ExistingIssue, IssueClient } from './keep-issue.ts'

/** More issues than this with our label is not ours. */
const LABELLED_PAGES = 10
/** A bot that many workflows share may have opened thousands; an issue without our label is looked for among the latest. */
const CREATED_PAGES = 3

/** The issues of a repository, by GitHub's REST API. */
export function repositoryIssues(
  request: GitHubRequest,
  place: { readonly owner: string; readonly repo: string },
  forge: Forge = GITHUB,
): IssueClient {
  async function* list(parameters: Readonly<Record<string, unknown>>, pages: number): AsyncIterable<ExistingIssue> {
    for (let page = 1; page <= pages; page++) {
      const { data } = await request('GET /repos/{owner}/{repo}/issues', {
        ...place,
        ...parameters,
        state: 'all',
        ...pageOf(forge, page),
      })
      const issues = Array.isArray(data) ? data : []
      // GitHub lists pull requests as issues too.
      for (const issue of issues) if (field(issue, 'pull_request') === undefined) yield toIssue(issue)
      if (issues.length < forge.perPage) return
    }
  }
  return {
    login: () => viewerLogin(request, forge),
    labelled: () => list({ labels: ISSUE_LABEL, sort: 'created', direction: 'asc' }, LABELLED_PAGES),
    createdBy: (login) =>
      list(
        forge.kind === 'gitea'
          ? { created_by: login, type: 'issues' }
          : { creator: login, sort: 'created', direction: 'desc' },
        CREATED_PAGES,
      ),
    async create(title, body) {
      const { data } = await request('POST /repos/{owner}/{repo}/issues', {
        ...place,
        title,
        body,
        labels: forge.kind === 'gitea' ? await labelIds(request, place, forge) : [ISSUE_LABEL],
      })
      return Number(field(data, 'number'))
    },
    async update(number, change) {
      const closed = change.state === 'closed' ? { state_reason: 'completed' } : {}
      await request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', {
        ...place,
        issue_number: number,
        ...change,
        ...closed,
      })
    },
    async comment(number, body) {
      await request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
        ...place,
        issue_number: number,
        body,
      })
    },
  }
}

/**
 * The label as Gitea takes it: by id, made where the repository has none yet. Without the right to make labels the issue goes without:
 * it is found again by its author.
 */
async function labelIds(
  request: GitHubRequest,
  place: { readonly owner: string; readonly repo: string },
  forge: Forge,
): Promise<readonly number[]> {
  try {
    for (let page = 1; page <= LABELLED_PAGES; page++) {
      const { data } = await request('GET /repos/{owner}/{repo}/labels', { ...place, ...pageOf(forge, page) })
      const labels = Array.isArray(data) ? data : []
      const known = labels.find((label) => field(label, 'name') === ISSUE_LABEL)
      if (known !== undefined) return [Number(field(known, 'id'))]
      if (labels.length < forge.perPage) break
    }
    const { data } = await request('POST /repos/{owner}/{repo}/labels', {
      ...place,
      name: ISSUE_LABEL,
      color: '#b60205',
    })
    return [Number(field(data, 'id'))]
  } catch {
    return []
  }
}

function toIssue(issue: unknown): ExistingIssue {
  return {
    number: Number(field(issue, 'number')),
    body: String(field(issue, 'body') ?? ''),
    author: String(field(field(issue, 'user'), 'login') ?? ''),
    open: field(issue, 'state') === 'open',
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
