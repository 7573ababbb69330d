import { describe, expect, test } from 'vitest'
import { ALLOWS, DENIES, ROLE, SECRET, STORE, verdictOf } from './verdict.ts'

const SETUP = (rule: string) => `vault policy write shop-read - <<E\n${rule}\nE\nvault write ${ROLE}\n`
/** No store in YAML. */
const NONE = { 'store.yaml': '' }
const resource = (type: string, body: string) => `resource "${type}" "store" {\n${body}\n}\n`
const object = (role: string) => `  manifest = {
    apiVersion = "external-secrets.io/v1"
    kind       = "ClusterSecretStore"
    metadata   = { name = "vault" }
    spec = { provider = { vault = {
      server = "https://vault.example.com", path = "kv", version = "v2"
      auth = { kubernetes = {
        mountPath         = "kubernetes"
        role              = ${role}
        serviceAccountRef = { name = "eso", namespace = "eso" }
      } }
    } } }
  }`
const indented = (text: string, by = '    ') => text.replace(/^(?=.)/gm, by)

const FORMS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['an object', { 'main.tf': resource('kubernetes_manifest', object('"reader"')) }],
  [
    'an object with a local',
    { 'main.tf': `locals { role = "reader" }\n${resource('kubernetes_manifest', object('local.role'))}` },
  ],
  ['a text', { 'main.tf': resource('kubectl_manifest', `  yaml_body = <<-Y\n${indented(STORE)}  Y`) }],
  [
    'a text with a variable in it',
    {
      'main.tf': `variable "role" { default = "reader" }\n${resource('kubectl_manifest', `  yaml_body = <<-Y\n${indented(STORE.replace('role: reader', 'role: ${var.role}'))}  Y`)}`,
    },
  ],
  [
    'a template that is YAML',
    {
      'main.tf': `variable "role" { default = "reader" }\n${resource('kubectl_manifest', '  yaml_body = templatefile("${path.module}/vault.yaml", { role = var.role })')}`,
      'vault.yaml': STORE.replace('role: reader', 'role: "${role}"'),
    },
  ],
  [
    'a template of another name',
    {
      'main.tf': resource(
        'kubernetes_manifest',
        '  manifest = yamldecode(templatefile("vault.yaml.tftpl", { role = "reader" }))',
      ),
      'vault.yaml.tftpl': STORE.replace('role: reader', 'role: ${role}'),
    },
  ],
  [
    'a file that is YAML by itself',
    { 'main.tf': resource('kubectl_manifest', '  yaml_body = file("vault.yaml")'), 'vault.yaml': STORE },
  ],
  [
    'an encoded object',
    {
      'main.tf': resource(
        'kubectl_manifest',
        object('"reader"').replace('manifest = {', 'yaml_body = yamlencode({').replace(/\}$/, '})'),
      ),
    },
  ],
  [
    'one of several',
    {
      'main.tf': resource(
        'kubernetes_manifest',
        `  for_each = { vault = "reader" }\n${object('each.value').replace('name = "vault"', 'name = each.key')}`,
      ),
    },
  ],
  [
    'one in a module',
    {
      'main.tf': 'module "s" {\n  source = "./m"\n  role   = "reader"\n}\n',
      'm/main.tf': `variable "role" {}\n${resource('kubernetes_manifest', object('var.role'))}`,
    },
  ],
]

describe('stores in Terraform (forms.md §6, "ESO objects")', () => {
  test.each(FORMS)('%s', async (_, files) => {
    const allowed = await verdictOf({ ...NONE, ...files, 'setup.sh': SETUP(ALLOWS) })
    expect([allowed.verdict, allowed.findings]).toEqual(['allowed', []])
    const denied = await verdictOf({ ...NONE, ...files, 'setup.sh': SETUP(DENIES) })
    expect(denied.findings).toEqual(['error policy-denies web.yaml:8'])
  })

  test('findings of the store point into the Terraform file', async () => {
    const setup = SETUP(ALLOWS).replace('bound_service_account_names=eso', 'bound_service_account_names=other')
    const { findings } = await verdictOf({ ...NONE, ...FORMS[0]?.[1], 'setup.sh': setup })
    expect(findings).toEqual(['error role-unbound main.tf:11'])
  })

  test('and into a template', async () => {
    const setup = SETUP(ALLOWS).replace('bound_service_account_names=eso', 'bound_service_account_names=other')
    const files = FORMS.find(([name]) => name.startsWith('a template that'))?.[1]
    const { findings } = await verdictOf({ ...NONE, ...files, 'setup.sh': setup })
    expect(findings).toEqual(['error role-unbound vault.yaml:10'])
  })

  test('a role that nothing tells is not known; the store is', async () => {
    const text = `variable "role" {}\n${resource('kubernetes_manifest', object('var.role'))}`
    const { verdict, findings, messages } = await verdictOf({ ...NONE, 'main.tf': text, 'setup.sh': SETUP(ALLOWS) })
    expect([verdict, findings]).toEqual(['unknown', []])
    expect(messages.join()).not.toContain('none of that name is declared')
  })

  test('an ExternalSecret in Terraform is judged, at its line', async () => {
    const text = resource('kubectl_manifest', `  yaml_body = <<-Y\n${indented(SECRET)}  Y`)
    const { findings } = await verdictOf({ 'web.yaml': '', 'main.tf': text, 'setup.sh': SETUP(DENIES) })
    expect(findings).toEqual(['error policy-denies main.tf:10'])
  })

  test('what is applied in other ways is named', async () => {
    const text = `resource "helm_release" "eso" {\n  values = [<<Y\nextraObjects:\n${indented(STORE, '  ')}Y\n  ]\n}\n`
    const { verdict } = await verdictOf({ ...NONE, 'main.tf': text })
    expect(verdict).toBe('none')
  })
})
