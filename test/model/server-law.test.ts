import { describe, expect, test } from 'vitest'
import { ANY_SERVER, serverLaw, variantsOf } from '../../src/model/server-law.ts'

describe('how a server matches LIST (vault.md §0)', () => {
  test.each([
    ['openbao', '2.0.3', ['legacy']],
    ['openbao', '2.5.5', ['legacy']],
    ['openbao', '2.6.0', ['bao26']],
    ['openbao', '3.0', ['bao26']],
    ['openbao', '2', ['legacy', 'bao26']],
    ['openbao', '>=2.6', ['bao26']],
    ['openbao', undefined, ['bao26', 'legacy']],
    ['vault', '1.13.9', ['old']],
    ['vault', '1.13.10', ['legacy']],
    ['vault', '1.13.13', ['legacy']],
    ['vault', '1.14.0', ['old']],
    ['vault', '1.14', ['old', 'legacy']],
    ['vault', '1.14.6', ['legacy']],
    ['vault', '1.15.1+ent', ['old']],
    ['vault', '1.15.2', ['legacy']],
    ['vault', '1.20', ['legacy']],
    ['vault', '2.0', ['legacy', 'vault203']],
    ['vault', '2.0.2', ['legacy']],
    ['vault', '2.0.3', ['vault203']],
    ['vault', '>=1.20 <2.0.3', ['legacy']],
    ['vault', '>=1.20', ['legacy', 'vault203']],
    ['vault', '1.21.9+ent', ['legacy', 'vault203']],
    ['vault', '2.2.2+ent.hsm', ['vault203']],
    ['vault', undefined, ['legacy', 'vault203']],
    ['vault', 'unknown', ['legacy', 'vault203']],
    [undefined, '2.6.0', ['bao26', 'legacy', 'vault203']],
  ] as const)('%s %s: %j', (product, version, variants) =>
    expect([...variantsOf(product, version)].sort()).toEqual([...variants].sort()),
  )
})

test.each([
  ['vault', '1.20.3', 'whole'],
  ['vault', '1.21', 'elements'],
  ['vault', '>=1.20', undefined],
  ['vault', undefined, undefined],
  ['openbao', undefined, 'whole'],
] as const)('%s %s compares lists in parameters: %s', (product, version, lists) =>
  expect(serverLaw(product, version).lists).toBe(lists),
)

test('of an unknown server nothing is taken for granted', () =>
  expect(ANY_SERVER).toEqual({
    product: 'any',
    releases: undefined,
    variants: ['bao26', 'legacy', 'vault203'],
    lists: undefined,
  }))
