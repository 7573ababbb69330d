import { generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { selfSigned } from '../../scripts/openbao/self-signed.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess } from '../openbao/stage.ts'
import {
  APPS,
  actionsOf,
  type Checkout,
  checkout,
  everyStep,
  planOf,
  runSetup,
  SOYO_STEPS,
  wipe,
} from './setup-stage.ts'

const [MOUNT, POLICY, AUTH_MOUNT, CONFIG, ROLE] = SOYO_STEPS
const STORE = 'kubernetes/apps/external-secrets/stores/app/vault-clustersecretstore.yaml'
const CA = selfSigned('test').certificate
const PEM_KEY = String(
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }),
)
const WANTED = 'kubernetes: { host: "https://127.0.0.1:1", reviewer: client, ca: ca.pem }'
const LIVE_CONFIG = { kubernetes_host: 'https://127.0.0.1:1', kubernetes_ca_cert: CA, disable_local_ca_jwt: true }

/** The rows of vault.md §7.2, each as somebody else wrote what is wanted, or wrote it beside what is wanted. */
interface Row {
  readonly part: (typeof SOYO_STEPS)[number]
  readonly row: string
  readonly path: string
  readonly body: object
  /** The role is made anew by this body. */
  readonly anew?: true
  /** Below `setup`, beside `kubernetes`. */
  readonly more?: string
}

const role = (row: string, body: object, more?: string): Row => ({
  part: ROLE,
  row,
  path: 'auth/kubernetes/role/external-secrets',
  body,
  ...(more === undefined ? {} : { more }),
})
const config = (row: string, body: object): Row => ({
  part: CONFIG,
  row,
  path: 'auth/kubernetes/config',
  body: { ...LIVE_CONFIG, ...body },
})
const policy = (row: string, change: (text: string) => string): Row => ({
  part: POLICY,
  row,
  path: 'sys/policies/acl/external-secrets',
  body: { change },
})

/** As old pages have it. */
const LEGACY = {
  bound_service_account_names: 'external-secrets',
  bound_service_account_namespaces: 'external-secrets',
  policies: 'external-secrets',
  ttl: '60m',
}

