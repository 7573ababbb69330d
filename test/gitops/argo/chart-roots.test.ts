import { describe, expect, test } from 'vitest'
import { UNTOLD } from '../../../src/gitops/helm/chart-release.ts'
import { appliedTree, es, type Files, kustomization } from '../applied/applied-tree.ts'
import { chart, releases } from './releases.ts'

const HOME = 'https://github.com/team/home'
const app = (spec: string, name = 'web') =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: ${name}, namespace: argocd}\nspec:\n  project: shop\n  destination: {server: "https://kubernetes.default.svc", namespace: shop}\n${spec}`
const source = (helm: string, path = 'charts/web') => `  source: {repoURL: "${HOME}", path: ${path}, helm: ${helm}}\n`

const one = async (files: Files) => {
  const { found, notes } = await releases({ ...chart('charts/web'), ...files })
  expect(notes).toEqual([])
  expect(found.length).toBe(1)
  return found[0]
}
const layersOf = async (helm: string, files: Files = {}) =>
  (await one({ 'app.yaml': app(source(helm)), ...files }))?.layers

describe('what Argo CD hands to helm (helm.md §1.2)', () => {
  test('a chart without anything: the name and namespace of the Application', async () => {
    expect(await one({ 'app.yaml': app(`  source: {repoURL: "${HOME}", path: ./charts/web}\n`) })).toMatchObject({
      by: 'Application argocd/web',
      chart: 'charts/web',
      name: 'web',
      namespace: 'shop',
      layers: [],
    })
  })

  test('the order of strength', async () => {
    const helm =
      '{fileParameters: [{name: f, path: files/f.txt}], parameters: [{name: a, value: "1", forceString: true}, {name: b, value: "x,y"}], values: "a: 1\\n", valueFiles: [values.yaml, prod.yaml]}'
    expect(await layersOf(helm, { 'charts/web/prod.yaml': '', 'charts/web/files/f.txt': 'f' })).toEqual([
      'charts/web/values.yaml',
      'charts/web/prod.yaml',
      "'a: 1\\n'",
      'set b=x,y',
      'string a=1',
      'file f=charts/web/files/f.txt',
    ])
  })

  test.each<[string, string, readonly string[]]>([
    ['valuesObject takes the place of values', '{values: "a: 1", valuesObject: {b: 2}}', ['{"b":2}']],
    ['an empty valuesObject does not', '{values: "a: 1", valuesObject: {}}', ["'a: 1'"]],
    [
      'of two parameters of a name the last',
      '{parameters: [{name: a, value: "1"}, {name: b, value: "2"}, {name: a, value: "3"}]}',
      ['set b=2', 'set a=3'],
    ],
    [
      'variables of the build',
      '{parameters: [{name: a, value: "$ARGOCD_APP_NAME-${ARGOCD_APP_PROJECT_NAME}-$ARGOCD_APP_NAMESPACE"}, {name: b, value: "$$x$NOBODY."}]}',
      ['set a=web-shop-shop', 'set b=$x.'],
    ],
    [
      'a variable that only the run knows',
      '{parameters: [{name: tag, value: $ARGOCD_APP_REVISION}]}',
      [`set tag=${UNTOLD}`],
    ],
    [
      'a file that is fetched',
      '{valueFiles: ["https://example.com/v.yaml", "secrets://v.yaml"]}',
      ['missing address https', 'missing address secrets'],
    ],
    ['a file whose name only the run knows', '{valueFiles: ["$KUBE_VERSION.yaml"]}', ['missing variable KUBE_VERSION']],
    [
      'missing ones that are forgiven',
      '{ignoreMissingValueFiles: true, valueFiles: [gone.yaml, "x/*.yaml", values.yaml]}',
      ['charts/web/values.yaml'],
    ],
  ])('%s', async (_what, helm, expected) => {
    expect(await layersOf(helm)).toEqual(expected)
  })

  test('paths: from the chart, from the root, and $unknown is the root', async () => {
    const helm = '{valueFiles: [../../env/a.yaml, /env/b.yaml, $typo/env/a.yaml, $ARGOCD_APP_NAME.yaml]}'
    expect(await layersOf(helm, { 'env/a.yaml': '', 'env/b.yaml': '', 'charts/web/web.yaml': '' })).toEqual([
      'env/a.yaml',
      'env/b.yaml',
      'charts/web/web.yaml',
    ])
  })

  test('patterns give in their place what no entry names; a file counts once', async () => {
    const files = { 'env/a.yaml': '', 'env/b.yaml': '', 'env/c.yaml': '', 'env/deep/d.yaml': '' }
    expect(await layersOf('{valueFiles: ["/env/*.yaml", /env/b.yaml, "/env/**/*.yaml"]}', files)).toEqual([
      'env/a.yaml',
      'env/c.yaml',
      'env/b.yaml',
      'env/deep/d.yaml',
    ])
    expect(await layersOf('{valueFiles: ["/env/[a].yaml"]}', { ...files, 'env/[a].yaml': '' })).toEqual([
      'env/[a].yaml',
    ])
  })

  test.each<[string, string]>([
    ['a values file that is not there', '{valueFiles: [gone.yaml]}'],
    ['a pattern that matches nothing', '{valueFiles: ["gone-*.yaml"]}'],
    ['a file parameter', '{fileParameters: [{name: a, path: gone.txt}]}'],
  ])('%s: nothing is rendered, and that is told', async (_what, helm) => {
    const { found, notes } = await releases({ ...chart('charts/web'), 'app.yaml': app(source(helm)) })
    expect(found).toEqual([])
    expect(notes).toEqual([expect.stringContaining('"values-file-absent"')])
  })

  test('name and namespace', async () => {
    expect(
      await one({
        'app.yaml': app(source('{releaseName: shop-web, namespace: other, kubeVersion: v1.30.0, apiVersions: [a/v1]}')),
      }),
    ).toMatchObject({
      name: 'shop-web',
      namespace: 'other',
      release: { kubeVersion: 'v1.30.0', apiVersions: ['a/v1'] },
      root: { namespace: { value: 'shop' } },
    })
  })

  test('sources with $ref: this repository, one whose file is here, another', async () => {
    const spec = (url: string, revision = 'main') =>
      `  sources:\n    - {repoURL: "${HOME}", path: charts/web, helm: {valueFiles: [$values/env/prod.yaml]}}\n    - {repoURL: "${url}", ref: values, targetRevision: ${revision}}\n  source: {repoURL: "${HOME}", path: gone}\n`
    expect((await one({ 'app.yaml': app(spec(HOME)), 'env/prod.yaml': '' }))?.layers).toEqual(['env/prod.yaml'])
    expect(
      (await one({ 'app.yaml': app(spec('https://github.com/team/other')), 'env/prod.yaml': '' }))?.layers,
    ).toEqual(['env/prod.yaml'])
    expect((await one({ 'app.yaml': app(spec('https://github.com/team/other')) }))?.layers).toEqual([
      'missing other-repository $values/env/prod.yaml',
    ])
    expect((await one({ 'app.yaml': app(spec(HOME, 'values-branch')) }))?.layers).toEqual([
      'missing other-repository $values/env/prod.yaml',
    ])
    const { notes } = await releases({ ...chart('charts/web'), 'app.yaml': app(spec(HOME)) })
    expect(notes).toEqual([expect.stringContaining('"values-file-absent"')])
  })

  test('.argocd-source files are merged over the source, those of the Application last', async () => {
    const found = await one({
      'app.yaml': app(source('{parameters: [{name: a, value: "1"}], valueFiles: [values.yaml]}')),
      'charts/web/.argocd-source.yaml':
        'path: elsewhere\nhelm:\n  parameters: [{name: image.tag, value: v2}]\n  valueFiles: null\n',
      'charts/web/.argocd-source-web.yaml': 'helm: {releaseName: patched}\n',
      'charts/web/.argocd-source-other.yaml': 'helm: {releaseName: other}\n',
    })
    expect(found).toMatchObject({ name: 'patched', layers: ['set image.tag=v2'], chart: 'charts/web' })
  })

  test('of a set: everything is filled in, and what Git does not tell stays open', async () => {
    const set = `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: set, namespace: argocd}\nspec:\n  goTemplate: true\n  generators: [{clusters: {selector: {matchLabels: {env: prod}}}}]\n  template:\n    metadata: {name: "web-{{.name}}"}\n    spec:\n      destination: {server: "{{.server}}", namespace: "shop-{{.metadata.labels.env}}"}\n      source:\n        repoURL: ${HOME}\n        path: charts/web\n        helm:\n          valueFiles: ["{{.metadata.labels.env}}.yaml", "{{.name}}.yaml"]\n          ignoreMissingValueFiles: true\n          values: "cluster: {{.name}}"\n          valuesObject: {cluster: "{{.name}}", env: "{{.metadata.labels.env}}"}\n          parameters: [{name: c, value: "{{.name}}"}]\n`
    expect(await one({ 'set.yaml': set, 'charts/web/prod.yaml': '' })).toMatchObject({
      name: `web-${UNTOLD}`,
      namespace: 'shop-prod',
      layers: [
        'charts/web/prod.yaml',
        'missing unnamed-file ….yaml',
        `{"cluster":"${UNTOLD}","env":"prod"}`,
        `set c=${UNTOLD}`,
      ],
    })
  })
})

describe('several sources (helm.md §1.1)', () => {
  test('each is a root; of equal objects that of the last is applied; a single source beside them does not count', async () => {
    const found = await appliedTree(
      {
        'app.yaml': app(
          `  sources:\n    - {repoURL: "${HOME}", path: one}\n    - {repoURL: "${HOME}", path: two}\n    - {repoURL: "${HOME}", ref: values}\n  source: {repoURL: "${HOME}", path: three}\n`,
        ),
        'one/a.yaml': es('a'),
        'one/b.yaml': es('b'),
        'two/a.yaml': es('a'),
        'three/c.yaml': es('c'),
      },
      { identities: ['team/home'] },
    )
    expect(found.chain('one/b.yaml')).toBe('Application argocd/web')
    expect(found.chain('two/a.yaml')).toBe('Application argocd/web')
    expect(found.verdicts['one/a.yaml']).toMatch(/^(?:not-applied|unclear)/)
    expect(found.verdicts['three/c.yaml']).toMatch(/^not-applied/)
  })
})

describe('what kind of source it is (helm.md §1.1)', () => {
  const kindsOf = async (spec: string, files: Files) => {
    const { found, notes } = await releases({ 'app.yaml': app(spec), ...files })
    return [...found.map(({ chart: folder }) => `helm ${folder}`), ...notes]
  }
  const BOTH: Files = {
    ...chart('charts/web'),
    'charts/web/kustomization.yaml': kustomization('es.yaml'),
    'charts/web/es.yaml': es(),
  }

  test('with a chart and a kustomization in one folder kustomize wins, unless the source says otherwise', async () => {
    expect(await kindsOf(source('{}'), BOTH)).toEqual([])
    expect(await kindsOf(source('{releaseName: x}'), BOTH)).toEqual(['helm charts/web'])
    expect(
      await kindsOf(`  source: {repoURL: "${HOME}", path: charts/web, directory: {recurse: true}}\n`, BOTH),
    ).toEqual([])
  })

  test('two kinds are refused', async () => {
    expect(
      await kindsOf(
        `  source: {repoURL: "${HOME}", path: charts/web, helm: {releaseName: x}, kustomize: {namePrefix: p-}}\n`,
        BOTH,
      ),
    ).toEqual(['{"code":"argocd-refuses","says":"multiple application sources defined: Kustomize,Helm"}'])
  })

  test('an empty kind counts as none', async () => {
    expect(
      await kindsOf(
        `  source: {repoURL: "${HOME}", path: charts/web, helm: {}, kustomize: {}, directory: {recurse: false}}\n`,
        chart('charts/web'),
      ),
    ).toEqual(['helm charts/web'])
  })

  test('argocd-cm may switch a tool off: then the folder is one of plain files', async () => {
    const cm =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm, namespace: argocd}\ndata: {helm.enable: "false"}\n'
    expect(await kindsOf(source('{releaseName: x}'), { ...chart('charts/web'), 'cm.yaml': cm })).toEqual([])
    expect(
      await kindsOf(source('{releaseName: x}'), { ...chart('charts/web'), 'cm.yaml': cm.replace('"false"', '"true"') }),
    ).toEqual(['helm charts/web'])
  })

  test('a plugin is not followed', async () => {
    expect(
      await kindsOf(`  source: {repoURL: "${HOME}", path: charts/web, plugin: {name: vault}}\n`, chart('charts/web')),
    ).toEqual(['{"code":"plugin-source"}'])
  })

  test('helm in a folder without a chart, and a file whose name only ends like one', async () => {
    expect(await kindsOf(source('{releaseName: x}', 'plain'), { 'plain/es.yaml': es() })).toEqual([
      '{"code":"chart-absent","folder":"plain"}',
    ])
    expect(await kindsOf(source('{}', 'plain'), { 'plain/MyChart.yaml': 'a: b\n', 'plain/es.yaml': es() })).toEqual([
      '{"code":"chart-absent","folder":"plain"}',
    ])
  })

  test('what a chart takes from charts beside it counts as its own; what brings nothing is not rendered', async () => {
    const quiet = (folder: string, dependencies = '') => ({
      [`${folder}/Chart.yaml`]: `apiVersion: v2\nname: x\nversion: 0.1.0\n${dependencies}`,
    })
    expect(await kindsOf(source('{}', 'umbrella'), { ...quiet('umbrella'), ...chart('umbrella/charts/sub') })).toEqual([
      'helm umbrella',
    ])
    expect(
      await kindsOf(source('{}', 'umbrella'), {
        ...quiet('umbrella', 'dependencies:\n  - {name: lib, repository: "file://../lib"}\n'),
        ...chart('lib'),
      }),
    ).toEqual(['helm umbrella'])
    expect(await kindsOf(source('{}', 'umbrella'), { ...quiet('umbrella'), 'left/es.yaml': es() })).toEqual([])
  })
})
