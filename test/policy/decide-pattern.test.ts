import { describe, expect, test } from 'vitest'
import { decide } from '../../src/policy/decide.ts'
import { decidePattern } from '../../src/policy/decide-pattern.ts'
import { holeFinder } from '../../src/policy/hole.ts'
import { aclOf, rules } from './acl-of.ts'
import { said } from './said.ts'

const X = { hole: '${X}' }
const SEGMENT = { hole: '${X}', holds: 'segment' } as const

describe('a request of whose path parts are unknown', () => {
  test.each([
    // Every completion is below the prefix.
    [{ 'kv/data/*': 'read' }, ['kv/data/', X, '/db'], 'read', 'allowed'],
    // The hole may lead out of the prefix.
    [{ 'kv/data/prod/*': 'read' }, ['kv/data/', X, '/db'], 'read', 'unknown'],
    // Nothing that ends in /db is in there.
    [{ 'kv/data/prod/app': 'read' }, ['kv/data/', X, '/db'], 'read', 'denied'],
    [{ 'other/*': 'read' }, ['kv/data/', X, '/db'], 'read', 'denied'],
    // A narrower rule denies some completions.
    [{ 'kv/data/*': 'read', 'kv/data/prod/*': 'deny' }, ['kv/data/', X, '/db'], 'read', 'unknown'],
    // A narrower rule that grants as well does no harm.
    [{ 'kv/data/*': 'read', 'kv/data/prod/*': 'read list' }, ['kv/data/', X, '/db'], 'read', 'allowed'],
    // A wider rule cannot win.
    [{ '*': 'deny', 'kv/data/*': 'read' }, ['kv/data/', X, '/db'], 'read', 'allowed'],
    [{ 'kv/+/+': 'deny', 'kv/data/*': 'read' }, ['kv/data/', X], 'read', 'allowed'],
    // "+" takes a segment; the hole may hold slashes unless the caller knows better.
    [{ 'kv/data/+/db': 'read' }, ['kv/data/', X, '/db'], 'read', 'unknown'],
    [{ 'kv/data/+/db': 'read' }, ['kv/data/', SEGMENT, '/db'], 'read', 'allowed'],
    [{ 'kv/data/+/*': 'read' }, ['kv/data/a-', SEGMENT, '/db/x'], 'read', 'allowed'],
    [{ 'kv/+/db': 'read' }, ['kv/data/', SEGMENT, '/db'], 'read', 'denied'],
    // An exact rule wins for its own completion.
    [{ 'kv/data/*': 'read', 'kv/data/a/db': 'deny' }, ['kv/data/', X, '/db'], 'read', 'unknown'],
    // A hole in front may be the mount, or `sys/raw`, which needs sudo.
    [{ '*': 'read' }, [X, '/data/db'], 'read', 'unknown'],
    [{ '*': 'read sudo' }, [X, '/data/db'], 'read', 'allowed'],
    [{ '*': 'read' }, [SEGMENT, '/data/db'], 'read', 'allowed'],
    [{ 'kv/*': 'read' }, [X, '/data/db'], 'read', 'unknown'],
    // The path needs sudo for some completions.
    [{ 'sys/*': 'read' }, ['sys/', X], 'read', 'unknown'],
    [{ 'sys/*': 'read sudo' }, ['sys/', X], 'read', 'allowed'],
    // LIST
    [{ 'kv/metadata/*': 'list' }, ['kv/metadata/', X, '/'], 'list', 'allowed'],
    [{ 'kv/metadata/*': 'read' }, ['kv/metadata/', X, '/'], 'list', 'denied'],
  ] as const)('%j asked %j %s: %s', (blocks, path, operation, verdict) => {
    const decision = decidePattern(aclOf(rules(blocks)), { operation, path })
    expect(decision.verdict, said(decision)).toBe(verdict)
  })

  test('says what is not known, and both ways it can go', () => {
    const acl = aclOf(rules({ 'kv/data/*': 'read', 'kv/data/prod/*': 'deny' }))
    expect(said(decidePattern(acl, { operation: 'read', path: ['kv/data/', X, '/db'] }))).toBe(
      '${X} is not known, and kv/data/${X}/db can be either: `kv/data/*` of policy p1 (line 1) grants read, ' +
        'while `kv/data/prod/*` of policy p1 (line 2) denies everything.',
    )
  })

  test('says so when it cannot matter', () => {
    const acl = aclOf(rules({ 'kv/data/*': 'read' }))
    expect(said(decidePattern(acl, { operation: 'read', path: ['kv/data/', X] }))).toBe(
      '`kv/data/*` of policy p1 (line 1) covers kv/data/${X} whatever it stands for, and grants read.',
    )
    expect(said(decidePattern(acl, { operation: 'read', path: ['kv/metadata/', X] }))).toBe(
      'no rule of policy p1 covers kv/metadata/${X}; the nearest is `kv/data/*` of policy p1 (line 1) ' +
        '(the rule is about data/, and this request about metadata/), whatever it stands for.',
    )
  })

  test('without holes it is a plain request', () => {
    const acl = aclOf(rules({ 'kv/data/*': 'read' }))
    const path = 'kv/data/x'
    const [byPattern, plain] = [
      decidePattern(acl, { operation: 'read', path: [path] }),
      decide(acl, { operation: 'read', path }),
    ]
    expect({ ...byPattern, beaten: byPattern.beaten() }).toEqual({ ...plain, beaten: plain.beaten() })
  })
})

