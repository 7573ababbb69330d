import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess, tokenWith } from '../openbao/stage.ts'
import {
  APPS,
  askAbout,
  CA,
  CONFIG,
  CONFIG_PATH,
  ESO_POLICY,
  example,
  FILES,
  POLICY_PATH,
  ROLE,
  ROLE_PATH,
  said,
  seed,
  setUpLaw,
} from './drift-stage.ts'
import { type Checkout, checkout } from './setup-stage.ts'

/** Git declares no part of the server; the manifests and this config ask for all of it. */
const WISHES = `
setup:
  policy: { name: external-secrets, generate: { file: eso.hcl } }
  role: { ttl: 1h }
  kubernetes: { host: "https://kubernetes.default.svc:443", reviewer: client, ca: ca.pem }
`

describeWithServer('live against what the manifests and the config ask for', () => {
  let server: RunningServer
  let files: Checkout
  let token: string
  const put = (path: string, body: unknown) => expectSuccess(server, 'POST', path, body)

  beforeAll(async () => {
    server = await startOpenBao()
    const own = { 'docs/vault.md': '', 'ca.pem': CA, 'eso.hcl': ESO_POLICY }
    files = await checkout('soyo/as-fixed', { ...FILES, ...own })
    await seed(server)
    token = await tokenWith(server, example('eso-drift.hcl'))
  }, 120_000)
  beforeEach(() => setUpLaw(server))
  afterAll(async () => {
    await files?.remove()
    await server?.stop()
  })
  const drift = async () =>
    askAbout({ mode: 'drift', cwd: files.folder, address: server.address, token, config: WISHES })

  it('nothing, when the server is as it is asked for', async () => {
    const report = await drift()
    expect(said(report)).toBe('')
    expect(report.outcome).toBe('clean')
  })

  const FROM = /differs from the manifests: 1 \w+\. /
  it.each([
    [
      'auth config: host',
      CONFIG_PATH,
      { ...CONFIG, kubernetes_host: 'https://elsewhere.example' },
      '`kubernetes_host` is `https://elsewhere.example`, needed `https://kubernetes.default.svc:443`',
    ],
    [
      'auth config: the reviewer',
      CONFIG_PATH,
      { ...CONFIG, disable_local_ca_jwt: false },
      '`disable_local_ca_jwt` is `false`, needed `true`',
    ],
    ['role: ttl', ROLE_PATH, { ...ROLE, token_ttl: '24h' }, '`token_ttl` is `24h`, needed `1h`'],
    [
      'policy: a rule more',
      POLICY_PATH,
      { policy: `${ESO_POLICY}path "sys/*" { capabilities = ["read"] }` },
      '`rule sys/*` is `read`, needed no such rule',
    ],
  ])('%s', async (_, path, body, says) => {
    await put(path, body)
    const report = await drift()
    const differs = report.findings.filter(({ rule }) => rule === 'state-drift')
    expect(
      differs.map(({ message }) => message.split(FROM)[1]),
      said(report),
    ).toEqual([`${says}.`])
    expect(differs[0]?.fix?.lead).toMatch(/run `plan` and `apply`/i)
    expect(report.outcome).toBe('findings')
  })

  it('a policy that grants less than its file is named, and what ESO is refused by that', async () => {
    await put(POLICY_PATH, { policy: ESO_POLICY.replace('["update", "read"]', '["read"]') })
    const report = await drift()
    expect([...new Set(report.findings.map(({ rule }) => rule))].sort()).toEqual(['policy-denies', 'state-drift'])
    expect(said(report)).toContain(`\`rule kv/data/${APPS}/backstage/db\` is \`read\`, needed \`read, update\``)
  })

  it.each([
    ['another ServiceAccount', { bound_service_account_names: ['eso'] }, 'role-unbound'],
    ['another namespace', { bound_service_account_namespaces: ['elsewhere'] }, 'role-unbound'],
    ['another audience', { audience: 'vault' }, 'role-audience'],
    ['another policy', { token_policies: ['other'] }, 'policy-absent'],
  ])('a role for %s is said at the store or its references, once', async (_, change, rule) => {
    await put(ROLE_PATH, { ...ROLE, ...change })
    const wide = await tokenWith(
      server,
      `${example('eso-drift.hcl')}\npath "sys/policies/acl/other" { capabilities = ["read"] }`,
    )
    const report = await askAbout({
      mode: 'drift',
      cwd: files.folder,
      address: server.address,
      token: wide,
      config: WISHES,
    })
    const rules = report.findings.map((one) => one.rule)
    expect(rules, said(report)).toContain(rule)
    expect(rules).not.toContain('state-drift')
    expect(report.outcome).toBe('findings')
  })
})
