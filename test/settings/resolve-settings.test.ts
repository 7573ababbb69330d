import { describe, expect, it } from 'vitest'
import { InvalidInput } from '../../src/model/invalid-input.ts'
import type { OfflineReason } from '../../src/model/reason.ts'
import { type Config, EMPTY_CONFIG, readConfig } from '../../src/settings/config-file.ts'
import { type Env, readEnvironment } from '../../src/settings/environment.ts'
import type { Given } from '../../src/settings/given.ts'
import { readInputs } from '../../src/settings/inputs.ts'
import { loadConfig } from '../../src/settings/load-config.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import type { Settings } from '../../src/settings/settings.ts'

interface Case {
  readonly values?: Given['values']
  readonly from?: Given['from']
  readonly command?: Given['command']
  readonly config?: Config
  readonly env?: Env
  readonly event?: unknown
}

function settings({ values = {}, from = 'action', command, config = EMPTY_CONFIG, env = {}, event }: Case): Settings {
  const given: Given = { from, command, subject: undefined, values, format: undefined, color: undefined }
  return resolveSettings({ given, config, environment: readEnvironment(env, event), folder: 'gitops' })
}

function problems(given: Case): string[] {
  try {
    settings(given)
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems.map(({ message }) => message)
    throw error
  }
  return []
}

const config = (yaml: string): Config => readConfig('c.yml', `version: 1\n${yaml}`, { rules: [] })
const ACTIONS = { GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'acme/gitops' }
const PULL = { ...ACTIONS, GITHUB_EVENT_NAME: 'pull_request' }
const fork = { pull_request: { head: { repo: { full_name: 'mallory/gitops' } } } }
const own = { pull_request: { head: { repo: { full_name: 'acme/gitops' } } } }
const ADDRESS = { 'vault-addr': 'https://v.example:8200' } as const

describe('defaults (design §4)', () => {
  it('of the Action', () => {
    const { config: _, ...rest } = settings({ env: ACTIONS })
    expect(rest).toEqual({
      command: 'check',
      mode: 'check',
      subject: undefined,
      paths: [],
      exclude: [],
      rendered: [],
      variables: {},
      vault: undefined,
      offlineBecause: { code: 'nothing-given' },
      skipTokenRevoke: false,
      runTimeoutMs: 300_000,
      vaultTimeoutMs: 120_000,
      vaultSnapshot: undefined,
      snapshotMaxAgeMs: 36 * 3_600_000,
      out: 'vault-snapshot.json',
      purpose: 'check',
      reportScope: 'all',
      reportScopeGiven: false,
      failOn: 'error',
      onIncomplete: 'fail',
      onUnchecked: 'pass',
      comment: 'never',
      issue: true,
      sarifFile: undefined,
      reportFile: undefined,
      planFile: undefined,
      planDigest: undefined,
      target: 'acme/gitops',
      githubToken: undefined,
      allowRootToken: false,
      allowValueRead: false,
      allowRemoteBases: false,
      enableHelm: false,
      renderHelm: 'auto',
      esoVersion: undefined,
      format: 'text',
      color: undefined,
      timings: false,
    })
  })

  it('of a terminal: no issue, and the folder’s name', () => {
    expect(settings({ from: 'terminal', command: 'references' })).toMatchObject({
      command: 'references',
      mode: 'check',
      issue: false,
      target: 'gitops',
    })
  })

  it.each([
    [{ env: PULL }, 'changed'],
    [{ env: { ...ACTIONS, GITHUB_EVENT_NAME: 'pull_request_target' } }, 'changed'],
    [{ env: { ...ACTIONS, GITHUB_EVENT_NAME: 'merge_group' } }, 'changed'],
    [{ env: { ...ACTIONS, GITHUB_EVENT_NAME: 'push' } }, 'all'],
    [{}, 'all'],
    [{ env: PULL, values: { 'report-scope': 'all' } }, 'all'],
    [{ values: { 'report-scope': 'changed' } }, 'changed'],
    [{ env: PULL, values: { mode: 'plan', 'report-scope': 'changed' } }, 'all'],
  ] satisfies [Case, string][])('report-scope %#', (given, scope) => {
    expect(settings(given).reportScope).toBe(scope)
  })
})

