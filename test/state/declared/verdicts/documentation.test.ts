import { describe, expect, test } from 'vitest'
import { ALLOWS, DENIES, ROLE, SECRET, STORE, verdictOf } from './verdict.ts'

/** Neither store nor secret at the top. */
const NONE = { 'store.yaml': '', 'web.yaml': '' }

/** As a comment of YAML, HCL or a script. */
const comment = (text: string, mark = '#') => text.replace(/^/gm, `${mark} `)

const HAND = `Made once by hand:
  vault policy write shop-read - <<EOF
    ${ALLOWS}
  EOF
  vault write auth/kubernetes/role/reader \\
    bound_service_account_names=eso bound_service_account_namespaces=eso policies=shop-read`

describe('commands in comments (forms.md §7)', () => {
  test('above the store', async () => {
    const { verdict, because } = await verdictOf({ 'store.yaml': `${comment(HAND)}\n${STORE}` })
    expect(verdict).toBe('allowed')
    expect(because).toContain('store.yaml:3')
    const denied = await verdictOf({ 'store.yaml': `${comment(HAND.replace(ALLOWS, DENIES))}\n${STORE}` })
    expect(denied.findings).toEqual(['error policy-denies web.yaml:8'])
  })

  test('in the head of a policy file, with lines that lack their backslash', async () => {
    const head =
      'vault policy write shop-read shop-read.hcl\nvault write auth/kubernetes/role/reader\n    bound_service_account_names=eso bound_service_account_namespaces=eso\n    policies=shop-read'
    const file = (rule: string) => ({ 'vault/shop-read.hcl': `${comment(head)}\n${rule}\n` })
    expect((await verdictOf(file('path "kv/data/shop/+" { capabilities = ["read"] }'))).verdict).toBe('allowed')
    expect((await verdictOf(file(DENIES))).verdict).toBe('denied')
  })

  test('are not heard where something stronger speaks of the name', async () => {
    const other = HAND.replace('policies=shop-read', 'policies=other')
    const terraform = `resource "vault_policy" "s" {\n  name   = "shop-read"\n  policy = <<E\n${ALLOWS}\nE\n}\nresource "vault_kubernetes_auth_backend_role" "r" {\n  role_name = "reader"\n  bound_service_account_names = ["eso"]\n  bound_service_account_namespaces = ["eso"]\n  token_policies = ["shop-read"]\n}\n`
    const store = `${comment(other)}\n${STORE}`
    expect((await verdictOf({ 'store.yaml': store, 'main.tf': terraform })).verdict).toBe('allowed')
    expect((await verdictOf({ 'store.yaml': store })).verdict).toBe('unknown')
  })

  test('with a gap for the reader give nothing but a pattern', async () => {
    const gap = `vault write auth/kubernetes/role/reader bound_service_account_names=eso bound_service_account_namespaces=eso policies=<name>`
    const { verdict, findings } = await verdictOf({ 'store.yaml': `${comment(gap)}\n${STORE}` })
    expect([verdict, findings]).toEqual(['unknown', []])
  })

  test.each([
    ['YAML', 'store.yaml', (text: string) => `${comment(text)}\n${STORE}`],
    ['HCL', 'a.hcl', (text: string) => `${comment(text, '//')}\npath "x" {}\n`],
    ['a block comment', 'a.hcl', (text: string) => `/*\n${text}\n*/\npath "x" {}\n`],
    ['Terraform', 'main.tf', (text: string) => `${comment(text)}\nresource "vault_mount" "kv" {}\n`],
    ['a script', 'x.sh', (text: string) => `#!/bin/sh\n\n${comment(text)}\n\necho done\n`],
  ])('in %s', async (_, file, make) => {
    expect((await verdictOf({ [file]: make(HAND) })).verdict).toBe('allowed')
  })

  test('switched off beside an active one say nothing', async () => {
    const script = `vault policy write shop-read - <<E\n${ALLOWS}\nE\nvault write ${ROLE}\n# vault write ${ROLE.replace('shop-read', 'none')}\n`
    expect((await verdictOf({ 'setup.sh': script })).verdict).toBe('allowed')
    const alone = `vault read sys/health\n# vault write ${ROLE}\nvault write auth/kubernetes/role/other policies=x\n`
    expect((await verdictOf({ 'setup.sh': alone })).verdict).toBe('unknown')
  })

  test('a commented resource is nothing', async () => {
    const resource = `resource "vault_kubernetes_auth_backend_role" "r" {\n  role_name = "reader"\n}`
    const { because } = await verdictOf({ 'main.tf': `${comment(resource)}\nresource "vault_mount" "kv" {}\n` })
    expect(because).toContain('is not in Git')
  })
})

