import { describe, expect, it } from 'vitest'
import { commentMarker, keepComment } from '../../src/report/comment.ts'
import { forgeOf } from '../../src/report/forge.ts'
import { type GitHubRequest, pullRequestComments } from '../../src/report/github-comments.ts'
import { repositoryIssues } from '../../src/report/github-issues.ts'
import { ISSUE_LABEL, issueMarker } from '../../src/report/issue.ts'
import { keepIssue } from '../../src/report/keep-issue.ts'
import { linksOf } from '../../src/report/links.ts'
import type { Report } from '../../src/report/report.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { finding, report as sample } from './sample.ts'

const BOT = 'forgejo-actions'
const FORGEJO = forgeOf({ kind: 'forgejo' })
const place = { owner: 'acme', repo: 'gitops' }

interface Item {
  readonly number: number
  readonly user: { readonly login: string }
  body: string
  state: string
  labels: number[]
}

/** What Forgejo does where it is not GitHub: no GraphQL, no `GET /user` for a job, labels by id, 50 entries a page, all comments at once. */
function forgejo({ mayLabel = true } = {}) {
  const issues: Item[] = []
  const comments: { readonly id: number; readonly user: { readonly login: string }; body: string }[] = []
  const labels: { readonly id: number; readonly name: string }[] = []
  const log: string[] = []
  const refused = (status: number) => Object.assign(new Error('refused'), { status })
  const request: GitHubRequest = async (route, parameters) => {
    log.push(route)
    const { page = 1, limit = 30, ...given } = parameters as Record<string, never> & { page?: number; limit?: number }
    const paged = (all: readonly unknown[]) => all.slice((page - 1) * Math.min(limit, 50), page * Math.min(limit, 50))
    switch (route) {
      case 'GET /repos/{owner}/{repo}/labels':
        return { data: paged(labels) }
      case 'POST /repos/{owner}/{repo}/labels': {
        if (!mayLabel) throw refused(403)
        labels.push({ id: 41 + labels.length, name: given.name ?? '' })
        return { data: labels.at(-1) }
      }
      case 'GET /repos/{owner}/{repo}/issues': {
        const id = labels.find(({ name }) => name === given.labels)?.id
        const found = issues.filter(
          (issue) =>
            (given.labels === undefined || (id !== undefined && issue.labels.includes(id))) &&
            (given.created_by === undefined || issue.user.login === given.created_by),
        )
        return { data: paged([...found].reverse()) }
      }
      case 'POST /repos/{owner}/{repo}/issues': {
        const ids = given.labels as unknown as unknown[]
        if (ids.some((id) => typeof id !== 'number')) throw refused(422)
        const number = issues.length + 1
        issues.push({ number, user: { login: BOT }, body: given.body ?? '', state: 'open', labels: ids as number[] })
        return { data: issues.at(-1) }
      }
      case 'PATCH /repos/{owner}/{repo}/issues/{issue_number}':
        Object.assign(issues[Number(given.issue_number) - 1] as Item, { state: given.state ?? 'open' })
        return { data: {} }
      case 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments':
        comments.push({ id: comments.length + 1, user: { login: BOT }, body: given.body ?? '' })
        return { data: {} }
      case 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments':
        return { data: comments }
      case 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}':
        Object.assign(comments[Number(given.comment_id) - 1] as object, { body: given.body })
        return { data: {} }
      default:
        throw refused(route === 'GET /user' ? 403 : 404)
    }
  }
  return { request, issues, comments, labels, log }
}

const drifted = (fingerprint: string): Report =>
  sample({ mode: 'drift', outcome: 'findings', findings: [finding({ rule: 'state-drift', fingerprint })] })
const clean = (): Report => sample({ mode: 'drift' })
const textsOf = (report: Report) => ({
  title: 'drift',
  body: `${issueMarker(report)}\nbody`,
  closing: 'gone',
  reopening: 'back',
})

