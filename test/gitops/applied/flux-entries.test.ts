import { describe, expect, test } from 'vitest'
import { appliedTree, component, es, flux, fluxInstance, kustomization, source } from './applied-tree.ts'

const APPS = { 'kubernetes/apps/kustomization.yaml': kustomization('es.yaml'), 'kubernetes/apps/es.yaml': es() }
const HOME = { identities: ['team/home'] }

describe('entries of Flux (applied.md §1.1)', () => {
  test('a FluxInstance: certain, its path is the cluster; what lies outside is not applied', async () => {
    const found = await appliedTree(
      {
        'flux/instance.yaml': fluxInstance('kubernetes/cluster'),
        'kubernetes/cluster/kustomization.yaml': kustomization('apps.yaml'),
        'kubernetes/cluster/apps.yaml': flux('apps', './kubernetes/apps'),
        ...APPS,
        'elsewhere/es.yaml': es('other'),
      },
      HOME,
    )
    expect(found.verdicts).toEqual({
      'kubernetes/apps/es.yaml': 'applied → kubernetes/cluster',
      'elsewhere/es.yaml': 'not-applied (outside)',
    })
    expect(found.chain('kubernetes/apps/es.yaml')).toBe(
      'FluxInstance flux-system/flux-system > Kustomization (Flux) flux-system/apps',
    )
  })

  test('in the values of a HelmRelease, inside the tree that only it can reach (trap 7)', async () => {
    const release =
      'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: flux-instance, namespace: flux-system}\nspec:\n  values:\n    instance:\n      sync: {kind: GitRepository, url: "https://github.com/team/home.git", path: kubernetes}\n'
    const found = await appliedTree(
      {
        'kubernetes/kustomization.yaml': kustomization('apps', 'flux/release.yaml'),
        'kubernetes/flux/release.yaml': release,
        ...APPS,
      },
      HOME,
    )
    expect(found.verdicts).toEqual({ 'kubernetes/apps/es.yaml': 'applied → kubernetes' })
  })

  test('in a file of values of the chart flux-instance', async () => {
    const found = await appliedTree(
      {
        'bootstrap/flux-instance/values.yaml':
          'instance:\n  sync: {kind: GitRepository, url: "https://github.com/team/home", path: kubernetes/apps}\n',
        ...APPS,
      },
      HOME,
    )
    expect(found.verdicts).toEqual({ 'kubernetes/apps/es.yaml': 'applied → kubernetes/apps' })
  })

  test('its kustomize.patches change the Kustomization that the operator makes', async () => {
    const found = await appliedTree(
      {
        'flux/instance.yaml': fluxInstance(
          'kubernetes/apps',
          '  kustomize:\n    patches:\n      - target: {kind: Kustomization}\n        patch: |\n          - op: add\n            path: /spec/postBuild\n            value: {substitute: {ENV: prod}}\n',
        ),
        ...APPS,
        'kubernetes/apps/es.yaml': es('${ENV}'),
      },
      HOME,
    )
    expect(found.manifests.map(({ name }) => name)).toContain('prod')
  })

  test('gotk-sync, and any Kustomization that is in what it builds', async () => {
    for (const name of ['flux-system', 'cluster']) {
      const found = await appliedTree({
        'clusters/prod/flux-system/gotk-sync.yaml': `${source('flux-system', 'ssh://git@github.com/team/home')}---\n${flux(name, './clusters/prod')}`,
        'clusters/prod/flux-system/kustomization.yaml': kustomization('gotk-sync.yaml'),
        'clusters/prod/apps.yaml': flux('apps', './kubernetes/apps'),
        ...APPS,
      })
      expect(found.verdicts).toEqual({ 'kubernetes/apps/es.yaml': 'applied → clusters/prod' })
      expect(found.chain('kubernetes/apps/es.yaml')).toBe(
        `Kustomization (Flux) flux-system/${name} > Kustomization (Flux) flux-system/apps`,
      )
    }
  })

  test('the same document counts, not the file: one of two applies itself', async () => {
    const found = await appliedTree({
      'cluster/kustomization.yaml': kustomization('ks.yaml'),
      // A kustomization takes the whole file; the second document builds a folder that does not hold it.
      'cluster/ks.yaml': `${flux('cluster', './cluster')}---\n${flux('apps', './kubernetes/apps')}`,
      ...APPS,
    })
    expect(found.chain('kubernetes/apps/es.yaml')).toBe(
      'Kustomization (Flux) flux-system/cluster > Kustomization (Flux) flux-system/apps',
    )
  })

  test('one path, one root: a FluxInstance and the sync Kustomization of the same', async () => {
    const found = await appliedTree(
      {
        'kubernetes/apps/kustomization.yaml': kustomization('es.yaml', 'gotk-sync.yaml'),
        'kubernetes/apps/gotk-sync.yaml': flux('flux-system', './kubernetes/apps'),
        'kubernetes/apps/es.yaml': es(),
        'flux/instance.yaml': fluxInstance('kubernetes/apps'),
      },
      HOME,
    )
    expect(found.chain('kubernetes/apps/es.yaml')).toBe('FluxInstance flux-system/flux-system')
    expect(found.outputs).toHaveLength(1)
  })

  const terraform = (path: string) =>
    `resource "flux_bootstrap_git" "this" {\n  depends_on = [github_repository_deploy_key.this]\n  path = "${path}"\n}\n`

  test('Terraform: flux_bootstrap_git', async () => {
    const found = await appliedTree({
      'infra/flux.tf': terraform('kubernetes/apps'),
      ...APPS,
      'other/es.yaml': es('x'),
    })
    expect(found.verdicts).toEqual({
      'kubernetes/apps/es.yaml': 'applied → kubernetes/apps',
      'other/es.yaml': 'not-applied (outside)',
    })
    expect(found.chain('kubernetes/apps/es.yaml')).toBe('Terraform flux_bootstrap_git.this')
  })

  test('Terraform with a variable: unresolved, unless something applies itself', async () => {
    const open = terraform('clusters/${var.cluster}')
    const alone = await appliedTree({
      'infra/flux.tf': open,
      'apps/ks.yaml': flux('apps', './kubernetes/apps'),
      ...APPS,
      'other/es.yaml': es('x'),
    })
    expect(alone.verdicts['other/es.yaml']).toBe('unclear (not-followed)')
    const known = await appliedTree({
      'infra/flux.tf': open,
      'clusters/prod/ks.yaml': `${flux('flux-system', './clusters/prod')}---\n${flux('apps', './kubernetes/apps')}`,
      ...APPS,
      'other/es.yaml': es('x'),
    })
    expect(known.verdicts).toEqual({
      'kubernetes/apps/es.yaml': 'applied → clusters/prod',
      'other/es.yaml': 'not-applied (outside)',
    })
  })

  test('nothing known: a Kustomization that nothing leads to is presumed', async () => {
    const found = await appliedTree({ 'flux/apps.yaml': flux('apps', './kubernetes/apps'), ...APPS })
    expect(found.verdicts).toEqual({ 'kubernetes/apps/es.yaml': 'presumed' })
  })

  test('a ResourceSet is named, and unresolved only if it may lead to what is judged', async () => {
    const set = (resources: string) =>
      `apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSet\nmetadata: {name: tenants, namespace: flux-system}\nspec:\n  resources:\n${resources}`
    const files = { 'flux/apps.yaml': flux('apps', './kubernetes/apps'), ...APPS, 'other/es.yaml': es('x') }
    const leads = await appliedTree({
      ...files,
      'flux/set.yaml': set(
        '    - apiVersion: kustomize.toolkit.fluxcd.io/v1\n      kind: Kustomization\n      metadata: {name: << inputs.name >>}\n',
      ),
    })
    expect(leads.verdicts['other/es.yaml']).toBe('unclear (not-followed)')
    const harmless = await appliedTree({
      ...files,
      'flux/set.yaml': set('    - apiVersion: v1\n      kind: Namespace\n'),
    })
    expect(harmless.verdicts['other/es.yaml']).toBe('not-applied (outside)')
    for (const { notFollowed } of [leads, harmless])
      expect(notFollowed).toMatchObject([
        { title: 'ResourceSet flux-system/tenants', why: { code: 'kind-not-followed', kind: 'ResourceSet' } },
      ])
  })
})

