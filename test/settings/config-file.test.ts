import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { InvalidInput } from '../../src/model/invalid-input.ts'
import { readConfig } from '../../src/settings/config-file.ts'
import { configJsonSchema } from '../../src/settings/config-schema.ts'
import { accepts } from './json-schema.ts'

const RULES = ['secret-absent', 'policy-denies', 'ignore-unused', 'policy-excess']
const FILE = '.github/eso-vault.yml'

const read = (text: string) => readConfig(FILE, text, { rules: RULES })

function problems(text: string): string[] {
  try {
    read(text)
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    return error.problems.map(({ file, line, message }) => {
      expect(file).toBe(FILE)
      return `${line}: ${message}`
    })
  }
  return []
}

const EXAMPLE = `version: 1
manifests: { exclude: ["tests/**"], rendered: [], variables: { VAULT_ENV: prod } }
vault: { address: https://vault.example.com, namespace: "", product: auto }   # auto | vault@1.20 | openbao@2.7
stores:                       # only what the manifests do not say
  vault: { policies: [external-secrets] }
naming:
  - pattern: webgrip/{env}/clusters/{cluster}/apps/{app}/{purpose}
    where: { env: [prod, staging], app: "{namespace}" }
setup:
  policy: { name: external-secrets, generate: exact }      # exact | folder | file: path.hcl
  role: { ttl: 1h }
  kubernetes: { host: "https://kubernetes.default.svc:443", reviewer: pod }   # pod | client | token
drift: { owned: ["kv/webgrip/prod/**"] }
rules: { secret-absent: warning }
ignore:
  - { rule: secret-absent, path: "kv/webgrip/prod/**/new-app/*", reason: seeded after merge, until: 2027-01-31 }
`

describe('the config file of design §4', () => {
  it('is read whole', () => {
    const { naming, ignore, stores, setup, vault, drift, text, ...rest } = read(EXAMPLE)
    expect(text).toBe(EXAMPLE)
    expect(rest).toEqual({
      file: FILE,
      manifests: {
        exclude: ['tests/**'],
        rendered: [],
        also: [],
        variables: { VAULT_ENV: 'prod' },
        unapplied: 'note',
      },
      roles: [],
      policies: [],
      expect: [],
      helm: [],
      rules: { 'secret-absent': 'warning' },
      snapshot: { scope: 'folders', names: 'plain', keys: true },
    })
    expect(drift.owned).toMatchObject([{ pattern: 'kv/webgrip/prod/**', span: { line: 13, column: 18 } }])
    expect(vault).toMatchObject({ address: 'https://vault.example.com', namespace: '', product: 'auto' })
    expect(vault.addressSpan).toMatchObject({ file: FILE, line: 3, column: 19 })
    expect(stores.vault).toMatchObject({ policies: ['external-secrets'], span: { line: 5, column: 3 } })
    expect(naming[0]).toMatchObject({
      pattern: 'webgrip/{env}/clusters/{cluster}/apps/{app}/{purpose}',
      where: { env: ['prod', 'staging'], app: ['{namespace}'] },
      span: { line: 7 },
    })
    expect(setup).toMatchObject({
      policy: { name: 'external-secrets', generate: 'exact' },
      role: { ttl: '1h' },
      kubernetes: { host: 'https://kubernetes.default.svc:443', reviewer: 'pod' },
    })
    expect(ignore).toMatchObject([
      {
        rule: 'secret-absent',
        path: 'kv/webgrip/prod/**/new-app/*',
        file: undefined,
        reason: 'seeded after merge',
        until: '2027-01-31',
        span: { line: 16 },
      },
    ])
  })

  it('takes a policy file of the repository, rules that are off, and CRLF', () => {
    const config = read(
      'version: 1\r\nsetup:\r\n  policy:\r\n    generate: { file: vault/eso.hcl }\r\nrules:\r\n  policy-denies: off\r\n',
    )
    expect(config.setup.policy.generate).toEqual({ file: 'vault/eso.hcl' })
    expect(config.rules).toEqual({ 'policy-denies': 'off' })
  })

  it.each(['', '# nothing yet\n', '---\n'])('counts an empty file as no settings: %j', (text) => {
    expect(read(text)).toMatchObject({ file: FILE, rules: {}, ignore: [] })
  })
})

