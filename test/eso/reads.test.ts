import { describe, expect, it } from 'vitest'
import { predict } from '../../src/eso/predict.ts'
import { words } from './failure-words.ts'
import { documents, externalSecretYaml, fromYaml, storeYaml } from './manifests-from-yaml.ts'
import { lines, predicted } from './requests-of.ts'

/** The references of one ExternalSecret through a store with the given provider fields. */
function references(vault: object, spec: object) {
  return predicted(documents(storeYaml({ vault }), externalSecretYaml(spec))).references
}

const data = (remoteRef: object) => ({ data: [{ secretKey: 'k', remoteRef }] })
const extract = (block: object) => ({ dataFrom: [{ extract: block }] })
const find = (block: object) => ({ dataFrom: [{ find: block }] })

describe('eso.md §3.2: data and extract', () => {
  it.each([
    ['data, v2', {}, data({ key: 'a/b', property: 'p' }), 'data', ['read kv/data/a/b']],
    ['data, v1', { version: 'v1' }, data({ key: 'a/b' }), 'data', ['read kv/a/b']],
    ['data with the mount in the key', {}, data({ key: 'kv/data/a' }), 'data', ['read kv/data/a']],
    ['data with a version', {}, data({ key: 'a', version: '3' }), 'data', ['read kv/data/a?version=3']],
    [
      'a version that must be escaped',
      {},
      data({ key: 'a', version: '1&x=y' }),
      'data',
      ['read kv/data/a?version=1%26x%3Dy'],
    ],
    ['an unquoted version', {}, data({ key: 'a', version: 2 }), 'data', ['read kv/data/a?version=2']],
    [
      'a version on v1 is sent and ignored',
      { version: 'v1' },
      data({ key: 'a', version: '3' }),
      'data',
      ['read kv/a?version=3'],
    ],
    ['extract, v2', {}, extract({ key: 'a' }), 'extract', ['read kv/data/a']],
    ['extract, v1', { version: 'v1' }, extract({ key: 'a' }), 'extract', ['read kv/a']],
    ['metadataPolicy None', {}, data({ key: 'a', metadataPolicy: 'None' }), 'data', ['read kv/data/a']],
    ['an empty key', {}, data({ key: '' }), 'data', ['read kv/data']],
    ['path unset', { path: undefined }, data({ key: 'kv/a' }), 'data', ['read kv/data/a']],
  ])('%s', (_, vault, spec, operation, expected) => {
    const [reference, ...rest] = references(vault, spec)
    expect(rest).toEqual([])
    expect(lines(reference)).toEqual(expected)
    expect(reference).toMatchObject({
      operation,
      failsWith: undefined,
      notChecked: undefined,
      proposed: false,
      holes: [],
    })
    expect(reference?.accesses[0]).toMatchObject({ side: 'data', when: 'always', http: { method: 'GET' } })
  })

  it('sends N identical requests for N items on one key', () => {
    const item = (property: string) => ({ secretKey: property, remoteRef: { key: 'a', property } })
    const found = references({}, { data: [item('x'), item('y')] })
    expect(found.flatMap(lines)).toEqual(['read kv/data/a', 'read kv/data/a'])
    expect(found.map(({ property }) => property)).toEqual(['x', 'y'])
  })

  it('says where key, property and store are written', () => {
    const [reference] = references({}, data({ key: 'a', property: 'p' }))
    expect(reference?.field).toEqual(['spec', 'data', 0])
    expect(reference?.span.file).toBe('apps/app.yaml#spec.data.0.remoteRef.key')
    expect(reference?.propertySpan?.file).toBe('apps/app.yaml#spec.data.0.remoteRef.property')
    expect(reference?.storeRef?.span.file).toBe('apps/app.yaml#spec.secretStoreRef.name')
  })

  it('percent-encodes what is sent and not what the policy is asked', () => {
    const [reference] = references({}, data({ key: 'a b#c' }))
    expect(reference?.accesses[0]).toMatchObject({ path: 'kv/data/a b#c', http: { path: '/v1/kv/data/a%20b%23c' } })
  })

  it('fails where .. leads out of the API', () => {
    const [reference] = references({}, data({ key: '../../../sys/mounts' }))
    expect(reference).toMatchObject({ accesses: [], failsWith: { code: 'leaves-api', sends: 'GET /sys/mounts' } })
  })

  it.each([
    [{}, 'Retain'],
    [{ target: { deletionPolicy: 'Merge' } }, 'Merge'],
    [{ target: { deletionPolicy: 'Delete' } }, 'Delete'],
    [{ target: null }, 'Retain'],
  ])('carries the deletion policy of %j', (target, expected) => {
    expect(references({}, { ...data({ key: 'a' }), ...target })[0]?.deletionPolicy).toBe(expected)
  })
})

