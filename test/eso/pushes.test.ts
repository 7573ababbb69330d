import { describe, expect, it } from 'vitest'
import { words } from './failure-words.ts'
import { documents, externalSecretYaml, pushSecretYaml, storeYaml } from './manifests-from-yaml.ts'
import { lines, predicted } from './requests-of.ts'

function references(vault: object, spec: object, ...more: string[]) {
  return predicted(documents(storeYaml({ vault }), pushSecretYaml(spec), ...more)).references
}

const entry = (remoteKey: string, property?: string, secretKey: string | undefined = 'k') => ({
  match: { secretKey, remoteRef: { remoteKey, ...(property === undefined ? {} : { property }) } },
})
const WRITE_V2 = ['create kv/metadata/a', 'update kv/metadata/a', 'update kv/data/a']
const PANIC = 'panics: panic: runtime error: invalid memory address or nil pointer dereference [recovered]'

describe('eso.md §3.6: PushSecret on KV v2', () => {
  it.each([
    ['a property', {}, { data: [entry('a', 'p')] }, ['read kv/data/a', 'read kv/metadata/a', ...WRITE_V2]],
    ['no property', {}, { data: [entry('a')] }, ['read kv/data/a', 'read kv/metadata/a', ...WRITE_V2]],
    [
      'the whole Secret',
      {},
      { data: [{ match: { remoteRef: { remoteKey: 'a' } } }] },
      ['read kv/data/a', 'read kv/metadata/a', ...WRITE_V2],
    ],
    [
      'check-and-set reads the metadata once more',
      { checkAndSet: { required: true } },
      { data: [entry('a')] },
      ['read kv/data/a', 'read kv/metadata/a', 'read kv/metadata/a', ...WRITE_V2],
    ],
    [
      'the mount in the key: data stripped, metadata doubled (§2.5 row 3)',
      {},
      { data: [entry('kv/a')] },
      [
        'read kv/data/a',
        'read kv/metadata/kv/a',
        'create kv/metadata/kv/a',
        'update kv/metadata/kv/a',
        'update kv/data/a',
      ],
    ],
    [
      'path unset: the read builds its path twice (§2.4)',
      { path: undefined },
      { data: [entry('data')] },
      ['read data/data/data', 'read data', 'create data', 'update data', 'update data/data'],
    ],
  ])('%s', (_, vault, spec, expected) => {
    const [reference, ...rest] = references(vault, spec)
    expect(rest).toEqual([])
    expect(lines(reference)).toEqual(expected)
    expect(reference).toMatchObject({ operation: 'push', failsWith: undefined, notChecked: undefined })
  })

  it('each right carries its condition, side and method', () => {
    const [reference] = references({}, { data: [entry('a', 'p')] })
    expect(reference?.accesses.map(({ side, http, when }) => `${http.method} ${side}: ${when}`)).toEqual([
      'GET data: always',
      'GET metadata: only if the secret exists, to see whether ESO manages it',
      'PUT metadata: on the first write, when the secret has no metadata yet',
      'PUT metadata: on a later write, when the secret has metadata already',
      'PUT data: on every write, the first one too',
    ])
  })

  it('fails before any request where the metadata path cannot be built', () => {
    expect(references({ path: undefined }, { data: [entry('kv/a')] })[0]).toMatchObject({
      accesses: [],
      failsWith: { code: 'mount-not-told', says: "provided Path isn't a valid kv v2 path" },
    })
  })

  it('carries what is pushed and where it is written', () => {
    const [reference] = references(
      {},
      { data: [entry('a', 'p')], updatePolicy: 'IfNotExists', deletionPolicy: 'Delete' },
    )
    expect(reference).toMatchObject({ key: 'a', property: 'p', field: ['spec', 'data', 0] })
    expect(reference?.push).toEqual({ secretKey: 'k', updatePolicy: 'IfNotExists', deletionPolicy: 'Delete' })
    expect(reference?.span.file).toBe('apps/app.yaml#spec.data.0.match.remoteRef.remoteKey')
    expect(reference?.propertySpan?.file).toBe('apps/app.yaml#spec.data.0.match.remoteRef.property')
    expect(references({}, { data: [{ match: { remoteRef: { remoteKey: 'a' } } }] })[0]?.push).toEqual({
      secretKey: undefined,
      updatePolicy: 'Replace',
      deletionPolicy: 'None',
    })
  })
})

