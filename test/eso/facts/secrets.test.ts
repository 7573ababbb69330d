import { describe, expect, it } from 'vitest'
import { absentPushKeys } from '../../../src/eso/facts/absent-push-keys.ts'
import { dynamicSplits } from '../../../src/eso/facts/dynamic-splits.ts'
import { looksDynamic } from '../../../src/eso/facts/looks-dynamic.ts'
import { allKeys, producedSecrets } from '../../../src/eso/facts/produced-secrets.ts'
import { pushLoops } from '../../../src/eso/facts/push-loops.ts'
import { pushesWithoutProperty } from '../../../src/eso/facts/push-without-property.ts'
import { targetDuplicates } from '../../../src/eso/facts/target-duplicates.ts'
import {
  documents,
  externalSecretYaml,
  type From,
  fromYaml,
  holesOf,
  pushSecretYaml,
  storeYaml,
} from '../manifests-from-yaml.ts'
import { predicted } from '../requests-of.ts'

const read = (key: string, secretKey = 'k') => ({ secretKey, remoteRef: { key } })
const push = (remoteKey: string, secretKey?: string, property?: string) => ({
  match: { secretKey, remoteRef: { remoteKey, property } },
})

describe('eso.md §3.6: a pushed key without a property must be a JSON object', () => {
  const found = (spec: object, ...more: string[]) =>
    pushesWithoutProperty(predicted(documents(storeYaml(), pushSecretYaml(spec), ...more)).references).map(
      ({ field }) => field.join('.'),
    )
  const storeRef = { kind: 'ClusterSecretStore', name: 'vault' }
  it.each([
    ['a key alone', { data: [push('a', 'k')] }, ['spec.data.0']],
    ['with a property', { data: [push('a', 'k', 'p')] }, []],
    ['the whole Secret', { data: [push('a')] }, []],
    ['the whole Secret into a property', { data: [push('a', undefined, 'p')] }, []],
    [
      'to two stores, once',
      { secretStoreRefs: [storeRef, { ...storeRef, name: 'other' }], data: [push('a', 'k')] },
      ['spec.data.0'],
    ],
    ['dataTo with remoteKey', { dataTo: [{ storeRef, remoteKey: 'a' }] }, []],
  ])('%s', (_, spec, expected) => {
    expect(found(spec)).toEqual(expected)
  })

  it('dataTo without remoteKey, for each key', () => {
    const source = externalSecretYaml({ data: [read('z', 'x'), read('z', 'y')] }, { name: 'source' })
    expect(found({ dataTo: [{ storeRef }] }, source)).toEqual(['spec.dataTo.0', 'spec.dataTo.0'])
  })
})

describe('eso.md §7 row 5: reads that look dynamic', () => {
  const looks = (vault: object, key: string) => {
    const [reference] = predicted(documents(storeYaml({ vault }), externalSecretYaml({ data: [read(key)] }))).references
    return reference && looksDynamic(reference)
  }
  it.each([
    [{ path: 'database', version: 'v1' }, 'creds/app', true],
    [{ path: 'database', version: 'v1' }, 'database/creds/app', true],
    [{ path: 'my-mount', version: 'v1' }, 'creds/app', true],
    [{ path: undefined, version: 'v1' }, 'database/creds/app', true],
    [{ path: 'secret', version: 'v1' }, 'team/creds/app', false],
    [{ path: 'database', version: 'v1' }, 'static-creds/app', false],
    [{ path: 'database', version: 'v1' }, 'creds/app/deep', false],
    [{ path: 'database' }, 'creds/app', true],
    [{ path: 'team-postgresql' }, 'creds/app', true],
    [{ path: 'kv' }, 'creds/app', false],
    [{ path: 'secret' }, 'database/creds/app', false],
  ])('%j %s: %s', (vault, key, expected) => {
    expect(looks(vault, key)).toBe(expected)
  })
})

