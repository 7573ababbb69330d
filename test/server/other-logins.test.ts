import { createSign, generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { selfSigned } from '../../scripts/openbao/self-signed.ts'
import { connect, revokeSavedToken } from '../../src/state/live/connect.ts'
import { VaultUnavailable } from '../../src/state/live/errors.ts'
import type { LoginMethod } from '../../src/state/live/login.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess } from '../openbao/stage.ts'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ours = selfSigned('ci.example.com')
const certificate = { certificate: ours.certificate, key: ours.privateKey }
const GITHUB = { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://example.invalid', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request' }

function jwtOf(claims: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  const head = `${encode({ alg: 'ES256' })}.${encode({ nbf: now - 10, exp: now + 600, ...claims })}`
  const signature = createSign('SHA256').update(head).sign({ key: privateKey, dsaEncoding: 'ieee-p1363' }, 'base64url')
  return `${head}.${signature}`
}

describeWithServer('logins by other ways', () => {
  let server: RunningServer
  const put = (path: string, body: object) => expectSuccess(server, 'POST', path, body)

  beforeAll(async () => {
    server = await startOpenBao({ tls: true })
    await put('sys/policies/acl/ci', { policy: 'path "sys/mounts" { capabilities = ["read"] }' })
    await put('sys/auth/cert', { type: 'cert' })
    await put('auth/cert/certs/ci', { certificate: ours.certificate, token_policies: 'ci' })
    await put('sys/auth/people', { type: 'userpass' })
    await put('sys/auth/jwt', { type: 'jwt' })
    await put('auth/jwt/config', { jwt_validation_pubkeys: [publicKey.export({ type: 'spki', format: 'pem' })] })
    await put('auth/jwt/role/ci', {
      role_type: 'jwt',
      user_claim: 'sub',
      bound_audiences: ['vault'],
      bound_claims: { repository_id: '7' },
      token_policies: 'ci',
    })
  })
  afterAll(() => server?.stop())

  function session(login: LoginMethod, more: Partial<Parameters<typeof connect>[0]> = {}) {
    const masked: string[] = []
    const options = { address: server.address, caCertificate: server.caFile as string, login, env: GITHUB, ...more }
    return { masked, connected: connect({ ...options, mask: (secret) => void masked.push(secret) }) }
  }

  test('cert: who we are is told by the client certificate, whose key is masked', async () => {
    const { connected, masked } = session({ method: 'cert', role: 'ci' }, { clientCertificate: certificate })
    const connection = await connected
    expect(masked).toEqual([ours.privateKey.trim(), connection.login.token])
    expect(connection.token.policies).toContain('ci')
    expect(await connection.end()).toEqual({ revoked: true })
  })

  test('cert: the post step shows the certificate too', async () => {
    const { connected } = session({ method: 'cert' }, { clientCertificate: certificate })
    const { token } = (await connected).login
    const saved = { address: server.address, caCertificate: server.caFile as string, token }
    expect(await revokeSavedToken({ ...saved, clientCertificate: certificate })).toEqual({ revoked: true })
  })

  test('cert: another certificate is refused, with what to look at', async () => {
    const other = selfSigned('mallory.example.com')
    const clientCertificate = { certificate: other.certificate, key: other.privateKey }
    const { connected } = session({ method: 'cert', role: 'ci' }, { clientCertificate })
    await expect(connected).rejects.toMatchObject({ message: expect.stringContaining('role `ci`') })
  })

  test('a key that does not belong to the certificate is told before anything is sent, without a part of it', async () => {
    const clientCertificate = { certificate: ours.certificate, key: selfSigned('other').privateKey }
    await expect(session({ method: 'cert' }, { clientCertificate }).connected).rejects.toThrow(
      'client-key is not the key of client-certificate.',
    )
    const none = { certificate: ours.certificate, key: 'c2VjcmV0LXRleHQ=' }
    const failed = await session({ method: 'cert' }, { clientCertificate: none }).connected.catch((error) => error)
    expect(failed.message).toMatch(/^client-key /)
    expect(failed.message).not.toContain('c2VjcmV0')
  })

  test('auth-payload: any other login, with what may be a secret in it masked', async () => {
    const jwt = jwtOf({ sub: 'me', aud: 'vault', repository_id: '7' })
    const { connected, masked } = session({
      method: 'payload',
      mount: 'jwt',
      payload: { role: 'ci', jwt, deep: ['x-y-z-secret', 'short'] },
    })
    const connection = await connected
    expect(masked).toEqual([jwt, 'x-y-z-secret', connection.login.token])
    expect(await connection.end()).toEqual({ revoked: true })
    const refused = session({ method: 'payload', mount: 'jwt', payload: { role: 'ci', jwt: jwtOf({ sub: 'me' }) } })
    await expect(refused.connected).rejects.toThrow(/Check `auth-payload`/)
  })

  test('a refused JWT: the message has our claims, and never the token', async () => {
    const jwt = jwtOf({ sub: 'repo:acme/gitops:ref:refs/heads/main', aud: 'vault', repository_id: 8, secret: 'no' })
    const login = { method: 'jwt', role: 'ci', audience: 'vault' } as const
    const failed = await session(login, { getIdToken: async () => jwt }).connected.catch((error) => error)
    expect(failed).toBeInstanceOf(VaultUnavailable)
    expect(failed.message).toContain(
      'The token says aud="vault", sub="repo:acme/gitops:ref:refs/heads/main", repository_id="8".',
    )
    expect(failed.message).not.toContain(jwt.slice(0, 40))
    expect(failed.login).toEqual({
      mount: 'jwt',
      role: 'ci',
      claims: { aud: 'vault', sub: 'repo:acme/gitops:ref:refs/heads/main', repository_id: '8' },
    })
  })
})

test('extra headers go with every request, are masked, and take nothing of ours away', async () => {
  const seen: Record<string, unknown>[] = []
  const front = createServer((request, response) => {
    seen.push(request.headers)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({
        initialized: true,
        sealed: false,
        version: '1.20.0',
        data: { policies: ['ci'], type: 'service' },
      }),
    )
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  const masked: string[] = []
  try {
    const connection = await connect({
      address: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
      login: { method: 'token', token: 'the-token' },
      headers: { 'CF-Access-Client-Secret': 'proxy-secret', 'User-Agent': 'other' },
      env: {},
      mask: (secret) => void masked.push(secret),
    })
    await connection.end()
  } finally {
    front.closeAllConnections()
    front.close()
  }
  expect(seen.length).toBeGreaterThan(1)
  for (const headers of seen) {
    expect(headers).toMatchObject({ 'cf-access-client-secret': 'proxy-secret', 'user-agent': 'eso-vault' })
  }
  expect(masked).toContain('proxy-secret')
})
