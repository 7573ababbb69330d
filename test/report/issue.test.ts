import { getOctokit } from '@actions/github'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Finding } from '../../src/model/finding.ts'
import { publishIssue } from '../../src/report/drift-issue.ts'
import { repositoryIssues } from '../../src/report/github-issues.ts'
import {
  closingComment,
  findingsMark,
  ISSUE_LABEL,
  ISSUE_LENGTH,
  issueBody,
  issueMarker,
  issueTitle,
  reopeningComment,
} from '../../src/report/issue.ts'
import { codePoints } from '../../src/report/join-within.ts'
import { issueVerdict, keepIssue } from '../../src/report/keep-issue.ts'
import { NO_LINKS } from '../../src/report/links.ts'
import type { Outcome, Report } from '../../src/report/report.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { BOT, type GitHubApi, startGitHubApi } from './github-api.ts'
import { finding, HOSTILE, report, span } from './sample.ts'

const RUN = 'https://github.com/acme/gitops/actions/runs/7'
const drifted = (...parts: Partial<Finding>[]): Report =>
  report({
    mode: 'drift',
    outcome: 'findings',
    findings: parts.map((one) => finding({ rule: 'state-drift', message: 'Policy `eso` differs.', ...one })),
  })
const clean = report({ mode: 'drift', references: [] })

