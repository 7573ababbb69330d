import { describe, expect, it } from 'vitest'
import { extractKeys } from '../../../src/eso/property/extract-keys.ts'
import { propertyPresence } from '../../../src/eso/property/property-presence.ts'
import type { SubKeys } from '../../../src/model/vault-state.ts'

/** What `subkeys` shows of the document of eso.md §4.3. */
const DOC: SubKeys = {
  a: { b: null, n: null, arr: null },
  pass: null,
  password: null,
  'x.y': null,
  js: null,
  nul: null,
  'a|b': null,
  'k*': null,
}

describe('eso.md §4.3: every vector, on key names alone', () => {
  const vectors: readonly [property: string, presence: 'present' | 'absent' | 'unknown', note: string][] = [
    ['a.b', 'present', 'nested'],
    ['x.y', 'present', 'exact key first'],
    ['x\\.y', 'present', 'gjson escape'],
    ['a.n', 'present', 'null is not an error'],
    ['nul', 'present', 'null is not an error'],
    ['a.arr.0', 'unknown', 'array index'],
    ['a.arr.#', 'unknown', 'array length'],
    ['js.k', 'absent', 'no plain name leads into a text, also one that holds JSON'],
    ['js|@fromstr|k', 'unknown', 'modifier'],
    ['pass*', 'present', 'wildcard'],
    ['pas?', 'present', 'wildcard'],
    ['@this', 'present', 'modifier'],
    ['@keys', 'present', 'modifier'],
    ['{pass,password}', 'present', 'multipath'],
    ['[pass,a.b]', 'present', 'multipath'],
    ['!"lit"', 'present', 'literal'],
    ['a|b', 'present', 'exact key first'],
    ['A.b', 'absent', 'case-sensitive'],
    ['a..b', 'absent', 'empty step'],
    ['.a', 'absent', 'empty step'],
    ['a.', 'absent', 'empty step'],
  ]
  it.each(vectors)('%s is %s (%s)', (property, presence) => {
    expect(propertyPresence(DOC, property).presence).toBe(presence)
  })
})

describe('beyond the vectors', () => {
  const cases: readonly [keys: SubKeys, property: string, presence: 'present' | 'absent' | 'unknown'][] = [
    [{ 'tls.crt': null }, 'tls.crt', 'present'],
    [{ 'tls.crt': null }, 'tls.key', 'absent'],
    [{ tls: { crt: null } }, 'tls.crt', 'present'],
    [{ tls: null }, 'tls.crt', 'absent'],
    [{ list: null }, 'list.0', 'unknown'],
    [{ list: null }, 'list.#', 'unknown'],
    [{ list: null }, 'list.0.name', 'unknown'],
    [{ list: null }, 'list|@keys', 'present'],
    [{ list: null }, 'list|@fromstr|x', 'unknown'],
    [{ a: null }, 'nope|@keys', 'present'],
    [{ a: null }, '{a,nope}.nope', 'absent'],
    [{ a: null }, '{a,"b":a}.b', 'present'],
    [{ a: { x: null }, b: { x: null } }, '@values.1.x', 'present'],
    [{ a: { x: null } }, '@values.1.x', 'absent'],
    [{ a: { 'b.c': null } }, 'a.b.c', 'absent'],
    [{ a: { 'b.c': null } }, 'a.b\\.c', 'present'],
    [{ 'k*': null }, 'k\\*', 'present'],
    [{ kx: null }, 'k\\*', 'absent'],
    [{ kx: null }, 'k*', 'present'],
    [{ kx: null }, 'z*', 'absent'],
    [{ k1: { a: null }, k2: { b: null } }, 'k*.b', 'present'],
    [{ k1: null, k2: { b: null } }, 'k*.b', 'present'],
    [{ k1: { a: null } }, 'k*.b', 'absent'],
    [{ a: {} }, 'a', 'present'],
    [{ a: {} }, 'a.b', 'absent'],
    [{ '': null }, '', 'present'],
    [{ a: { '': null } }, 'a.', 'present'],
    [{ a: null }, 'a.', 'absent'],
    [{ a: null }, '..a', 'absent'],
    [{ a: null }, '..0.a', 'present'],
    [{ a: { '@x': null } }, 'a.@x', 'present'],
    [{ '@type': null }, '@type', 'present'],
    [{}, 'toString', 'absent'],
    [{}, '__proto__', 'absent'],
    [{ a: {} }, 'a.constructor', 'absent'],
    [{ 'a(b': null }, 'a(b', 'present'],
    [{ 'a-b/c': null }, 'a-b/?', 'present'],
    [{ 'a(bc': null }, 'a(*', 'present'],
  ]
  it.each(cases)('%j %s → %s', (keys, property, presence) => {
    expect(propertyPresence(keys, property).presence).toBe(presence)
  })

  it('names what is there and what was probably meant', () => {
    expect(propertyPresence({ password: null, username: null }, 'pasword')).toEqual({
      presence: 'absent',
      because: 'no key `pasword`: the secret has `password`, `username`',
      nearest: 'password',
    })
    expect(propertyPresence({ db: { 'user.name': null } }, 'db.username')).toMatchObject({
      because: 'no key `db.username`: `db` has `user.name`',
      nearest: 'db.user\\.name',
    })
    expect(propertyPresence({ 'tls.crt': null }, 'tls.crl')).toMatchObject({ nearest: 'tls.crt' })
    expect(propertyPresence({ a: null }, 'zzz')).not.toHaveProperty('nearest')
  })

  it('does not print a hundred keys', () => {
    const keys = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`key${i}`, null]))
    expect(propertyPresence(keys, 'other').because).toMatch(/and 20 more$/)
  })
})

describe('eso.md §4.4: extract', () => {
  const keys: SubKeys = { db: { user: null, pass: null }, json: null }
  it('gives the top-level keys without a property', () => {
    expect(extractKeys(keys, undefined)).toMatchObject({ keys: ['db', 'json'] })
  })
  it('gives the keys of an object', () => {
    expect(extractKeys(keys, 'db')).toMatchObject({ keys: ['user', 'pass'] })
    expect(extractKeys(keys, '@this')).toMatchObject({ keys: ['db', 'json'] })
    expect(extractKeys(keys, '{db.user,db.pass}')).toMatchObject({ keys: ['user', 'pass'] })
  })
  it('does not guess what a value holds', () => {
    expect(extractKeys(keys, 'json')).toHaveProperty('unknown')
    expect(extractKeys(keys, 'db.user')).toHaveProperty('unknown')
    expect(extractKeys(keys, 'json|@fromstr')).toHaveProperty('unknown')
  })
  it('tells an absent property', () => {
    expect(extractKeys(keys, 'bd')).toHaveProperty('absent')
  })
})
