import { describe, expect, test } from 'vitest'
import { differingLists, lintPolicy } from '../../src/policy/lint.ts'
import { type ParseOptions, parsePolicy } from '../../src/policy/parse-policy.ts'
import { aclOf, rules } from './acl-of.ts'

function lint(text: string, options: ParseOptions = {}) {
  const result = parsePolicy(text, options)
  if (!result.ok) throw new Error(result.error)
  return lintPolicy(result.policy, options.unknown)
}

describe('policy-rule-dead (vault.md §1.5, §9.3)', () => {
  test.each([
    ['kv/*/db', 'star-inside', 'only as the last character'],
    ['kv/data/**', 'star-inside', 'only as the last character'],
    ['kv/+/a*b/*', 'star-inside', 'only as the last character'],
    ['kv/foo+/x', 'plus-inside', '"foo+" matches that very text'],
    ['kv/+foo', 'plus-inside', '"+foo" matches that very text'],
    ['//kv/data', 'leading-slash', 'this rule never matches'],
    ['kv//data', 'doubled-slash', 'Write single slashes'],
    ['kv/../data', 'dot-segment', 'Write the path without them'],
  ])('%s: %s', (path, code, why) => {
    expect(lint(`\n${rules({ [path]: 'read' })}`)).toEqual([
      { rule: 'policy-rule-dead', code, line: 2, path, why: expect.stringContaining(why) },
    ])
  })

  test.each(['kv/data/*', '/kv/data/x', '*', '+', 'kv/+/x', 'kv/+/*', 'kv/data/a.b', 'kv/metadata/'])(
    '%s is fine',
    (path) => {
      expect(lint(rules({ [path]: 'read' }))).toEqual([])
    },
  )

  test('a deny for the same path in another block', () => {
    expect(lint(rules({ 'a/*': 'read', '/a/*': 'deny', a: 'read' }))).toEqual([
      {
        rule: 'policy-rule-dead',
        code: 'denied-twin',
        line: 1,
        path: 'a/*',
        why: expect.stringContaining('Line 2 denies the same path'),
      },
    ])
  })

  test('numbers (D111) and a lone star (D128) in parameters', () => {
    const of = (values: string) =>
      lint(`path "a" { capabilities = ["update"] allowed_parameters = { "n" = ${values} } }`)
    expect(of('[1]')).toMatchObject([{ code: 'number-value', name: 'n' }])
    expect(of('["*"]')).toMatchObject([{ code: 'star-value', name: 'n' }])
    expect(of('["1", "a*"]')).toEqual([])
  })

  test('an unlabelled block (P13) and an expired one (P37)', () => {
    expect(lint('path { capabilities = ["read"] }')[0]).toMatchObject({ rule: 'policy-rule-dead', line: 1 })
    const expired = lint('path "a" { expiration = "2006-01-02T15:04:05Z" }', { product: 'openbao' })
    expect(expired).toMatchObject([{ rule: 'policy-rule-dead', line: 1 }])
  })

  test('a variable is not a literal star or plus', () => {
    expect(lint(rules({ 'kv/${A}+/x': 'read' }), { unknown: ['A'] })).toEqual([])
  })
})

describe('policy-version-dependent', () => {
  test('an attribute twice (P18)', () => {
    expect(lint('path "a" { capabilities = ["read"]\n capabilities = ["update"] }')).toMatchObject([
      { rule: 'policy-version-dependent', line: 2, why: expect.stringContaining('capabilities stands twice') },
    ])
  })

  test('a parameter in upper and in lower case', () => {
    const text = 'path "a" { capabilities = ["update"] allowed_parameters = { "p" = ["1"] "P" = ["2"] } }'
    expect(lint(text)).toMatchObject([{ rule: 'policy-version-dependent', line: 1 }])
  })

  test.each([
    ['path "a" {\n capabilities = ["scan"] }', 2, 'Only OpenBao (2.2 and later) knows the capability scan'],
    ['path "a" {\n capabilities = ["recover"] }', 2, 'Only Vault (1.20 and later) knows the capability recover'],
    ['path "a" {\n\n expiration = "2999-01-01T00:00:00Z" }', 3, 'Only OpenBao (2.3 and later) accepts expiration'],
    ['path "a" {\n control_group = { ttl = "1h" } }', 2, 'Only Vault (and OpenBao from 2.7) accepts control_group'],
  ])('%s', (text, line, why) => {
    expect(lint(text)).toMatchObject([{ rule: 'policy-version-dependent', line, why: expect.stringContaining(why) }])
  })

  test.each([
    // D64, D68, D179
    [{ 'kv/metadata/*': 'list', 'kv/metadata/private/*': 'deny' }, 'kv/metadata/private/'],
    [{ 'kv/metadata/*': 'read', 'kv/metadata/pub/*': 'list' }, 'kv/metadata/pub/'],
    [{ 'a/b*': 'list', 'a/b/*': 'deny' }, 'a/b/'],
  ])('LIST differs: %j', (blocks, path) => {
    const [fact, ...more] = lint(rules(blocks))
    expect(more).toEqual([])
    expect(fact).toMatchObject({
      rule: 'policy-version-dependent',
      code: 'lists-differ',
      line: 2,
      folder: path,
      because: { code: 'servers-differ' },
    })
    expect(differingLists(aclOf(rules(blocks)))).toMatchObject([{ path }])
  })

  test('the usual policy is judged alike everywhere', () => {
    expect(
      lint(rules({ 'kv/data/*': 'read', 'kv/metadata/*': 'read list', 'kv/metadata/app/*': 'read list' })),
    ).toEqual([])
  })
})

test('a boolean in JSON is dropped (J06)', () => {
  const text = '{"path":{"a":{"capabilities":["create"],\n"allowed_parameters":{"foo":[true]}}}}'
  expect(lint(text)).toMatchObject([{ rule: 'policy-invalid', line: 2 }])
})