describe('what is wrong is said with its line and what to write', () => {
  const cases: [text: string, expected: string[]][] = [
    ['version: 1\nrulez: {}', ['2: unknown key "rulez". Did you mean "rules" or "roles"?']],
    [
      'version: 1\nvault:\n  token: hvs.x',
      ['3: unknown key "token" in vault. Known here: "address", "namespace", "product".'],
    ],
    ['version: 1\nvault:\n  adress: https://x', ['3: unknown key "adress" in vault. Did you mean "address"?']],
    ['manifests: {}', ['1: "version" is missing.']],
    [
      'version: 1\ndrift:\n  owned:\n    - "*/prod/**"\n    - kv',
      [
        '4: drift.owned[0] must be a mount and a glob below it, for example "kv/team/prod/**", not "*/prod/**".',
        '5: drift.owned[1] must be a mount and a glob below it, for example "kv/team/prod/**", not "kv".',
      ],
    ],
    ['version: 1\ndrift: { owned: kv/app }', ['2: drift.owned must be a list, not the string "kv/app".']],
    ['version: 2', ['1: version must be the number 1, not 2.']],
    ['version: "1"', ['1: version must be the number 1, not "1".']],
    ['version: 1\nmanifests:\n  exclude: tests', ['3: manifests.exclude must be a list, not the string "tests".']],
    ['version: 1\nmanifests:\n', ['2: manifests must be a map of settings, not empty.']],
    [
      'version: 1\nmanifests:\n  variables:\n    PORT: 8200',
      ['4: manifests.variables.PORT must be text, not the number 8200. Write it in quotes: "8200".'],
    ],
    [
      'version: 1\nmanifests:\n  variables:\n    my-port: "1"',
      ['4: "my-port" must be a variable name (letters, digits, "_").'],
    ],
    [
      'version: 1\nmanifests:\n  rendered: [../secret]',
      [
        '3: manifests.rendered[0] must be a path below the repository, without a leading "/" and without "..", not "../secret".',
      ],
    ],
    [
      'version: 1\nsetup:\n  policy:\n    generate: { file: /etc/passwd }',
      [
        '4: setup.policy.generate must be "exact", "folder" or { file: path.hcl } with a path below the repository, not {"file":"/etc/passwd"}.',
      ],
    ],
    [
      'version: 1\nvault: { product: vault@ }',
      [
        '2: vault.product must be "auto", or a product with its version or bounds, such as "vault@1.20", "openbao@2.7" or "vault@>=1.20 <2", not "vault@".',
      ],
    ],
    [
      'version: 1\nrules:\n  secret-abscent: off',
      ['3: there is no rule "secret-abscent". Did you mean "secret-absent"?'],
    ],
    ['version: 1\nrules:\n  nonsense: off', ['3: there is no rule "nonsense". The rules are listed in docs/rules.']],
    [
      'version: 1\nrules:\n  secret-absent: warn',
      ['3: rules.secret-absent must be "error", "warning", "note" or "off", not "warn".'],
    ],
    [
      'version: 1\nsetup: { kubernetes: { reviewer: pods } }',
      ['2: setup.kubernetes.reviewer must be "pod", "client" or "token", not "pods". Did you mean "pod"?'],
    ],
    ['version: 1\nignore:\n  - { rule: secret-absent, path: kv/a }', ['3: ignore[0] lacks "reason".']],
    ['version: 1\nignore:\n  - { rule: secret-absent, reason: later }', ['3: ignore[0] needs "path" or "file".']],
    [
      'version: 1\nignore:\n  - { rule: secret-absent, path: a, reason: "  " }',
      ['3: ignore[0].reason must be a reason, not "  ".'],
    ],
    [
      'version: 1\nignore:\n  - { rule: secret-absent, path: a, reason: b, until: 31.01.2027 }',
      ['3: ignore[0].until must be a date as in 2027-01-31, not "31.01.2027".'],
    ],
    [
      'version: 1\nignore:\n  - rule: secret-absent\n    path: a\n    reason: b\n    until: 2027-02-30',
      ['6: ignore[0].until: "2027-02-30" is no day of the calendar.'],
    ],
    [
      'version: 1\nnaming:\n  - pattern: a/{env}\n    where: { enf: [prod] }',
      ['4: naming[0].where.enf: the pattern has no {enf}. Did you mean "env"?'],
    ],
    [
      'version: 1\nnaming:\n  - pattern: a/{env',
      ['3: naming[0].pattern must be a path with names in braces, for example "team/{env}/apps/{app}", not "a/{env".'],
    ],
    [
      'version: 1\nroles:\n  eso: { policies: [a] }',
      ['3: "eso" must be the auth mount and the name of the role, as in "kubernetes/eso".'],
    ],
    ['version: 1\nroles:\n  kubernetes/eso: { names: [eso] }', ['3: roles.kubernetes/eso lacks "policies".']],
    [
      'version: 1\npolicies:\n  eso: ../eso.hcl',
      [
        '3: policies.eso must be a path below the repository, without a leading "/" and without "..", not "../eso.hcl".',
      ],
    ],
    [
      'version: 1\nstores:\n  vault:\n    path: /kv/',
      ['4: stores.vault.path must be a mount as in "kv" or "team/kv", without slashes at its ends, not "/kv/".'],
    ],
    [
      'version: 1\nstores:\n  vault:\n    kind: SecretStore\n    path: kv',
      ['3: stores.vault: a SecretStore needs `namespace`, the Kubernetes namespace that it stands in.'],
    ],
    [
      'version: 1\nstores:\n  vault:\n    kind: ClusterSecretStore\n    namespace: eso',
      ['5: stores.vault.namespace: a ClusterSecretStore has no namespace. Its Vault namespace is `vaultNamespace`.'],
    ],
    [
      'version: 1\nstores:\n  vault:\n    namespace: shop\n    admits: [shop]',
      ['5: stores.vault.admits: a SecretStore serves its own namespace alone.'],
    ],
    [
      'version: 1\nstores:\n  vault:\n    auth: { method: kubernets, role: eso }',
      [
        '4: stores.vault.auth.method must be "kubernetes", "jwt", "appRole", "userPass", "ldap", "cert", "iam", "gcp" or "tokenSecretRef", not "kubernets". Did you mean "kubernetes"?',
      ],
    ],
    [
      'version: 1\nstores:\n  vault:\n    auth: { method: kubernetes }',
      ['4: stores.vault.auth: the method kubernetes needs `role`.'],
    ],
    [
      'version: 1\nstores:\n  vault:\n    auth:\n      method: tokenSecretRef\n      role: eso',
      ['6: stores.vault.auth.role: a token logs in nowhere: name its policies with `policies`.'],
    ],
    [
      'version: 1\nstores:\n  vault:\n    auth:\n      method: userPass\n      username: eso\n      serviceAccount: eso/eso',
      ['7: stores.vault.auth.serviceAccount: the method userPass logs in with no ServiceAccount.'],
    ],
    [
      'version: 1\nexpect:\n  - { store: a, role: b/c, may: [read], path: kv/a }',
      ['3: expect[0]: name one of `store`, `role`, `serviceAccount` and `namespace`.'],
    ],
    [
      'version: 1\nexpect:\n  - { may: [read], path: kv/a }',
      ['3: expect[0]: name one of `store`, `role`, `serviceAccount` and `namespace`.'],
    ],
    ['version: 1\nexpect:\n  - { store: a, path: kv/a }', ['3: expect[0] needs "may" or "mayNot".']],
    [
      'version: 1\nexpect:\n  - store: a\n    may: [read]\n    mayNot: [list]\n    path: kv/a',
      ['5: expect[0]: write `may` and `mayNot` as two entries.'],
    ],
    [
      'version: 1\nexpect:\n  - { store: a, may: [read] }',
      ['3: expect[0]: give one of `path` (mount and key) and `api` (as policies write it).'],
    ],
    ['version: 1\nhelm:\n  - { chart: charts/a }', ['3: helm[0] needs "values" or "set".']],
    [
      'version: 1\nhelm:\n  - { chart: charts/a, set: { "a=b": x } }',
      ['3: "a=b" must be the name of a value as `helm --set` takes it, as in "image.tag" or "hosts[0].name".'],
    ],
    [
      'version: 1\nhelm:\n  - { chart: charts/a, set: { a: [x] } }',
      ['3: helm[0].set.a must be text, a number, true or false, not ["x"].'],
    ],
    [
      'version: 1\nhelm:\n  - { chart: charts/a, set: { a: x } }\n  - { chart: ./charts/a/, values: [a.yaml] }',
      ['4: helm[1].chart: line 3 gives values to ./charts/a/ too. Write them as one entry.'],
    ],
    [
      'version: 1\nexpect:\n  - { store: a, may: [write], api: kv/data/a }',
      ['3: expect[0]: a rule (`api`) has read, list, create, update, patch and delete, not "write".'],
    ],
    [
      'version: 1\nexpect:\n  - { store: a, may: [create], path: kv/a }',
      ['3: expect[0]: a secret (`path`) has read, list, write and delete, not "create".'],
    ],
    [
      'version: 1\nexpect:\n  - { store: a, may: [raed], path: kv/a }',
      [
        '3: expect[0].may[0] must be "read", "list", "write", "delete", "create", "update" or "patch", not "raed". Did you mean "read"?',
      ],
    ],
    [
      'version: 1\nexpect:\n  - { store: a, may: [read], path: kv }',
      ['3: expect[0]: a path begins with its mount, as in kv/team/**.'],
    ],
    ['version: 1\n---\nversion: 1', ['3: A config file holds one YAML document; this one starts a second.']],
    ['- a', ['1: The config file must be a map of settings, not a list.']],
    [
      'version: 3\nmanifest: {}\nrules:\n  policy-denies: fatal',
      [
        '1: version must be the number 1, not 3.',
        '2: unknown key "manifest". Did you mean "manifests"?',
        '4: rules.policy-denies must be "error", "warning", "note" or "off", not "fatal".',
      ],
    ],
  ]
  it.each(cases)('%j', (text, expected) => {
    expect(problems(text)).toEqual(expected)
  })

  it.each(['version: [1', 'version: 1\nversion: 1', 'a: &x [*x]\nb: : c'])('YAML that does not parse: %j', (text) => {
    const found = problems(text)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^[123]: \S/)
  })

  it('knows no key by its prototype', () => {
    expect(problems('version: 1\nconstructor: {}\nstores:\n  toString: { policies: [a] }')).toEqual([
      expect.stringContaining('unknown key "constructor"'),
    ])
  })

  it('cuts a long value, so that a pasted secret or a bomb does not fill the log', () => {
    expect(problems(`version: ${'x'.repeat(10_000)}`)[0]?.length).toBeLessThan(200)
  })
})

