import { describe, expect, test } from 'vitest'
import { type Files, flux, fluxInstance, source } from '../applied/applied-tree.ts'
import { chart, releases } from '../argo/releases.ts'

const release = (spec: string, name = 'web') =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: ${name}, namespace: shop}\nspec:\n${spec}`
const CHART =
  '  chart: {spec: {chart: ./charts/web, version: 9.9.9, sourceRef: {kind: GitRepository, name: flux-system}}}\n'
const ENTRY: Files = { 'flux.yaml': fluxInstance('./clusters/one'), ...chart('charts/web') }
const read = (hr: string, more: Files = {}) => releases({ ...ENTRY, 'clusters/one/hr.yaml': hr, ...more })
const one = async (hr: string, more: Files = {}) => {
  const { found, notes } = await read(hr, more)
  expect(notes).toEqual([])
  expect(found.length).toBe(1)
  return found[0]
}
const configMap = (name: string, data: string, namespace = 'shop') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: ${namespace}}\ndata:\n${data}`

describe('HelmReleases (helm.md §2.1)', () => {
  test('a chart of a GitRepository that is this one', async () => {
    expect(await one(release(CHART))).toMatchObject({
      by: 'HelmRelease shop/web',
      chart: 'charts/web',
      name: 'web',
      namespace: 'shop',
      layers: [],
      root: { certainty: 'certain', namespace: { value: 'shop' }, appliedBy: { by: { kind: 'FluxInstance' } } },
    })
  })

  test.each<[string, string, Files]>([
    ['a chart of a registry', '  chart: {spec: {chart: web, sourceRef: {kind: HelmRepository, name: x}}}\n', {}],
    ['an OCIRepository', '  chartRef: {kind: OCIRepository, name: x}\n', {}],
    [
      'a repository that is another',
      CHART.replace('flux-system', 'other'),
      { 'clusters/one/other.yaml': source('other', 'https://github.com/team/other') },
    ],
  ])('%s: nothing of here', async (_what, spec, files) => {
    const { found } = await read(release(spec), files)
    expect(found).toEqual([])
  })

  test('chartRef to a HelmChart', async () => {
    const made = `apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmChart\nmetadata: {name: web, namespace: shop}\nspec: {chart: charts/web, valuesFiles: [env/a.yaml], sourceRef: {kind: GitRepository, name: flux-system}}\n`
    expect(
      await one(release('  chartRef: {kind: HelmChart, name: web}\n'), {
        'clusters/one/chart.yaml': made,
        'env/a.yaml': '',
      }),
    ).toMatchObject({
      chart: 'charts/web',
      layers: ['env/a.yaml'],
    })
  })

  test('valuesFiles are from the root and take the place of the chart’s own', async () => {
    const spec = CHART.replace(
      'version: 9.9.9',
      'valuesFiles: [charts/web/values.yaml, env/prod.yaml, env/gone.yaml], ignoreMissingValuesFiles: true',
    )
    expect(await one(release(spec), { 'env/prod.yaml': '' })).toMatchObject({
      layers: ['charts/web/values.yaml', 'env/prod.yaml'],
      release: { replacesChartValues: true },
    })
    const { found, notes } = await read(release(spec.replace(', ignoreMissingValuesFiles: true', '')), {
      'env/prod.yaml': '',
    })
    expect([found.length, notes]).toEqual([0, [expect.stringContaining('"values-file-absent"')]])
  })

  test('values: valuesFrom in order, then values, then what a path is given to', async () => {
    const spec = `${CHART}  values: {a: 1, top: x}\n  valuesFrom:\n    - {kind: ConfigMap, name: one}\n    - {kind: ConfigMap, name: two, valuesKey: deep, targetPath: a.b}\n    - {kind: ConfigMap, name: two, valuesKey: quoted, targetPath: c}\n    - {kind: ConfigMap, name: two, valuesKey: deep, targetPath: top}\n    - {kind: Secret, name: s}\n    - {kind: ConfigMap, name: gone}\n    - {kind: ConfigMap, name: two, valuesKey: nothing, optional: true}\n    - {kind: ConfigMap, name: two, valuesKey: open}\n    - {kind: ConfigMap, name: two, valuesKey: deep, targetPath: d, literal: true}\n`
    const files = {
      'clusters/one/one.yaml': configMap('one', '  values.yaml: |\n    key: kv/one\n'),
      'clusters/one/two.yaml': configMap('two', "  deep: kv/x\n  quoted: '\"7\"'\n  open: 'key: ${X}'\n"),
      'clusters/one/else.yaml': configMap('one', '  values.yaml: no\n', 'elsewhere'),
    }
    expect((await one(release(spec), files))?.layers).toEqual([
      "'key: kv/one\\n'",
      'missing target-path two (top)',
      'missing secret s',
      'missing config-map gone',
      'missing substituted two',
      '{"a":1,"top":"x"}',
      'set a.b=kv/x',
      'string c=7',
      'literal d=kv/x',
    ])
  })

  test('what a path is given to from a Secret is open below its first name, dots in it and all', async () => {
    const spec = `${CHART}  valuesFrom: [{kind: Secret, name: s, targetPath: 'a\\.b[0].c'}, {kind: Secret, name: s, targetPath: d.e}]\n`
    expect((await one(release(spec)))?.release.layers).toMatchObject([{ only: 'a.b' }, { only: 'd' }])
  })

  test('a ConfigMap that a generator makes of a file is that file', async () => {
    const files = {
      'clusters/one/kustomization.yaml':
        'resources: [hr.yaml]\nconfigMapGenerator: [{name: values, namespace: shop, files: [values.yaml=vals/prod.yaml]}]\ngeneratorOptions: {disableNameSuffixHash: true}\n',
      'clusters/one/vals/prod.yaml': 'key: kv/prod\n',
    }
    expect((await one(release(`${CHART}  valuesFrom: [{kind: ConfigMap, name: values}]\n`), files))?.layers).toEqual([
      'clusters/one/vals/prod.yaml',
    ])
  })

  test.each<[string, string, string, string]>([
    ['releaseName', '  releaseName: mine\n  targetNamespace: other\n', 'mine', 'other'],
    ['targetNamespace', '  targetNamespace: other\n', 'other-web', 'other'],
    [
      'a long one is cut, with a part of its hash',
      `  targetNamespace: ${'n'.repeat(60)}\n`,
      `${'n'.repeat(40)}-`,
      'n'.repeat(60),
    ],
  ])('name and namespace: %s', async (_what, more, name, namespace) => {
    const found = await one(release(CHART + more))
    expect(String(found?.name).slice(0, name.length)).toBe(name)
    expect(String(found?.name).length).toBeLessThanOrEqual(53)
    expect(found?.namespace).toBe(namespace)
  })

  test('the Flux Kustomization fills it in first', async () => {
    const files = {
      'clusters/one/ks.yaml': flux('apps', './apps', '  postBuild: {substitute: {ENV: prod}}\n'),
      'apps/hr.yaml': release(`${CHART}  values: {env: "\${ENV}"}\n`),
    }
    const { found } = await releases({ ...ENTRY, ...files })
    expect(found.map(({ layers }) => layers)).toEqual([['{"env":"prod"}']])
  })

  test('what patches its output, suspends it, or is its cluster', async () => {
    const found = await one(
      release(
        `${CHART}  suspend: true\n  kubeConfig: {secretRef: {name: remote}}\n  commonMetadata: {labels: {a: b}}\n  postRenderers: [{kustomize: {patches: [{patch: x}]}}]\n`,
      ),
    )
    expect(found?.release.postRenderers?.length).toBe(1)
    expect(found?.root).toMatchObject({ cluster: { name: 'remote' }, suspendedBy: { kind: 'HelmRelease' } })
    expect(found?.root.commonMetadata).toBeDefined()
  })
})
