import { describe, expect, test } from 'vitest'
import { declare, expectExactPlaces, placeOf, policyNamed } from './declare.ts'

describe('vault_policy (field.md §4)', () => {
  test('a heredoc: indentation taken off, places kept', () => {
    const files = {
      'tf/main.tf':
        '# policies\nresource "vault_policy" "eso" {\n  name = "Eso"\n\n  policy = <<-EOT\n    path "kv/data/*" {\n      capabilities = ["read"]\n    }\n  EOT\n}\n',
    }
    const declared = declare(files)
    const policy = policyNamed(declared, 'eso')
    expect(policy.text).toBe('path "kv/data/*" {\n  capabilities = ["read"]\n}\n')
    expect(placeOf(policy)).toBe('tf/main.tf:6')
    expect(policy.provenance).toMatchObject({ form: 'terraform' })
    expect(policy.namedAt).toMatchObject({ line: 2, endLine: 10 })
    expectExactPlaces(files, policy)
  })

  const bodies: readonly [string, string, string, string[]][] = [
    ['a variable with a default', 'variable "m" {\n  type = string\n  default = "kv"\n}', 'path "${var.m}/x" {}', []],
    ['a local', 'locals {\n  m = "kv"\n}', 'path "${local.m}/x" {}', []],
    [
      'a local of a variable',
      'variable "e" { default = "v" }\nlocals { m = "k${var.e}" }',
      'path "${local.m}/x" {}',
      [],
    ],
    ['a local in a map', 'locals {\n  m = { a = "kv", "b" = 1 }\n}', 'path "${local.m.a}/x" {}', []],
    [
      'a mount resource',
      'resource "vault_mount" "m" {\n  path = "kv"\n  type = "kv-v2"\n}',
      'path "${vault_mount.m.path}/x" {}',
      [],
    ],
    ['a variable without a default', 'variable "m" {}', 'path "${var.m}/x" {}', ['var.m']],
    ['a local of itself', 'locals { m = "${local.m}" }', 'path "${local.m}/x" {}', ['local.m']],
    [
      'a condition',
      'variable "m" { default = "kv" }',
      'path "${var.n == "a" ? "b" : "c"}/x" {}',
      ['var.n == "a" ? "b" : "c"'],
    ],
    ['a condition that is known', 'variable "m" { default = "a" }', 'path "${var.m == "a" ? "kv" : "c"}/x" {}', []],
    ['what a loop gives', '', 'path "${each.key}/x" {}', ['each.key']],
    ['a directive', '', '%{ if var.a }path "kv/x" {}%{ endif }', ['%{ if var.a', '%{ endif']],
    ['a directive that is known', '', '%{ if true }path "kv/x" {}%{ else }path "y" {}%{ endif }', []],
    ['a loop', '', '%{ for m in ["kv"] ~}\npath "${m}/x" {}\n%{ endfor ~}', []],
    ['an escape', '', 'path "$${m}/x" {}', []],
  ]
  test.each(bodies)('interpolation: %s', (_, above, text, unknown) => {
    const { state } = declare({
      'a/main.tf': `${above}\nresource "vault_policy" "p" {\n  name = "p"\n  policy = <<EOT\n${text}\nEOT\n}\n`,
      'b/main.tf': 'locals { m = "other" }\n# "vault_\n',
    })
    expect(state.policies).toHaveLength(1)
    expect(state.policies[0]?.unknown).toEqual(unknown)
    if (unknown.length === 0 && !text.includes('$$')) expect(state.policies[0]?.text.trim()).toBe('path "kv/x" {}')
    if (text.includes('$$')) expect(state.policies[0]?.text.trim()).toBe('path "${m}/x" {}')
  })

  test('values files that Terraform loads by itself win over defaults; one that a person names is an alternative', () => {
    const { state } = declare({
      'main.tf':
        'variable "m" { default = "kv" }\nresource "vault_policy" "p" {\n  name = "p"\n  policy = "path \\"${var.m}/x\\" {}"\n}\n',
      'terraform.tfvars': 'm = "apps"\n',
      'other.tfvars': 'm = "not loaded"\n',
    })
    expect(state.policies.map(({ text }) => text)).toEqual(['path "apps/x" {}', 'path "not loaded/x" {}'])
  })

  test('what a module call passes takes the place of a default', () => {
    const { state } = declare({
      'main.tf': 'module "p" {\n  source = "./mod"\n  m = "apps"\n}\n',
      'mod/main.tf':
        'variable "m" { default = "kv" }\nresource "vault_policy" "p" {\n  name = "p"\n  policy = "path \\"${var.m}/x\\" {}"\n}\n',
    })
    expect(state.policies.map(({ text }) => text)).toEqual(['path "apps/x" {}'])
  })

  test.each([
    ['file("${path.module}/policies/x.hcl")', []],
    ['file("policies/x.hcl")', []],
    ['templatefile("${path.module}/policies/x.hcl", { m = "kv" })', []],
  ])('%s names the file', (expression, unknown) => {
    const files = {
      'tf/main.tf': `resource "vault_policy" "p" {\n  name   = "eso"\n  policy = ${expression}\n}\n`,
      'tf/policies/x.hcl': '# text\npath "kv/data/a" {}\n',
      'other/policies/x.hcl': 'path "b" {}\n',
    }
    const declared = declare(files)
    const policy = policyNamed(declared, 'eso')
    expect(placeOf(policy)).toBe('tf/policies/x.hcl:1')
    expect(policy.unknown).toEqual(unknown)
    expect(policy.provenance).toMatchObject({ form: 'hcl' })
    expect(policy.namedAt).toMatchObject({ file: 'tf/main.tf', line: 1 })
    expectExactPlaces(files, policy)
  })

  test('templatefile fills in what is given and leaves the rest symbolic', () => {
    const { state } = declare({
      'main.tf':
        'resource "vault_policy" "p" {\n  name = "p"\n  policy = templatefile("p.hcl.tftpl", { m = "kv", n = var.n })\n}\n',
      'p.hcl.tftpl': 'path "${m}/${n}/*" {}\n',
    })
    expect(state.policies).toMatchObject([{ name: 'p', text: 'path "kv/${n}/*" {}\n', unknown: ['n'] }])
  })

  test('vault_policy_document: each line leads to its rule', () => {
    const { state } = declare({
      'main.tf': `data "vault_policy_document" "d" {
  rule {
    path         = "kv/data/*"
    capabilities = ["read", "list"]
    description  = "reads"
  }
  rule {
    path = "\${var.m}/x"
    capabilities = ["deny"]
  }
}
resource "vault_policy" "p" {
  name   = "p"
  policy = data.vault_policy_document.d.hcl
}
`,
    })
    const policy = state.policies[0]
    expect(policy?.text).toBe(
      'path "kv/data/*" {\n  capabilities = ["read", "list"]\n}\npath "${var.m}/x" {\n  capabilities = ["deny"]\n}\n',
    )
    expect([1, 2, 3, 4, 5].map((line) => policy?.spanOfLine(line).line)).toEqual([3, 4, 6, 8, 9])
    expect(policy?.unknown).toEqual(['var.m'])
  })

  test('for_each: the name is known in part', () => {
    const { state } = declare({
      'main.tf':
        'resource "vault_policy" "p" {\n  for_each = toset(var.teams)\n  name = "${each.key}-reader"\n  policy = "path \\"kv/x\\" {}"\n}\n',
    })
    expect(state.policies[0]).toMatchObject({ name: '${each.key}-reader', unknown: ['each.key'] })
  })

  test('jsonencode', () => {
    const { state } = declare({
      'main.tf':
        'resource "vault_policy" "p" {\n  name = "p"\n  policy = jsonencode({ path = { "kv/x" = { capabilities = ["read"] } } })\n}\n',
    })
    expect(JSON.parse(state.policies[0]?.text ?? '')).toEqual({ path: { 'kv/x': { capabilities: ['read'] } } })
    expect(state.policies[0]?.spanOfLine(1).line).toBe(3)
  })

  test('a text from elsewhere is told', () => {
    const { also } = declare({ 'main.tf': 'resource "vault_policy" "p" {\n  name = "p"\n  policy = var.text\n}\n' })
    expect(also.textless).toMatchObject([{ name: 'p', source: '`var.text`', span: { line: 1 } }])
  })
})

