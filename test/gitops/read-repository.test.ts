import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readRepository } from '../../src/gitops/read-repository.ts'
import { NO_FLUX } from '../../src/model/manifest.ts'
import { familyOf } from '../../src/model/note.ts'
import { externalSecret, fluxKustomization, kustomization, only, read, summary, tree } from './tree.ts'

const es = externalSecret('db', 'kv/db')
const indent = (text: string, by: number) => text.replace(/^(?=.)/gm, ' '.repeat(by))

describe('objects', () => {
  it('reads several documents, lists, JSON, KYAML, CRLF, a byte order mark and null documents', async () => {
    const json = JSON.stringify({
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name: 'json' },
    })
    const repository = await read({
      'many.yaml': `---\n---\n${externalSecret('one', 'kv/1')}---\n# nothing\n---\n${externalSecret('two', 'kv/2')}`,
      'list.yaml': `apiVersion: v1\nkind: List\nitems:\n  -\n${indent(externalSecret('item', 'kv/item'), 4)}`,
      'a.json': json,
      'kyaml.yaml':
        '---\n{\n  apiVersion: "external-secrets.io/v1",\n  kind: "ExternalSecret",\n  metadata: {\n    name: "kyaml",\n  },\n}\n',
      'crlf.yaml': externalSecret('crlf', 'kv/crlf').replaceAll('\n', '\r\n'),
      'bom.yaml': `\uFEFF${externalSecret('bom', 'kv/bom')}`,
    })
    expect(summary(repository)).toEqual([
      '?/bom kv/bom',
      '?/crlf kv/crlf',
      '?/item kv/item',
      '?/json',
      '?/kyaml',
      '?/one kv/1',
      '?/two kv/2',
    ])
    const place = (name: string) => {
      const found = repository.manifests.find((manifest) => manifest.name === name)
      const span = found?.spanOf(['metadata', 'name'])
      return [found?.origin.document, span?.line, span?.column]
    }
    expect(place('two')).toEqual([3, 19, 9])
    expect(place('item')).toEqual([0, 8, 13])
    expect(place('bom')).toEqual([0, 4, 9])
    expect(place('crlf')).toEqual([0, 4, 9])
    expect(repository.sourceLine('crlf.yaml', 4)).toBe('  name: crlf')
    expect(repository.notes).toEqual([])
    expect(repository.counts).toMatchObject({ files: 6, externalSecrets: 7, manifests: 7 })
  })

  it('keeps only the kinds that matter, and no secret data', async () => {
    const object = (kind: string, apiVersion = 'v1', more = '') =>
      `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\n${more}---\n`
    const repository = await read({
      'all.yaml': [
        object('Namespace'),
        object('ServiceAccount'),
        object('Secret', 'v1', 'data: {password: aHVudGVyMg==}\nstringData: {token: hunter2}\n'),
        object('ConfigMap', 'v1', 'data: {a: b}\n'),
        object('ClusterRoleBinding', 'rbac.authorization.k8s.io/v1', 'roleRef: {name: "system:auth-delegator"}\n'),
        object('ClusterRole', 'rbac.authorization.k8s.io/v1', 'rules: [{resources: [pods]}]\n'),
        object('Deployment', 'apps/v1'),
        object('CustomResourceDefinition', 'apiextensions.k8s.io/v1'),
        object('HelmRelease', 'helm.toolkit.fluxcd.io/v2', 'spec: {chart: {spec: {chart: other, version: 1}}}\n'),
        object('Password', 'generators.external-secrets.io/v1alpha1'),
        object('Service', 'v1'),
      ].join(''),
    })
    expect(repository.manifests.map(({ kind }) => kind)).toEqual([
      'Namespace',
      'ServiceAccount',
      'Secret',
      'ConfigMap',
      'ClusterRoleBinding',
      'Password',
    ])
    expect(only(repository, 'Secret').body).toMatchObject({ data: { password: null }, stringData: { token: null } })
    expect(JSON.stringify(repository.manifests)).not.toMatch(/hunter2|aHVudGVyMg/)
  })

  it('recognises Helm templates, also when they parse', async () => {
    const repository = await read({
      'chart/Chart.yaml': 'name: x\n',
      'chart/templates/quoted.yaml': externalSecret('{{ "x" }}', '"{{ .Values.key }}"'),
      'chart/templates/plain.yaml': externalSecret('plain', 'kv/plain'),
      'elsewhere.yaml': externalSecret('x', 'kv/x').replace('kv/x', '{{ .Values.key }}'),
      'broken.yaml': `{{- if .Values.on }}\n${es}{{- end }}\n`,
      'fine.yaml': externalSecret('fine', '"{{ .x }}"'),
    })
    expect(summary(repository)).toEqual(['?/fine {{ .x }}', '?/plain kv/plain'])
    expect(repository.notes.map((note) => `${familyOf(note)} ${note.file}`).sort()).toEqual([
      'template-not-rendered broken.yaml',
      'template-not-rendered chart/templates/quoted.yaml',
      'template-not-rendered elsewhere.yaml',
    ])
  })

  it('counts what does not parse and keeps the rest of the file', async () => {
    const repository = await read({
      'a.yaml': `${es}---\nkind: List\na: [\n---\n${externalSecret('two', 'kv/2')}`,
      'b.yaml': `kind: Secret\n\ta: 1\n`,
    })
    expect(summary(repository)).toEqual(['?/db kv/db', '?/two kv/2'])
    expect(repository.notes.map(({ code, file, line }) => [code, file, line])).toEqual([
      // The line of the bracket that nothing closes.
      ['yaml-unparseable', 'a.yaml', 13],
      ['yaml-unparseable', 'b.yaml', 2],
    ])
  })

  it('finds ignore comments', async () => {
    const repository = await read({
      'a.yaml': es.replace('spec:', '# eso-vault: ignore[secret-absent] seeded later\nspec:'),
    })
    expect(repository.comments('a.yaml')).toEqual([
      { line: 5, text: 'eso-vault: ignore[secret-absent] seeded later', alone: true },
    ])
    expect(repository.comments('none.yaml')).toEqual([])
  })

  it('caps the number of documents', async () => {
    const cwd = tree({ 'a.yaml': `${es}---\n${es}`, 'b.yaml': es, 'c.yaml': es })
    const { notes, counts } = await readRepository(['.'], { cwd, variables: {}, maxDocuments: 2 })
    expect(counts.documents).toBe(2)
    expect(notes).toEqual([{ code: 'documents-too-many', file: '.', count: 2, documents: 2 }])
  })
})