describe('precedence: input, config file, environment, default', () => {
  const both = config(
    'vault: { address: "https://v.example:8200", namespace: team }\nmanifests: { rendered: [r], variables: { A: c, B: c } }',
  )
  const env = { VAULT_ADDR: 'https://v.example:8200/', VAULT_TOKEN: 't', VAULT_NAMESPACE: 'env/' }

  it('config over environment', () => {
    expect(settings({ config: both, env })).toMatchObject({
      vault: { address: 'https://v.example:8200', namespace: 'team', login: { method: 'token', token: 't' } },
      rendered: ['r'],
      variables: { A: 'c', B: 'c' },
    })
  })

  it('input over config, variable by variable', () => {
    expect(
      settings({
        config: both,
        env,
        values: {
          'vault-addr': 'https://other.example',
          'vault-namespace': '/admin/x/',
          rendered: 'a\n\n# no\n b',
          variables: 'A = i\nC=x=y\nD=',
        },
      }),
    ).toMatchObject({
      vault: { address: 'https://other.example', namespace: 'admin/x' },
      rendered: ['a', 'b'],
      variables: { A: 'i', B: 'c', C: 'x=y', D: '' },
    })
  })

  it('a config that says "" means the root namespace, whatever the environment says', () => {
    expect(settings({ config: config('vault: { namespace: "" }'), env }).vault?.namespace).toBeUndefined()
    expect(settings({ env }).vault?.namespace).toBe('env')
  })

  it('BAO_* over VAULT_*, blank is absent', () => {
    const bao = { BAO_ADDR: 'https://bao.example', BAO_TOKEN: ' ', BAO_CACERT: '/ca.pem', VAULT_CACERT: '/no' }
    expect(settings({ env: { ...env, ...bao } }).vault).toEqual({
      address: 'https://bao.example',
      namespace: 'env',
      caCertificate: { file: '/ca.pem' },
      clientCertificate: undefined,
      headers: {},
      login: { method: 'token', token: 't' },
    })
  })
})

describe('the token goes to one address (design §1 promise 9, platform.md §7 threat 1)', () => {
  const evil = config('vault: { address: "https://evil.example" }')

  it.each([
    [{ config: evil, values: { 'vault-token': 't' } }],
    [{ config: evil, env: { VAULT_TOKEN: 't' } }],
    [{ config: evil, values: { 'auth-method': 'approle', 'role-id': 'r' } }],
  ] satisfies [Case][])('never to one that only the config file names: %#', (given) => {
    expect(problems(given)).toEqual([expect.stringMatching(/c\.yml names "https:\/\/evil\.example".*VAULT_ADDR/)])
  })

  it('and not to either when config and environment differ', () => {
    const env = { VAULT_ADDR: 'https://v.example', VAULT_TOKEN: 't' }
    expect(problems({ config: evil, env })).toEqual([expect.stringMatching(/evil\.example.*v\.example/)])
    expect(settings({ config: evil, env, values: ADDRESS }).vault?.address).toBe('https://v.example:8200')
  })

  it('without credentials the config’s address is harmless', () => {
    expect(settings({ config: evil })).toMatchObject({ vault: undefined })
  })

  it.each([
    ['v.example', /must be an address/],
    ['ftp://v.example', /must be an address/],
    ['https://user:hunter2@v.example', /must not hold a user name or password/],
    ['https://v.example/v1/', /must end before "\/v1"/],
    ['https://v.example/ui', /must end before "\/ui"/],
    ['https://v.example?x=1', /must not hold "\?"/],
  ])('%s', (address, expected) => {
    const found = problems({ values: { 'vault-addr': address, 'vault-token': 't' } })
    expect(found).toEqual([expect.stringMatching(expected)])
    expect(found[0]).not.toContain('hunter2')
  })

  it('a path prefix is kept', () => {
    const { vault } = settings({ values: { 'vault-addr': 'HTTPS://V.example/vault/', 'vault-token': 't' } })
    expect(vault?.address).toBe('https://v.example/vault')
  })
})

