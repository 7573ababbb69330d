import { describe, expect, it } from 'vitest'
import {
  COMMENT_LENGTH,
  type CommentClient,
  commentBody,
  commentMarker,
  type ExistingComment,
  keepComment,
} from '../../src/report/comment.ts'
import { pullRequestComments, viewerLogin } from '../../src/report/github-comments.ts'
import { codePoints } from '../../src/report/join-within.ts'
import type { Report } from '../../src/report/report.ts'
import type { CommentWhen } from '../../src/settings/settings.ts'
import { finding, reference, report, span } from './sample.ts'

const BOT = 'github-actions[bot]'
const failed = report({ findings: [finding()] })
const passed = report({ references: [reference()] })

function client(existing: ExistingComment[], failure?: unknown) {
  const done: string[] = []
  const made: CommentClient = {
    login: async () => BOT,
    async *comments() {
      if (failure !== undefined) throw failure
      yield* existing
    },
    create: async (body) => void done.push(`create ${body}`),
    update: async (id, body) => void done.push(`update ${id} ${body}`),
  }
  return { made, done }
}

describe('the sticky comment', () => {
  const old = { id: 5, author: BOT, body: `${commentMarker(failed)}\r\nold` }
  const cases: [when: CommentWhen, given: Report, existing: ExistingComment[], result: string, calls: string[]][] = [
    ['never', failed, [old], 'nothing', []],
    ['always', passed, [], 'created', ['create new']],
    ['always', failed, [old], 'updated', ['update 5 new']],
    ['on-failure', failed, [], 'created', ['create new']],
    ['on-failure', passed, [], 'nothing', []],
    // What an earlier run left would go on saying that something is broken.
    ['on-failure', passed, [old], 'updated', ['update 5 new']],
    ['always', failed, [{ ...old, body: `${commentMarker(failed)} new` }, old], 'updated', ['update 5 new']],
  ]
  it.each(cases)('%s, %#', async (when, given, existing, result, calls) => {
    const { made, done } = client(existing)
    expect(await keepComment(given, 'new', when, made)).toEqual({ done: result })
    expect(done).toEqual(calls)
  })

  it('is found by marker and author, never by the marker alone (platform.md §7 threat 9)', async () => {
    const marker = commentMarker(failed)
    const { made, done } = client([
      { id: 1, author: 'mallory', body: `${marker}\nplanted` },
      { id: 2, author: BOT, body: `another tool quotes ${marker}` },
      { id: 3, author: BOT, body: `${commentMarker(report({ target: 'other' }))}\nother cluster` },
    ])
    expect(await keepComment(failed, 'new', 'always', made)).toEqual({ done: 'created' })
    expect(done).toEqual(['create new'])
  })

  it('is left alone when it says the same', async () => {
    const body = commentBody(failed)
    const { made, done } = client([{ id: 1, author: BOT, body: body.replaceAll('\n', '\r\n') }])
    expect(await keepComment(failed, body, 'always', made)).toEqual({ done: 'unchanged' })
    expect(done).toEqual([])
  })

  it.each([
    [Object.assign(new Error('secret inside'), { status: 403 }), /403.*`pull-requests: write`/],
    [Object.assign(new Error('x'), { status: 404 }), /404.*`pull-requests: write`/],
    [Object.assign(new Error('x'), { status: 502 }), /GitHub answered 502/],
    [new Error('ECONNRESET secret inside'), /could not be reached/],
    // Octokit calls an address that nobody answers 500.
    [Object.assign(new Error('fetch failed'), { name: 'HttpError', status: 500 }), /could not be reached/],
    [
      Object.assign(new Error('x'), {
        status: 403,
        response: { headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1795824000' } },
      }),
      /rate limit of GitHub is used up until \d\d:\d\d UTC/,
    ],
    [Object.assign(new Error('x'), { status: 429, response: { headers: {} } }), /rate limit of GitHub is used up\./],
  ])('a refusal is a warning that says what to add: %s', async (failure, expected) => {
    const result = await keepComment(failed, 'new', 'always', client([], failure).made)
    expect(result).toMatchObject({ done: 'failed', warning: expect.stringMatching(expected) })
    expect(JSON.stringify(result)).not.toContain('secret inside')
  })
})

describe('its body', () => {
  it('starts with a marker that no target can end', () => {
    const marker = commentMarker({ mode: 'check', target: 'a--><img src=x> ü-b' })
    expect(marker).toBe('<!-- eso-vault check a%2D%2D%3E%3Cimg%20src%3Dx%3E%20%C3%BC%2Db -->')
    expect(commentBody(failed).startsWith(`${commentMarker(failed)}\n## ❌`)).toBe(true)
  })

  it('holds findings and what was not checked, and no inventory (platform.md §7 threat 11)', () => {
    const given = report({
      findings: [finding()],
      references: [reference({ key: 'team/inventory' })],
      notChecked: [{ file: 'a', line: 1, what: 'b', reason: { code: 'key-missing' } }],
    })
    const body = commentBody(given, { runUrl: 'https://github.com/a/b/actions/runs/1' })
    expect(body).toContain('There is no secret')
    expect(body).toContain('Not checked: 1 part')
    expect(body).toContain('](https://github.com/a/b/actions/runs/1)')
    expect(body).not.toContain('kv/data/')
  })

  it('stays below GitHub’s limit', () => {
    const findings = Array.from({ length: 3000 }, (_, i) =>
      finding({ span: span(`${'d'.repeat(300)}${i % 30}.yaml`, 1) }),
    )
    const body = commentBody(report({ findings }))
    expect(codePoints(body)).toBeLessThanOrEqual(COMMENT_LENGTH)
    expect(body).toContain('2995 more problems, by folder')
  })
})

describe('GitHub’s comments', () => {
  const place = { owner: 'acme', repo: 'gitops', number: 7 }

  it('are read page by page, and written to their place', async () => {
    const asked: string[] = []
    const made = pullRequestComments(async (route, parameters) => {
      asked.push(`${route} ${JSON.stringify(parameters)}`)
      const page = parameters.page === 1 ? 100 : 1
      return { data: Array.from({ length: page }, (_, id) => ({ id, body: null, user: null })) }
    }, place)
    const seen: ExistingComment[] = []
    for await (const comment of made.comments()) seen.push(comment)
    expect(seen).toHaveLength(101)
    expect(seen[0]).toEqual({ id: 0, body: '', author: '' })
    await made.create('a')
    await made.update(9, 'b')
    expect(asked).toEqual([
      'GET /repos/{owner}/{repo}/issues/{issue_number}/comments {"owner":"acme","repo":"gitops","issue_number":7,"per_page":100,"page":1}',
      'GET /repos/{owner}/{repo}/issues/{issue_number}/comments {"owner":"acme","repo":"gitops","issue_number":7,"per_page":100,"page":2}',
      'POST /repos/{owner}/{repo}/issues/{issue_number}/comments {"owner":"acme","repo":"gitops","issue_number":7,"body":"a"}',
      'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id} {"owner":"acme","repo":"gitops","comment_id":9,"body":"b"}',
    ])
  })

  it.each([
    ['GraphQL', { 'POST /graphql': { data: { viewer: { login: 'app[bot]' } } } }, 'app[bot]'],
    ['REST, where there is no GraphQL', { 'GET /user': { login: 'forgejo-bot' } }, 'forgejo-bot'],
    ['neither', {}, BOT],
  ])('the token’s owner by %s', async (_, answers: Record<string, unknown>, expected) => {
    const login = await viewerLogin(async (route) => {
      if (!(route in answers)) throw Object.assign(new Error('no'), { status: 403 })
      return { data: answers[route] }
    })
    expect(login).toBe(expected)
  })
})
