import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { DoctorDocument } from '../../../src/report/answer.ts'
import { RULE_IDS } from '../../../src/rules/rule-ids.ts'
import { readConfig } from '../../../src/settings/config-file.ts'
import { ask } from './ask.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function repository(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'eso-vault-doctor-'))
  folders.push(folder)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  return folder
}

const vault = (auth: string) => `{vault: {server: "https://vault.example.com", path: kv, version: v2, auth: ${auth}}}`
const store = (name: string, auth: string) => `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: ${name}}
spec: {provider: ${vault(auth)}}
---
`
const secret = (name: string, of: string, key = name) => `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: ${name}, namespace: shop}
spec:
  secretStoreRef: {name: ${of}, kind: ClusterSecretStore}
  data: [{secretKey: a, remoteRef: {key: ${key}, property: a}}]
---
`

const FILES = {
  'stores.yaml':
    store(
      'main',
      '{kubernetes: {mountPath: kubernetes, role: eso, serviceAccountRef: {name: eso, namespace: tools}}}',
    ) + store('token', '{tokenSecretRef: {name: t, namespace: tools, key: k}}'),
  'apps.yaml':
    secret('a', 'main') +
    secret('b', 'main') +
    secret('c', 'token') +
    secret('d', 'main', '"x/${ENV}"') +
    secret('e', 'gone'),
  'deploy/roles.py': `client.write("auth/kubernetes/role/eso", bound_service_account_names="eso")\n`,
  'vault/read-shop.hcl': 'path "kv/data/*" { capabilities = ["read"] }\n',
  'deploy/other.py': `print("eso")\n`,
}

describe('doctor', () => {
  const folder = repository(FILES)

  test('groups what was not checked by cause, the most references first, each with its way out', async () => {
    const { text } = await ask({ command: 'doctor', cwd: folder, format: 'json' })
    const { items, references, checked } = JSON.parse(text) as DoctorDocument
    expect([references, checked]).toEqual([5, 0])
    expect(items.map(({ code, counted }) => [code, counted])).toEqual([
      ['role-not-in-git', '2 references'],
      ['method-names-no-role', '1 reference'],
      ['variable-unresolved', '1 reference'],
      ['store-absent', '1 reference'],
    ])
    expect(items[0]?.config).toEqual([
      'roles:',
      '  kubernetes/eso: { policies: [<policy>], names: [eso], namespaces: [tools] }',
      'policies:',
      '  <policy>: <file of its rules>',
    ])
    expect(items[0]?.stores).toEqual(['ClusterSecretStore main'])
    // Only the file with Vault's own words for roles speaks of this one.
    expect(items[0]?.spokenOf).toEqual([{ file: 'deploy/roles.py', line: 1, language: 'Python' }])
    expect(items.map(({ policies }) => policies)).toEqual([['read-shop'], ['read-shop'], [], []])
    expect(items[1]?.config[1]).toBe('  token: { policies: [<policy>] }')
    expect(items[2]?.config).toEqual(['manifests:', '  variables:', '    ENV: <value>'])
    expect(items[3]?.config[1]).toMatch(/^ {2}gone: \{ path: <mount>, auth: /)
  })

  test('prints a checklist, and all lines for the config as one', async () => {
    const { text, exitCode } = await ask({ command: 'doctor', cwd: folder })
    expect(exitCode).toBe(0)
    expect(text).toContain(
      '[ ] 2 references: role `eso` of auth mount `kubernetes` is not in Git, and Vault was not asked\n',
    )
    expect(text).toContain('    Git holds policy `read-shop`, and no known role names it.\n')
    expect(text).toContain('    It is spoken of in deploy/roles.py:1 (Python), which is not read.\n')
    const lines = (/For \.github\/eso-vault\.yml.*?:\n\n([\s\S]*?)\n\n/.exec(text)?.[1] ?? '').replace(/^ {2}/gm, '')
    expect(lines.match(/^\w+:/gm)).toEqual(['version:', 'roles:', 'policies:', 'stores:', 'manifests:'])
    // Filled in, it is a config.
    const filled = lines
      .replaceAll('<file of its rules>', 'vault/eso.hcl')
      .replace('<namespace>/<name>', 'tools/eso')
      .replaceAll(/<\w+>/g, 'eso')
    expect(readConfig('eso-vault.yml', filled, { rules: RULE_IDS })).toMatchObject({
      roles: [{ authMount: 'kubernetes', name: 'eso', policies: ['eso'] }],
      policies: [{ name: 'eso', file: 'vault/eso.hcl' }],
    })
  })

  test('says that nothing is left to do', async () => {
    const done = repository({
      'apps.yaml': FILES['stores.yaml'] + secret('a', 'main'),
      'setup.sh': `vault policy write eso - <<EOF\npath "kv/data/*" { capabilities = ["read"] }\nEOF
vault write auth/kubernetes/role/eso bound_service_account_names=eso bound_service_account_namespaces=tools policies=eso\n`,
    })
    const { text } = await ask({ command: 'doctor', cwd: done })
    expect(text).toBe('The 1 reference is allowed by the policies in Git. Nothing is left to do.\n')
  })
})
