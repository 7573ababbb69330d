import { describe, expect, test } from 'vitest'
import type { AppliedBy } from '../../src/model/applied.ts'
import type { Manifest } from '../../src/model/manifest.ts'
import { check } from '../../src/modes/check.ts'
import { asFinding, foldObjects } from '../../src/rules/fold-objects.ts'
import type { RuleFinding } from '../../src/rules/rule.ts'
import { EMPTY_CONFIG } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import { tree } from '../gitops/tree.ts'

const at = (file: string, line: number) => ({ file, line, column: 1, endLine: line, endColumn: 2 })
const root = (name: string): AppliedBy => ({ kind: 'kustomization', name, span: at(`${name}/kustomization.yaml`, 1) })
const object = (namespace: string, ...roots: string[]) =>
  ({ kind: 'ExternalSecret', namespace, name: 'db', origin: { appliedBy: roots.map(root) } }) as unknown as Manifest
const folded = (findings: readonly RuleFinding[]) => foldObjects(findings).map(asFinding)
const finding = (manifest: Manifest, message: string, parts: Partial<RuleFinding> = {}): RuleFinding => ({
  rule: 'field-unknown',
  severity: 'error',
  message: (object) => `${object}${message}`,
  span: at('base/db.yaml', 7),
  related: [],
  objects: [manifest],
  fingerprint: `field-unknown|${manifest.namespace}`,
  ...parts,
})

describe('findings of one line', () => {
  test('that say the same of several objects are one, with the roots that apply them', () => {
    const found = folded([finding(object('a', 'a'), ' is odd.'), finding(object('b', 'b'), ' is odd.')])
    expect(found.map(({ message }) => message)).toEqual(['ExternalSecret a/db (and b/db) is odd.'])
    expect(found[0]?.related).toEqual([
      { span: at('a/kustomization.yaml', 1), message: 'kustomization a applies it' },
      { span: at('b/kustomization.yaml', 1), message: 'kustomization b applies it' },
    ])
  })

  test('that say different things stay apart, each with its own roots', () => {
    const found = folded([
      finding(object('a', 'a'), ' reads x.'),
      finding(object('b', 'b'), ' reads y.'),
      finding(object('c', 'c'), ' reads x.'),
    ])
    expect(found.map(({ message, related }) => [message, related.length])).toEqual([
      ['ExternalSecret a/db (and c/db) reads x.', 2],
      ['ExternalSecret b/db reads y.', 0],
    ])
  })

  test('of other lines and other rules stay apart', () => {
    const one = finding(object('a', 'a'), ' is odd.')
    expect(foldObjects([one, { ...one, span: at('base/db.yaml', 8) }, { ...one, rule: 'store-absent' }])).toHaveLength(
      3,
    )
  })

  test('one object that two roots apply alike is one object and two roots', () => {
    const [only] = folded([finding(object('a', 'x', 'y'), ' is odd.')])
    expect(only?.message).toBe('ExternalSecret a/db is odd.')
    expect(only?.related.map(({ message }) => message)).toEqual([
      'kustomization x applies it',
      'kustomization y applies it',
    ])
  })

  test('folding again changes nothing', () => {
    const once = foldObjects([finding(object('a', 'a'), ' is odd.'), finding(object('b', 'b'), ' is odd.')])
    expect(foldObjects(once)).toEqual(once)
    expect(once).toHaveLength(1)
  })

  test('a message that names no object says so of all of them', () => {
    const plain = { message: 'This line is odd.' }
    const found = folded([finding(object('a', 'a'), '', plain), finding(object('b', 'b'), '', plain)])
    expect(found.map(({ message, objects }) => [message, objects?.length])).toEqual([['This line is odd.', 2]])
  })
})

describe('a base that twenty overlays use', () => {
  const STORE =
    'apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: vault}\nspec: {provider: {vault: {server: "https://vault.example.com", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: eso, serviceAccountRef: {name: eso, namespace: eso}}}}}}\n'
  const overlays = Array.from({ length: 20 }, (_, i) => `team-${String(i).padStart(2, '0')}`)
  const files = (es: string) => ({
    'store.yaml': STORE,
    'setup.sh':
      'vault write auth/kubernetes/role/eso bound_service_account_names=eso bound_service_account_namespaces=eso policies=eso\n',
    'policies/eso.hcl': 'path "kv/data/apps/*" { capabilities = ["read"] }\n',
    'base/kustomization.yaml': 'resources: [es.yaml]\n',
    'base/es.yaml': es,
    ...Object.fromEntries(
      overlays.map((name) => [`overlays/${name}/kustomization.yaml`, `resources: [../../base]\nnamespace: ${name}\n`]),
    ),
  })
  const ES = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: db
spec:
  secretStoreRef:
    kind: ClusterSecretStore
    name: vault
  data:
    - secretKey: password
      remoteRef:
        key: apps/db
        property: password
`
  const report = async (es: string) => {
    const folder = tree(files(es))
    const settings = resolveSettings({
      given: {
        from: 'terminal',
        command: 'check',
        subject: undefined,
        values: { 'eso-version': '2.9.0' },
        format: 'json',
        color: false,
      },
      config: EMPTY_CONFIG,
      environment: readEnvironment({}),
      folder: 'x',
    })
    return (await check(settings, { cwd: folder, today: '2026-06-01', live: undefined, incomplete: [] })).report
  }

  test.each([
    ['a misplaced field', ES.replace('        property: password', '      property: password'), 'field-unknown', 13],
    ['a store that is absent', ES.replace('name: vault', 'name: valt'), 'store-absent', 8],
    ['a denied path', ES.replace('apps/db', 'other/db'), 'policy-denies', 12],
    [
      'a template',
      `${ES}  target:\n    template:\n      data:\n        url: "{{ .user }}"\n`,
      'template-key-absent',
      17,
    ],
    [
      'an old version',
      ES.replace('external-secrets.io/v1\n', 'external-secrets.io/v1beta1\n'),
      'api-version-unserved',
      1,
    ],
  ])('%s is one finding with twenty roots', async (_, es, rule, line) => {
    const { findings } = await report(es)
    const mine = findings.filter((one) => one.rule === rule)
    expect(mine.map(({ span }) => `${span.file}:${span.line}`)).toEqual([`base/es.yaml:${line}`])
    expect(mine[0]?.message.replaceAll('`', '')).toMatch(
      /ExternalSecret team-00\/db.*and 19 more objects from the same lines\)/,
    )
    const roots = mine[0]?.related.filter(({ message }) => message.endsWith(' applies it'))
    expect(roots?.map(({ span }) => span.file)).toEqual(overlays.map((name) => `overlays/${name}/kustomization.yaml`))
  })
})
