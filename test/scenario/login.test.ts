import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { setUp } from '../../scripts/demo/vault-setup.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess } from '../openbao/stage.ts'
import { bundle, REPOSITORY } from './bundle.ts'
import { startIssuer } from './fake-issuer.ts'
import { annotationsIn, createRunner, type StepResult, shown } from './run-program.ts'
import { startStallingProxy } from './stalling-proxy.ts'

const APPS = 'kv/data/webgrip/prod/clusters/soyo/apps'
const BACKSTAGE = [
  'GITHUB_TOKEN',
  'AUTH_GITHUB_CLIENT_ID',
  'AUTH_GITHUB_CLIENT_SECRET',
  'BACKEND_SECRET',
  'GITHUB_APP_ID',
  'GITHUB_APP_PRIVATE_KEY',
]
const VALUE = 'a-value-that-nobody-may-see'

describeWithServer('a login of the action', () => {
  let server: RunningServer
  let issuer: Awaited<ReturnType<typeof startIssuer>>
  let runner: Awaited<ReturnType<typeof createRunner>>
  beforeAll(async () => {
    await bundle()
    server = await startOpenBao({ audit: true })
    issuer = await startIssuer()
    runner = await createRunner('as-fixed')
    await setUp(server, join(REPOSITORY, 'examples/soyo/as-fixed/docs/vault.md'))
    await expectSuccess(server, 'POST', 'sys/auth/jwt', { type: 'jwt' })
    await expectSuccess(server, 'POST', 'auth/jwt/config', issuer.config)
    await expectSuccess(server, 'POST', 'auth/jwt/role/eso-check', issuer.role(['eso-vault-check']))
    // The first key is what the check finds missing.
    const data = Object.fromEntries(BACKSTAGE.slice(1).map((key) => [key, VALUE]))
    await expectSuccess(server, 'POST', `${APPS}/backstage/app`, { data })
    await expectSuccess(server, 'POST', `${APPS}/example/app`, { data: { username: VALUE, password: VALUE } })
  })
  afterAll(async () => {
    await server?.stop()
    await issuer?.stop()
    await runner?.remove()
  })

  const inputs = (address: string) => ({
    'vault-addr': address,
    'auth-method': 'jwt',
    'auth-role': 'eso-check',
    'report-file': 'report.json',
    'sarif-file': 'report.sarif',
  })
  const alive = async (token: string) => (await server.request('POST', 'auth/token/lookup', { token })).status === 200

  /** The token that a step masked: what the runner was told to hide. */
  const masked = ({ stdout }: StepResult) =>
    [...stdout.matchAll(/^::add-mask::(.*)$/gm)].map((match) => match[1] as string)

  test('by OIDC finds what is missing, reads no value, and leaves no token behind', async () => {
    const from = (await server.auditLog()).length
    const result = await runner.main({ inputs: inputs(server.address), env: issuer.env })
    expect([result.exitCode, result.outputs.outcome]).toEqual([1, 'findings'])
    expect(annotationsIn(result.stdout).map(({ title }) => title)).toEqual([
      expect.stringContaining('Template reads GITHUB_TOKEN'),
      '',
    ])
    expect(result.stdout).toContain('Checked against')

    const asked = (await server.auditLog()).slice(from).filter(({ type }) => type === 'request')
    expect(asked.map(({ request }) => request.path)).toContain('auth/jwt/login')
    expect(asked.map(({ request }) => request.path).filter((path) => path.startsWith('kv/data/'))).toEqual([])
    expect(asked.at(-1)?.request.path).toBe('auth/token/revoke-self')

    const token = masked(result).find((secret) => /^(hvs|s)\./.test(secret)) as string
    expect(token).toBeDefined()
    expect(await alive(token)).toBe(false)
    // Nothing is left for the post step, which asks for nothing then.
    const before = (await server.auditLog()).length
    const post = await runner.post(result.state)
    expect([post.exitCode, annotationsIn(post.stdout)]).toEqual([0, []])
    expect((await server.auditLog()).length).toBe(before)
  })

  test('shows token, JWT and values nowhere: not on a byte of any output', async () => {
    const result = await runner.main({ inputs: inputs(server.address), env: { ...issuer.env, RUNNER_DEBUG: '1' } })
    const files = ['report.json', 'report.sarif'].map((file) => readFile(join(runner.workspace, file), 'utf8'))
    const everything = [
      shown(result.stdout),
      result.stderr,
      JSON.stringify(result.outputs),
      result.summary,
      ...(await Promise.all(files)),
    ].join('\n')
    const jwt = issuer.issued.at(-1) as string
    const secrets = [...masked(result), jwt, ...jwt.split('.'), VALUE, 'the-request-token']
    expect(masked(result)).toContain(jwt)
    for (const secret of secrets) expect(everything.includes(secret), 'a secret is shown').toBe(false)
  })

  test('is ended by the post step when the main step was killed', async () => {
    const proxy = await startStallingProxy(server.address)
    proxy.stall((path) => path.includes('/subkeys/') || path.includes('/metadata/'))
    const killed = await runner.killedMain(
      { inputs: inputs(proxy.address), env: issuer.env },
      (state) => (state.token ?? '') !== '' && proxy.paths.some((path) => path.includes('/subkeys/')),
    )
    expect(killed.exitCode).not.toBe(0)
    const token = killed.state.token as string
    expect(await alive(token)).toBe(true)

    const post = await runner.post(killed.state)
    await proxy.stop()
    expect([post.exitCode, annotationsIn(post.stdout).map(({ title }) => title)]).toEqual([
      0,
      ['eso-vault%3A not finished'],
    ])
    expect(await alive(token)).toBe(false)
    expect(shown(post.stdout) + post.stderr).not.toContain(token)
  })

  test('that the server refuses is incomplete, and says at which mount and role', async () => {
    const refused = { ...inputs(server.address), 'auth-role': 'no-such-role' }
    const { exitCode, stdout, outputs } = await runner.main({ inputs: refused, env: issuer.env })
    expect([exitCode === 0, outputs.outcome]).toEqual([false, 'incomplete'])
    expect(stdout).toContain('no-such-role')
  })

  test('without `id-token: write` says which permission to add', async () => {
    const { exitCode, stdout } = await runner.main({ inputs: inputs(server.address) })
    expect(exitCode).not.toBe(0)
    expect(
      annotationsIn(stdout)
        .map(({ message }) => message)
        .join('\n'),
    ).toContain('id-token: write')
  })
})

describeWithServer('a token that was given', () => {
  test('is used as it is, and still lives at the end', async () => {
    const server = await startOpenBao()
    const runner = await createRunner('as-fixed')
    const token = await setUp(server, join(REPOSITORY, 'examples/soyo/as-fixed/docs/vault.md'))
    const result = await runner.main({ inputs: { 'vault-addr': server.address, 'vault-token': token } })
    const lookup = await server.request('POST', 'auth/token/lookup', { token })
    await server.stop()
    await runner.remove()
    expect(annotationsIn(result.stdout).map(({ title }) => title)).toEqual([
      expect.stringMatching(/^Secret kv\/.* does not exist$/),
      '',
    ])
    expect(lookup.status).toBe(200)
    expect(shown(result.stdout) + result.stderr + result.summary).not.toContain(token)
  })
})