describe('field.md §5.10: one dynamic credential read by two items', () => {
  const store = storeYaml({ vault: { path: 'database', version: 'v1' } })
  const splits = (...texts: string[]) =>
    dynamicSplits(predicted(documents(store, ...texts)).references).map(({ path, references }) => [
      path,
      references.length,
    ])
  it.each([
    [
      'user and password',
      [externalSecretYaml({ data: [read('creds/a', 'u'), read('creds/a', 'p')] })],
      [['database/creds/a', 2]],
    ],
    [
      'data and extract',
      [externalSecretYaml({ data: [read('creds/a')], dataFrom: [{ extract: { key: 'creds/a' } }] })],
      [['database/creds/a', 2]],
    ],
    ['one extract', [externalSecretYaml({ dataFrom: [{ extract: { key: 'creds/a' } }] })], []],
    ['two roles', [externalSecretYaml({ data: [read('creds/a', 'u'), read('creds/b', 'p')] })], []],
    [
      'two objects',
      [externalSecretYaml({ data: [read('creds/a')] }), externalSecretYaml({ data: [read('creds/a')] }, { name: 'b' })],
      [],
    ],
    ['no credential', [externalSecretYaml({ data: [read('config/a', 'u'), read('config/a', 'p')] })], []],
  ])('%s', (_, texts, expected) => {
    expect(splits(...texts)).toEqual(expected)
  })

  it('goes by the real type of the mount where that is known', () => {
    const { references } = predicted(documents(store, externalSecretYaml({ data: [read('x', 'u'), read('x', 'p')] })))
    expect(dynamicSplits(references, () => true)).toHaveLength(1)
    expect(dynamicSplits(references, () => false)).toEqual([])
  })
})

describe('field.md §5.14: push loops', () => {
  const loops = (...texts: string[]) =>
    pushLoops(predicted(documents(storeYaml(), ...texts)).references).map(({ path, closed, reads }) => [
      path,
      closed,
      reads.length,
    ])
  const reader = externalSecretYaml({ target: { name: 'source' }, data: [read('a')] })
  it.each([
    [
      'the Secret that is pushed is the one that is read',
      [reader, pushSecretYaml({ data: [push('kv/a')] })],
      [['kv/data/a', true, 1]],
    ],
    [
      'another Secret is pushed: it seeds the read',
      [externalSecretYaml({ data: [read('a')] }), pushSecretYaml({ data: [push('a')] })],
      [['kv/data/a', false, 1]],
    ],
    [
      'in another namespace',
      [reader, pushSecretYaml({ data: [push('a')] }, { namespace: 'other' })],
      [['kv/data/a', false, 1]],
    ],
    ['another path', [reader, pushSecretYaml({ data: [push('b')] })], []],
    [
      'IfNotExists closes it too',
      [reader, pushSecretYaml({ updatePolicy: 'IfNotExists', data: [push('a')] })],
      [['kv/data/a', true, 1]],
    ],
    [
      'two stores on one mount are one place',
      [
        reader,
        storeYaml({ name: 'writer', vault: { auth: { kubernetes: { role: 'writer' } } } }),
        pushSecretYaml({ secretStoreRefs: [{ kind: 'ClusterSecretStore', name: 'writer' }], data: [push('a')] }),
      ],
      [['kv/data/a', true, 1]],
    ],
    [
      'another server is another place',
      [
        reader,
        storeYaml({ name: 'writer', vault: { server: 'https://other.example.com' } }),
        pushSecretYaml({ secretStoreRefs: [{ kind: 'ClusterSecretStore', name: 'writer' }], data: [push('a')] }),
      ],
      [],
    ],
  ])('%s', (_, texts, expected) => {
    expect(loops(...texts)).toEqual(expected)
  })
})

