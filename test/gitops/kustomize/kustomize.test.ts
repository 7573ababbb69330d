import { describe, expect, it } from 'vitest'
import { at } from '../../../src/model/value.ts'
import { cpuTime } from '../../cpu-time.ts'
import { externalSecret, kustomization, only, read, summary } from '../tree.ts'

const es = externalSecret('db', 'kv/db')

describe('namespaces and names (field.md §3: never assume default)', () => {
  it('takes the namespace transformer; the outermost wins; cluster-scoped kinds get none', async () => {
    const store = 'apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: vault}\nspec: {}\n'
    const repository = await read({
      'base/kustomization.yaml': kustomization('namespace: inner', 'resources: [es.yaml, store.yaml, own.yaml]'),
      'base/es.yaml': es,
      'base/own.yaml': externalSecret('own', 'kv/own', 'written'),
      'base/store.yaml': store,
      'overlay/kustomization.yaml': kustomization('namespace: outer', 'resources:', '  - ../base'),
    })
    expect(summary(repository)).toEqual(['outer/db kv/db', 'outer/own kv/own'])
    expect(only(repository, 'ClusterSecretStore').namespace).toBeUndefined()
    expect(repository.manifests[0]?.origin.appliedBy).toEqual([
      expect.objectContaining({
        kind: 'kustomization',
        name: 'overlay',
        span: expect.objectContaining({ file: 'overlay/kustomization.yaml' }),
      }),
    ])
  })

  it('leaves the namespace unknown when nothing says it', async () => {
    const manifest = only(await read({ 'kustomization.yaml': kustomization('resources: [es.yaml]'), 'es.yaml': es }))
    expect(manifest.namespace).toBeUndefined()
  })

  it('adds prefixes and suffixes from the inside out', async () => {
    const repository = await read({
      'base/kustomization.yaml': kustomization('namePrefix: a-', 'nameSuffix: -z', 'resources: [es.yaml, ns.yaml]'),
      'base/es.yaml': es,
      'base/ns.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: apps, labels: {x: y}}\n',
      'overlay/kustomization.yaml': kustomization('namePrefix: b-', 'bases: [../base]'),
    })
    expect(summary(repository)).toEqual(['?/b-a-db-z kv/db'])
    expect(only(repository, 'Namespace').name).toBe('apps')
    expect((only(repository).body.metadata as { name: string }).name).toBe('b-a-db-z')
  })

  it('applies components to what their includer gathered', async () => {
    const repository = await read({
      'c/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamespace: by-component\nresources: [extra.yaml]\n',
      'c/extra.yaml': externalSecret('extra', 'kv/extra'),
      'app/kustomization.yaml': kustomization('components: [../c]', 'resources: [es.yaml]'),
      'app/es.yaml': es,
    })
    expect(summary(repository)).toEqual(['by-component/db kv/db', 'by-component/extra kv/extra'])
  })

  it('gives one manifest for each overlay: nothing says that two of them go to one cluster', async () => {
    const overlay = (...lines: string[]) => kustomization('resources: [../base]', ...lines)
    const repository = await read({
      'base/kustomization.yaml': kustomization('resources: [es.yaml]'),
      'base/es.yaml': es,
      'one/kustomization.yaml': overlay('namespace: a'),
      'two/kustomization.yaml': overlay('namespace: b'),
      'three/kustomization.yaml': overlay('namespace: b'),
    })
    expect(
      repository.manifests.map((found) => [found.namespace, found.origin.appliedBy.map(({ name }) => name).sort()]),
    ).toEqual(
      expect.arrayContaining([
        ['a', ['one']],
        ['b', ['three']],
        ['b', ['two']],
      ]),
    )
    expect(repository.manifests).toHaveLength(3)
  })

  it('reads what no kustomization lists as it stands', async () => {
    const repository = await read({
      'kustomization.yaml': kustomization('resources: []', '# - es.yaml'),
      'es.yaml': es,
    })
    expect(only(repository).origin).toMatchObject({ appliedBy: [], form: 'plain', file: 'es.yaml', document: 0 })
  })
})

