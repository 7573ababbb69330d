import { describe, expect, test } from 'vitest'
import { VARIANTS } from '../../src/model/variant.ts'
import { buildAcl } from '../../src/policy/acl.ts'
import { decide } from '../../src/policy/decide.ts'
import { lossText } from '../../src/report/reasons/law.ts'
import { aclOf, rules } from './acl-of.ts'
import { said } from './said.ts'

describe('decide: the reason, in a sentence', () => {
  test('the rule that grants, with its policy and line', () => {
    const acl = aclOf(`# comment\n${rules({ 'kv/data/app/*': 'read' })}`)
    expect(decide(acl, { operation: 'read', path: 'kv/data/app/db' })).toEqual({
      verdict: 'allowed',
      winner: [{ policy: 'p1', path: 'kv/data/app/*', capabilities: ['read'], line: 2 }],
      beaten: expect.any(Function),
      because: {
        code: 'rule-decides',
        rule: { path: 'kv/data/app/*', blocks: [expect.objectContaining({ policy: 'p1', line: 2 })] },
        says: { code: 'grants', capability: 'read' },
      },
      perVariant: { bao26: 'allowed', legacy: 'allowed', vault203: 'allowed' },
    })
  })

  test.each([
    // D142: a rule without KV v2's data/.
    [{ 'kv/app/*': 'read' }, 'kv/data/app/db', 'the rule lacks the segment data/ that KV v2 puts behind the mount'],
    [{ 'kv/metadata/app/*': 'read' }, 'kv/data/app/db', 'the rule is about metadata/, and this request about data/'],
    // Its `+` may be the segment of KV v2: then it is another one that is lacking.
    [
      { 'kv/+/app/*': 'read' },
      'kv/data/prod/app/db',
      'its "+" stands for data/, and the rule has no segment for prod/',
    ],
    [
      { 'kv/prod/+/*': 'read' },
      'kv/data/prod/app/db',
      'the rule lacks the segment data/ that KV v2 puts behind the mount',
    ],
    [{ 'team/kv/data/*': 'read' }, 'kv/data/app', 'the rule has team/ in front, and the request has not'],
    // D10
    [{ 'kv/data/app/*': 'read' }, 'kv/data/app', 'the rule covers what is below kv/data/app/, not the path itself'],
    // D03
    [{ 'kv/data/app': 'read' }, 'kv/data/app/db', 'the rule has no "*" at its end and covers only itself'],
    // D15
    [{ 'kv/data/*/db': 'read' }, 'kv/data/x/db', '"*" is a wildcard only as the last character of a rule'],
    // D161
    [{ 'kv/data/app': 'read' }, 'kv/data/App', 'paths are compared with upper and lower case told apart'],
  ])('a miss names the nearest rule: %j, %s', (blocks, path, hint) => {
    const decision = decide(aclOf(rules(blocks)), { operation: 'read', path })
    const nearest = Object.keys(blocks)[0]
    expect(decision.verdict).toBe('denied')
    expect(said(decision)).toBe(
      `no rule of policy p1 covers ${path}; the nearest is \`${nearest}\` of policy p1 (line 1) (${hint}).`,
    )
  })

  test('of several rules the one that shares most with the path is the nearest', () => {
    const acl = aclOf(rules({ 'kv/data/a/*': 'read', 'kv/data/team/app/*': 'read', 'kv/data/team/*/x': 'read' }))
    const decision = decide(acl, { operation: 'read', path: 'kv/data/team/apps/db' })
    expect(said(decision)).toBe(
      'no rule of policy p1 covers kv/data/team/apps/db; the nearest is `kv/data/team/app/*` of policy p1 (line 2).',
    )
  })

  test('a miss on another mount', () => {
    const acl = aclOf([rules({ 'secret/*': 'read' }), rules({ 'other/*': 'read' })])
    const decision = decide(acl, { operation: 'read', path: 'kv/data/x' })
    expect(said(decision)).toBe('no rule of policies p1 and p2 covers kv/data/x; no rule is about this mount.')
  })

  test.each([
    ['update', 'grants create and read, not update'],
    ['delete', 'grants create and read, not delete'],
  ] as const)('a matching rule that lacks the capability: %s', (operation, words) => {
    const decision = decide(aclOf(rules({ 'kv/data/*': 'read create' })), { operation, path: 'kv/data/x' })
    expect([decision.verdict, said(decision)]).toEqual(['denied', `\`kv/data/*\` of policy p1 (line 1) ${words}.`])
  })

  test.each([
    [{ x: 'deny' }, 'denies everything'],
    [{ x: '' }, 'grants nothing, not read'],
  ])('%j', (blocks, words) => {
    const decision = decide(aclOf(rules(blocks)), { operation: 'read', path: 'x' })
    expect(said(decision)).toBe(`\`x\` of policy p1 (line 1) ${words}.`)
  })

  test('merged blocks are all named', () => {
    const acl = aclOf([rules({ 'kv/data/*': 'read' }), rules({ 'kv/data/*': 'update' })])
    const decision = decide(acl, { operation: 'read', path: 'kv/data/x' })
    expect(decision.winner.map(({ policy }) => policy)).toEqual(['p1', 'p2'])
    expect(said(decision)).toBe('`kv/data/*` of policies p1 (line 1) and p2 (line 1) grants read.')
  })

  test('a span is shown in place of the line', () => {
    const acl = aclOf(rules({ x: 'read' }))
    const span = { file: 'vault/setup.sh', line: 12, column: 1, endLine: 12, endColumn: 9 }
    const [rule] = acl.rules
    if (!rule) throw new Error('no rule')
    const placed = { ...rule, blocks: rule.blocks.map((block) => ({ ...block, span })) }
    const decision = decide({ ...acl, exact: new Map([['x', placed]]) }, { operation: 'read', path: 'x' })
    expect(said(decision)).toBe('`x` of policy p1 (vault/setup.sh:12) grants read.')
  })
})

