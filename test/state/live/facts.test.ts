import { describe, expect, test } from 'vitest'
import { listBelow } from '../../../src/state/live/find.ts'
import type { ListFolder } from '../../../src/state/live/folders.ts'
import { stateOf } from '../../../src/state/live/kv2.ts'
import { toRoleFact } from '../../../src/state/live/roles.ts'
import { toSubKeys } from '../../../src/state/live/subkeys.ts'

describe('the state in the metadata of a secret (vault.md §4.8)', () => {
  const now = Date.parse('2026-06-01T12:00:00Z')
  const version = (deletion_time = '', destroyed = false) => ({
    created_time: '2026-01-01T00:00:00Z',
    deletion_time,
    destroyed,
  })
  const PAST = '2026-06-01T11:59:59.123456789Z'
  const FUTURE = '2026-06-01T12:00:01.000000001Z'
  const data = (...versions: object[]) => ({
    current_version: versions.length,
    versions: Object.fromEntries(versions.map((one, index) => [index + 1, one])),
  })
  test.each([
    ['alive', data(version()), undefined, { presence: 'present', currentVersion: 1 }],
    ['deleted', data(version(PAST)), undefined, { presence: 'deleted', currentVersion: 1, deletionTime: PAST }],
    ['to be deleted', data(version(FUTURE)), undefined, { presence: 'present', deletionTime: FUTURE }],
    ['deleted with a time zone', data(version('2026-06-01T13:59:59+02:00')), undefined, { presence: 'deleted' }],
    ['destroyed', data(version('', true)), undefined, { presence: 'destroyed', currentVersion: 1 }],
    ['destroyed after it was deleted', data(version(PAST, true)), undefined, { presence: 'destroyed' }],
    ['metadata only', { current_version: 0, versions: {} }, undefined, { presence: 'absent' }],
    [
      'an older version of a deleted one',
      data(version(), version(PAST)),
      1,
      { presence: 'present', currentVersion: 2 },
    ],
    ['a version that never was', data(version()), 2, { presence: 'absent' }],
    [
      'a version that max_versions pruned',
      { current_version: 12, versions: { 12: version() } },
      1,
      { presence: 'absent' },
    ],
    ['version 1 of metadata only', { current_version: 0, versions: {} }, 1, { presence: 'absent' }],
  ])('%s', (_, metadata, asked, fact) => expect(stateOf(metadata, asked, now)).toMatchObject(fact))

  test.each([
    ['nothing', {}],
    ['no version that is called current', { current_version: 2, versions: { 1: version() } }],
    ['no versions at all', { current_version: 1 }],
    ['a list of versions', { current_version: 1, versions: [version()] }],
    ['a version that is no object', { current_version: 1, versions: { 1: version(), 0: 'x' } }],
    ['a number as text', { current_version: '1', versions: { 1: version() } }],
    ['half a number', { current_version: 1.5, versions: { 1: version() } }],
    ['a text for a flag', { current_version: 1, versions: { 1: { ...version(), destroyed: 'true' } } }],
    ['no time that can be read', { current_version: 1, versions: { 1: version('soon') } }],
    ['a version without a number', { current_version: 1, versions: { 1: version(), __proto__: null, x: version() } }],
  ])('%s is no answer of a server, and says nothing', (_, metadata) => {
    expect(stateOf(metadata, undefined, now)).toBeUndefined()
  })
})

test('key names whose spelling means something to JavaScript', () => {
  const keys = toSubKeys(JSON.parse('{"__proto__":{"a":null},"constructor":null,"e":{}}')) ?? {}
  expect(Object.keys(keys)).toEqual(['__proto__', 'constructor', 'e'])
  expect(Object.values(keys)).toEqual([{ a: null }, null, null])
  expect(keys.toString).toBeUndefined()
})

test.each([null, [], 'x', { a: 'a value' }, { a: { b: [null] } }, { a: 1 }])('%j are no key names', (told) => {
  expect(toSubKeys(told)).toBeUndefined()
})

describe('roles', () => {
  const role = (fields: Record<string, unknown>) => toRoleFact('m', 'r', undefined, fields)
  test('old and new policy fields together, in lower case, each once', () => {
    expect(role({ token_policies: ['B', ' a '], policies: ['a', 'C', 'default'] }).policies).toEqual(['a', 'b', 'c'])
    expect(role({}).policies).toEqual([])
  })
  test('the default policy may be left out, unless it is named', () => {
    expect(role({ token_no_default_policy: true, token_policies: ['a'] }).noDefaultPolicy).toBe(true)
    expect(role({ token_no_default_policy: true, token_policies: ['default'] }).noDefaultPolicy).toBe(false)
    expect(role({ token_policies: ['a'] }).noDefaultPolicy).toBe(false)
  })
  test.each([
    [{ bound_service_account_names: ['a'] }, 'kubernetes'],
    [{ bind_secret_id: true }, 'approle'],
    [{ role_type: 'jwt' }, 'jwt'],
    [{ policies: [] }, undefined],
  ])('the type by the shape of %j is %s', (fields, type) => expect(role(fields).type).toBe(type))
  test('claims may be text, lists, numbers and booleans', () => {
    expect(role({ role_type: 'jwt', bound_claims: { a: 'x', b: ['y', 1], c: true } }).boundClaims).toEqual({
      a: ['x'],
      b: ['y', '1'],
      c: ['true'],
    })
  })
})

describe('find is bounded (platform.md §7, threat 15)', () => {
  const mount = { path: 'kv', type: 'kv', version: 2, options: {}, unknown: [], provenance: { from: 'vault' } } as const
  const endless: ListFolder = async () => ({ names: new Set(['a/', 'b/', 'x', './', '../', '/', '..']) })
  test.each([
    [{ depth: 3, folders: 1_000, names: 1_000 }, /more than 3 folders deep/],
    [{ depth: 50, folders: 100, names: 10_000 }, /more than 100 folders/],
    [{ depth: 50, folders: 10_000, names: 20 }, /more than 20/],
  ])('%j', async (limits, incomplete) => {
    const found = await listBelow(endless, mount, 'top', limits)
    expect(found).toMatchObject({ incomplete: expect.stringMatching(incomplete) })
    const names = 'names' in found ? found.names : []
    expect(names).toContain('top/a/b/x')
    expect(names.every((name) => /^top\/([ab]\/)*x$/.test(name))).toBe(true)
  })
})