describe('on Forgejo and Gitea', () => {
  it('one issue is opened with the label’s id, found again, closed and reopened', async () => {
    const forge = forgejo()
    const keep = (report: Report) => keepIssue(report, textsOf(report), repositoryIssues(forge.request, place, FORGEJO))
    expect(await keep(drifted('a'))).toMatchObject({ done: 'opened', number: 1 })
    expect(forge.labels).toEqual([{ id: 41, name: ISSUE_LABEL }])
    expect(forge.issues[0]?.labels).toEqual([41])
    expect(await keep(clean())).toMatchObject({ done: 'closed', number: 1 })
    expect(await keep(drifted('b'))).toMatchObject({ done: 'reopened', number: 1 })
    expect(forge.issues).toHaveLength(1)
  })

  it('a token that may make no label gives an issue without one, which is found by its author', async () => {
    const forge = forgejo({ mayLabel: false })
    const keep = (report: Report) => keepIssue(report, textsOf(report), repositoryIssues(forge.request, place, FORGEJO))
    expect(await keep(drifted('a'))).toMatchObject({ done: 'opened' })
    expect(await keep(drifted('b'))).toMatchObject({ done: 'updated', number: 1 })
    expect(forge.issues[0]?.labels).toEqual([])
  })

  it('an issue behind the first page of 50 is found', async () => {
    const forge = forgejo({ mayLabel: false })
    const report = drifted('a')
    for (let number = 1; number <= 60; number++) {
      const body = number === 1 ? `${issueMarker(report)}\nbody` : 'another'
      forge.issues.push({ number, user: { login: BOT }, body, state: 'open', labels: [] })
    }
    const client = repositoryIssues(forge.request, place, FORGEJO)
    expect(await keepIssue(drifted('b'), textsOf(report), client)).toMatchObject({ done: 'updated', number: 1 })
  })

  it('the comment is found without asking who the token is', async () => {
    const forge = forgejo()
    const report = sample({ findings: [finding()] })
    const client = pullRequestComments(forge.request, { ...place, number: 7 }, FORGEJO)
    forge.comments.push({ id: 1, user: { login: 'mallory' }, body: `${commentMarker(report)}\nforged` })
    const body = (text: string) => `${commentMarker(report)}\n${text}`
    expect(await keepComment(report, body('one'), 'always', client)).toEqual({ done: 'created' })
    expect(await keepComment(report, body('two'), 'always', client)).toEqual({ done: 'updated' })
    expect(forge.comments.map((comment) => comment.body)).toEqual([body('forged'), body('two')])
    expect(forge.log).not.toContain('POST /graphql')
  })

  it('a missing right names what this forge knows, and the forge', async () => {
    const refuse: GitHubRequest = async () => {
      throw Object.assign(new Error('refused'), { status: 403 })
    }
    const report = drifted('a')
    const comment = await keepComment(
      report,
      'body',
      'always',
      pullRequestComments(refuse, { ...place, number: 7 }, FORGEJO),
      FORGEJO,
    )
    const issue = await keepIssue(report, textsOf(report), repositoryIssues(refuse, place, FORGEJO), FORGEJO)
    for (const kept of [comment, issue]) {
      expect(kept).toMatchObject({ done: 'failed', warning: expect.stringContaining('Forgejo answered 403. Give') })
      expect(kept).toMatchObject({ warning: expect.stringContaining('`write:issue`') })
      expect(kept).not.toMatchObject({ warning: expect.stringContaining('permissions:') })
    }
  })

  it.each(['FORGEJO_ACTIONS', 'GITEA_ACTIONS'])('links lead to the pages that there are: %s', (name) => {
    const { ci } = readEnvironment({
      [name]: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_SERVER_URL: 'https://forge.example.com/',
      GITHUB_REPOSITORY: 'acme/gitops',
      GITHUB_SHA: '0123abc',
      GITHUB_RUN_ID: '9041',
      GITHUB_RUN_NUMBER: '12',
      GITHUB_ACTION_REPOSITORY: 'acme/eso-vault-action',
      GITHUB_ACTION_REF: 'v1',
    })
    expect(ci.runUrl).toBe('https://forge.example.com/acme/gitops/actions/runs/12')
    const links = linksOf(ci)
    expect(links.source('a b.yaml', 3)).toBe('https://forge.example.com/acme/gitops/src/commit/0123abc/a%20b.yaml#L3')
    // The action may come from anywhere.
    expect(links.rule('policy-denies')).toBeUndefined()
  })
})
