import { describe, expect, test } from 'vitest'
import { application, appliedTree, es, type Files, flux, kustomization } from './applied-tree.ts'

const HOME = { identities: ['team/home'] }
const left: Files = { 'left/es.yaml': es('left') }

describe('Rancher Fleet (applied.md §3.1)', () => {
  test('a folder with a fleet.yaml is a presumed root: a kustomization, or all below', async () => {
    const found = await appliedTree({
      'fleet/a/fleet.yaml': 'namespace: team-a\n',
      'fleet/a/es.yaml': es('a'),
      'fleet/a/deep/es.yaml': es('deep'),
      'fleet/a/overlays/prod/es.yaml': es('overlay'),
      'fleet/b/fleet.yaml': 'defaultNamespace: team-b\nkustomize: {dir: ./prod}\n',
      'fleet/b/prod/kustomization.yaml': kustomization('es.yaml'),
      'fleet/b/prod/es.yaml': es('b'),
      ...left,
    })
    expect(found.verdicts).toEqual({
      'fleet/a/es.yaml': 'presumed',
      'fleet/a/deep/es.yaml': 'presumed',
      'fleet/a/overlays/prod/es.yaml': 'not-applied (left-out)',
      'fleet/b/prod/es.yaml': 'presumed',
      'left/es.yaml': 'not-applied (outside)',
    })
    expect(found.chain('fleet/a/es.yaml')).toBe('Fleet bundle fleet/a')
    expect(
      found.manifests.filter(({ name }) => name === 'a' || name === 'b').map(({ namespace }) => namespace),
    ).toEqual(['team-a', 'team-b'])
  })

  test('paths of a GitRepo of this repository are; of another one they are not', async () => {
    const repo = (address: string) =>
      `apiVersion: fleet.cattle.io/v1alpha1\nkind: GitRepo\nmetadata: {name: x, namespace: fleet-local}\nspec: {repo: "${address}", paths: [apps/web]}\n`
    const files = { 'apps/web/es.yaml': es('web') }
    const ours = await appliedTree({ ...files, 'fleet.d/repo.yaml': repo('https://github.com/team/home') }, HOME)
    expect(ours.chain('apps/web/es.yaml')).toBe('Fleet bundle apps/web')
    const theirs = await appliedTree({ ...files, 'fleet.d/repo.yaml': repo('https://github.com/vendor/x') }, HOME)
    expect(theirs.chain('apps/web/es.yaml')).toBe('')
  })

  test('charts and what targets change are named', async () => {
    const found = await appliedTree({
      'fleet/a/fleet.yaml': 'targetCustomizations:\n  - {name: prod, clusterName: prod}\n',
      'fleet/a/es.yaml': es('a'),
      'fleet/c/fleet.yaml': 'helm: {chart: ./chart}\n',
      'fleet/c/chart/Chart.yaml': 'name: c\n',
    })
    expect(found.notFollowed).toMatchObject([
      { title: 'Fleet bundle fleet/a', unresolved: false, why: { code: 'kind-not-followed' } },
      { title: 'Fleet bundle fleet/c', unresolved: true, why: { code: 'chart' } },
    ])
  })
})

describe('Validated Patterns (applied.md §3.1)', () => {
  const values =
    'clusterGroup:\n  name: hub\n  applications:\n    web: {name: web, namespace: web-ns, path: apps/web, kustomize: true}\n    chart: {name: chart, namespace: x, path: charts/all/x}\n    vault: {name: vault, chart: hashicorp-vault, chartVersion: 0.1.*}\n'

  test('the paths of values-hub.yaml are presumed roots, charts are named', async () => {
    const found = await appliedTree({
      'values-hub.yaml': values,
      'apps/web/kustomization.yaml': kustomization('es.yaml'),
      'apps/web/es.yaml': es('web'),
      'charts/all/x/Chart.yaml': 'name: x\n',
      'charts/all/x/templates/es.yaml': es('{{ .Release.Name }}'),
      ...left,
    })
    expect(found.verdicts).toEqual({ 'apps/web/es.yaml': 'presumed', 'left/es.yaml': 'unclear (not-followed)' })
    expect(found.chain('apps/web/es.yaml')).toBe('Application web')
    expect(found.manifests.find(({ name }) => name === 'web')?.namespace).toBe('web-ns')
    expect(found.notFollowed).toMatchObject([
      { title: 'Application chart (charts/all/x)', why: { code: 'helm-absent' } },
    ])
  })
})

describe('what is named and not followed (applied.md §3.1)', () => {
  const cluster: Files = {
    'clusters/prod/ks.yaml': `${flux('flux-system', './clusters/prod')}---\n${flux('apps', './apps')}`,
    'apps/es.yaml': es(),
  }

  test.each<[string, Files, string]>([
    ['Helmfile', { 'helmfile.yaml': 'releases: []\n' }, 'Helmfile helmfile.yaml'],
    ['Skaffold', { 'skaffold.yaml': 'apiVersion: skaffold/v4beta1\nkind: Config\n' }, 'Skaffold file skaffold.yaml'],
    ['Tilt', { Tiltfile: 'k8s_yaml(kustomize("x"))\n' }, 'Tiltfile Tiltfile'],
    ['Pulumi', { 'infra/Pulumi.yaml': 'name: x\n' }, 'Pulumi project infra/Pulumi.yaml'],
    [
      'Kargo',
      { 'kargo/stage.yaml': 'apiVersion: kargo.akuity.io/v1alpha1\nkind: Stage\nmetadata: {name: prod}\n' },
      'Kargo object prod',
    ],
    [
      'Sveltos',
      { 's/p.yaml': 'apiVersion: config.projectsveltos.io/v1beta1\nkind: ClusterProfile\nmetadata: {name: p}\n' },
      'Sveltos object p',
    ],
    [
      'ACM',
      { 'acm/s.yaml': 'apiVersion: apps.open-cluster-management.io/v1\nkind: Subscription\nmetadata: {name: s}\n' },
      'Open Cluster Management object s',
    ],
    [
      'Carvel',
      { 'c/app.yaml': 'apiVersion: kappctrl.k14s.io/v1alpha1\nkind: App\nmetadata: {name: c}\n' },
      'Carvel App c',
    ],
  ])('%s: one note, and no unresolved root', async (_what, files, title) => {
    const found = await appliedTree({ ...cluster, ...left, ...files })
    expect(found.notFollowed).toMatchObject([{ title, unresolved: false, why: { code: 'kind-not-followed' } }])
    expect(found.verdicts['left/es.yaml']).toBe('not-applied (outside)')
  })

  test('unresolved where its text names a folder here that holds ESO objects', async () => {
    for (const text of ['releases:\n  - chart: ./left\n', 'deploy:\n  kustomize:\n    paths:\n      - left\n']) {
      const found = await appliedTree({ ...cluster, ...left, 'skaffold.yaml': text })
      expect(found.notFollowed).toMatchObject([{ unresolved: true }])
      expect(found.verdicts['left/es.yaml']).toBe('unclear (not-followed)')
    }
  })

  test('none of them is an Application by its looks', async () => {
    const found = await appliedTree(
      { 'argocd/root.yaml': application('root', 'argocd'), 'argocd/x.yaml': 'applications: 3\nnote: {source: x}\n' },
      HOME,
    )
    expect(found.outputs).toHaveLength(1)
  })
})
