import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { openClient } from '../../../src/state/live/client.ts'
import { ForbiddenRequest, LiveSettingsError, VaultUnavailable } from '../../../src/state/live/errors.ts'
import { preflight } from '../../../src/state/live/health.ts'
import { readLive } from '../../../src/state/live/read-live.ts'
import { lookUpToken } from '../../../src/state/live/token.ts'
import { endAfterEach, type Handler, json, serve, transportTo } from './local-server.ts'

endAfterEach()

const SERVER = { product: 'openbao', version: '2.7.1', variants: ['bao26'], standby: false } as const
const TOKEN = { lookedUp: true, type: 'service', policies: [], root: false, numUses: 0, ttl: 60 } as const

async function clientTo(handler: Handler, more = {}) {
  const { address, seen } = await serve(handler)
  const transport = transportTo(address, { retries: 0 })
  return { seen, transport, client: await openClient({ transport, token: 'token', ...more }) }
}

describe('the client', () => {
  test('sends token and namespace, LIST as GET, and segments percent-encoded', async () => {
    const { client, seen } = await clientTo((_, response) => json(response, 200, { data: {} }), {
      namespace: '/team/a/',
    })
    client.knowKvMount('kv', 2)
    await client.read('kv/metadata/a b/ü?#%&x=1', { version: 2 })
    await client.list('kv/metadata')
    await client.write('sys/capabilities-self', { paths: [] })
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v1/kv/metadata/a%20b/%C3%BC%3F%23%25%26x%3D1?version=2',
      'GET /v1/kv/metadata?list=1',
      'POST /v1/sys/capabilities-self',
    ])
    expect(seen[0]?.headers).toMatchObject({ 'x-vault-token': 'token', 'x-vault-namespace': 'team/a' })
  })

  test('without a token none is sent, whatever the environment holds', async () => {
    process.env.VAULT_TOKEN = 'from-the-environment'
    try {
      const { client, seen } = await clientTo((_, response) => json(response, 200, {}), { token: undefined })
      await client.read('sys/mounts')
      expect(seen[0]?.headers).not.toHaveProperty('x-vault-token')
      expect(seen[0]?.headers).not.toHaveProperty('x-vault-namespace')
    } finally {
      delete process.env.VAULT_TOKEN
    }
  })

  test.each([200, 204, 299, 400, 403, 404])('gives the answer of status %i', async (status) => {
    const body = { data: { a: 1 }, errors: ['1 error occurred:\n\t* permission denied\n\n'], warnings: ['w'] }
    const { client } = await clientTo((_, response) =>
      status === 204 ? response.writeHead(204).end() : json(response, status, body),
    )
    const answer = await client.read('sys/mounts')
    expect(answer).toEqual(
      status === 204
        ? { status, data: undefined, auth: undefined, errors: [], warnings: [] }
        : { status, data: { a: 1 }, auth: undefined, errors: ['permission denied'], warnings: ['w'] },
    )
  })

  test('a token that the server echoes is redacted', async () => {
    const { client } = await clientTo((_, response) =>
      json(response, 400, { errors: ['bad token hvs.CAESIAbcdefghijklmnop seen\nhere'] }),
    )
    expect((await client.read('sys/mounts')).errors).toEqual(['bad token *** seen here'])
  })

  test.each([
    'kv/data/app',
    'kv/other',
    'kv',
    'database/creds/app',
    'one/app',
    'sys/raw/x',
    'sys/leases/lookup',
    'auth/approle/role/x/role-id',
    'cubbyhole/x',
    'kv/metadatax',
    'unknown/metadata/x',
  ])('never sends GET %s', async (path) => {
    const { client, seen } = await clientTo((_, response) => json(response, 200, {}))
    client.knowKvMount('kv', 2)
    client.knowKvMount('one', 1)
    await expect(client.read(path)).rejects.toBeInstanceOf(ForbiddenRequest)
    expect(seen).toEqual([])
  })

  test.each(['kv/data/app', 'sys/policies/acl/x', 'sys/mounts/kv', 'auth/kubernetes/role/x'])(
    'never writes %s when it only reads',
    async (path) => {
      const { client, seen } = await clientTo((_, response) => json(response, 200, {}))
      await expect(client.write(path, {})).rejects.toBeInstanceOf(ForbiddenRequest)
      await expect(client.remove(path)).rejects.toBeInstanceOf(ForbiddenRequest)
      expect(seen).toEqual([])
    },
  )

  test('a nested KV mount decides over the one around it', async () => {
    const { client } = await clientTo((_, response) => json(response, 200, {}))
    client.knowKvMount('kv', 2)
    client.knowKvMount('kv/metadata', 1)
    await expect(client.read('kv/metadata/x')).rejects.toBeInstanceOf(ForbiddenRequest)
  })

  test.each(['a/../b', 'a//b', './a', '', 'a/'])('refuses the path %j', async (path) => {
    const { client } = await clientTo((_, response) => json(response, 200, {}))
    await expect(client.list(path)).rejects.toBeInstanceOf(LiveSettingsError)
  })

  test('is not loaded, and neither is node-vault or axios, by what a run without a Vault loads', () => {
    const script = `
      await import('./src/state/live/connect.ts'); await import('./src/state/live/read-live.ts')
      const { createRequire } = await import('node:module')
      const loaded = Object.keys(createRequire(process.cwd() + '/x.js').cache)
      process.stdout.write(String(loaded.filter((file) => /node-vault|axios/.test(file)).length))`
    const cwd = fileURLToPath(new URL('../../../', import.meta.url))
    expect(execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd, encoding: 'utf8' })).toBe(
      '0',
    )
  })
})

