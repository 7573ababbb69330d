import { describe, expect, test } from 'vitest'
import { ALLOWS, DENIES, verdictOf } from './verdict.ts'

const rule = (path: string) => `path "${path}" { capabilities = ["read"] }`
const policy = (body: string, name = '"shop-read"') =>
  `resource "vault_policy" "p" {\n  name   = ${name}\n  policy = ${body}\n}\n`
const role = (policies = '[vault_policy.p.name]', name = '"reader"', more = '') =>
  `resource "vault_kubernetes_auth_backend_role" "r" {\n${more}  role_name = ${name}\n  bound_service_account_names = ["eso"]\n  bound_service_account_namespaces = ["eso"]\n  token_policies = ${policies}\n}\n`
const heredoc = (text: string) => `<<E\n${text}\nE`

/** `APP` stands for the application that the policy is about; each file list is a repository. */
const FORMS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  [
    'for_each over a map, and a loop in the text',
    {
      'main.tf': `locals { r = { reader = { apps = ["APP"] } } }\n${policy('join("\\n", [for a in each.value.apps : "path \\"kv/data/${a}/*\\" { capabilities = [\\"read\\"] }"])', '"${each.key}-x"').replace('{\n', '{\n  for_each = local.r\n')}${role('[vault_policy.p[each.key].name]', 'each.key', '  for_each = local.r\n')}`,
    },
  ],
  [
    'for_each over merged and flattened collections',
    {
      'main.tf': `variable "a" { default = { reader = "APP" } }\nlocals { r = merge(var.a, {}) }\n${policy(heredoc(rule('kv/data/${each.value}/*')), 'each.key').replace('{\n', '{\n  for_each = local.r\n')}${role('[for p in vault_policy.p : p.name]')}`,
    },
  ],
  [
    'count',
    {
      'main.tf': `${policy(heredoc(rule('kv/data/APP/*'))).replace('{\n', '{\n  count = 1\n')}${role('[vault_policy.p[0].name]')}`,
    },
  ],
  [
    'a splat',
    {
      'main.tf': `${policy(heredoc(rule('kv/data/APP/*'))).replace('{\n', '{\n  count = true ? 1 : 0\n')}${role('vault_policy.p[*].name')}`,
    },
  ],
  [
    'a directive with a list that is known',
    {
      'main.tf': `locals { apps = ["APP"] }\n${policy(heredoc('%{ for a in local.apps ~}\npath "kv/data/${a}/*" {\n  capabilities = ["read"]\n}\n%{ endfor ~}'))}${role()}`,
    },
  ],
  [
    'a template with a loop',
    {
      'main.tf': `${policy('templatefile("${path.module}/p.hcl.tftpl", { apps = ["APP"] })')}${role()}`,
      'p.hcl.tftpl': '%{ for a in apps ~}\npath "kv/data/${a}/*" { capabilities = ["read"] }\n%{ endfor ~}\n',
    },
  ],
  [
    'rules made by dynamic blocks',
    {
      'main.tf': `data "vault_policy_document" "d" {\n  dynamic "rule" {\n    for_each = ["APP"]\n    content {\n      path         = "kv/data/\${rule.value}/*"\n      capabilities = ["read"]\n    }\n  }\n}\n${policy('data.vault_policy_document.d.hcl')}${role()}`,
    },
  ],
  [
    'a module of the repository',
    {
      'main.tf': 'module "reader" {\n  source = "./modules/reader"\n  app    = "APP"\n}\n',
      'modules/reader/main.tf': `variable "app" {}\n${policy(heredoc(rule('kv/data/${var.app}/*')))}${role()}`,
    },
  ],
  [
    'a module for each item, and what it gives back',
    {
      'main.tf': `module "p" {\n  for_each = { shop-read = "APP" }\n  source   = "./modules/policy"\n  name     = each.key\n  app      = each.value\n}\n${role('[module.p["shop-read"].name]')}`,
      'modules/policy/main.tf': `variable "app" {}\nvariable "name" {}\n${policy(heredoc(rule('kv/data/${var.app}/*')), 'var.name')}output "name" { value = vault_policy.p.name }\n`,
    },
  ],
  [
    'a values file that a person names',
    {
      'main.tf': `variable "app" {}\n${policy(heredoc(rule('kv/data/${var.app}/*')))}${role()}`,
      'envs/prod.tfvars': 'app = "APP"\n',
    },
  ],
  [
    'Terragrunt',
    {
      'live/terragrunt.hcl': 'terraform {\n  source = "../modules/v"\n}\ninputs = {\n  app = "APP"\n}\n',
      'modules/v/main.tf': `variable "app" {}\n${policy(heredoc(rule('kv/data/${var.app}/*')))}${role()}`,
    },
  ],
  [
    'data in a YAML file',
    {
      'main.tf': `locals { c = yamldecode(file("\${path.module}/apps.yaml")) }\n${policy(heredoc(rule('kv/data/${local.c.apps[0]}/*')))}${role()}`,
      'apps.yaml': 'apps: [APP]\npolicies: []\n',
    },
  ],
  [
    'a set of files',
    {
      'main.tf': `${policy('file("${path.module}/p/${each.value}")', 'trimsuffix(each.value, ".hcl")').replace('{\n', '{\n  for_each = fileset("${path.module}/p", "*.hcl")\n')}${role('["shop-read"]')}`,
      'p/shop-read.hcl': rule('kv/data/APP/*'),
    },
  ],
  [
    'a write to any path',
    {
      'main.tf': `${policy(heredoc(rule('kv/data/APP/*')))}resource "vault_generic_endpoint" "r" {\n  path      = "auth/kubernetes/role/reader"\n  data_json = jsonencode({ bound_service_account_names = "eso", bound_service_account_namespaces = "eso", policies = ["shop-read"] })\n}\n`,
    },
  ],
  [
    'a condition that is known',
    {
      'main.tf': `variable "strict" { default = false }\n${policy(heredoc(rule('kv/data/${var.strict ? "none" : "APP"}/*')))}${role()}`,
    },
  ],
]

