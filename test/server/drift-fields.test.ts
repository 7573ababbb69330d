import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { selfSigned } from '../../scripts/openbao/self-signed.ts'
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

type Fields = Readonly<Record<string, unknown>>
const SELECTOR = '{"matchLabels":{"team":"a"}}'
const [CA_A, CA_B] = [CA, selfSigned('another', 400).certificate]

/** One field of a role at a time, as an engineer might change it by hand; what drift then says, whole. */
const ROLE_CHANGES: [field: string, change: Fields, says: string, also?: string[]][] = [
  [
    'names, wider',
    { bound_service_account_names: ['*'] },
    '`bound_service_account_names` is `*`, in Git `external-secrets`',
  ],
  [
    'names, others',
    { bound_service_account_names: ['eso'] },
    '`bound_service_account_names` is `eso`, in Git `external-secrets`',
    ['role-unbound'],
  ],
  [
    'namespaces',
    { bound_service_account_namespaces: ['external-secrets', 'dev'] },
    '`bound_service_account_namespaces` is `external-secrets, dev`, in Git `external-secrets`',
  ],
  [
    'namespace selector',
    { bound_service_account_namespace_selector: SELECTOR },
    `\`bound_service_account_namespace_selector\` is \`${SELECTOR}\`, in Git nothing`,
  ],
  // Git lets every audience pass; the login of this store asks for none.
  ['audience', { audience: 'vault' }, '`audience` is `vault`, in Git nothing', ['role-audience']],
  [
    'policies, more',
    { token_policies: ['external-secrets', 'admin'] },
    '`token_policies` is `admin, external-secrets`, in Git `external-secrets`',
  ],
  ['ttl', { token_ttl: '24h' }, '`token_ttl` is `24h`, in Git `1h`'],
  ['ttl, none', { token_ttl: 0 }, '`token_ttl` is nothing, in Git `1h`'],
  ['max ttl', { token_max_ttl: '90m' }, '`token_max_ttl` is `1h30m`, in Git nothing'],
  ['explicit max ttl', { token_explicit_max_ttl: '2h' }, '`token_explicit_max_ttl` is `2h`, in Git nothing'],
  ['period', { token_period: '72h' }, '`token_period` is `72h`, in Git nothing'],
  ['number of uses', { token_num_uses: 5 }, '`token_num_uses` is `5`, in Git nothing'],
  ['bound networks', { token_bound_cidrs: ['10.0.0.0/8'] }, '`token_bound_cidrs` is `10.0.0.0/8`, in Git nothing'],
  [
    'no default policy',
    { token_no_default_policy: true },
    '`token_no_default_policy` is `true`, in Git its default (false)',
    // ESO's store is then never Ready.
    ['policy-denies'],
  ],
  ['token type', { token_type: 'batch' }, '`token_type` is `batch`, in Git its default (default)'],
  [
    'alias source',
    { alias_name_source: 'serviceaccount_name' },
    '`alias_name_source` is `serviceaccount_name`, in Git its default (serviceaccount_uid)',
  ],
]

const CONFIG_CHANGES: [field: string, change: Fields, says: string][] = [
  [
    'host',
    { kubernetes_host: 'https://elsewhere.example' },
    '`kubernetes_host` is `https://elsewhere.example`, in Git `https://kubernetes.default.svc:443`',
  ],
  ['issuer', { issuer: 'https://i.example' }, '`issuer` is `https://i.example`, in Git nothing'],
  ['issuer check', { disable_iss_validation: false }, '`disable_iss_validation` is `false`, in Git its default (true)'],
  ['local CA and token', { disable_local_ca_jwt: false }, '`disable_local_ca_jwt` is `false`, in Git `true`'],
  [
    'reviewer token',
    { token_reviewer_jwt: 'a-reviewer-token' },
    '`token_reviewer_jwt` is set (never shown), in Git not set',
  ],
]