describe('decide: the rules that lose, and why (vault.md §2.1)', () => {
  test.each([
    // exact over pattern
    ['a/b', { 'a/b': 'read', 'a/*': 'read' }, 'a/*', 'a path without wildcards comes before every pattern'],
    // the longest prefix only
    ['a/b/c', { 'a/b/*': 'read', 'a/*': 'read' }, 'a/*', 'only the longest matching prefix counts'],
    // reason 1: D45
    [
      's/data/x',
      { 's/data/*': 'read', 's/+/x': 'read' },
      's/+/x',
      'its first wildcard comes earlier (character 3, against 8)',
    ],
    // reason 2: D46
    ['s/x', { 's/+': 'read', 's/*': 'read' }, 's/*', 'it ends in "*", and the winner does not'],
    // reason 3: D50
    ['s/a/x', { 's/+/x': 'read', 's/+/+': 'read' }, 's/+/+', 'it has more "+" segments (2, against 1)'],
    // reason 4: D170
    ['a/x/bc', { 'a/+/b*': 'read', 'a/+/*': 'read' }, 'a/+/*', 'it is shorter (4 characters, against 5)'],
    // reason 5: U065
    ['f/(a/(a', { 'f/+/(a': 'read', 'f/+/+': 'read' }, 'f/+/+', 'it has more "+" segments (2, against 1)'],
  ])('%s', (path, blocks, loser, why) => {
    const { beaten } = decide(aclOf(rules(blocks)), { operation: 'read', path })
    expect(beaten().map(({ rule, why }) => [rule.path, lossText(why)])).toEqual([[loser, why]])
  })

  test('reason 5, the order of bytes', () => {
    const { winner, beaten } = decide(aclOf(rules({ 'f/+/a/+': 'read', 'f/+/+/b': 'read' })), {
      operation: 'read',
      path: 'f/x/a/b',
    })
    expect(winner[0]?.path).toBe('f/+/a/+')
    expect(beaten()[0]?.why).toEqual({ code: 'sorts-before' })
  })

  test('the form with and without the trailing slash', () => {
    const { beaten } = decide(aclOf(rules({ 'a/b': 'list', 'a/b/': 'list' })), { operation: 'list', path: 'a/b/' })
    expect(beaten()[0]?.why).toEqual({ code: 'trailing-slash' })
  })
})

