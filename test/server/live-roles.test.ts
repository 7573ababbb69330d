import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LiveState, Wanted } from '../../src/state/live/live-state.ts'
import { readLive } from '../../src/state/live/read-live.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { askedSince, connectWith, expectSuccess, tokenWith } from '../openbao/stage.ts'
import { sameBySnapshot } from './by-snapshot.ts'

const CHECKER = `
path "sys/auth" { capabilities = ["read"] }
path "sys/policies/acl/*" { capabilities = ["read"] }
path "auth/+/role/*" { capabilities = ["read"] }
path "auth/+/config" { capabilities = ["read"] }
`

const PUBLIC_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' })

const POLICY = 'path "kv/data/app/*" {\n  capabilities = ["read"]\n}\n'

describeWithServer('what a live server says of auth mounts, roles and policies', () => {
  let server: RunningServer
  let asked: string[] = []

  beforeAll(async () => {
    server = await startOpenBao({ audit: true })
    const put = (path: string, body: object) => expectSuccess(server, 'POST', path, body)
    await put('sys/auth/kubernetes', { type: 'kubernetes' })
    await put('sys/auth/bare', { type: 'kubernetes' })
    await put('sys/auth/approle', { type: 'approle' })
    await put('sys/auth/github', { type: 'jwt' })
    await put('auth/kubernetes/config', {
      kubernetes_host: 'https://10.0.0.1:6443',
      kubernetes_ca_cert: 'of no importance here',
      disable_local_ca_jwt: true,
    })
    await put('sys/policies/acl/External-Secrets', { policy: POLICY })
    await put('sys/policies/acl/team/app', { policy: POLICY })
    await put('auth/kubernetes/role/External-Secrets', {
      bound_service_account_names: 'external-secrets',
      bound_service_account_namespaces: ['external-secrets', 'apps-*'],
      audience: 'vault',
      token_policies: ['External-Secrets', 'team/app', 'gone', 'default'],
      token_ttl: '1h',
    })
    await put('auth/kubernetes/role/bare', {
      bound_service_account_names: '*',
      bound_service_account_namespaces: 'apps',
      token_no_default_policy: true,
    })
    await put('auth/approle/role/ci', { token_policies: 'team/app' })
    await put('auth/github/config', { jwt_validation_pubkeys: [PUBLIC_KEY] })
    await put('auth/github/role/check', {
      role_type: 'jwt',
      user_claim: 'repository_id',
      bound_audiences: ['vault://prod'],
      bound_claims: { repository_id: '456789', event_name: ['pull_request', 'schedule'] },
      token_policies: ['team/app'],
    })
  })
  afterAll(() => server?.stop())

  async function live(policy: string, wanted: Wanted): Promise<LiveState> {
    const token = await tokenWith(server, policy)
    const from = (await server.auditLog()).length
    const connection = await connectWith(server, token)
    try {
      const state = await readLive(connection, wanted)
      asked = await askedSince(server, from)
      await sameBySnapshot(connection, wanted, state)
      return state
    } finally {
      await connection.end()
    }
  }

  test('a kubernetes role, its policies, and what it does not say', async () => {
    const state = await live(CHECKER, { roles: [{ authMount: '/kubernetes/', name: 'External-Secrets' }] })
    expect(state.role('kubernetes', 'external-SECRETS')).toMatchObject({
      presence: 'present',
      fact: {
        authMount: 'kubernetes',
        name: 'external-secrets',
        type: 'kubernetes',
        policies: ['external-secrets', 'gone', 'team/app'],
        noDefaultPolicy: false,
        boundServiceAccountNames: ['external-secrets'],
        boundServiceAccountNamespaces: ['external-secrets', 'apps-*'],
        audiences: ['vault'],
        fields: { token_ttl: 3600 },
        provenance: { from: 'vault' },
      },
    })
    expect(state.role('kubernetes', 'external-secrets')).not.toHaveProperty('fact.boundNamespaceSelector')
    expect(state.policy('External-Secrets')).toMatchObject({
      presence: 'present',
      fact: { name: 'external-secrets', text: POLICY },
    })
    expect(state.policy('team/app')).toMatchObject({ presence: 'present', fact: { text: POLICY } })
    expect(state.policy('gone')).toEqual({ presence: 'absent', because: 'The server has no policy gone.' })
    expect(state.policy('default')).toBeUndefined()
    expect(state.state.roles).toHaveLength(1)
    expect(state.state.policies.map(({ name }) => name).sort()).toEqual(['external-secrets', 'team/app'])
    expect(state.missingRights).toEqual([])
  })

  test('a role without the default policy, without audience and without policies', async () => {
    const state = await live(CHECKER, { roles: [{ authMount: 'kubernetes', name: 'bare' }] })
    const role = state.role('kubernetes', 'bare')
    expect(role).toMatchObject({ fact: { policies: [], noDefaultPolicy: true, boundServiceAccountNames: ['*'] } })
    expect(role).not.toHaveProperty('fact.audiences')
  })

  test('approle and jwt roles', async () => {
    const state = await live(CHECKER, {
      roles: [
        { authMount: 'approle', name: 'ci' },
        { authMount: 'github', name: 'check' },
      ],
    })
    expect(state.role('approle', 'ci')).toMatchObject({ fact: { type: 'approle', policies: ['team/app'] } })
    expect(state.role('github', 'check')).toMatchObject({
      fact: {
        type: 'jwt',
        audiences: ['vault://prod'],
        boundClaims: { repository_id: ['456789'], event_name: ['pull_request', 'schedule'] },
      },
    })
  })

  test('an absent role is told from an absent auth mount', async () => {
    const state = await live(CHECKER, {
      authMounts: ['kubernetes', 'nowhere'],
      roles: [
        { authMount: 'kubernetes', name: 'nobody' },
        { authMount: 'nowhere', name: 'nobody', type: 'kubernetes' },
      ],
    })
    expect(state.role('kubernetes', 'nobody')).toEqual({
      presence: 'absent',
      because: 'auth/kubernetes/ has no role nobody.',
    })
    expect(state.role('nowhere', 'nobody')).toMatchObject({
      presence: 'absent',
      because: expect.stringContaining('auth/nowhere/'),
    })
    expect(state.authMount('kubernetes')).toMatchObject({
      fact: { type: 'kubernetes', accessor: expect.stringContaining('kubernetes') },
    })
    expect(state.authMount('nowhere')).toMatchObject({ presence: 'absent' })
  })

  test('the config of an auth mount, only when asked for', async () => {
    const authMounts = ['kubernetes', 'bare', 'approle', 'nowhere']
    const state = await live(CHECKER, { authMounts, authConfig: true })
    expect(state.authConfig('kubernetes')).toMatchObject({
      presence: 'present',
      fact: { kubernetes_host: 'https://10.0.0.1:6443', token_reviewer_jwt_set: false },
    })
    expect(state.authMount('kubernetes')).toMatchObject({
      fact: { config: { kubernetes_host: 'https://10.0.0.1:6443' } },
    })
    expect(state.authConfig('bare')).toEqual({ presence: 'absent', because: 'auth/bare/ was never configured.' })
    expect(state.authConfig('approle')).toBeUndefined()
    expect(asked.filter((request) => /config/.test(request)).sort()).toEqual([
      'read auth/bare/config',
      'read auth/kubernetes/config',
    ])
    await live(CHECKER, { authMounts })
    expect(asked.filter((request) => /config/.test(request))).toEqual([])
  })

  test('without sys/auth the mount is told by its roles; a missing one is not called absent', async () => {
    const policy = 'path "auth/kubernetes/role/*" { capabilities = ["read"] }'
    const state = await live(policy, {
      roles: [
        { authMount: 'kubernetes', name: 'external-secrets' },
        { authMount: 'nowhere', name: 'x' },
      ],
      policies: ['team/app'],
    })
    expect(state.authMount('kubernetes')).toMatchObject({ presence: 'present', fact: { type: 'kubernetes' } })
    expect(state.authMount('nowhere')).toMatchObject({
      presence: 'hidden',
      because: expect.stringContaining('missing, or not visible'),
    })
    expect(state.role('nowhere', 'x')).toMatchObject({ presence: 'hidden' })
    expect(state.policy('external-secrets')).toMatchObject({
      presence: 'hidden',
      because:
        'GET sys/policies/acl/external-secrets answered 403 (permission denied). To see the policy external-secrets, grant the CI token read on sys/policies/acl/external-secrets.',
    })
    expect(state.missingRights.map(({ path, capability }) => `${capability} ${path}`)).toEqual([
      'read auth/nowhere/role/x',
      'read sys/auth',
      'read sys/policies/acl/external-secrets',
      'read sys/policies/acl/gone',
      'read sys/policies/acl/team/app',
    ])
  })
})
