import { describe, expect, test } from 'vitest'
import { application, appliedTree, component, es, type Files, flux, kustomization, source } from './applied-tree.ts'

const store = (name = 'vault', kind = 'ClusterSecretStore') =>
  `apiVersion: external-secrets.io/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: {provider: {vault: {server: "https://vault.example.com", path: kv}}}\n`

/** An entry that leads to `apps`. */
const cluster: Files = {
  'clusters/prod/ks.yaml': `${flux('flux-system', './clusters/prod')}---\n${flux('apps', './apps')}`,
}

describe('verdicts (applied.md §4.2)', () => {
  test('T: an unlisted file, and a patch that was left behind, which is judged as no object', async () => {
    const found = await appliedTree({
      ...cluster,
      'apps/kustomization.yaml': kustomization('es.yaml'),
      'apps/es.yaml': es(),
      'apps/old.yaml': es('old'),
      'apps/web_patch.yaml':
        'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: web}\nspec: {refreshInterval: 1h}\n',
    })
    expect(found.verdicts).toEqual({
      'apps/es.yaml': 'applied → clusters/prod',
      'apps/old.yaml': 'not-applied (left-out)',
      'apps/web_patch.yaml': 'not-applied (left-out)',
    })
  })

  test('T without any certain entry: what a presumed root leaves out is no entry of its own', async () => {
    const found = await appliedTree({
      'flux/cluster.yaml': flux('apps', './apps'),
      'apps/kustomization.yaml': `resources:\n  - alpha/ks.yaml\n  # - beta/ks.yaml\n`,
      'apps/alpha/ks.yaml': flux('alpha', './apps/alpha/app'),
      'apps/alpha/app/kustomization.yaml': kustomization('es.yaml'),
      'apps/alpha/app/es.yaml': es('alpha'),
      'apps/beta/ks.yaml': flux('beta', './apps/beta/app'),
      'apps/beta/app/kustomization.yaml': kustomization('es.yaml'),
      'apps/beta/app/es.yaml': es('beta'),
    })
    expect(found.verdicts).toEqual({
      'apps/alpha/app/es.yaml': 'presumed',
      'apps/beta/app/es.yaml': 'not-applied (left-out)',
    })
  })

  test('a patch that a build uses is no object of its own', async () => {
    const found = await appliedTree({
      ...cluster,
      'apps/kustomization.yaml': `${kustomization('es.yaml')}patches: [{path: patch.yaml}]\n`,
      'apps/es.yaml': es(),
      'apps/patch.yaml':
        'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db}\nspec: {refreshInterval: 1h}\n',
    })
    expect(found.verdicts).toEqual({ 'apps/es.yaml': 'applied → clusters/prod' })
  })

  test('T needs a build that succeeded: what a failed one would take, or leaves out, is unclear', async () => {
    const found = await appliedTree({
      ...cluster,
      'apps/kustomization.yaml': `${kustomization('es.yaml')}components: [./gone]\n`,
      'apps/es.yaml': es(),
      'apps/old.yaml': es('old'),
    })
    expect(found.verdicts).toEqual({
      'apps/es.yaml': 'unclear (root-failed) → clusters/prod',
      'apps/old.yaml': 'unclear (root-failed)',
    })
  })

  test('N goes on: what an unapplied object would declare', async () => {
    const found = await appliedTree({
      ...cluster,
      'apps/kustomization.yaml': kustomization('es.yaml'),
      'apps/es.yaml': es(),
      'apps/off/ks.yaml': flux('off', './off'),
      'off/kustomization.yaml': kustomization('ks.yaml', 'es.yaml'),
      'off/es.yaml': es('off'),
      'off/ks.yaml': flux('deeper', './deeper'),
      'deeper/es.yaml': es('deeper'),
    })
    expect(found.verdicts).toEqual({
      'apps/es.yaml': 'applied → clusters/prod',
      'off/es.yaml': 'not-applied (declared-by-unapplied)',
      'deeper/es.yaml': 'not-applied (declared-by-unapplied)',
    })
    expect(found.reason('deeper/es.yaml')).toMatchObject({ object: { name: 'flux-system/deeper' } })
  })

  test('N is not said of what an applied root builds as well', async () => {
    const found = await appliedTree({
      ...cluster,
      'apps/kustomization.yaml': kustomization('ks.yaml'),
      'apps/ks.yaml': flux('on', './shared'),
      'apps/off/ks.yaml': flux('off', './shared'),
      'shared/es.yaml': es('shared'),
    })
    expect(found.verdicts).toEqual({ 'shared/es.yaml': 'applied → clusters/prod' })
  })

  test('C: a Component that nothing names; one that a root names counts', async () => {
    const found = await appliedTree({
      'clusters/prod/ks.yaml': `${flux('flux-system', './clusters/prod')}---\n${flux('apps', './apps')}---\n${flux('alone', './components/alone')}`,
      'apps/kustomization.yaml': `${kustomization('es.yaml')}components: [../components/used]\n`,
      'apps/es.yaml': es(),
      'components/used/kustomization.yaml': component('es.yaml'),
      'components/used/es.yaml': es('used'),
      'components/alone/kustomization.yaml': component('es.yaml'),
      'components/alone/es.yaml': es('alone'),
      'components/idle/kustomization.yaml': component('es.yaml'),
      'components/idle/es.yaml': es('idle'),
    })
    expect(found.verdicts).toEqual({
      'apps/es.yaml': 'applied → clusters/prod',
      'components/used/es.yaml': 'applied → clusters/prod',
      'components/alone/es.yaml': 'applied → clusters/prod',
      'components/idle/es.yaml': 'not-applied (component-unused)',
    })
    expect(found.reason('components/idle/es.yaml')).toMatchObject({ folder: 'components/idle' })
  })

  test('a Component of which all users are unapplied is N, not C', async () => {
    const found = await appliedTree({
      ...cluster,
      'apps/kustomization.yaml': kustomization('es.yaml'),
      'apps/es.yaml': es(),
      'apps/off/ks.yaml': flux('off', './off'),
      'off/kustomization.yaml': `${kustomization('es.yaml')}components: [../components/c]\n`,
      'off/es.yaml': es('off'),
      'components/c/kustomization.yaml': component('es.yaml'),
      'components/c/es.yaml': es('c'),
    })
    expect(found.verdicts['components/c/es.yaml']).toBe('not-applied (declared-by-unapplied)')
  })

  const outside: Files = { 'other/es.yaml': es('other') }
  const apps: Files = { 'apps/es.yaml': es() }

  test('O: outside of all ground, and every root is resolved', async () => {
    const found = await appliedTree({ ...cluster, ...apps, ...outside })
    expect(found.verdicts['other/es.yaml']).toBe('not-applied (outside)')
  })

  test('O falls to a kustomization of its own too: where GitOps leads somewhere, it is no root', async () => {
    const found = await appliedTree({
      ...cluster,
      ...apps,
      'other/kustomization.yaml': kustomization('es.yaml'),
      ...outside,
    })
    expect(found.verdicts['other/es.yaml']).toBe('not-applied (outside)')
  })

  test.each<[string, Files]>([
    ['a path that is not here', { 'clusters/prod/gone.yaml': flux('gone', './gone') }],
    ['a path that is not filled', { 'clusters/prod/open.yaml': flux('open', './${CLUSTER}') }],
    [
      'a chart',
      {
        'clusters/prod/app.yaml': application('app', 'charts/app'),
        'charts/app/Chart.yaml': 'name: app\n',
        'charts/app/templates/es.yaml': es('{{ .x }}'),
      },
    ],
    [
      'a plugin of Argo CD',
      {
        'clusters/prod/app.yaml': application('app', 'plugin', '    plugin: {name: x}\n'),
        'plugin/x.yaml': 'kind: ConfigMap\n',
      },
    ],
    [
      'an artifact',
      {
        'clusters/prod/ks2.yaml': `${source('oci', 'oci://ghcr.io/team/home', 'OCIRepository')}---\n${flux('art', './', '', 'OCIRepository/oci')}`,
      },
    ],
  ])('one unresolved root takes O away: %s', async (_what, files) => {
    const found = await appliedTree({ ...cluster, ...apps, ...outside, ...files }, { identities: ['team/home'] })
    expect(found.notFollowed.filter(({ unresolved }) => unresolved)).toHaveLength(1)
    expect(found.verdicts['other/es.yaml']).toBe('unclear (not-followed)')
    expect(found.verdicts['apps/es.yaml']).toBe('applied → clusters/prod')
  })

  test.each<[string, Files]>([
    [
      'a foreign root',
      {
        'clusters/prod/f.yaml': `${source('v', 'https://github.com/vendor/x')}---\n${flux('f', './x', '', 'GitRepository/v')}`,
      },
    ],
    ['a path that is gone where the object lies below a dead name', { 'archive/ks.yaml': flux('gone', './gone') }],
    [
      'a chart that brings nothing of ESO',
      { 'clusters/prod/app.yaml': application('app', 'charts/app'), 'charts/app/Chart.yaml': 'name: app\n' },
    ],
  ])('and these are none: %s', async (_what, files) => {
    const found = await appliedTree({ ...cluster, ...apps, ...outside, ...files }, { identities: ['team/home'] })
    expect(found.verdicts['other/es.yaml']).toBe('not-applied (outside)')
  })

  test('O is said of no more files than are reached, dead names not counted', async () => {
    const more = await appliedTree({ ...cluster, ...apps, ...outside, 'other/web.yaml': es('web') })
    expect(more.verdicts['other/es.yaml']).toBe('unclear (unreached)')
    const dead = await appliedTree({
      ...cluster,
      ...apps,
      ...outside,
      'archive/a.yaml': es('a'),
      'archive/b.yaml': es('b'),
    })
    expect(dead.verdicts['other/es.yaml']).toBe('not-applied (outside)')
    expect(dead.verdicts['archive/a.yaml']).toBe('not-applied (outside)')
  })

  test('S: a store by hand that applied references name is presumed; one that nothing names, or that is applied elsewhere, is not (trap 17)', async () => {
    const named = await appliedTree({
      ...cluster,
      ...apps,
      'apps/web.yaml': es('web'),
      'bootstrap/store.yaml': store(),
      'bootstrap/other.yaml': store('other'),
    })
    expect(named.verdicts['bootstrap/store.yaml']).toBe('presumed')
    expect(named.verdicts['bootstrap/other.yaml']).toBe('not-applied (outside)')
    // The same where a root was not followed, which may bring it.
    const open = await appliedTree({
      ...cluster,
      ...apps,
      'clusters/prod/gone.yaml': flux('gone', './gone'),
      'bootstrap/store.yaml': store(),
    })
    expect(open.verdicts['bootstrap/store.yaml']).toBe('presumed')
    const twice = await appliedTree({
      ...cluster,
      ...apps,
      'apps/store.yaml': store(),
      'bootstrap/store.yaml': store(),
    })
    expect(twice.verdicts['bootstrap/store.yaml']).toBe('not-applied (outside)')
  })

  test('a template of a chart that nothing reaches is unclear at most', async () => {
    const found = await appliedTree({
      ...cluster,
      ...apps,
      'charts/x/Chart.yaml': 'name: x\n',
      'charts/x/templates/es.yaml': es('x'),
    })
    expect(found.verdicts['charts/x/templates/es.yaml']).toBe('unclear (not-followed)')
    const plain = await appliedTree({ 'charts/x/Chart.yaml': 'name: x\n', 'charts/x/templates/es.yaml': es('x') })
    expect(plain.verdicts['charts/x/templates/es.yaml']).toBe('unclear (not-followed)')
  })

  test('YAML in flow style is seen (trap 25)', async () => {
    const flow =
      '{apiVersion: kustomize.toolkit.fluxcd.io/v1, "kind": "Kustomization", metadata: {name: apps}, spec: {path: apps}}\n'
    const found = await appliedTree({
      'flux/ks.yaml': flow,
      'apps/es.yaml':
        '{"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", metadata: {name: db}, spec: {}}\n',
    })
    expect(found.chain('apps/es.yaml')).toBe('Kustomization (Flux) apps')
  })
})

