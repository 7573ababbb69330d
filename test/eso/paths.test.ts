import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { firstListPath, searchPath } from '../../src/eso/find-paths.ts'
import {
  aclListPath,
  aclPath,
  dataPath,
  dataPathTwice,
  httpPath,
  isPath,
  metadataPath,
  NIL_PATH,
  NOT_KV2,
  type PathStore,
} from '../../src/eso/paths.ts'
import { convertKey } from '../../src/eso/template/key-names.ts'

interface Vector {
  readonly id: number
  readonly version: 'v1' | 'v2'
  readonly path: string | null
  readonly key: string
  readonly buildPath: string
  readonly buildPathTwice: string
  readonly httpDataPath: string
  readonly metadata: string
  readonly httpMetadataPath: string | null
}

const { vectors } = JSON.parse(readFileSync(new URL('./vectors/eso-path-vectors.json', import.meta.url), 'utf8')) as {
  vectors: readonly Vector[]
}

const storeOf = (version: 'v1' | 'v2', path: string | null | undefined): PathStore => ({
  version,
  path: path ?? undefined,
})

describe('eso.md §2.5: the 49 path vectors', () => {
  it('holds all of them', () => {
    expect(vectors.map(({ id }) => id)).toEqual(Array.from({ length: 49 }, (_, i) => i + 1))
  })

  it.each(vectors)('row $id: $version, path $path, key "$key"', (vector) => {
    const store = storeOf(vector.version, vector.path)
    expect(dataPath(store, vector.key)).toBe(vector.buildPath)
    expect(dataPathTwice(store, vector.key)).toBe(vector.buildPathTwice)
    expect(httpPath(dataPath(store, vector.key))).toBe(vector.httpDataPath)
    expect(`/v1/${aclPath(dataPath(store, vector.key))}`).toBe(vector.httpDataPath)
    const metadata = metadataPath(store, vector.key)
    if (vector.httpMetadataPath === null) {
      expect(isPath(metadata)).toBe(false)
      if (vector.metadata.startsWith('ERR ')) {
        expect(metadata).toEqual(NOT_KV2)
        expect(NOT_KV2).toMatchObject({ says: vector.metadata.slice('ERR '.length) })
      } else expect(metadata).toEqual(NIL_PATH)
    } else {
      expect(metadata).toBe(vector.metadata)
      expect(isPath(metadata) && httpPath(metadata)).toBe(vector.httpMetadataPath)
    }
  })
})

describe('eso.md §2.5: the unit-test vectors of ESO itself', () => {
  it.each([
    ['v2', 'secret/path', 'secret/path/data/test', 'secret/path/data/test'],
    ['v2', 'secret/path', 'secret/path/test', 'secret/path/data/test'],
    ['v2', 'secret/path', 'test', 'secret/path/data/test'],
    ['v2', undefined, 'secret/test/big/path', 'secret/data/test/big/path'],
    ['v2', undefined, 'secret/test/data/not/the/first/and/data/twice', 'secret/test/data/not/the/first/and/data/twice'],
    ['v1', 'secret/path', 'secret/path/test', 'secret/path/test'],
    ['v1', 'secret/path', 'test', 'secret/path/test'],
    ['v1', undefined, 'secret/test', 'secret/test'],
  ] as const)('data path %s %s %s', (version, path, key, expected) => {
    expect(dataPath(storeOf(version, path), key)).toBe(expected)
  })

  it.each([
    ['v1', 'secret/path', 'data/test', 'secret/path/data/test'],
    ['v2', 'secret/path', 'secret/path/data/test', 'secret/path/metadata/secret/path/data/test'],
    ['v2', undefined, 'my_data/data/path', 'my_data/metadata/path'],
  ] as const)('metadata path %s %s %s', (version, path, key, expected) => {
    expect(metadataPath(storeOf(version, path), key)).toBe(expected)
  })
})