describe('logins', () => {
  const OIDC = { ...ACTIONS, ACTIONS_ID_TOKEN_REQUEST_URL: 'https://x' }
  it.each([
    [
      { 'auth-method': 'jwt', 'auth-role': 'ci', 'auth-mount': '/auth/github/', 'auth-namespace': 'admin/' },
      { method: 'jwt', mount: 'github', role: 'ci', audience: undefined, namespace: 'admin' },
    ],
    [
      { 'auth-method': 'approle', 'role-id': 'r' },
      { method: 'approle', mount: 'approle', roleId: 'r', secretId: undefined, namespace: undefined },
    ],
    [
      { 'auth-method': 'kubernetes', 'auth-role': 'ci' },
      {
        method: 'kubernetes',
        mount: 'kubernetes',
        role: 'ci',
        tokenPath: '/var/run/secrets/kubernetes.io/serviceaccount/token',
        namespace: undefined,
      },
    ],
    [
      { 'auth-method': 'ldap', username: 'u', password: 'p' },
      { method: 'ldap', mount: 'ldap', username: 'u', password: 'p', namespace: undefined },
    ],
    [{ 'vault-token': 't' }, { method: 'token', token: 't' }],
    [
      { 'auth-method': 'token', 'vault-token': 't' },
      { method: 'token', token: 't' },
    ],
  ] satisfies [Given['values'], unknown][])('%j', (values, login) => {
    expect(settings({ values: { ...ADDRESS, ...values }, env: OIDC }).vault?.login).toEqual(login)
  })

  it('any other method, with its payload; a certificate from the environment; headers', () => {
    const values = {
      ...ADDRESS,
      'auth-method': 'azure',
      'auth-payload': '{"role":"ci"}',
      'auth-mount': 'auth/az/',
      'vault-headers': 'X-A: b: c',
    }
    const env = { VAULT_CLIENT_CERT: 'c.pem', VAULT_CLIENT_KEY: 'k.pem' }
    expect(settings({ values, env }).vault).toMatchObject({
      login: { method: 'payload', mount: 'az', payload: { role: 'ci' } },
      clientCertificate: { certificate: 'c.pem', key: 'k.pem' },
      headers: { 'X-A': 'b: c' },
    })
    expect(
      settings({ values: { ...ADDRESS, 'auth-method': 'cert', 'auth-role': 'r' }, env }).vault?.login,
    ).toMatchObject({
      method: 'cert',
      mount: 'cert',
      role: 'r',
    })
  })

  it('a login beats a token that happens to be in the environment', () => {
    const env = { ...OIDC, VAULT_TOKEN: 't' }
    expect(settings({ values: { ...ADDRESS, 'auth-method': 'jwt' }, env }).vault?.login.method).toBe('jwt')
  })

  it.each([
    [
      { values: { ...ADDRESS, 'auth-method': 'jwt' }, env: ACTIONS },
      [
        'Input `auth-method` is jwt, but the job may not ask GitHub for a token. Add `id-token: write` under `permissions:` of the job.',
      ],
    ],
    [
      { values: { ...ADDRESS, 'auth-method': 'approle' } },
      ['Input `role-id` is missing: `auth-method: approle` needs it.'],
    ],
    [
      { values: { ...ADDRESS, 'auth-method': 'userpass', username: 'u' } },
      ['Input `password` is missing: `auth-method: userpass` needs it.'],
    ],
    [
      { values: { ...ADDRESS, 'vault-token': 't', 'auth-method': 'jwt' } },
      ['Input `vault-token` and `auth-method: jwt` exclude each other: give one of them.'],
    ],
    [{ values: { ...ADDRESS, 'role-id': 'r' } }, ['Input `role-id` needs `auth-method` beside it.']],
    [
      { values: { 'vault-token': 't' } },
      ['Input `vault-addr` is missing: credentials are given, but no server to use them on.'],
    ],
    [
      { values: { ...ADDRESS, 'auth-method': 'Jwt' } },
      [
        'Input `auth-method` must be "token", "jwt", "approle", "kubernetes", "cert", "userpass" or "ldap", not "Jwt". Did you mean "jwt"? Any other method needs its login\'s body in `auth-payload`.',
      ],
    ],
    [
      { values: { ...ADDRESS, 'auth-method': 'cert' } },
      ['Input `client-certificate` is missing: `auth-method: cert` needs it.'],
    ],
    [
      { values: { ...ADDRESS, 'vault-token': 't', 'client-certificate': 'a.pem' } },
      ['Input `client-key` is missing: `client-certificate` needs its private key.'],
    ],
    [
      { values: { ...ADDRESS, 'auth-method': 'azure', 'auth-payload': '["secret"]' } },
      ['Input `auth-payload` must be a JSON object, such as {"role": "ci", "jwt": "…"}.'],
    ],
    [
      { values: { ...ADDRESS, 'auth-method': 'jwt', 'auth-payload': '{}' } },
      ['Input `auth-payload` is for other methods: `auth-method: jwt` has inputs of its own.'],
    ],
    [
      { values: { ...ADDRESS, 'vault-token': 't', 'vault-headers': 'X-Ok: 1\nsecret\nX-Vault-Token: s' } },
      [
        'Input `vault-headers` takes `Name: value` lines; entry 2 is none.',
        'Input `vault-headers` must not set X-Vault-Token: this program sets it.',
      ],
    ],
    [
      { values: { mode: 'drift' } },
      [
        'Input `vault-addr` and credentials are needed, because `drift` asks a server: neither `vault-addr` nor credentials are given.',
      ],
    ],
    [
      { from: 'terminal', command: 'check', values: { 'fail-on': 'warnings', 'allow-root-token': 'yes' } },
      [
        '--fail-on must be "error", "warning" or "never", not "warnings". Did you mean "warning"?',
        '--allow-root-token must be true or false, not "yes".',
      ],
    ],
    [
      { values: { variables: 'A=1\nhunter2', target: 'a\nb', 'eso-version': 'latest' } },
      [
        'Input `variables` takes NAME=value lines; line 2 is none.',
        'Input `target` must be one line of at most 100 visible characters.',
        'Input `eso-version` must be a version such as 2.9.0, not "latest".',
      ],
    ],
  ] satisfies [Case, string[]][])('says what is missing: %#', (given, expected) => {
    expect(problems(given)).toEqual(expected)
  })
})

