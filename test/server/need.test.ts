import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RunResult, run } from '../../src/modes/run.ts'
import { EMPTY_CONFIG } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import { item, opened, STORE, secretOf } from '../changes/snapshot-of-change.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { askedSince, expectSuccess, mountKv, tokenWith } from '../openbao/stage.ts'

/** What ci-policy gives a check: nothing of how auth mounts are set up. */
const CHECKER = `
path "kv/metadata/*" { capabilities = ["read", "list"] }
path "kv/subkeys/*" { capabilities = ["read"] }
path "auth/kubernetes/role/*" { capabilities = ["read"] }
path "sys/policies/acl/*" { capabilities = ["read"] }
`

describeWithServer('what merging a pull request needs of a server (snapshot.md §3)', () => {
  let server: RunningServer
  let token = ''
  beforeAll(async () => {
    server = await startOpenBao({ audit: true })
    const put = (path: string, body: unknown) => expectSuccess(server, 'POST', path, body)
    await mountKv(server, 'kv', 2)
    await put('sys/auth/kubernetes', { type: 'kubernetes' })
    await put('sys/policies/acl/readers', { policy: 'path "kv/data/shop/*" {\n  capabilities = ["read"]\n}\n' })
    await put('auth/kubernetes/role/eso', {
      bound_service_account_names: ['eso'],
      bound_service_account_namespaces: ['eso'],
      token_policies: ['readers'],
    })
    await put('kv/data/shop/db', { data: { user: 'v' } })
    token = await tokenWith(server, CHECKER)
  }, 120_000)
  afterAll(() => server?.stop())

  async function checked(after: Readonly<Record<string, string>>): Promise<RunResult & { readonly asked: string[] }> {
    const before = { 'store.yaml': STORE, 'old.yaml': secretOf('old', item('billing/old', 'x')) }
    const { folder, event } = opened(before, after)
    const env = {
      PATH: process.env.PATH ?? '',
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'acme/gitops',
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_BASE_REF: 'main',
    }
    const settings = resolveSettings({
      given: {
        from: 'action',
        command: undefined,
        subject: undefined,
        values: { 'vault-addr': server.address, 'vault-token': token },
        format: undefined,
        color: undefined,
      },
      config: EMPTY_CONFIG,
      environment: readEnvironment(env, event),
      folder: 'gitops',
    })
    const from = (await server.auditLog()).length
    const deps = { cwd: folder.folder, env, event, now: () => new Date(), mask: () => undefined, warn: () => undefined }
    const result = await run(settings, deps)
    return { ...result, asked: await askedSince(server, from) }
  }

  it('says what is to be added where the role has its rules, and what is to be written', async () => {
    const after = { 'new.yaml': secretOf('new', [item('billing/stripe', 'key'), item('shop/db', 'token')].join('\n')) }
    const { report, asked } = await checked(after)
    expect(report.incomplete).toEqual([])
    expect(report.need?.counts).toEqual({ rules: 1, roles: 0, mounts: 0, secrets: 1, keys: 1 })
    expect(report.need?.steps).toMatchObject([
      { id: 'policy readers', rules: [{ path: 'kv/data/billing/stripe', before: null, after: ['read'] }] },
    ])
    expect(report.need?.seeds.map(({ path }) => path)).toEqual(['kv/billing/stripe', 'kv/shop/db'])
    expect(asked.filter((line) => /\/data\/|config$|^(?!read|list|update sys\/capabilities-self)/.test(line))).toEqual(
      [],
    )
  })

  it('asks nothing more where all is there', async () => {
    const { report, asked } = await checked({ 'new.yaml': secretOf('new', item('shop/db', 'user')) })
    expect([report.outcome, report.need]).toEqual(['clean', undefined])
    expect(asked.filter((line) => line.endsWith('auth/kubernetes/role/eso'))).toHaveLength(1)
  })
})
