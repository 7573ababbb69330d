import { generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Report } from '../../src/report/report.ts'
import { run } from '../../src/run.ts'
import { readConfig } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import { selfSigned } from '../kubernetes/self-signed.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { askedSince, expectSuccess, mountKv, tokenWith } from '../openbao/stage.ts'
import { type Checkout, checkout } from './setup-stage.ts'

const examples = join(import.meta.dirname, '../../examples')
const example = (name: string) => readFileSync(join(examples, 'policies', name), 'utf8')
const APPS = 'webgrip/prod/clusters/soyo/apps'
const FIND = `path "kv/metadata/${APPS}/example/*" { capabilities = ["list"] }`
const ESO_POLICY = `
# Other words, another order: the same rules as in docs/vault.md.
path "kv/metadata/${APPS}/backstage/db" { capabilities = ["update", "read", "create"] }
path "kv/data/${APPS}/backstage/db" { capabilities = ["update", "read"] }
path "kv/data/${APPS}/*" { capabilities = ["read"] }
${FIND}
`
const ROLE = {
  bound_service_account_names: ['external-secrets'],
  bound_service_account_namespaces: ['external-secrets'],
  token_policies: ['external-secrets'],
  token_ttl: 3600,
}
/** No pod, no token of its own: clients review themselves. Git names the CA's file only, so the CA itself is not compared. */
const CA = selfSigned('api server', 400).certificate
const CONFIG = {
  kubernetes_host: 'https://kubernetes.default.svc:443',
  disable_local_ca_jwt: true,
  kubernetes_ca_cert: CA,
}
const DOCS = readFileSync(join(examples, 'soyo/as-fixed/docs/vault.md'), 'utf8')
  .replace(/(vault write auth\/kubernetes\/config .*)/, '$1 disable_local_ca_jwt=true kubernetes_ca_cert=@ca.pem')
  .replace(/^HCL$/m, `${FIND}\nHCL`)

/** The right that clients who review themselves need, and a search in a folder, which only metadata can list. */
const MORE = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: eso-review }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: system:auth-delegator }
subjects: [{ kind: ServiceAccount, name: external-secrets, namespace: external-secrets }]
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: found, namespace: backstage }
spec:
  secretStoreRef: { kind: ClusterSecretStore, name: vault }
  dataFrom: [{ find: { path: ${APPS}/example, name: { regexp: app } } }]
