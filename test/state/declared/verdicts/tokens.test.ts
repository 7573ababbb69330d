import { describe, expect, test } from 'vitest'
import { ALLOWS, DENIES, STORE, verdictOf } from './verdict.ts'

const auth = (text: string) => STORE.replace(/auth: .*/, `auth: ${text}`)
const TOKEN = { 'store.yaml': auth('{tokenSecretRef: {name: tok, namespace: eso, key: token}}') }
const write = (rule: string) => `vault policy write shop-read - <<E\n${rule}\nE\n`
const CREATE = 'kubectl create secret generic tok -n eso --from-literal=token='
const fence = (text: string) => `\`\`\`sh\n${text}\n\`\`\`\n`

const WAYS: readonly (readonly [string, (rule: string) => Readonly<Record<string, string>>])[] = [
  [
    'a variable between',
    (rule) => ({
      'setup.sh': `${write(rule)}T=$(vault token create -policy=shop-read -format=json | jq -r .auth.client_token)\n${CREATE}"$T"\n`,
    }),
  ],
  [
    'at once',
    (rule) => ({ 'setup.sh': `${write(rule)}${CREATE}"$(vault token create -policy shop-read -field=token)"\n` }),
  ],
  [
    'a manifest',
    (rule) => ({
      'setup.sh': `${write(rule)}T=$(vault token create -policy=shop-read -field=token)\nkubectl apply -f - <<M\napiVersion: v1\nkind: Secret\nmetadata: {name: tok, namespace: eso}\nstringData:\n  token: \${T}\nM\n`,
    }),
  ],
  [
    'a token role',
    (rule) => ({
      'setup.sh': `${write(rule)}vault write auth/token/roles/eso allowed_policies=shop-read\nT=$(vault token create -role=eso -field=token)\n${CREATE}$T\n`,
    }),
  ],
  [
    'steps of a page',
    (rule) => ({
      'README.md': `${fence(`kubectl exec vault-0 -- sh -c 'cat > /tmp/p.hcl <<EOF\n${rule}\nEOF'\nkubectl exec vault-0 -- vault policy write shop-read /tmp/p.hcl\nkubectl exec vault-0 -- vault token create -policy=shop-read`)}\n${fence(`${CREATE}<token>`)}`,
    }),
  ],
  [
    'Terraform',
    (rule) => ({
      'main.tf': `resource "vault_policy" "p" {\n  name = "shop-read"\n  policy = <<E\n${rule}\nE\n}\nresource "vault_token" "t" {\n  policies = [vault_policy.p.name]\n}\nresource "kubernetes_secret" "s" {\n  metadata {\n    name = "tok"\n    namespace = "eso"\n  }\n  data = { token = vault_token.t.client_token }\n}\n`,
    }),
  ],
]