describe('commands (applied.md §3.2)', () => {
  test('lift what they name out of O, and make nothing else unapplied', async () => {
    const found = await appliedTree({
      ...cluster,
      'apps/es.yaml': es(),
      'bootstrap/kustomization.yaml': kustomization('es.yaml'),
      'bootstrap/es.yaml': es('boot'),
      'bootstrap/beside.yaml': es('beside'),
      Makefile: 'bootstrap:\n\tkubectl apply -k bootstrap\n',
    })
    expect(found.verdicts).toEqual({
      'apps/es.yaml': 'applied → clusters/prod',
      'bootstrap/es.yaml': 'presumed',
      'bootstrap/beside.yaml': 'not-applied (outside)',
    })
    expect(found.chain('bootstrap/es.yaml')).toBe('command bootstrap')
  })

  test('are no GitOps: without any the rest stays presumed', async () => {
    const found = await appliedTree({
      'README.md': 'kubectl apply -k overlays/prod\n',
      'overlays/prod/kustomization.yaml': kustomization('es.yaml'),
      'overlays/prod/es.yaml': es('prod'),
      'overlays/prod/left.yaml': es('left'),
      'overlays/test/kustomization.yaml': kustomization('es.yaml'),
      'overlays/test/es.yaml': es('test'),
      'plain/es.yaml': es('plain'),
    })
    expect(found.verdicts).toEqual({
      'overlays/prod/es.yaml': 'presumed',
      'overlays/prod/left.yaml': 'presumed',
      'overlays/test/es.yaml': 'presumed',
      'plain/es.yaml': 'presumed',
    })
  })

  test('kustomize build in CI is a test: what Flux applies stays as Flux applies it (trap 18)', async () => {
    const found = await appliedTree({
      ...cluster,
      'apps/kustomization.yaml': kustomization('es.yaml'),
      'apps/es.yaml': es(),
      'overlays/ci/kustomization.yaml': `${kustomization('../../apps')}namespace: ci\n`,
      '.github/workflows/test.yaml': 'jobs: {a: {steps: [{run: kustomize build overlays/ci}]}}\n',
    })
    expect(found.verdicts).toEqual({ 'apps/es.yaml': 'applied → clusters/prod' })
    expect(found.manifests.map(({ namespace }) => namespace)).toEqual([undefined])
  })

  test('with a variable what fits is unclear, and not outside', async () => {
    const found = await appliedTree({
      ...cluster,
      'apps/es.yaml': es(),
      'deploy.sh': 'kubectl apply -k "overlays/$ENV"\n',
      'overlays/prod/es.yaml': es('prod'),
      'archive/es.yaml': es('old'),
    })
    expect(found.verdicts).toEqual({
      'apps/es.yaml': 'applied → clusters/prod',
      'overlays/prod/es.yaml': 'unclear (not-followed)',
      'archive/es.yaml': 'not-applied (outside)',
    })
    expect(found.reason('overlays/prod/es.yaml')).toMatchObject({ span: { file: 'deploy.sh', line: 1 } })
  })
})

describe('without GitOps (applied.md §4.1 step 5)', () => {
  test('kustomizations that no other includes, Components aside; then plain files; dead names are not presumed', async () => {
    const found = await appliedTree({
      'base/kustomization.yaml': kustomization('es.yaml'),
      'base/es.yaml': es(),
      'overlays/prod/kustomization.yaml': kustomization('../../base'),
      'c/kustomization.yaml': component('es.yaml'),
      'c/es.yaml': es('c'),
      'plain/es.yaml': es('plain'),
      'examples/es.yaml': es('example'),
    })
    expect(found.verdicts).toEqual({
      'base/es.yaml': 'presumed',
      'c/es.yaml': 'not-applied (component-unused)',
      'plain/es.yaml': 'presumed',
      'examples/es.yaml': 'not-applied (outside)',
    })
  })

  test('a folder that is given is a repository, whatever it is called', async () => {
    const found = await appliedTree({ 'examples/one/es.yaml': es(), 'examples/one/two/es.yaml': es('two') })
    expect(found.verdicts).toEqual({ 'examples/one/es.yaml': 'presumed', 'examples/one/two/es.yaml': 'presumed' })
  })
})