describe('the life of the drift issue, against a server that speaks the issues API', () => {
  let api: GitHubApi
  beforeEach(async () => {
    api = await startGitHubApi()
  })
  afterEach(() => api.stop())

  const keep = (given: Report) => {
    // The issues' own requests through Octokit, as in the Action.
    const octokit = getOctokit('token-of-the-job', { baseUrl: api.url })
    const client = repositoryIssues((route, parameters) => octokit.request(route, { ...parameters }), {
      owner: 'acme',
      repo: 'gitops',
    })
    const texts = {
      title: issueTitle(given),
      body: issueBody(given, { runUrl: RUN }),
      closing: closingComment(given, RUN),
      reopening: reopeningComment(given, RUN),
    }
    return keepIssue(given, texts, client)
  }
  const asked = () => api.log.splice(0)
  const LABELLED = `GET /repos/acme/gitops/issues?labels=${ISSUE_LABEL}&sort=created&direction=asc&state=all&per_page=100&page=1`
  const CREATED = `GET /repos/acme/gitops/issues?creator=${BOT}&sort=created&direction=desc&state=all&per_page=100&page=1`
  const VIEWER = 'POST /graphql query'

  it('opens, leaves alone, edits, closes, leaves closed and reopens one issue; the request log', async () => {
    const first = drifted({ fingerprint: 'a' })
    expect(await keep(first)).toEqual({ done: 'opened', number: 1 })
    expect(asked()).toEqual([
      VIEWER,
      LABELLED,
      CREATED,
      `POST /repos/acme/gitops/issues body,labels=${ISSUE_LABEL},title=Vault differs from Git (acme/gitops): state-drift`,
    ])
    expect(api.issues[0]).toMatchObject({
      title: 'Vault differs from Git (acme/gitops): state-drift',
      labels: [{ name: ISSUE_LABEL }],
    })
    expect(api.issues[0]?.body).toContain(RUN)

    // Moved lines, another run: the same findings, no edit.
    const moved = drifted({ fingerprint: 'a', span: span('apps/db.yaml', 99) })
    expect(await keep(moved)).toEqual({ done: 'unchanged', number: 1 })
    expect(asked()).toEqual([VIEWER, LABELLED])

    expect(await keep(drifted({ fingerprint: 'a' }, { fingerprint: 'b' }))).toEqual({ done: 'updated', number: 1 })
    expect(asked()).toEqual([
      VIEWER,
      LABELLED,
      'PATCH /repos/acme/gitops/issues/1 body,title=Vault differs from Git (acme/gitops): state-drift',
    ])

    expect(await keep(clean)).toEqual({ done: 'closed', number: 1 })
    expect(asked()).toEqual([
      VIEWER,
      LABELLED,
      'PATCH /repos/acme/gitops/issues/1 state=closed,state_reason=completed',
      'POST /repos/acme/gitops/issues/1/comments body',
    ])
    expect(api.issues[0]).toMatchObject({ state: 'closed', state_reason: 'completed' })
    expect(api.comments[0]?.body).toBe(`[The last run](${RUN}) found no drift for \`acme/gitops\`.`)

    expect(await keep(clean)).toEqual({ done: 'nothing' })
    expect(asked()).toEqual([VIEWER, LABELLED])

    expect(await keep(first)).toEqual({ done: 'reopened', number: 1 })
    expect(asked()).toEqual([
      VIEWER,
      LABELLED,
      'PATCH /repos/acme/gitops/issues/1 body,state=open,title=Vault differs from Git (acme/gitops): state-drift',
      'POST /repos/acme/gitops/issues/1/comments body',
    ])
    expect(api.issues).toHaveLength(1)
    expect(api.issues[0]).toMatchObject({ state: 'open' })
  })

  it('never opens, edits or closes by a run that could not check (platform.md §4.3)', async () => {
    await keep(drifted({ fingerprint: 'a' }))
    asked()
    for (const outcome of ['incomplete', 'invalid', 'bug'] as Outcome[]) {
      expect(await keep(report({ mode: 'drift', outcome }))).toEqual({ done: 'nothing' })
    }
    expect(asked()).toEqual([])
    expect(api.issues[0]).toMatchObject({ state: 'open' })
  })

  it('of a run that saw everything is not edited by one that did not, and is by the next that does', async () => {
    const hidden = { incomplete: ['The token may not read the role.'] }
    const first = drifted({ fingerprint: 'a' }, { fingerprint: 'b' })
    await keep(first)
    asked()
    // What this run does not name may stand behind what it did not see.
    expect(await keep({ ...drifted({ fingerprint: 'a' }), ...hidden })).toEqual({ done: 'left', number: 1 })
    expect(asked()).toEqual([VIEWER, LABELLED])
    expect(await keep(drifted({ fingerprint: 'a' }))).toEqual({ done: 'updated', number: 1 })
  })

  it('is opened by drift that was seen although a part was hidden, says so, and loses that word when all is seen', async () => {
    const seen = drifted({ fingerprint: 'a' })
    const partly = { ...seen, incomplete: ['The token may not read the role.'] }
    expect(await keep(partly)).toEqual({ done: 'opened', number: 1 })
    expect(api.issues[0]?.body).toContain('The token may not read the role.')
    expect(await keep(partly)).toEqual({ done: 'unchanged', number: 1 })
    const more = { ...partly, findings: [...partly.findings, finding({ fingerprint: 'b' })] }
    expect(await keep(more)).toEqual({ done: 'updated', number: 1 })
    expect(await keep(seen)).toEqual({ done: 'updated', number: 1 })
    expect(api.issues[0]?.body).not.toContain('The token may not read the role.')
  })

  it('is found by marker and author: planted ones, other targets, quotes and pull requests are left alone', async () => {
    const marker = issueMarker(clean)
    const labels = [{ name: ISSUE_LABEL }]
    api.addIssue({ user: { login: 'mallory' }, labels, body: `${marker}\nplanted` })
    api.addIssue({ labels, body: `somebody quotes ${marker}` })
    api.addIssue({ labels, body: `${issueMarker({ target: 'other' })}\nother cluster` })
    api.addIssue({ labels, body: `${marker}\n`, pull_request: {} })
    expect(await keep(clean)).toEqual({ done: 'nothing' })
    expect(await keep(drifted({}))).toEqual({ done: 'opened', number: 5 })
    expect(api.log.filter((line) => line.startsWith('PATCH'))).toEqual([])
  })

  it('is found again when somebody took the label off', async () => {
    await keep(drifted({}))
    for (const issue of api.issues) issue.labels = []
    expect(await keep(drifted({}))).toEqual({ done: 'unchanged', number: 1 })
    expect(api.issues).toHaveLength(1)
  })

  it('is found behind a page of others, and two that a race opened are both closed', async () => {
    for (let i = 0; i < 100; i++) api.addIssue({ user: { login: 'mallory' }, labels: [{ name: ISSUE_LABEL }] })
    await keep(drifted({}))
    api.addIssue({ labels: [{ name: ISSUE_LABEL }], body: api.issues[100]?.body ?? '' })
    expect(await keep(clean)).toEqual({ done: 'closed', number: 101 })
    expect(api.issues.slice(100).map(({ state }) => state)).toEqual(['closed', 'closed'])
  })

  it.each([
    [403, '`issues: write`'],
    [404, '`issues: write`'],
    [410, 'issues are turned off'],
    [500, 'GitHub answered 500'],
  ])('a refusal with %i is a warning that says what to do', async (status, says) => {
    api.refuse = { method: 'POST', path: /\/issues$/, status }
    expect(await keep(drifted({}))).toEqual({ done: 'failed', warning: expect.stringContaining(says) })
  })

  it('`issue: false`, other modes and runs elsewhere ask nothing', async () => {
    const said: string[] = []
    const say = (sentence: string) => void said.push(sentence)
    const place = { links: NO_LINKS, warn: say, info: say }
    const { ci } = readEnvironment({ GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'acme/gitops' })
    const settings = { mode: 'drift', issue: true, githubToken: undefined } as const
    expect(await publishIssue({ ...settings, issue: false }, drifted({}), { ...place, ci })).toBeUndefined()
    expect(await publishIssue({ ...settings, mode: 'check' }, drifted({}), { ...place, ci })).toBeUndefined()
    expect(said).toEqual([])
    await publishIssue(settings, drifted({}), { ...place, ci })
    await publishIssue(settings, drifted({}), { ...place, ci: readEnvironment({}).ci })
    expect(said).toEqual([
      'The drift issue was not kept: `github-token` is empty.',
      'No issue was kept: this run is not of a repository on a forge.',
    ])
  })
})