describe('what a Kustomization builds (applied.md §1.3)', () => {
  const cluster = { 'clusters/prod/ks.yaml': `${flux('flux-system', './clusters/prod')}---\n${flux('apps', './apps')}` }

  test.each(['', '.', './', '/'])('path "%s" is the root of the source', async (path) => {
    const found = await appliedTree({
      'flux/all.yaml': flux('all', `"${path}"`),
      'es.yaml': es(),
      'a/b/es.yaml': es('deep'),
    })
    expect(found.verdicts).toEqual({ 'es.yaml': 'applied → .', 'a/b/es.yaml': 'applied → .' })
  })

  test('generated: all below, a folder with its own kustomization as one, what source-controller leaves out not', async () => {
    const found = await appliedTree({
      ...cluster,
      'apps/es.yaml': es(),
      'apps/deep/er/es.yml': es('deep'),
      'apps/own/kustomization.yaml': kustomization('es.yaml'),
      'apps/own/es.yaml': es('own'),
      'apps/own/left.yaml': es('left'),
      'apps/.github/es.yaml': es('ci'),
      'apps/es.json': JSON.stringify({
        apiVersion: 'external-secrets.io/v1',
        kind: 'ExternalSecret',
        metadata: { name: 'json' },
      }),
    })
    expect(found.verdicts).toEqual({
      'apps/es.yaml': 'applied → clusters/prod',
      'apps/deep/er/es.yml': 'applied → clusters/prod',
      'apps/own/es.yaml': 'applied → clusters/prod',
      'apps/own/left.yaml': 'not-applied (left-out)',
      'apps/.github/es.yaml': 'not-applied (left-out)',
      'apps/es.json': 'not-applied (left-out)',
    })
  })

  test('.sourceignore adds to what is left out; spec.ignore replaces the list', async () => {
    const files = {
      ...cluster,
      'apps/es.yaml': es(),
      'apps/local/es.yaml': es('local'),
      'apps/.github/es.yaml': es('ci'),
    }
    const added = await appliedTree({ ...files, '.sourceignore': '# not for the cluster\napps/local/\n' })
    expect(added.verdicts['apps/local/es.yaml']).toBe('not-applied (left-out)')
    expect(added.verdicts['apps/.github/es.yaml']).toBe('not-applied (left-out)')
    const replaced = await appliedTree({
      ...files,
      'clusters/prod/source.yaml': source(
        'flux-system',
        'https://github.com/team/home',
        'GitRepository',
        '  ignore: |\n    /*\n    !/apps\n    !/clusters\n',
      ),
    })
    expect(replaced.verdicts['apps/local/es.yaml']).toBe('applied → clusters/prod')
    expect(replaced.verdicts['apps/.github/es.yaml']).toBe('applied → clusters/prod')
  })

  test('a stranger among the files fails the whole build: what is there is unclear, and the file is named (trap 20)', async () => {
    const found = await appliedTree({
      ...cluster,
      'apps/es.yaml': es(),
      'apps/values.yaml': 'replicas: 2\nimage: {tag: x}\n',
    })
    expect(found.verdicts).toEqual({ 'apps/es.yaml': 'unclear (root-failed) → clusters/prod' })
    expect(found.notFollowed).toMatchObject([
      {
        title: 'Flux Kustomization flux-system/apps',
        unresolved: true,
        span: { file: 'apps/values.yaml' },
        why: { code: 'not-a-manifest' },
      },
    ])
  })

  test('a parent patches its children: the built object counts (trap 5)', async () => {
    const found = await appliedTree({
      'clusters/prod/ks.yaml': `${flux('flux-system', './clusters/prod')}---\n${flux(
        'apps',
        './apps',
        '  patches:\n    - target: {kind: Kustomization}\n      patch: |\n        - {op: replace, path: /spec/path, value: ./providers/local/db}\n',
      )}`,
      'apps/kustomization.yaml': kustomization('ks.yaml'),
      'apps/ks.yaml': flux('db', './providers/__PROVIDER__/db'),
      'providers/local/db/es.yaml': es(),
      'other/es.yaml': es('x'),
    })
    expect(found.verdicts).toEqual({
      'providers/local/db/es.yaml': 'applied → clusters/prod',
      // The path as it is written leads nowhere, and no root is unresolved by it.
      'other/es.yaml': 'not-applied (outside)',
    })
  })

  test('components outside of the path are applied under each user, with its variables (trap 19)', async () => {
    const found = await appliedTree({
      'clusters/prod/ks.yaml': `${flux('flux-system', './clusters/prod')}---\n${flux('a', './apps/a', '  targetNamespace: a\n  postBuild: {substitute: {APP: a}}\n')}---\n${flux('b', './apps/b', '  targetNamespace: b\n  postBuild: {substitute: {APP: b}}\n')}`,
      'apps/a/kustomization.yaml': `${kustomization()}components: [../../components/volsync]\n`.replace(
        'resources:\n',
        '',
      ),
      'apps/b/kustomization.yaml': `${kustomization()}components: [../../components/volsync]\n`.replace(
        'resources:\n',
        '',
      ),
      'components/volsync/kustomization.yaml': component('es.yaml'),
      'components/volsync/es.yaml': es('${APP}-volsync'),
    })
    expect(found.manifests.map(({ namespace, name }) => `${namespace}/${name}`).sort()).toEqual([
      'a/a-volsync',
      'b/b-volsync',
    ])
    expect(found.verdicts).toEqual({ 'components/volsync/es.yaml': 'applied → clusters/prod' })
  })

  test('suspended, itself or above: applied as it was, and it is said what suspends', async () => {
    const found = await appliedTree({
      'clusters/prod/ks.yaml': `${flux('flux-system', './clusters/prod')}---\n${flux('apps', './apps', '  suspend: true\n')}`,
      'apps/kustomization.yaml': kustomization('es.yaml', 'ks.yaml'),
      'apps/es.yaml': es(),
      'apps/ks.yaml': flux('below', './below'),
      'below/es.yaml': es('below'),
    })
    expect(found.verdicts).toEqual({
      'apps/es.yaml': 'suspended (suspended) → clusters/prod',
      'below/es.yaml': 'suspended (suspended) → clusters/prod',
    })
    expect(found.reason('below/es.yaml')).toMatchObject({ by: { name: 'flux-system/apps' } })
  })

  test('kubeConfig: the cluster is the one of the Secret, and so is that of all below', async () => {
    const found = await appliedTree({
      'clusters/hub/ks.yaml': `${flux('flux-system', './clusters/hub')}---\n${flux('edge', './edge', '  kubeConfig: {secretRef: {name: edge-1}}\n')}`,
      'edge/kustomization.yaml': kustomization('es.yaml', 'ks.yaml'),
      'edge/es.yaml': es(),
      'edge/ks.yaml': flux('below', './below'),
      'below/es.yaml': es('below'),
    })
    expect(found.verdicts).toEqual({ 'edge/es.yaml': 'applied → edge-1', 'below/es.yaml': 'applied → edge-1' })
  })

  test('config.kubernetes.io/local-config keeps an object out', async () => {
    const found = await appliedTree({
      ...cluster,
      'apps/kustomization.yaml': kustomization('es.yaml', 'local.yaml'),
      'apps/es.yaml': es(),
      'apps/local.yaml': es('local').replace(
        '  name: local\n',
        '  name: local\n  annotations: {config.kubernetes.io/local-config: "true"}\n',
      ),
    })
    expect(found.verdicts).toEqual({
      'apps/es.yaml': 'applied → clusters/prod',
      'apps/local.yaml': 'not-applied (left-out)',
    })
  })

  test.each([
    ['reconcile', 'disabled'],
    ['ssa', 'Ignore'],
  ])('the annotation %s: %s: applied once and no more', async (name, value) => {
    const found = await appliedTree({
      ...cluster,
      'apps/es.yaml': es().replace(
        '  name: db\n',
        `  name: db\n  annotations: {kustomize.toolkit.fluxcd.io/${name}: ${value}}\n`,
      ),
    })
    expect(found.verdicts).toEqual({ 'apps/es.yaml': 'suspended (not-updated) → clusters/prod' })
    expect(found.reason('apps/es.yaml')).toMatchObject({ at: { file: 'apps/es.yaml', line: 5 } })
  })

  test('a release of a chart of this repository: its templates are unclear', async () => {
    const release =
      'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: app, namespace: app}\nspec:\n  chart: {spec: {chart: ./charts/app, sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}}}\n'
    const found = await appliedTree({
      ...cluster,
      'apps/release.yaml': release,
      'charts/app/Chart.yaml': 'name: app\n',
      'charts/app/templates/es.yaml': es('chart'),
      'other/es.yaml': es('x'),
    })
    expect(found.verdicts['charts/app/templates/es.yaml']).toBe('unclear (not-followed)')
    expect(found.notFollowed).toMatchObject([
      { title: 'HelmRelease app/app (charts/app)', unresolved: true, why: { code: 'helm-absent' } },
    ])
  })
})

