import { describe, expect, test } from 'vitest'
import { explain } from '../../src/policy/explain.ts'
import { aclOf, rules } from './acl-of.ts'

describe('explain', () => {
  test('all rules that match, in the order in which they would win', () => {
    const acl = aclOf(rules({ 's/data/x': 'read', '*': 'read sudo', 's/+/x': 'deny', 's/data/*': 'list read' }))
    const { servers, nearest } = explain(acl, { operation: 'read', path: 's/data/x' })
    expect(nearest).toBeUndefined()
    expect(servers).toHaveLength(1)
    expect(servers[0]?.variants).toEqual(['bao26', 'legacy', 'vault203', 'old'])
    expect(
      servers[0]?.rules.map(({ path, capabilities, lostBecause }) => [path, capabilities.join(' '), lostBecause]),
    ).toEqual([
      ['s/data/x', 'read', undefined],
      ['s/data/*', 'read list', { code: 'exact' }],
      ['s/+/x', 'deny', { code: 'exact' }],
      ['*', 'read sudo', { code: 'exact' }],
    ])
  })

  test('servers that judge alike stand together (D64)', () => {
    const acl = aclOf(rules({ 'k/metadata/*': 'list', 'k/metadata/private/*': 'deny' }))
    const { servers } = explain(acl, { operation: 'list', path: 'k/metadata/private/' })
    expect(
      servers.map(({ variants, verdict, rules: [winner] }) => [variants, verdict, winner?.path, winner?.form]),
    ).toEqual([
      [['bao26', 'vault203', 'old'], 'denied', 'k/metadata/private/*', 'path'],
      [['legacy'], 'allowed', 'k/metadata/*', 'trimmed'],
    ])
  })

  test('a miss gives the nearest rule, and rules that could cover it', () => {
    const acl = aclOf(rules({ 'kv/app/*': 'read', 'kv/data/${X}': 'read' }), { unknown: ['X'] })
    const { servers, nearest } = explain(acl, { operation: 'read', path: 'kv/data/app/db' })
    expect(nearest).toMatchObject({ rule: { path: 'kv/app/*' }, hint: { code: 'lacks-side', side: 'data' } })
    expect(servers[0]).toMatchObject({
      verdict: 'unknown',
      rules: [],
      uncertain: [{ rule: { path: 'kv/data/${X}' }, unknown: ['${X}'] }],
    })
  })
})