describe('eso.md §3.3: metadataPolicy Fetch', () => {
  it.each([
    ['v2', {}, 'a', ['read kv/metadata/a'], undefined],
    ['v2 doubles the mount', {}, 'kv/a', ['read kv/metadata/kv/a'], undefined],
    ['v1', { version: 'v1' }, 'a', [], 'kv1-metadata: cannot perform metadata fetch operations with kv version v1'],
    ['path unset', { path: undefined }, 'kv/data/a', ['read kv/metadata/a'], undefined],
    ['path unset, no data', { path: undefined }, 'kv/a', [], "mount-not-told: provided Path isn't a valid kv v2 path"],
    [
      'path unset, v1',
      { path: undefined, version: 'v1' },
      'kv/a',
      [],
      'kv1-metadata: cannot perform metadata fetch operations with kv version v1',
    ],
  ])('%s', (_, vault, key, expected, failsWith) => {
    for (const spec of [
      data({ key, metadataPolicy: 'Fetch', version: '2' }),
      extract({ key, metadataPolicy: 'Fetch' }),
    ]) {
      const [reference] = references(vault, spec)
      expect(lines(reference)).toEqual(expected)
      expect(reference?.operation).toBe('fetch-metadata')
      expect(words(reference?.failsWith)).toBe(failsWith)
      for (const access of reference?.accesses ?? []) expect(access.side).toBe('metadata')
    }
  })
})

describe('eso.md §3.4: find', () => {
  const v2Lists = ['list kv/metadata/team/', 'list kv/metadata/team/**']
  it.each([
    ['by name', {}, { path: 'team', name: { regexp: '^x' } }, [...v2Lists, 'read kv/data/team/**'], undefined],
    ['name: {} matches all', {}, { path: 'team', name: {} }, [...v2Lists, 'read kv/data/team/**'], undefined],
    [
      'by name, tags are ignored',
      {},
      { path: 'team', name: { regexp: 'x' }, tags: { a: 'b' } },
      [...v2Lists, 'read kv/data/team/**'],
      undefined,
    ],
    [
      'by tags',
      {},
      { path: 'team', tags: { a: 'b' } },
      [...v2Lists, 'read kv/metadata/team/**', 'read kv/data/team/**'],
      undefined,
    ],
    ['neither', {}, { path: 'team' }, [...v2Lists, 'read kv/metadata/team/**', 'read kv/data/team/**'], undefined],
    [
      'at the root',
      {},
      { name: { regexp: 'x' } },
      ['list kv/metadata/', 'list kv/metadata/**', 'read kv/data/**'],
      undefined,
    ],
    [
      'with the mount in the path',
      {},
      { path: 'kv/team', name: {} },
      ['list kv/metadata/kv/team/', 'list kv/metadata/kv/team/**', 'read kv/data/team/**'],
      undefined,
    ],
    [
      'v1 by name',
      { version: 'v1' },
      { path: 'team', name: { regexp: 'x' } },
      ['list kv/team/', 'list kv/team/**', 'read kv/team/**'],
      undefined,
    ],
    [
      'v1, neither',
      { version: 'v1' },
      { path: 'team' },
      ['list kv/team/', 'list kv/team/**', 'read kv/team/**', 'read kv/team/**'],
      undefined,
    ],
    [
      'v1 by tags',
      { version: 'v1' },
      { tags: { a: 'b' } },
      [],
      'kv1-tags: cannot perform find by tag operations with kv version v1',
    ],
    [
      'v1, tags: {} is present',
      { version: 'v1' },
      { name: {}, tags: {} },
      [],
      'kv1-tags: cannot perform find by tag operations with kv version v1',
    ],
    [
      'v1, path unset',
      { version: 'v1', path: undefined },
      { path: 'team' },
      [],
      'panics: panic: runtime error: invalid memory address or nil pointer dereference [recovered]',
    ],
    [
      'v2, path unset',
      { path: undefined },
      { path: 'kv/team' },
      [],
      "mount-not-told: provided Path isn't a valid kv v2 path",
    ],
    [
      'v2, path unset, data in the path',
      { path: undefined },
      { path: 'kv/data/team', name: {} },
      [...v2Lists, 'read kv/data/team/**'],
      undefined,
    ],
    [
      'a regexp that RE2 refuses fails after the LIST',
      {},
      { path: 'team', name: { regexp: '(?!x)' } },
      v2Lists,
      expect.stringContaining('find-regexp-invalid: could not compile find.name.regexp [(?!x)]: '),
    ],
  ])('%s', (_, vault, block, expected, failsWith) => {
    const [reference] = references(vault, find(block))
    expect(lines(reference)).toEqual(expected)
    expect(reference?.operation).toBe('find')
    expect(words(reference?.failsWith)).toEqual(failsWith)
  })

  it('asks metadata rights on v2 and data rights on v1', () => {
    expect(references({}, find({ path: 't' }))[0]?.accesses.map(({ side }) => side)).toEqual([
      'metadata',
      'metadata',
      'metadata',
      'data',
    ])
    expect(references({ version: 'v1' }, find({ path: 't' }))[0]?.accesses.map(({ side }) => side)).toEqual([
      'data',
      'data',
      'data',
      'data',
    ])
  })

  it('carries the question, and lists by GET', () => {
    const [reference] = references({}, find({ path: 'team', tags: { a: 'b' } }))
    expect(reference?.find).toEqual({ path: 'team', regexp: undefined, tags: { a: 'b' } })
    expect(reference?.key).toBe('team')
    expect(reference?.accesses[0]?.http).toEqual({ method: 'GET', path: '/v1/kv/metadata/team', query: 'list=true' })
    expect(reference?.span.file).toBe('apps/app.yaml#spec.dataFrom.0.find.path')
  })
})

