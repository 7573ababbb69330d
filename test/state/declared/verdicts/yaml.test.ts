import { describe, expect, test } from 'vitest'
import { ALLOWS, DENIES, ROLE, verdictOf } from './verdict.ts'

const BOUND = 'bound_service_account_names: eso\n      bound_service_account_namespaces: eso'
const WRITES = `vault_writes:\n  - path: auth/kubernetes/role/reader\n    data:\n      ${BOUND}\n      policies: shop-read\n`
const rule = (path: string) => `{path: ${path}, capabilities: [read]}`

/** Policies as data; `PATH` stands for the rule's path. */
const POLICIES: readonly (readonly [string, string])[] = [
  [
    'a list of rules',
    `vault_policies:\n  - name: shop-read\n    rules:\n      - path: /PATH\n        capabilities: [read]\n`,
  ],
  ['a list of rules under another key', `acl:\n  - policy_name: shop-read\n    paths: [${rule('PATH')}]\n`],
  ['a map of lists', `vault_policies:\n  shop-read:\n    - ${rule('PATH')}\n`],
  [
    'a policy as an object',
    `vault_policies:\n  - name: shop-read\n    policy:\n      path:\n        "PATH": {capabilities: [read]}\n`,
  ],
  ['a map of paths', `vault_policies:\n  shop-read:\n    "PATH": [read]\n    "kv/metadata/x": [list]\n`],
  [
    'a write',
    `w:\n  - path: sys/policies/acl/shop-read\n    data: {policy: 'path "PATH" { capabilities = ["read"] }'}\n`,
  ],
  [
    'an Ansible task',
    `- hashivault_policy:\n    name: shop-read\n    rules: |\n      path "PATH" { capabilities = ["read"] }\n`,
  ],
]

describe('policies as data (forms.md §6)', () => {
  test.each(POLICIES)('%s', async (_, text) => {
    const files = (path: string) => ({
      'ansible/group_vars/all.yml': text.replace('PATH', path),
      'ansible/group_vars/writes.yml': WRITES,
    })
    expect((await verdictOf(files('kv/data/shop/*'))).verdict).toBe('allowed')
    const denied = await verdictOf(files('kv/data/blog/*'))
    expect(denied.findings).toEqual(['error policy-denies web.yaml:8'])
  })

  test('the rule that decides is named at its item', async () => {
    const text = `p:\n  - name: shop-read\n    rules:\n      - ${rule('kv/data/blog/*')}\n      - ${rule('kv/data/shop/*')}\n`
    const { verdict, because } = await verdictOf({ 'group_vars/p.yml': text, 'group_vars/w.yml': WRITES })
    expect(verdict).toBe('allowed')
    expect(because).toContain('group_vars/p.yml:5')
  })

  test('a path with a variable leaves a miss open', async () => {
    const text = `p:\n  - name: shop-read\n    rules: [${rule('"{{ m }}/*"')}, ${rule('kv/data/blog/*')}]\n`
    const { verdict } = await verdictOf({ 'group_vars/p.yml': text, 'group_vars/w.yml': WRITES })
    expect(verdict).toBe('unknown')
  })

  test('a variable with one literal is filled in, and one of two inventories is not', async () => {
    const text = `p:\n  - name: shop-read\n    rules: [${rule('"{{ kv_mount }}/data/shop/*"')}]\n`
    const policy = { 'ansible/roles/v/vars/main.yml': text, 'ansible/group_vars/w.yml': WRITES }
    const one = { ...policy, 'ansible/group_vars/all.yml': 'kv_mount: kv\nvault_policies: []\n' }
    expect((await verdictOf(one)).verdict).toBe('allowed')
    const two = { ...one, 'ansible/host_vars/b.yml': 'kv_mount: secret\nvault_policies: []\n' }
    expect((await verdictOf(two)).verdict).toBe('unknown')
  })

  test.each([
    ['absent', `p:\n  - name: shop-read\n    state: absent\n    rules: [${rule('kv/data/blog/*')}]\n`],
    ['a kind of another operator', `kind: VaultPolicy\nmetadata: {name: shop-read}\nspec:\n  rules: [${rule('x')}]\n`],
    ['a list for bank-vaults', `externalConfig:\n  policies:\n    - name: shop-read\n      rules: [${rule('x')}]\n`],
    ['rules of Kubernetes', 'kind: Role\nrules:\n  - apiGroups: [""]\n    resources: [pods]\n    verbs: [get]\n'],
    ['a text that is elsewhere', `- hashivault_policy: {name: shop-read, rules: "{{ the_text }}"}\n`],
  ])('is not known: %s', async (_, text) => {
    const { verdict, findings } = await verdictOf({ 'group_vars/p.yml': text, 'group_vars/w.yml': WRITES })
    expect([verdict, findings]).toEqual(['unknown', []])
  })
})