describe('variables without Flux', () => {
  it('stay as written, except those that the input gives', async () => {
    const files = { 'a.yaml': externalSecret('${APP}-x', 'kv/${ENV}/${OTHER:=x}/$${ESCAPED}') }
    const plain = only(await read(files))
    expect(plain.unresolved.map(({ name }) => name)).toEqual(['APP', 'ENV', 'OTHER'])
    const given = only(await read(files, { ENV: 'prod', APP: 'a' }))
    expect(summary(await read(files, { ENV: 'prod', APP: 'a' }))).toEqual(['?/a-x kv/prod/${OTHER:=x}/$${ESCAPED}'])
    expect(given.unresolved.map(({ name, lookedIn }) => [name, lookedIn])).toEqual([['OTHER', NO_FLUX]])
  })
})

describe('objects inside objects (field.md §3, §6)', () => {
  const cases: [string, string, string, string, number][] = [
    [
      'HelmRelease extraObjects',
      `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: app, namespace: apps}\nspec:\n  values:\n    extraObjects:\n      -\n${indent(es, 8)}`,
      'apps/db kv/db',
      'HelmRelease app',
      11,
    ],
    [
      "a subchart's extraDeploy as text",
      `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: app}\nspec:\n  targetNamespace: target\n  values:\n    sub:\n      extraDeploy:\n        - |\n${indent(es, 10)}`,
      'target/db kv/db',
      'HelmRelease app',
      13,
    ],
    [
      'Argo CD valuesObject',
      `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: app}\nspec:\n  destination: {namespace: dest}\n  source:\n    helm:\n      valuesObject:\n        extraObjects:\n          -\n${indent(es, 12)}`,
      'dest/db kv/db',
      'Application app',
      14,
    ],
    [
      'Argo CD values text of one of several sources',
      `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: app}\nspec:\n  destination: {namespace: dest}\n  sources:\n    - helm:\n        values: |\n          extraManifests:\n            -\n${indent(es, 14)}`,
      'dest/db kv/db',
      'Application app',
      14,
    ],
    [
      'Kyverno generate',
      'apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec:\n  rules:\n    - match: {any: [{resources: {kinds: [Namespace]}}]}\n      generate:\n        apiVersion: external-secrets.io/v1\n        kind: ExternalSecret\n        name: db\n        namespace: "{{request.object.metadata.name}}"\n        data:\n          spec:\n            data:\n              - remoteRef: {key: kv/db}\n',
      '{{request.object.metadata.name}}/db kv/db',
      'ClusterPolicy p',
      10,
    ],
    [
      'rawResources by name',
      'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: app, namespace: apps}\nspec:\n  values:\n    rawResources:\n      db:\n        apiVersion: external-secrets.io/v1\n        kind: ExternalSecret\n        spec:\n          spec:\n            data:\n              - remoteRef: {key: kv/db}\n',
      'apps/db kv/db',
      'HelmRelease app',
      8,
    ],
  ]
  it.each(cases)('%s', async (_, text, expected, holder, line) => {
    const repository = await read({ 'a.yaml': text })
    expect(summary(repository)).toEqual([expected])
    const manifest = only(repository)
    expect(manifest.origin).toMatchObject({ file: 'a.yaml', embeddedIn: holder })
    expect(manifest.spanOf(['metadata', 'name']).line).toBe(line)
    const key = manifest.spanOf(['spec', 'data', 0, 'remoteRef', 'key'])
    expect(text.split('\n')[key.line - 1]?.slice(key.column - 1, key.endColumn - 1)).toBe('kv/db')
  })

  it('finds them in plain values files, with no namespace', async () => {
    expect(summary(await read({ 'values.yaml': `replicas: 1\nextraObjects:\n  -\n${indent(es, 4)}` }))).toEqual([
      '?/db kv/db',
    ])
  })

  it.each([
    [
      'Flux healthCheckExprs',
      `${fluxKustomization('a', './a')}  healthCheckExprs:\n    - {apiVersion: external-secrets.io/v1, kind: ExternalSecret, current: "true"}\n`,
    ],
    [
      'Kyverno match',
      'apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec:\n  rules:\n    - match: {resources: {apiVersion: external-secrets.io/v1, kind: ExternalSecret}}\n',
    ],
    [
      'Kyverno clone',
      'apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec:\n  rules:\n    - generate: {apiVersion: external-secrets.io/v1, kind: ExternalSecret, name: x, clone: {name: y}}\n',
    ],
    [
      'any other field',
      'apiVersion: v1\nkind: Foo\nmetadata: {name: p}\nspec:\n  template:\n    apiVersion: external-secrets.io/v1\n    kind: ExternalSecret\n',
    ],
  ])('%s is no object', async (_, text) => {
    expect((await read({ 'a.yaml': text })).manifests).toEqual([])
  })

  it('go where their holder goes', async () => {
    const release = `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: app}\nspec:\n  values:\n    extraObjects:\n      -\n${indent(externalSecret('db', 'kv/${ENV}'), 8)}`
    const repository = await read({
      'ks.yaml': fluxKustomization('app', './app', 'targetNamespace: n', 'postBuild: {substitute: {ENV: prod}}'),
      'app/release.yaml': release,
    })
    expect(summary(repository)).toEqual(['n/db kv/prod'])
  })
})