describe('field.md §2 W1: what the fix of a null block would read', () => {
  it.each([
    ['extract: null with a sibling key', { dataFrom: [{ extract: null, key: 'a' }] }, 'extract', ['read kv/data/a']],
    [
      'no extract at all, key in its place',
      { dataFrom: [{ key: 'a', version: '2' }] },
      'extract',
      ['read kv/data/a?version=2'],
    ],
    [
      'remoteRef: null with a sibling key',
      { data: [{ secretKey: 'k', remoteRef: null, key: 'a' }] },
      'data',
      ['read kv/data/a'],
    ],
    [
      'find: null with siblings',
      { dataFrom: [{ find: null, path: 'team', name: { regexp: 'x' } }] },
      'find',
      ['list kv/metadata/team/', 'list kv/metadata/team/**', 'read kv/data/team/**'],
    ],
  ])('%s', (_, spec, operation, expected) => {
    const [reference, ...rest] = references({}, spec)
    expect(rest).toEqual([])
    expect(reference).toMatchObject({ operation, proposed: true })
    expect(lines(reference)).toEqual(expected)
  })

  it('points at the misplaced key', () => {
    expect(references({}, { dataFrom: [{ extract: null, key: 'a' }] })[0]?.span.file).toBe(
      'apps/app.yaml#spec.dataFrom.0.key',
    )
  })

  it.each([
    [{ dataFrom: [{ extract: null }] }],
    [{ dataFrom: [{ find: null }] }],
    [{ dataFrom: [{}] }],
    [{ dataFrom: [null] }],
  ])('%j asks for nothing', (spec) => {
    expect(references({}, spec)).toEqual([])
  })
})

describe('eso.md §3.0: order of items', () => {
  it('is all of dataFrom, then all of data', () => {
    const found = references(
      {},
      {
        data: [
          { secretKey: 'k', remoteRef: { key: 'd0' } },
          { secretKey: 'l', remoteRef: { key: 'd1' } },
        ],
        dataFrom: [{ extract: { key: 'f0' } }, { find: { path: 'f1' } }],
      },
    )
    expect(found.map(({ key }) => key)).toEqual(['f0', 'f1', 'd0', 'd1'])
  })
})