describe('what a run may say about the issue', () => {
  const cases: [Outcome, Finding[], ReturnType<typeof issueVerdict>][] = [
    ['findings', [finding()], 'drift'],
    // `fail-on: never`: the run passes, its errors stand.
    ['clean', [finding()], 'drift'],
    ['clean', [finding({ severity: 'warning' })], 'clean'],
    ['clean', [], 'clean'],
    ['incomplete', [], 'not checked'],
    ['incomplete', [finding({ severity: 'warning' })], 'not checked'],
    ['invalid', [], 'not checked'],
    ['bug', [finding()], 'not checked'],
    // A part was hidden: only what the server itself showed is certain.
    ['incomplete', [finding({ rule: 'state-drift' })], 'drift'],
    ['incomplete', [finding({ rule: 'template-key-absent' })], 'not checked'],
    // It works today, and nobody looks at a run that passes.
    ['clean', [finding({ rule: 'expires-soon', severity: 'warning' })], 'drift'],
    ['clean', [finding({ rule: 'expires-soon', severity: 'note' })], 'clean'],
  ]
  it.each(cases)('%s, %#', (outcome, findings, expected) => {
    expect(issueVerdict(report({ mode: 'drift', outcome, findings }))).toBe(expected)
  })

  it('nothing, when the server could not be asked: errors of Git alone are no drift', () => {
    const given = report({ mode: 'drift', findings: [finding()], incomplete: ['sealed'] })
    expect(issueVerdict(given)).toBe('drift')
    expect(issueVerdict({ ...given, live: { asked: true, line: '', silent: true } })).toBe('not checked')
  })
})

