import { describe, expect, test } from 'vitest'
import { UNTOLD } from '../../../src/gitops/helm/chart-release.ts'
import { chart, releases } from '../argo/releases.ts'
import type { Files } from './applied-tree.ts'

const values = (application: string, more = '') =>
  `clusterGroup:\n  name: hub\n${more}  applications:\n    web: ${application}\n`
const read = async (files: Files) =>
  (await releases({ ...chart('charts/web'), 'values-global.yaml': 'global: {pattern: p}\n', ...files })).found

describe('Validated Patterns (helm.md §6)', () => {
  test('a path is a chart with the values of the pattern, of the group, and its own', async () => {
    const [found] = await read({
      'values-hub.yaml': values(
        '{name: shop, namespace: shop, project: hub, path: charts/web, extraValueFiles: [/overrides/x.yaml, "/overrides/{{ $.Values.global.clusterPlatform }}.yaml"], overrides: [{name: a, value: 1, forceString: true}, {name: b, value: "{{ $.Values.global.x }}"}], extraNamespaceFields: [ns]}',
        '  sharedValueFiles: [/overrides/shared.yaml]\n',
      ),
      'overrides/x.yaml': '',
      'overrides/shared.yaml': '',
    })
    expect(found).toMatchObject({ by: 'Application shop', name: 'shop', namespace: 'shop' })
    expect(found?.layers).toEqual([
      'values-global.yaml',
      'values-hub.yaml',
      'overrides/shared.yaml',
      'overrides/x.yaml',
      ...[
        'repoURL',
        'originURL',
        'targetRevision',
        'clusterDomain',
        'localClusterName',
        'clusterPlatform',
        'hubClusterDomain',
        'localClusterDomain',
      ].map((name) => `set global.${name}=${UNTOLD}`),
      'set global.namespace=shop',
      'set ns=shop',
      `set b=${UNTOLD}`,
      'string a=1',
    ])
  })

  test('files of a platform or version that nobody knows count where they set what the chart reads', async () => {
    const group = { 'values-hub.yaml': values('{name: web, namespace: shop, path: charts/web}') }
    const files = async (more: Files) =>
      (await read({ ...group, ...more }))[0]?.layers.filter((layer) => !layer.startsWith('set'))
    expect(await files({ 'values-AWS.yaml': 'global: {storage: gp3}\n' })).toEqual([
      'values-global.yaml',
      'values-hub.yaml',
    ])
    expect(await files({ 'values-AWS.yaml': 'key: kv/aws\n' })).toEqual([
      'values-global.yaml',
      'values-hub.yaml',
      'missing unnamed-file values-….yaml',
    ])
    expect(await files({ 'values-4.18-hub.yaml': 'key: kv/new\n' })).toContain('missing unnamed-file values-…-hub.yaml')
  })

  test.each<[string, string]>([
    ['a chart of a registry', '{name: web, chart: vault, chartVersion: 0.1.*}'],
    ['a version, which is of another repository', '{name: web, path: charts/web, chartVersion: 0.1.*}'],
    ['one that is switched off', '{name: web, path: charts/web, disabled: true}'],
    ['one that is taken out', 'null'],
    ['another repository', '{name: web, path: charts/web, repoURL: "https://github.com/team/other"}'],
  ])('%s is none', async (_what, application) => {
    expect(await read({ 'values-hub.yaml': values(application) })).toEqual([])
  })

  test('kustomize and plugins have no values', async () => {
    const { found, notes } = await releases({
      ...chart('charts/web'),
      'values-hub.yaml': values('{name: web, namespace: x, path: charts/web, plugin: {name: p}}'),
    })
    expect([found.length, notes]).toEqual([0, ['{"code":"plugin-source"}']])
  })
})