describe('eso.md §3.6: PushSecret on KV v1', () => {
  it.each([
    ['plain', { version: 'v1' }, 'a', ['read kv/a', 'read kv/a', 'create kv/a', 'update kv/a'], undefined],
    [
      'the mount in the key (§2.5 row 42)',
      { version: 'v1' },
      'kv/a',
      ['read kv/a', 'read kv/kv/a', 'create kv/a', 'update kv/a'],
      undefined,
    ],
    ['path unset', { version: 'v1', path: undefined }, 'kv/a', [], PANIC],
    [
      'check-and-set',
      { version: 'v1', checkAndSet: { required: true } },
      'a',
      ['read kv/a', 'read kv/a', 'create kv/a', 'update kv/a'],
      'kv1-check-and-set: checkAndSet is not supported with Vault KV version v1',
    ],
  ])('%s', (_, vault, key, expected, failsWith) => {
    const [reference] = references(vault, { data: [entry(key)] })
    expect(lines(reference)).toEqual(expected)
    expect(words(reference?.failsWith)).toBe(failsWith)
    for (const access of reference?.accesses ?? []) expect(access.side).toBe('data')
  })
})

describe('eso.md §3.7: updatePolicy IfNotExists', () => {
  const IF_NOT = { updatePolicy: 'IfNotExists' }
  it.each([
    [
      'v2 without property never meets an existing secret',
      {},
      { data: [entry('a')], ...IF_NOT },
      ['read kv/data/a', 'read kv/data/a', ...WRITE_V2],
    ],
    [
      'v2 with property may',
      {},
      { data: [entry('a', 'p')], ...IF_NOT },
      ['read kv/data/a', 'read kv/data/a', 'read kv/metadata/a', ...WRITE_V2],
    ],
    [
      'v1 without property',
      { version: 'v1' },
      { data: [entry('a')], ...IF_NOT },
      ['read kv/a', 'read kv/a', 'create kv/a'],
    ],
    [
      'v1 with property',
      { version: 'v1' },
      { data: [entry('a', 'p')], ...IF_NOT },
      ['read kv/a', 'read kv/a', 'read kv/a', 'create kv/a', 'update kv/a'],
    ],
  ])('%s', (_, vault, spec, expected) => {
    expect(lines(references(vault, spec)[0])).toEqual(expected)
  })

  it('asks before it fails on the metadata path', () => {
    const [reference] = references({ path: undefined, version: 'v1' }, { data: [entry('kv/a')], ...IF_NOT })
    expect(lines(reference)).toEqual(['read kv/a'])
    expect(words(reference?.failsWith)).toBe(PANIC)
  })
})

describe('eso.md §3.8: deletionPolicy Delete', () => {
  const DELETE = { deletionPolicy: 'Delete' }
  it.each([
    [
      'v2',
      {},
      { data: [entry('a')], ...DELETE },
      ['read kv/data/a', 'read kv/metadata/a', 'delete kv/data/a', 'delete kv/metadata/a'],
    ],
    [
      'v2 with property',
      {},
      { data: [entry('a', 'p')], ...DELETE },
      ['read kv/data/a', 'read kv/metadata/a', 'update kv/data/a', 'delete kv/data/a', 'delete kv/metadata/a'],
    ],
    ['v1', { version: 'v1' }, { data: [entry('a')], ...DELETE }, ['read kv/a', 'read kv/a', 'delete kv/a']],
    [
      'v1 with property',
      { version: 'v1' },
      { data: [entry('a', 'p')], ...DELETE },
      ['read kv/a', 'read kv/a', 'update kv/a', 'delete kv/a'],
    ],
  ])('%s', (_, vault, spec, expected) => {
    const accesses = references(vault, spec)[0]?.accesses ?? []
    const deletion = accesses.filter(({ when }) => when.startsWith('on deletion'))
    expect(deletion.map(({ capability, path }) => `${capability} ${path}`)).toEqual(expected)
    expect(accesses.slice(-deletion.length)).toEqual(deletion)
  })
})

