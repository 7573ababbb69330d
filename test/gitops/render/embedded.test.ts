import { describe, expect, test } from 'vitest'
import { familyOf } from '../../../src/model/note.ts'
import { read, summary } from '../tree.ts'
import { kustomizeForTests } from './kustomize-binary.ts'
import { externalSecret, type Files, KEY, manifestsOf, renderTree, valueAt, written } from './render-tree.ts'

const binary = await kustomizeForTests()
const indent = (text: string, by: number) => text.replace(/^(?=.)/gm, ' '.repeat(by))
const item = (by: number) => `${' '.repeat(by)}-\n${indent(externalSecret('db', 'apps/base/db'), by + 2)}`

const release = `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: app}\nspec:\n  values:\n    extraObjects:\n${item(6)}`

describe('objects in Helm values and policies (field.md §3)', () => {
  const CASES: [string, Files, string[]][] = [
    [
      'an ApplicationSet’s valuesObject, in one of several sources',
      {
        'set.yaml': `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: set}\nspec:\n  template:\n    spec:\n      sources:\n        - {path: x}\n        - helm:\n            valuesObject:\n              extraObjects:\n${item(16)}`,
      },
      ['?/db apps/base/db'],
    ],
    [
      'a k3s HelmChart’s valuesContent',
      {
        'chart.yaml': `apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: app}\nspec:\n  targetNamespace: shop\n  valuesContent: |\n    extraDeploy:\n${item(6)}`,
      },
      ['shop/db apps/base/db'],
    ],
    [
      'a k3s HelmChart’s values, in the namespace that it installs into when it names none',
      {
        'chart.yaml': `apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: app, namespace: kube-system}\nspec:\n  values:\n    extraDeploy:\n${item(6)}`,
      },
      ['default/db apps/base/db'],
    ],
    [
      'a k3s HelmChartConfig, whose chart says the namespace',
      {
        'chart.yaml': `apiVersion: helm.cattle.io/v1\nkind: HelmChartConfig\nmetadata: {name: app, namespace: kube-system}\nspec:\n  valuesContent: |\n    extraDeploy:\n${item(6)}`,
      },
      ['?/db apps/base/db'],
    ],
    [
      'a bjw-s chart: the head beside the manifest',
      {
        'release.yaml':
          'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: app, namespace: shop}\nspec:\n  values:\n    rawResources:\n      db:\n        apiVersion: external-secrets.io/v1\n        kind: ExternalSecret\n        manifest:\n          spec:\n            data:\n              - {secretKey: a, remoteRef: {key: apps/raw/db}}\n',
      },
      ['shop/db apps/raw/db'],
    ],
    [
      'two objects and a store in one list, one of another kind between them',
      {
        'release.yaml': `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: app, namespace: shop}\nspec:\n  values:\n    extraManifests:\n${item(6)}      - {apiVersion: v1, kind: Service, metadata: {name: x}}\n${item(6).replaceAll('db', 'web')}`,
      },
      ['shop/db apps/base/db', 'shop/web apps/base/web'],
    ],
  ]
  test.each(CASES)('%s', async (_what, files, expected) => {
    expect(summary(await read(files))).toEqual(expected)
  })

  test('a chart’s templates are counted, parsed or not, and taken for no object', async () => {
    const repository = await read({
      'charts/x/Chart.yaml': 'name: x\n',
      'charts/x/templates/broken.yaml': `{{- if .Values.on }}\n${externalSecret('a', 'apps/a')}{{- end }}\n`,
      // Parses, into a map whose key is an object.
      'charts/x/templates/garbage.yaml': externalSecret('{{ .Values.name }}', '{{ .Values.key }}'),
      'charts/x/templates/quoted.yaml': externalSecret('"{{ .Values.name }}"', '"{{ .Values.key }}"'),
      'charts/x/charts/y/Chart.yaml': 'name: y\n',
      'charts/x/charts/y/templates/es.yaml': externalSecret('{{ .Release.Name }}', 'apps/y'),
      'bootstrap/es.yaml.tpl.yaml': externalSecret('b', '{{ .Values.key }}'),
      'own.yaml': externalSecret('own', 'apps/own'),
    })
    expect(summary(repository)).toEqual(['?/own apps/own'])
    expect(repository.notes.filter((note) => familyOf(note) === 'template-not-rendered')).toHaveLength(5)
    expect(repository.counts.externalSecrets).toBe(1)
  })
})

describe.skipIf(binary === undefined)('the same, through kustomize', () => {
  const render = (files: Files) => renderTree(binary as NonNullable<typeof binary>, files)

  test('an object in a HelmRelease keeps its line, and goes where the release goes', async () => {
    const rendering = await render({
      'prod/kustomization.yaml':
        'namespace: shop\nresources: [release.yaml]\npatches:\n  - target: {kind: HelmRelease}\n    patch: |\n      - {op: add, path: /spec/releaseName, value: x}\n',
      'prod/release.yaml': release,
    })
    const [db, ...others] = manifestsOf(rendering, 'ExternalSecret')
    if (db === undefined) throw new Error('not found')
    expect(others).toEqual([])
    expect([db.namespace, db.origin.form, db.origin.embeddedIn]).toEqual(['shop', 'rendered', 'HelmRelease app'])
    expect(written(rendering, db, KEY)).toBe('prod/release.yaml:20 key: apps/base/db')
  })

  test('a patch of its key in the values of the release: the line of the patch', async () => {
    const rendering = await render({
      'base/kustomization.yaml': 'resources: [release.yaml]\n',
      'base/release.yaml': release,
      'prod/kustomization.yaml':
        'resources: [../base]\nnamespace: shop\npatches:\n  - target: {kind: HelmRelease}\n    patch: |\n      - op: replace\n        path: /spec/values/extraObjects/0/spec/data/0/remoteRef/key\n        value: apps/prod/db\n',
    })
    const [db] = manifestsOf(rendering, 'ExternalSecret')
    if (db === undefined) throw new Error('not found')
    expect(valueAt(db, KEY)).toBe('apps/prod/db')
    expect(written(rendering, db, KEY)).toBe('prod/kustomization.yaml:8 value: apps/prod/db')
  })

  test('a Kyverno rule that makes ExternalSecrets', async () => {
    const rendering = await render({
      'prod/kustomization.yaml':
        'resources: [policy.yaml]\npatches:\n  - target: {kind: ClusterPolicy}\n    patch: |\n      - {op: replace, path: /spec/rules/0/generate/data/spec/data/0/remoteRef/key, value: apps/prod/db}\n',
      'prod/policy.yaml':
        'apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec:\n  rules:\n    - generate:\n        apiVersion: external-secrets.io/v1\n        kind: ExternalSecret\n        name: db\n        namespace: shop\n        data:\n          spec:\n            data:\n              - {secretKey: a, remoteRef: {key: apps/base/db}}\n',
    })
    const [db] = manifestsOf(rendering, 'ExternalSecret')
    if (db === undefined) throw new Error('not found')
    expect([db.name, db.namespace, valueAt(db, KEY)]).toEqual(['db', 'shop', 'apps/prod/db'])
    expect(written(rendering, db, KEY)).toBe(
      'prod/kustomization.yaml:5 - {op: replace, path: /spec/rules/0/generate/data/spec/data/0/remoteRef/key, value: apps/prod/db}',
    )
  })
})
