import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { LiveSource } from '../../src/modes/gather.ts'
import { headline } from '../../src/report/headline.ts'
import type { Report } from '../../src/report/report.ts'
import { clusterSecretStore } from '../cluster-secret-store.ts'
import { kustomizeForTests } from '../gitops/render/kustomize-binary.ts'
import { fakeLive } from '../rules/fake-live.ts'
import { checkChange } from './check-change.ts'
import { type Files, history } from './git-history.ts'

const kustomize = await kustomizeForTests()
const PATH = `${kustomize === undefined ? '' : `${dirname(kustomize.command)}:`}${process.env.PATH}`

/** What a branch that alters these files is told. */
async function changed(before: Files, after: Files, live?: LiveSource): Promise<Report> {
  const one = history()
  one.commit('before', before)
  one.git('checkout', '-q', '-b', 'topic')
  one.commit('after', after)
  return checkChange(one, PATH, live)
}

const findingsOf = ({ findings }: Report) => findings.map(({ rule, span }) => `${rule} ${span.file}:${span.line}`)
const keysOf = ({ references }: Report) => references.map(({ reference }) => reference.key).sort()
const outsideOf = ({ scope }: Report) => (scope?.of === 'changed' ? scope.outside : undefined)

const STORE = clusterSecretStore()
const ROLE =
  'vault write auth/kubernetes/role/eso bound_service_account_names=eso bound_service_account_namespaces=eso policies=eso ttl=1h\n'
const POLICY = `path "kv/data/apps/*" {
  capabilities = ["read"]
}

path "kv/data/shared/mail" {
  capabilities = ["read"]
}
`
const OTHER = 'path "sys/*" {\n  capabilities = ["read"]\n}\n'
const LAW = { 'store.yaml': STORE, 'vault/role.sh': ROLE, 'vault/policies/eso.hcl': POLICY }

/** `key` of item i is on line 13 + 4i. */
function es(name: string, keys: readonly string[], namespace = 'apps'): string {
  const items = keys.map(
    (key, i) => `    - secretKey: k${i}\n      remoteRef:\n        key: ${key}\n        property: k${i}\n`,
  )
  return `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  secretStoreRef:
    kind: ClusterSecretStore
    name: vault
  data:
${items.join('')}`
}

const BROKEN = es('broken', ['elsewhere/x'])