describe('eso.md §6.6: stores of a PushSecret', () => {
  it('writes every entry to every store', () => {
    const second = storeYaml({ name: 'second', vault: { path: 'other' } })
    const refs = [
      { kind: 'ClusterSecretStore', name: 'vault' },
      { kind: 'ClusterSecretStore', name: 'second' },
    ]
    const found = references({}, { secretStoreRefs: refs, data: [entry('a'), entry('b')] }, second)
    expect(found.map((reference) => lines(reference)[0])).toEqual([
      'read kv/data/a',
      'read kv/data/b',
      'read other/data/a',
      'read other/data/b',
    ])
  })

  it('a labelSelector selects stores and wins over the name', () => {
    const labelled = storeYaml({ name: 'labelled', labels: { team: 'x' }, vault: { path: 'l' } })
    const refs = [{ kind: 'ClusterSecretStore', name: 'vault', labelSelector: { matchLabels: { team: 'x' } } }]
    const found = references({}, { secretStoreRefs: refs, data: [entry('a')] }, labelled)
    expect(found.map(({ storeRef }) => storeRef?.name)).toEqual(['labelled'])
    expect(lines(found[0])[0]).toBe('read l/data/a')
  })

  it('a labelSelector that selects no store in Git is unknown, not absent', () => {
    const refs = [{ kind: 'ClusterSecretStore', labelSelector: { matchLabels: { team: 'x' } } }]
    const [reference] = references({}, { secretStoreRefs: refs, data: [entry('a')] })
    expect(reference?.store).toEqual({
      found: 'unknown',
      because: { code: 'no-store-selected' },
    })
  })

  it('neither name nor selector fails', () => {
    expect(words(references({}, { secretStoreRefs: [{}], data: [entry('a')] })[0]?.failsWith)).toBe(
      'push-store-unnamed: refStore Name must be provided',
    )
  })

  it('the kind defaults to SecretStore, in the own namespace', () => {
    const refs = [{ name: 'vault' }]
    const here = storeYaml({ kind: 'SecretStore', namespace: 'apps', vault: { path: 'here' } })
    const [reference] = references({}, { secretStoreRefs: refs, data: [entry('a')] }, here)
    expect(lines(reference)[0]).toBe('read here/data/a')
  })

  it('an unmanaged store is skipped by itself', () => {
    const second = storeYaml({ name: 'second', spec: { controller: 'dev' } })
    const refs = [
      { kind: 'ClusterSecretStore', name: 'vault' },
      { kind: 'ClusterSecretStore', name: 'second' },
    ]
    const found = references({}, { secretStoreRefs: refs, data: [entry('a')] }, second)
    expect(found.map(({ skipped }) => skipped === undefined)).toEqual([true, false])
  })
})

