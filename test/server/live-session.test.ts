import { createSign, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, revokeSavedToken } from '../../src/state/live/connect.ts'
import { LiveSettingsError, VaultUnavailable } from '../../src/state/live/errors.ts'
import type { LoginMethod } from '../../src/state/live/login.ts'
import { readLive } from '../../src/state/live/read-live.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { connectWith, expectSuccess, mountKv, tokenWith } from '../openbao/stage.ts'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

describeWithServer('a session with a live server', () => {
  let server: RunningServer
  let folder: string
  const GITHUB = {
    ACTIONS_ID_TOKEN_REQUEST_URL: 'https://example.invalid',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
  }

  beforeAll(async () => {
    server = await startOpenBao({ audit: true })
    folder = await mkdtemp(join(tmpdir(), 'eso-vault-session-'))
    const put = (path: string, body: object) => expectSuccess(server, 'POST', path, body)
    await put('sys/policies/acl/ci', { policy: 'path "sys/mounts" { capabilities = ["read"] }' })
    await put('sys/auth/jwt', { type: 'jwt' })
    await put('auth/jwt/config', { jwt_validation_pubkeys: [publicKey.export({ type: 'spki', format: 'pem' })] })
    const jwtRole = {
      role_type: 'jwt',
      user_claim: 'sub',
      bound_audiences: ['https://github.com/acme'],
      token_policies: 'ci',
    }
    await put('auth/jwt/role/ci', jwtRole)
    await put('auth/jwt/role/batch', { ...jwtRole, token_type: 'batch' })
    await put('auth/jwt/role/lonely', { ...jwtRole, token_no_default_policy: true })
    await put('sys/auth/approle', { type: 'approle' })
    await put('auth/approle/role/ci', { token_policies: 'ci', token_num_uses: 50 })
    await put('sys/auth/people', { type: 'userpass' })
    await put('auth/people/users/dev', { password: 'pass-word-of-dev', token_policies: 'ci' })
  })
  afterAll(async () => {
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  function session(login: LoginMethod, more: Partial<Parameters<typeof connect>[0]> = {}) {
    const masked: string[] = []
    const mask = (secret: string) => void masked.push(secret)
    return { masked, connected: connect({ address: server.address, login, env: GITHUB, mask, ...more }) }
  }
  async function alive(token: string): Promise<boolean> {
    return (await server.request('POST', 'auth/token/lookup', { token })).status === 200
  }

  test('a token of the user is looked up, masked, and not revoked', async () => {
    const token = await tokenWith(server, 'path "x" { capabilities = ["read"] }')
    const connection = await connectWith(server, ` ${token}\n`)
    expect(connection.masked).toEqual([token])
    expect(connection.token).toMatchObject({
      lookedUp: true,
      type: 'service',
      root: false,
      numUses: 0,
      ttl: expect.any(Number),
    })
    expect(connection.token.policies).toContain('default')
    expect(connection.server).toMatchObject({ product: server.product, version: server.version, standby: false })
    expect(await connection.end()).toEqual({ revoked: false })
    expect(await alive(token)).toBe(true)
    const again = await connectWith(server, token)
    expect(await again.end({ usersToken: true })).toEqual({ revoked: true })
    expect(await alive(token)).toBe(false)
  })

  test('a root token is told', async () => {
    const connection = await connectWith(server, server.rootToken)
    expect(connection.token).toMatchObject({ root: true, policies: ['root'], ttl: undefined })
    expect((await readLive(connection, {})).excess.root).toBe(true)
    await connection.end()
  })

  test('a token without the default policy is told from a bad one', async () => {
    const token = await tokenWith(server, 'path "x" { capabilities = ["read"] }', { no_default_policy: true })
    const connection = await connectWith(server, token)
    expect(connection.token).toMatchObject({ lookedUp: false, root: false })
    const ended = await connection.end({ usersToken: true })
    expect(ended).toMatchObject({ revoked: false, warning: expect.stringContaining('auth/token/revoke-self') })
  })

  test('a token with few uses is warned of', async () => {
    const token = await tokenWith(server, 'path "x" { capabilities = ["read"] }', { num_uses: 20 })
    const connection = await connectWith(server, token)
    expect((await readLive(connection, {})).warnings).toEqual([expect.stringMatching(/used (19|20) times only/)])
    await connection.end()
  })

  test.each(['s.000000000000000000000000', 'wrong', 'hvs.CAESIWrongWrongWrongWrongWrong'])(
    'a bad token: %s',
    async (token) => {
      const failed = await connectWith(server, token).catch((error: unknown) => error)
      expect(failed).toBeInstanceOf(VaultUnavailable)
      expect(failed).toMatchObject({
        kind: 'token',
        message: expect.stringContaining('does not accept the token (403)'),
      })
      expect(String((failed as Error).stack)).not.toContain(token)
    },
  )

  test('an expired token', async () => {
    const token = await tokenWith(server, 'path "x" { capabilities = ["read"] }', { ttl: '1s' })
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await expect(connectWith(server, token)).rejects.toMatchObject({
      kind: 'token',
      message: expect.stringContaining('expired'),
    })
  })

  test.each(['', '  \n', 'two words', 'line\r\nX-Evil: 1'])('a token that cannot be one: %j', async (token) => {
    const failed = await connectWith(server, token).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(LiveSettingsError)
    if (token.trim()) expect((failed as Error).message).not.toContain(token)
  })

  test('the environment of the process is not read', async () => {
    const before = { ...process.env }
    Object.assign(process.env, {
      VAULT_TOKEN: server.rootToken,
      VAULT_ADDR: 'http://127.0.0.1:1',
      VAULT_NAMESPACE: 'no',
      VAULT_PREFIX: '/no',
      VAULT_SKIP_VERIFY: '1',
    })
    try {
      await expect(connectWith(server, 'wrong')).rejects.toMatchObject({ kind: 'token' })
      const { connected } = session({
        method: 'userpass',
        mount: 'people',
        username: 'dev',
        password: 'pass-word-of-dev',
      })
      const connection = await connected
      expect(connection.client.namespace).toBe('')
      await connection.end()
      const log = JSON.stringify((await server.auditLog()).slice(-20))
      expect(log).not.toContain('"path":"no')
    } finally {
      process.env = before
    }
  })

  describe('jwt', () => {
    test('logs in with a token of GitHub, masks both tokens, revokes at the end', async () => {
      const audiences: (string | undefined)[] = []
      const jwt = signedJwt({})
      const getIdToken = async (audience?: string) => {
        audiences.push(audience)
        return jwt
      }
      const { connected, masked } = session(
        { method: 'jwt', role: 'ci', audience: 'https://github.com/acme' },
        { getIdToken },
      )
      const connection = await connected
      expect(audiences).toEqual(['https://github.com/acme'])
      expect(masked).toEqual([jwt, connection.login.token])
      expect(connection.login).toMatchObject({ ours: true, type: 'service' })
      expect(connection.token.policies).toEqual(['ci', 'default'])
      expect(await alive(connection.login.token)).toBe(true)
      expect(await connection.end()).toEqual({ revoked: true })
      expect(await alive(connection.login.token)).toBe(false)
    })

    test('a batch token is not revoked, since it cannot be', async () => {
      const { connected } = session({ method: 'jwt', role: 'batch' }, { getIdToken: async () => signedJwt({}) })
      const connection = await connected
      expect(connection.token.type).toBe('batch')
      expect(await connection.end()).toEqual({ revoked: false })
    })

    test('GitHub is asked five times, and its error is not shown', async () => {
      let asked = 0
      const slept: number[] = []
      const getIdToken = async () => {
        asked += 1
        throw new Error('failed with request-token in the text')
      }
      const surroundings = { now: Date.now, random: () => 0, sleep: async (ms: number) => void slept.push(ms) }
      const { connected } = session({ method: 'jwt', role: 'ci' }, { getIdToken, transport: { surroundings } })
      const failed = await connected.catch((error: unknown) => error)
      expect(failed).toMatchObject({ kind: 'login', message: expect.stringContaining('5 tries') })
      expect((failed as Error).message).not.toContain('request-token')
      expect([asked, slept]).toEqual([5, [3000, 3000, 3000, 3000]])
    })

    test.each([
      ['no request URL in the environment', {}, true],
      ['a request URL that is none', { ...GITHUB, ACTIONS_ID_TOKEN_REQUEST_URL: 'x' }, false],
    ])('%s: says which permission is missing', async (_, env, ask) => {
      const { connected } = session(
        { method: 'jwt', role: 'ci' },
        { env, ...(ask ? { getIdToken: async () => 'x' } : {}) },
      )
      await expect(connected).rejects.toThrow('permissions: id-token: write')
      await expect(connected).rejects.toBeInstanceOf(LiveSettingsError)
    })

    test.each([
      ['another audience', { aud: 'https://github.com/other' }, 'ci', /bound_audiences/],
      ['an unknown role', {}, 'nobody', /nobody/],
      ['expired', { exp: 1_000 }, 'ci', /expired/],
    ])('refused: %s', async (_, claims, role, text) => {
      const jwt = signedJwt(claims)
      const { connected } = session({ method: 'jwt', role }, { getIdToken: async () => jwt })
      const failed = (await connected.catch((error: unknown) => error)) as VaultUnavailable
      expect(failed.kind).toBe('login')
      expect(failed.message).toMatch(
        /^Vault refused the login with role `(ci|nobody)`: POST auth\/jwt\/login answered 400/,
      )
      expect(failed.message).toMatch(text)
      expect(failed.stack).not.toContain(jwt)
    })
  })

  test('approle, with and without a good secret id', async () => {
    const role = (await server.request('GET', 'auth/approle/role/ci/role-id')).body.data.role_id
    const secret = (await server.request('POST', 'auth/approle/role/ci/secret-id', {})).body.data.secret_id
    const good = session({ method: 'approle', roleId: role, secretId: secret })
    const connection = await good.connected
    expect(good.masked[0]).toBe(secret)
    expect(connection.token.numUses).toBeGreaterThan(0)
    expect(await connection.end()).toEqual({ revoked: true })
    const bad = session({ method: 'approle', roleId: role, secretId: 'not-the-secret-id' })
    const failed = (await bad.connected.catch((error: unknown) => error)) as Error
    expect(failed.message).toContain('invalid role or secret ID')
    expect(failed.message).not.toContain('not-the-secret-id')
  })

  test('userpass at another mount, and a wrong mount', async () => {
    const login = { method: 'userpass', mount: 'people', username: 'dev', password: 'pass-word-of-dev' } as const
    const { connected, masked } = session(login)
    const connection = await connected
    expect(masked).toEqual(['pass-word-of-dev', connection.login.token])
    expect(await connection.end()).toEqual({ revoked: true })
    const wrong = session({ ...login, mount: 'nowhere' })
    await expect(wrong.connected).rejects.toMatchObject({
      kind: 'login',
      message: expect.stringContaining('check auth-mount'),
    })
    const mistyped = session({ ...login, password: 'pass-word-of-nobody' })
    await expect(mistyped.connected).rejects.toMatchObject({ message: expect.not.stringContaining('pass-word') })
  })

  test('kubernetes reads the token file of the pod', async () => {
    const file = join(folder, 'token')
    await writeFile(file, `${signedJwt({})}\n`)
    // A JWT mount takes the same login as a kubernetes one: role and jwt.
    const { connected, masked } = session({ method: 'kubernetes', mount: 'jwt', role: 'ci', tokenPath: file })
    const connection = await connected
    expect(masked[0]).toBe((await readFile(file, 'utf8')).trim())
    await connection.end()
    const missing = session({ method: 'kubernetes', role: 'ci', tokenPath: join(folder, 'none') })
    await expect(missing.connected).rejects.toThrow(/cannot be read \(ENOENT\)/)
  })

  test('a login that fails after it made a token revokes it', async () => {
    const { connected, masked } = session(
      { method: 'userpass', mount: 'people', username: 'dev', password: 'pass-word-of-dev' },
      { namespace: 'bad name', authNamespace: '' },
    )
    await expect(connected).rejects.toThrow('vault-namespace')
    expect(await alive(masked[1] ?? '')).toBe(false)
  })

  test('a token kept for the post step is revoked by another process', async () => {
    const token = await tokenWith(server, 'path "x" { capabilities = ["read"] }')
    expect(await revokeSavedToken({ address: server.address, token })).toEqual({ revoked: true })
    expect(await alive(token)).toBe(false)
    const again = await revokeSavedToken({ address: server.address, token })
    expect(again).toMatchObject({ revoked: false, warning: expect.stringContaining('answered 403') })
    expect(await revokeSavedToken({ address: 'nonsense', token })).toMatchObject({ revoked: false })
  })

  test('a token of the root namespace serves in one below; a bad one nowhere', async () => {
    await expectSuccess(server, 'POST', 'sys/namespaces/below', {})
    for (const fields of [{}, { no_default_policy: true }]) {
      const token = await tokenWith(server, 'path "below/kv/metadata/*" { capabilities = ["read"] }', fields)
      const connection = await connectWith(server, token, { namespace: 'below' })
      expect(connection.token.lookedUp).toBe(!('no_default_policy' in fields))
      expect(connection.client.namespace).toBe('below')
      const ended = await connection.end({ usersToken: true })
      expect(ended.revoked).toBe(!(await alive(token)))
    }
    const bad = connectWith(server, 'wrong', { namespace: 'below' })
    await expect(bad).rejects.toMatchObject({ message: expect.stringContaining('in the Vault namespace below') })
  })

  test('one Vault namespace is read, another logged in to', async () => {
    await expectSuccess(server, 'POST', 'sys/namespaces/team', {})
    const inTeam = { namespace: 'team/' }
    const connection = await connectWith(server, server.rootToken, { ...inTeam, authNamespace: '' })
    const state = await readLive(connection, { mounts: ['secret', 'sys'] })
    expect(state.mount('secret')).toMatchObject({ presence: 'absent' })
    expect(state.mount('sys')).toMatchObject({ presence: 'present' })
    const root = connection.client.inNamespace('')
    expect((await root.read('sys/mounts')).data).toHaveProperty('secret/')
    await connection.end()
  })
})

describeWithServer('a server that comes and goes', () => {
  test('sealed: at the start, and in the middle of a run', async () => {
    const server = await startOpenBao()
    try {
      await mountKv(server, 'kv', 2)
      const connection = await connectWith(server, server.rootToken)
      await expectSuccess(server, 'PUT', 'sys/seal')
      const state = await readLive(connection, { secrets: [{ mount: 'kv', key: 'x' }] })
      expect(state.secretFact('kv', 'x')).toMatchObject({ presence: 'unknown' })
      expect(state.unanswered.join()).toContain('is sealed: nothing can be read')
      await connection.end()
      await expect(connectWith(server, server.rootToken)).rejects.toMatchObject({
        kind: 'sealed',
        message: expect.stringContaining('is sealed: nothing can be read. Unseal it'),
      })
      await server.request('PUT', 'sys/unseal', { key: server.unsealKey }, '')
      await (await connectWith(server, server.rootToken)).end()
    } finally {
      await server.stop()
    }
  })

  test('a KV mount that is just being upgraded is waited for', async () => {
    const server = await startOpenBao()
    try {
      await expectSuccess(server, 'POST', 'sys/mounts/fresh', { type: 'kv' })
      for (let number = 0; number < 50; number += 1) await expectSuccess(server, 'POST', `fresh/${number}`, { a: 'b' })
      await expectSuccess(server, 'POST', 'sys/mounts/fresh/tune', { options: { version: '2' } })
      const connection = await connectWith(server, server.rootToken)
      const state = await readLive(connection, { secrets: [{ mount: 'fresh', key: '7', withKeys: true }] })
      expect(state.secretFact('fresh', '7')).toMatchObject({ presence: 'present', keys: { a: null } })
      await connection.end()
    } finally {
      await server.stop()
    }
  })

  test('TLS: its own CA as file, PEM and base64; unknown CA; http on the https port', async () => {
    const server = await startOpenBao({ tls: true })
    try {
      const file = server.caFile ?? ''
      const pem = await readFile(file, 'utf8')
      for (const caCertificate of [file, pem, Buffer.from(pem).toString('base64')]) {
        const connection = await connectWith(server, server.rootToken, { caCertificate })
        expect(connection.token.root).toBe(true)
        expect(connection.warnings).toEqual([])
        await connection.end()
      }
      const plain = { login: { method: 'token', token: server.rootToken }, env: {}, mask: () => {} } as const
      const before = process.env.VAULT_SKIP_VERIFY
      process.env.VAULT_SKIP_VERIFY = 'true'
      await expect(connect({ ...plain, address: server.address })).rejects.toMatchObject({
        kind: 'tls',
        message: expect.stringContaining('signed by a CA that this machine does not know'),
      })
      if (before === undefined) delete process.env.VAULT_SKIP_VERIFY
      else process.env.VAULT_SKIP_VERIFY = before
      await expect(connect({ ...plain, address: server.address.replace('https', 'http') })).rejects.toMatchObject({
        // The server resets the connection behind its answer; most often the answer is seen.
        kind: expect.stringMatching(/^(plain-http|reset)$/),
        message: expect.stringContaining('write vault-addr with https://'),
      })
    } finally {
      await server.stop()
    }
  })
})

describeWithServer('through a proxy', () => {
  test('https goes through it by CONNECT, which sees no more than the name; the certificate is still checked', async () => {
    const server = await startOpenBao({ tls: true })
    const { port } = new URL(server.address)
    const seen: string[] = []
    const proxy = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`)
      response.writeHead(500).end()
    })
    proxy.on('connect', (request, socket) => {
      seen.push(`CONNECT ${request.url}`)
      const onward = createConnection(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
        onward.pipe(socket).pipe(onward)
      })
      onward.on('error', () => socket.destroy())
      socket.on('error', () => onward.destroy())
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const proxyEnv = { HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` }
    try {
      const connection = await connectWith(server, server.rootToken, {
        address: `https://localhost:${port}`,
        transport: { proxyEnv },
      })
      expect(new Set(seen)).toEqual(new Set([`CONNECT localhost:${port}`]))
      await connection.end()
      const elsewhere = connectWith(server, server.rootToken, {
        address: 'https://vault.example.com',
        transport: { proxyEnv },
      })
      await expect(elsewhere).rejects.toMatchObject({
        kind: 'tls',
        message: expect.stringContaining('for another host name'),
      })
      seen.length = 0
      const direct = await connectWith(server, server.rootToken, {
        transport: { proxyEnv: { ...proxyEnv, NO_PROXY: '127.0.0.1' } },
      })
      await direct.end()
      expect(seen).toEqual([])
    } finally {
      proxy.closeAllConnections()
      proxy.close()
      await server.stop()
    }
  })
})

/** A JWT as GitHub would sign it, with a key of this test. */
function signedJwt(claims: Readonly<Record<string, unknown>>): string {
  const now = Math.floor(Date.now() / 1000)
  const body = {
    sub: 'repo:acme/app',
    aud: 'https://github.com/acme',
    iat: now - 10,
    nbf: now - 10,
    exp: now + 300,
    ...claims,
  }
  const text = [{ alg: 'ES256', typ: 'JWT' }, body]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const signature = createSign('SHA256').update(text).sign({ key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}