describe('stores with a token (forms.md §6)', () => {
  test.each(WAYS)('Git tells how it is made: %s', async (_, files) => {
    expect((await verdictOf({ ...TOKEN, ...files(ALLOWS) })).verdict).toBe('allowed')
    const denied = await verdictOf({ ...TOKEN, ...files(DENIES) })
    expect(denied.findings).toEqual(['error policy-denies web.yaml:8'])
    expect(denied.messages.join()).toContain('Policy `shop-read` does not let ESO read')
  })

  test.each([
    ['the output of init', { 'setup.sh': `${CREATE}"$(jq -r .root_token init.json)"\n` }],
    ['a variable of it', { 'setup.sh': `R=$(jq -r .root_token init.json)\n${CREATE}"$R"\n` }],
    ['the token of a dev server', { 'setup.sh': `vault server -dev -dev-root-token-id=root &\n${CREATE}root\n` }],
    [
      'the token of a dev server, in YAML',
      {
        'vault.yaml': 'server: {dev: {enabled: true, devRootToken: root}}\n',
        'secret.yaml':
          'apiVersion: v1\nkind: Secret\nmetadata: {name: tok, namespace: eso}\nstringData: {token: root}\n',
      },
    ],
    [
      'bank-vaults',
      {
        'store.yaml': auth('{tokenSecretRef: {name: v-unseal-keys, namespace: eso, key: vault-root}}'),
        'vault.yaml': 'apiVersion: vault.banzaicloud.com/v1alpha1\nkind: Vault\nmetadata: {name: v, namespace: eso}\n',
      },
    ],
  ])('a root token may do everything: %s', async (_, files) => {
    const { verdict, because } = await verdictOf({ ...TOKEN, ...files })
    expect(verdict).toBe('allowed')
    expect(because).toContain('root')
  })

  test.each([
    ['another Secret', `${CREATE.replace(' tok ', ' other ')}"$(vault token create -policy=shop-read)"\n`],
    ['another key', `${CREATE.replace('token=', 'x=')}"$(vault token create -policy=shop-read)"\n`],
    ['two tokens', `vault token create -policy=shop-read\nvault token create -policy=admin\n${CREATE}$T\n`],
    ['a token from elsewhere', `${CREATE}"$VAULT_TOKEN"\n`],
    ['a token without a policy', `${CREATE}"$(vault token create -field=token)"\n`],
  ])('is not known: %s', async (_, script) => {
    const { verdict, findings } = await verdictOf({ ...TOKEN, 'setup.sh': `${write(DENIES)}${script}` })
    expect([verdict, findings]).toEqual(['unknown', []])
  })

  test('no value of a Secret is kept', async () => {
    const { because, messages } = await verdictOf({
      ...TOKEN,
      'setup.sh': `vault server -dev -dev-root-token-id=hvs.canary &\n${CREATE}hvs.canary\n`,
    })
    expect(`${because}${messages.join()}`).not.toContain('canary')
  })
})

describe('stores with a user (forms.md §6)', () => {
  const store = {
    'store.yaml': auth('{userPass: {path: userpass, username: Reader, secretRef: {name: s, key: p, namespace: eso}}}'),
  }
  const script = (rule: string) =>
    `${write(rule)}vault write auth/userpass/users/reader password=x policies=shop-read\n`
  test('the policies are those of the user', async () => {
    expect((await verdictOf({ ...store, 'setup.sh': script(ALLOWS) })).verdict).toBe('allowed')
    const denied = await verdictOf({ ...store, 'setup.sh': script(DENIES) })
    expect(denied.messages.join()).toContain('Policy `shop-read` does not let ESO read')
  })

  test('groups of the auth method may add to them', async () => {
    const ldap = {
      'store.yaml': auth('{ldap: {path: ldap, username: reader, secretRef: {name: s, key: p, namespace: eso}}}'),
    }
    const text = script(DENIES).replaceAll('userpass', 'ldap')
    expect((await verdictOf({ ...ldap, 'setup.sh': text })).verdict).toBe('denied')
    const group = `${text}vault write auth/ldap/groups/all policies=more\n`
    expect((await verdictOf({ ...ldap, 'setup.sh': group })).verdict).toBe('unknown')
  })
})

describe('policies of identities (forms.md §2)', () => {
  const ROLE =
    'vault write auth/kubernetes/role/reader bound_service_account_names=eso bound_service_account_namespaces=eso policies=shop-read\n'
  test.each([
    ['an entity', 'vault write identity/entity name=eso policies=more\n'],
    ['an entity by name', 'vault write identity/entity/name/eso policies=more\n'],
    ['a group', 'vault write identity/group name=all type=internal policies=more member_entity_ids=$ID\n'],
  ])('may allow what the role does not: %s', async (_, script) => {
    const { verdict, because, findings } = await verdictOf({ 'setup.sh': `${write(DENIES)}${ROLE}${script}` })
    expect([verdict, findings]).toEqual(['unknown', []])
    expect(because).toContain('may have more policies, from identity')
  })

  test('an external group has no pods in it', async () => {
    const script =
      'vault write identity/group name=admins type=external policies=admin\nvault write identity/group/id/$G policies=more\n'
    expect((await verdictOf({ 'setup.sh': `${write(DENIES)}${ROLE}${script}` })).verdict).toBe('denied')
  })
})