describe('what a change is answerable for', () => {
  test('nothing of what was broken before, and it is counted', async () => {
    const report = await changed(
      { ...LAW, 'broken.yaml': BROKEN, 'a.yaml': es('a', ['apps/a']) },
      { 'a.yaml': es('a', ['apps/b']) },
    )
    expect(findingsOf(report)).toEqual(['last-reference-removed a.yaml:13'])
    expect(keysOf(report)).toEqual(['apps/b'])
    expect(report.outcome).toBe('clean')
    expect(report.scope).toEqual({
      of: 'changed',
      since: 'main',
      references: 2,
      outside: { errors: 1, warnings: 0, notes: 0, notChecked: 0 },
    })
  })

  test('a reference whose own line was altered', async () => {
    const report = await changed(
      { ...LAW, 'a.yaml': es('a', ['apps/a', 'apps/b']) },
      { 'a.yaml': es('a', ['apps/a', 'other/b']) },
    )
    expect(keysOf(report)).toEqual(['other/b'])
    expect(findingsOf(report)).toContain('policy-denies a.yaml:17')
  })

  test('items that only moved to other lines are no change; the one that was put before them is', async () => {
    const report = await changed(
      { ...LAW, 'a.yaml': es('a', ['elsewhere/x', 'apps/b']) },
      { 'a.yaml': es('a', ['apps/new', 'elsewhere/x', 'apps/b']) },
    )
    // Items are told apart by what they are; `secretKey` and `property` of the later ones are others now.
    expect(keysOf(report)).toContain('apps/new')
    const inserted = await changed(
      { ...LAW, 'a.yaml': BROKEN },
      { 'a.yaml': `# a comment\n${BROKEN}`, 'b.yaml': es('b', ['apps/b']) },
    )
    expect(keysOf(inserted)).toEqual(['apps/b'])
    expect(findingsOf(inserted)).toEqual([])
  })

  test('a file that was moved brings nothing new', async () => {
    const report = await changed({ ...LAW, 'a.yaml': BROKEN }, { 'a.yaml': undefined, 'apps/moved.yaml': BROKEN })
    expect(findingsOf(report)).toEqual([])
    expect(keysOf(report)).toEqual([])
    expect(outsideOf(report)?.errors).toBe(1)
  })

  test('the store: every reference through it', async () => {
    const report = await changed(
      { ...LAW, 'a.yaml': es('a', ['apps/a']), 'broken.yaml': BROKEN },
      { 'store.yaml': STORE.replace('path: kv', 'path: secret') },
    )
    expect(keysOf(report)).toEqual(['apps/a', 'elsewhere/x'])
    expect(findingsOf(report).sort()).toEqual([
      'last-reference-removed a.yaml:13',
      'last-reference-removed broken.yaml:13',
      'policy-denies a.yaml:13',
      'policy-denies broken.yaml:13',
    ])
  })

  test('the store goes away', async () => {
    const report = await changed({ ...LAW, 'a.yaml': es('a', ['apps/a']) }, { 'store.yaml': undefined })
    expect(findingsOf(report)).toContain('store-absent a.yaml:9')
    expect(keysOf(report)).toEqual(['apps/a'])
  })

  test('a policy rule goes away: what it covered, with the rule that did', async () => {
    const report = await changed(
      { ...LAW, 'a.yaml': es('a', ['apps/a', 'shared/mail']) },
      { 'vault/policies/eso.hcl': POLICY.slice(0, POLICY.indexOf('\npath "kv/data/shared')) },
    )
    expect(findingsOf(report)).toEqual(['policy-denies a.yaml:17'])
    expect(report.findings[0]?.message).toContain(
      'Policy `eso` no longer lets ESO read `kv/shared/mail` (ExternalSecret apps/a). No rule covers it; the nearest is `kv/data/apps/*`. This change removes rule `kv/data/shared/mail`.',
    )
  })

  test('a policy changes: every reference under it is judged anew, also one that was denied before', async () => {
    const report = await changed(
      { ...LAW, 'a.yaml': es('a', ['apps/a']), 'broken.yaml': BROKEN },
      { 'vault/policies/eso.hcl': `${POLICY}\npath "kv/data/more" {\n  capabilities = ["read"]\n}\n` },
    )
    expect(keysOf(report)).toEqual(['apps/a', 'elsewhere/x'])
    // What was broken before and is so still is counted, and not shown as if the change had broken it.
    expect(findingsOf(report)).toEqual([])
    expect(outsideOf(report)?.errors).toBe(1)
    expect(headline(report)).toBe('No new problems: 1 of 2 affected references was broken before')
  })

  test('a policy of somebody else changes: nothing', async () => {
    const report = await changed(
      { ...LAW, 'vault/policies/admin.hcl': 'path "sys/*" {\n  capabilities = ["read"]\n}\n', 'broken.yaml': BROKEN },
      { 'vault/policies/admin.hcl': 'path "sys/*" {\n  capabilities = ["read", "list"]\n}\n' },
    )
    expect(keysOf(report)).toEqual([])
    expect(findingsOf(report)).toEqual([])
  })

  test('the role: another policy, another binding', async () => {
    const other = await changed(
      { ...LAW, 'a.yaml': es('a', ['apps/a']) },
      { 'vault/role.sh': ROLE.replace('policies=eso', 'policies=none') },
    )
    expect(keysOf(other)).toEqual(['apps/a'])
    expect(other.notChecked).toMatchObject([{ reason: { code: 'policy-text-unknown', policies: ['none'] } }])
    const bound = await changed(
      { ...LAW, 'a.yaml': es('a', ['apps/a']) },
      { 'vault/role.sh': ROLE.replace('namespaces=eso', 'namespaces=x') },
    )
    expect(findingsOf(bound)).toEqual(['role-unbound store.yaml:17'])
  })

  test('an error of the store is told to whoever begins to use it, and not to others', async () => {
    const before = {
      ...LAW,
      'vault/role.sh': ROLE.replace('namespaces=eso', 'namespaces=x'),
      'a.yaml': es('a', ['apps/a']),
    }
    expect(findingsOf(await changed(before, { 'b.yaml': es('b', ['apps/b']) }))).toEqual(['role-unbound store.yaml:17'])
    const unrelated = await changed(before, { 'readme.md': 'hello\n' })
    expect(findingsOf(unrelated)).toEqual([])
    expect(unrelated.outcome).toBe('clean')
  })

  test('an ignore that is taken out, or that has nothing to ignore any more', async () => {
    const ignored = BROKEN.replace(
      'key: elsewhere/x',
      'key: elsewhere/x # eso-vault: ignore[policy-denies] seeded by hand',
    )
    expect(findingsOf(await changed({ ...LAW, 'a.yaml': ignored }, { 'a.yaml': BROKEN }))).toEqual([
      'policy-denies a.yaml:13',
    ])
    expect(
      findingsOf(
        await changed(
          { ...LAW, 'a.yaml': ignored },
          { 'vault/policies/eso.hcl': `${POLICY}path "kv/data/elsewhere/x" {\n  capabilities = ["read"]\n}\n` },
        ),
      ),
    ).toEqual(['ignore-unused a.yaml:13'])
  })

  test('the config: variables, policies of a store, a rule that is turned on, a file that goes away', async () => {
    const templated = es('t', ['"${TEAM}/x"'])
    const config = (text: string) => ({ '.github/eso-vault.yml': `version: 1\n${text}` })
    const before = { ...LAW, 'a.yaml': templated, ...config('manifests: { variables: { TEAM: apps } }\n') }
    const variable = await changed(before, config('manifests: { variables: { TEAM: other } }\n'))
    expect(findingsOf(variable)).toContain('policy-denies a.yaml:13')
    expect(keysOf(await changed(before, { '.github/eso-vault.yml': undefined }))).toEqual(['${TEAM}/x'])

    const policies = await changed(
      { ...LAW, 'vault/policies/other.hcl': OTHER, 'a.yaml': es('a', ['apps/a']), ...config('') },
      config('stores: { vault: { policies: [other] } }\n'),
    )
    expect(findingsOf(policies)).toEqual(['policy-denies a.yaml:13'])

    const rule = await changed(
      { ...LAW, 'a.yaml': es('a', ['apps/a']), ...config('') },
      config('rules: { policy-excess: warning }\n'),
    )
    expect(findingsOf(rule)).toEqual(['policy-excess vault/policies/eso.hcl:6'])
  })

  test('a config file that was wrong before', async () => {
    const before = { ...LAW, 'a.yaml': BROKEN, '.github/eso-vault.yml': 'version: 1\nunknown: true\n' }
    const report = await changed(before, { '.github/eso-vault.yml': 'version: 1\n' })
    expect(findingsOf(report)).toEqual([])
    expect(report.scope).toMatchObject({ of: 'changed' })
  })

  test('edits that are not committed', async () => {
    const one = history()
    one.commit('before', { ...LAW, 'broken.yaml': BROKEN })
    one.write({ 'a.yaml': es('a', ['nowhere/a']) })
    expect(findingsOf(await checkChange(one, PATH))).toEqual(['policy-denies a.yaml:13'])
  })

  test('what cannot be judged is told where it is new, and counted where it is not', async () => {
    const report = await changed({ ...LAW, 'a.yaml': es('a', ['"${X}/a"']) }, { 'b.yaml': es('b', ['"${Y}/b"']) })
    expect(report.notChecked.map(({ file }) => file)).toEqual(['b.yaml'])
    expect(findingsOf(report)).toEqual(['variable-unresolved b.yaml:13'])
    expect(outsideOf(report)).toMatchObject({ warnings: 1, notChecked: 1 })
  })

  test('without a repository everything is reported, and why', async () => {
    const one = history(undefined, null)
    one.write({ ...LAW, 'broken.yaml': BROKEN })
    const report = await checkChange(one, PATH)
    expect(findingsOf(report)).toEqual(['policy-denies broken.yaml:13'])
    expect(report.scope).toEqual({ of: 'all', because: 'this folder is no Git repository' })
  })
})