describe('writes as data (forms.md §4, §6)', () => {
  const policy = { 'vault/shop-read.hcl': DENIES }
  test.each([
    ['a list of writes', 'group_vars/all.yml', WRITES],
    [
      "Ansible's vault_write",
      'tasks/main.yml',
      `- community.hashi_vault.vault_write:\n    path: auth/kubernetes/role/reader\n    data:\n      ${BOUND}\n      token_policies: [shop-read]\n`,
    ],
    [
      "Ansible's uri",
      'tasks/main.yml',
      `- ansible.builtin.uri:\n    url: "{{ vault_addr }}/v1/auth/kubernetes/role/reader"\n    method: POST\n    body_format: json\n    body:\n      ${BOUND}\n      policies: shop-read\n`,
    ],
    [
      "Ansible's uri with a text",
      'tasks/main.yml',
      `- uri:\n    url: https://vault/v1/auth/kubernetes/role/reader\n    method: PUT\n    body: '{"bound_service_account_names": "eso", "bound_service_account_namespaces": "eso", "policies": "shop-read"}'\n`,
    ],
    [
      'the OpenBao operator',
      'bao.yaml',
      `apiVersion: openbao.org/v1alpha1\nkind: OpenBaoCluster\nspec:\n  selfInit:\n    requests:\n      - operation: update\n        path: auth/kubernetes/role/reader\n        data:\n          bound_service_account_names: eso\n          bound_service_account_namespaces: eso\n          policies: [shop-read]\n`,
    ],
    [
      "OpenBao's self-init, in the values of its chart",
      'values.yaml',
      `server:\n  standalone:\n    config: |\n      ui = true\n      initialize "eso" {\n        request "role" {\n          operation = "update"\n          path      = "auth/kubernetes/role/reader"\n          data = {\n            bound_service_account_names      = ["eso"]\n            bound_service_account_namespaces = ["eso"]\n            policies                         = ["shop-read"]\n          }\n        }\n      }\n`,
    ],
    [
      "OpenBao's self-init, in a file",
      'config/bao.hcl',
      `initialize "eso" {\n  request "role" {\n    operation = "update"\n    path = "auth/kubernetes/role/reader"\n    data = { bound_service_account_names = "eso", bound_service_account_namespaces = "eso", policies = "shop-read" }\n  }\n}\n`,
    ],
    [
      'a file of its own in a folder of roles',
      'vault/roles/reader.yaml',
      'bound_service_account_names: [eso]\nbound_service_account_namespaces: [eso]\npolicies: [shop-read]\n',
    ],
    [
      'Crossplane',
      'role.yaml',
      `apiVersion: kubernetes.vault.upbound.io/v1alpha1\nkind: AuthBackendRole\nspec:\n  forProvider:\n    roleName: reader\n    boundServiceAccountNames: [eso]\n    boundServiceAccountNamespaces: [eso]\n    tokenPolicies: [shop-read]\n`,
    ],
    [
      'bank-vaults in Helm values',
      'release.yaml',
      `kind: HelmRelease\nspec:\n  values:\n    vault:\n      externalConfig:\n        auth:\n          - type: kubernetes\n            roles:\n              - name: reader\n                bound_service_account_names: eso\n                bound_service_account_namespaces: eso\n                policies: shop-read\n`,
    ],
  ])('%s', async (_, file, text) => {
    expect((await verdictOf({ ...policy, [file]: text })).findings).toEqual(['error policy-denies web.yaml:8'])
  })

  test.each([
    ['reading', `- uri: {url: "https://v/v1/auth/kubernetes/role/reader", method: GET}\n`],
    [
      'observing',
      `apiVersion: kubernetes.vault.upbound.io/v1alpha1\nkind: AuthBackendRole\nspec:\n  managementPolicies: [Observe]\n  forProvider: {roleName: reader, tokenPolicies: [shop-read]}\n`,
    ],
    [
      'an absent role',
      `- hashivault_k8s_auth_role: {name: reader, state: absent, bound_service_account_names: [eso], policies: [shop-read]}\n`,
    ],
  ])('is no write: %s', async (_, text) => {
    const { because } = await verdictOf({ ...policy, 'tasks/main.yml': text })
    expect(because).toContain('is not in Git')
  })
})

