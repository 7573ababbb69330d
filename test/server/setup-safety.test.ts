import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { selfSigned } from '../../scripts/openbao/self-signed.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess, tokenWith } from '../openbao/stage.ts'
import {
  APPLY_RIGHTS,
  actionsOf,
  type Checkout,
  checkout,
  everyStep,
  planOf,
  policyOf,
  runSetup,
  stateOf,
  wipe,
} from './setup-stage.ts'

/** A server outside a cluster has no CA of its own to read. */
const CLIENT = 'setup: { kubernetes: { host: "https://127.0.0.1:1", reviewer: client, ca: ca.pem } }'

describeWithServer('plan and apply lose nothing', () => {
  let server: RunningServer
  let repository: Checkout
  let token: string

  beforeAll(async () => {
    server = await startOpenBao()
    repository = await checkout('soyo/as-fixed', { 'ca.pem': selfSigned('test').certificate })
    token = await tokenWith(server, policyOf(APPLY_RIGHTS))
  })
  beforeEach(() => wipe(server))
  afterAll(async () => {
    await server?.stop()
    await repository?.remove()
  })

  const run = (mode: 'plan' | 'apply', inputs = {}, as = token, config = CLIENT) =>
    runSetup(server, { mode, token: as, cwd: repository.folder, config, inputs })
  const plan = async (config = CLIENT) => planOf(await run('plan', {}, token, config))
  const apply = async (config = CLIENT, as = token) =>
    run('apply', { 'plan-digest': (await plan(config)).digest }, as, config)
  const put = (path: string, body: object) => expectSuccess(server, 'POST', path, body)

  describe('each right of vault.md §5.2, taken away', () => {
    test.each(APPLY_RIGHTS)('%s without %s stops the step that needs it, and says so', async (path, capability) => {
      if (path.includes('/role/') && capability === 'update') {
        await apply()
        await put(path, { bound_service_account_names: 'other', bound_service_account_namespaces: 'other' })
      }
      const { digest } = await plan()
      const left = APPLY_RIGHTS.filter(([one, right]) => one !== path || right !== capability)
      const weak = await tokenWith(server, policyOf(left))
      const { report, exitCode } = await run('apply', { 'plan-digest': digest }, weak)
      expect(exitCode).not.toBe(0)
      const said = [...report.incomplete, ...(report.problems ?? []).map(({ message }) => message)].join('\n')
      expect(said).toContain(path)
      expect(said).toMatch(new RegExp(`\\b${capability}\\b`))
    })
  })

  test('a run that is stopped after each write in turn is finished by the next, with the plan file or a new plan', async () => {
    await apply()
    const whole = JSON.stringify(await stateOf(server, { identities: false }))
    const stops = [
      'sys/auth/kubernetes',
      'sys/policies/acl/external-secrets',
      'auth/kubernetes/config',
      'auth/kubernetes/role/external-secrets',
    ]
    const file = join(repository.folder, 'plan.json')
    for (const stop of stops) {
      await wipe(server)
      await writeFile(file, '')
      const made = await run('plan')
      await writeFile(file, JSON.stringify(planOf(made)))
      // The write at `stop` is refused, so that all before it are done and nothing behind it.
      const left = APPLY_RIGHTS.filter(([path, right]) => path !== stop || right === 'read')
      const stopped = await run('apply', { 'plan-file': file }, await tokenWith(server, policyOf(left)))
      expect(stopped.exitCode, stop).not.toBe(0)
      const finished = await run('apply', { 'plan-file': file })
      expect(finished.report.problems, stop).toBeUndefined()
      expect(JSON.stringify(await stateOf(server, { identities: false })), stop).toBe(whole)
      expect(actionsOf(await plan())).toEqual(everyStep('no-change'))
    }
  })

  test('two runs at once end in the same state', async () => {
    await apply()
    const whole = JSON.stringify(await stateOf(server, { identities: false }))
    await wipe(server)
    const { digest } = await plan()
    const both = await Promise.all([1, 2].map(() => run('apply', { 'plan-digest': digest })))
    expect(both.some(({ exitCode }) => exitCode === 0)).toBe(true)
    expect(JSON.stringify(await stateOf(server, { identities: false }))).toBe(whole)
  })

  test('what somebody made by hand survives: reviewer JWT, role field, selector, rule, mount', async () => {
    await put('sys/mounts/foreign', { type: 'kv' })
    await put('sys/auth/kubernetes', { type: 'kubernetes' })
    await put('auth/kubernetes/config', {
      kubernetes_host: 'https://10.0.0.1:6443',
      kubernetes_ca_cert: 'of no importance here',
      token_reviewer_jwt: 'eyJhbGciOiJub25lIn0.eyJpc3MiOiJ0ZXN0In0.c2ln',
    })
    await put('sys/policies/acl/external-secrets', {
      policy: '# by hand\npath "kv/data/webgrip/*" {\n  capabilities = ["read", "delete"]\n}\n',
    })
    await put('auth/kubernetes/role/external-secrets', {
      bound_service_account_names: ['someone'],
      bound_service_account_namespaces: ['elsewhere'],
      bound_service_account_namespace_selector: '{"matchLabels":{"team":"a"}}',
      token_policies: ['other'],
      token_num_uses: 7,
      token_max_ttl: '2h',
    })
    expect((await apply('')).report.problems).toBeUndefined()
    const get = async (path: string) => (await server.request('GET', path)).body.data
    expect(await get('auth/kubernetes/config')).toMatchObject({
      kubernetes_host: 'https://10.0.0.1:6443',
      token_reviewer_jwt_set: true,
    })
    expect(await get('auth/kubernetes/role/external-secrets')).toMatchObject({
      bound_service_account_names: ['someone', 'external-secrets'],
      bound_service_account_namespaces: ['elsewhere', 'external-secrets'],
      bound_service_account_namespace_selector: '{"matchLabels":{"team":"a"}}',
      token_policies: ['other', 'external-secrets'],
      token_num_uses: 7,
      token_max_ttl: 7200,
    })
    const { policy } = await get('sys/policies/acl/external-secrets')
    expect(policy).toContain('# by hand\npath "kv/data/webgrip/*"')
    // A narrower rule must not take away what the wider one gave (vault.md §2.1).
    expect(policy).toMatch(/backstage\/db" \{\n {2}capabilities = \[[^\]]*"delete"/)
    expect((await get('sys/mounts'))['foreign/']).toBeDefined()
    expect(actionsOf(await plan(''))).toEqual(everyStep('no-change'))
    // Another host would mean a full replacement, and the JWT that no one can read would be gone (vault.md §4.6).
    const other = await plan('setup: { kubernetes: { host: "https://10.0.0.2:6443" } }')
    expect(other.steps.find((step) => step.kind === 'auth-config')).toMatchObject({
      action: 'blocked',
      because: expect.stringContaining('reviewer JWT is set'),
    })
    await server.request('DELETE', 'sys/mounts/foreign')
  })

  test('with the reviewer token given again, a new host is written, and everything beside it stays', async () => {
    await put('sys/auth/kubernetes', { type: 'kubernetes' })
    await put('auth/kubernetes/config', {
      kubernetes_host: 'https://10.0.0.1:6443',
      kubernetes_ca_cert: 'of no importance here',
      token_reviewer_jwt: 'eyJhbGciOiJub25lIn0.eyJpc3MiOiJ0ZXN0In0.c2ln',
      issuer: 'https://issuer.example.com',
      disable_iss_validation: false,
    })
    await writeFile(join(repository.folder, 'reviewer.jwt'), 'eyJhbGciOiJub25lIn0.eyJpc3MiOiJuZXcifQ.c2ln')
    const TOKEN = 'setup: { kubernetes: { host: "https://10.0.0.2:6443", reviewer: token } }'
    const before = JSON.stringify(await stateOf(server))
    const made = await plan(TOKEN)
    expect(made.steps.find((step) => step.kind === 'auth-config')).toMatchObject({
      action: 'update',
      fields: [{ field: 'kubernetes_host', before: 'https://10.0.0.1:6443', after: 'https://10.0.0.2:6443' }],
    })
    const without = await run('apply', { 'plan-digest': made.digest }, token, TOKEN)
    expect(without).toMatchObject({ exitCode: 2, report: { outcome: 'invalid' } })
    expect(without.report.problems?.[0]?.message).toContain('`reviewer-token-file`')
    expect(JSON.stringify(await stateOf(server))).toBe(before)
    const given = { 'plan-digest': made.digest, 'reviewer-token-file': 'reviewer.jwt' }
    expect((await run('apply', given, token, TOKEN)).report.problems).toBeUndefined()
    expect((await server.request('GET', 'auth/kubernetes/config')).body.data).toMatchObject({
      kubernetes_host: 'https://10.0.0.2:6443',
      token_reviewer_jwt_set: true,
      issuer: 'https://issuer.example.com',
      disable_iss_validation: false,
    })
    expect(await plan(TOKEN)).toMatchObject({ hasChanges: false })
  })
})