`

describeWithServer('drift and check, against a server that is as examples/soyo/as-fixed declares it', () => {
  let server: RunningServer
  let files: Checkout
  let driftToken: string

  const put = (path: string, body: unknown) => expectSuccess(server, 'POST', path, body)
  const setUp = async () => {
    await put('sys/policies/acl/external-secrets', { policy: ESO_POLICY })
    await put('auth/kubernetes/config', CONFIG)
    await server.request('DELETE', 'auth/kubernetes/role/external-secrets')
    await put('auth/kubernetes/role/external-secrets', ROLE)
  }
  beforeAll(async () => {
    server = await startOpenBao({ audit: true })
    files = await checkout('soyo/as-fixed', { 'docs/vault.md': DOCS, 'more.yaml': MORE })
    await mountKv(server, 'kv', 2)
    await put('sys/auth/kubernetes', { type: 'kubernetes' })
    const values = { username: 'u', password: 'p' }
    const app = Object.fromEntries(
      'GITHUB_TOKEN AUTH_GITHUB_CLIENT_ID AUTH_GITHUB_CLIENT_SECRET BACKEND_SECRET GITHUB_APP_ID GITHUB_APP_PRIVATE_KEY'
        .split(' ')
        .map((name) => [name, 'v']),
    )
    await put(`kv/data/${APPS}/backstage/app`, { data: app })
    await put(`kv/data/${APPS}/backstage/db`, { data: values })
    await put(`kv/metadata/${APPS}/backstage/db`, { custom_metadata: { 'managed-by': 'external-secrets' } })
    await put(`kv/data/${APPS}/example/app`, { data: values })
    driftToken = await tokenWith(server, example('eso-drift.hcl'))
  }, 120_000)
  beforeEach(setUp)
  afterAll(async () => {
    await files?.remove()
    await server?.stop()
  })

  async function ask(mode: 'check' | 'drift', token: string | undefined, config = ''): Promise<Report> {
    const settings = resolveSettings({
      given: {
        from: 'terminal',
        command: mode,
        subject: undefined,
        values: token === undefined ? {} : { 'vault-addr': server.address, 'vault-token': token },
        format: undefined,
        color: false,
      },
      config: readConfig('eso-vault.yml', `version: 1\n${config}`, { rules: ['policy-excess', 'state-drift'] }),
      environment: readEnvironment({}),
      folder: 'soyo',
    })
    const deps = { cwd: files.folder, env: {}, now: () => new Date(), mask: () => undefined, warn: () => undefined }
    return (await run(settings, deps)).report
  }
  const rulesOf = (report: Report) => report.findings.map(({ rule, message }) => `${rule}: ${message}`)
  const said = (report: Report) =>
    [...report.incomplete, ...report.notChecked.map(({ reason }) => reason), ...rulesOf(report)].join('\n')

  it('finds nothing, and asks for nothing that writes or shows a value', async () => {
    const from = (await server.auditLog()).length
    const report = await ask('drift', driftToken)
    expect(said(report)).toBe('')
    expect(report.outcome).toBe('clean')
    const asked = await askedSince(server, from)
    expect(asked.length).toBeGreaterThan(8)
    // `sys/capabilities-self` is the one question that is asked by POST.
    expect(asked.filter((line) => !/^(read|list) |capabilities-self$/.test(line))).toEqual([])
    expect(asked.filter((line) => line.includes('/data/'))).toEqual([])
  })

  describe('each drifted field is found and named, with both values', () => {
    const changed: [what: string, path: string, body: Record<string, unknown>, says: string[]][] = [
      [
        'role: policies',
        'auth/kubernetes/role/external-secrets',
        { ...ROLE, token_policies: ['external-secrets', 'admin'] },
        ['`token_policies` is `admin, external-secrets`, wanted `external-secrets`'],
      ],
      [
        'role: names',
        'auth/kubernetes/role/external-secrets',
        { ...ROLE, bound_service_account_names: ['*'] },
        ['`bound_service_account_names` is `*`, wanted `external-secrets`'],
      ],
      [
        'role: namespaces',
        'auth/kubernetes/role/external-secrets',
        { ...ROLE, bound_service_account_namespaces: ['external-secrets', 'dev'] },
        ['`bound_service_account_namespaces` is `external-secrets, dev`'],
      ],
      [
        'role: ttl',
        'auth/kubernetes/role/external-secrets',
        { ...ROLE, token_ttl: '24h' },
        ['`token_ttl` is `24h`, wanted `1h`'],
      ],
      [
        'role: a field that Git does not write',
        'auth/kubernetes/role/external-secrets',
        { ...ROLE, token_bound_cidrs: ['10.0.0.0/8'] },
        ['`token_bound_cidrs` is `10.0.0.0/8`, wanted nothing'],
      ],
      [
        'role: audience',
        'auth/kubernetes/role/external-secrets',
        { ...ROLE, audience: 'vault' },
        ['`audience` is `vault`, wanted nothing'],
      ],
      [
        'config: host',
        'auth/kubernetes/config',
        { ...CONFIG, kubernetes_host: 'https://elsewhere.example' },
        ['`kubernetes_host` is `https://elsewhere.example`, wanted `https://kubernetes.default.svc:443`'],
      ],
      [
        'config: a reviewer token',
        'auth/kubernetes/config',
        { ...CONFIG, token_reviewer_jwt: 'reviewer-secret-value' },
        ['`token_reviewer_jwt` is set (never shown), wanted not set'],
      ],
      [
        'config: issuer check',
        'auth/kubernetes/config',
        { ...CONFIG, disable_iss_validation: false, issuer: 'https://i.example' },
        [
          '`disable_iss_validation` is `false`, wanted its default (true)',
          '`issuer` is `https://i.example`, wanted nothing',
        ],
      ],
      [
        'policy: a rule more',
        'sys/policies/acl/external-secrets',
        { policy: `${ESO_POLICY}\npath "sys/*" { capabilities = ["sudo", "read"] }` },
        ['`rule sys/*` is `read, sudo`, wanted no such rule'],
      ],
      [
        'policy: a rule changed',
        'sys/policies/acl/external-secrets',
        { policy: ESO_POLICY.replace('["read"]', '["read", "delete"]') },
        [`\`rule kv/data/${APPS}/*\` is \`read, delete\`, wanted \`read\``],
      ],
      [
        'policy: a rule less',
        'sys/policies/acl/external-secrets',
        { policy: ESO_POLICY.replace(/^path "kv\/metadata.*db.*$/m, '') },
        ['is no such rule, wanted'],
      ],
    ]
    it.each(changed)('%s', async (_what, path, body, says) => {
      await put(path, body)
      const report = await ask('drift', driftToken)
      const drift = rulesOf(report).filter((one) => one.startsWith('state-drift: '))
      expect(drift, said(report)).toHaveLength(1)
      for (const one of says) expect(drift[0]).toContain(one)
      expect(JSON.stringify(report)).not.toContain('reviewer-secret-value')
      expect(report.outcome).toBe('findings')
      expect(report.findings.find(({ rule }) => rule === 'state-drift')?.span.file).toBe('docs/vault.md')
    })
  })

  it('a part that is gone is named', async () => {
    await server.request('DELETE', 'auth/kubernetes/role/external-secrets')
    expect(rulesOf(await ask('drift', driftToken)).join('\n')).toContain(
      'Role `external-secrets` of auth mount `kubernetes/`, which Git declares here, is not on the server.',
    )
  })

  it('fails by drift whatever `fail-on` says, and not in a check', async () => {
    await put('auth/kubernetes/role/external-secrets', { ...ROLE, token_ttl: '24h' })
    expect((await ask('check', driftToken)).outcome).toBe('clean')
    expect((await ask('drift', driftToken)).outcome).toBe('findings')
    expect((await ask('drift', driftToken, 'rules: { state-drift: note }')).outcome).toBe('clean')
  })

  it('owned secrets that nothing references are named, others are not', async () => {
    await put(`kv/data/${APPS}/forgotten/one`, { data: { a: 'v' } })
    await put('kv/data/elsewhere/two', { data: { a: 'v' } })
    try {
      const report = await ask('drift', driftToken, 'drift: { owned: ["kv/webgrip/prod/**"] }')
      const unused = report.findings.filter(({ rule }) => rule === 'secret-unused')
      expect(unused.map(({ vaultPaths }) => vaultPaths)).toEqual([[`kv/${APPS}/forgotten/one`]])
      expect(unused[0]?.span).toMatchObject({ file: 'eso-vault.yml', line: 2 })
    } finally {
      await server.request('DELETE', `kv/metadata/${APPS}/forgotten/one`)
      await server.request('DELETE', 'kv/metadata/elsewhere/two')
    }
  })

  it('excess is judged by the policy of Git, which grants no more than is needed', async () => {
    await put('sys/policies/acl/external-secrets', { policy: ESO_POLICY.replace('["read"]', '["read", "delete"]') })
    expect(rulesOf(await ask('drift', driftToken)).filter((one) => one.startsWith('policy-excess'))).toEqual([])
  })

  it('a policy rule that expires soon is named with its day', async () => {
    if (server.product !== 'openbao') return
    const day = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 19)
    const policy = ESO_POLICY.replace(
      'capabilities = ["update", "read"]',
      `capabilities = ["update", "read"]\n expiration = "${day}Z"\n`,
    )
    await put('sys/policies/acl/external-secrets', { policy })
    const report = await ask('drift', driftToken)
    expect(rulesOf(report).join('\n')).toContain(
      `expires-soon: Rule \`kv/data/${APPS}/backstage/db\` of policy \`external-secrets\` on the server ends at ${day}`,
    )
  })

  it('a CA certificate near its end is named', async () => {
    await put('auth/kubernetes/config', { ...CONFIG, kubernetes_ca_cert: selfSigned('old CA', 5).certificate })
    expect(rulesOf(await ask('drift', driftToken)).join('\n')).toContain(
      'expires-soon: The CA certificate `CN=old CA` in `auth/kubernetes/config` ends at ',
    )
  })

  it('drift without a server is a wrong input, and a dead one is incomplete, never drift', async () => {
    await expect(ask('drift', undefined)).rejects.toThrow('`drift` asks a server')
    const dead = await ask('drift', 'no-such-token')
    expect(dead.findings.filter(({ rule }) => rule === 'state-drift')).toEqual([])
    expect(['incomplete', 'invalid']).toContain(dead.outcome)
  })

  describe('the policies of examples/policies', () => {
    const lines = (name: string) =>
      example(name)
        .split('\n')
        .filter((line) => line.startsWith('path '))
    const pathOf = (line: string) => /^path "([^"]+?)(?:\/\*)?"/.exec(line)?.[1] ?? ''

    it('eso-check.hcl shows a check everything', async () => {
      const report = await ask('check', await tokenWith(server, example('eso-check.hcl')))
      expect(said(report)).toBe('')
      expect(report.outcome).toBe('clean')
    })

    it.each([
      ['check', 'eso-check.hcl'],
      ['drift', 'eso-drift.hcl'],
    ] as const)(
      '%s without any one line of %s says what is hidden and the right to add',
      async (mode, name) => {
        for (const line of lines(name)) {
          // Without them mounts are still seen where they are; the next test takes those away.
          if (pathOf(line) === 'sys/mounts' || pathOf(line) === 'sys/auth') continue
          const rest = lines(name).filter((other) => other !== line)
          const report = await ask(mode, await tokenWith(server, rest.join('\n')))
          expect(report.outcome, `without ${line}: ${said(report)}`).toBe('incomplete')
          expect(said(report), `without ${line}`).toContain(pathOf(line))
          expect(report.findings.filter(({ severity }) => severity === 'error')).toEqual([])
        }
      },
      120_000,
    )

    it('only sys/mounts and sys/auth tell that a mount is gone; without them it is not said', async () => {
      const other = await startOpenBao()
      const real = server
      try {
        server = other
        const full = await ask('drift', await tokenWith(other, example('eso-drift.hcl')))
        expect(said(full)).toMatch(/mount `kv\/`.* is not on the server/i)
        expect(said(full)).toMatch(/auth mount `kubernetes\/`.* is not on the server/i)
        for (const path of ['sys/mounts', 'sys/auth']) {
          const rest = lines('eso-drift.hcl').filter((line) => pathOf(line) !== path)
          const report = await ask('drift', await tokenWith(other, rest.join('\n')))
          expect(report.incomplete.join('\n'), `without ${path}`).toContain(`read on \`${path}\``)
        }
      } finally {
        server = real
        await other.stop()
      }
    }, 120_000)
  })
})