describe('scripts in YAML (forms.md §4)', () => {
  const script = (indent: number, policy = '$POLICY') =>
    `vault policy write shop-read - <<'E'\n${DENIES}\nE\nvault write ${ROLE.replace('shop-read', policy)}\n`.replace(
      /^/gm,
      ' '.repeat(indent),
    )
  test.each([
    [
      'the environment of a container',
      'job.yaml',
      `apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec:\n  template:\n    spec:\n      containers:\n        - name: x\n          env:\n            - {name: POLICY, value: shop-read}\n          command: [sh, -c]\n          args:\n            - |\n${script(14)}`,
    ],
    [
      'a ConfigMap of the environment',
      'job.yaml',
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: env}\ndata: {POLICY: shop-read}\n---\nspec:\n  containers:\n    - envFrom: [{configMapRef: {name: env}}]\n      args:\n        - |\n${script(10)}`,
    ],
    [
      'a workflow',
      '.github/workflows/a.yml',
      `env: {POLICY: shop-read}\njobs:\n  a:\n    steps:\n      - run: |\n${script(10)}`,
    ],
    [
      "a workflow's expression",
      '.github/workflows/a.yml',
      `jobs:\n  a:\n    env: {POLICY: shop-read}\n    steps:\n      - run: |\n${script(10, '${{ env.POLICY }}')}`,
    ],
    [
      'a pipeline, one step after the other',
      '.gitlab-ci.yml',
      `a:\n  variables: {POLICY: shop-read}\n  script:\n    - cat > p.hcl <<E\n      ${DENIES}\n      E\n    - P=$POLICY\n    - vault policy write shop-read p.hcl\n    - vault write ${ROLE.replace('shop-read', '$P')}\n`.replace(
        '- cat',
        '- |\n      cat',
      ),
    ],
    [
      'a Taskfile',
      'Taskfile.yml',
      `vars: {POLICY: shop-read}\ntasks:\n  a:\n    cmds:\n      - |\n${script(8, '{{.POLICY}}')}`,
    ],
    [
      'a WorkflowTemplate',
      'wf.yaml',
      `kind: WorkflowTemplate\nspec:\n  templates:\n    - script:\n        env: [{name: POLICY, value: shop-read}]\n        source: |\n${script(10)}`,
    ],
  ])('%s', async (_, file, text) => {
    expect((await verdictOf({ [file]: text })).findings).toEqual(['error policy-denies web.yaml:8'])
  })

  test.each([
    ['a workflow', '.github/workflows/a.yml', '${{ inputs.rules }}', '${{ inputs.mount }}'],
    ['a WorkflowTemplate', 'wf.yaml', '{{inputs.parameters.rules}}', '{{inputs.parameters.mount}}'],
    ['a Taskfile', 'Taskfile.yml', '{{.RULES}}', '{{.MOUNT}}'],
  ])('what is filled in is no mistake, and may be rules: %s', async (_, file, rules, mount) => {
    const text = (body: string) =>
      `a:\n  run: |\n    vault policy write shop-read - <<'E'\n    ${body}\n    E\n    vault write ${ROLE}\n`
    for (const body of [rules, `path "${mount}/*" { capabilities = ["read"] }`, `${rules}\n    ${DENIES}`]) {
      const { verdict, findings } = await verdictOf({ [file]: text(body) })
      expect([verdict, findings]).toEqual(['unknown', []])
    }
    expect((await verdictOf({ [file]: text(`${rules}\n    ${ALLOWS}`) })).verdict).toBe('allowed')
  })
})