describe('the published JSON Schema', () => {
  it('is what the code says (npx vitest run test/settings -u writes it)', async () => {
    await expect(`${JSON.stringify(configJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
      '../../docs/config-schema.json',
    )
  })

  /** Only the code can know these: which rules exist, the calendar, and what a pattern's braces name. */
  const codeOnly =
    /there is no rule|no day of the calendar|the pattern has no|one YAML document|needs `|gives values to|expect\\[0\\]: |has no namespace|serves its own|logs in/

  const samples = [
    EXAMPLE,
    'version: 1',
    'version: 1\nstores: { a: {} }\nnaming: []\nignore: []',
    'version: 1\nsnapshot: { scope: all, names: hashed, keys: false }',
    'version: 1\nsnapshot: { scope: some }',
    'version: 1\nsnapshot: { keys: "no" }',
    'version: 1\nstores: { a: { path: kv, auth: { method: kubernetes, role: a, serviceAccount: a/b } } }',
    'version: 1\nstores: { a: { path: kv/, auth: {} } }',
    'version: 1\nroles: { a/b/c: { policies: [d], names: [e], noDefaultPolicy: true } }',
    'version: 1\nroles: { a/b: { policies: [d], noDefaultPolicy: "true" } }',
    'version: 1\nroles: { a: { policies: [d] } }',
    'version: 1\npolicies: { a: b.hcl, "c/d": e.hcl }',
    'version: 1\nhelm: [{ chart: ., set: { "a.b[0]": "", n: 7, t: true } }]',
    'version: 1\nhelm: [{ chart: a, set: { "a b": c } }]',
    'version: 1\nhelm: [{ chart: a, values: [] }, { values: [../x] }]',
    'version: 1\nmanifests: { also: [../a] }',
    'version: 1\nmanifests: { also: [a] }',
    'version: 1\nvault: { namespace: "" }',
    'version: 1\nvault: { namespace: 1 }',
    'version: 1\nvault: { address: vault.example.com }',
    'version: 1\nvault: { product: vault@1.20.1 }',
    'version: 1\nvault: { product: vault }',
    'version: 1\nvault: { product: "vault@>=1.20 <2" }',
    'version: 1\nvault: { product: bao@2 }',
    'version: 1\nnaming: [{ where: {} }]',
    'version: 1\nnaming: [{ pattern: "a/{b}", where: { b: [] } }]',
    'version: 1\nnaming: [{ pattern: "a/{b}", where: { b: c } }]',
    'version: 1\nsetup: { role: { ttl: 3600 } }',
    'version: 1\nsetup: { role: { ttl: 1h30m } }',
    'version: 1\nsetup: { role: { ttl: soon } }',
    'version: 1\nsetup: { policy: { generate: {} } }',
    'version: 1\nsetup: { policy: { generate: folder, extra: 1 } }',
    'version: 1\nrules: { secret-absent: off }',
    'version: 1\nrules: { Secret_Absent: off }',
    'version: 1\nrules: []',
    'version: 1\nmanifests: { exclude: [""] }',
    'version: 1\nmanifests: { exclude: ["a/../b"] }',
    'version: 1\nmanifests: { exclude: ["a..b/**"] }',
    'version: 1\ndrift: { owned: [kv/team/**, kv/*] }',
    'version: 1\ndrift: { owned: ["kv"] }',
    'version: 1\ndrift: { owned: ["+/a", "**/a"] }',
    'version: 1\nignore: [{ rule: secret-absent, file: "a/**", reason: b }]',
    'null',
    'version: null',
  ]
  it.each(samples)('accepts and rejects what the code does: %j', (text) => {
    const found = problems(text)
    if (text !== 'null') expect(accepts(configJsonSchema(), load(text))).toBe(found.length === 0)
    expect(found.filter((message) => codeOnly.test(message))).toEqual([])
  })
})