describe('with a server', () => {
  const live = (secrets: Readonly<Record<string, { presence: 'present'; currentVersion: number }>>) =>
    fakeLive({
      mounts: [{ path: 'kv', type: 'kv', version: 2 }],
      authMounts: [{ path: 'kubernetes', type: 'kubernetes' }],
      roles: [
        {
          authMount: 'kubernetes',
          name: 'eso',
          policies: ['eso'],
          boundServiceAccountNames: ['eso'],
          boundServiceAccountNamespaces: ['eso'],
        },
      ],
      policies: { eso: POLICY },
      secrets,
    })

  test('an absent secret that was referred to before is left out, a new one is told', async () => {
    const report = await changed(
      { 'store.yaml': STORE, 'a.yaml': es('a', ['apps/old']) },
      { 'b.yaml': es('b', ['apps/new']) },
      live({}),
    )
    expect(findingsOf(report)).toEqual(['secret-absent b.yaml:13'])
    expect(outsideOf(report)?.errors).toBe(1)
  })

  test('one that the change begins to read as well is told, where both ends are', async () => {
    const report = await changed(
      { 'store.yaml': STORE, 'a.yaml': es('a', ['apps/old']) },
      { 'b.yaml': es('b', ['apps/old']) },
      live({}),
    )
    expect(report.findings.map(({ rule }) => rule)).toEqual(['secret-absent'])
  })
})