describe('eso.md §6.6: dataTo', () => {
  const storeRef = { name: 'vault', kind: 'ClusterSecretStore' }
  const source = externalSecretYaml(
    {
      target: { name: 'source' },
      data: ['db-user', 'db-pass', 'x_U002f_y'].map((secretKey) => ({ secretKey, remoteRef: { key: 'z' } })),
    },
    { name: 'source' },
  )
  const push = (spec: object, ...more: string[]) =>
    references({}, spec, ...more).filter(({ operation }) => operation === 'push')

  it('with remoteKey is one entry, the whole Secret', () => {
    const [reference, ...rest] = push({ dataTo: [{ storeRef, remoteKey: 'bundle' }] })
    expect(rest).toEqual([])
    expect(reference).toMatchObject({
      key: 'bundle',
      property: undefined,
      push: { secretKey: undefined },
      field: ['spec', 'dataTo', 0],
    })
    expect(lines(reference)).toContain('update kv/data/bundle')
  })

  it.each([
    ['every key', {}, ['db-pass', 'db-user', 'x_U002f_y']],
    ['matched keys, unanchored', { match: { regexp: 'user|y' } }, ['db-user', 'x_U002f_y']],
    ['ReverseUnicode', { match: { regexp: '^x' }, conversionStrategy: 'ReverseUnicode' }, ['x/y']],
    [
      'rewrite by regexp, in turn, as Go expands it',
      {
        match: { regexp: '^db' },
        rewrite: [
          { regexp: { source: '^db-(.*)$', target: 'app/${1}' } },
          { regexp: { source: 'pass', target: 'password' } },
        ],
      },
      ['app/password', 'app/user'],
    ],
    [
      'rewrite by a template that only places the value',
      { match: { regexp: 'user' }, rewrite: [{ transform: { template: 'app/{{ .value }}' } }] },
      ['app/db-user'],
    ],
  ])('without remoteKey expands to %s', (_, more, expected) => {
    const found = push({ dataTo: [{ storeRef, ...more }] }, source)
    expect(found.map(({ key }) => key)).toEqual(expected)
    for (const reference of found) expect(reference).toMatchObject({ property: undefined, notChecked: undefined })
  })

  it('keys of the own template are added', () => {
    const found = push({ dataTo: [{ storeRef, match: { regexp: '^t' } }], template: { data: { tpl: 'x' } } }, source)
    expect(found.map(({ key }) => key)).toEqual(['tpl'])
  })

  it('an explicit entry wins for its source key', () => {
    const found = push(
      { dataTo: [{ storeRef, match: { regexp: '^db' } }], data: [entry('mine', undefined, 'db-user')] },
      source,
    )
    expect(found.map(({ key }) => key)).toEqual(['db-pass', 'mine'])
  })

  it.each([
    ['the keys are not in Git', { storeRef }, [], { code: 'source-keys-unknown' }],
    [
      'a template that does more',
      { storeRef, rewrite: [{ transform: { template: '{{ .value | upper }}' } }] },
      [source],
      { code: 'rewrite-not-followed' },
    ],
    [
      'a match with a variable',
      { storeRef, match: { regexp: '${X}' } },
      [source],
      { code: 'variable-unresolved', in: 'match-regexp', holes: ['${X}'] },
    ],
    ['a match that does not compile', { storeRef, match: { regexp: '(' } }, [source], { code: 'match-regexp-invalid' }],
  ])('is not checked where %s', (_, item, more, reason) => {
    const [reference] = push({ dataTo: [item] }, ...more)
    expect(reference?.accesses).toEqual([])
    expect(reference?.notChecked).toMatchObject(reason)
  })

  it.each([
    [
      'two keys of one item',
      [{ match: { regexp: '^db-' }, rewrite: [{ regexp: { source: '.*', target: 'one' } }] }],
      'dataTo[0]: duplicate remote key "one" from source key "db-user" (conflicts with dataTo[0]:db-pass)',
    ],
    [
      'the same key in two items',
      [{ match: { regexp: 'user' } }, { match: { regexp: 'user' } }],
      'dataTo[1]: duplicate remote key "db-user" from source key "db-user" (conflicts with dataTo[0]:db-user)',
    ],
    [
      'two bundles',
      [{ remoteKey: 'all' }, { remoteKey: 'all', match: { regexp: 'db' } }],
      'dataTo[1]: duplicate remote key "all" from source key "(bundle)" (conflicts with dataTo[0]:(bundle))',
    ],
    [
      'a bundle and a key',
      [{ match: { regexp: 'pass' } }, { remoteKey: 'db-pass' }],
      'dataTo[1]: duplicate remote key "db-pass" from source key "(bundle)" (conflicts with dataTo[0]:db-pass)',
    ],
    [
      'a key of which nothing is left',
      [{ match: { regexp: 'user' }, rewrite: [{ regexp: { source: '.*', target: '' } }] }],
      'dataTo[0]: empty remote key produced for source key "db-user"',
    ],
  ])('%s: nothing is pushed', (_, items, says) => {
    const found = push({ dataTo: items.map((item) => ({ storeRef, ...item })) }, source)
    expect(found.flatMap(({ failsWith }) => (failsWith === undefined ? [] : [words(failsWith)]))).toEqual([
      expect.stringMatching(/^push-key-(twice|empty): failed to expand dataTo: /),
    ])
    expect(words(found.find(({ failsWith }) => failsWith !== undefined)?.failsWith)).toContain(says)
  })

  it('items for different stores do not meet, and are counted for each store by itself', () => {
    const second = storeYaml({ name: 'second', vault: { path: 'other' } })
    const other = { name: 'second', kind: 'ClusterSecretStore' }
    const two = [
      { storeRef, remoteKey: 'all' },
      { storeRef: other, remoteKey: 'all' },
    ]
    const found = push({ secretStoreRefs: [storeRef, other], dataTo: two }, source, second)
    expect(found.map(({ failsWith }) => failsWith)).toEqual([undefined, undefined])
    const twice = push({ secretStoreRefs: [storeRef, other], dataTo: [...two, two[1]] }, source, second)
    expect(words(twice.at(-1)?.failsWith)).toContain('dataTo[1]: duplicate remote key "all"')
  })

  it('a bundle with a pattern over keys that nobody knows may be empty, so that it meets nobody', () => {
    const items = [
      { storeRef, remoteKey: 'all', match: { regexp: 'a' } },
      { storeRef, remoteKey: 'all' },
    ]
    expect(push({ dataTo: items }).map(({ failsWith }) => failsWith)).toEqual([undefined, undefined])
    const sure = items.map(({ remoteKey }) => ({ storeRef, remoteKey }))
    expect(words(push({ dataTo: sure })[1]?.failsWith)).toContain('(conflicts with dataTo[0]:(bundle))')
  })

  it('an item of data with the remote key of a bundle fails, one with a property does not', () => {
    const dataTo = [{ storeRef, remoteKey: 'all' }]
    const found = push({ dataTo, data: [entry('all', undefined, 'db-user')] }, source)
    expect(words(found[1]?.failsWith)).toContain(
      'failed to merge data entries: duplicate remote key "all": source keys "" and "db-user" both map to the same destination',
    )
    expect(push({ dataTo, data: [entry('all', 'p', 'db-user')] }, source)[1]?.failsWith).toBeUndefined()
  })

  it('what matches no key writes nothing', () => {
    expect(push({ dataTo: [{ storeRef, remoteKey: 'bundle', match: { regexp: 'zzz' } }] }, source)).toEqual([])
    expect(push({ dataTo: [{ storeRef, match: { regexp: 'zzz' } }] }, source)).toEqual([])
  })

  it('a store that labels choose does not count where it is named', () => {
    const labelled = storeYaml({ name: 'second', vault: { path: 'other' }, labels: { a: 'b' } })
    const spec = {
      secretStoreRefs: [{ kind: 'ClusterSecretStore', labelSelector: { matchLabels: { a: 'b' } } }],
      dataTo: [{ storeRef: { name: 'second', kind: 'ClusterSecretStore' }, remoteKey: 'r' }],
    }
    expect(push(spec, labelled).map(({ failsWith }) => words(failsWith))).toEqual([
      'push-store-not-listed: dataTo[0]: storeRef "second" not found in secretStoreRefs',
    ])
  })

  it.each([
    [
      'an unknown store',
      { storeRef: { name: 'other', kind: 'ClusterSecretStore' } },
      'push-store-not-listed: dataTo[0]: storeRef "other" not found in secretStoreRefs',
    ],
    [
      'the wrong kind',
      { storeRef: { name: 'vault' } },
      'push-store-not-listed: dataTo[0]: storeRef "vault" not found in secretStoreRefs',
    ],
    ['no store', {}, 'push-store-not-chosen: storeRef must specify either name or labelSelector'],
    [
      'a selector without a match',
      { storeRef: { labelSelector: { matchLabels: { a: 'b' } } } },
      'push-labels-match-none: dataTo[0]: labelSelector does not match any store in secretStoreRefs',
    ],
  ])('%s fails', (_, item, failsWith) => {
    const found = push({ dataTo: [{ remoteKey: 'r', ...item }] })
    expect(found.map((reference) => words(reference.failsWith))).toEqual([failsWith])
  })

  it('goes only to the store that it names', () => {
    const second = storeYaml({ name: 'second', vault: { path: 'other' }, labels: { a: 'b' } })
    const secretStoreRefs = [storeRef, { kind: 'ClusterSecretStore', name: 'second' }]
    const named = push({ secretStoreRefs, dataTo: [{ storeRef, remoteKey: 'r' }] }, second)
    expect(named.map((reference) => reference.storeRef?.name)).toEqual(['vault'])
    const byLabel = { kind: 'ClusterSecretStore', labelSelector: { matchLabels: { a: 'b' } } }
    const selected = push({ secretStoreRefs, dataTo: [{ storeRef: byLabel, remoteKey: 'r' }] }, second)
    expect(selected.map((reference) => reference.storeRef?.name)).toEqual(['second'])
  })
})