describe('no credentials is not incomplete (design §3, platform.md §1.3)', () => {
  const values = { ...ADDRESS, 'auth-method': 'jwt' }
  it.each([
    [{ values, env: PULL, event: fork }, 'fork'],
    [{ values, env: PULL, event: { pull_request: { head: { repo: null } } } }, 'fork'],
    [{ values, env: { ...PULL, GITHUB_ACTOR: 'dependabot[bot]' }, event: own }, 'dependabot'],
    [{ values: { ...ADDRESS, 'auth-method': 'approle' }, env: PULL, event: fork }, 'fork'],
    [{ values: ADDRESS, env: PULL, event: own }, 'no-credentials'],
  ] satisfies [Case, OfflineReason['code']][])('%#', (given, expected) => {
    expect(settings(given)).toMatchObject({ vault: undefined, offlineBecause: { code: expected } })
  })

  it('but a missing permission in the own repository is a mistake', () => {
    expect(problems({ values, env: PULL, event: own })).toHaveLength(1)
  })
})

describe('events with trust, about files of others (platform.md §7 threat 13)', () => {
  const TARGET = { ...ACTIONS, GITHUB_EVENT_NAME: 'pull_request_target' }
  const AFTER = { ...ACTIONS, GITHUB_EVENT_NAME: 'workflow_run' }
  const run = (head: unknown) => ({ workflow_run: { head_repository: head } })
  const values = { ...ADDRESS, 'vault-token': 't', 'allow-remote-bases': 'true', 'enable-helm': 'true' } as const

  it.each([
    [{ values, env: TARGET, event: fork }, 'mallory/gitops'],
    [{ values, env: TARGET, event: { pull_request: { head: { repo: null } } } }, undefined],
    [{ values, env: TARGET }, undefined],
    [{ values, env: AFTER, event: run({ full_name: 'mallory/gitops' }) }, 'mallory/gitops'],
    [{ values, env: AFTER, event: run(null) }, undefined],
    [{ values, env: { ...TARGET, VAULT_TOKEN: 't', VAULT_ADDR: 'https://v.example' }, event: fork }, 'mallory/gitops'],
    // Wrong inputs are of no use to anybody here.
    [{ values: { ...ADDRESS, 'auth-method': 'jwt' }, env: TARGET, event: fork }, 'mallory/gitops'],
  ] satisfies [Case, string | undefined][])('%#: the static check only', (given, repository) => {
    expect(settings(given)).toMatchObject({
      vault: undefined,
      allowRemoteBases: false,
      enableHelm: false,
      offlineBecause: { code: 'foreign-head', repository },
    })
  })

  it.each([
    [TARGET, own],
    [AFTER, run({ full_name: 'ACME/gitops' })],
    [{ ...ACTIONS, GITHUB_EVENT_NAME: 'push' }, undefined],
  ])('%#: of this repository, everything', (env, event) => {
    expect(settings({ values, env, event })).toMatchObject({ vault: { login: { token: 't' } }, allowRemoteBases: true })
  })

  it.each(['drift', 'plan', 'apply'])('%s refuses', (mode) => {
    const said = problems({ values: { ...values, mode }, env: TARGET, event: fork }).join('\n')
    expect(said).toContain(`Input \`mode\` is \`${mode}\`, which only trusted files may ask for`)
    expect(said).toContain('mallory/gitops')
  })
})

describe('the CA certificate', () => {
  const pem = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----'
  it.each([
    [pem, { pem }],
    [Buffer.from(pem).toString('base64'), { pem }],
    ['certs/ca.pem', { file: 'certs/ca.pem' }],
  ])('%#', (text, expected) => {
    const values = { ...ADDRESS, 'vault-token': 't', 'ca-certificate': text }
    expect(settings({ values }).vault?.caCertificate).toEqual(expected)
  })
})