describe('a rule of which parts are unknown', () => {
  const unknown = ['${CLUSTER}']

  test.each([
    ['kv/data/a/db', 'unknown'],
    ['kv/data/a/db/x', 'unknown'],
    ['kv/metadata/a', 'denied'],
    ['other', 'denied'],
  ])('kv/data/${CLUSTER}/* and %s: %s', (path, verdict) => {
    const acl = aclOf(rules({ 'kv/data/${CLUSTER}/*': 'read' }), { unknown })
    expect(decide(acl, { operation: 'read', path }).verdict).toBe(verdict)
  })

  test('names the variable', () => {
    const acl = aclOf(rules({ 'kv/data/${CLUSTER}/*': 'read' }), { unknown })
    expect(said(decide(acl, { operation: 'read', path: 'kv/data/a/db' }))).toBe(
      '${CLUSTER} is not known: `kv/data/${CLUSTER}/*` of policy p1 (line 1) could allow it; ' +
        'without it, no rule of policy p1 covers kv/data/a/db.',
    )
  })

  test('a rule that grants the same does no harm, one that grants less or denies does', () => {
    const request = { operation: 'read', path: 'kv/data/a/db' } as const
    const of = (capabilities: string) =>
      decide(aclOf(rules({ 'kv/data/*': 'read', 'kv/data/${CLUSTER}/*': capabilities }), { unknown }), request).verdict
    expect(of('read update')).toBe('allowed')
    expect(of('update')).toBe('unknown')
    expect(of('deny')).toBe('unknown')
  })

  test('nothing but the same exact rule, and then a deny, changes an exact rule', () => {
    const request = { operation: 'read', path: 'kv/data/a' } as const
    const of = (capabilities: string) =>
      decide(aclOf(rules({ 'kv/data/a': 'read', 'kv/data/${CLUSTER}': capabilities }), { unknown }), request).verdict
    expect(of('update')).toBe('allowed')
    expect(of('deny')).toBe('unknown')
  })

  test('a literal ${…} that nobody lists is Vault’s own text (P49)', () => {
    const acl = aclOf(rules({ 'kv/data/${CLUSTER}/*': 'read' }))
    expect(decide(acl, { operation: 'read', path: 'kv/data/a/db' }).verdict).toBe('denied')
    expect(decide(acl, { operation: 'read', path: 'kv/data/${CLUSTER}/db' }).verdict).toBe('allowed')
  })

  test('an unknown capability', () => {
    const acl = aclOf('path "x" { capabilities = ["list", "${CAP}"] }', { unknown: ['CAP'] })
    const decision = decide(acl, { operation: 'read', path: 'x' })
    expect(decision.verdict).toBe('unknown')
    expect(said(decision)).toBe('`x` of policy p1 (line 1) grants ${CAP}, which is not known.')
  })

  test('an unknown mount does not reach into other parts of the path', () => {
    const acl = aclOf(rules({ '${MOUNT}/data/*': 'read', '${MOUNT}/metadata/*': 'list' }), { unknown: ['MOUNT'] })
    expect(decide(acl, { operation: 'read', path: 'kv/data/x' }).verdict).toBe('unknown')
    expect(decide(acl, { operation: 'delete', path: 'kv/data/x' }).verdict).toBe('denied')
    expect(decide(acl, { operation: 'read', path: 'kv/x' }).verdict).toBe('denied')
  })
})

describe('holeFinder', () => {
  test.each([
    [['CLUSTER'], 'a/${CLUSTER}/b', ['a/', { hole: '${CLUSTER}' }, '/b']],
    [['$CLUSTER'], 'a/$CLUSTER/$CLUSTERS', ['a/', { hole: '$CLUSTER' }, '/$CLUSTERS']],
    [['${var.env}'], '${var.env}${var.environment}', [{ hole: '${var.env}' }, '${var.environment}']],
    [['${A}', '${B}'], '${A}${B}', [{ hole: '${A}' }, { hole: '${B}' }]],
    [[], '${A}', ['${A}']],
  ])('%j in %s', (unknown, text, pieces) => {
    expect(holeFinder(unknown).split(text)).toEqual(pieces)
  })
})