describe('eso.md §6.6: ClusterPushSecret', () => {
  const cluster = (spec: object) =>
    JSON.stringify({
      apiVersion: 'external-secrets.io/v1alpha1',
      kind: 'ClusterPushSecret',
      metadata: { name: 'all' },
      spec: {
        pushSecretSpec: {
          secretStoreRefs: [{ kind: 'ClusterSecretStore', name: 'vault' }],
          selector: {},
          data: [entry('a')],
        },
        ...spec,
      },
    })

  it('reads the spec below pushSecretSpec', () => {
    const [reference] = predicted(documents(storeYaml(), cluster({}))).references
    expect(reference?.field).toEqual(['spec', 'pushSecretSpec', 'data', 0])
    expect(reference?.namespaces).toBeUndefined()
    expect(lines(reference)[0]).toBe('read kv/data/a')
  })

  it('has no list of namespaces', () => {
    expect(predicted(documents(storeYaml(), cluster({ namespaces: ['a'] }))).references[0]?.namespaces).toBeUndefined()
    const namespaceSelectors = [{ matchLabels: { 'kubernetes.io/metadata.name': 'a' } }]
    expect(predicted(documents(storeYaml(), cluster({ namespaceSelectors }))).references[0]?.namespaces).toEqual(['a'])
  })
})