describeWithServer('the JWT roles of examples/policies, with tokens as GitHub signs them', () => {
  let server: RunningServer
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

  beforeAll(async () => {
    server = await startOpenBao()
    await expectSuccess(server, 'POST', 'sys/auth/jwt', { type: 'jwt' })
    await expectSuccess(server, 'POST', 'auth/jwt/config', {
      jwt_validation_pubkeys: [publicKey.export({ type: 'spki', format: 'pem' })],
      bound_issuer: 'https://token.actions.githubusercontent.com',
    })
    for (const name of ['check', 'drift', 'apply']) {
      await expectSuccess(server, 'POST', `sys/policies/acl/eso-${name}`, { policy: example(`eso-${name}.hcl`) })
      await expectSuccess(server, 'POST', `auth/jwt/role/eso-${name}`, JSON.parse(example(`jwt-role-${name}.json`)))
    }
  }, 120_000)
  afterAll(() => server?.stop())

  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = () => Math.floor(Date.now() / 1000)
  const jwt = (claims: Record<string, unknown>) => {
    const body = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({
      iss: 'https://token.actions.githubusercontent.com',
      aud: 'vault://prod',
      sub: 'repo:acme/gitops:pull_request',
      repository: 'acme/gitops',
      repository_id: '456789',
      repository_owner_id: '123456',
      iat: now(),
      nbf: now() - 5,
      exp: now() + 300,
      ...claims,
    })}`
    return `${body}.${sign('sha256', Buffer.from(body), privateKey).toString('base64url')}`
  }
  const logIn = (role: string, claims: Record<string, unknown>) =>
    server.request('POST', 'auth/jwt/login', { role, jwt: jwt(claims) }, '')

  const MAIN = { ref: 'refs/heads/main' }
  const APPLY = { ...MAIN, event_name: 'workflow_dispatch', environment: 'vault-prod' }
  const cases: [role: string, claims: Record<string, unknown>, works: boolean][] = [
    ['eso-check', { event_name: 'pull_request', ref: 'refs/pull/7/merge' }, true],
    ['eso-check', { event_name: 'merge_group', ref: 'refs/heads/gh-readonly-queue/main/pr-7' }, true],
    ['eso-check', { event_name: 'pull_request_target', ...MAIN }, false],
    ['eso-check', { event_name: 'pull_request', repository_id: '1' }, false],
    ['eso-check', { event_name: 'pull_request', repository_owner_id: '1' }, false],
    ['eso-check', { event_name: 'pull_request', aud: 'https://github.com/acme' }, false],
    ['eso-check', { event_name: 'pull_request', iss: 'https://issuer.example' }, false],
    ['eso-check', { event_name: 'pull_request', exp: 1_700_000_000 }, false],
    ['eso-drift', { event_name: 'schedule', ...MAIN }, true],
    ['eso-drift', { event_name: 'workflow_dispatch', ...MAIN }, true],
    ['eso-drift', { event_name: 'pull_request', ref: 'refs/pull/7/merge' }, false],
    ['eso-drift', { event_name: 'workflow_dispatch', ref: 'refs/heads/feature' }, false],
    ['eso-apply', APPLY, true],
    ['eso-apply', { ...APPLY, environment: undefined }, false],
    ['eso-apply', { ...APPLY, environment: 'staging' }, false],
    ['eso-apply', { ...APPLY, ref: 'refs/heads/feature' }, false],
    ['eso-apply', { ...APPLY, event_name: 'push' }, false],
    ['eso-apply', { ...APPLY, repository_id: '1' }, false],
  ]
  it.each(cases)('%s with %j: %s', async (role, claims, works) => {
    const { status, body } = await logIn(role, claims)
    expect([status, body.auth?.token_policies?.slice().sort()]).toEqual(
      works ? [200, ['default', role]] : [400, undefined],
    )
    if (works) expect(body.auth.lease_duration).toBeLessThanOrEqual(600)
  })
})