describe.skipIf(kustomize === undefined)('rendered overlays', () => {
  const base = es('app', ['apps/base']).replace('  namespace: apps\n', '')
  const overlay = (key: string, more = '') =>
    `resources: [../../base]\nnamespace: prod\n${more}patches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - op: replace\n        path: /spec/data/0/remoteRef/key\n        value: ${key}\n`
  const before: Files = {
    ...LAW,
    'base/es.yaml': base,
    'base/kustomization.yaml': 'resources: [es.yaml]\n',
    'overlays/prod/kustomization.yaml': overlay('apps/prod'),
    'overlays/broken/kustomization.yaml': overlay('elsewhere/broken').replace('prod', 'broken'),
  }

  test('a patch: the overlay that it belongs to, at the line of the patch', async () => {
    const report = await changed(before, { 'overlays/prod/kustomization.yaml': overlay('other/prod') })
    expect(keysOf(report)).toEqual(['other/prod'])
    expect(findingsOf(report).sort()).toEqual([
      'last-reference-removed overlays/prod/kustomization.yaml:8',
      'policy-denies overlays/prod/kustomization.yaml:8',
    ])
    expect(outsideOf(report)?.errors).toBe(1)
  })

  test('a patch that is taken out: what the base says instead', async () => {
    const report = await changed(
      { ...before, 'base/es.yaml': base.replace('apps/base', 'nowhere/base') },
      { 'overlays/prod/kustomization.yaml': 'resources: [../../base]\nnamespace: prod\n' },
    )
    expect(keysOf(report)).toEqual(['nowhere/base'])
    expect(findingsOf(report).sort()).toEqual([
      'last-reference-removed overlays/prod/kustomization.yaml:2',
      'policy-denies base/es.yaml:12',
    ])
  })

  test('the base of patched overlays: what is left of it in each', async () => {
    const report = await changed(before, { 'base/es.yaml': base.replace('secretKey: k0', 'secretKey: renamed') })
    expect(keysOf(report)).toEqual(['apps/prod', 'elsewhere/broken'])
    expect(findingsOf(report)).toEqual(['policy-denies overlays/broken/kustomization.yaml:8'])
  })

  test('a file that is no manifest and that a generator reads for Flux', async () => {
    const flux = `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: prod, namespace: flux-system}
spec:
  path: ./overlays/prod
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild:
    substituteFrom:
      - {kind: ConfigMap, name: vars}
`
    const start = {
      ...before,
      'overlays/prod/kustomization.yaml': overlay('apps/${TEAM}'),
      'flux/prod.yaml': flux,
      'flux/kustomization.yaml':
        'resources: [prod.yaml]\nnamespace: flux-system\nconfigMapGenerator:\n  - name: vars\n    envs: [vars.env]\ngeneratorOptions: {disableNameSuffixHash: true}\n',
      'flux/vars.env': 'TEAM=one\n',
    }
    const report = await changed(start, { 'flux/vars.env': 'TEAM=two\n' })
    expect(keysOf(report)).toEqual(['apps/two'])
    expect(findingsOf(report)).toEqual(['last-reference-removed overlays/prod/kustomization.yaml:8'])
  })

  test('a further overlay of a base that is broken already', async () => {
    const start = {
      ...LAW,
      'base/es.yaml': base.replace('apps/base', 'nowhere/base'),
      'base/kustomization.yaml': 'resources: [es.yaml]\n',
      'overlays/a/kustomization.yaml': 'resources: [../../base]\nnamespace: a\n',
    }
    const report = await changed(start, { 'overlays/b/kustomization.yaml': 'resources: [../../base]\nnamespace: b\n' })
    expect(findingsOf(report)).toEqual(['policy-denies base/es.yaml:12'])
    expect(report.findings[0]?.message).toContain(' and b/')
    expect(
      report.findings[0]?.related.filter(({ message }) => message.endsWith('applies it')).map(({ span }) => span.file),
    ).toEqual(['overlays/a/kustomization.yaml', 'overlays/b/kustomization.yaml'])
  })
})

test('Flux variables: the references that use the one that changed', async () => {
  const flux = (team: string, ttl: string) => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  path: ./apps
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild:
    substitute:
      TEAM: ${team}
      TTL: ${ttl}
`
  const before = {
    ...LAW,
    'apps/a.yaml': es('a', ['"apps/${TEAM}"']),
    'apps/b.yaml': es('b', ['apps/b']).replace('spec:', 'spec:\n  refreshInterval: ${TTL}'),
    'flux/apps.yaml': flux('one', '1h'),
  }
  expect(keysOf(await changed(before, { 'flux/apps.yaml': flux('two', '1h') }))).toEqual(['apps/two'])
  expect(keysOf(await changed(before, { 'flux/apps.yaml': flux('one', '2h') }))).toEqual([])
})

test('a template that reads a key which the change takes away: at the template, which it did not touch', async () => {
  const templated = (keys: readonly string[]) =>
    `${es('a', keys)}  target:\n    template:\n      data:\n        url: "{{ .k1 }}"\n`
  const report = await changed(
    { ...LAW, 'a.yaml': templated(['apps/a', 'apps/b']) },
    { 'a.yaml': templated(['apps/a']) },
  )
  expect(findingsOf(report)).toContain('template-key-absent a.yaml:18')
})
