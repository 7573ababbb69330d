import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { selfSigned } from '../../scripts/openbao/self-signed.ts'
import { type Hooks, startHookedProxy } from '../openbao/hooked-proxy.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess, tokenWith } from '../openbao/stage.ts'
import { APPLY_RIGHTS, actionsOf, type Checkout, checkout, planOf, policyOf, runSetup, wipe } from './setup-stage.ts'

const CONFIG = 'setup: { kubernetes: { host: "https://127.0.0.1:1", reviewer: client, ca: ca.pem } }'
const POLICY = 'sys/policies/acl/external-secrets'
const ROLE = 'auth/kubernetes/role/external-secrets'
const THEIRS = 'path "kv/data/theirs" { capabilities = ["read"] }'

describeWithServer('apply against a server that somebody else changes', () => {
  let server: RunningServer
  let repository: Checkout
  let token: string
  let proxy: Awaited<ReturnType<typeof startHookedProxy>> | undefined
  beforeAll(async () => {
    server = await startOpenBao()
    repository = await checkout('soyo/as-fixed', { 'ca.pem': selfSigned('test').certificate })
    token = await tokenWith(server, policyOf(APPLY_RIGHTS))
  })
  beforeEach(() => wipe(server))
  afterEach(() => proxy?.stop())
  afterAll(async () => {
    await server?.stop()
    await repository?.remove()
  })

  const put = (path: string, body: object) => expectSuccess(server, 'POST', path, body)
  const policyNow = async () => (await server.request('GET', POLICY)).body.data?.policy as string | undefined

  async function applyThrough(hooks: Hooks) {
    const asked = { token, cwd: repository.folder, config: CONFIG }
    await proxy?.stop()
    proxy = await startHookedProxy(server.address)
    const through = { ...server, address: proxy.address }
    const { digest } = planOf(await runSetup(through, { ...asked, mode: 'plan' }))
    proxy.use(hooks)
    return runSetup(through, { ...asked, mode: 'apply', inputs: { 'plan-digest': digest } })
  }
  const said = ({ report }: Awaited<ReturnType<typeof applyThrough>>) =>
    (report.problems ?? []).map(({ message }) => message).join('\n')

  /** The one moment that only check-and-set closes: behind the last look, before the write. */
  const inBetween = (request: string, change: () => Promise<unknown>): Hooks => ({
    before: async (name, number) => {
      if (name === request && number === 1) await change()
    },
  })

  test.each([
    ['made', async () => undefined],
    ['changed', () => put(POLICY, { policy: 'path "kv/data/old" { capabilities = ["read"] }' })],
    [
      'changed, where the policy demands check-and-set',
      () => put(POLICY, { policy: 'path "kv/data/old" { capabilities = ["read"] }', cas_required: true, cas: -1 }),
    ],
  ])('a policy that is %s between the last look and the write is left alone', async (_, before) => {
    await before()
    const current = async () => (await server.request('GET', POLICY)).body.data?.version as number | undefined
    const ran = await applyThrough(
      inBetween(`POST ${POLICY}`, async () => put(POLICY, { policy: THEIRS, cas: (await current()) ?? -1 })),
    )
    expect(ran.exitCode).toBe(1)
    expect(said(ran)).toContain('somebody else changed it in this moment')
    expect(await policyNow()).toBe(THEIRS)
    expect(actionsOf(planOf(ran))['policy external-secrets']).toBe('failed')
  })

  test('a policy that demands check-and-set is written with its version', async () => {
    await put(POLICY, { policy: 'path "kv/data/old" { capabilities = ["read"] }', cas_required: true, cas: -1 })
    const ran = await applyThrough({})
    expect([ran.exitCode, said(ran)]).toEqual([0, ''])
    expect(await policyNow()).toContain('backstage')
  })

  test('a role that is changed while the policy is written stops the run before it', async () => {
    await applyThrough({})
    await put(POLICY, { policy: 'path "kv/data/old" { capabilities = ["read"] }' })
    await put(ROLE, { bound_service_account_names: 'other', bound_service_account_namespaces: 'other' })
    const ran = await applyThrough(inBetween(`POST ${POLICY}`, () => put(ROLE, { token_max_ttl: 7200 })))
    expect(ran.exitCode).toBe(1)
    expect(said(ran)).toMatch(
      /role external-secrets of auth mount kubernetes\/ was not written: somebody else changed it/,
    )
    const role = (await server.request('GET', ROLE)).body.data
    expect([role.bound_service_account_names, role.token_max_ttl]).toEqual([['other'], 7200])
  })

  test('the config of an auth mount likewise', async () => {
    await applyThrough({})
    await put(POLICY, { policy: 'path "kv/data/old" { capabilities = ["read"] }' })
    const certificate = selfSigned('another').certificate
    const config = { kubernetes_host: 'https://old', kubernetes_ca_cert: certificate, disable_local_ca_jwt: true }
    await put('auth/kubernetes/config', config)
    const ran = await applyThrough(
      inBetween(`POST ${POLICY}`, () =>
        put('auth/kubernetes/config', { ...config, kubernetes_host: 'https://theirs' }),
      ),
    )
    expect(said(ran)).toMatch(/config .*was not written: somebody else changed it/)
    expect((await server.request('GET', 'auth/kubernetes/config')).body.data.kubernetes_host).toBe('https://theirs')
  })

  test('a part that cannot be read again is not written', async () => {
    // Read for the report, for the plan, and right before it is written.
    const reads: number[] = []
    await applyThrough({ before: (name, number) => void (name === `GET ${POLICY}` && reads.push(number)) })
    await wipe(server)
    const last = reads.length - 1
    const ran = await applyThrough({
      answer: (name, body) => (name === `GET ${POLICY}` && (proxy?.count(name) ?? 0) === last ? '<html>' : body),
    })
    expect(ran.exitCode).toBe(1)
    expect(said(ran)).toContain('policy external-secrets was not written')
    expect(await policyNow()).toBeUndefined()
  })

  test('a server that fails while the plan is made again has nothing written to it', async () => {
    const ran = await applyThrough({ answer: (name, body) => (name === `GET ${POLICY}` ? '<html>' : body) })
    expect([ran.report.outcome, ran.exitCode]).toEqual(['incomplete', 3])
    expect(ran.report.incomplete.join()).toContain('Nothing was written')
    expect((await server.request('GET', 'sys/auth')).body.data).not.toHaveProperty('kubernetes/')
  })

  describe('a Community Edition of Vault', () => {
    const community: Hooks = {
      dropNamespace: true,
      answer: (name, body) =>
        name === 'GET sys/health'
          ? JSON.stringify({ ...JSON.parse(body), version: '1.21.4', enterprise: false })
          : body,
    }
    const runThrough = async (
      mode: 'plan' | 'apply' | 'check',
      inputs: Record<string, string>,
      cwd = repository.folder,
    ) => {
      proxy = await startHookedProxy(server.address, community)
      return runSetup({ ...server, address: proxy.address }, { mode, token, cwd, config: CONFIG, inputs })
    }

    test.each(['plan', 'apply'] as const)(
      '%s with `vault-namespace` is refused before anything is asked',
      async (mode) => {
        const ran = await runThrough(mode, { 'vault-namespace': 'team', 'plan-digest': 'sha256:0' })
        expect([ran.report.outcome, ran.exitCode]).toEqual(['invalid', 2])
        expect(said(ran)).toContain('The Vault namespace team is given')
        expect(proxy?.count('GET auth/token/lookup-self')).toBe(0)
      },
    )

    test('check with it warns', async () => {
      const ran = await runThrough('check', { 'vault-namespace': 'team' })
      expect(ran.warnings.join('\n')).toContain('takes no notice')
      expect(ran.report.outcome).not.toBe('invalid')
    })

    test('without it nothing is said', async () => {
      const ran = await runThrough('plan', {})
      expect([ran.warnings.join('\n'), said(ran)]).toEqual([expect.not.stringContaining('Community'), ''])
    })

    test('a namespace that a store names is blocked, not written into the root', async () => {
      const { cp, readFile, writeFile } = await import('node:fs/promises')
      const folder = `${repository.folder}-namespaced`
      await cp(repository.folder, folder, { recursive: true })
      const store = join(folder, 'kubernetes/apps/external-secrets/stores/app/vault-clustersecretstore.yaml')
      await writeFile(store, (await readFile(store, 'utf8')).replace(/( +)(path: )/, '$1namespace: team\n$1$2'))
      const ran = await runThrough('plan', {}, folder)
      expect(ran.exitCode).toBe(1)
      expect(said(ran)).toContain('it would be written into the root')
      expect(planOf(ran).hasChanges).toBe(false)
    })
  })
})
