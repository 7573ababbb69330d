import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess, mountKv, tokenWith } from '../openbao/stage.ts'
import { askAbout, said } from './drift-stage.ts'
import { type Checkout, checkout } from './setup-stage.ts'

type Fields = Readonly<Record<string, unknown>>

const MANIFESTS = `
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: by-jwt }
spec:
  provider:
    vault:
      server: https://vault.example.com
      path: kv
      version: v2
      auth:
        jwt:
          path: jwt
          role: eso
          kubernetesServiceAccountToken:
            serviceAccountRef: { name: eso, namespace: eso, audiences: [vault] }
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: api, namespace: app }
spec:
  secretStoreRef: { kind: ClusterSecretStore, name: by-jwt }
  data: [{ secretKey: token, remoteRef: { key: app/api, property: token } }]
`
const TERRAFORM = `
resource "vault_jwt_auth_backend_role" "eso" {
  backend         = "jwt"
  role_name       = "eso"
  role_type       = "jwt"
  user_claim      = "sub"
  bound_audiences = ["vault"]
  bound_subject   = "system:serviceaccount:eso:eso"
  bound_claims    = { cluster = "soyo,dev" }
  token_policies  = ["eso"]
  token_ttl       = 600
}
`
const ROLE = {
  role_type: 'jwt',
  user_claim: 'sub',
  bound_audiences: ['vault'],
  bound_subject: 'system:serviceaccount:eso:eso',
  bound_claims: { cluster: 'soyo,dev' },
  token_policies: ['eso'],
  token_ttl: '10m',
}

describeWithServer('roles of other auth methods: what Git writes of them is compared', () => {
  let server: RunningServer
  let files: Checkout
  let token: string
  const put = (path: string, body: unknown) => expectSuccess(server, 'POST', path, body)

  beforeAll(async () => {
    server = await startOpenBao()
    files = await checkout('policies', { 'manifests.yaml': MANIFESTS, 'roles.tf': TERRAFORM })
    await mountKv(server, 'kv', 2)
    await put('kv/data/app/api', { data: { token: 'v' } })
    await put('sys/auth/jwt', { type: 'jwt' })
    await put('sys/policies/acl/eso', { policy: 'path "kv/data/app/api" { capabilities = ["read"] }' })
    token = await tokenWith(
      server,
      [
        'kv/metadata/*',
        'kv/subkeys/*',
        'auth/jwt/role/eso',
        'auth/jwt/config',
        'sys/policies/acl/*',
        'sys/mounts',
        'sys/auth',
      ]
        .map((path) => `path "${path}" { capabilities = ["read"] }`)
        .join('\n'),
    )
  }, 120_000)
  beforeEach(async () => {
    await server.request('DELETE', 'auth/jwt/role/eso')
  })
  afterAll(async () => {
    await files?.remove()
    await server?.stop()
  })
  const drift = async (change: Fields) => {
    await put('auth/jwt/role/eso', { ...ROLE, ...change })
    const paths = 'manifests.yaml\nroles.tf'
    const report = await askAbout({
      mode: 'drift',
      cwd: files.folder,
      address: server.address,
      token,
      inputs: { paths },
    })
    const differs = report.findings.filter(({ rule }) => rule === 'state-drift')
    return { report, says: differs.map(({ message }) => message.replace(/^.*? differs from Git: \d+ \w+\. /, '')) }
  }

  it('nothing, when it is as Terraform writes it', async () => {
    const { report } = await drift({})
    expect(said(report)).toBe('')
  })

  it.each([
    ['policies', { token_policies: ['eso', 'admin'] }, '`token_policies` is `admin, eso`, in Git `eso`'],
    ['audiences', { bound_audiences: ['vault', 'other'] }, '`bound_audiences` is `vault, other`, in Git `vault`'],
    ['subject', { bound_subject: '' }, '`bound_subject` is nothing, in Git `system:serviceaccount:eso:eso`'],
    ['user claim', { user_claim: 'email' }, '`user_claim` is `email`, in Git `sub`'],
    ['ttl', { token_ttl: '1h' }, '`token_ttl` is `1h`, in Git `10m`'],
  ])('%s', async (_, change, says) => {
    const { says: found, report } = await drift(change)
    expect(found, said(report)).toEqual([`${says}.`])
  })

  it('claims', async () => {
    const { says } = await drift({ bound_claims: { cluster: 'soyo' } })
    expect(says).toEqual([expect.stringMatching(/^`bound_claims` is `\{.*soyo.*\}`, in Git `\{.*soyo.*dev.*\}`\.$/)])
  })

  it('a field that Git leaves to others is theirs', async () => {
    expect((await drift({ token_max_ttl: '2h' })).says).toEqual([])
  })
})
