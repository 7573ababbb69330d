import { describe, expect, test } from 'vitest'
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
const render = (files: Files): Promise<Rendering> => renderTree(binary as NonNullable<typeof binary>, files)

const flux = (name: string, spec: string, source = '{kind: GitRepository, name: flux-system}') =>
  `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: ${name}, namespace: flux-system}\nspec:\n  sourceRef: ${source}\n${spec}`

/** `root: namespace/name key` for each ExternalSecret and each root, and the form. */
const reached = (rendering: Rendering) =>
  manifestsOf(rendering, 'ExternalSecret')
    .flatMap((one) =>
      (one.origin.appliedBy.length === 0 ? [{ kind: 'nothing', name: '' }] : one.origin.appliedBy).map(
        ({ kind, name }) =>
          `${`${kind} ${name}`.trim()}: ${one.namespace ?? '?'}/${one.name} ${valueAt(one, KEY)}${one.origin.form === 'plain' ? ' (plain)' : ''}`,
      ),
    )
    .sort()

const patch = (key: string) =>
  `patches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: ${key}}\n`

const app: Files = {
  'apps/db/kustomization.yaml': 'resources: [es.yaml]\n',
  'apps/db/es.yaml': externalSecret('db', 'apps/base/db'),
}

describe.skipIf(binary === undefined)('Flux Kustomizations as roots', () => {
  test('from any GitRepository whose path exists here', async () => {
    const rendering = await render({
      ...app,
      'flux/one.yaml': flux('one', '  path: ./apps/db\n  targetNamespace: one\n'),
      'flux/two.yaml': flux(
        'two',
        '  path: apps/db\n  targetNamespace: two\n',
        '{kind: GitRepository, name: home, namespace: infra}',
      ),
    })
    expect(reached(rendering)).toEqual([
      'Kustomization (Flux) flux-system/one: one/db apps/base/db',
      'Kustomization (Flux) flux-system/two: two/db apps/base/db',
    ])
  })

  test.each(['OCIRepository', 'Bucket'])('from %s: the paths that exist here tell what it holds', async (kind) => {
    const rendering = await render({
      ...app,
      'flux/db.yaml': flux('db', '  path: ./apps/db\n  targetNamespace: shop\n', `{kind: ${kind}, name: artifact}`),
    })
    expect(rendering.notChecked).toEqual([])
    expect(reached(rendering)).toEqual(['Kustomization (Flux) flux-system/db: shop/db apps/base/db'])
  })

  test.each(['OCIRepository', 'Bucket'])(
    'from %s that is ours, at its top: what it holds is not in Git; the files are read as they are',
    async (kind) => {
      const rendering = await renderTree(
        binary as NonNullable<typeof binary>,
        {
          ...app,
          'flux/db.yaml': flux('db', '  path: ./\n  targetNamespace: shop\n', `{kind: ${kind}, name: artifact}`),
          'flux/source.yaml': `apiVersion: source.toolkit.fluxcd.io/v1\nkind: ${kind}\nmetadata: {name: artifact}\nspec: {url: "oci://example.com/shop/deploy/manifests", endpoint: "example.com/shop/deploy"}\n`,
        },
        { identities: ['shop/deploy'] },
      )
      expect(rendering.notChecked).toMatchObject([
        {
          file: 'flux/db.yaml',
          line: 5,
          what: 'Flux Kustomization flux-system/db',
          reason: { code: 'artifact', source: `${kind} artifact` },
        },
      ])
      expect(reached(rendering)).toEqual(['kustomization apps/db: ?/db apps/base/db'])
    },
  )

  test('three levels that only rendered output contains', async () => {
    const child = (name: string, path: string) =>
      `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: ${name}}\nspec: {path: ${path}, sourceRef: {kind: GitRepository, name: flux-system}}\n`
    const rendering = await render({
      'flux/top.yaml': flux(
        'top',
        '  path: ./level1\n  patches:\n    - target: {kind: Kustomization, name: second}\n      patch: |\n        - {op: replace, path: /spec/path, value: ./level2}\n',
      ),
      'level1/kustomization.yaml': 'namespace: flux-system\nnamePrefix: prod-\nresources: [ks.yaml]\n',
      'level1/ks.yaml': child('second', './nowhere'),
      'level2/kustomization.yaml': `namespace: flux-system\nresources: [ks.yaml]\npatches:\n  - target: {kind: Kustomization}\n    patch: |\n      - {op: add, path: /spec/targetNamespace, value: deep}\n      - {op: replace, path: /spec/path, value: ./level3}\n`,
      'level2/ks.yaml': child('third', './nowhere-either'),
      'level3/kustomization.yaml': 'resources: [es.yaml]\n',
      'level3/es.yaml': externalSecret('db', 'apps/level3/db'),
    })
    expect(reached(rendering)).toEqual(['Kustomization (Flux) flux-system/third: deep/db apps/level3/db'])
    const [db] = manifestsOf(rendering, 'ExternalSecret')
    if (db === undefined) throw new Error('not rendered')
    expect(written(rendering, db, ['metadata', 'namespace'])).toBe(
      'level2/kustomization.yaml:6 - {op: add, path: /spec/targetNamespace, value: deep}',
    )
  })

  test('spec.patches: strategic and JSON 6902, by label and annotation selector and by regular expression', async () => {
    const labelled = externalSecret('db', 'apps/base/db').replace(
      '  name: db\n',
      '  name: db\n  labels: {tier: data}\n  annotations: {owner: shop}\n',
    )
    const rendering = await render({
      'apps/db/kustomization.yaml': 'resources: [es.yaml, web.yaml, other.yaml]\n',
      'apps/db/es.yaml': labelled,
      'apps/db/web.yaml': externalSecret('web', 'apps/base/web'),
      'apps/db/other.yaml': externalSecret('other', 'apps/base/other').replace(
        '  name: other\n',
        '  name: other\n  annotations: {owner: shop}\n',
      ),
      'flux/db.yaml': flux(
        'db',
        `  path: ./apps/db
  patches:
    - target: {labelSelector: tier=data}
      patch: |
        - op: replace
          path: /spec/data/0/remoteRef/key
          value: apps/label/db
    - target: {kind: ExternalSecret, name: "w.*"}
      patch: |
        apiVersion: external-secrets.io/v1
        kind: ExternalSecret
        metadata: {name: ignored}
        spec:
          data:
            - secretKey: password
              remoteRef: {key: apps/regex/web}
    - target: {annotationSelector: owner=shop, name: oth.*}
      patch: '[{"op": "replace", "path": "/spec/data/0/remoteRef/key", "value": "apps/annotation/other"}]'
`,
      ),
    })
    const lines = Object.fromEntries(
      manifestsOf(rendering, 'ExternalSecret').map((one) => [valueAt(one, KEY), written(rendering, one, KEY)]),
    )
    expect(lines).toEqual({
      'apps/label/db': 'flux/db.yaml:12 value: apps/label/db',
      'apps/regex/web': 'flux/db.yaml:21 remoteRef: {key: apps/regex/web}',
      'apps/annotation/other': `flux/db.yaml:23 patch: '[{"op": "replace", "path": "/spec/data/0/remoteRef/key", "value": "apps/annotation/other"}]'`,
    })
  })

  test('a strategic patch without target, components, prefix, suffix and commonMetadata', async () => {
    const rendering = await render({
      ...app,
      'components/keys/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n${patch('apps/component/db')}`,
      'flux/db.yaml': flux(
        'db',
        '  path: apps/db\n  components: [../../components/keys]\n  namePrefix: a-\n  nameSuffix: -z\n  commonMetadata:\n    labels: {team: shop}\n    annotations: {owner: me}\n  patches:\n    - patch: |\n        apiVersion: external-secrets.io/v1\n        kind: ExternalSecret\n        metadata: {name: db}\n        spec: {refreshInterval: 5m}\n',
      ),
    })
    const [db] = manifestsOf(rendering, 'ExternalSecret', 'a-db-z')
    if (db === undefined) throw new Error('not rendered')
    expect(valueAt(db, KEY)).toBe('apps/component/db')
    expect(valueAt(db, ['spec', 'refreshInterval'])).toBe('5m')
    expect(written(rendering, db, ['spec', 'refreshInterval'])).toBe('flux/db.yaml:18 spec: {refreshInterval: 5m}')
    expect(valueAt(db, ['metadata', 'labels', 'team'])).toBe('shop')
    expect(written(rendering, db, ['metadata', 'annotations', 'owner'])).toBe(
      'flux/db.yaml:12 annotations: {owner: me}',
    )
  })

  const substituted = (postBuild: string, more: Files = {}, key = 'apps/$' + '{ENV}/db') =>
    render({
      'apps/db/kustomization.yaml': 'resources: [es.yaml]\n',
      'apps/db/es.yaml': externalSecret('db', key),
      'flux/db.yaml': flux('db', `  path: apps/db\n  postBuild:\n${postBuild}`),
      ...more,
    })
  const only = (rendering: Rendering) => {
    const found = manifestsOf(rendering, 'ExternalSecret')
    expect(found).toHaveLength(1)
    const [one] = found as [(typeof found)[0]]
    return {
      key: valueAt(one, KEY),
      unresolved: one.unresolved.map(({ name, lookedIn }) => [name, lookedIn.notInGit]),
      one,
    }
  }

  test.each<[string, string, Files]>([
    [
      'files of a generator, each a variable',
      'ENV',
      {
        'settings/kustomization.yaml': 'configMapGenerator: [{name: settings, files: [ENV=env.txt]}]\n',
        'settings/env.txt': 'prod\n',
      },
    ],
    [
      'a generator that another kustomization merges into',
      'ENV',
      {
        'settings/kustomization.yaml':
          'configMapGenerator: [{name: settings, literals: [ENV=prod], options: {disableNameSuffixHash: true}}]\n',
        'flux/kustomization.yaml': 'resources: [../settings, db.yaml]\n',
      },
    ],
  ])('substituteFrom: %s', async (_form, _name, files) => {
    const { key } = only(await substituted('    substituteFrom: [{kind: ConfigMap, name: settings}]\n', files))
    expect(key).toBe('apps/prod/db')
  })

  test('substitute wins over substituteFrom, and of two the later', async () => {
    const settings = (name: string, data: string) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: ${data}\n`
    const files = {
      'settings/a.yaml': settings('a', '{ENV: a, ZONE: a, SITE: a}'),
      'settings/b.yaml': settings('b', '{ENV: b, ZONE: b}'),
    }
    const from = '    substituteFrom: [{kind: ConfigMap, name: a}, {kind: ConfigMap, name: b}]\n'
    const key = '$' + '{SITE}/$' + '{ZONE}/$' + '{ENV}'
    expect(only(await substituted(`    substitute: {ENV: own}\n${from}`, files, key)).key).toBe('a/b/own')
  })

  test.each([
    ['a Secret that Git does not hold', '[{kind: Secret, name: hidden}]', 'Secret hidden'],
    ['an optional Secret', '[{kind: Secret, name: hidden, optional: true}]', 'Secret hidden'],
    ['an optional ConfigMap', '[{kind: ConfigMap, name: absent, optional: true}]', 'ConfigMap absent'],
  ])('substituteFrom: %s leaves the variable open, and says who was asked', async (_what, list, asked) => {
    const { key, unresolved } = only(await substituted(`    substituteFrom: ${list}\n`))
    expect(key).toBe('apps/$' + '{ENV}/db')
    expect(unresolved).toEqual([['ENV', [asked]]])
  })

  test.each([
    ['annotation', 'annotations'],
    ['label', 'labels'],
  ])('an object that opts out by %s keeps its text', async (_what, field) => {
    const rendering = await render({
      'apps/db/kustomization.yaml': 'resources: [es.yaml]\n',
      'apps/db/es.yaml': externalSecret('db', 'apps/$' + '{ENV}/db').replace(
        '  name: db\n',
        `  name: db\n  ${field}: {kustomize.toolkit.fluxcd.io/substitute: disabled}\n`,
      ),
      'flux/db.yaml': flux('db', '  path: apps/db\n  postBuild: {substitute: {ENV: prod}}\n'),
    })
    expect(only(rendering).key).toBe('apps/$' + '{ENV}/db')
  })
})

describe.skipIf(binary === undefined)('Argo CD as roots', () => {
  const application = (sources: string, name = 'db') =>
    `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: ${name}, namespace: argocd}\nspec:\n  destination: {namespace: shop}\n${sources}`
  const applicationSet = (generators: string, path: string, more = '') =>
    `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: set, namespace: argocd}\nspec:\n  goTemplate: true\n  generators:\n${generators}  template:\n    metadata: {name: x}\n    spec:\n      destination: {namespace: shop}\n      source:\n        repoURL: https://example.com/repo\n        path: '${path}'\n${more}`

  test('several sources: a kustomization, a folder, a chart of another repository, values only', async () => {
    const rendering = await render({
      ...app,
      'apps/db/kustomization.yaml': `resources: [es.yaml]\n${patch('apps/prod/db')}`,
      'plain/es.yaml': externalSecret('plain', 'apps/plain/db'),
      'argo/db.yaml': application(
        '  sources:\n    - {path: apps/db, repoURL: x}\n    - {path: plain, repoURL: x}\n    - {chart: redis, repoURL: y, helm: {valueFiles: [$values/plain/values.yaml]}}\n    - {ref: values, repoURL: x}\n',
      ),
    })
    expect(reached(rendering)).toEqual([
      'Application argocd/db: shop/db apps/prod/db',
      'Application argocd/db: shop/plain apps/plain/db (plain)',
    ])
  })

  test('kustomize options: namespace, prefix, suffix, patches, components, labels, annotations', async () => {
    const rendering = await render({
      ...app,
      'components/store/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - {op: replace, path: /spec/secretStoreRef/name, value: other}\n',
      'argo/db.yaml': application(
        '  source:\n    path: apps/db\n    kustomize:\n      namespace: forced\n      namePrefix: a-\n      nameSuffix: -z\n      commonLabels: {team: shop}\n      commonAnnotations: {owner: me}\n      components: [../../components/store]\n      patches:\n        - target: {kind: ExternalSecret, name: db}\n          patch: |-\n            - op: replace\n              path: /spec/data/0/remoteRef/key\n              value: apps/argo/db\n',
      ),
    })
    const [db] = manifestsOf(rendering, 'ExternalSecret', 'a-db-z')
    if (db === undefined) throw new Error('not rendered')
    expect(db.namespace).toBe('forced')
    expect(written(rendering, db, ['metadata', 'namespace'])).toBe('argo/db.yaml:9 namespace: forced')
    expect(written(rendering, db, KEY)).toBe('argo/db.yaml:20 value: apps/argo/db')
    expect(written(rendering, db, ['spec', 'secretStoreRef', 'name'])).toBe(
      'components/store/kustomization.yaml:6 - {op: replace, path: /spec/secretStoreRef/name, value: other}',
    )
    expect(valueAt(db, ['metadata', 'labels', 'team'])).toBe('shop')
    expect(valueAt(db, ['metadata', 'annotations', 'owner'])).toBe('me')
  })

  test.each<[string, string, string[]]>([
    ['nothing', '', ['a']],
    ['recurse', 'recurse: true', ['a', 'b', 'c', 'd']],
    ['include, over folders', 'recurse: true, include: "{a.yaml,*/c.yaml}"', ['a', 'c']],
    ['exclude', 'recurse: true, exclude: "sub/*"', ['a']],
    ['exclude before include', 'recurse: true, include: "*.yaml", exclude: "*[bc].yaml"', ['a', 'd']],
    ['a single letter', 'recurse: true, include: "?.yaml"', ['a']],
  ])('directory: %s', async (_what, directory, names) => {
    const rendering = await render({
      'plain/a.yaml': externalSecret('a', 'apps/a'),
      'plain/sub/b.yaml': externalSecret('b', 'apps/b'),
      'plain/sub/c.yaml': externalSecret('c', 'apps/c'),
      'plain/sub/deeper/d.yaml': externalSecret('d', 'apps/d'),
      'argo/db.yaml': application(`  source: {path: plain, directory: {${directory}}}\n`),
    })
    expect(
      manifestsOf(rendering, 'ExternalSecret')
        .filter(({ origin }) => origin.appliedBy.length > 0)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(names)
  })

  test('a folder whose Helm chart is here is not checked', async () => {
    const rendering = await render({
      'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
      'charts/db/templates/es.yaml': externalSecret('{{ .Release.Name }}', 'apps/chart/db'),
      'argo/db.yaml': application('  source:\n    path: charts/db\n'),
    })
    expect(rendering.notChecked).toMatchObject([{ file: 'argo/db.yaml', line: 7, reason: { code: 'helm-absent' } }])
  })

  const overlays = Object.fromEntries(
    ['one', 'two', 'skipped'].flatMap((name) => [
      [`envs/${name}/kustomization.yaml`, `resources: [../../base]\n${patch(`apps/${name}/db`)}`],
    ]),
  )
  const base: Files = {
    'base/kustomization.yaml': 'resources: [es.yaml]\n',
    'base/es.yaml': externalSecret('db', 'apps/base/db'),
  }

  test.each<[string, string, string, Files]>([
    [
      'Git directories without an excluded one',
      '    - git: {directories: [{path: envs/*}, {path: envs/skipped, exclude: true}]}\n',
      '{{.path.path}}',
      {},
    ],
    ['a list', '    - list: {elements: [{env: one}, {env: two}]}\n', 'envs/{{.env}}', {}],
    [
      'Git files, in JSON and YAML, in folders',
      '    - git: {files: [{path: "clusters/**/config.*"}, {path: clusters/old/config.yaml, exclude: true}]}\n',
      'envs/{{.cluster.env}}',
      {
        'clusters/a/config.json': '{"cluster": {"env": "one"}}',
        'clusters/eu/b/config.yaml': 'cluster:\n  env: two\n',
        'clusters/old/config.yaml': 'cluster: {env: skipped}\n',
      },
    ],
    [
      'Git files: where each lies',
      '    - git: {files: [{path: "envs/*/app.json"}]}\n',
      '{{.path.path}}',
      { 'envs/one/app.json': '{}', 'envs/two/app.json': '[{"x": 1}]' },
    ],
    [
      'a matrix of a list and Git directories',
      '    - matrix:\n        generators:\n          - list: {elements: [{root: envs}]}\n          - git: {directories: [{path: envs/one}, {path: envs/two}]}\n',
      '{{.root}}/{{.path.basename}}',
      {},
    ],
  ])('an ApplicationSet of %s', async (_what, generators, path, files) => {
    const rendering = await render({
      ...base,
      ...overlays,
      ...files,
      'argo/set.yaml': applicationSet(generators, path),
    })
    expect(reached(rendering)).toEqual([
      'ApplicationSet argocd/set: shop/db apps/one/db',
      'ApplicationSet argocd/set: shop/db apps/two/db',
    ])
    expect(rendering.notChecked).toEqual([])
  })

  const named = (generators: string) => ({
    ...base,
    ...overlays,
    'argo/set.yaml': applicationSet(generators, 'envs/{{.name}}'),
  })
  const everyOverlay = ['one', 'skipped', 'two'].map((name) => `ApplicationSet argocd/set: shop/db apps/${name}/db`)
  const verdicts = (rendering: Rendering) =>
    new Set(manifestsOf(rendering, 'ExternalSecret').map(({ origin }) => origin.applied.verdict))

  // An unknown set takes every folder that its path may mean (applied.md §2.2).
  test.each([
    ['clusters', '    - clusters: {}\n'],
    ['a matrix of clusters', '    - matrix: {generators: [{clusters: {}}, {list: {elements: [{a: b}]}}]}\n'],
  ])('an ApplicationSet of %s: every folder that its path may mean, presumed', async (_what, generators) => {
    const rendering = await render(named(generators))
    expect(reached(rendering)).toEqual(everyOverlay)
    expect(verdicts(rendering)).toEqual(new Set(['presumed']))
    expect(rendering.notChecked).toEqual([])
  })

  test.each([
    ['pullRequest', '    - pullRequest: {github: {owner: o, repo: r}}\n', 'pullRequest'],
    ['a plugin', '    - plugin: {configMapRef: {name: x}}\n', 'plugin'],
  ])('an ApplicationSet of %s: the same, and what it asks is not in Git', async (_what, generators, reason) => {
    const rendering = await render(named(generators))
    expect(rendering.notChecked).toMatchObject([
      {
        file: 'argo/set.yaml',
        line: 7,
        what: 'ApplicationSet argocd/set',
        reason: { code: 'generator-unknown', generators: [reason] },
      },
    ])
    expect(rendering.notFollowed).toMatchObject([{ unresolved: true }])
    expect(reached(rendering)).toEqual(everyOverlay)
    expect(verdicts(rendering)).toEqual(new Set(['presumed']))
  })

  test('clusters, where the path needs nothing of them', async () => {
    const rendering = await render({
      ...base,
      ...overlays,
      'argo/set.yaml': applicationSet('    - clusters: {values: {env: one}}\n', 'envs/{{.values.env}}'),
    })
    expect(reached(rendering)).toContain('ApplicationSet argocd/set: shop/db apps/one/db')
    expect(rendering.notChecked).toEqual([])
  })

  test('an app of apps: the parent patches the path and the namespace of its children', async () => {
    const rendering = await render({
      ...base,
      ...overlays,
      'argo/parent.yaml': application('  source: {path: argo/children}\n', 'parent'),
      'argo/children/kustomization.yaml':
        'resources: [child.yaml]\npatches:\n  - target: {kind: Application}\n    patch: |\n      - {op: replace, path: /spec/source/path, value: envs/two}\n      - {op: replace, path: /spec/destination/namespace, value: prod}\n',
      'argo/children/child.yaml': application('  source: {path: envs/one}\n', 'child'),
    })
    expect(reached(rendering)).toContain('Application argocd/child: prod/db apps/two/db')
    expect(reached(rendering).join()).not.toContain('Application argocd/child: shop')
  })
})

describe.skipIf(binary === undefined)('everything else', () => {
  test('each kustomization that no other one includes; a Component is none; what none lists is read plain, applied by nothing', async () => {
    const rendering = await render({
      'base/kustomization.yaml': 'resources: [es.yaml]\n',
      'base/es.yaml': externalSecret('db', 'apps/base/db'),
      'prod/kustomization.yml': `resources: [../base]\nnamespace: prod\n${patch('apps/prod/db')}`,
      'test/Kustomization': 'resources: [../base]\nnamespace: test\ncomponents: [../c]\n',
      'c/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n${patch('apps/component/db')}`,
      'c2/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [es.yaml]\n',
      'c2/es.yaml': externalSecret('unused', 'apps/unused/db'),
      'base/unlisted.yaml': externalSecret('unlisted', 'apps/unlisted/db'),
    })
    expect(reached(rendering)).toEqual([
      'kustomization prod: prod/db apps/prod/db',
      'kustomization test: test/db apps/component/db',
      'nothing: ?/unlisted apps/unlisted/db (plain)',
      'nothing: ?/unused apps/unused/db (plain)',
    ])
  })
})
