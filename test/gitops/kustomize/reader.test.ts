import { rmSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { cpuTime } from '../../cpu-time.ts'
import { kustomizeForTests } from '../render/kustomize-binary.ts'
import { buildTree, compareBuild, twoAtATime } from './compare.ts'
import { component, configMap, externalSecret, kustomization, readTree, readTrees, writeTree } from './reading-tree.ts'

const binary = await kustomizeForTests()

const es = externalSecret('db', 'kv/db')
const KEY = ['spec', 'data', 0, 'remoteRef', 'key'] as const
const head = 'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db}\n'
const inline = (text: string, indent = 6) =>
  `|-\n${text
    .trimEnd()
    .split('\n')
    .map((line) => ' '.repeat(indent) + line)
    .join('\n')}`

describe('what is gathered', () => {
  it('takes resources, bases and components in kustomize’s order, each with its place', () => {
    const tree = readTree(
      {
        'base/kustomization.yaml': kustomization('resources: [es.yaml]', 'namePrefix: in-'),
        'base/es.yaml': es,
        'c/kustomization.yaml': component('namespace: by-component', 'resources: [more.yaml]'),
        'c/more.yaml': externalSecret('more', 'kv/more'),
        'app/kustomization.yaml': kustomization('resources: [../base]', 'components: [../c]', 'namePrefix: out-'),
      },
      'app',
    )
    expect(tree.names).toEqual(['out-in-db', 'out-more'])
    expect(tree.object('out-in-db').names).toEqual(['db', 'in-db', 'in-db', 'out-in-db'])
    expect(tree.value('out-more', 'metadata', 'namespace')).toBe('by-component')
    expect(tree.placeOf('out-more', 'metadata', 'namespace')).toBe('c/kustomization.yaml:3')
    expect(tree.placeOf('out-in-db', ...KEY)).toBe('base/es.yaml:11')
    expect(tree.undecided).toEqual([])
  })

  it('takes a List apart, and leaves local configuration out', () => {
    const tree = readTree({
      'kustomization.yaml': kustomization('resources: [list.yaml, local.yaml]'),
      'list.yaml': `apiVersion: v1\nkind: List\nitems:\n- ${es.trimEnd().replaceAll('\n', '\n  ')}\n`,
      'local.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: local\n  annotations: {config.kubernetes.io/local-config: "true"}\n',
    })
    expect(tree.names).toEqual(['db'])
    expect(tree.object('db').source).toEqual({ file: 'list.yaml', document: 0 })
  })

  const refused: [string, Record<string, string>, string][] = [
    [
      'a file that is not there',
      { 'kustomization.yaml': kustomization('resources: [x.yaml]') },
      'absent kustomization.yaml resources.0',
    ],
    [
      'one object twice',
      { 'kustomization.yaml': kustomization('resources: [es.yaml, again.yaml]'), 'es.yaml': es, 'again.yaml': es },
      'build-fails kustomization.yaml resources.1',
    ],
    [
      'a base that two others include',
      {
        'kustomization.yaml': kustomization('resources: [a, b]'),
        'a/kustomization.yaml': kustomization('resources: [../base]'),
        'b/kustomization.yaml': kustomization('resources: [../base]'),
        'base/kustomization.yaml': kustomization('resources: [es.yaml]'),
        'base/es.yaml': es,
      },
      'build-fails kustomization.yaml resources.1',
    ],
    [
      'a folder above',
      {
        'app/kustomization.yaml': kustomization('resources: [..]'),
        'kustomization.yaml': kustomization('resources: [app]'),
      },
      'build-fails app/kustomization.yaml resources.0',
    ],
    [
      'a Component among the resources',
      { 'kustomization.yaml': kustomization('resources: [c]'), 'c/kustomization.yaml': component('namespace: x') },
      'build-fails kustomization.yaml resources.0',
    ],
    [
      'a kustomization among the components',
      { 'kustomization.yaml': kustomization('components: [c]'), 'c/kustomization.yaml': kustomization('namespace: x') },
      'build-fails kustomization.yaml components.0',
    ],
    [
      'a field that kustomize does not know',
      { 'kustomization.yaml': kustomization('resource: []') },
      'build-fails kustomization.yaml resource',
    ],
    [
      'a list where a text belongs',
      { 'kustomization.yaml': kustomization('namespace: [a]') },
      'build-fails kustomization.yaml namespace',
    ],
    [
      'a label that is a boolean',
      { 'kustomization.yaml': kustomization('commonLabels: {a: yes}') },
      'build-fails kustomization.yaml commonLabels.a',
    ],
    ['nothing at all', { 'kustomization.yaml': kustomization('') }, 'build-fails kustomization.yaml '],
    [
      'another apiVersion',
      { 'kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1\nresources: []\n' },
      'build-fails kustomization.yaml apiVersion',
    ],
    [
      'an object without a name',
      { 'kustomization.yaml': kustomization('resources: [x.yaml]'), 'x.yaml': 'kind: ConfigMap\napiVersion: v1\n' },
      'build-fails kustomization.yaml resources.0',
    ],
    [
      'a key twice in one map',
      { 'kustomization.yaml': kustomization('resources: [x.yaml]'), 'x.yaml': `${configMap('a', 'a: x', 'a: y')}` },
      'build-fails kustomization.yaml resources.0',
    ],
    [
      'a key that is a number',
      { 'kustomization.yaml': kustomization('resources: [x.yaml]'), 'x.yaml': `${configMap('a', '1: x')}` },
      'build-fails kustomization.yaml resources.0',
    ],
  ]
  it.each(refused)('knows that kustomize refuses %s', (_, files, failure) => {
    const folder = 'app/kustomization.yaml' in files ? 'app' : ''
    expect(readTree(files, folder).failures).toContain(failure)
  })
})

describe('namespaces and names', () => {
  it('sets the namespace of every kind that kustomize does not know to live in none', () => {
    const tree = readTree({
      'kustomization.yaml': kustomization('namespace: ns', 'namePrefix: p-', 'resources: [all.yaml]'),
      'all.yaml': [
        'apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: store}\n',
        'apiVersion: v1\nkind: Namespace\nmetadata: {name: old}\n',
        'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: role}\n',
        'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: crd.x.io}\n',
      ].join('---\n'),
    })
    expect(tree.names).toEqual(['p-store', 'ns', 'p-role', 'crd.x.io'])
    expect(tree.value('p-store', 'metadata', 'namespace')).toBe('ns')
    expect(tree.value('p-role', 'metadata', 'namespace')).toBeUndefined()
    expect(tree.value('crd.x.io', 'metadata', 'namespace')).toBeUndefined()
    // The line that wrote the name stays.
    expect(tree.placeOf('p-store', 'metadata', 'name')).toBe('all.yaml:3')
  })

  it('follows accounts and roles into bindings', () => {
    const tree = readTree({
      'kustomization.yaml': kustomization('namespace: ns', 'namePrefix: p-', 'resources: [all.yaml]'),
      'all.yaml': [
        'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: eso}\n',
        'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: reviewer}\n',
        `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: binding}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reviewer}
subjects:
- {kind: ServiceAccount, name: eso}
- {kind: ServiceAccount, name: default}
- {kind: ServiceAccount, name: other, namespace: there}
`,
      ].join('---\n'),
    })
    expect(tree.value('p-binding', 'roleRef', 'name')).toBe('p-reviewer')
    expect(tree.value('p-binding', 'subjects')).toEqual([
      { kind: 'ServiceAccount', name: 'p-eso', namespace: 'ns' },
      { kind: 'ServiceAccount', name: 'default', namespace: 'ns' },
      { kind: 'ServiceAccount', name: 'other', namespace: 'there' },
    ])
    expect(tree.undecided).toEqual([])
  })

  it('follows names into the fields that a configuration adds', () => {
    const tree = readTree({
      'kustomization.yaml': kustomization(
        'resources: [release.yaml]',
        'configMapGenerator: [{name: values, literals: [a=b]}]',
        'configurations: [names.yaml]',
      ),
      'names.yaml':
        'nameReference:\n- kind: ConfigMap\n  version: v1\n  fieldSpecs: [{kind: HelmRelease, path: spec/valuesFrom/name}]\n',
      'release.yaml':
        'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: app}\nspec: {valuesFrom: [{kind: ConfigMap, name: values}, {name: other}]}\n',
    })
    const hashed = tree.names.find((name) => name.startsWith('values-'))
    expect(tree.value('app', 'spec', 'valuesFrom')).toEqual([{ kind: 'ConfigMap', name: hashed }, { name: 'other' }])
    expect(tree.placeOf('app', 'spec', 'valuesFrom', 0, 'name')).toBe('release.yaml:4')
    expect(tree.undecided).toEqual([])
  })

  it('leaves to kustomize what a workload names, when that name changes', () => {
    const tree = readTree({
      'kustomization.yaml': kustomization('namePrefix: p-', 'resources: [all.yaml, es.yaml]'),
      'all.yaml': `${configMap('settings')}---
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec: {template: {spec: {volumes: [{name: v, configMap: {name: settings}}]}}}
`,
      'es.yaml': es,
    })
    expect(tree.codes('p-app')).toEqual(['name-reference'])
    expect(tree.codes('p-settings')).toEqual([])
    expect(tree.codes('p-db')).toEqual([])
  })

  it('adds labels and annotations; selectors and templates of workloads are kustomize’s', () => {
    const tree = readTree({
      'kustomization.yaml': kustomization(
        'commonLabels: {a: b}',
        'labels: [{pairs: {c: d}}]',
        'commonAnnotations: {e: f}',
        'resources: [es.yaml, app.yaml]',
      ),
      'es.yaml': es,
      'app.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\n',
    })
    expect(tree.value('db', 'metadata')).toEqual({ name: 'db', labels: { a: 'b', c: 'd' }, annotations: { e: 'f' } })
    expect(tree.placeOf('db', 'metadata', 'labels', 'c')).toBe('kustomization.yaml:4')
    expect(tree.codes('db')).toEqual([])
    expect(tree.codes('app')).toEqual(['field', 'field'])
  })
})

describe('strategic merge patches', () => {
  const merge = (patch: string, object = es, more = '') =>
    readTree({
      'kustomization.yaml': kustomization('resources: [es.yaml]', 'patches:', `  - patch: ${inline(patch)}`, more),
      'es.yaml': object,
    })

  it('merge maps, replace lists of custom resources, and take away with null', () => {
    const tree = merge(
      `${head}spec:\n  secretStoreRef: {name: other, kind: ClusterSecretStore}\n  data:\n    - secretKey: one\n`,
    )
    expect(tree.value('db', 'spec')).toEqual({
      secretStoreRef: { name: 'other', kind: 'ClusterSecretStore' },
      data: [{ secretKey: 'one' }],
    })
    expect(tree.placeOf('db', 'spec', 'data', 0, 'secretKey')).toBe('kustomization.yaml:12')
    expect(tree.placeOf('db', 'spec', 'secretStoreRef', 'name')).toBe('kustomization.yaml:10')
    expect(merge(`${head}spec: {data: null}\n`).value('db', 'spec')).toEqual({ secretStoreRef: { name: 'vault' } })
  })

  it('obey directives; at the top of a patch only `delete` does anything', () => {
    expect(
      merge(`${head}spec: {secretStoreRef: {$patch: replace, kind: X}}\n`).value('db', 'spec', 'secretStoreRef'),
    ).toEqual({ kind: 'X' })
    expect(
      merge(`${head}spec: {secretStoreRef: {$patch: delete}}\n`).value('db', 'spec', 'secretStoreRef'),
    ).toBeUndefined()
    expect(merge(`${head}$patch: delete\n`).names).toEqual([])
    expect(merge(`${head}$patch: replace\nspec: {}\n`).value('db', ...KEY)).toBe('kv/db')
  })

  it('keep an explicit null where nothing speaks of it, and drop an empty one', () => {
    const tree = merge(`${head}spec: {x: 1}\n`, `${es}  written: null\n  empty:\n`)
    expect(tree.value('db', 'spec', 'written')).toBeNull()
    expect(tree.value('db', 'spec', 'empty')).toBeUndefined()
  })

  it('keep the quotes of the field: a boolean becomes a text where a text stood in quotes', () => {
    const tree = merge(`${head}spec: {quoted: true, plain: true}\n`, `${es}  quoted: "no"\n  plain: text\n`)
    expect(tree.value('db', 'spec', 'quoted')).toBe('true')
    expect(tree.value('db', 'spec', 'plain')).toBe(true)
  })

  it('with a target take labels and annotations as texts, so that null removes none', () => {
    const patch = `apiVersion: v1\nkind: Any\nmetadata: {name: _, labels: {a: null}, annotations: {b: 5}}\n`
    const tree = merge(patch, es, '    target: {kind: ExternalSecret}')
    expect(tree.value('db', 'metadata')).toEqual({ name: 'db', labels: { a: 'null' }, annotations: { b: '5' } })
    expect(tree.value('db', 'kind')).toBe('ExternalSecret')
  })

  it('merge lists of known kinds by their key, and leave what several keys decide to kustomize', () => {
    const deployment = (containers: string) =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec: {template: {spec: {containers: ${containers}}}}\n`
    const tree = merge(
      deployment('[{name: b, image: new}, {name: c}]'),
      `${deployment('[{name: a}, {name: b, image: old, env: [{name: X}]}]')}`,
    )
    expect(tree.value('app', 'spec', 'template', 'spec', 'containers')).toEqual([
      { name: 'b', image: 'new', env: [{ name: 'X' }] },
      { name: 'c' },
      { name: 'a' },
    ])
    const ports = merge(deployment('[{name: a, ports: [{containerPort: 1}]}]'), deployment('[{name: a}]'))
    expect(ports.codes('app')).toEqual(['list-merge'])
  })

  it('meet an object by any name it has had, and fail where there is none', () => {
    const overlay = (name: string) =>
      readTree(
        {
          'base/kustomization.yaml': kustomization('resources: [es.yaml]', 'namePrefix: p-'),
          'base/es.yaml': es,
          'app/kustomization.yaml': kustomization(
            'resources: [../base]',
            `patchesStrategicMerge: ["{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: ${name}}, spec: {x: 1}}"]`,
          ),
        },
        'app',
      )
    expect(overlay('db').value('p-db', 'spec', 'x')).toBe(1)
    expect(overlay('p-db').value('p-db', 'spec', 'x')).toBe(1)
    expect(overlay('nobody').failures).toEqual(['build-fails app/kustomization.yaml patchesStrategicMerge.0'])
  })

  it('may change a name or a kind only with an option', () => {
    const patch = `${head.replace('name: db', 'name: db, labels: {a: b}')}`
    const renamed = readTree({
      'kustomization.yaml': kustomization(
        'resources: [es.yaml]',
        'patches:',
        `  - patch: ${inline(patch.replace('name: db', 'name: new'))}`,
        '    target: {kind: ExternalSecret}',
        '    options: {allowNameChange: true}',
      ),
      'es.yaml': es,
    })
    expect(renamed.names).toEqual(['new'])
    expect(renamed.object('new').names).toEqual(['db', 'new'])
  })

  it('know where a type does not fit', () => {
    expect(merge(`${head}spec: text\n`).failures).toEqual(['build-fails kustomization.yaml patches.0'])
  })
})

describe('JSON 6902 patches', () => {
  const patched = (...operations: string[]) =>
    readTree({
      'kustomization.yaml': kustomization(
        'resources: [es.yaml]',
        'patches:',
        '  - target: {kind: ExternalSecret, name: d.*}',
        `    patch: ${inline(operations.map((operation) => `- ${operation}\n`).join(''))}`,
      ),
      'es.yaml': es,
    })

  it('apply every operation, with the place of what they bring', () => {
    const tree = patched(
      '{op: replace, path: /spec/data/0/remoteRef/key, value: kv/new}',
      '{op: add, path: /spec/data/-, value: {secretKey: last}}',
      '{op: add, path: /spec/data/0, value: {secretKey: first}}',
      '{op: copy, from: /spec/data/0, path: /spec/copied}',
      '{op: move, from: /spec/secretStoreRef/name, path: /spec/moved}',
      '{op: remove, path: /spec/data/-1}',
      '{op: test, path: /spec/moved, value: vault}',
      '{op: add, path: /spec/a~1b, value: yes}',
    )
    expect(tree.value('db', 'spec')).toEqual({
      secretStoreRef: {},
      data: [{ secretKey: 'first' }, { secretKey: 'password', remoteRef: { key: 'kv/new' } }],
      copied: { secretKey: 'first' },
      moved: 'vault',
      'a/b': true,
    })
    expect(tree.placeOf('db', 'spec', 'data', 1, 'remoteRef', 'key')).toBe('kustomization.yaml:7')
    expect(tree.placeOf('db', 'spec', 'moved')).toBe('es.yaml:7')
    expect(tree.undecided).toEqual([])
  })

  it('find annotations where kustomize notes something on the object, and none in patchesJson6902', () => {
    const operation = '[{"op": "add", "path": "/metadata/annotations/a", "value": "b"}]'
    const files = (field: string) => ({
      'kustomization.yaml': kustomization(
        'resources: [es.yaml]',
        `${field}:`,
        `  - {target: {kind: ExternalSecret, name: db}, patch: '${operation}'}`,
      ),
      'es.yaml': es,
    })
    expect(readTree(files('patches')).value('db', 'metadata', 'annotations')).toEqual({ a: 'b' })
    expect(readTree(files('patchesJson6902')).failures).toEqual(['build-fails kustomization.yaml patchesJson6902.0'])
  })

  it('may replace a key that is not there, and fail on everything else that is not', () => {
    expect(patched('{op: replace, path: /spec/none, value: 1}').value('db', 'spec', 'none')).toBe(1)
    for (const operation of [
      '{op: remove, path: /spec/none}',
      '{op: add, path: /spec/none/below, value: 1}',
      '{op: replace, path: /spec/data/5, value: 1}',
      '{op: add, path: /spec/data/x, value: 1}',
      '{op: test, path: /spec/secretStoreRef/name, value: other}',
      '{op: jump, path: /spec}',
      '{path: /spec}',
    ])
      expect(patched(operation).failures, operation).toEqual(['build-fails kustomization.yaml patches.0'])
  })

  it('need a target, and JSON where they start like it', () => {
    const files = (patch: string) => ({
      'kustomization.yaml': kustomization('resources: [es.yaml]', 'patches:', patch),
      'es.yaml': es,
    })
    expect(readTree(files('  - {patch: \'[{"op": "remove", "path": "/spec"}]\'}')).failures).toHaveLength(1)
    expect(readTree(files("  - {target: {kind: X}, patch: '[{op: remove, path: /spec}]'}")).failures).toHaveLength(1)
  })
})

describe('targets', () => {
  const selects = (target: string) => {
    const patch = '[{"op": "add", "path": "/spec/hit", "value": true}]'
    const tree = readTree(
      {
        'base/kustomization.yaml': kustomization('resources: [all.yaml]', 'namePrefix: p-', 'namespace: moved'),
        'base/all.yaml': [
          externalSecret('db', 'a', 'apps').replace('metadata:', 'metadata:\n  labels: {app: web, tier: "1"}'),
          externalSecret('api', 'b').replace('metadata:', 'metadata:\n  annotations: {note: x}'),
        ].join('---\n'),
        'app/kustomization.yaml': kustomization(
          'resources: [../base]',
          'patches:',
          `  - {target: ${target}, patch: '${patch}'}`,
        ),
      },
      'app',
    )
    return tree.names.filter((name) => tree.value(name, 'spec', 'hit') === true)
  }
  it.each([
    ['{kind: ExternalSecret}', ['p-db', 'p-api']],
    ['{kind: "External.*", version: v1, group: external-secrets.io}', ['p-db', 'p-api']],
    ['{name: db}', ['p-db']],
    ['{name: p-d.}', ['p-db']],
    ['{name: b}', []],
    ['{namespace: apps}', ['p-db']],
    ['{namespace: default}', ['p-api']],
    ['{namespace: moved}', ['p-db', 'p-api']],
    ['{labelSelector: "app=web,tier in (1,2)"}', ['p-db']],
    ['{labelSelector: "!app"}', ['p-api']],
    ['{labelSelector: "tier!=1"}', ['p-api']],
    ['{labelSelector: "app==web"}', ['p-db']],
    ['{labelSelector: "app notin (web)"}', ['p-api']],
    ['{labelSelector: "none notin (web), app"}', ['p-db']],
    ['{annotationSelector: note}', ['p-api']],
    ['{}', ['p-db', 'p-api']],
  ])('%s means %s', (target, names) => expect(selects(target)).toEqual(names))
})

describe('generators', () => {
  it('make ConfigMaps of literals, files and env files, with kustomize’s hash', () => {
    const tree = readTree({
      'kustomization.yaml': kustomization(
        'configMapGenerator:',
        '- name: settings',
        '  literals: [A=1, B="x=y"]',
        '  files: [app.conf, other=app.conf]',
        '  envs: [app.env]',
      ),
      'app.conf': 'a: b\n',
      'app.env': '# comment\nC=2\n  D=3\nE\n',
    })
    const [name = ''] = tree.names
    expect(name).toMatch(/^settings-[a-z0-9]{10}$/)
    expect(tree.value(name, 'data')).toEqual({
      A: '1',
      B: 'x=y',
      'app.conf': 'a: b\n',
      other: 'a: b\n',
      C: '2',
      D: '3',
      E: '',
    })
    expect(tree.placeOf(name, 'data', 'D')).toBe('app.env:3')
    expect(tree.object(name)).toMatchObject({ generated: true, hashed: false, source: undefined })
  })

  it('keep nothing of a Secret but its name', () => {
    const tree = readTree({
      'kustomization.yaml': kustomization(
        'secretGenerator:',
        '- {name: hidden, literals: [password=secret], files: [key.pem]}',
      ),
      'key.pem': 'secret too',
    })
    expect(tree.object('hidden')).toMatchObject({ generated: true, hashed: true })
    expect(JSON.stringify([...tree.object('hidden').node.entries])).not.toContain('secret too')
    expect(tree.value('hidden', 'data')).toBeUndefined()
    expect(tree.codes('hidden')).toEqual([])
  })

  it('merge into and replace what is there, and fail where it is not', () => {
    const generator = (behavior: string, name = 'old') =>
      readTree({
        'kustomization.yaml': kustomization(
          'resources: [cm.yaml]',
          'configMapGenerator:',
          `- {name: ${name}, behavior: ${behavior}, literals: [b=2]}`,
        ),
        'cm.yaml': configMap('old', 'a: one', 'b: one'),
      })
    expect(generator('merge').value('old', 'data')).toEqual({ a: 'one', b: '2' })
    expect(generator('merge').placeOf('old', 'data', 'a')).toBe('cm.yaml:6')
    expect(generator('replace').value('old', 'data')).toEqual({ b: '2' })
    expect(generator('create').failures).toHaveLength(1)
    expect(generator('merge', 'other').failures).toHaveLength(1)
  })
})

describe('replacements', () => {
  const replaced = (source: string, target: string, object = es) =>
    readTree({
      'kustomization.yaml': kustomization(
        'resources: [cm.yaml, es.yaml]',
        'replacements:',
        `- source: ${source}`,
        '  targets:',
        `  - ${target}`,
      ),
      'cm.yaml': configMap('cm', 'key: kv/new', 'n: "5"'),
      'es.yaml': object,
    })
  const key = '{kind: ConfigMap, fieldPath: data.key}'

  it('copy a field with the place of its source', () => {
    const tree = replaced(key, 'select: {kind: ExternalSecret}\n    fieldPaths: [spec.data.0.remoteRef.key]')
    expect(tree.value('db', ...KEY)).toBe('kv/new')
    expect(tree.placeOf('db', ...KEY)).toBe('cm.yaml:6')
  })

  it('change a part of a text, which stays where it is', () => {
    const options = 'options: {delimiter: /, index: 1}'
    const tree = replaced(
      `{kind: ConfigMap, fieldPath: data.key, ${options}}`,
      `select: {kind: ExternalSecret}\n    fieldPaths: ["spec.data.*.remoteRef.key"]\n    ${options}`,
    )
    expect(tree.value('db', ...KEY)).toBe('kv/new')
    expect(tree.placeOf('db', ...KEY)).toBe('es.yaml:11')
  })

  it('make a field that is asked for, and fail where there is none', () => {
    const target = 'select: {name: db}\n    fieldPaths: ["metadata.labels.[a.b/c]"]'
    expect(replaced(key, `${target}\n    options: {create: true}`).value('db', 'metadata', 'labels')).toEqual({
      'a.b/c': 'kv/new',
    })
    expect(replaced(key, target).failures).toHaveLength(1)
    expect(replaced('{kind: Nothing}', target).failures).toHaveLength(1)
  })

  it('leave paths into a text to kustomize, for that object alone', () => {
    const tree = replaced(key, 'select: {name: db}\n    fieldPaths: [spec.text.inner]', `${es}  text: "{inner: x}"\n`)
    expect(tree.codes('db')).toEqual(['replacement-form'])
    expect(tree.codes('cm')).toEqual([])
  })
})

describe('what only kustomize can tell', () => {
  it('a remote base adds what is not listed, and touches nothing that is', () => {
    const tree = readTree({
      'kustomization.yaml': kustomization(
        'resources: [es.yaml, "https://example.com/x.git//y?ref=1"]',
        'patchesStrategicMerge: [theirs.yaml]',
      ),
      'es.yaml': es,
      'theirs.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: theirs}\n',
    })
    expect(tree.undecided).toEqual([
      { code: 'remote', file: 'kustomization.yaml', path: ['resources', 1], fails: false, adds: true },
      // It may be meant for what the remote base brings.
      { code: 'patch-form', file: 'kustomization.yaml', path: ['patchesStrategicMerge', 0], fails: false, adds: false },
    ])
    expect(tree.codes('db')).toEqual([])
  })

  it('a plugin may change everything that is there when it runs, and nothing else', () => {
    const tree = readTree({
      'kustomization.yaml': kustomization('resources: [a, own.yaml]'),
      'own.yaml': externalSecret('own', 'kv/own'),
      'a/kustomization.yaml': kustomization('resources: [es.yaml]', 'transformers: [t.yaml]'),
      'a/es.yaml': es,
      'a/t.yaml': 'apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t}\n',
    })
    expect(tree.codes('db')).toEqual(['plugin'])
    expect(tree.codes('own')).toEqual([])
  })

  it('charts and generators of their own add objects', () => {
    const tree = readTree({
      'kustomization.yaml': kustomization('resources: [es.yaml]', 'helmCharts: [{name: x}]', 'generators: [g.yaml]'),
      'es.yaml': es,
      'g.yaml': 'apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: x}\n',
    })
    expect(tree.undecided.map(({ code, adds }) => [code, adds])).toEqual([
      ['helm', true],
      ['plugin', true],
    ])
    expect(tree.codes('db')).toEqual([])
  })

  it('configurations touch the kinds that they name, in every overlay; openapi, crds and vars touch all', () => {
    const files = (line: string) => ({
      'base/kustomization.yaml': kustomization('resources: [es.yaml]', line),
      'base/es.yaml': es,
      'base/c.yaml': 'namespace: [{kind: PushSecret, path: spec/x, create: true}]\n',
      'app/kustomization.yaml': kustomization('resources: [../base, push.yaml]'),
      'app/push.yaml': 'apiVersion: external-secrets.io/v1alpha1\nkind: PushSecret\nmetadata: {name: push}\n',
    })
    const configured = readTree(files('configurations: [c.yaml]'), 'app')
    expect(configured.codes('push')).toEqual(['configurations'])
    expect(configured.codes('db')).toEqual([])
    for (const [line, code] of [
      ['openapi: {path: c.yaml}', 'openapi'],
      ['crds: [c.yaml]', 'crds'],
      ['vars: [{name: X}]', 'vars'],
    ] as const)
      expect(readTree(files(line), 'app').codes('db')).toEqual([code])
  })

  it('a build that fails decides every object', () => {
    const tree = readTree({
      'kustomization.yaml': kustomization('resources: [es.yaml, gone.yaml]'),
      'es.yaml': es,
    })
    expect(tree.codes('db')).toEqual(['absent'])
  })

  it('YAML that kustomize reads otherwise: dates, tags, empty values in braces', () => {
    const odd = (line: string) =>
      readTree({
        'kustomization.yaml': kustomization('resources: [es.yaml]'),
        'es.yaml': `${es}  odd: ${line}\n`,
      }).codes('db')
    expect(odd('2020-01-01')).toEqual(['yaml'])
    expect(odd('!thing x')).toEqual(['yaml'])
    expect(odd('{a: }')).toEqual(['yaml'])
    expect(odd('"2020-01-01"')).toEqual([])
    expect(odd('2020-01-01T00:00:00Z')).toEqual([])
    expect(odd('[a: ]')).toEqual(['yaml'])
    expect(odd('{a: null}')).toEqual([])
    // Braces in texts make no flow collection of what stands beside them.
    expect(odd('{a: "${NAME}"}\n  empty:')).toEqual([])
    expect(odd('\n    - extract:\n      key: ${NAME}/{{ .x }}')).toEqual([])
  })

  it('images and replicas concern the workloads that they name', () => {
    const tree = readTree({
      'kustomization.yaml': kustomization('resources: [app.yaml, es.yaml]', 'images: [{name: repo/app, newTag: x}]'),
      'app.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec: {template: {spec: {containers: [{name: a, image: "repo/app:1"}]}}}\n',
      'es.yaml': es,
    })
    expect(tree.codes('app')).toEqual(['field'])
    expect(tree.codes('db')).toEqual([])
  })
})

describe('hostile kustomizations (platform.md §7, threat 5)', () => {
  it('that multiply each other are cut', () => {
    const files: Record<string, string> = {
      'k0/kustomization.yaml': kustomization('resources: [es.yaml]'),
      'k0/es.yaml': es,
    }
    for (let level = 1; level < 40; level++)
      for (const side of ['a', 'b'])
        files[`${side}${level}/kustomization.yaml`] = kustomization(
          `namePrefix: ${side}-`,
          `resources: [${level === 1 ? '../k0' : `../a${level - 1}, ../b${level - 1}`}]`,
        )
    const used = cpuTime()
    const tree = readTree(files, 'a39')
    expect(tree.undecided.map(({ code }) => code)).toContain('too-large')
    expect(used()).toBeLessThan(20_000)
    readTrees.pop()
  })

  it('that are nested without end are cut', () => {
    const files: Record<string, string> = {}
    for (let level = 0; level < 300; level++)
      files[`k${level}/kustomization.yaml`] = kustomization(`resources: [../k${level + 1}]`)
    const tree = readTree(files, 'k0')
    expect(tree.undecided.map(({ code }) => code)).toEqual(['too-large'])
    readTrees.pop()
  })

  it('texts that expressions could be slow on are read at once', () => {
    const used = cpuTime()
    for (const text of ['1,'.repeat(200_000), '\n'.repeat(400_000), `{${'-'.repeat(400_000)}`, ': '.repeat(200_000)])
      readTree({
        'kustomization.yaml': kustomization('resources: [cm.yaml]'),
        'cm.yaml': configMap('a', `a: ${JSON.stringify(text)}`),
      })
    for (const text of [' '.repeat(400_000), 'a,'.repeat(100_000)])
      readTree({
        'kustomization.yaml': kustomization(
          'resources: [es.yaml]',
          'patches:',
          `- {target: {labelSelector: ${JSON.stringify(text)}}, patch: "[]"}`,
        ),
        'es.yaml': es,
      })
    readTrees.splice(-6)
    expect(used()).toBeLessThan(10_000)
  })
})

/** Remote bases, and programs that are not there. */
const UNBUILT = new Set(['remote', 'helm', 'plugin'])

describe.skipIf(binary === undefined)('kustomize', () => {
  it('gives the same for every tree above', async () => {
    const trees = readTrees.filter(({ reading }) => !reading.undecided.some(({ code }) => UNBUILT.has(code)))
    const disagreements: string[] = []
    await twoAtATime(trees, async ({ files, folder, reading }) => {
      const root = writeTree(files)
      const built = await buildTree(binary as NonNullable<typeof binary>, path.join(root, folder))
      rmSync(root, { recursive: true, force: true })
      disagreements.push(
        ...compareBuild(reading, built).disagreements.map((text) => `${JSON.stringify(files)}: ${text}`),
      )
    })
    expect(disagreements).toEqual([])
    expect(trees.length).toBeGreaterThan(60)
  }, 120_000)
})
