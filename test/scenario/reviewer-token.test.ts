import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ApiServer, startApiServer } from '../kubernetes/token-review.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { tokenWith } from '../openbao/stage.ts'
import { APPLY_RIGHTS, policyOf, wipe } from '../server/setup-stage.ts'
import { createRunner, type Ran, runTerminal, shown } from './run-program.ts'

const REVIEWER = { namespace: 'vault', name: 'reviewer' }
const ESO = { namespace: 'external-secrets', name: 'external-secrets' }

describeWithServer('the reviewer token and the login token leave in the one request that needs them', () => {
  let server: RunningServer
  let cluster: ApiServer
  let runner: Awaited<ReturnType<typeof createRunner>>
  let env: Readonly<Record<string, string>>
  /** Every text in which a credential would be one. */
  let secrets: readonly string[]
  let weak: string

  beforeAll(async () => {
    server = await startOpenBao({ audit: true })
    cluster = await startApiServer()
    cluster.delegate(REVIEWER)
    runner = await createRunner('as-fixed')
    const [reviewer, login] = [cluster.token(REVIEWER), cluster.token(ESO)]
    const files = {
      'ca.pem': cluster.ca,
      'reviewer.jwt': `${reviewer}\n`,
      'eso.jwt': login,
      '.github/eso-vault.yml': `version: 1\nsetup: { kubernetes: { host: "${cluster.host}", reviewer: token, ca: ca.pem } }\n`,
    }
    await mkdir(join(runner.workspace, '.github'))
    for (const [name, text] of Object.entries(files)) await writeFile(join(runner.workspace, name), text)
    const token = await tokenWith(server, policyOf(APPLY_RIGHTS))
    env = { VAULT_ADDR: server.address, VAULT_TOKEN: token }
    weak = await tokenWith(
      server,
      policyOf(APPLY_RIGHTS.filter(([path, right]) => path !== 'auth/kubernetes/config' || right !== 'update')),
    )
    secrets = [reviewer, login].flatMap((jwt) => [jwt, ...jwt.split('.').slice(1)]).concat(token, weak)
  })
  afterAll(async () => {
    await server?.stop()
    await cluster?.stop()
    await runner?.remove()
  })

  const expectNone = (texts: readonly string[]) => {
    for (const secret of secrets) for (const text of texts) expect(text).not.toContain(secret)
  }
  /** What stays in the workspace, but for the files that were given. */
  const written = async () => {
    const files = (await readdir(runner.workspace)).filter((name) =>
      /^(plan|report|out)[\w-]*\.(json|sarif)$/.test(name),
    )
    return Promise.all(files.map((name) => readFile(join(runner.workspace, name), 'utf8')))
  }
  const texts = ({ stdout, stderr }: Ran) => [stdout, stderr]

  test('in the Action: log, summary, outputs, plan file and report', async () => {
    const both = { 'reviewer-token-file': 'reviewer.jwt', 'login-token-file': 'eso.jwt' }
    const plan = await runner.main({
      inputs: { mode: 'plan', 'plan-file': 'plan.json', 'report-file': 'report-plan.json', ...both },
      env,
      eventName: 'workflow_dispatch',
    })
    expect(plan).toMatchObject({ exitCode: 0, outputs: { outcome: 'clean', 'has-changes': 'true' } })
    expect(plan.summary).toContain('token_reviewer_jwt')
    const refused = await runner.main({
      inputs: { mode: 'apply', 'plan-file': 'plan.json', 'report-file': 'report-refused.json', ...both },
      env: { ...env, VAULT_TOKEN: weak },
      eventName: 'workflow_dispatch',
    })
    expect(refused.exitCode).toBe(1)
    expect(shown(refused.stdout)).toContain('POST auth/kubernetes/config answered 403')
    const apply = await runner.main({
      inputs: { mode: 'apply', 'plan-file': 'plan.json', 'report-file': 'report-apply.json', ...both },
      env,
      eventName: 'workflow_dispatch',
    })
    expect(apply.exitCode, apply.stdout).toBe(0)
    expect(cluster.reviews.at(-1)).toMatchObject({
      reviewer: 'system:serviceaccount:vault:reviewer',
      authenticated: true,
    })
    // The runner is told what to mask, and that line alone holds it.
    expect(apply.stdout).toContain('::add-mask::eyJ')
    for (const ran of [plan, refused, apply]) {
      expectNone([shown(ran.stdout), ran.stderr, ran.summary, JSON.stringify(ran.outputs), JSON.stringify(ran.state)])
    }
    const files = await written()
    expect(files).toHaveLength(4)
    expectNone(files)
  })

  test('in the terminal: text and JSON, a plan, a failure and an apply', async () => {
    await wipe(server)
    const tokens = ['--reviewer-token-file', 'reviewer.jwt', '--login-token-file', 'eso.jwt']
    const plan = await runTerminal(['plan', '--plan-file', 'plan.json'], runner.workspace, env)
    const json = await runTerminal(['plan', '--format', 'json'], runner.workspace, env)
    const missing = await runTerminal(['apply', '--plan-file', 'plan.json'], runner.workspace, env)
    expect(missing).toMatchObject({ exitCode: 2 })
    expect(missing.stdout + missing.stderr).toContain('reviewer-token-file')
    const apply = await runTerminal(['apply', '--plan-file', 'plan.json', ...tokens], runner.workspace, env)
    expect(apply.exitCode, apply.stdout).toBe(0)
    const again = await runTerminal(['plan', '--format', 'json'], runner.workspace, env)
    expect(JSON.parse(again.stdout)).toMatchObject({ hasChanges: false })
    expectNone([plan, json, missing, apply, again].flatMap(texts))
    expectNone(await written())
  })

  test('the server was given the reviewer token once for each apply, and nothing else holds it', async () => {
    const log = (await server.auditLog()).filter((entry) => entry.type === 'request')
    const configs = log.filter(
      ({ request }) => request.path === 'auth/kubernetes/config' && request.operation === 'update',
    )
    // Of the three applies in order, one was refused.
    expect(configs.map(({ request }) => Object.keys(request.data ?? {}).includes('token_reviewer_jwt'))).toEqual([
      true,
      true,
      true,
    ])
    const others = log.filter(({ request }) => request.path !== 'auth/kubernetes/config')
    expect(JSON.stringify(others)).not.toContain('token_reviewer_jwt')
  })
})
