import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { InvalidInput } from '../../src/model/invalid-input.ts'
import { check } from '../../src/modes/check.ts'
import { headline } from '../../src/report/headline.ts'
import { RULE_IDS } from '../../src/rules/rule-ids.ts'
import { readConfig } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import { jsonText } from '../report/json-text.ts'
import { type FakeVault, fakeLive } from '../rules/fake-live.ts'

const FILE = '.github/eso-vault.yml'

async function checked(files: Readonly<Record<string, string>>, vault?: FakeVault) {
  const cwd = mkdtempSync(path.join(tmpdir(), 'eso-vault-said-'))
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(cwd, file)), { recursive: true })
      writeFileSync(path.join(cwd, file), text)
    }
    const settings = resolveSettings({
      given: { from: 'terminal', command: 'check', subject: undefined, values: {}, format: 'json', color: false },
      config: readConfig(FILE, files[FILE] ?? 'version: 1', { rules: RULE_IDS }),
      environment: readEnvironment({}),
      folder: 'repository',
    })
    const { report } = await check(settings, {
      cwd,
      today: '2026-06-01',
      live: vault === undefined ? undefined : fakeLive(vault),
      incomplete: [],
    })
    return {
      report,
      json: JSON.parse(jsonText(report)),
      standings: Object.fromEntries(report.references.map(({ reference, standing }) => [reference.key, standing.is])),
      findings: report.findings.map(({ rule, severity, span }) => `${severity} ${rule} ${span.file}:${span.line}`),
    }
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}

const WEB = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: web, namespace: web}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  data:
    - {secretKey: a, remoteRef: {key: apps/web, property: a}}
    - {secretKey: b, remoteRef: {key: other/web, property: b}}
`
const STORE = `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: vault}
spec:
  provider: {vault: {server: "https://vault.example.com", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: eso, serviceAccountRef: {name: eso, namespace: eso}}}}}
`
const RULES = 'path "kv/data/apps/*" { capabilities = ["read"] }\n'
const WHOLE = `version: 1
stores:
  vault: { path: kv, auth: { method: kubernetes, role: eso, serviceAccount: eso/eso } }
roles:
  kubernetes/eso: { policies: [read-apps], names: [eso], namespaces: [eso] }
policies:
  read-apps: vault/apps.hcl
`

describe('what Git does not say, the config can', () => {
  test('a store, its role and its policy: the reference is judged, and the report says by whose word', async () => {
    const { standings, json, findings } = await checked({ 'web.yaml': WEB, 'vault/apps.hcl': RULES, [FILE]: WHOLE })
    expect(standings).toEqual({ 'apps/web': 'works', 'other/web': 'broken' })
    expect(findings).toEqual(['error policy-denies web.yaml:8'])
    expect(json.references[0]?.configSays).toEqual([
      { of: 'store', name: 'vault', file: FILE, line: 3 },
      { of: 'role', name: 'kubernetes/eso', file: FILE, line: 5 },
      { of: 'policy', name: 'read-apps', file: FILE, line: 7 },
    ])
    expect(json.references[0]?.accesses[0]?.because).toContain(
      `The config says store \`vault\` (${FILE}:3), role \`kubernetes/eso\` (${FILE}:5) and which file is policy \`read-apps\` (${FILE}:7); Git does not.`,
    )
    expect(json.findings[0]?.message).toContain('Role `eso` is as the config says.')
  })

  test('where all is allowed, the headline says that the config counts', async () => {
    const { report } = await checked({
      'web.yaml': WEB.replace('other/web', 'apps/other'),
      'vault/apps.hcl': RULES,
      [FILE]: WHOLE,
    })
    expect(headline(report)).toBe('All 2 references are allowed by Git and the config')
  })

  test('a role that binds another ServiceAccount is an error at the store of the config', async () => {
    const { findings } = await checked({
      'web.yaml': WEB.replace('other/web', 'apps/other'),
      'vault/apps.hcl': RULES,
      [FILE]: WHOLE.replace('names: [eso]', 'names: [other]'),
    })
    expect(findings).toEqual([`error role-unbound ${FILE}:3`])
  })

  test('a store admits the namespaces that the config names', async () => {
    const { findings } = await checked({
      'web.yaml': WEB.replace('other/web', 'apps/other'),
      'vault/apps.hcl': RULES,
      [FILE]: WHOLE.replace('path: kv,', 'path: kv, admits: [shop],'),
    })
    expect(findings).toEqual(['error store-condition web.yaml:5'])
  })

  test('a store that Git declares with a variable is the one of the config', async () => {
    const { standings } = await checked({
      'web.yaml': WEB,
      'store.yaml': STORE.replace('role: eso', 'role: "${ROLE}"'),
      'vault/apps.hcl': RULES,
      [FILE]: WHOLE,
    })
    expect(standings).toEqual({ 'apps/web': 'works', 'other/web': 'broken' })
  })

  test('methods that name a user, a role id or only a token take their policies from the config', async () => {
    for (const auth of [
      '{ method: tokenSecretRef }',
      '{ method: appRole }',
      '{ method: jwt, role: eso }',
      '{ method: userPass, username: eso }',
      '{ method: cert, role: eso }',
    ]) {
      const { findings, standings } = await checked({
        'web.yaml': WEB,
        'vault/apps.hcl': RULES,
        [FILE]: `version: 1\nstores:\n  vault: { path: kv, policies: [read-apps], auth: ${auth} }\npolicies: { read-apps: vault/apps.hcl }\n`,
      })
      expect(findings, auth).toEqual(['error policy-denies web.yaml:8'])
      expect(standings, auth).toEqual({ 'apps/web': 'works', 'other/web': 'broken' })
    }
  })

  test('an empty list of policies is a token without any; no list says nothing', async () => {
    const empty = await checked({
      'web.yaml': WEB,
      'store.yaml': STORE,
      [FILE]: 'version: 1\nstores: { vault: { policies: [] } }\n',
    })
    expect(empty.standings).toEqual({ 'apps/web': 'broken', 'other/web': 'broken' })
    const none = await checked({ 'web.yaml': WEB, 'store.yaml': STORE, [FILE]: 'version: 1\nstores: { vault: {} }\n' })
    expect(none.standings).toEqual({ 'apps/web': 'not-checked', 'other/web': 'not-checked' })
  })
})

