import { createSign, generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const ISSUER = 'https://token.actions.example.com'
const AUDIENCE = 'https://github.example.com/acme'

/** What the runner's OIDC endpoint is to a job: it signs a JWT for whoever shows the job's request token. */
export async function startIssuer() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const issued: string[] = []
  let job: Readonly<Record<string, unknown>> = {}
  const server = createServer((request, response) => {
    if (request.headers.authorization !== 'Bearer the-request-token') return void response.writeHead(401).end()
    const audience = new URL(request.url ?? '', 'http://issuer').searchParams.get('audience') ?? AUDIENCE
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: ISSUER,
      aud: audience,
      sub: 'repo:acme/gitops:pull_request',
      repository_id: '456789',
      event_name: 'pull_request',
      iat: now,
      nbf: now - 5,
      exp: now + 300,
      ...job,
    }
    const text = [{ alg: 'RS256', typ: 'JWT' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const jwt = `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey).toString('base64url')}`
    issued.push(jwt)
    response.writeHead(200, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ value: jwt }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token?api-version=2.0`
  return {
    /** The tokens that were handed out. */
    issued,
    /** What a job with `permissions: id-token: write` has in its environment. */
    env: { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'the-request-token' },
    /** Claims of the tokens that follow, over those of a pull request of `acme/gitops`. */
    claim: (claims: Readonly<Record<string, unknown>>) => {
      job = claims
    },
    /** Body of `auth/jwt/config`. */
    config: {
      jwt_validation_pubkeys: [publicKey.export({ type: 'spki', format: 'pem' })],
      bound_issuer: ISSUER,
    },
    /** Body of `auth/jwt/role/…`: bound as platform.md §2.3 recommends. */
    role: (policies: readonly string[]) => ({
      role_type: 'jwt',
      user_claim: 'repository_id',
      bound_audiences: [AUDIENCE],
      bound_claims: { repository_id: '456789', event_name: ['pull_request', 'schedule'] },
      token_policies: policies,
      token_ttl: '5m',
    }),
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
