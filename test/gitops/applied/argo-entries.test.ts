import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readRepository } from '../../../src/gitops/read-repository.ts'
import { tree } from '../tree.ts'
import { application, appliedTree, component, es, type Files, kustomization } from './applied-tree.ts'

const HOME = { identities: ['team/home'] }
const read = (files: Files) => appliedTree(files, HOME)
const DB: Files = { 'apps/db/kustomization.yaml': kustomization('es.yaml'), 'apps/db/es.yaml': es() }

const applicationSet = (name: string, generators: string, path: string, destination = '{namespace: x}') =>
  `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: ${name}, namespace: argocd}\nspec:\n  generators:\n${generators}  template:\n    metadata: {name: x}\n    spec:\n      destination: ${destination}\n      source: {repoURL: "https://github.com/team/home", path: "${path}"}\n`

describe('entries of Argo CD (applied.md §2.1)', () => {
  test('rule 1: an Application that applies itself is certain; an app of apps', async () => {
    const found = await read({
      'argocd/root.yaml': application('root', 'argocd'),
      'argocd/db.yaml': application('db', 'apps/db'),
      ...DB,
      'left/es.yaml': es('left'),
    })
    expect(found.verdicts).toEqual({
      'apps/db/es.yaml': 'applied → argocd',
      'left/es.yaml': 'not-applied (outside)',
    })
    expect(found.chain('apps/db/es.yaml')).toBe('Application argocd/root > Application argocd/db')
  })

  test('rule 1: a recursive root that only leaves itself out is still the entry (trap 12)', async () => {
    const found = await read({
      'argocd/root.yaml': application('root', 'argocd', '    directory: {recurse: true, exclude: root.yaml}\n'),
      'argocd/apps/db.yaml': application('db', 'apps/db'),
      ...DB,
    })
    expect(found.verdicts).toEqual({ 'apps/db/es.yaml': 'applied → argocd' })
  })

  const set = (inner: string) => `configs: {}\nextraObjects:\n  - ${inner.trimEnd().replaceAll('\n', '\n    ')}\n`

  test.each<[string, Files]>([
    ['a file of values, extraObjects', { 'argocd/values.yaml': set(application('root', 'apps/db')) }],
    [
      'the chart argocd-apps, by name',
      {
        'argocd/values.yaml':
          'applications:\n  root:\n    namespace: argocd\n    source: {repoURL: "https://github.com/team/home", path: apps/db}\n    destination: {namespace: db}\n',
      },
    ],
    [
      'the chart argocd-apps, a list',
      {
        'argocd/values.yaml':
          'applications:\n  - name: root\n    namespace: argocd\n    sources: [{repoURL: "https://github.com/team/home", path: apps/db}]\n    destination: {namespace: db}\n',
      },
    ],
    [
      'Terraform, kubectl_manifest',
      {
        'infra/argocd.tf': `resource "kubectl_manifest" "root" {\n  yaml_body = <<-YAML\n${application('root', 'apps/db').replace(/^(?=.)/gm, '    ')}  YAML\n}\n`,
      },
    ],
    [
      'Terraform, values of a helm_release',
      {
        'infra/argocd.tf': `resource "helm_release" "argocd" {\n  values = [<<EOT\n${set(application('root', 'apps/db'))}EOT\n  ]\n}\n`,
      },
    ],
    [
      'helmCharts of a kustomization',
      {
        'argocd/kustomization.yaml': `helmCharts:\n  - name: argo-cd\n    repo: https://argoproj.github.io/argo-helm\n    valuesInline:\n      ${set(application('root', 'apps/db')).trimEnd().replaceAll('\n', '\n      ')}\n`,
      },
    ],
  ])('rule 2: in values whose carrier is not applied: presumed (%s)', async (_what, files) => {
    const found = await read({ ...files, ...DB, 'left/es.yaml': es('left') })
    expect(found.verdicts['apps/db/es.yaml']).toMatch(/^presumed/)
    expect(found.chain('apps/db/es.yaml')).toContain('Application argocd/root')
    expect(found.verdicts['left/es.yaml']).toMatch(/^(?:not-applied \(outside\)|unclear)/)
  })

  const root = { 'argocd/root.yaml': application('root', 'argocd') }

  test.each<[string, Files]>([
    [
      'values of a HelmRelease',
      {
        ...root,
        'argocd/release.yaml': `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: argocd, namespace: argocd}\nspec:\n  values:\n    ${set(application('db', 'apps/db')).trimEnd().replaceAll('\n', '\n    ')}\n`,
      },
    ],
    [
      'valuesContent of a HelmChart of k3s',
      {
        ...root,
        'argocd/chart.yaml': `apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: argocd, namespace: kube-system}\nspec:\n  valuesContent: |-\n    ${set(application('db', 'apps/db')).trimEnd().replaceAll('\n', '\n    ')}\n`,
      },
    ],
    [
      'values of an Application, as text',
      {
        ...root,
        'argocd/apps.yaml': `${application('apps', 'none').replace(/ {4}path: none\n/, '    chart: argocd-apps\n')}    helm:\n      values: |\n        applications:\n          db:\n            namespace: argocd\n            source: {repoURL: "https://github.com/team/home", path: apps/db}\n            destination: {namespace: db}\n`,
      },
    ],
    [
      'a file of values that an Application names',
      {
        ...root,
        'argocd/apps.yaml':
          'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: apps, namespace: argocd}\nspec:\n  destination: {namespace: argocd}\n  sources:\n    - {repoURL: "https://argoproj.github.io/argo-helm", chart: argocd-apps, helm: {valueFiles: [$values/config/apps.yaml]}}\n    - {repoURL: "https://github.com/team/home", ref: values}\n',
        'config/apps.yaml':
          'applications:\n  db:\n    namespace: argocd\n    source: {repoURL: "https://github.com/team/home", path: apps/db}\n    destination: {namespace: db}\n',
      },
    ],
    [
      'a file of values that an applied kustomization takes',
      {
        'argocd/root.yaml': application('root', 'argocd'),
        'argocd/kustomization.yaml': `${kustomization('root.yaml')}configMapGenerator: [{name: values, files: [values.yaml]}]\n`,
        'argocd/values.yaml': set(application('db', 'apps/db')),
      },
    ],
  ])('rule 2: in values whose carrier is applied: certain (%s)', async (_what, files) => {
    const found = await read({ ...files, ...DB })
    expect(found.verdicts['apps/db/es.yaml']).toBe('applied → argocd')
    expect(found.chain('apps/db/es.yaml')).toContain('Application argocd/db')
  })

  test('rule 3: kustomizations that no other includes are entries each of its own, with its own cluster', async () => {
    const found = await read({
      'argo/base/kustomization.yaml': kustomization('db.yaml'),
      'argo/base/db.yaml': application('db', 'apps/db'),
      'argo/overlays/staging/kustomization.yaml': kustomization('../../base'),
      'argo/overlays/production/kustomization.yaml': kustomization('../../base'),
      ...DB,
    })
    expect(found.verdicts).toEqual({ 'apps/db/es.yaml': 'presumed → production, presumed → staging' })
    expect(found.chain('apps/db/es.yaml').split(' | ').sort()).toEqual([
      'kustomization argo/overlays/production > Application argocd/db',
      'kustomization argo/overlays/staging > Application argocd/db',
    ])
  })

  test('rule 3: overlays of one app of apps lead to the entries of their clusters, by the path that each patches in', async () => {
    const overlay = (name: string) =>
      `${kustomization('../base')}patches:\n  - target: {kind: Application}\n    patch: |\n      - {op: replace, path: /spec/source/path, value: argo/clusters-of/${name}}\n`
    const found = await read({
      'argo/roots/base/kustomization.yaml': kustomization('all.yaml'),
      'argo/roots/base/all.yaml': application('all', 'argo/nowhere'),
      'argo/roots/one/kustomization.yaml': overlay('one'),
      'argo/roots/two/kustomization.yaml': overlay('two'),
      'argo/clusters-of/base/kustomization.yaml': kustomization('db.yaml'),
      'argo/clusters-of/base/db.yaml': application('db', 'apps/db'),
      'argo/clusters-of/one/kustomization.yaml': kustomization('../base'),
      'argo/clusters-of/two/kustomization.yaml': kustomization('../base'),
      ...DB,
    })
    expect(found.verdicts).toEqual({ 'apps/db/es.yaml': 'presumed → argo/roots/one, presumed → argo/roots/two' })
    expect(found.chain('apps/db/es.yaml').split(' | ')[0]).toBe(
      'kustomization argo/roots/one > Application argocd/all > Application argocd/db',
    )
    expect(found.notFollowed).toEqual([])
  })

  test('rule 4: a chart whose templates hold Applications, and that nothing reaches, is an unresolved root', async () => {
    const found = await read({
      'bootstrap/Chart.yaml': 'name: bootstrap\n',
      'bootstrap/templates/apps.yaml': `{{ range .Values.apps }}\n${application('{{ . }}', 'apps/{{ . }}')}{{ end }}\n`,
      'argocd/db.yaml': application('db', 'apps/db'),
      ...DB,
      'left/es.yaml': es('left'),
    })
    expect(found.notFollowed).toMatchObject([
      { title: 'Helm chart bootstrap', unresolved: true, why: { code: 'helm-absent' } },
    ])
    expect(found.verdicts['left/es.yaml']).toBe('unclear (not-followed)')
  })

  test('rule 5: what is left over is presumed, heads first, and not below a dead name', async () => {
    const found = await read({
      'argocd/parent.yaml': application('parent', 'children'),
      'children/db.yaml': application('db', 'apps/db'),
      'archive/old.yaml': application('old', 'apps/old'),
      'apps/old/es.yaml': es('old'),
      ...DB,
    })
    expect(found.verdicts).toEqual({ 'apps/db/es.yaml': 'presumed', 'apps/old/es.yaml': 'not-applied (outside)' })
    expect(found.chain('apps/db/es.yaml')).toBe('Application argocd/parent > Application argocd/db')
  })

  test('a dead name that lives: reach first, name never (trap 16)', async () => {
    const found = await read({
      'argocd/root.yaml': application('root', 'argocd'),
      'argocd/dev.yaml': application('dev', 'tests'),
      'tests/es.yaml': es('tests'),
      'archive/es.yaml': es('archive'),
    })
    expect(found.verdicts).toEqual({
      'tests/es.yaml': 'applied → argocd',
      'archive/es.yaml': 'not-applied (outside)',
    })
  })

  test('what is not called .yaml, .yml or .json is switched off (trap 13)', async () => {
    const found = await read({
      'argocd/root.yaml': application('root', 'argocd'),
      'argocd/db.yaml.disabled': application('db', 'apps/db'),
      'argocd/set.yaml': applicationSet('set', '    - git: {files: [{path: "**/app.yaml"}]}\n', '{{path}}'),
      'apps/web/app.yaml': 'name: web\n',
      'apps/web/es.yaml': es('web'),
      'apps/web/more.yaml': es('more'),
      'apps/off/app.suppress.yaml': 'name: off\n',
      'apps/off/es.yaml': es('off'),
      ...DB,
    })
    expect(found.verdicts).toEqual({
      'apps/web/es.yaml': 'applied → argocd',
      'apps/web/more.yaml': 'applied → argocd',
      'apps/off/es.yaml': 'not-applied (outside)',
      'apps/db/es.yaml': 'not-applied (outside)',
    })
  })

  test('an app of apps in another repository: nothing is known here (step 5, trap 15)', async () => {
    const found = await read({
      'argocd/root.yaml': application('root', 'apps', '', 'https://github.com/team/platform'),
      ...DB,
      'plain/es.yaml': es('plain'),
    })
    expect(found.verdicts).toEqual({ 'apps/db/es.yaml': 'presumed', 'plain/es.yaml': 'presumed' })
    expect(found.notFollowed).toMatchObject([{ unresolved: false, why: { code: 'foreign-source' } }])
  })
})