describe('what Git says, Git says', () => {
  const SETUP = `vault policy write eso - <<EOF\n${RULES}EOF
vault write auth/kubernetes/role/eso bound_service_account_names=eso bound_service_account_namespaces=eso policies=eso\n`
  const OTHER = 'path "kv/data/*" { capabilities = ["read"] }\n'

  test('a role and a store in Git are not overruled, and the entries are named', async () => {
    const { standings, findings } = await checked({
      'web.yaml': WEB,
      'store.yaml': STORE,
      'setup.sh': SETUP,
      'vault/apps.hcl': OTHER,
      [FILE]: WHOLE,
    })
    expect(standings).toEqual({ 'apps/web': 'works', 'other/web': 'broken' })
    expect(findings).toEqual([
      'error policy-denies web.yaml:8',
      `warning config-unused ${FILE}:3`,
      `warning config-unused ${FILE}:5`,
    ])
  })

  test('documentation and versions that differ are settled by the config', async () => {
    for (const files of [
      { 'docs/setup.md': `\`\`\`sh\n${SETUP}\`\`\`\n` },
      { 'a/setup.sh': SETUP, 'b/setup.sh': SETUP.replace('kv/data/apps/*', 'kv/data/none/*') },
    ]) {
      const { standings } = await checked({
        'web.yaml': WEB,
        'store.yaml': STORE,
        ...files,
        'vault/wide.hcl': OTHER,
        [FILE]: 'version: 1\npolicies: { eso: vault/wide.hcl }\n',
      })
      expect(standings).toEqual({ 'apps/web': 'works', 'other/web': 'works' })
    }
  })

  test('a role of the config is no list of the roles that there are', async () => {
    const { standings, findings } = await checked({
      'web.yaml': WEB,
      'store.yaml': STORE,
      [FILE]: 'version: 1\nroles: { kubernetes/other: { policies: [a] } }\n',
    })
    expect(findings).toEqual([])
    expect(standings).toEqual({ 'apps/web': 'not-checked', 'other/web': 'not-checked' })
  })
})