describe('patches are no manifests, and are applied where they tell all (kustomize.md)', () => {
  const strategic =
    'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db}\nspec:\n  secretStoreRef:\n    name: other\n'
  const json = (...lines: string[]) => lines.join('\n')
  const target = 'target: {kind: ExternalSecret, name: db}'
  const key = ['spec', 'data', 0, 'remoteRef', 'key']
  const storeName = ['spec', 'secretStoreRef', 'name']
  const files = (lines: string[], more: Record<string, string>) => ({
    'kustomization.yaml': kustomization('resources: [es.yaml]', ...lines),
    'es.yaml': es,
    ...more,
  })

  type Case = [string, string[], Record<string, string>, [(string | number)[], unknown, string, number]]
  it.each<Case>([
    [
      'strategic merge in a file',
      ['patches:', '  - path: p.yaml'],
      { 'p.yaml': strategic },
      [storeName, 'other', 'p.yaml', 6],
    ],
    [
      'patchesStrategicMerge',
      ['patchesStrategicMerge: [p.yaml]'],
      { 'p.yaml': strategic },
      [storeName, 'other', 'p.yaml', 6],
    ],
    [
      'JSON 6902 in a file',
      ['patches:', `  - {path: p.yaml, ${target}}`],
      { 'p.yaml': json('- op: replace', '  path: /spec/data/0/remoteRef/key', '  value: kv/other') },
      [key, 'kv/other', 'p.yaml', 3],
    ],
    [
      'JSON 6902 inline, adding to and removing from lists',
      [
        'patches:',
        `  - ${target}`,
        '    patch: |-',
        '      - op: add',
        '        path: /spec/data/-',
        '        value: {secretKey: b, remoteRef: {key: kv/added}}',
        '      - {op: remove, path: /spec/data/0}',
      ],
      {},
      [key, 'kv/added', 'kustomization.yaml', 9],
    ],
    [
      'patchesJson6902',
      ['patchesJson6902:', `  - ${target}`, '    path: p.json'],
      { 'p.json': '[{"op": "replace", "path": "/spec/data/0/remoteRef/key", "value": "kv/other"}]' },
      [key, 'kv/other', 'p.json', 1],
    ],
    [
      'replacements',
      [
        'configMapGenerator: [{name: x, literals: [k=kv/other]}]',
        'replacements:',
        '  - source: {kind: ConfigMap, name: x, fieldPath: data.k}',
        '    targets:',
        '      - select: {kind: ExternalSecret}',
        '        fieldPaths: ["spec.data.[secretKey=a].remoteRef.key"]',
      ],
      {},
      [key, 'kv/other', 'kustomization.yaml', 4],
    ],
    [
      'a name expression',
      ['patches:', '  - {path: p.yaml, target: {kind: ExternalSecret, name: "d.*"}}'],
      { 'p.yaml': strategic },
      [storeName, 'other', 'p.yaml', 6],
    ],
    [
      'another kind',
      ['patches:', '  - {path: p.yaml, target: {kind: Deployment}}'],
      { 'p.yaml': strategic },
      [storeName, 'vault', 'es.yaml', 6],
    ],
  ])('%s', async (_, lines, more, [path, value, file, line]) => {
    const repository = await read(files(lines, more))
    const manifest = only(repository)
    const span = manifest.spanOf(path)
    expect([at(manifest.body, ...path), span.file, span.line]).toEqual([value, file, line])
    expect(manifest.patched).toEqual([])
    expect(manifest.origin.applied.verdict).toBe('presumed')
  })

  it.each<[string, string[], Record<string, string>]>([
    [
      'an unknown transformer',
      ['transformers: [t.yaml]'],
      { 't.yaml': 'apiVersion: x/v1\nkind: Mystery\nmetadata: {name: x}\n' },
    ],
    ['a test that fails', ['patches:', `  - {${target}, patch: "- {op: test, path: /spec, value: 1}"}`], {}],
    [
      'a replacement whose source is not there',
      [
        'replacements:',
        '  - source: {kind: ConfigMap, name: x, fieldPath: data.k}',
        '    targets: [{select: {kind: ExternalSecret}, fieldPaths: [spec.secretStoreRef.name]}]',
      ],
      {},
    ],
    [
      'a patch of an object that is not there',
      ['patches:', '  - path: p.yaml'],
      { 'p.yaml': strategic.replace('name: db', 'name: web') },
    ],
  ])('%s: kustomize ends or cannot be repeated, and nothing of the object is certain', async (_, lines, more) => {
    const manifest = only(await read(files(lines, more)))
    expect(manifest.patched.map(({ path }) => path)).toEqual([[]])
  })

  it('removes what a patch deletes', async () => {
    const repository = await read({
      'kustomization.yaml': kustomization('resources: [es.yaml]', 'patches: [{path: p.yaml}]'),
      'es.yaml': es,
      'p.yaml': '$patch: delete\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db}\n',
    })
    expect(repository.manifests.map(({ origin }) => origin.applied.verdict)).toEqual(['not-applied'])
  })

  it('does not take a stray delete patch for a manifest', async () => {
    expect((await read({ 'p.yaml': `$patch: delete\n${es}` })).manifests).toEqual([])
  })

  it('keeps a file that is a patch here and a resource there', async () => {
    const repository = await read({
      'a/kustomization.yaml': kustomization('resources: [../es.yaml]'),
      'b/kustomization.yaml': kustomization('patches: [{path: ../es.yaml}]'),
      'es.yaml': es,
    })
    expect(summary(repository)).toEqual(['?/db kv/db'])
  })
})