describe('Argo CD', () => {
  const application = (path: string, ...source: string[]) =>
    [
      'apiVersion: argoproj.io/v1alpha1',
      'kind: Application',
      'metadata: {name: app}',
      'spec:',
      '  destination: {namespace: dest}',
      '  source:',
      `    path: ${path}`,
      ...source.map((line) => `    ${line}`),
      '',
    ].join('\n')

  it('gives its destination to what says no namespace', async () => {
    const repository = await read({
      'app.yaml': application('workloads'),
      'workloads/a.yaml': es,
      'workloads/b.yaml': externalSecret('own', 'kv/own', 'own'),
      'workloads/deeper/c.yaml': externalSecret('deep', 'kv/deep'),
    })
    expect(summary(repository)).toEqual(['?/deep kv/deep', 'dest/db kv/db', 'own/own kv/own'])
    expect(repository.manifests.find(({ name }) => name === 'db')?.origin.appliedBy).toEqual([
      expect.objectContaining({ kind: 'Application', name: 'app' }),
    ])
  })

  it('builds kustomizations with its own options, and recurses when told', async () => {
    const repository = await read({
      'app.yaml': application('workloads', 'kustomize: {namespace: forced, namePrefix: p-}'),
      'workloads/kustomization.yaml': kustomization('resources: [a.yaml]'),
      'workloads/a.yaml': externalSecret('db', 'kv/db', 'own'),
      'plain.yaml': application('plain', 'directory: {recurse: true}'),
      'plain/x/y.yaml': externalSecret('y', 'kv/y'),
    })
    expect(summary(repository)).toEqual(['dest/y kv/y', 'forced/p-db kv/db'])
  })

  it('reads ApplicationSets with list and Git directory generators', async () => {
    const set = (generator: string, path: string, namespace: string) =>
      `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: set}\nspec:\n  generators:\n    - ${generator}\n  template:\n    metadata: {name: x}\n    spec:\n      destination: {namespace: "${namespace}"}\n      source: {path: "${path}"}\n`
    const repository = await read({
      'list.yaml': set('list: {elements: [{env: prod}, {env: test}]}', 'envs/{{env}}', 'ns-{{env}}'),
      'git.yaml': set(
        'git: {directories: [{path: dirs/*}, {path: dirs/skip, exclude: true}]}',
        '{{path}}',
        '{{path.basename}}',
      ),
      'envs/prod/a.yaml': externalSecret('a', 'kv/a'),
      'envs/test/b.yaml': externalSecret('b', 'kv/b'),
      'dirs/one/c.yaml': externalSecret('c', 'kv/c'),
      'dirs/skip/d.yaml': externalSecret('d', 'kv/d'),
    })
    expect(summary(repository)).toEqual(['?/d kv/d', 'ns-prod/a kv/a', 'ns-test/b kv/b', 'one/c kv/c'])
  })
})