const DB_RULE = `path "kv/data/${APPS}/backstage/db" { capabilities = ["update", "read"] }`
const POLICY_CHANGES: [what: string, policy: string, says: string, also?: string[]][] = [
  [
    'a rule more',
    `${ESO_POLICY}\npath "sys/*" { capabilities = ["sudo", "read"] }`,
    '`rule sys/*` is `read, sudo`, in Git no such rule',
  ],
  [
    'a rule less, and what ESO is refused by that',
    ESO_POLICY.replace(/^path "kv\/metadata.*db.*$/m, ''),
    `\`rule kv/metadata/${APPS}/backstage/db\` is no such rule, in Git \`create, read, update\``,
    ['policy-denies', 'policy-denies'],
  ],
  [
    'a rule wider',
    ESO_POLICY.replace('["read"]', '["read", "delete"]'),
    `\`rule kv/data/${APPS}/*\` is \`read, delete\`, in Git \`read\``,
  ],
  [
    'a rule narrower, and what ESO is refused by that',
    ESO_POLICY.replace('["update", "read"]', '["read"]'),
    `\`rule kv/data/${APPS}/backstage/db\` is \`read\`, in Git \`read, update\``,
    ['policy-denies', 'policy-denies'],
  ],
  [
    'a rule that denies',
    `${ESO_POLICY}\npath "kv/data/${APPS}/old" { capabilities = ["deny"] }`,
    `\`rule kv/data/${APPS}/old\` is \`deny\`, in Git no such rule`,
  ],
  [
    'other parameters',
    ESO_POLICY.replace(
      DB_RULE,
      DB_RULE.replace(' }', '\n denied_parameters = { "x" = ["1"] }\n min_wrapping_ttl = "1m"\n}'),
    ),
    `\`rule kv/data/${APPS}/backstage/db\` is \`read, update with denied_parameters { x = ["1"] }, min_wrapping_ttl 60s\`, ` +
      'in Git `read, update with no limits`',
    // A request that is not wrapped is refused by the least wrapping time (vault.md §2.6).
    ['policy-denies', 'policy-denies'],
  ],
]

describeWithServer('each drifted field is found and named, with both values and nothing else', () => {
  let server: RunningServer
  let files: Checkout
  let token: string

  const put = (path: string, body: unknown) => expectSuccess(server, 'POST', path, body)
  beforeAll(async () => {
    server = await startOpenBao()
    files = await checkout('soyo/as-fixed', FILES)
    await seed(server)
    // A role that somebody gave another policy makes that one interesting as well.
    const admin = 'path "sys/policies/acl/admin" { capabilities = ["read"] }'
    token = await tokenWith(server, `${example('eso-drift.hcl')}\n${admin}`)
  }, 120_000)
  beforeEach(() => setUpLaw(server))
  afterAll(async () => {
    await files?.remove()
    await server?.stop()
  })

  /** The message of the one difference, from its colon on, and the other rules that have something to say. */
  async function drift() {
    const report = await askAbout({ mode: 'drift', cwd: files.folder, address: server.address, token })
    const differs = report.findings.filter(({ rule }) => rule === 'state-drift')
    expect(report.incomplete).toEqual([])
    return {
      report,
      differs,
      says: differs.map(({ message }) => message.replace(/^.*? differs from Git: \d+ \w+\. /, '')),
      also: report.findings.map(({ rule }) => rule).filter((rule) => rule !== 'state-drift'),
    }
  }

  it.each(ROLE_CHANGES)('role: %s', async (_, change, says, also = []) => {
    await put(ROLE_PATH, { ...ROLE, ...change })
    const found = await drift()
    expect(found.says).toEqual([`${says}.`])
    expect(found.also, said(found.report)).toEqual(also)
    expect(found.differs[0]).toMatchObject({ severity: 'error', span: { file: 'docs/vault.md' } })
    expect(found.report.outcome).toBe('findings')
  })

  it.each(CONFIG_CHANGES)('auth config: %s', async (_, change, says) => {
    await put(CONFIG_PATH, { ...CONFIG, ...change })
    const found = await drift()
    expect(found.says).toEqual([`${says}.`])
    expect(found.also, said(found.report)).toEqual([])
    expect(JSON.stringify(found.report)).not.toContain('a-reviewer-token')
    // At the command that writes the config, not at the one that enables the mount.
    const { file, line } = found.differs[0]?.span ?? { file: '', line: 0 }
    expect([file, FILES['docs/vault.md'].split('\n')[line - 1]]).toEqual([
      'docs/vault.md',
      expect.stringContaining('write auth/kubernetes/config'),
    ])
  })

  it.each(POLICY_CHANGES)('policy: %s', async (_, policy, says, also = []) => {
    await put(POLICY_PATH, { policy })
    const found = await drift()
    expect(found.says).toEqual([`${says}.`])
    expect(found.also, said(found.report)).toEqual(also)
    for (const { message, fix } of found.report.findings.filter(({ rule }) => rule === 'policy-denies')) {
      expect(message).toMatch(/ Git allows it; Vault denies it now\.$/)
      expect(fix?.lead).toMatch(/^set Vault back to what Git says/)
    }
  })

  it('several at once are each named', async () => {
    await put(ROLE_PATH, { ...ROLE, token_ttl: '24h', audience: 'vault' })
    await put(CONFIG_PATH, { ...CONFIG, issuer: 'https://i.example' })
    expect((await drift()).says.sort()).toEqual([
      '`audience` is `vault`, in Git nothing; `token_ttl` is `24h`, in Git `1h`.',
      '`issuer` is `https://i.example`, in Git nothing.',
    ])
  })

  it('a part that is gone is named, whole', async () => {
    await server.request('DELETE', ROLE_PATH)
    await server.request('DELETE', POLICY_PATH)
    const { differs } = await drift()
    expect(differs.map(({ message }) => message).sort()).toEqual([
      'Policy `external-secrets` is not in Vault. Git has it here.',
      'Role `external-secrets` of auth mount `kubernetes/` is not in Vault. Git has it here.',
    ])
  })

  describe('one thing written in two ways is no drift (vault.md §7.2)', () => {
    const same: [what: string, path: string, body: Fields][] = [
      ['role: a duration in minutes', ROLE_PATH, { ...ROLE, token_ttl: '60m' }],
      ['role: a duration as text of seconds', ROLE_PATH, { ...ROLE, token_ttl: '3600' }],
      [
        'role: lists as text, in capitals, twice',
        ROLE_PATH,
        { ...ROLE, token_policies: 'External-Secrets,external-secrets' },
      ],
      ['role: names twice', ROLE_PATH, { ...ROLE, bound_service_account_names: 'external-secrets,external-secrets' }],
      ['role: `default` among the policies', ROLE_PATH, { ...ROLE, token_policies: ['external-secrets', 'default'] }],
      [
        'role: the old names of fields',
        ROLE_PATH,
        { ...ROLE, token_policies: undefined, token_ttl: undefined, policies: 'external-secrets', ttl: '1h' },
      ],
      [
        'role: defaults that are written out',
        ROLE_PATH,
        {
          ...ROLE,
          token_type: 'default',
          alias_name_source: 'serviceaccount_uid',
          token_period: 0,
          token_bound_cidrs: [],
        },
      ],
      [
        'config: a slash behind the host',
        CONFIG_PATH,
        { ...CONFIG, kubernetes_host: 'https://kubernetes.default.svc:443/' },
      ],
      [
        'config: defaults that are written out',
        CONFIG_PATH,
        { ...CONFIG, disable_iss_validation: true, issuer: '', pem_keys: [] },
      ],
      [
        'policy: comments, layout and order',
        POLICY_PATH,
        { policy: ESO_POLICY.split('\n').reverse().join('\n\n').replaceAll(' { ', ' {\n\n') },
      ],
      [
        'policy: one rule in two blocks',
        POLICY_PATH,
        {
          policy: ESO_POLICY.replace(
            DB_RULE,
            `${DB_RULE.replace('"update", ', '')}\n${DB_RULE.replace(', "read"', '')}`,
          ),
        },
      ],
      [
        'policy: the old shorthand',
        POLICY_PATH,
        { policy: `${ESO_POLICY}`.replace('path "kv/data/webgrip', 'path "/kv/data/webgrip') },
      ],
    ]
    it.each(same)('%s', async (_, path, body) => {
      await server.request('DELETE', path === CONFIG_PATH ? 'of/no/use' : path)
      await put(path, body)
      const { report } = await drift()
      expect(said(report)).toBe('')
      expect(report.outcome).toBe('clean')
    })
  })
})

describeWithServer('where Git holds the certificate itself', () => {
  let server: RunningServer
  let files: Checkout
  beforeAll(async () => {
    server = await startOpenBao()
    const terraform = `
resource "vault_kubernetes_auth_backend_config" "this" {
  backend              = "kubernetes"
  kubernetes_host      = "https://kubernetes.default.svc:443"
  disable_local_ca_jwt = true
  kubernetes_ca_cert   = <<-PEM
${CA_A}
  PEM
  pem_keys             = []
}
`
    files = await checkout('soyo/as-fixed', {
      ...FILES,
      'docs/vault.md': FILES['docs/vault.md'].replace(/^vault write auth\/kubernetes\/config .*$/m, ''),
      'config.tf': terraform,
    })
    await seed(server)
    await setUpLaw(server)
  }, 120_000)
  afterAll(async () => {
    await files?.remove()
    await server?.stop()
  })
  const drift = async (change: Fields) => {
    await expectSuccess(server, 'POST', CONFIG_PATH, { ...CONFIG, ...change })
    const token = await tokenWith(server, example('eso-drift.hcl'))
    const report = await askAbout({ mode: 'drift', cwd: files.folder, address: server.address, token })
    return report.findings.filter(({ rule }) => rule === 'state-drift').map(({ message }) => message)
  }

  it('white space in it says nothing', async () => {
    expect(await drift({ kubernetes_ca_cert: `\n${CA_A.trim()}` })).toEqual([])
    expect(await drift({ kubernetes_ca_cert: `${CA_A}\n\n` })).toEqual([])
  })

  it('another one is told by its hash, not by its text', async () => {
    const [message = ''] = await drift({ kubernetes_ca_cert: CA_B })
    expect(message).toMatch(
      /differs from Git: \d+ \w+\. `kubernetes_ca_cert` is a PEM certificate \(SHA-256 of its text [0-9a-f]{12}…\), in Git a PEM certificate \(SHA-256 of its text [0-9a-f]{12}…\)\.$/,
    )
    expect(new Set(message.match(/[0-9a-f]{12}(?=…)/g)).size).toBe(2)
    expect(message).not.toContain('BEGIN')
  })

  it('one more beside it is another', async () => {
    expect(await drift({ kubernetes_ca_cert: `${CA_A}${CA_B}` })).toHaveLength(1)
  })

  it('keys for tokens that nobody wrote into Git are named', async () => {
    const { publicKey } = (await import('node:crypto')).generateKeyPairSync('rsa', { modulusLength: 2048 })
    const key = String(publicKey.export({ type: 'spki', format: 'pem' }))
    const [message = ''] = await drift({ pem_keys: [key] })
    expect(message).toMatch(/`pem_keys` is `public key [0-9a-f]{12}…`, in Git nothing\.$/)
  })
})