const ROWS: readonly Row[] = [
  role('TTL: 1h for 3600', { token_ttl: '1h' }, 'role: { ttl: "3600" }'),
  role('TTL: 3600 for 60m', { token_ttl: 3600 }, 'role: { ttl: 60m }'),
  role('TTL: 3600s for 1h', { token_ttl: '3600s' }, 'role: { ttl: 1h }'),
  role('TTL: 1d for 24h', { token_ttl: '1d' }, 'role: { ttl: 24h }'),
  role('TTL: none wanted, another there', { token_ttl: '5m' }),
  role('TTL: 0 is none', { token_ttl: 0 }, 'role: { ttl: "0" }'),
  role('TTL: the legacy name', { ttl: '1h' }, 'role: { ttl: 1h }'),
  role('other TTLs', { token_max_ttl: '2h', token_explicit_max_ttl: '3h', token_period: '1h' }),
  role('token_policies: a text with commas, in another order', { token_policies: 'zeta, external-secrets,alpha' }),
  role('token_policies: another case', { token_policies: ['External-Secrets'] }),
  { ...role('token_policies and TTL: the legacy names alone', LEGACY, 'role: { ttl: 1h }'), anew: true },
  role('bound names: a text with commas, more of them, in another order', {
    bound_service_account_names: 'zeta,external-secrets',
    bound_service_account_namespaces: 'zeta,external-secrets,alpha',
  }),
  role('bound names: globs that hold them', {
    bound_service_account_names: ['external-*'],
    bound_service_account_namespaces: ['*'],
  }),
  role('token_bound_cidrs: a host and its network', { token_bound_cidrs: ['127.0.0.1', '10.0.0.0/8'] }),
  role('alias_name_source: the default, told', { alias_name_source: 'serviceaccount_uid' }),
  role('alias_name_source: another', { alias_name_source: 'serviceaccount_name' }),
  role('audience: empty', { audience: '' }),
  role('audience: one that no store asks for', { audience: 'vault' }),
  role('token_type: the default, told', { token_type: 'default' }),
  role('token_type: batch', { token_type: 'batch' }),
  role('token_num_uses', { token_num_uses: 9 }),
  role('token_strictly_bind_ip', { token_strictly_bind_ip: true }),
  role('namespace selector: empty', { bound_service_account_namespace_selector: '' }),
  role('namespace selector: JSON with white space', {
    bound_service_account_namespace_selector: '{ "matchLabels" : { "a" : "b" } }',
  }),
  role('namespace selector: YAML', { bound_service_account_namespace_selector: 'matchLabels:\n  a: b\n' }),
  config('kubernetes_host: a slash at its end', { kubernetes_host: 'https://127.0.0.1:1/' }),
  config('kubernetes_ca_cert: no line feed at its end', { kubernetes_ca_cert: CA.trimEnd() }),
  config('kubernetes_ca_cert: white space around', { kubernetes_ca_cert: `\n  ${CA}\n\n` }),
  config('kubernetes_ca_cert: CRLF', { kubernetes_ca_cert: CA.replaceAll('\n', '\r\n') }),
  config('pem_keys', { pem_keys: [PEM_KEY] }),
  config('pem_keys: none, told', { pem_keys: [] }),
  config('issuer', { issuer: 'https://issuer.example.com' }),
  config('issuer: empty', { issuer: '' }),
  config('disable_iss_validation: the default, told', { disable_iss_validation: true }),
  config('disable_iss_validation: off', { disable_iss_validation: false }),
  policy('no line feed at its end', (text) => text.trimEnd()),
  policy('indented, as a here-document leaves it', (text) => text.replace(/^/gm, '\t')),
  policy('comments and blank lines', (text) => `// a\n/* b */\n${text.replaceAll('\n', '\n\n')}# c`),
  policy('CRLF', (text) => text.replaceAll('\n', '\r\n')),
  policy('rules in another order', (text) => text.split('\n\n').reverse().join('\n\n')),
  policy('capabilities in another order', (text) =>
    text.replace('"create", "read", "update"', '"update", "create", "read"'),
  ),
  policy('a slash before the path', (text) => text.replaceAll('path "kv', 'path "/kv')),
  policy('JSON', (text) => {
    const rules = [...text.matchAll(/path "([^"]+)" \{\s+capabilities = (\[[^\]]+\])/g)]
    return JSON.stringify({
      path: Object.fromEntries(rules.map(([, path, list]) => [path, { capabilities: JSON.parse(list ?? '') }])),
    })
  }),
  policy('wider by another rule', (text) => `${text}\npath "kv/data/${APPS}/*" {\n  capabilities = ["list"]\n}\n`),
  {
    part: MOUNT,
    row: 'lease TTLs and visibility',
    path: 'sys/mounts/kv/tune',
    body: { default_lease_ttl: '1h', max_lease_ttl: '24h', listing_visibility: 'unauth' },
  },
  { part: MOUNT, row: 'description', path: 'sys/mounts/kv/tune', body: { description: 'by hand' } },
  {
    part: MOUNT,
    row: 'KV config',
    path: 'kv/config',
    body: { max_versions: 5, cas_required: true, delete_version_after: '3h25m19s' },
  },
  {
    part: AUTH_MOUNT,
    row: 'lease TTLs, visibility and description',
    path: 'sys/mounts/auth/kubernetes/tune',
    body: { default_lease_ttl: '1h', max_lease_ttl: '24h', listing_visibility: 'unauth', description: 'by hand' },
  },
]

