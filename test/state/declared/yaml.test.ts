import { describe, expect, test } from 'vitest'
import { declare, expectExactPlaces, placeOf, policyNamed } from './declare.ts'

const POLICY = 'path "kv/data/a" {\n  capabilities = ["read"]\n}\n'
const indent = (text: string, by: number) => text.replace(/^(?=.)/gm, ' '.repeat(by))

describe('shell inside YAML (field.md §4)', () => {
  test('a Job: policy, role and mount, each at its line', () => {
    const files = {
      'job.yaml': `apiVersion: batch/v1
kind: Job
metadata: { name: setup }
spec:
  template:
    spec:
      containers:
        - name: setup
          args:
            - -ec
            - |
              bao secrets enable -path=kv -version=2 kv
              bao policy write eso - <<'EOF'
              path "kv/data/*" {
                capabilities = ["read"]
              }
              EOF
              bao write auth/kubernetes/role/eso \\
                bound_service_account_names=eso \\
                policies=eso
`,
    }
    const { state } = declare(files)
    expect(state.policies.map(placeOf)).toEqual(['job.yaml:14'])
    expect(state.roles.map(placeOf)).toEqual(['job.yaml:18'])
    expect(state.roles[0]?.provenance).toMatchObject({ form: 'yaml', span: { column: 15, endLine: 20 } })
    expect(state.mounts.map(placeOf)).toEqual(['job.yaml:12'])
    for (const policy of state.policies) expectExactPlaces(files, policy)
  })

  test.each([
    ['double quotes with \\n', `data:\n  a.sh: "vault policy write eso - <<E\\npath \\"kv/x\\" {}\\nE\\n"\n`, 2],
    [
      'a second document',
      `a: 1\n---\ndata:\n  a.sh: |\n    vault policy write eso - <<E\n    path "kv/x" {}\n    E\n`,
      6,
    ],
    [
      'an indentation indicator',
      `data:\n  a.sh: |2-\n    vault policy write eso - <<E\n    path "kv/x" {}\n    E\n`,
      4,
    ],
  ])('%s', (_, text, line) => {
    const { state } = declare({ 'cm.yaml': text })
    expect(state.policies.map((policy) => [policy.name, placeOf(policy)])).toEqual([['eso', `cm.yaml:${line}`]])
  })

  test('Flux fills ${…} in before the shell runs, quoted heredoc or not', () => {
    const text = `data:\n  a.sh: |\n    vault policy write eso - <<'E'\n    path "\${MOUNT}/x" {}\n    E\n`
    expect(declare({ 'cm.yaml': text }).state.policies[0]).toMatchObject({ unknown: ['MOUNT'] })
  })

  test('a Helm template is no YAML; a script in it still is a script', () => {
    const text = `{{- if .Values.on }}\ndata:\n  a.sh: |\n    vault policy write eso - <<'E'\n    path "{{ .Values.mount }}/x" {}\n    E\n{{- end }}\n  b: {{ x }}: {{ y }}\n`
    const { state } = declare({ 'templates/cm.yaml': text })
    expect(state.policies.map((policy) => [policy.name, policy.text.trim(), policy.unknown, placeOf(policy)])).toEqual([
      ['eso', 'path "${.Values.mount}/x" {}', ['.Values.mount'], 'templates/cm.yaml:5'],
    ])
  })

  test('a folded text: each command at the line that it is written on', () => {
    const { state } = declare({
      'hr.yaml': `values:
  postStart:
    - sh
    - -c
    - >-
      sleep 1;
      vault auth enable kubernetes;
      vault write auth/kubernetes/role/eso
      bound_service_account_names=eso
      policies=eso
`,
    })
    expect(state.authMounts.map(placeOf)).toEqual(['hr.yaml:7'])
    expect(state.roles.map(placeOf)).toEqual(['hr.yaml:8'])
    expect(state.roles[0]?.provenance).toMatchObject({ span: { column: 7, endLine: 10, endColumn: 19 } })
  })

  test('JSON is YAML', () => {
    const { state } = declare({ 'cm.json': '{\n  "data": {\n    "eso.hcl": "path \\"a\\" {}"\n  }\n}\n' })
    expect(state.policies.map((policy) => [policy.name, placeOf(policy)])).toEqual([['eso', 'cm.json:3']])
  })

  test('words without a shell', () => {
    const { state } = declare({
      'pod.yaml': `command:\n  - vault\n  - write\n  - auth/kubernetes/role/eso\n  - policies=eso\n  - bound_service_account_names=eso\n`,
    })
    expect(state.roles).toMatchObject([{ name: 'eso', policies: ['eso'] }])
    expect(state.roles.map(placeOf)).toEqual(['pod.yaml:2'])
  })
})