describe('hostile trees', () => {
  it('does not follow inclusion in a circle, nor out of the repository, nor URLs', async () => {
    const repository = await read({
      'repo/a/kustomization.yaml': kustomization('resources: [../b, es.yaml]'),
      'repo/b/kustomization.yaml': kustomization(
        'resources: [../a, "https://127.0.0.1:9/x.yaml", ../../../../../etc/passwd]',
      ),
      'repo/a/es.yaml': es,
      'repo/top/kustomization.yaml': kustomization('resources: [../a]', 'namespace: x'),
    })
    expect(summary(repository)).toEqual(['?/db kv/db'])
    expect(only(repository).origin.applied).toMatchObject({ verdict: 'unclear', reason: { code: 'root-failed' } })
    expect(repository.notChecked.length).toBeGreaterThan(0)
  })

  it('stays small when kustomizations multiply each other', async () => {
    const files: Record<string, string> = {
      'k0/kustomization.yaml': kustomization('resources: [es.yaml]'),
      'k0/es.yaml': es,
    }
    for (let level = 1; level <= 40; level++)
      for (const side of ['a', 'b'])
        files[`k${level}${side}/kustomization.yaml`] = kustomization(
          `resources: ${level === 1 ? '[../k0]' : `[../k${level - 1}a, ../k${level - 1}b]`}`,
        )
    const used = cpuTime()
    const repository = await read(files)
    expect(used()).toBeLessThan(3000)
    expect(repository.manifests).toHaveLength(1)
  })

  it('stays small with a million component entries', async () => {
    const entries = Array.from({ length: 200_000 }, () => '- ../c').join('\n')
    const repository = await read({
      'a/kustomization.yaml': kustomization('resources: [es.yaml]', `components:\n${entries}`),
      'a/es.yaml': es,
      'c/kustomization.yaml': 'kind: Component\ncomponents: [../c]\nnamespace: n\n',
    })
    expect(summary(repository)).toEqual(['?/db kv/db'])
    expect(repository.notes).toContainEqual(
      expect.objectContaining({
        code: 'root-not-rendered',
        why: expect.objectContaining({ code: 'kustomization-too-large' }),
      }),
    )
  })
})