describeWithServer('a plan after an apply is empty', () => {
  let server: RunningServer
  let repository: Checkout
  let store: string
  let text: string

  beforeAll(async () => {
    server = await startOpenBao()
    repository = await checkout('soyo/as-fixed', { 'ca.pem': CA })
    store = await readFile(join(repository.folder, STORE), 'utf8')
    await wipe(server)
    expect((await apply()).exitCode).toBe(0)
    text = (await get('sys/policies/acl/external-secrets')).policy
  })
  afterAll(async () => {
    await server?.stop()
    await repository?.remove()
  })

  const run = (mode: 'plan' | 'apply', more = '', inputs = {}) =>
    runSetup(server, {
      mode,
      token: server.rootToken,
      cwd: repository.folder,
      config: `setup: { ${WANTED}${more === '' ? '' : `, ${more}`} }`,
      inputs: { 'allow-root-token': 'true', ...inputs },
    })
  const plan = async (more = '') => planOf(await run('plan', more))
  const apply = async (more = '') => run('apply', more, { 'plan-digest': (await plan(more)).digest })
  const put = (path: string, body: object) => expectSuccess(server, 'POST', path, body)
  const get = async (path: string) => (await server.request('GET', path)).body.data
  const reset = async () => {
    await put('auth/kubernetes/config', LIVE_CONFIG)
    await put('sys/policies/acl/external-secrets', { policy: text })
    await server.request('DELETE', 'auth/kubernetes/role/external-secrets')
    await put('auth/kubernetes/role/external-secrets', {
      bound_service_account_names: ['external-secrets'],
      bound_service_account_namespaces: ['external-secrets'],
      token_policies: ['external-secrets'],
    })
  }

  describe('whoever wrote what is wanted in another way, or more beside it (vault.md §7.2)', () => {
    test.each(ROWS)('$part: $row', async ({ path, body, more, anew }) => {
      await reset()
      if (anew) await server.request('DELETE', path)
      const change = 'change' in body ? (body.change as (text: string) => string) : undefined
      await put(path, change === undefined ? body : { policy: change(text) })
      const made = await plan(more)
      expect(actionsOf(made), JSON.stringify(made.steps.map(({ fields, rules }) => [fields, rules]))).toEqual(
        everyStep('no-change'),
      )
      expect(made).toMatchObject({ hasChanges: false, commands: [] })
    })
  })

  describe('what the config asks for otherwise is written once, and everything beside it stays', () => {
    test('config: host and CA change; pem_keys, issuer and the rest stay', async () => {
      await reset()
      const kept = { pem_keys: [PEM_KEY.trim()], issuer: 'https://issuer.example.com', disable_iss_validation: false }
      await put('auth/kubernetes/config', {
        ...kept,
        kubernetes_host: 'https://127.0.0.1:2',
        kubernetes_ca_cert: selfSigned('old').certificate,
        disable_local_ca_jwt: false,
      })
      const step = (await plan()).steps.find(({ id }) => id === CONFIG)
      expect(step?.action).toBe('update')
      expect(step?.fields.map(({ field }) => field).sort()).toEqual([
        'disable_local_ca_jwt',
        'kubernetes_ca_cert',
        'kubernetes_host',
      ])
      expect((await apply()).exitCode).toBe(0)
      const now = await get('auth/kubernetes/config')
      expect(now).toMatchObject({ ...LIVE_CONFIG, issuer: kept.issuer, disable_iss_validation: false })
      expect(now.pem_keys).toHaveLength(1)
      expect(now.pem_keys[0].trim()).toBe(PEM_KEY.trim())
      expect(await plan()).toMatchObject({ hasChanges: false })
    })

    test.each([
      ['90m', 5400],
      ['1h30m', 5400],
      ['"7200"', 7200],
      ['2h', 7200],
      ['1d', 86_400],
    ])('role: ttl %s', async (ttl, seconds) => {
      await reset()
      const more = `role: { ttl: ${ttl} }`
      const step = (await plan(more)).steps.find(({ id }) => id === ROLE)
      expect(step).toMatchObject({ action: 'update', fields: [{ field: 'token_ttl', after: seconds }] })
      expect((await apply(more)).exitCode).toBe(0)
      expect((await get('auth/kubernetes/role/external-secrets')).token_ttl).toBe(seconds)
      expect(await plan(more)).toMatchObject({ hasChanges: false })
    })

    test('role: a list in the given order, with what is new behind it', async () => {
      await reset()
      await put('auth/kubernetes/role/external-secrets', {
        bound_service_account_names: 'zeta,alpha',
        token_policies: 'Zeta,alpha',
      })
      expect((await apply()).report.problems).toBeUndefined()
      expect(await get('auth/kubernetes/role/external-secrets')).toMatchObject({
        bound_service_account_names: ['zeta', 'alpha', 'external-secrets'],
        token_policies: ['Zeta', 'alpha', 'external-secrets'],
      })
      expect(await plan()).toMatchObject({ hasChanges: false })
    })

    test('role: written with the legacy names only, then given another policy and ttl', async () => {
      await reset()
      await server.request('DELETE', 'auth/kubernetes/role/external-secrets')
      await put('auth/kubernetes/role/external-secrets', {
        ...LEGACY,
        policies: 'other',
        ttl: '30m',
        max_ttl: '4h',
      })
      const more = 'role: { ttl: 1h }'
      expect((await apply(more)).report.problems).toBeUndefined()
      const now = await get('auth/kubernetes/role/external-secrets')
      expect(now.token_policies).toEqual(['other', 'external-secrets'])
      expect(now).toMatchObject({ token_ttl: 3600, token_max_ttl: 14_400 })
      expect(await plan(more)).toMatchObject({ hasChanges: false })
    })

    test('role: without the policy `default` the token gets what ESO itself needs, once', async () => {
      await reset()
      await put('auth/kubernetes/role/external-secrets', { token_no_default_policy: true })
      const step = (await plan()).steps.find(({ id }) => id === POLICY)
      expect(step?.rules.map(({ path }) => path)).toEqual(['auth/token/lookup-self', 'auth/token/revoke-self'])
      expect((await apply()).exitCode).toBe(0)
      expect(await plan()).toMatchObject({ hasChanges: false })
    })
  })

  test('names in upper case: role, policy and mount path as the server keeps them', async () => {
    await wipe(server)
    await writeFile(join(repository.folder, STORE), store.replace('role: external-secrets', 'role: External-SECRETS'))
    const more = 'policy: { name: "ESO-{role}" }'
    const made = await plan(more)
    expect(made.steps.map(({ id }) => id)).toContain('policy eso-external-secrets')
    expect((await apply(more)).exitCode).toBe(0)
    expect(await plan(more)).toMatchObject({ hasChanges: false })
    await writeFile(join(repository.folder, STORE), store)
    await server.request('DELETE', 'sys/policies/acl/eso-external-secrets')
  })
})
