import { createPublicKey, createSign, generateKeyPairSync, verify } from 'node:crypto'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { selfSigned } from '../../scripts/openbao/self-signed.ts'

export interface Account {
  readonly namespace: string
  readonly name: string
}

export interface Review {
  readonly reviewer: string | undefined
  readonly audiences: readonly string[] | undefined
  readonly status: number
  readonly authenticated: boolean
}

/** As much of a Kubernetes API server as a login needs: it issues ServiceAccount tokens and answers TokenReviews. */
export interface ApiServer {
  /** `https://127.0.0.1:<port>` */
  readonly host: string
  /** PEM of its CA. */
  readonly ca: string
  /** A ServiceAccount token, as TokenRequest gives it; without audiences it is for the API server itself. */
  token(account: Account, options?: { readonly audiences?: readonly string[]; readonly seconds?: number }): string
  /** Lets an account create TokenReviews, as a binding of `system:auth-delegator` does. */
  delegate(account: Account): void
  /** Deletes an account: its tokens are no longer confirmed. */
  remove(account: Account): void
  /** Makes it again, under its old uid. */
  restore(account: Account): void
  /** Every TokenReview that was asked for, in order. */
  readonly reviews: readonly Review[]
  stop(): Promise<void>
}

const OWN_AUDIENCE = 'https://kubernetes.default.svc.cluster.local'

/** Starts the API server on a free port of 127.0.0.1, with TLS. */
export async function startApiServer(): Promise<ApiServer> {
  const { certificate, privateKey } = selfSigned('kubernetes-test-ca')
  const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const delegates = new Set<string>()
  const removed = new Set<string>()
  const reviews: Review[] = []

  const server = createServer({ cert: certificate, key: privateKey }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const answer = (status: number, body: unknown) => {
        response.writeHead(status, { 'Content-Type': 'application/json' })
        response.end(JSON.stringify(body))
      }
      const reviewer = identify((request.headers.authorization ?? '').replace(/^Bearer /, ''), [OWN_AUDIENCE])
      // A bearer token is good for the API server only with its audience; a projected one for `vault` is not.
      const who = 'account' in reviewer ? userOf(reviewer.account) : undefined
      if (request.method !== 'POST' || request.url !== '/apis/authentication.k8s.io/v1/tokenreviews') {
        return answer(404, failure(404, 'NotFound', `${request.method} ${request.url}`))
      }
      const { spec = {} } = JSON.parse(Buffer.concat(chunks).toString() || '{}') as {
        spec?: { token?: string; audiences?: string[] }
      }
      const refuse = (status: number, reason: string) => {
        reviews.push({ reviewer: who, audiences: spec.audiences, status, authenticated: false })
        answer(status, failure(status, reason, 'tokenreviews.authentication.k8s.io is forbidden'))
      }
      if (who === undefined) return refuse(401, 'Unauthorized')
      if (!delegates.has(who)) return refuse(403, 'Forbidden')
      const found = identify(spec.token ?? '', spec.audiences?.length ? spec.audiences : [OWN_AUDIENCE])
      reviews.push({ reviewer: who, audiences: spec.audiences, status: 201, authenticated: 'account' in found })
      return answer(201, {
        kind: 'TokenReview',
        apiVersion: 'authentication.k8s.io/v1',
        metadata: {},
        spec,
        status:
          'account' in found
            ? {
                authenticated: true,
                user: {
                  username: userOf(found.account),
                  uid: uidOf(found.account),
                  groups: [
                    'system:serviceaccounts',
                    `system:serviceaccounts:${found.account.namespace}`,
                    'system:authenticated',
                  ],
                },
                audiences: found.audiences,
              }
            : { authenticated: false, user: {}, error: found.error },
      })
    })
  })

  function identify(
    token: string,
    wanted: readonly string[],
  ): { account: Account; audiences: readonly string[] } | { error: string } {
    const [head = '', payload = '', signature = ''] = token.split('.')
    const genuine = verify(
      'sha256',
      Buffer.from(`${head}.${payload}`),
      { key: createPublicKey(signing.publicKey.export({ type: 'spki', format: 'pem' })), dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    )
    if (!genuine) return { error: 'invalid bearer token' }
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims
    const account = { namespace: claims['kubernetes.io'].namespace, name: claims['kubernetes.io'].serviceaccount.name }
    if (claims.exp * 1000 < Date.now()) return { error: '[invalid bearer token, service account token has expired]' }
    if (removed.has(userOf(account))) return { error: '[invalid bearer token, service account has been deleted]' }
    const audiences = claims.aud.filter((audience) => wanted.includes(audience))
    if (audiences.length > 0) return { account, audiences }
    return {
      error: `[invalid bearer token, token audiences ["${claims.aud.join('" "')}"] is invalid for the target audiences ["${wanted.join('" "')}"]]`,
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    host: `https://127.0.0.1:${port}`,
    ca: certificate,
    token: (account, { audiences = [OWN_AUDIENCE], seconds = 600 } = {}) => {
      const now = Math.floor(Date.now() / 1000)
      const claims: Claims = {
        aud: audiences,
        exp: now + seconds,
        iat: now - 5,
        nbf: now - 5,
        iss: OWN_AUDIENCE,
        'kubernetes.io': {
          namespace: account.namespace,
          serviceaccount: { name: account.name, uid: uidOf(account) },
        },
        sub: userOf(account),
      }
      const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const text = `${part({ alg: 'ES256', kid: 'test' })}.${part(claims)}`
      const signature = createSign('sha256').update(text).sign({ key: signing.privateKey, dsaEncoding: 'ieee-p1363' })
      return `${text}.${signature.toString('base64url')}`
    },
    delegate: (account) => void delegates.add(userOf(account)),
    remove: (account) => void removed.add(userOf(account)),
    restore: (account) => void removed.delete(userOf(account)),
    reviews,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Claims {
  readonly aud: readonly string[]
  readonly exp: number
  readonly iat: number
  readonly nbf: number
  readonly iss: string
  readonly sub: string
  readonly 'kubernetes.io': {
    readonly namespace: string
    readonly serviceaccount: { readonly name: string; readonly uid: string }
  }
}

function userOf({ namespace, name }: Account): string {
  return `system:serviceaccount:${namespace}:${name}`
}

function uidOf({ namespace, name }: Account): string {
  const hex = Buffer.from(`${namespace}/${name}`.padEnd(16, '.')).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

function failure(code: number, reason: string, message: string) {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code }
}
