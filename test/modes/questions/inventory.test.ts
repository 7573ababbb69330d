import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../../../src/modes/run.ts'
import type { Inventory } from '../../../src/report/inventory/inventory.ts'
import { writeInventory } from '../../../src/report/write-files.ts'
import { EMPTY_CONFIG } from '../../../src/settings/config-file.ts'
import { readEnvironment } from '../../../src/settings/environment.ts'
import { resolveSettings } from '../../../src/settings/resolve-settings.ts'
import { settingsFor } from './ask.ts'

const TOKEN = 'hvs.CAESIJ1ZmFrZXRva2VuZm9ydGVzdA'
const store = (name: string, role: string) => `---
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: ${name} }
spec:
  provider:
    vault:
      server: https://vault.example.com
      path: kv
      version: v2
      auth: { kubernetes: { mountPath: kubernetes, role: ${role}, serviceAccountRef: { name: eso, namespace: eso } } }
`
const secret = (name: string, data: string, storeName = 'reader') => `---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: ${name}, namespace: apps }
spec:
  secretStoreRef: { kind: ClusterSecretStore, name: ${storeName} }
  data:
${data}`
const item = (key: string, property: string) =>
  `    - { secretKey: ${property}, remoteRef: { key: ${key}, property: ${property} } }\n`

const FILES: Readonly<Record<string, string>> = {
  'stores.yaml': `${store('reader', 'eso')}${store('unknown', 'elsewhere')}`,
  'apps.yaml': [
    secret('app', item('team/app', 'user') + item('team/app', 'password')),
    secret('outside', item('other/app', 'password')),
    secret('far', item('team/far', 'password'), 'unknown'),
    secret(`token-${TOKEN}`, item('team/app', 'user')),
  ].join(''),
  'setup.sh': `vault policy write eso eso.hcl
vault write auth/kubernetes/role/eso bound_service_account_names=eso bound_service_account_namespaces=eso token_policies=eso
`,
  'eso.hcl':
    'path "kv/data/team/*" {\n  capabilities = ["read", "delete"]\n}\npath "kv/metadata/*" {\n  capabilities = ["list"]\n}\n',
}

describe('the inventory', () => {
  let folder = ''
  let inventory: Inventory
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'inventory-'))
    for (const [file, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    }
    const settings = { ...settingsFor({ command: 'references', cwd: folder }), format: 'html' as const }
    const result = await run(settings, {
      cwd: folder,
      env: {},
      now: () => new Date('2026-06-01T00:00:00Z'),
      mask: () => undefined,
      warn: () => undefined,
    })
    inventory = result.inventory as Inventory
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const rowOf = (name: string) => inventory.rows.find((row) => row.name === name)
  const chainOf = (name: string) =>
    rowOf(name)
      ?.chain.map((index) => inventory.hops[index])
      .map((hop) => [hop?.is, hop?.state, hop?.text])

  test('has one row for each object and path, with the properties that it reads', () => {
    expect(inventory.rows.map(({ name, state, path }) => [name, state, path])).toEqual([
      ['app', 'works', 'kv/team/app'],
      ['far', 'not-checked', 'kv/team/far'],
      ['outside', 'broken', 'kv/other/app'],
      // No API server takes such a name, and no report prints it.
      ['token-***', 'broken', 'kv/team/app'],
    ])
    expect(rowOf('app')).toMatchObject({ properties: ['user', 'password'], does: 'reads', store: 'reader', line: 8 })
  })

  test('follows the chain of each to its end', () => {
    expect(chainOf('app')).toEqual([
      ['store', 'holds', 'reader, KV version 2 at kv/'],
      ['role', 'holds', 'eso of auth/kubernetes/'],
      ['policy', 'holds', 'eso: rule kv/data/team/* allows read'],
      ['secret', 'open', 'not checked: Vault was not asked'],
    ])
    expect(chainOf('far')?.slice(0, 2)).toEqual([
      ['store', 'holds', 'unknown, KV version 2 at kv/'],
      ['role', expect.stringMatching(/open|broken/), expect.stringContaining('elsewhere of auth/kubernetes/')],
    ])
    expect(chainOf('outside')?.[2]).toEqual(['policy', 'broken', expect.stringContaining('read on kv/data/other/app')])
  })

  test('says what each role may do at each path, and what of it nobody needs', () => {
    expect(inventory.roles).toEqual(['role elsewhere', 'role eso'])
    expect(inventory.paths.map(({ path, references, cells }) => [path, references, cells[1]])).toEqual([
      ['kv/other/app', 1, []],
      [
        'kv/team/app',
        3,
        [
          { capability: 'read', used: true },
          { capability: 'delete', used: false },
        ],
      ],
      [
        'kv/team/far',
        1,
        [
          { capability: 'read', used: false },
          { capability: 'delete', used: false },
        ],
      ],
    ])
    expect(inventory.paths.every(({ cells }) => cells[0] === null)).toBe(true)
  })

  test('counts for each rule the references that need it', () => {
    expect(inventory.rules).toEqual([
      {
        policy: 'eso',
        path: 'kv/data/team/*',
        place: { file: 'eso.hcl', line: 1 },
        grants: [
          { capability: 'read', references: 3 },
          { capability: 'delete', references: 0 },
        ],
      },
      {
        policy: 'eso',
        path: 'kv/metadata/*',
        place: { file: 'eso.hcl', line: 4 },
        grants: [{ capability: 'list', references: 0 }],
      },
    ])
  })

  test('is redacted like every answer, and written where it is asked for', async () => {
    const file = join(folder, 'out/inventory.html')
    await writeInventory({ htmlFile: file }, inventory, undefined)
    const page = readFileSync(file, 'utf8')
    expect(page).toContain('kv/team/app')
    expect(page).not.toContain('CAES')
  })
})

test('html-file is not written on pull requests: the page names what only Vault knows', () => {
  const fileOf = (event: string) =>
    resolveSettings({
      given: {
        from: 'action',
        command: undefined,
        subject: undefined,
        values: { 'html-file': 'a.html' },
        format: 'text',
        color: false,
      },
      config: EMPTY_CONFIG,
      environment: readEnvironment({
        GITHUB_ACTIONS: 'true',
        GITHUB_EVENT_NAME: event,
        GITHUB_SERVER_URL: 'https://github.com',
      }),
      folder: 'test',
    }).htmlFile
  expect(fileOf('schedule')).toBe('a.html')
  expect(fileOf('pull_request')).toBeUndefined()
})