describe('what cannot be told is not checked, and its path still stands', () => {
  it.each([
    [
      'a variable in the key',
      {},
      data({ key: 'apps/${APP}/db' }),
      ['read kv/data/apps/${APP}/db'],
      ['${APP}'],
      { code: 'variable-unresolved', in: 'key', holes: ['${APP}'] },
    ],
    [
      'a variable in the store path',
      { path: '${MOUNT}' },
      data({ key: 'a' }),
      ['read ${MOUNT}/data/a'],
      ['${MOUNT}'],
      { code: 'variable-unresolved', in: 'store-path', holes: ['${MOUNT}'] },
    ],
    [
      'a placeholder',
      {},
      data({ key: 'REPLACE_ME' }),
      ['read kv/data/REPLACE_ME'],
      ['REPLACE_ME'],
      { code: 'placeholder', in: 'key', holes: ['REPLACE_ME'] },
    ],
    [
      'a variable in the version of the store',
      { version: '${V}' },
      data({ key: 'a' }),
      ['read kv/data/a'],
      ['${V}'],
      { code: 'variable-unresolved', in: 'store-path', holes: ['${V}'] },
    ],
    [
      'a variable in find.path',
      {},
      find({ path: '${APP}', name: {} }),
      ['list kv/metadata/${APP}/', 'list kv/metadata/${APP}/**', 'read kv/data/${APP}/**'],
      ['${APP}'],
      { code: 'variable-unresolved', in: 'key', holes: ['${APP}'] },
    ],
    [
      'a key that is a map (unrendered Helm)',
      {},
      data({ key: { '[object Object]': null } }),
      [],
      [],
      { code: 'key-not-text' },
    ],
    ['a key that is missing', {}, data({ property: 'p' }), [], [], { code: 'key-missing' }],
    [
      'a metadataPolicy with a variable',
      {},
      data({ key: 'a', metadataPolicy: '${P}' }),
      [],
      [],
      { code: 'variable-unresolved', in: 'metadata-policy', holes: ['${P}'] },
    ],
  ])('%s', (_, vault, spec, expected, holes, reason) => {
    const [reference] = references(vault, spec)
    expect(lines(reference)).toEqual(expected)
    expect(reference?.holes).toEqual(holes)
    expect(reference?.notChecked).toEqual(reason)
  })

  it.each([
    [['spec', 'data', 0, 'remoteRef', 'key'], true],
    [['spec', 'data', 0], true],
    [['spec', 'data'], true],
    [[], true],
    [['spec', 'data', 1], false],
    [['spec', 'refreshInterval'], false],
  ])('a patch on %j of the ExternalSecret: %s', (path, touched) => {
    const { references: found } = predicted(externalSecretYaml(data({ key: 'a' })), {}, { patched: [path] })
    expect(found[0]?.notChecked?.code === 'patched').toBe(touched)
  })

  it.each([
    [['spec', 'provider', 'vault', 'path'], true],
    [['spec', 'provider'], true],
    [[], true],
    [['spec', 'provider', 'vault', 'auth', 'appRole', 'roleId'], false],
    [['spec', 'conditions'], false],
  ])('a patch on %j of the store: %s', (path, touched) => {
    const manifests = [
      ...fromYaml(storeYaml(), { patched: [path] }),
      ...fromYaml(externalSecretYaml(data({ key: 'a' }))),
    ]
    const [reference] = predict(manifests).references
    expect(reference?.notChecked).toEqual(
      touched
        ? { code: 'patched', place: expect.anything(), of: { kind: 'ClusterSecretStore', name: 'vault' } }
        : undefined,
    )
  })

  it('a patch on the store reference leaves the store unknown, not absent', () => {
    const { references: found } = predicted(
      externalSecretYaml(data({ key: 'a' })),
      {},
      { patched: [['spec', 'secretStoreRef']] },
    )
    expect(found[0]?.store).toMatchObject({ found: 'unknown', because: { code: 'patched' } })
  })
})

describe('objects of any shape do not break the prediction', () => {
  it.each([
    [{ data: 'x' }],
    [{ data: [null, 1, 'x', []], dataFrom: {} }],
    [{ dataFrom: [{ extract: 'x' }, { find: [] }, { sourceRef: 'x' }, { sourceRef: { generatorRef: 'x' } }] }],
    [{ secretStoreRef: 'vault', data: [{ remoteRef: 'x' }] }],
    [{ target: 'x', secretStoreRef: null }],
  ])('%j', (spec) => {
    expect(() => predicted(documents(storeYaml(), externalSecretYaml(spec)))).not.toThrow()
  })

  it.each([
    '{"apiVersion":"external-secrets.io/v1","kind":"ExternalSecret"}',
    '{"apiVersion":"external-secrets.io/v1","kind":"PushSecret","spec":[]}',
  ])('%s', (text) => {
    expect(predicted(text).references).toEqual([])
  })
})
