import { generateKeyPairSync, sign } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess } from '../openbao/stage.ts'
import { example } from './drift-stage.ts'

describeWithServer('the JWT roles of examples/policies, with tokens as GitHub signs them', () => {
  let server: RunningServer
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

  beforeAll(async () => {
    server = await startOpenBao()
    await expectSuccess(server, 'POST', 'sys/auth/jwt', { type: 'jwt' })
    await expectSuccess(server, 'POST', 'auth/jwt/config', {
      jwt_validation_pubkeys: [publicKey.export({ type: 'spki', format: 'pem' })],
      bound_issuer: 'https://token.actions.githubusercontent.com',
    })
    for (const name of ['check', 'drift', 'apply']) {
      await expectSuccess(server, 'POST', `sys/policies/acl/eso-${name}`, { policy: example(`eso-${name}.hcl`) })
      await expectSuccess(server, 'POST', `auth/jwt/role/eso-${name}`, JSON.parse(example(`jwt-role-${name}.json`)))
    }
  }, 120_000)
  afterAll(() => server?.stop())

  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = () => Math.floor(Date.now() / 1000)
  const jwt = (claims: Record<string, unknown>) => {
    const body = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({
      iss: 'https://token.actions.githubusercontent.com',
      aud: 'vault://prod',
      sub: 'repo:acme/gitops:pull_request',
      repository: 'acme/gitops',
      repository_id: '456789',
      repository_owner_id: '123456',
      iat: now(),
      nbf: now() - 5,
      exp: now() + 300,
      ...claims,
    })}`
    return `${body}.${sign('sha256', Buffer.from(body), privateKey).toString('base64url')}`
  }
  const logIn = (role: string, claims: Record<string, unknown>) =>
    server.request('POST', 'auth/jwt/login', { role, jwt: jwt(claims) }, '')

  const MAIN = { ref: 'refs/heads/main' }
  const APPLY = { ...MAIN, event_name: 'workflow_dispatch', environment: 'vault-prod' }
  const cases: [role: string, claims: Record<string, unknown>, works: boolean][] = [
    ['eso-check', { event_name: 'pull_request', ref: 'refs/pull/7/merge' }, true],
    ['eso-check', { event_name: 'merge_group', ref: 'refs/heads/gh-readonly-queue/main/pr-7' }, true],
    ['eso-check', { event_name: 'pull_request_target', ...MAIN }, false],
    ['eso-check', { event_name: 'pull_request', repository_id: '1' }, false],
    ['eso-check', { event_name: 'pull_request', repository_owner_id: '1' }, false],
    ['eso-check', { event_name: 'pull_request', aud: 'https://github.com/acme' }, false],
    ['eso-check', { event_name: 'pull_request', iss: 'https://issuer.example' }, false],
    ['eso-check', { event_name: 'pull_request', exp: 1_700_000_000 }, false],
    ['eso-check', { event_name: 'push', ...MAIN }, true],
    ['eso-check', { event_name: 'schedule', ...MAIN }, false],
    ['eso-check', { event_name: 'pull_request', aud: undefined }, false],
    ['eso-check', { event_name: 'pull_request', repository_id: undefined }, false],
    ['eso-drift', { event_name: 'schedule', ...MAIN }, true],
    ['eso-drift', { event_name: 'workflow_dispatch', ...MAIN }, true],
    ['eso-drift', { event_name: 'pull_request', ref: 'refs/pull/7/merge' }, false],
    ['eso-drift', { event_name: 'workflow_dispatch', ref: 'refs/heads/feature' }, false],
    ['eso-drift', { event_name: 'schedule', ref: 'refs/tags/main' }, false],
    ['eso-drift', { event_name: 'schedule', ...MAIN, repository_id: '1' }, false],
    ['eso-drift', { event_name: 'schedule', ...MAIN, repository_owner_id: '1' }, false],
    ['eso-drift', { event_name: 'schedule', ...MAIN, aud: 'vault://staging' }, false],
    ['eso-apply', APPLY, true],
    ['eso-apply', { ...APPLY, environment: undefined }, false],
    ['eso-apply', { ...APPLY, environment: 'staging' }, false],
    ['eso-apply', { ...APPLY, ref: 'refs/heads/feature' }, false],
    ['eso-apply', { ...APPLY, event_name: 'push' }, false],
    ['eso-apply', { ...APPLY, repository_id: '1' }, false],
    ['eso-apply', { ...APPLY, repository_owner_id: '1' }, false],
    ['eso-apply', { ...APPLY, aud: 'vault://staging' }, false],
    ['eso-apply', { ...APPLY, event_name: 'pull_request' }, false],
  ]
  it('refuses a token that somebody else signed', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const body = jwt({ event_name: 'pull_request' }).split('.').slice(0, 2).join('.')
    const forged = `${body}.${sign('sha256', Buffer.from(body), other).toString('base64url')}`
    expect((await server.request('POST', 'auth/jwt/login', { role: 'eso-check', jwt: forged }, '')).status).toBe(400)
  })

  it.each(cases)('%s with %j: %s', async (role, claims, works) => {
    const { status, body } = await logIn(role, claims)
    expect([status, body.auth?.token_policies?.slice().sort()]).toEqual(
      works ? [200, ['default', role]] : [400, undefined],
    )
    if (works) expect(body.auth.lease_duration).toBeLessThanOrEqual(600)
  })
})