describe('eso.md §6.2, §6.4: what Secrets are made, and their keys', () => {
  const keys = (text: string) =>
    producedSecrets(fromYaml(text), holesOf).map(({ namespace, name, keys: made }) => [namespace, name, allKeys(made)])
  const data = [read('a', 'x'), read('a', 'y')]
  it.each([
    ['data alone', externalSecretYaml({ data }), [['apps', 'app', ['x', 'y']]]],
    ['a named target', externalSecretYaml({ target: { name: 't' }, data }), [['apps', 't', ['x', 'y']]]],
    ['extract', externalSecretYaml({ dataFrom: [{ extract: { key: 'a' } }] }), [['apps', 'app', undefined]]],
    [
      'a template replaces',
      externalSecretYaml({ target: { template: { data: { z: '' } } }, dataFrom: [{ extract: { key: 'a' } }] }),
      [['apps', 'app', ['z']]],
    ],
    [
      'a template merges',
      externalSecretYaml({ target: { template: { mergePolicy: 'Merge', data: { z: '' } } }, data }),
      [['apps', 'app', ['x', 'y', 'z']]],
    ],
    [
      'a template without data',
      externalSecretYaml({ target: { template: { type: 'Opaque' } }, data }),
      [['apps', 'app', ['x', 'y']]],
    ],
    [
      'templateFrom',
      externalSecretYaml({ target: { template: { templateFrom: [{ literal: 'x' }] } }, data }),
      [['apps', 'app', undefined]],
    ],
    [
      'a shared Secret',
      externalSecretYaml({ target: { creationPolicy: 'Merge' }, data }),
      [['apps', 'app', undefined]],
    ],
    [
      'templateFrom for labels leaves the keys alone',
      externalSecretYaml({
        target: { template: { data: { z: '' }, templateFrom: [{ target: 'Labels', literal: 'b: c' }] } },
        data,
      }),
      [['apps', 'app', ['z']]],
    ],
    [
      'templateFrom a ConfigMap names its keys',
      externalSecretYaml({
        target: { template: { templateFrom: [{ configMap: { name: 'c', items: [{ key: 'k' }] } }] } },
      }),
      [['apps', 'app', ['k']]],
    ],
    ['a variable in a key', externalSecretYaml({ data: [read('a', '${K}')] }), [['apps', 'app', undefined]]],
    ['no Secret at all', externalSecretYaml({ target: { creationPolicy: 'None' }, data }), [['apps', 'app', []]]],
    ['a variable in the name', externalSecretYaml({ target: { name: '${T}' }, data }), []],
    [
      'a plain Secret',
      '{"apiversion":1,"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"n"},"data":{"a":""},"stringData":{"b":""}}',
      [['n', 's', ['a', 'b']]],
    ],
    [
      'a ClusterExternalSecret, in each namespace',
      '{"apiVersion":"external-secrets.io/v1","kind":"ClusterExternalSecret","metadata":{"name":"c"},"spec":{"externalSecretName":"e","namespaces":["a","b"],"externalSecretSpec":{"data":[{"secretKey":"x"}]}}}',
      [
        ['a', 'e', ['x']],
        ['b', 'e', ['x']],
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(keys(text)).toEqual(expected)
  })
})

describe('eso.md §3.6: source keys that the Secret does not have', () => {
  const source = externalSecretYaml({ data: [read('a', 'x'), read('a', 'a_U002f_b')] }, { name: 'source' })
  const absent = (...texts: string[]) =>
    absentPushKeys(fromYaml(documents(...texts))).map(({ secretKey, keys }) => [secretKey, keys])
  it.each([
    ['present', [source, pushSecretYaml({ data: [push('r', 'x')] })], []],
    ['absent', [source, pushSecretYaml({ data: [push('r', 'z')] })], [['z', ['x', 'a_U002f_b']]]],
    ['the whole Secret', [source, pushSecretYaml({ data: [push('r')] })], []],
    [
      'added by the own template',
      [source, pushSecretYaml({ template: { data: { z: '' } }, data: [push('r', 'z')] })],
      [],
    ],
    [
      'added by a ConfigMap that the own template names',
      [
        source,
        pushSecretYaml({
          template: { templateFrom: [{ configMap: { name: 'c', items: [{ key: 'z' }] } }] },
          data: [push('r', 'z')],
        }),
      ],
      [],
    ],
    [
      'not added by a template for labels',
      [
        source,
        pushSecretYaml({ template: { templateFrom: [{ target: 'Labels', literal: 'z: 1' }] }, data: [push('r', 'z')] }),
      ],
      [['z', ['x', 'a_U002f_b']]],
    ],
    [
      'perhaps added by templateFrom',
      [source, pushSecretYaml({ template: { templateFrom: [{ literal: '{{ .all }}' }] }, data: [push('r', 'z')] })],
      [],
    ],
    [
      'reversed',
      [source, pushSecretYaml({ data: [{ ...push('r', 'a/b'), conversionStrategy: 'ReverseUnicode' }] })],
      [],
    ],
    ['not reversed', [source, pushSecretYaml({ data: [push('r', 'a/b')] })], [['a/b', ['x', 'a_U002f_b']]]],
    ['a Secret that Git does not make', [pushSecretYaml({ data: [push('r', 'z')] })], []],
    ['a Secret of another namespace', [source, pushSecretYaml({ data: [push('r', 'z')] }, { namespace: 'other' })], []],
    ['two makers', [source, source, pushSecretYaml({ data: [push('r', 'z')] })], []],
    ['a variable', [source, pushSecretYaml({ data: [push('r', '${K}')] })], []],
  ])('%s', (_, texts, expected) => {
    expect(absent(...texts)).toEqual(expected)
  })

  it('points at the key and at the maker', () => {
    const [absentKey] = absentPushKeys(fromYaml(documents(source, pushSecretYaml({ data: [push('r', 'z')] }))))
    expect(absentKey?.span.file).toBe('apps/app.yaml#spec.data.0.match.secretKey')
    expect(absentKey?.source.by.name).toBe('source')
  })
})

describe('eso.md §6.2: two ExternalSecrets that make one Secret', () => {
  const one = (metadata: object, target: object = { name: 't' }, from: From = {}) =>
    fromYaml(externalSecretYaml({ target }, metadata), from)
  const names = (...manifests: ReturnType<typeof fromYaml>[]) =>
    targetDuplicates(manifests.flat()).map(({ namespace, name, writers }) => [
      namespace,
      name,
      writers.map(({ manifest }) => manifest.name),
    ])
  const root = { appliedBy: ['flux-system/apps'] }
  it.each([
    ['both own it', names(one({ name: 'a' }), one({ name: 'b' })), [['apps', 't', ['a', 'b']]]],
    ['one by its own name', names(one({ name: 'a' }), one({ name: 't' }, {})), [['apps', 't', ['a', 't']]]],
    [
      'one merges',
      names(one({ name: 'a' }), one({ name: 'b' }, { name: 't', creationPolicy: 'Merge' })),
      [['apps', 't', ['a', 'b']]],
    ],
    ['one writes nothing', names(one({ name: 'a' }), one({ name: 'b' }, { name: 't', creationPolicy: 'None' })), []],
    [
      'one owns, one leaves it orphaned',
      names(one({ name: 'a' }), one({ name: 'b' }, { name: 't', creationPolicy: 'Orphan' })),
      [['apps', 't', ['a', 'b']]],
    ],
    [
      'nobody owns it',
      names(
        one({ name: 'a' }, { name: 't', creationPolicy: 'Orphan' }),
        one({ name: 'b' }, { name: 't', creationPolicy: 'Orphan' }),
      ),
      [],
    ],
    ['two namespaces', names(one({ name: 'a' }), one({ name: 'b', namespace: 'other' })), []],
    [
      'one object in two trees',
      names(
        one({ name: 'a' }, { name: 't' }, { file: 'x/a.yaml' }),
        one({ name: 'a' }, { name: 't' }, { file: 'y/a.yaml' }),
      ),
      [],
    ],
    [
      'two objects in two trees',
      names(
        one({ name: 'a' }, { name: 't' }, { file: 'x/a.yaml' }),
        one({ name: 'b' }, { name: 't' }, { file: 'y/b.yaml' }),
      ),
      [],
    ],
    [
      'two objects under one root',
      names(
        one({ name: 'a' }, { name: 't' }, { file: 'x/a.yaml', ...root }),
        one({ name: 'b' }, { name: 't' }, { file: 'y/b.yaml', ...root }),
      ),
      [['apps', 't', ['a', 'b']]],
    ],
    ['one object written twice', names(one({ name: 'a' }), one({ name: 'a' })), []],
    [
      'no namespace, no root',
      names(one({ name: 'a', namespace: undefined }), one({ name: 'b', namespace: undefined })),
      [],
    ],
    [
      'no namespace, one root',
      names(
        one({ name: 'a', namespace: undefined }, { name: 't' }, root),
        one({ name: 'b', namespace: undefined }, { name: 't' }, root),
      ),
      [[undefined, 't', ['a', 'b']]],
    ],
    ['a variable in the name', names(one({ name: 'a' }, { name: '${T}' }), one({ name: 'b' }, { name: '${T}' })), []],
    [
      'a patch may rename it',
      names(one({ name: 'a' }, { name: 't' }, { patched: [['spec', 'target']] }), one({ name: 'b' })),
      [],
    ],
    [
      'a generic target is no Secret',
      names(one({ name: 'a' }, { name: 't', manifest: { apiVersion: 'v1', kind: 'ConfigMap' } }), one({ name: 'b' })),
      [],
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected)
  })
})