describe('the environment', () => {
  it.each([
    [{}, 'none'],
    [{ CI: 'true' }, 'other'],
    [{ CI: 'false' }, 'none'],
    [{ CI: 'true', GITHUB_ACTIONS: 'true' }, 'github'],
    [{ GITHUB_ACTIONS: 'true', ACT: 'true' }, 'act'],
    [{ GITHUB_ACTIONS: 'true', GITEA_ACTIONS: 'true' }, 'gitea'],
    [{ GITHUB_ACTIONS: 'true', GITEA_ACTIONS: 'true', FORGEJO_ACTIONS: 'true' }, 'forgejo'],
  ])('%j is %s', (env, kind) => {
    expect(readEnvironment(env).ci.kind).toBe(kind)
  })

  it('tells the run’s address, and events that carry the base’s trust', () => {
    const env = { ...ACTIONS, GITHUB_SERVER_URL: 'https://ghe.example/', GITHUB_RUN_ID: '7' }
    expect(readEnvironment({ ...env, GITHUB_EVENT_NAME: 'pull_request_target' }, fork).ci).toMatchObject({
      runUrl: 'https://ghe.example/acme/gitops/actions/runs/7',
      pullRequest: true,
      foreignHead: { code: 'foreign-head', repository: 'mallory/gitops' },
      withoutSecrets: undefined,
    })
  })
})

describe('inputs of the Action', () => {
  const read = (env: Env) => readInputs((name) => env[`INPUT_${name.toUpperCase()}`] ?? '', env)
  const messages = (env: Env): string => {
    try {
      const { given, warnings } = read(env)
      return [JSON.stringify(given.values), ...warnings].join(' ')
    } catch (error) {
      return error instanceof InvalidInput ? error.message : String(error)
    }
  }

  it('are read by their names; blank ones are absent', () => {
    expect(read({ 'INPUT_FAIL-ON': ' warning ', 'INPUT_VAULT-TOKEN': '', INPUT_PATHS: 'a\nb' }).given.values).toEqual({
      'fail-on': 'warning',
      paths: 'a\nb',
    })
  })

  it.each([
    [{ 'INPUT_REPORT-FIL': 'x' }, 'There is no input `report-fil`. Did you mean "report-file"?'],
    [
      { 'INPUT_SOME-THING': 'x', 'INPUT_VAULT-ADR': 'x' },
      'There is no input `some-thing`.\nThere is no input `vault-adr`. Did you mean "vault-addr"?',
    ],
    // Without a hyphen it may be a variable of the job, which reaches every action.
    [{ INPUT_FAIL_ON: 'x' }, '{} There is no input `fail_on`. Did you mean "fail-on"?'],
    [{ INPUT_URL: 'x' }, '{} There is no input `url`. Write "vault-addr".'],
    [{ INPUT_SOMETHING: 'x', INPUT_DEPLOY_KEY_NAME: 'x' }, '{}'],
    // Runners built on act leak an enclosing composite action's inputs into the environment.
    [{ INPUT_TOKEN: 'x', FORGEJO_ACTIONS: 'true' }, '{}'],
  ])('%j', (env, expected) => {
    expect(messages(env)).toBe(expected)
  })
})

describe('loading the config file', () => {
  const asked = (file?: string): Given => ({
    from: 'action',
    command: undefined,
    subject: undefined,
    values: file === undefined ? {} : { config: file },
    format: undefined,
    color: undefined,
  })

  it('takes the default when it exists, and the one that was asked for', async () => {
    const read = async (file: string) => `version: 1\nmanifests: { exclude: ["${file}"] }`
    expect(await loadConfig(asked(), [], read)).toMatchObject({ manifests: { exclude: ['.github/eso-vault.yml'] } })
    expect(await loadConfig(asked('c.yml'), [], read)).toMatchObject({ file: 'c.yml' })
    expect(await loadConfig(asked(), [], async () => undefined)).toBe(EMPTY_CONFIG)
  })

  it.each([
    [async () => undefined, 'c.yml: There is no such config file.'],
    [
      async () => Promise.reject(Object.assign(new Error(), { code: 'EISDIR' })),
      'c.yml: This config file cannot be read: it is a folder.',
    ],
    [
      async () => Promise.reject(Object.assign(new Error(), { code: 'EACCES' })),
      'c.yml: This config file cannot be read: permission denied.',
    ],
    [async () => 'version: 1\nrulez: {}', 'c.yml:2: unknown key "rulez". Did you mean "rules" or "roles"?'],
  ])('%#', async (read, expected) => {
    await expect(loadConfig(asked('c.yml'), [], read)).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expected,
    })
  })
})
