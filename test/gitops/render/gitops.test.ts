import { describe, expect, test } from 'vitest'
import { familyOf } from '../../../src/model/note.ts'
import { kustomizeForTests } from './kustomize-binary.ts'
import {
  externalSecret,
  type Files,
  KEY,
  manifestsOf,
  type Rendering,
  renderTree,
  valueAt,
  written,
} from './render-tree.ts'

const binary = await kustomizeForTests()
const render = (files: Files, variables: Record<string, string> = {}): Promise<Rendering> =>
  renderTree(binary as NonNullable<typeof binary>, files, { variables })

function flux(name: string, spec: string): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
  namespace: flux-system
spec:
  sourceRef: {kind: GitRepository, name: flux-system}
${spec}`
}

const by = (rendering: Rendering) =>
  manifestsOf(rendering, 'ExternalSecret').flatMap(({ origin }) =>
    origin.appliedBy.map(({ kind, name }) => `${kind} ${name}`),
  )

describe.skipIf(binary === undefined)('Flux Kustomizations', () => {
  test('spec.patches, targetNamespace and postBuild; the line is that of the value', async () => {
    const rendering = await render({
      'clusters/prod/db.yaml': flux(
        'db',
        '  path: ./apps/db\n  targetNamespace: shop\n  patches:\n    - target: {kind: ExternalSecret}\n      patch: |\n        - op: replace\n          path: /spec/data/0/remoteRef/key\n          value: apps/${ENV}/db\n  postBuild:\n    substitute:\n      ENV: prod\n',
      ),
      'apps/db/kustomization.yaml': 'resources: [es.yaml]\n',
      'apps/db/es.yaml': externalSecret('db', 'apps/base/db'),
    })
    const [manifest, ...others] = manifestsOf(rendering, 'ExternalSecret')
    expect(others).toEqual([])
    if (manifest === undefined) throw new Error('not rendered')
    expect(manifest.namespace).toBe('shop')
    expect(valueAt(manifest, KEY)).toBe('apps/prod/db')
    expect(written(rendering, manifest, KEY)).toBe('clusters/prod/db.yaml:15 value: apps/${ENV}/db')
    expect(written(rendering, manifest, ['metadata', 'namespace'])).toBe(
      'clusters/prod/db.yaml:9 targetNamespace: shop',
    )
    expect(by(rendering)).toEqual(['Kustomization (Flux) flux-system/db'])
  })

  test('components, prefix and suffix; a path without kustomization gets one with every file below', async () => {
    const rendering = await render({
      'flux/db.yaml': flux(
        'db',
        '  path: apps/db\n  namePrefix: a-\n  nameSuffix: -z\n  components: [../../components/keys]\n',
      ),
      'apps/db/es.yaml': externalSecret('db', 'apps/base/db'),
      'apps/db/sub/deep/other.yaml': externalSecret('other', 'apps/base/other'),
      'apps/db/own/kustomization.yaml': 'resources: [own.yaml]\n',
      'apps/db/own/own.yaml': externalSecret('own', 'apps/base/own'),
      'apps/db/own/unlisted.yaml': externalSecret('unlisted', 'apps/base/unlisted'),
      'components/keys/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n  - target: {kind: ExternalSecret, name: db}\n    patch: |\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/component/db}\n',
    })
    const rendered = manifestsOf(rendering, 'ExternalSecret').filter(({ origin }) => origin.form === 'rendered')
    expect(rendered.map(({ name }) => name).sort()).toEqual(['a-db-z', 'a-other-z', 'a-own-z'])
    const [db] = manifestsOf(rendering, 'ExternalSecret', 'a-db-z')
    if (db === undefined) throw new Error('not rendered')
    expect(written(rendering, db, KEY)).toBe(
      'components/keys/kustomization.yaml:6 - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/component/db}',
    )
    const [other] = manifestsOf(rendering, 'ExternalSecret', 'a-other-z')
    if (other === undefined) throw new Error('not rendered')
    expect(written(rendering, other, KEY)).toBe('apps/db/sub/deep/other.yaml:13 key: apps/base/other')
    // What no root reaches is read plain, and nothing is said to apply it (issue: roots).
    const [unlisted] = manifestsOf(rendering, 'ExternalSecret', 'unlisted')
    expect(unlisted?.origin).toMatchObject({ form: 'plain', appliedBy: [] })
  })

  test('a file beside the folder, which kustomize-controller allows', async () => {
    const rendering = await render({
      'flux/db.yaml': flux('db', '  path: apps/db\n'),
      'apps/db/kustomization.yaml': 'resources: [../shared.yaml]\n',
      'apps/shared.yaml': externalSecret('db', 'apps/shared/db'),
    })
    const [db] = manifestsOf(rendering, 'ExternalSecret')
    if (db === undefined) throw new Error('not rendered')
    expect(db.origin).toMatchObject({ form: 'rendered', file: 'apps/shared.yaml' })
    expect(written(rendering, db, KEY)).toBe('apps/shared.yaml:13 key: apps/shared/db')
  })

  test('a parent patches its children: the child as rendered is what counts', async () => {
    const rendering = await render({
      'flux/cluster.yaml': flux(
        'cluster',
        '  path: ./apps\n  patches:\n    - target: {kind: Kustomization}\n      patch: |\n        - op: add\n          path: /spec/postBuild\n          value:\n            substitute:\n              ENV: prod\n',
      ),
      'apps/kustomization.yaml': 'namespace: shop\nresources: [ks.yaml]\n',
      'apps/ks.yaml':
        'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: db}\nspec:\n  path: ./apps/db/app\n  targetNamespace: data\n  sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}\n',
      'apps/db/app/kustomization.yaml': 'resources: [es.yaml]\n',
      'apps/db/app/es.yaml': externalSecret('db', 'apps/${ENV}/db'),
    })
    const found = manifestsOf(rendering, 'ExternalSecret')
    expect(found).toHaveLength(1)
    const [manifest] = found as [(typeof found)[0]]
    expect([manifest.namespace, valueAt(manifest, KEY), manifest.unresolved]).toEqual(['data', 'apps/prod/db', []])
    expect(by(rendering)).toEqual(['Kustomization (Flux) shop/db'])
    expect(written(rendering, manifest, KEY)).toBe('apps/db/app/es.yaml:13 key: apps/${ENV}/db')
    expect(manifest.origin.appliedBy[0]?.by).toMatchObject({
      kind: 'Kustomization (Flux)',
      name: 'flux-system/cluster',
    })
  })

  test.each<[string, Files]>([
    [
      'literals of a generator',
      {
        'settings/kustomization.yaml':
          'configMapGenerator:\n  - name: settings\n    literals:\n      - A=b\n      - ENV=prod\n    options: {disableNameSuffixHash: true}\n',
      },
    ],
    [
      'an env file of a generator',
      {
        'settings/kustomization.yaml': 'configMapGenerator:\n  - name: settings\n    envs: [cluster.env]\n',
        'settings/cluster.env': '# of the cluster\nA=b\nENV=prod\n',
      },
    ],
    [
      'a ConfigMap',
      { 'settings/settings.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata:\n  ENV: prod\n' },
    ],
  ])('substituteFrom: %s', async (_form, files) => {
    const rendering = await render({
      ...files,
      'flux/db.yaml': flux(
        'db',
        '  path: apps/db\n  postBuild: {substituteFrom: [{kind: ConfigMap, name: settings}]}\n',
      ),
      'apps/db/kustomization.yaml': 'resources: [es.yaml]\n',
      'apps/db/es.yaml': externalSecret('db', 'apps/${ENV}/db'),
    })
    const [manifest] = manifestsOf(rendering, 'ExternalSecret')
    if (manifest === undefined) throw new Error('not rendered')
    expect(valueAt(manifest, KEY)).toBe('apps/prod/db')
    expect(written(rendering, manifest, KEY)).toBe('apps/db/es.yaml:13 key: apps/${ENV}/db')
  })

  test('a variable that nothing resolves says who was asked; the variables input is a last resort', async () => {
    const files = {
      'flux/db.yaml': flux('db', '  path: apps/db\n  postBuild: {substituteFrom: [{kind: Secret, name: hidden}]}\n'),
      'apps/db/kustomization.yaml': 'resources: [es.yaml]\n',
      'apps/db/es.yaml': externalSecret('db', 'apps/${ENV}/db'),
    }
    const [open] = manifestsOf(await render(files), 'ExternalSecret')
    expect(open?.unresolved).toMatchObject([{ name: 'ENV', path: KEY, span: { file: 'apps/db/es.yaml', line: 13 } }])
    expect(open?.unresolved[0]?.lookedIn.notInGit).toEqual(['Secret hidden'])
    const [given] = manifestsOf(await render(files, { ENV: 'prod' }), 'ExternalSecret')
    if (given === undefined) throw new Error('not rendered')
    expect([valueAt(given, KEY), given.unresolved]).toEqual(['apps/prod/db', []])
  })

  test('two Kustomizations of one path are one process; alike outcomes are one Manifest, others are not', async () => {
    const rendering = await render({
      'flux/a.yaml': flux('a', '  path: apps/db\n  postBuild: {substitute: {ENV: prod}}\n'),
      'flux/b.yaml': flux('b', '  path: apps/db\n  postBuild: {substitute: {ENV: prod}}\n'),
      'flux/c.yaml': flux('c', '  path: apps/db\n  postBuild: {substitute: {ENV: test}}\n'),
      'apps/db/kustomization.yaml': 'resources: [es.yaml]\n',
      'apps/db/es.yaml': externalSecret('db', 'apps/${ENV}/db'),
    })
    expect(rendering.stats.processes).toBe(1)
    const found = manifestsOf(rendering, 'ExternalSecret')
    expect(found.map((one) => [valueAt(one, KEY), one.origin.appliedBy.map(({ name }) => name)])).toEqual([
      ['apps/prod/db', ['flux-system/a', 'flux-system/b']],
      ['apps/test/db', ['flux-system/c']],
    ])
  })

  test('a path that is not here, and a source that is another repository', async () => {
    const rendering = await render({
      'flux/gone.yaml': flux('gone', '  path: ./nowhere\n'),
      'flux/other.yaml': flux('other', '  path: ./\n').replace('name: flux-system}', 'name: upstream}'),
      'flux/upstream.yaml':
        'apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: upstream}\nspec: {url: "https://example.com/external-secrets"}\n',
    })
    expect(
      rendering.notes
        .filter((note) => familyOf(note) === 'flux-path-absent')
        .map(({ code, file, line }) => `${code} ${file}:${line}`),
    ).toEqual(['path-absent flux/gone.yaml:8', 'foreign-source flux/other.yaml:7'])
    expect(rendering.stats.processes).toBe(0)
  })
})

describe.skipIf(binary === undefined)('Argo CD', () => {
  const app = (path: string, more = '') =>
    `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: db, namespace: argocd}\nspec:\n  source:\n    path: ${path}\n    repoURL: https://example.com/repo\n${more}  destination:\n    namespace: shop\n`

  test('an Application: kustomize options, and the namespace of the destination', async () => {
    const rendering = await render({
      'argo/db.yaml': app(
        'apps/db',
        '    kustomize:\n      namePrefix: x-\n      patches:\n        - target: {kind: ExternalSecret}\n          patch: |\n            - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/argo/db}\n',
      ),
      'apps/db/kustomization.yaml': 'resources: [es.yaml]\n',
      'apps/db/es.yaml': externalSecret('db', 'apps/base/db'),
    })
    const [manifest] = manifestsOf(rendering, 'ExternalSecret', 'x-db')
    if (manifest === undefined) throw new Error('not rendered')
    expect(manifest.namespace).toBe('shop')
    expect(written(rendering, manifest, ['metadata', 'namespace'])).toBe('argo/db.yaml:15 namespace: shop')
    expect(written(rendering, manifest, KEY)).toBe(
      'argo/db.yaml:13 - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/argo/db}',
    )
    expect(by(rendering)).toEqual(['Application argocd/db'])
  })

  test('an ApplicationSet: Git directories, and a merge of clusters with a list', async () => {
    const set = (name: string, generators: string, path: string) =>
      `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: ${name}}\nspec:\n  generators:\n${generators}\n  template:\n    metadata: {name: x}\n    spec:\n      source:\n        repoURL: https://example.com/repo\n        path: '${path}'\n      destination: {namespace: '{{name}}'}\n`
    const overlay = (key: string) =>
      `resources: [../../base]\npatches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: ${key}}\n`
    const rendering = await render({
      'argo/dirs.yaml': set(
        'dirs',
        '    - git: {directories: [{path: "dirs/*"}, {path: dirs/skip, exclude: true}]}',
        '{{path}}',
      ),
      'dirs/a/kustomization.yaml': 'resources: [es.yaml]\n',
      'dirs/a/es.yaml': externalSecret('a', 'dirs/a'),
      'dirs/skip/kustomization.yaml': 'resources: [es.yaml]\n',
      'dirs/skip/es.yaml': externalSecret('skip', 'dirs/skip'),
      'argo/merge.yaml': set(
        'merge',
        '    - merge:\n        mergeKeys: [nameNormalized]\n        generators:\n          - clusters: {values: {root: comp, env: staging, dir: ""}}\n          - list: {elements: [{nameNormalized: one, values.dir: one}]}',
        '{{values.root}}/{{values.env}}/{{values.dir}}',
      ),
      'comp/base/kustomization.yaml': 'resources: [es.yaml]\n',
      'comp/base/es.yaml': externalSecret('comp', 'comp/base'),
      'comp/staging/one/kustomization.yaml': overlay('comp/staging/one'),
    })
    const found = Object.fromEntries(
      manifestsOf(rendering, 'ExternalSecret').map((one) => [
        String(valueAt(one, KEY)),
        one.origin.appliedBy.map(({ kind, name }) => `${kind} ${name}`),
      ]),
    )
    expect(found).toEqual({
      'dirs/a': ['ApplicationSet dirs'],
      // A kustomization that none of the sets takes is no root where they tell what is applied (applied.md §4.2 O).
      'dirs/skip': [],
      'comp/staging/one': ['ApplicationSet merge'],
    })
    expect(
      manifestsOf(rendering, 'ExternalSecret').find((one) => valueAt(one, KEY) === 'dirs/skip')?.origin.applied,
    ).toEqual({ verdict: 'not-applied', reason: { code: 'outside' } })
  })

  test('a chart at the path is not checked, and says so', async () => {
    const rendering = await render({
      'argo/db.yaml': app('charts/db'),
      'charts/db/Chart.yaml': 'name: db\n',
      'charts/db/templates/es.yaml': externalSecret('{{ .Release.Name }}', 'apps/chart/db'),
    })
    expect(rendering.notChecked).toMatchObject([
      {
        file: 'argo/db.yaml',
        line: 6,
        what: 'Application argocd/db (charts/db)',
        reason: { code: 'helm-absent' },
      },
    ])
  })
})

describe.skipIf(binary === undefined)('kustomizations that nothing names', () => {
  test('each that no other one includes is a root; one base in two overlays keeps one line', async () => {
    const rendering = await render({
      'base/kustomization.yaml': 'resources: [es.yaml]\n',
      'base/es.yaml': externalSecret('db', 'apps/base/db'),
      'a/kustomization.yaml': 'resources: [../base]\nnamespace: a\n',
      'b/kustomization.yaml': 'resources: [../base]\nnamespace: b\n',
    })
    const found = manifestsOf(rendering, 'ExternalSecret')
    expect(found.map(({ namespace }) => namespace).sort()).toEqual(['a', 'b'])
    for (const manifest of found) expect(written(rendering, manifest, KEY)).toBe('base/es.yaml:13 key: apps/base/db')
    expect(by(rendering).sort()).toEqual(['kustomization a', 'kustomization b'])
  })

  test('a root without anything that is checked starts no process', async () => {
    const rendering = await render({
      'a/kustomization.yaml': 'resources: [cm.yaml]\n',
      'a/cm.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n',
    })
    expect(rendering.stats.processes).toBe(0)
  })
})