describe('policies as YAML data (field.md §4)', () => {
  test.each([
    ['a list of names and rules', `policies:\n  - name: eso\n    rules: |\n${indent(POLICY, 6)}`, 4],
    ['a list of names and policies', `vault_policies:\n  - name: ESO\n    policy: |\n${indent(POLICY, 6)}`, 4],
    ['a list of names and hcl', `policies:\n  - hcl: |\n${indent(POLICY, 6)}    name: eso\n`, 3],
    ['a map of maps', `eso:\n  description: reads\n  policy: |\n${indent(POLICY, 4)}`, 4],
    ['a map of texts', `policies:\n  eso: |\n${indent(POLICY, 4)}`, 3],
    ['a ConfigMap key', `kind: ConfigMap\ndata:\n  eso.hcl: |\n${indent(POLICY, 4)}`, 4],
    ['a flow text', `policies: [{name: eso, rules: "path \\"kv/data/a\\" {}"}]\n`, 1],
    ['an Ansible task', `- name: write it\n  hashivault_policy:\n    name: eso\n    rules: |\n${indent(POLICY, 6)}`, 5],
    ['Crossplane', `kind: Policy\nspec:\n  forProvider:\n    name: eso\n    policy: |\n${indent(POLICY, 6)}`, 6],
    [
      'literals of a configMapGenerator',
      `configMapGenerator:\n  - name: p\n    literals:\n      - |\n        eso.hcl=path "a" {}\n`,
      5,
    ],
  ])('%s', (_, text, line) => {
    const files = { 'vars.yml': text }
    const declared = declare(files)
    expect(declared.state.policies.map((policy) => [policy.name, placeOf(policy)])).toEqual([
      ['eso', `vars.yml:${line}`],
    ])
    expect(declared.state.policies[0]?.provenance).toMatchObject({ form: 'yaml' })
    if (!text.includes('\\"') && !text.includes('literals')) expectExactPlaces(files, policyNamed(declared, 'eso'))
  })

  test('a ConfigMap key that a script writes has the name that the script gives', () => {
    const { state } = declare({
      'cm.yaml': `data:\n  reader.hcl: |\n${indent(POLICY, 4)}  a.sh: vault policy write eso /policies/reader.hcl\n`,
    })
    expect(state.policies.map((policy) => [policy.name, placeOf(policy)])).toEqual([['eso', 'cm.yaml:3']])
  })

  test('variables in the text make it partly known', () => {
    const { state } = declare({ 'a.yaml': 'policies:\n  - name: eso\n    rules: path "${M}/x" {}\n' })
    expect(state.policies[0]).toMatchObject({ name: 'eso', unknown: ['M'] })
  })

  test('a policy without a name is kept apart', () => {
    const { state, also } = declare({ 'a.yaml': `policies:\n  - |\n${indent(POLICY, 4)}` })
    expect(state.policies).toEqual([])
    expect(also.unnamed.map(({ span }) => span.line)).toEqual([3])
  })
})

describe('bank-vaults externalConfig (issue: declared state, the rest)', () => {
  const body = `policies:
  - name: allow_secrets
    rules: path "secret/*" { capabilities = ["read"] }
auth:
  - type: kubernetes
    path: k8s
    config:
      kubernetes_host: https://k
      token_reviewer_jwt: hush
    roles:
      - name: Default
        bound_service_account_names: ["default", "eso"]
        bound_service_account_namespaces: apps
        policies: [allow_secrets, default]
        ttl: 1h
  - type: jwt
    roles: []
secrets:
  - path: secret
    type: kv
    description: general
    options: { version: 2 }
  - type: database
`
  test.each([
    ['in a Vault resource', `kind: Vault\nspec:\n  externalConfig:\n${indent(body, 4)}`, 3],
    ['in a file of its own', body, 0],
    ['as a text in a ConfigMap', `data:\n  vault-config.yml: |\n${indent(body, 4)}`, 2],
  ])('%s', (_, text, above) => {
    const { state } = declare({ 'vault.yaml': text })
    const at = (line: number) => `vault.yaml:${line + above}`
    expect(state.policies.map((policy) => [policy.name, placeOf(policy)])).toEqual([['allow_secrets', at(3)]])
    expect(state.roles).toMatchObject([
      {
        authMount: 'k8s',
        type: 'kubernetes',
        name: 'default',
        policies: ['allow_secrets'],
        boundServiceAccountNames: ['default', 'eso'],
        boundServiceAccountNamespaces: ['apps'],
        fields: { ttl: '1h' },
      },
    ])
    expect(state.roles.map(placeOf)).toEqual([at(11)])
    expect(state.mounts).toMatchObject([
      { path: 'secret', type: 'kv', version: 2, description: 'general' },
      { path: 'database', type: 'database' },
    ])
    expect(state.authMounts).toMatchObject([
      { path: 'k8s', type: 'kubernetes', config: { kubernetes_host: 'https://k', token_reviewer_jwt: '(set)' } },
      { path: 'jwt', type: 'jwt' },
    ])
  })
})