describe('objects that nobody lists (applied.md §1.4)', () => {
  test('a Kustomization whose line is commented out is T, and what only it leads to is N (trap 1)', async () => {
    const found = await appliedTree({
      'clusters/prod/ks.yaml': `${flux('flux-system', './clusters/prod')}---\n${flux('apps', './apps')}`,
      'apps/kustomization.yaml': `${kustomization('new/ks.yaml')}  # - old/ks.yaml\n`,
      'apps/new/ks.yaml': flux('new', './workloads/new'),
      'apps/old/ks.yaml': flux('old', './workloads/old'),
      'apps/old/es.yaml': es('beside'),
      'workloads/new/es.yaml': es('new'),
      'workloads/old/kustomization.yaml': kustomization('es.yaml'),
      'workloads/old/es.yaml': es('old'),
    })
    expect(found.verdicts).toEqual({
      'workloads/new/es.yaml': 'applied → clusters/prod',
      'apps/old/es.yaml': 'not-applied (left-out)',
      'workloads/old/es.yaml': 'not-applied (declared-by-unapplied)',
    })
    for (const file of ['apps/old/es.yaml', 'workloads/old/es.yaml'])
      expect(found.reason(file)).toMatchObject({ commented: { file: 'apps/kustomization.yaml', line: 5 } })
    expect(found.reason('workloads/old/es.yaml')).toMatchObject({ object: { name: 'flux-system/old' } })
  })

  test('any ancestor that a root builds governs, not only the nearest kustomization (trap 2)', async () => {
    const found = await appliedTree({
      'clusters/prod/ks.yaml': `${flux('flux-system', './clusters/prod')}---\n${flux('apps', './apps')}`,
      'apps/kustomization.yaml': kustomization('new/ks.yaml'),
      'apps/new/ks.yaml': flux('new', './apps/new/app'),
      'apps/new/app/es.yaml': es('new'),
      'apps/old/kustomization.yaml': kustomization('app'),
      'apps/old/app/kustomization.yaml': kustomization('es.yaml'),
      'apps/old/app/es.yaml': es('old'),
    })
    expect(found.verdicts).toEqual({
      'apps/new/app/es.yaml': 'applied → clusters/prod',
      'apps/old/app/es.yaml': 'not-applied (left-out)',
    })
    expect(found.reason('apps/old/app/es.yaml')).toMatchObject({ by: { name: 'flux-system/apps' }, folder: 'apps' })
  })

  test('of several documents in one file one is commented out: its folder is T though the file is applied (trap 8)', async () => {
    const found = await appliedTree({
      'clusters/prod/ks.yaml': `${flux('flux-system', './clusters/prod')}---\n${flux('apps', './apps')}`,
      'apps/kustomization.yaml': kustomization('x/ks.yaml'),
      'apps/x/ks.yaml': `${flux('web', './apps/x/web')}# ---\n${flux('gpt', './apps/x/gpt').replace(/^(?=.)/gm, '# ')}`,
      'apps/x/web/es.yaml': es('web'),
      'apps/x/gpt/es.yaml': es('gpt'),
    })
    expect(found.verdicts).toEqual({
      'apps/x/web/es.yaml': 'applied → clusters/prod',
      'apps/x/gpt/es.yaml': 'not-applied (left-out)',
    })
    expect(found.reason('apps/x/gpt/es.yaml')).toMatchObject({ commented: { file: 'apps/x/ks.yaml', line: 12 } })
  })

  test('rendered copies are applied, their sources are not, and the copy is said (trap 9)', async () => {
    const found = await appliedTree({
      'clusters/prod/ks.yaml': `${flux('flux-system', './clusters/prod')}---\n${flux('c1', './prod/c1')}`,
      'prod/c1/kustomization.yaml': kustomization('deploy.yaml'),
      'prod/c1/deploy.yaml': es(),
      'prod/c1/resources/es.yaml': es(),
    })
    expect(found.verdicts).toEqual({
      'prod/c1/deploy.yaml': 'applied → clusters/prod',
      'prod/c1/resources/es.yaml': 'not-applied (left-out)',
    })
    expect(found.reason('prod/c1/resources/es.yaml')).toMatchObject({ copy: { file: 'prod/c1/deploy.yaml', line: 1 } })
  })

  test('$patch: delete in one overlay: a verdict for each cluster (trap 10)', async () => {
    const remove =
      'patches:\n  - patch: |\n      $patch: delete\n      apiVersion: external-secrets.io/v1\n      kind: ExternalSecret\n      metadata: {name: db}\n'
    const found = await appliedTree({
      'clusters/docker/ks.yaml': `${flux('flux-system', './clusters/docker')}---\n${flux('apps', './overlays/docker')}`,
      'clusters/hetzner/ks.yaml': `${flux('flux-system', './clusters/hetzner')}---\n${flux('apps', './overlays/hetzner')}`,
      'base/kustomization.yaml': kustomization('es.yaml', 'web.yaml'),
      'base/es.yaml': es(),
      'base/web.yaml': es('web'),
      'overlays/docker/kustomization.yaml': `${kustomization('../../base')}${remove}`,
      'overlays/hetzner/kustomization.yaml': kustomization('../../base'),
    })
    expect(found.verdicts).toEqual({
      'base/es.yaml': 'applied → clusters/hetzner',
      'base/web.yaml': 'applied → clusters/docker, applied → clusters/hetzner',
    })
  })
})