describe('installed ESO', () => {
  const release = (spec: string) =>
    `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: eso, namespace: eso}\nspec: ${spec}\n`
  it.each([
    [
      'HelmRelease',
      { 'a.yaml': release('{chart: {spec: {chart: external-secrets, version: 1.2.1}}}') },
      '1.2.1',
      'a.yaml',
      4,
    ],
    [
      'OCIRepository',
      {
        'a.yaml':
          'apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: x}\nspec:\n  url: oci://ghcr.io/external-secrets/charts/external-secrets\n  ref:\n    tag: 2.7.0\n',
      },
      '2.7.0',
      'a.yaml',
      7,
    ],
    [
      'k3s HelmChart',
      {
        'a.yaml':
          'apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: x}\nspec:\n  chart: external-secrets/external-secrets\n  version: v0.9.1\n',
      },
      '0.9.1',
      'a.yaml',
      6,
    ],
    [
      'Argo CD Application',
      {
        'a.yaml':
          'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: x}\nspec:\n  sources:\n    - chart: external-secrets\n      targetRevision: 0.10.*\n',
      },
      '0.10.*',
      'a.yaml',
      7,
    ],
    [
      'kustomize helmCharts',
      { 'kustomization.yaml': kustomization('helmCharts:', '  - name: external-secrets', '    version: 0.9.5') },
      '0.9.5',
      'kustomization.yaml',
      5,
    ],
    [
      'a release URL',
      {
        'kustomization.yaml': kustomization(
          'resources:',
          '  - https://raw.githubusercontent.com/external-secrets/external-secrets/v0.9.0/deploy/crds/bundle.yaml',
        ),
      },
      '0.9.0',
      'kustomization.yaml',
      4,
    ],
    [
      'a chart dependency',
      { 'Chart.yaml': 'name: umbrella\ndependencies:\n  - name: external-secrets\n    version: 0.17.0\n' },
      '0.17.0',
      'Chart.yaml',
      4,
    ],
    [
      'a Flux variable',
      {
        'ks.yaml': fluxKustomization('a', './a', 'postBuild: {substitute: {V: 2.0.0}}'),
        'a/r.yaml': release('{chart: {spec: {chart: external-secrets, version: "${V}"}}}'),
      },
      '2.0.0',
      'a/r.yaml',
      4,
    ],
  ])('%s', async (_, files, version, file, line) => {
    const found = (await read(files as Record<string, string>)).installedEso
    expect(found.map((one) => [one.version, one.span.file, one.span.line])).toEqual([[version, file, line]])
  })

  it('takes no other chart for it', async () => {
    const other = release('{chart: {spec: {chart: external-secrets-stores, version: 1.2.1}}}')
    expect((await read({ 'a.yaml': other })).installedEso).toEqual([])
  })
})

describe('files and links', () => {
  it('follows links inside the repository when a kustomization names them', async () => {
    const cwd = tree({
      'real/kustomization.yaml': kustomization('resources: [es.yaml]'),
      'real/es.yaml': es,
      'top/kustomization.yaml': kustomization('namespace: n', 'resources: [../alias]'),
    })
    symlinkSync('real', join(cwd, 'alias'))
    expect(summary(await readRepository(['.'], { cwd, variables: {} }))).toEqual(['n/db kv/db'])
  })

  it('reads nothing out of an empty folder', async () => {
    const repository = await read({})
    expect(repository.manifests).toEqual([])
    expect(repository.notes).toHaveLength(1)
  })
})