describe('roles and mounts in Terraform', () => {
  test('references between resources are followed', () => {
    const { state } = declare({
      'roles.tf': `resource "vault_kubernetes_auth_backend_role" "r" {
  backend                          = vault_auth_backend.kubernetes.path
  role_name                        = "ESO"
  bound_service_account_names      = ["external-secrets"]
  bound_service_account_namespaces = concat(["a"], local.more)
  token_policies                   = ["default", vault_policy.p.name]
  token_ttl                        = 3600
  audience                         = "vault"
}
resource "vault_approle_auth_backend_role" "r" {
  role_name      = "ci"
  token_policies = var.policies
}
resource "vault_jwt_auth_backend_role" "r" {
  backend         = vault_jwt_auth_backend.gh.path
  role_name       = "gh"
  role_type       = "jwt"
  bound_audiences = ["a"]
  bound_claims    = { repository = "o/r" }
  user_claim      = "sub"
  token_policies  = ["p"]
}
`,
      'main.tf': `locals { more = ["b"] }
resource "vault_auth_backend" "kubernetes" {
  type = "kubernetes"
  path = "k8s"
}
resource "vault_kubernetes_auth_backend_config" "c" {
  backend            = vault_auth_backend.kubernetes.path
  kubernetes_host    = "https://k"
  token_reviewer_jwt = file("jwt")
}
resource "vault_jwt_auth_backend" "gh" {
  path               = "github"
  oidc_discovery_url = "https://t"
}
resource "vault_policy" "p" {
  name = "p"
  policy = "path \\"kv/x\\" {}"
}
resource "vault_mount" "kv" {
  path    = "kv"
  type    = "kv"
  options = { version = "2" }
  description = "secrets"
}
`,
    })
    expect(state.roles).toMatchObject([
      {
        authMount: 'k8s',
        type: 'kubernetes',
        name: 'eso',
        policies: ['p'],
        boundServiceAccountNames: ['external-secrets'],
        boundServiceAccountNamespaces: ['a', 'b'],
        audiences: ['vault'],
        fields: { token_ttl: 3600 },
        unknown: [],
      },
      { authMount: 'approle', type: 'approle', name: 'ci', policies: undefined, unknown: ['var.policies'] },
      {
        authMount: 'github',
        type: 'jwt',
        name: 'gh',
        policies: ['p'],
        audiences: ['a'],
        boundClaims: { repository: ['o/r'] },
      },
    ])
    expect(state.roles.map(placeOf)).toEqual(['roles.tf:1', 'roles.tf:10', 'roles.tf:14'])
    expect(state.mounts).toMatchObject([{ path: 'kv', type: 'kv', version: 2, description: 'secrets' }])
    expect(state.authMounts).toMatchObject([
      { path: 'k8s', type: 'kubernetes', config: { kubernetes_host: 'https://k', token_reviewer_jwt: '(set)' } },
      { path: 'github', type: 'jwt', config: { oidc_discovery_url: 'https://t' } },
    ])
  })

  test('comments, odd layout and what is not understood do not stop the reading', () => {
    const { state } = declare({
      'main.tf': `/* "vault_ */ # c
terraform { required_version = ">= 1" }
locals {
  x = [for k, v in var.m : "\${k}-\${v}" if v != "}"] // list
  y = var.a ? { b = 1 } : null
  z = merge({ a = 1 }, { "b" : 2 })
}
resource "vault_mount" "kv" {
  path = "kv"; type = "kv-v2"
}
resource "vault_mount" "db" { path = "db", type = "database" }
resource "vault_mount" "kv1" {
  type = "kv"
  path = lower("KV1")
  dynamic "x" { content { y = 1 } }
}
`,
    })
    expect(state.mounts.map(({ path, type, version }) => [path, type, version])).toContainEqual(['kv1', 'kv', 1])
  })
})

test('the accessor of an auth mount is told by the mount (vault.md §2.7)', () => {
  const { state } = declare({
    'a.tf': `resource "vault_auth_backend" "k" {
  type = "kubernetes"
  path = "clusters/one"
}
resource "vault_policy" "p" {
  name   = "p"
  policy = "path \\"kv/{{identity.entity.aliases.\${vault_auth_backend.k.accessor}.name}}\\" {}"
}
`,
  })
  expect(state.policies[0]).toMatchObject({
    text: expect.stringContaining('aliases.${auth/clusters/one/@accessor}.name'),
    unknown: ['auth/clusters/one/@accessor'],
  })
})