describe('decide: unknown', () => {
  test('servers differ on LIST (D64)', () => {
    const acl = aclOf(rules({ 'kv/metadata/*': 'list', 'kv/metadata/private/*': 'deny' }))
    const decision = decide(acl, { operation: 'list', path: 'kv/metadata/private/' }, VARIANTS)
    expect(decision.verdict).toBe('unknown')
    expect(decision.perVariant).toEqual({ bao26: 'denied', legacy: 'allowed', vault203: 'denied', old: 'denied' })
    expect(said(decision)).toBe(
      'version dependent: allowed by Vault 1.14.6 to 2.0.2 and OpenBao before 2.6 (`kv/metadata/*` of policy p1 (line 1) grants list); ' +
        'denied by OpenBao 2.6 and later, Vault 2.0.3 and later and Vault before 1.13.10 ' +
        '(`kv/metadata/private/*` of policy p1 (line 2) denies everything).',
    )
    expect(decide(acl, { operation: 'list', path: 'kv/metadata/private/' }, ['bao26']).verdict).toBe('denied')
  })

  test("a write's body decides and is not told", () => {
    const acl = aclOf('path "x" { capabilities = ["update", "read"] allowed_parameters = { "a" = ["1"] } }')
    expect(decide(acl, { operation: 'update', path: 'x' }).verdict).toBe('unknown')
    expect(decide(acl, { operation: 'update', path: 'x', data: { a: '1' } }).verdict).toBe('allowed')
    expect(said(decide(acl, { operation: 'update', path: 'x', data: { b: '1' } }))).toBe(
      '`x` of policy p1 (line 1) limits parameters: the parameter b is not among the allowed ones.',
    )
    // A read without a query has no data: parameters are never forced by allowed_parameters alone (vault.md §2.6).
    expect(decide(acl, { operation: 'read', path: 'x' }).verdict).toBe('allowed')
  })

  test('a policy could not be read', () => {
    const built = buildAcl([], { unreadable: [{ policy: 'p', says: 'it does not parse' }] })
    if ('error' in built) throw new Error(built.error)
    const decision = decide(built.acl, { operation: 'read', path: 'x' })
    expect(decision.verdict).toBe('unknown')
    expect(said(decision)).toBe('policy p could not be read (it does not parse), so its rules are not known.')
  })
})

describe('paths that need sudo (vault.md §2.3)', () => {
  test.each([
    ['sys/auth/kubernetes', 'read', 'denied'],
    ['sys/auth/kubernetes', 'read sudo', 'allowed'],
    ['sys/auth', 'read', 'allowed'],
    ['sys/mounts/auth/kubernetes/tune', 'read', 'allowed'],
    ['sys/policies/acl/x', 'read', 'allowed'],
    ['auth/token/accessors', 'read', 'denied'],
    ['auth/kubernetes/role/x', 'read', 'allowed'],
    ['kv/sys/auth/x', 'read', 'allowed'],
  ])('%s with %s: %s', (path, capabilities, verdict) => {
    expect(decide(aclOf(rules({ [path]: capabilities })), { operation: 'read', path }).verdict).toBe(verdict)
  })
})

describe('lists in parameters (vault.md §2.6)', () => {
  const text =
    'path "x" { capabilities = ["update"] allowed_parameters = { "l" = ["a", "b*"] } denied_parameters = { "d" = ["z"] } }'
  test.each([
    [{ l: ['a', 'bc'] }, 'denied', 'allowed'],
    [{ l: 'a,bc' }, 'denied', 'allowed'],
    [{ l: ['a', 'c'] }, 'denied', 'denied'],
    [{ l: 'a', d: ['y', 'z'] }, 'denied', 'denied'],
    // Without elements nothing is left to be refused.
    [{ l: '' }, 'denied', 'allowed'],
    [{ l: [] }, 'denied', 'allowed'],
  ] as const)('%j as a whole: %s, by elements: %s', (data, whole, elements) => {
    const request = { operation: 'update', path: 'x', data } as const
    expect(decide(aclOf(text), request).verdict).toBe(whole)
    expect(decide(aclOf(text), { ...request, lists: 'elements' }).verdict).toBe(elements)
  })
})

describe('namespaces (vault.md §2.8) and bytes (vault.md §9.1)', () => {
  test('a rule of a namespace is about that namespace', () => {
    const acl = aclOf(rules({ 'team1/secret/*': 'read' }))
    expect(decide(acl, { operation: 'read', path: 'secret/x', namespace: 'team1/' }).verdict).toBe('allowed')
    expect(decide(acl, { operation: 'read', path: 'secret/x' }).verdict).toBe('denied')
  })

  test('lengths are counted in bytes: two bytes of é make the prefix the more specific', () => {
    const acl = aclOf(rules({ 'é/*': 'read', '+/ab*': 'update', 'a\u{1f600}/+': 'list' }))
    expect(decide(acl, { operation: 'read', path: 'é/abc' }).verdict).toBe('allowed')
    expect(decide(acl, { operation: 'list', path: 'a\u{1f600}/é' }).verdict).toBe('allowed')
  })
})
