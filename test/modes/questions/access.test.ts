import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { AccessOfNamespace, AccessOfPath } from '../../../src/report/answer.ts'
import { ask } from './ask.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function repository(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'eso-vault-access-'))
  folders.push(folder)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  return folder
}

const store = (name: string, role: string, rest = '') => `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: ${name}}
spec:
  provider: {vault: {server: "https://vault.example.com", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: ${role}, serviceAccountRef: {name: eso, namespace: eso}}}}}
${rest}`
const secret = (name: string, namespace: string, key: string) => `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  secretStoreRef: {name: shared, kind: ClusterSecretStore}
  data: [{secretKey: a, remoteRef: {key: ${key}, property: a}}]
`

const folder = repository({
  'stores.yaml': [
    store('shared', 'eso'),
    store('closed', 'admin', '  conditions: [{namespaces: [billing]}]\n'),
    store('unknown', 'elsewhere'),
  ].join('---\n'),
  'web.yaml': secret('web', 'shop', 'shop/db'),
  'pay.yaml': secret('pay', 'billing', 'billing/stripe'),
  'out.yaml': secret('out', 'shop', 'other/x'),
  'setup.sh': `vault policy write eso - <<EOF
path "kv/data/shop/*" { capabilities = ["read"] }
path "kv/data/billing/*" { capabilities = ["read"] }
path "kv/metadata/shop/*" { capabilities = ["list", "delete"] }
EOF
vault policy write admin - <<EOF
path "kv/*" { capabilities = ["create", "read", "update", "delete", "list"] }
EOF
vault write auth/kubernetes/role/eso bound_service_account_names=eso bound_service_account_namespaces=eso policies=eso
vault write auth/kubernetes/role/admin bound_service_account_names=eso bound_service_account_namespaces=eso policies=admin
vault write auth/kubernetes/role/ops bound_service_account_names=ops bound_service_account_namespaces=ops,tools policies=admin
`,
})

async function json<T>(asked: { subject?: string; ofNamespace?: string }): Promise<T> {
  const { text, exitCode } = await ask({ command: 'access', cwd: folder, format: 'json', ...asked })
  expect(exitCode).toBe(0)
  return JSON.parse(text) as T
}

describe('access PATH', () => {
  test('says of every login what it may do there, and by which rule', async () => {
    const { holders } = await json<AccessOfPath>({ subject: 'kv/billing/stripe' })
    const told = holders.map(({ store, role, actions }) => [
      store ?? role,
      actions.map(({ action, verdict, rules }) =>
        `${action} ${verdict} ${rules.map(({ path }) => path).join()}`.trim(),
      ),
    ])
    const all = ['read', 'list', 'write', 'delete'].map((action) => `${action} allowed kv/*`)
    expect(told).toEqual([
      [
        'ClusterSecretStore shared',
        ['read allowed kv/data/billing/*', 'list denied', 'write denied kv/data/billing/*', 'delete denied'],
      ],
      ['ClusterSecretStore closed', all],
      ['ClusterSecretStore unknown', ['read', 'list', 'write', 'delete'].map((action) => `${action} unknown`)],
      // No store uses it: whoever is one of its ServiceAccounts can log in all the same.
      ['kubernetes/ops', all],
    ])
    expect(holders[3]?.accounts).toEqual(['ops/ops', 'tools/ops'])
    expect(holders[0]?.users.map(({ manifest }) => manifest)).toEqual(['ExternalSecret billing/pay'])
    expect(holders[0]?.actions[0]?.rules[0]?.place).toEqual({ file: 'setup.sh', line: 3 })
  })

  test('as text: who may, who may not, and of whom it is not known', async () => {
    const { text } = await ask({ command: 'access', cwd: folder, subject: 'kv/billing/stripe' })
    expect(text).toContain('    read      kv/data/billing/* of eso  setup.sh:3\n    may not   list, write, delete\n')
    expect(text).toContain('  role kubernetes/ops, which no store uses  setup.sh:11\n')
    expect(text).toContain('Not known:\n  ClusterSecretStore unknown: ')
    expect(text).toContain('3 logins of 4 may do something there; 0 may not, and of 1 it is not known.')
  })

  test('a path without a mount is wrong', async () => {
    const { exitCode, text } = await ask({ command: 'access', cwd: folder, subject: 'kv' })
    expect(exitCode).toBe(2)
    expect(text).toContain('access takes a path with its mount')
  })
})

describe('access --namespace', () => {
  test('says what the stores that admit it let it reach, used and unused', async () => {
    const { stores, paths, known } = await json<AccessOfNamespace>({ ofNamespace: 'shop' })
    expect(stores.map(({ store, problem }) => [store, problem === null])).toEqual([
      ['ClusterSecretStore shared', true],
      ['ClusterSecretStore unknown', false],
    ])
    expect(stores[0]?.rules.map(({ path, usedHere, usedElsewhere }) => [path, usedHere, usedElsewhere])).toEqual([
      ['kv/data/shop/*', 1, 0],
      ['kv/data/billing/*', 0, 1],
      ['kv/metadata/shop/*', 0, 0],
    ])
    expect(known).toBe(3)
    expect(paths.map(({ path, actions, usedHere, usedBy }) => [path, actions.join(), usedHere.length, usedBy])).toEqual(
      [
        ['kv/billing/stripe', 'read', 0, ['billing']],
        ['kv/shop/db', 'read,list,delete', 1, []],
      ],
    )
  })

  test('conditions keep a namespace out of a store, and let another in', async () => {
    const reach = async (ofNamespace: string) =>
      (await json<AccessOfNamespace>({ ofNamespace })).stores.map(({ store }) => store)
    expect(await reach('billing')).toContain('ClusterSecretStore closed')
    expect(await reach('games')).not.toContain('ClusterSecretStore closed')
  })

  test('as a table', async () => {
    const { text } = await ask({ command: 'access', cwd: folder, ofNamespace: 'shop' })
    expect(text).toContain('    kv/data/billing/*   read          unused here  1 elsewhere  setup.sh:3\n')
    expect(text).toContain('  kv/billing/stripe  read                -             billing\n')
    expect(text).toMatch(
      /2 stores admit it\. Of 3 paths that references name, it can reach 2: it uses 1, and 1 it does not\.\n$/,
    )
  })
})