describe('another repository', () => {
  const PLATFORM = {
    'platform/.git/HEAD': 'ref: refs/heads/main\n',
    'platform/store.yaml': STORE,
    'platform/setup.sh': `vault policy write eso - <<EOF\n${RULES}EOF
vault write auth/kubernetes/role/eso bound_service_account_names=eso bound_service_account_namespaces=eso policies=eso\n`,
    // Broken, and none of this repository's affair.
    'platform/apps/web.yaml': WEB.replaceAll('web', 'them').replace('other/them', 'none/them'),
  }

  test('its stores, roles and policies count; nothing in it is reported', async () => {
    const { standings, findings } = await checked({
      ...PLATFORM,
      '.git/HEAD': 'ref: refs/heads/main\n',
      'apps/web.yaml': WEB,
      // A cluster of its own here, of which the other repository knows nothing.
      'clusters/prod/apps.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {path: ./apps, prune: true, interval: 1h, sourceRef: {kind: GitRepository, name: flux-system}}
`,
      [FILE]: 'version: 1\nmanifests: { also: [platform] }\n',
    })
    expect(standings).toEqual({ 'apps/web': 'works', 'other/web': 'broken' })
    expect(findings).toEqual(['error policy-denies apps/web.yaml:8'])
  })
})

describe('files that are not there are told with their line', () => {
  test.each([
    ['policies:\n  eso: vault/none.hcl', 'policies.eso: there is no file vault/none.hcl.'],
    [
      'manifests:\n  also: [platform]',
      'manifests.also: there is no folder platform. Check the other repository out there first.',
    ],
    ['helm:\n  - { chart: web, set: { a: b } }', 'helm: there is no chart in web (it has no Chart.yaml).'],
  ])('%s', async (text, message) => {
    const failure = checked({ 'web.yaml': WEB, [FILE]: `version: 1\n${text}\n` })
    await expect(failure).rejects.toThrow(InvalidInput)
    await expect(failure).rejects.toMatchObject({ problems: [{ file: FILE, line: 3, message }] })
  })
})

describe('the contract of the config', () => {
  const setup = (rules: string) => `vault policy write eso - <<EOF\n${rules}EOF
vault write auth/kubernetes/role/eso bound_service_account_names=eso bound_service_account_namespaces=eso policies=eso\n`
  const RULE = (path: string, ...capabilities: string[]) =>
    `path "${path}" { capabilities = [${capabilities.map((one) => `"${one}"`).join(', ')}] }\n`

  /** What is said of one expectation about store `vault`. */
  async function said(rules: string, expectation: string, store = STORE) {
    const { report } = await checked({
      'store.yaml': store,
      'setup.sh': setup(rules),
      [FILE]: `version: 1\nexpect:\n  - { ${expectation} }\n`,
    })
    const broken = report.findings.filter(({ rule }) => rule === 'expectation-broken')
    const open = report.notChecked.filter(({ file }) => file === FILE)
    return broken.length > 0 ? 'broken' : open.length > 0 ? `not checked: ${open[0]?.reason.code}` : 'holds'
  }

  test.each([
    // A pattern may be read if all of it is, and may not if none of it is.
    ['kv/data/*', 'store: vault, may: [read], path: "kv/**"', 'holds'],
    ['kv/data/apps/*', 'store: vault, may: [read], path: "kv/**"', 'broken'],
    ['kv/data/apps/*', 'store: vault, mayNot: [read], path: "kv/other/**"', 'holds'],
    ['kv/data/apps/*', 'store: vault, mayNot: [read], path: "kv/**"', 'broken'],
    ['kv/data/+/db', 'store: vault, may: [read], path: "kv/*/db"', 'holds'],
    ['kv/data/+/db', 'store: vault, may: [read], path: "kv/**/db"', 'broken'],
    ['kv/data/+/db', 'store: vault, mayNot: [read], path: "kv/*/db"', 'broken'],
    ['kv/data/a/b', 'store: vault, mayNot: [read], path: "kv/a/**/b"', 'broken'],
    ['kv/data/a/b', 'store: vault, mayNot: [read], path: "kv/a/*"', 'broken'],
    ['kv/data/a/b', 'store: vault, mayNot: [read], path: "kv/a/c*"', 'holds'],
    // Other words for one request.
    ['kv/data/apps/*', 'store: vault, may: [read], api: "kv/data/apps/**"', 'holds'],
    ['kv/data/apps/*', 'store: vault, mayNot: [list], path: "kv/apps"', 'holds'],
    ['kv/data/apps/*', 'role: kubernetes/eso, may: [read], path: kv/apps/x', 'holds'],
    ['kv/data/apps/*', 'serviceAccount: eso/eso, may: [read], path: kv/apps/x', 'holds'],
    ['kv/data/apps/*', 'serviceAccount: eso/eso, mayNot: [read], path: kv/apps/x', 'broken'],
    ['kv/data/apps/*', 'namespace: shop, mayNot: [read], path: kv/apps/x', 'broken'],
    ['kv/data/apps/*', 'namespace: shop, mayNot: [delete, write], path: "kv/**"', 'holds'],
    // What is not known never holds.
    ['kv/data/apps/*', 'serviceAccount: shop/web, mayNot: [read], path: kv/apps/x', 'not checked: no-role-admits'],
    ['kv/data/apps/*', 'role: kubernetes/admin, mayNot: [read], path: kv/apps/x', 'not checked: role-not-in-git'],
    ['kv/data/apps/$X', 'store: vault, mayNot: [read], path: kv/apps/x', 'not checked: rule-part-unknown'],
  ])('rule %s: %s', async (rule, expectation, outcome) => {
    expect(await said(RULE(rule, 'read'), expectation)).toBe(outcome)
  })

  test('a more specific deny keeps what it should, and a write is any of its requests', async () => {
    const denied = RULE('kv/data/*', 'read') + RULE('kv/data/billing/*', 'deny')
    expect(await said(denied, 'store: vault, mayNot: [read], path: "kv/billing/**"')).toBe('holds')
    expect(await said(RULE('kv/data/*', 'update'), 'store: vault, mayNot: [write], path: kv/a')).toBe('broken')
    expect(await said(RULE('kv/data/*', 'update'), 'store: vault, may: [write], path: kv/a')).toBe('broken')
    expect(await said(RULE('kv/destroy/*', 'update'), 'store: vault, mayNot: [delete], path: kv/a')).toBe('broken')
  })

  test('KV version 1 has no data/ in its paths', async () => {
    const v1 = STORE.replace('version: v2', 'version: v1')
    expect(await said(RULE('kv/apps/*', 'read'), 'store: vault, may: [read], path: kv/apps/x', v1)).toBe('holds')
  })

  test('a namespace that the store does not admit reaches nothing by it, and nobody knows of others', async () => {
    const closed = STORE.replace('spec:\n', 'spec:\n  conditions: [{namespaces: [other]}]\n')
    const expectation = 'namespace: shop, mayNot: [read], path: "kv/**"'
    expect(await said(RULE('kv/data/*', 'read'), expectation, closed)).toBe('not checked: no-store-admits')
  })

  test('root reads everything', async () => {
    const { findings } = await checked({
      'store.yaml': STORE,
      [FILE]:
        'version: 1\nstores: { vault: { policies: [root] } }\nexpect:\n  - { store: vault, mayNot: [read], path: "kv/**" }\n',
    })
    expect(findings).toEqual([`error expectation-broken ${FILE}:4`, 'warning root-token store.yaml:5'])
  })
})

describe('a server beside the config', () => {
  const SERVER: FakeVault = {
    mounts: [{ path: 'kv', type: 'kv', version: 2 }],
    authMounts: [{ path: 'kubernetes', type: 'kubernetes' }],
    roles: [
      {
        authMount: 'kubernetes',
        name: 'eso',
        policies: ['wide'],
        boundServiceAccountNames: ['eso'],
        boundServiceAccountNamespaces: ['eso'],
      },
      { authMount: 'kubernetes', name: 'ops', policies: ['wide'] },
    ],
    policies: { wide: 'path "kv/data/*" { capabilities = ["read"] }', 'read-apps': RULES },
    secrets: { 'kv/apps/web': { presence: 'present' }, 'kv/other/web': { presence: 'present' } },
  }

  test('the role of the server counts, whatever the config says of it', async () => {
    const { standings, json } = await checked({ 'web.yaml': WEB, 'vault/apps.hcl': RULES, [FILE]: WHOLE }, SERVER)
    expect(standings).toEqual({ 'apps/web': 'works', 'other/web': 'works' })
    expect(json.references[0]?.configSays.map(({ of }: { readonly of: string }) => of)).toEqual(['store'])
  })

  test('a role that the server has not got is absent', async () => {
    const { findings } = await checked(
      { 'web.yaml': WEB, 'vault/apps.hcl': RULES, [FILE]: WHOLE },
      { ...SERVER, roles: [] },
    )
    expect(findings).toContain(`error role-absent ${FILE}:3`)
  })

  test('what the server hides, the config may say', async () => {
    const { standings } = await checked(
      { 'web.yaml': WEB, 'vault/apps.hcl': RULES, [FILE]: WHOLE },
      { ...SERVER, hidden: ['role:kubernetes/eso'] },
    )
    expect(standings).toEqual({ 'apps/web': 'works', 'other/web': 'broken' })
  })

  test('expectations are judged by what only the server knows, also of roles that no store uses', async () => {
    const { findings } = await checked(
      {
        'store.yaml': STORE,
        [FILE]:
          'version: 1\nexpect:\n  - { role: kubernetes/ops, mayNot: [read], path: kv/a }\n  - { store: vault, may: [read], path: kv/a }\n  - { role: kubernetes/ops, mayNot: [write], path: kv/a }\n',
      },
      SERVER,
    )
    expect(findings).toEqual([`error expectation-broken ${FILE}:3`])
  })
})