describe('the body', () => {
  it('begins with the marker, and names what drifted, the run and how to mend', () => {
    const body = issueBody(drifted({ fix: { lead: 'run it again', kind: 'advice' } }), { runUrl: RUN })
    const [first, second] = body.split('\n')
    expect(first).toBe('<!-- eso-vault drift acme%2Fgitops -->')
    expect(second).toMatch(/^<!-- findings [0-9a-f]{64} of everything -->$/)
    for (const part of [
      'Vault differs from Git: nothing is broken yet',
      'Policy `eso` differs',
      'run it again',
      RUN,
      'This issue closes itself',
    ])
      expect(body).toContain(part)
  })

  it('shows each problem under its headline, errors first, with a table of what they break', () => {
    const rules = ['expires-soon', 'state-drift', 'secret-absent'] as const
    const body = issueBody(
      drifted(
        ...rules.map((rule) => ({
          rule,
          fingerprint: rule,
          message: `By ${rule}`,
          severity: rule === 'expires-soon' ? ('warning' as const) : ('error' as const),
        })),
      ),
    )
    const headings = [...body.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading)
    expect(headings).toEqual(['❌ By secret-absent', '❌ By state-drift', '⚠️ By expires-soon'])
    expect(body).toContain('| Problem | Effect |')
    expect(body).toContain('`apps/db.yaml:14`')
  })

  it('a target cannot end the marker', () => {
    expect(issueMarker({ target: 'a --> b' })).toBe('<!-- eso-vault drift a%20%2D%2D%3E%20b -->')
  })

  it('the mark follows how many places one cause breaks, and what was seen', () => {
    const one = drifted({})
    const place = { span: span('apps/db.yaml', 3), message: 'denied' }
    const more = drifted({ related: [place] })
    expect(findingsMark(more)).not.toBe(findingsMark(one))
    expect(findingsMark(more)).toBe(findingsMark(drifted({ related: [{ ...place, span: span('apps/db.yaml', 9) }] })))
    expect(findingsMark({ ...one, incomplete: ['hidden'] })).not.toBe(findingsMark(one))
  })

  it('the mark follows fingerprints and severities, not order, lines or messages', () => {
    const mark = (findings: Finding[], incomplete: string[] = []) =>
      findingsMark({ outcome: 'findings', findings, incomplete })
    const [a, b] = [finding({ fingerprint: 'a' }), finding({ fingerprint: 'b' })]
    expect(mark([a, b])).toBe(
      mark([
        { ...b, message: 'x' },
        { ...a, span: span('z.yaml', 1) },
      ]),
    )
    expect(mark([a])).not.toBe(mark([a, b]))
    expect(mark([a])).not.toBe(mark([{ ...a, severity: 'warning' }]))
  })

  it('stays below the limit, and keeps its end whatever is left out (platform.md §1.2)', () => {
    const many = Array.from({ length: 5000 }, (_, i) => ({
      fingerprint: `f${i}`,
      message: `😀 ${i} ${'x'.repeat(200)}`,
    }))
    const body = issueBody(drifted(...many), { runUrl: RUN })
    expect(codePoints(body)).toBeLessThanOrEqual(ISSUE_LENGTH)
    expect(body).toContain('4995 more problems, by folder')
    expect(body).toContain('Edits to this text are overwritten.')
    expect(body.trimEnd().endsWith('</sub>')).toBe(true)
  })

  it.each(HOSTILE)('lets no text act: %j (platform.md §7 threat 8)', (text) => {
    const body = issueBody(drifted({ message: text, fix: { lead: text, kind: 'advice' } }), { runUrl: RUN })
    const shown = body
      .split('\n')
      .slice(2)
      .join('\n')
      .replace(/`+[^`]*`+/g, '')
    expect(shown).not.toMatch(/<img|@acme|(?<!\\)\]\((?!https:\/\/github\.com\/acme\/)/)
    for (const mark of ['\u202e', '\u2066', '\u001b']) expect(shown).not.toContain(mark)
    expect(shown.split('</details>').length).toBe(shown.split('<details>').length)
  })

  it('names no secret that only a listing shows (platform.md §7 threat 11)', () => {
    const unused = ['kv/team/old', 'kv/team/older'].map((path) => ({
      rule: 'secret-unused',
      severity: 'warning' as const,
      message: `\`${path}\` exists.`,
      fix: { lead: `delete ${path}`, kind: 'advice' as const },
      fingerprint: `secret-unused|${path}`,
      vaultPaths: [path],
    }))
    const body = issueBody(drifted({}, ...unused))
    expect(body).not.toContain('kv/team/old')
    expect(body).toContain('2 secrets under an owned path are used by no manifest')
  })
})