const fence = (text: string, language = 'sh') => `\`\`\`${language}\n${text}\n\`\`\`\n`
const WRITE = `vault policy write shop-read - <<E\n${ALLOWS}\nE`

describe('Markdown (forms.md §7)', () => {
  test.each([
    ['unquoted', 'policies=<policy-name>', 'bound_service_account_namespaces=eso'],
    ['quoted', 'policies="<policy-name>"', 'bound_service_account_namespaces="<namespace>"'],
    ['in capitals', 'policies=YOUR_POLICY', 'bound_service_account_namespaces=YOUR_NAMESPACE'],
    ['in words', 'policies=your-policy', 'bound_service_account_namespaces={namespace}'],
  ])('gaps for the reader are gaps: %s', async (_, policies, namespaces) => {
    const role = `vault write auth/kubernetes/role/reader bound_service_account_names=eso ${namespaces} ${policies}`
    const files = { 'docs/setup.md': fence(`${WRITE}\n${role}`) }
    const { verdict, findings } = await verdictOf(files)
    expect([verdict, findings]).toEqual(['unknown', []])
  })

  test.each([
    'path "kv/data/<app>/*" { capabilities = ["read"] }',
    'path "kv/data/YOUR_APP/*" { capabilities = ["read"] }',
    'path "kv/data/{app}/*" { capabilities = ["read"] }',
  ])('gaps in the path of a rule: %s', async (rule) => {
    const text = fence(`vault policy write shop-read - <<E\n${rule}\nE\nvault write ${ROLE}`)
    const { verdict, findings } = await verdictOf({ 'docs/setup.md': text })
    expect([verdict, findings]).toEqual(['unknown', []])
  })

  test.each(['path "kv/data/<app>/*"', 'path "kv/data/YOUR_APP/*"'])('and in a script: %s', async (rule) => {
    const script = `vault policy write shop-read - <<E\n${rule} { capabilities = ["read"] }\nE\nvault write ${ROLE}\n`
    const { verdict, findings } = await verdictOf({ 'setup.sh': script })
    expect([verdict, findings]).toEqual(['unknown', []])
  })

  test('rules to append open the policy of their section', async () => {
    const text = `# Setup\n\n${fence(`${WRITE.replace(ALLOWS, DENIES)}\nvault write ${ROLE}`)}\nThen append:\n\n${fence(ALLOWS, 'hcl')}`
    const { verdict, because, findings } = await verdictOf({ 'docs/setup.md': text })
    expect([verdict, findings]).toEqual(['unknown', []])
    expect(because).toContain('the rules in line 13')
    const elsewhere = text.replace('Then append:', '# Another thing')
    expect((await verdictOf({ 'docs/setup.md': elsewhere })).verdict).toBe('denied')
  })

  test.each([
    ['inline code', `Run \`vault write ${ROLE}\`.\n`],
    ['indented code', `Run:\n\n    vault write ${ROLE}\n`],
    ['indented code over lines', `Run:\n\n    $ vault write \\\n        ${ROLE.replaceAll(' ', ' \\\n        ')}\n`],
    ['a drawn box', `┌────┐\n│ vault write ${ROLE} │\n└────┘\n`],
  ])('a role in %s', async (_, text) => {
    expect((await verdictOf({ 'docs/setup.md': `${fence(WRITE)}\n${text}` })).verdict).toBe('allowed')
  })

  test('what is only an example is less than what is done', async () => {
    const script = (rule: string) => `vault policy write shop-read - <<E\n${rule}\nE\nvault write ${ROLE}\n`
    const both = { 'examples/setup.sh': script(DENIES), 'vault/setup.sh': script(ALLOWS) }
    expect((await verdictOf(both)).verdict).toBe('allowed')
    const alone = await verdictOf({ 'docs/plans/setup.sh': script(DENIES) })
    expect(alone.findings).toEqual(['warning policy-denies web.yaml:8'])
    const inTest = { 'test/store.yaml': STORE, 'test/web.yaml': SECRET, 'test/setup.sh': script(DENIES), ...NONE }
    expect((await verdictOf(inTest)).findings).toEqual(['error policy-denies test/web.yaml:8'])
  })
})