describe('eso.md §2.4: HTTP and ACL path', () => {
  it.each([
    ['a b/c#d?e%f', '/v1/a%20b/c%23d%3Fe%25f'],
    ['a+b&c@d', '/v1/a+b&c@d'],
    ["a!b'c(d)*", '/v1/a%21b%27c%28d%29%2A'],
    ['a;b,c:d=e$f~', '/v1/a;b,c:d=e$f~'],
    ['é/🔑', '/v1/%C3%A9/%F0%9F%94%91'],
    ['a/\ud800', '/v1/a/%EF%BF%BD'],
    ['a//b/./c/../d/', '/v1/a/b/d'],
    ['../../../a', '/a'],
    ['', '/v1'],
  ])('"%s" is sent as %s', (path, expected) => {
    expect(httpPath(path)).toBe(expected)
  })

  it('puts the base path of the server before it', () => {
    expect(httpPath('kv/data/a', '/prefix/')).toBe('/prefix/v1/kv/data/a')
  })

  it.each([
    ['/kv//data/a b/', 'kv/data/a b'],
    ['kv/data/${X}/a', 'kv/data/${X}/a'],
    ['kv/data/../../../sys/mounts', undefined],
    ['', undefined],
  ])('"%s" is asked of the policy as %s', (path, expected) => {
    expect(aclPath(path)).toBe(expected)
  })

  it('asks for a LIST with the slash that Vault appends', () => {
    expect(aclListPath('kv/metadata')).toBe('kv/metadata/')
    expect(aclListPath('kv/metadata/a/')).toBe('kv/metadata/a/')
  })
})

describe('eso.md §2.6: find', () => {
  it.each([
    ['secret', undefined, '/v1/secret/metadata', 'config', '/v1/secret/data/config', 'config', 'config'],
    [
      'secret',
      'dev',
      '/v1/secret/metadata/dev',
      'dev/config',
      '/v1/secret/data/dev/config',
      'dev_config',
      'dev_U002f_config',
    ],
    [
      'secret',
      'dev/',
      '/v1/secret/metadata/dev',
      'dev//config',
      '/v1/secret/data/dev/config',
      'dev__config',
      undefined,
    ],
    [
      'secret',
      '/dev',
      '/v1/secret/metadata/dev',
      '/dev/config',
      '/v1/secret/data/dev/config',
      '_dev_config',
      undefined,
    ],
    ['secret', '/', '/v1/secret/metadata', '//config', '/v1/secret/data/config', '__config', undefined],
    // Lists a wrong folder: the mount is not stripped from metadata paths.
    ['secret', 'secret/dev', '/v1/secret/metadata/secret/dev', undefined, undefined, undefined, undefined],
    [
      undefined,
      'secret/data/dev',
      '/v1/secret/metadata/dev',
      'secret/data/dev/config',
      '/v1/secret/data/dev/config',
      'secret_data_dev_config',
      undefined,
    ],
    [undefined, 'database/x', '/v1/database/x', undefined, undefined, undefined, undefined],
  ])('path %s, find.path %s', (path, find, list, candidate, data, key, unicode) => {
    const store = storeOf('v2', path)
    const first = firstListPath(store, find)
    expect(isPath(first) && httpPath(first)).toBe(list)
    if (candidate === undefined) return
    // What is found below is read by its whole name, never relative to `find.path`.
    const name = `${searchPath(find)}config`
    expect(name).toBe(candidate)
    expect(httpPath(dataPath(store, name))).toBe(data)
    expect(convertKey(name, 'Default')).toBe(key)
    if (unicode !== undefined) expect(convertKey(name, 'Unicode')).toBe(unicode)
  })

  it.each(['secret/dev', undefined])('path unset, find.path %s is an error', (find) => {
    expect(firstListPath(storeOf('v2', undefined), find)).toEqual(NOT_KV2)
  })

  it.each([
    ['kv', 'dev', '/v1/kv/dev', '/v1/kv/dev/config'],
    ['kv', undefined, '/v1/kv', '/v1/kv/config'],
  ])('v1, path %s, find.path %s', (path, find, list, data) => {
    const first = firstListPath(storeOf('v1', path), find)
    expect(isPath(first) && httpPath(first)).toBe(list)
    expect(httpPath(dataPath(storeOf('v1', path), `${searchPath(find)}config`))).toBe(data)
  })

  it('v1, path unset panics', () => {
    expect(firstListPath(storeOf('v1', undefined), 'dev')).toEqual(NIL_PATH)
  })

  it('converts letters of any script as they are, others by code point (eso.md §6.4)', () => {
    expect(convertKey('ä/b c🔑', 'Default')).toBe('ä_b_c_')
    expect(convertKey('a/🔑', 'Unicode')).toBe('a_U002f__U1f511_')
  })
})
