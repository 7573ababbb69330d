import { describe, expect, it } from 'vitest'
import { nearestName } from '../../src/model/nearest-name.ts'

describe('the name that was probably meant', () => {
  it.each([
    ['remoteref', ['remoteRef', 'secretKey'], 'remoteRef'],
    ['remote_ref', ['remoteRef'], 'remoteRef'],
    ['kye', ['key', 'property'], 'key'],
    ['secretStoreRefs', ['secretStoreRef'], 'secretStoreRef'],
    ['pasword', ['password', 'username'], 'password'],
    ['databse', ['database', 'data'], 'database'],
    ['ab', ['abc', 'a'], undefined],
    ['user', ['pass'], undefined],
    ['foobar', [], undefined],
    ['---', ['a'], undefined],
  ])('%s among %j: %s', (written, known, nearest) => {
    expect(nearestName(written, known)).toBe(nearest)
  })
})