describe('readLive when something fails', () => {
  const kv = { data: { 'kv/': { type: 'kv', options: { version: '2' } } } }
  const wanted = { secrets: ['good', 'bad'].map((key) => ({ mount: 'kv', key })) }
  const answers =
    (bad: Handler): Handler =>
    (request, response, count) => {
      if (request.url === '/v1/sys/mounts') return json(response, 200, kv)
      if (request.url === '/v1/sys/capabilities-self') return json(response, 403, { errors: ['permission denied'] })
      if (request.url === '/v1/kv/metadata/bad') return bad(request, response, count)
      json(response, 200, { data: { current_version: 1, versions: { 1: { deletion_time: '', destroyed: false } } } })
    }

  test.each([
    ['500', (_: unknown, response) => json(response, 500, {}), /answered 500/],
    ['a web page', (_: unknown, response) => void response.writeHead(403).end('<html>'), /a web page/],
    [
      'an odd answer',
      (_: unknown, response) => json(response, 405, { errors: ['unsupported operation'] }),
      /405 \(unsupported operation\), which was not expected/,
    ],
    ['a reset', (request) => void request.socket.destroy(), /closed the connection/],
  ] as readonly [string, Handler, RegExp][])('%s on one path leaves the others alone', async (_, bad, because) => {
    const { client } = await clientTo(answers(bad))
    const state = await readLive({ client, server: SERVER, token: TOKEN }, wanted)
    expect(state.secretFact('kv', 'good')).toMatchObject({ presence: 'present' })
    expect(state.secretFact('kv', 'bad')).toMatchObject({
      presence: 'unknown',
      because: expect.stringMatching(because),
    })
  })

  test.each([{}, { data: null }, { data: {} }, { data: { 'kv/': 'odd' } }])(
    'a list of mounts that holds nothing (%j) does not make mounts absent',
    async (body) => {
      const { client } = await clientTo((_, response) => json(response, 200, body))
      const state = await readLive(
        { client, server: SERVER, token: TOKEN },
        { mounts: ['kv'], authMounts: ['kubernetes'], finds: [{ mount: 'kv', path: '' }] },
      )
      expect([state.mount('kv')?.presence, state.authMount('kubernetes')?.presence]).not.toContain('absent')
    },
  )

  test('a server that is sealed in mid-run leaves what it told before', async () => {
    const { client } = await clientTo(answers((_, response) => json(response, 503, { errors: ['Vault is sealed'] })))
    const state = await readLive({ client, server: SERVER, token: TOKEN }, wanted)
    expect(state.mount('kv')).toMatchObject({ presence: 'present' })
    expect(state.secretFact('kv', 'bad')).toMatchObject({
      presence: 'unknown',
      because: expect.stringContaining('sealed'),
    })
    expect(state.unanswered).toEqual([expect.stringContaining('sealed')])
  })
})

