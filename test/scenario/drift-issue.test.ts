import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess, tokenWith } from '../openbao/stage.ts'
import { BOT, type GitHubApi, startGitHubApi } from '../report/github-api.ts'
import {
  CONFIG,
  CONFIG_PATH,
  example,
  FILES,
  POLICY_PATH,
  ROLE,
  ROLE_PATH,
  seed,
  setUpLaw,
} from '../server/drift-stage.ts'
import { bundle } from './bundle.ts'
import { annotationsIn, createRunner, type StepResult, shown } from './run-program.ts'

const JOB_TOKEN = 'a-token-of-the-job'
const VALUE = 'a-value-that-nobody-may-see'
const REVIEWER = 'a-reviewer-token-that-nobody-may-see'

const VIEWER = 'POST /graphql query'
const ISSUES = '/repos/acme/gitops/issues'
const LABELLED = `GET ${ISSUES}?labels=eso-vault-drift&sort=created&direction=asc&state=all&per_page=100&page=1`
const BY_THE_BOT = `GET ${ISSUES}?creator=${BOT}&sort=created&direction=desc&state=all&per_page=100&page=1`
const OPEN = `POST ${ISSUES} body,labels=eso-vault-drift,title=Vault differs from Git (prod): role external-secrets`
/** Looked for by label first, and then, where somebody may have taken that off, among the bot's own. */
const LOOKED = [VIEWER, LABELLED]
const LOOKED_TWICE = [...LOOKED, BY_THE_BOT]