describe('vault-config-operator', () => {
  const cr = (kind: string, name: string, spec: string) =>
    `apiVersion: redhatcop.redhat.io/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n${indent(spec, 2)}---\n`
  test('its kinds', () => {
    const files = {
      'crs.yaml':
        cr('Policy', 'eso', `authentication: { path: kubernetes, role: admin }\npolicy: |\n${indent(POLICY, 2)}`) +
        cr('Policy', 'other', `name: real-name\npolicy: path "a" {}\n`) +
        cr(
          'KubernetesAuthEngineRole',
          'Reader',
          'authentication: { path: kubernetes, role: admin }\npath: k8s/main\npolicies: [eso]\ntargetServiceAccounts: [eso]\ntargetNamespaces: { targetNamespaces: [apps] }\naudience: vault\ntokenTTL: 300\n',
        ) +
        cr(
          'KubernetesAuthEngineRole',
          'selected',
          'path: k8s\npolicies: [eso]\ntargetNamespaces: { targetNamespaceSelector: { matchLabels: { a: b } } }\n',
        ) +
        cr('JWTOIDCAuthEngineRole', 'gh', 'path: jwt\nboundAudiences: [a]\ntokenPolicies: [eso]\nuserClaim: sub\n') +
        cr('SecretEngineMount', 'kv', 'type: kv\npath: team\noptions: { version: "2" }\n') +
        cr('AuthEngineMount', 'main', 'type: kubernetes\npath: k8s\n') +
        cr('KubernetesAuthEngineConfig', 'main', 'path: k8s\nkubernetesHost: https://k\ntokenReviewerJWT: hush\n'),
    }
    const declared = declare(files)
    const { state } = declared
    expect(state.policies.map((policy) => [policy.name, placeOf(policy)])).toEqual([
      ['eso', 'crs.yaml:8'],
      ['real-name', 'crs.yaml:18'],
    ])
    expectExactPlaces(files, policyNamed(declared, 'eso'))
    expect(state.roles).toMatchObject([
      {
        authMount: 'k8s/main',
        name: 'reader',
        policies: ['eso'],
        boundServiceAccountNames: ['eso'],
        boundServiceAccountNamespaces: ['apps'],
        audiences: ['vault'],
        fields: { token_ttl: 300 },
      },
      { name: 'selected', boundServiceAccountNames: ['default'], unknown: ['targetNamespaceSelector'] },
      { authMount: 'jwt', type: 'jwt', name: 'gh', policies: ['eso'], audiences: ['a'], fields: { user_claim: 'sub' } },
    ])
    expect(state.roles[1]?.boundServiceAccountNamespaces).toBeUndefined()
    expect(state.mounts).toMatchObject([{ path: 'team/kv', type: 'kv', version: 2 }])
    expect(state.authMounts).toMatchObject([
      { path: 'k8s/main', type: 'kubernetes', config: { kubernetes_host: 'https://k', token_reviewer_jwt: '(set)' } },
    ])
  })
})

describe('roles as data', () => {
  test.each([
    [
      "Ansible's vault_write",
      'community.hashi_vault.vault_write:\n  path: auth/k8s/role/eso\n  data:\n    bound_service_account_names: eso\n    policies: [eso]\n',
      'k8s',
    ],
    [
      'a list',
      'vault_roles:\n  - name: eso\n    mount: auth/k8s\n    bound_service_account_names: [eso]\n    policies: eso\n',
      'k8s',
    ],
    ['a map', 'roles:\n  eso:\n    bound_service_account_names: [eso]\n    policies: eso\n', 'kubernetes'],
  ])('%s', (_, text, authMount) => {
    const { state } = declare({ 'a.yml': text })
    expect(state.roles).toMatchObject([
      { authMount, type: 'kubernetes', name: 'eso', policies: ['eso'], boundServiceAccountNames: ['eso'] },
    ])
    expect(state.roles).toHaveLength(1)
  })
})

test('YAML without markers is not parsed', () => {
  const { state } = declare({ 'a.yaml': 'a: [unclosed\n', 'b.yaml': 'kind: ExternalSecret\nspec: { path: x }\n' })
  expect(state.policies).toEqual([])
})
