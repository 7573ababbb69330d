import { describe, expect, test } from 'vitest'
import { hasMountAccess } from '../../src/policy/mount-access.ts'
import { aclOf, rules } from './acl-of.ts'

describe('hasMountAccess (vault.md §2.9)', () => {
  test.each([
    ['+', 'read', true],
    ['+/*', 'read', true],
    ['foo/+', 'read', true],
    ['foo/+', 'deny', false],
    ['foo/+', '', false],
    ['foo/a/b', 'read', true],
    ['foo/a/*', 'list', true],
    ['foo/a/*', 'deny', false],
    ['*', 'read', true],
    ['f*', 'read', true],
    ['food/*', 'read', false],
    ['bar/+', 'read', false],
    ['+/a/+/b', 'read', true],
    ['sys/internal/ui/mounts/foo', 'read', false],
  ])('%s [%s]: %s', (path, capabilities, access) => {
    expect(hasMountAccess(aclOf(rules({ [path]: capabilities })), 'foo/', 'bao26')).toBe(access)
    expect(hasMountAccess(aclOf(rules({ [path]: capabilities })), 'foo', 'bao26')).toBe(access)
  })
})