describeWithServer('the nightly run of the built program, and the one issue that it keeps', () => {
  let server: RunningServer
  let api: GitHubApi
  let runner: Awaited<ReturnType<typeof createRunner>>
  let token: string
  const everything: string[] = []

  beforeAll(async () => {
    await bundle()
    server = await startOpenBao()
    runner = await createRunner('as-fixed')
    for (const [file, text] of Object.entries(FILES)) {
      await mkdir(dirname(join(runner.workspace, file)), { recursive: true })
      await writeFile(join(runner.workspace, file), text)
    }
    await seed(server, VALUE)
    token = await tokenWith(server, example('eso-drift.hcl'))
  }, 120_000)
  beforeEach(async () => {
    await api?.stop()
    api = await startGitHubApi()
    await setUpLaw(server)
  })
  afterAll(async () => {
    await server?.stop()
    await api?.stop()
    await runner?.remove()
  })

  async function drift(inputs: Readonly<Record<string, string>> = {}): Promise<StepResult & { asked: string[] }> {
    const ran = await runner.main({
      inputs: {
        mode: 'drift',
        target: 'prod',
        'vault-addr': server.address,
        'vault-token': token,
        'github-token': JOB_TOKEN,
        ...inputs,
      },
      env: { GITHUB_API_URL: api.url, GITHUB_REF: 'refs/heads/main' },
      event: { schedule: '23 3 * * *' },
      eventName: 'schedule',
    })
    everything.push(shown(ran.stdout), ran.stderr, ran.summary, JSON.stringify(ran.outputs), ...api.bodies)
    return { ...ran, asked: api.log.splice(0) }
  }
  const put = (path: string, body: unknown) => expectSuccess(server, 'POST', path, body)
  const longer = () => put(ROLE_PATH, { ...ROLE, token_ttl: '24h' })

  test('opened, left alone, edited when the findings change, closed when clean, left closed, reopened', async () => {
    await longer()
    const opened = await drift()
    expect([opened.exitCode, opened.outputs.outcome, opened.outputs['issue-number']]).toEqual([1, 'findings', '1'])
    expect(opened.asked).toEqual([...LOOKED_TWICE, OPEN])
    expect([...api.authorizations]).toEqual([`token ${JOB_TOKEN}`])
    const [issue] = api.issues
    expect(issue?.body).toContain('+token_ttl: 24h')
    expect(issue?.body).toContain('This issue closes itself')
    expect(issue?.body).toContain('https://github.example.com/acme/gitops/actions/runs/42')

    const unchanged = await drift()
    expect(unchanged.asked).toEqual(LOOKED)
    expect(unchanged.outputs['issue-number']).toBe('1')

    await put(CONFIG_PATH, { ...CONFIG, token_reviewer_jwt: REVIEWER })
    const edited = await drift()
    expect(edited.asked).toEqual([
      ...LOOKED,
      expect.stringMatching(/^PATCH \/repos\/acme\/gitops\/issues\/1 body,title=Vault differs from Git \(prod\): /),
    ])
    expect(api.issues[0]?.body).toContain('+token_reviewer_jwt: set (never shown)')

    await setUpLaw(server)
    const closed = await drift()
    expect([closed.exitCode, closed.outputs.outcome, closed.outputs['issue-number']]).toEqual([0, 'clean', '1'])
    expect(closed.asked).toEqual([
      ...LOOKED,
      `PATCH ${ISSUES}/1 state=closed,state_reason=completed`,
      `POST ${ISSUES}/1/comments body`,
    ])
    expect(api.comments.at(-1)?.body).toContain('found no drift for `prod`')

    const clean = await drift()
    expect(clean.asked).toEqual(LOOKED)
    expect(clean.outputs['issue-number']).toBe('')

    await longer()
    const reopened = await drift()
    expect(reopened.outputs['issue-number']).toBe('1')
    expect(reopened.asked).toEqual([
      ...LOOKED,
      expect.stringMatching(/^PATCH \/repos\/acme\/gitops\/issues\/1 body,state=open,title=Vault differs/),
      `POST ${ISSUES}/1/comments body`,
    ])
    expect(api.issues).toHaveLength(1)
  }, 60_000)

  test('each target keeps its own, and an issue of another author with the same marker is left alone', async () => {
    await longer()
    await drift({ target: 'staging' })
    const planted = api.addIssue({
      user: { login: 'mallory' },
      labels: [{ name: 'eso-vault-drift' }],
      body: `${api.issues[0]?.body.replace('staging', 'prod')}`,
    })
    const { asked, outputs } = await drift()
    expect(asked).toEqual([...LOOKED_TWICE, OPEN])
    expect(outputs['issue-number']).toBe('3')
    await setUpLaw(server)
    expect((await drift({ target: 'staging' })).outputs['issue-number']).toBe('1')
    expect(api.issues.map(({ state }) => state)).toEqual(['closed', 'open', 'open'])
    expect((await drift()).outputs['issue-number']).toBe('3')
    expect(api.issues.map(({ state }) => state)).toEqual(['closed', 'open', 'closed'])
    expect(planted.state).toBe('open')
  }, 60_000)

  test('what could not be checked opens nothing, edits nothing and closes nothing', async () => {
    const blind = await tokenWith(server, 'path "of/no/use" { capabilities = ["read"] }')
    const half = await tokenWith(
      server,
      example('eso-drift.hcl')
        .replace(/^path "auth\/kubernetes\/role.*$/m, '')
        .replace(/^path "sys\/policies.*$/m, ''),
    )
    const tries: [string, () => Promise<StepResult & { asked: string[] }>][] = [
      ['unreachable', () => drift({ 'vault-addr': 'http://127.0.0.1:9' })],
      ['a token that ended', () => drift({ 'vault-token': 'no-such-token' })],
      ['403 everywhere', () => drift({ 'vault-token': blind })],
      ['403 on role and policy', () => drift({ 'vault-token': half })],
      [
        'sealed',
        async () => {
          await server.request('PUT', 'sys/seal')
          const ran = await drift()
          await server.request('PUT', 'sys/unseal', { key: server.unsealKey })
          return ran
        },
      ],
    ]
    const askedBy = async () => {
      const all: Record<string, string[]> = {}
      for (const [why, run] of tries) {
        const { asked, outputs, exitCode } = await run()
        expect([why, outputs.outcome, exitCode, outputs['issue-number']]).toEqual([why, 'incomplete', 3, ''])
        all[why] = asked
      }
      return all
    }
    const nothing = Object.fromEntries(tries.map(([why]) => [why, []]))
    // Nothing drifted, and nobody may say so.
    expect(await askedBy()).toEqual(nothing)
    await longer()
    await drift()
    const before = JSON.stringify(api.issues)
    // What drifted is mended, and the runs that cannot see that leave the issue open.
    await setUpLaw(server)
    expect(await askedBy()).toEqual(nothing)
    expect(JSON.stringify(api.issues)).toBe(before)
  }, 120_000)

  test('a run that is shown only a part opens for what it saw, and takes nothing back that one saw who saw all', async () => {
    const partly = {
      'vault-token': await tokenWith(server, example('eso-drift.hcl').replace(/^path "auth\/kubernetes\/role.*$/m, '')),
    }
    await put(POLICY_PATH, { policy: 'path "kv/*" { capabilities = ["read"] }' })
    await longer()
    const whole = await drift()
    expect(whole.asked.at(-1)).toMatch(
      /^POST \/repos\/acme\/gitops\/issues body,labels=eso-vault-drift,title=Vault differs from Git \(prod\): /,
    )
    const before = api.issues[0]?.body
    expect(before).toContain('+token_ttl: 24h')
    const less = await drift(partly)
    expect([less.outputs.outcome, less.outputs['issue-number']]).toEqual(['findings', '1'])
    expect(less.asked).toEqual(LOOKED)
    expect(less.stdout).toContain('Drift issue #1: left as it is')
    expect(api.issues[0]?.body).toBe(before)
  }, 60_000)

  test('without `issues: write` a warning names the permission, and the run ends as it would', async () => {
    await longer()
    api.refuse = { method: 'POST', path: /\/issues$/, status: 403 }
    const { exitCode, stdout, outputs } = await drift()
    expect([exitCode, outputs.outcome, outputs['issue-number']]).toEqual([1, 'findings', ''])
    const warnings = annotationsIn(stdout).filter(({ kind }) => kind === 'warning')
    expect(warnings.map(({ message }) => message).join('\n')).toContain('Add `issues: write` under `permissions:`')
  }, 60_000)

  test('`issue: false` asks GitHub nothing', async () => {
    await longer()
    const { asked, exitCode } = await drift({ issue: 'false' })
    expect([asked, exitCode]).toEqual([[], 1])
  })

  test('no token and no value was in anything that was printed, written or sent', () => {
    expect(everything.length).toBeGreaterThan(50)
    for (const secret of [JOB_TOKEN, VALUE, REVIEWER, token, server.rootToken]) {
      expect(everything.join('\n').includes(secret), 'a secret is shown').toBe(false)
    }
  })
})