describe('facts of Argo CD (applied.md §2.2)', () => {
  test('a recursive directory with include is ground for those files only (trap 11)', async () => {
    const found = await read({
      'argocd/root.yaml': application('root', 'argocd'),
      'argocd/apps.yaml': application('apps', 'apps', "    directory: {recurse: true, include: '*.app.yaml'}\n"),
      'apps/x/db.app.yaml': application('db', 'data/db'),
      'apps/x/es.yaml': es('beside'),
      'data/db/es.yaml': es(),
    })
    expect(found.verdicts).toEqual({
      'data/db/es.yaml': 'applied → argocd',
      // Not left out: the directory does not ask for it.
      'apps/x/es.yaml': 'not-applied (outside)',
    })
  })

  test('a recursive directory without include: what it excludes is left out', async () => {
    const found = await read({
      'argocd/root.yaml': application('root', 'argocd'),
      'argocd/apps.yaml': application('apps', 'apps', '    directory: {recurse: true, exclude: "off/*"}\n'),
      'apps/on/es.yaml': es('on'),
      'apps/off/es.yaml': es('off'),
      'apps/on/skipped.yaml': `# +argocd:skip-file-rendering\n${es('skipped')}`,
    })
    expect(found.verdicts).toEqual({
      'apps/on/es.yaml': 'applied → argocd',
      'apps/off/es.yaml': 'not-applied (left-out)',
      'apps/on/skipped.yaml': 'not-applied (left-out)',
    })
  })

  test.each([
    ['Skip', 'not-applied (left-out)'],
    ['PostDelete', 'not-applied (left-out)'],
    ['PreDelete,PostDelete', 'not-applied (left-out)'],
    ['PreSync', 'applied → argocd'],
  ])('hook: %s', async (hook, verdict) => {
    const found = await read({
      'argocd/root.yaml': application('root', 'argocd'),
      'argocd/db.yaml': application('db', 'apps/db'),
      'apps/db/kustomization.yaml': kustomization('es.yaml', 'web.yaml'),
      'apps/db/web.yaml': es('web'),
      'apps/db/es.yaml': es().replace(
        '  name: db\n',
        `  name: db\n  annotations: {argocd.argoproj.io/hook: "${hook}"}\n`,
      ),
    })
    expect(found.verdicts).toEqual({ 'apps/db/web.yaml': 'applied → argocd', 'apps/db/es.yaml': verdict })
  })

  test('skip-reconcile is a suspension', async () => {
    const found = await read({
      'argocd/root.yaml': application('root', 'argocd'),
      'argocd/db.yaml': application('db', 'apps/db').replace(
        'namespace: argocd}',
        'namespace: argocd, annotations: {argocd.argoproj.io/skip-reconcile: "true"}}',
      ),
      ...DB,
    })
    expect(found.verdicts).toEqual({ 'apps/db/es.yaml': 'suspended (suspended) → argocd' })
  })

  test('a set names paths that exist for some of its clusters only; unresolved if none exists (trap 14)', async () => {
    const some = await read({
      'argocd/set.yaml': applicationSet(
        'set',
        '    - list: {elements: [{c: a}, {c: b}, {c: gone}]}\n',
        'components/x/{{c}}',
      ),
      'components/x/a/es.yaml': es('a'),
      'components/x/b/es.yaml': es('b'),
    })
    expect(some.notFollowed).toEqual([])
    const none = await read({
      'argocd/set.yaml': applicationSet('set', '    - list: {elements: [{c: gone}]}\n', 'components/x/{{c}}'),
      'argocd/db.yaml': application('db', 'apps/db'),
      ...DB,
      'left/es.yaml': es('left'),
    })
    expect(none.notFollowed).toMatchObject([{ unresolved: true, why: { code: 'path-absent' } }])
    expect(none.verdicts['left/es.yaml']).toBe('unclear (not-followed)')
  })

  test('over clusters that Git does not know: every folder that the path may mean, presumed, and never outside (trap 14)', async () => {
    const found = await read({
      'argocd/root.yaml': application('root', 'argocd'),
      'argocd/set.yaml': applicationSet(
        'set',
        '    - merge: {mergeKeys: [nameNormalized], generators: [{clusters: {values: {env: staging}}}, {list: {elements: [{nameNormalized: c1, values.dir: c1}]}}]}\n',
        'components/x/{{values.env}}/{{values.dir}}',
        '{server: "{{server}}"}',
      ),
      'components/x/staging/c1/es.yaml': es('c1'),
      'components/x/staging/c2/es.yaml': es('c2'),
      'components/x/production/c1/es.yaml': es('p1'),
    })
    expect(found.verdicts['components/x/staging/c1/es.yaml']).toMatch(/^(?:applied|presumed) → c1/)
    expect(found.verdicts['components/x/staging/c2/es.yaml']).toMatch(/^presumed/)
    expect(found.verdicts['components/x/production/c1/es.yaml']).toBe('not-applied (outside)')
    expect(found.notFollowed).toEqual([])
  })

  test('components outside of the path are ground of their users', async () => {
    const found = await read({
      'argocd/root.yaml': application('root', 'argocd'),
      'argocd/db.yaml': application('db', 'apps/db'),
      'apps/db/kustomization.yaml': `${kustomization('es.yaml')}components: [../../shared/c]\n`,
      'apps/db/es.yaml': es(),
      'shared/c/kustomization.yaml': component('es.yaml'),
      'shared/c/es.yaml': es('shared'),
      'shared/c/left.yaml': es('left'),
    })
    expect(found.verdicts).toEqual({
      'apps/db/es.yaml': 'applied → argocd',
      'shared/c/es.yaml': 'applied → argocd',
      'shared/c/left.yaml': 'not-applied (left-out)',
    })
  })
})

test('a symbolic link that leaves the repository: Argo CD refuses all of it', async () => {
  const app = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: web, namespace: argocd }
spec:
  destination: { server: https://kubernetes.default.svc, namespace: web }
  source: { repoURL: https://github.com/acme/gitops, path: web }
`
  const folder = tree({
    'app.yaml': app,
    'web/es.yaml': 'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: web}\n',
  })
  const read = async () =>
    (await readRepository(['.'], { cwd: folder, variables: {}, identities: ['acme/gitops'] })).notChecked
  expect(await read()).toEqual([])
  symlinkSync('/etc/hosts', join(folder, 'hosts'))
  expect(await read()).toMatchObject([
    { file: 'hosts', what: 'Applications of this repository', reason: { code: 'argocd-refuses' } },
  ])
})