const filled = (files: Readonly<Record<string, string>>, app: string) =>
  Object.fromEntries(Object.entries(files).map(([file, text]) => [file, text.replaceAll('APP', app)]))

describe('what Terraform writes decides (forms.md §6)', () => {
  test.each(FORMS)('%s', async (_, files) => {
    const allowed = await verdictOf(filled(files, 'shop'))
    expect([allowed.verdict, allowed.findings]).toEqual(['allowed', []])
    const denied = await verdictOf(filled(files, 'blog'))
    expect(denied.findings).toEqual(['error policy-denies web.yaml:8'])
  })

  test('the rule of a loop is found in the loop', async () => {
    const files = filled(FORMS[0]?.[1] ?? {}, 'blog')
    const { because } = await verdictOf(files)
    expect(because).toContain('main.tf:5')
  })

  test.each([
    [
      'for_each over what nothing tells',
      `variable "r" {}\n${FORMS[0]?.[1]['main.tf']?.replaceAll('local.r', 'var.r')}`,
    ],
    [
      'a directive with a list that is not known',
      `variable "apps" {}\n${policy(heredoc(`%{ for a in var.apps ~}\npath "kv/data/\${a}/*" { capabilities = ["read"] }\n%{ endfor ~}`))}${role()}`,
    ],
    [
      'dynamic rules beside others',
      `variable "apps" {}\ndata "vault_policy_document" "d" {\n  rule {\n    path = "kv/data/blog/*"\n    capabilities = ["read"]\n  }\n  dynamic "rule" {\n    for_each = var.apps\n    content {\n      path = "kv/data/\${rule.value}/*"\n      capabilities = ["read"]\n    }\n  }\n}\n${policy('data.vault_policy_document.d.hcl')}${role()}`,
    ],
    [
      'dynamic rules alone',
      `variable "apps" {}\ndata "vault_policy_document" "d" {\n  dynamic "rule" {\n    for_each = var.apps\n    content {\n      path = rule.value\n      capabilities = ["read"]\n    }\n  }\n}\n${policy('data.vault_policy_document.d.hcl')}${role()}`,
    ],
    ['rules that stand in a variable', `variable "rules" {}\n${policy(heredoc(`${DENIES}\n\${var.rules}`))}${role()}`],
    [
      'policies of an identity group',
      `${policy(heredoc(DENIES))}${role()}resource "vault_identity_group" "g" {\n  name = "all"\n  type = "internal"\n  policies = ["more"]\n}\n`,
    ],
  ])('a miss is not known, and no mistake: %s', async (_, text) => {
    const { verdict, findings } = await verdictOf({ 'main.tf': text })
    expect([verdict, findings]).toEqual(['unknown', []])
  })

  test('a hit in a policy with more rules than are seen is a hit', async () => {
    const { verdict } = await verdictOf({
      'main.tf': `variable "rules" {}\n${policy(heredoc(`${ALLOWS}\n\${var.rules}`))}${role()}`,
    })
    expect(verdict).toBe('allowed')
  })

  test('groups of people, and aliases of another mount, add nothing to a pod', async () => {
    const group = (more: string) =>
      `resource "vault_identity_group" "g" {\n  name = "admins"\n${more}  policies = ["admin"]\n}\n`
    const external = `${policy(heredoc(DENIES))}${role()}${group('  type = "external"\n')}`
    expect((await verdictOf({ 'main.tf': external })).verdict).toBe('denied')
    const alias = `resource "vault_jwt_auth_backend" "o" {\n  path = "oidc"\n}\nresource "vault_identity_entity_alias" "a" {\n  name = "x"\n  mount_accessor = vault_jwt_auth_backend.o.accessor\n  canonical_id = "y"\n}\n`
    expect((await verdictOf({ 'main.tf': `${policy(heredoc(DENIES))}${role()}${group('')}${alias}` })).verdict).toBe(
      'denied',
    )
  })

  test('two values files are two alternatives', async () => {
    const files = {
      'main.tf': `variable "app" {}\n${policy(heredoc(rule('kv/data/${var.app}/*')))}${role()}`,
      'a.tfvars': 'app = "shop"\n',
      'b.tfvars': 'app = "blog"\n',
    }
    expect((await verdictOf(files)).verdict).toBe('unknown')
  })

  test('a default is an assumption, and count = 0 is nothing', async () => {
    const text = `variable "role" { default = "reader" }\n${policy(heredoc(ALLOWS))}${role('["shop-read"]', 'var.role')}`
    expect((await verdictOf({ 'main.tf': text })).because).toContain('with the default of `var.role`')
    const none = `${policy(heredoc(ALLOWS)).replace('{\n', '{\n  count = 0\n')}${role('["shop-read"]')}`
    expect((await verdictOf({ 'main.tf': none })).verdict).toBe('unknown')
  })
})