describe('looking a token up in namespaces', () => {
  const login = { token: 'token', ours: true, type: undefined, numUses: 0 } as const
  const knownIn =
    (namespace: string | undefined): Handler =>
    (request, response) =>
      request.headers['x-vault-namespace'] === namespace
        ? json(response, 200, { data: { policies: ['default'], type: 'service', ttl: 5, creation_ttl: 9 } })
        : json(response, 403, { errors: ['permission denied'] })

  test.each([
    ['a/b', 'a/b'],
    ['a', 'a'],
    [undefined, ''],
  ])('known in %s', async (header, namespace) => {
    const { client } = await clientTo(knownIn(header), { namespace: 'a/b' })
    expect(await lookUpToken(client, login)).toMatchObject({ namespace, lookedUp: true, type: 'service', ttl: 5 })
  })

  test('known nowhere', async () => {
    const { client, seen } = await clientTo(knownIn('other'), { namespace: 'a/b' })
    await expect(lookUpToken(client, login)).rejects.toMatchObject({ kind: 'token' })
    expect(seen.map(({ headers }) => headers['x-vault-namespace'])).toEqual([
      'a/b',
      'a/b',
      'a',
      'a',
      undefined,
      undefined,
    ])
  })
})

describe('preflight', () => {
  const healthy = { initialized: true, sealed: false, standby: false, version: '2.7.1' }
  const health =
    (body: unknown, seal: unknown = {}, status = 299): Handler =>
    (request, response) =>
      json(
        response,
        request.url?.includes('seal-status') ? 200 : status,
        request.url?.includes('seal-status') ? seal : body,
      )
  const check = async (handler: Handler) => preflight((await clientTo(handler)).transport)

  test('a healthy OpenBao', async () => {
    expect(await check(health(healthy, { commit_date: '2026' }))).toEqual(SERVER)
  })
  test('a standby is good enough', async () => {
    expect(await check(health({ ...healthy, standby: true }, {}, 429))).toMatchObject({ standby: true })
  })
  test.each([
    ['not initialised', { ...healthy, initialized: false, sealed: true }, 'uninitialised', 'is not initialised'],
    ['sealed', { ...healthy, sealed: true }, 'sealed', 'is sealed'],
    [
      'a disaster-recovery secondary',
      { ...healthy, replication_dr_mode: 'secondary' },
      'standby',
      "the primary's address",
    ],
    ['removed', { ...healthy, removed_from_cluster: true }, 'standby', 'removed from its cluster'],
    ['another service', { status: 'ok' }, 'not-vault', 'not as Vault does'],
    ['nothing', undefined, 'not-vault', 'not as Vault does'],
  ])('%s', async (_, body, kind, message) => {
    const failed = await check(health(body)).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(VaultUnavailable)
    expect(failed).toMatchObject({ kind, message: expect.stringContaining(message) })
  })
  test('sends no token', async () => {
    const { transport, seen } = await clientTo(health(healthy))
    await preflight(transport)
    expect(seen).toHaveLength(2)
    for (const request of seen) expect(request.headers).not.toHaveProperty('x-vault-token')
  })
})
