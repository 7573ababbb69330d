import { describe, expect, test } from 'vitest'
import { application, appliedTree, es, type Files, flux, kustomization } from './applied-tree.ts'

const values = `image: {tag: x}\nextraObjects:\n  - ${es().trimEnd().replaceAll('\n', '\n    ')}\n`
const cluster: Files = {
  'clusters/prod/ks.yaml': `${flux('flux-system', './clusters/prod')}---\n${flux('apps', './apps', '  postBuild: {substitute: {ENV: prod}}\n')}`,
}

describe('objects in files of values go where something gives a chart that file', () => {
  test('data of a generator, which a release takes: with the variables of the root', async () => {
    const found = await appliedTree({
      ...cluster,
      'apps/kustomization.yaml': `${kustomization('release.yaml')}configMapGenerator: [{name: values, files: [values.yaml]}]\n`,
      'apps/release.yaml':
        'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: app, namespace: app}\nspec:\n  valuesFrom: [{kind: ConfigMap, name: values}]\n',
      'apps/values.yaml': values.replaceAll('kv/db', 'kv/${ENV}/db'),
    })
    expect(found.verdicts).toEqual({ 'apps/values.yaml': 'applied → clusters/prod' })
    expect(found.chain('apps/values.yaml')).toBe(
      'Kustomization (Flux) flux-system/flux-system > Kustomization (Flux) flux-system/apps',
    )
    expect(JSON.stringify(found.manifests.map(({ body }) => body))).toContain('kv/prod/db')
  })

  test('the values file of helmCharts, which are not rendered', async () => {
    const found = await appliedTree({
      ...cluster,
      'apps/kustomization.yaml':
        'helmCharts:\n  - {name: app, repo: "https://charts.example.com", version: 1.0.0, valuesFile: values.yaml}\n',
      'apps/values.yaml': values,
    })
    expect(found.verdicts).toEqual({ 'apps/values.yaml': 'applied → clusters/prod' })
  })

  test('values files of an Application, and those of a chart of this repository', async () => {
    const found = await appliedTree(
      {
        'argocd/root.yaml': application('root', 'argocd'),
        'argocd/app.yaml': application('app', 'charts/app', '    helm: {valueFiles: [../../envs/app.yaml]}\n'),
        'charts/app/Chart.yaml': 'name: app\n',
        'charts/app/values.yaml': values,
        'envs/app.yaml': values,
      },
      { identities: ['team/home'] },
    )
    expect(found.verdicts).toEqual({
      'charts/app/values.yaml': 'applied → argocd',
      'envs/app.yaml': 'applied → argocd',
    })
    expect(found.chain('envs/app.yaml')).toBe('Application argocd/root > Application argocd/app')
  })

  test('what nothing names is never left out by a build, which takes no values', async () => {
    const found = await appliedTree({
      ...cluster,
      'apps/kustomization.yaml': kustomization('es.yaml'),
      'apps/es.yaml': es('web'),
      'apps/values.yaml': values,
      'other/values.yaml': values,
    })
    expect(found.verdicts).toEqual({
      'apps/es.yaml': 'applied → clusters/prod',
      'apps/values.yaml': 'unclear (unreached)',
      'other/values.yaml': 'not-applied (outside)',
    })
  })

  test('without GitOps it is presumed', async () => {
    const found = await appliedTree({ 'charts/values.yaml': values })
    expect(found.verdicts).toEqual({ 'charts/values.yaml': 'presumed' })
  })
})
