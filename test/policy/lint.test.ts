import { describe, expect, test } from 'vitest'
import { differingLists, lintPolicy } from '../../src/policy/lint.ts'
import { type ParseOptions, parsePolicy } from '../../src/policy/parse-policy.ts'
import { aclOf, rules } from './acl-of.ts'

function lint(text: string, options: ParseOptions = {}) {
  const result = parsePolicy(text, options)
  if (!result.ok) throw new Error(result.error)
  return lintPolicy(result.policy, { unknown: options.unknown ?? [] })
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

describe('rules about a KV v2 mount (vault.md §9.3, D142)', () => {
  const told = (blocks: Readonly<Record<string, string>>, unknown: readonly string[] = []) => {
    const result = parsePolicy(rules(blocks), { unknown })
    if (!result.ok) throw new Error(result.error)
    return lintPolicy(result.policy, { unknown, kv2: ['kv', 'team/kv'] })
  }

  test.each(['kv/app', 'kv/app/*', 'kv/app/+/x', '/kv/app/*', 'team/kv/app/*', 'kv/Data/app', 'kv/dataa/x'])(
    '%s lacks its side',
    (path) => {
      expect(told({ [path]: 'read' })).toMatchObject([
        { rule: 'policy-rule-dead', path, why: expect.stringContaining('grants nothing') },
      ])
    },
  )

  test.each([
    'kv/data/app',
    'kv/metadata/*',
    'kv/+/app',
    'kv/*',
    'kv/d*',
    'kv/',
    'kv/config',
    'kv/delete/app',
    'kv/undelete/a',
    'kv/destroy/a',
    'kv/subkeys/a',
    'kv/${TEAM}/app',
    '+/app',
    'other/app',
    'kvx/app',
    'team/other',
    'kv/{{identity.entity.name}}/a',
  ])('%s has it, or may have it, or is about another mount', (path) => {
    expect(told({ [path]: 'read' }, ['TEAM'])).toEqual([])
  })

  test('what to write instead: list goes to metadata, a deny to both', () => {
    expect(told({ 'kv/app/*': 'read list' })[0]).toHaveProperty(
      'fix',
      'Write instead:\npath "kv/data/app/*" {\n  capabilities = ["read"]\n}\npath "kv/metadata/app/*" {\n  capabilities = ["list"]\n}',
    )
    const [deny] = told({ 'kv/app/*': 'deny' })
    expect(deny).toHaveProperty('why', expect.stringContaining('protects nothing'))
    expect(deny).toHaveProperty('fix', expect.stringContaining('path "kv/metadata/app/*" {\n  capabilities = ["deny"]'))
  })
})

describe('templates that never resolve (vault.md §2.7)', () => {
  const told = (directive: string, kubernetes: boolean) => {
    const result = parsePolicy(rules({ [`kv/data/{{${directive}}}/*`]: 'read' }))
    if (!result.ok) throw new Error(result.error)
    return lintPolicy(result.policy, { kubernetes }).map((one) => ('why' in one ? one.why : one.code))
  }

  test.each([
    'auth.kubernetes.token_meta_service_account_namespace',
    'identity.entity.namespace',
    'identity.entity.aliases.auth_kubernetes_1.namespace',
    'identity.group.names.ops.id',
    'entity.id',
  ])('%s is none of Vault’s', (directive) => {
    expect(told(directive, false)).toEqual([expect.stringContaining("is no directive of Vault's")])
  })

  test.each([
    ['identity.entity.metadata.team', 'never resolves for a Kubernetes login'],
    ['identity.entity.aliases.auth_kubernetes_1.metadata.namespace', 'does not have'],
  ])('%s resolves for no Kubernetes login', (directive, says) => {
    expect(told(directive, true)).toEqual([expect.stringContaining(says)])
    expect(told(directive, false)).toEqual([])
  })

  test.each([
    'identity.entity.id',
    ' identity.entity.name ',
    'identity.entity.aliases.auth_kubernetes_1.metadata.service_account_namespace',
    'identity.entity.aliases.${ACCESSOR}.metadata.service_account_name',
    'identity.entity.aliases.${auth/k8s.one/@accessor}.name',
    'identity.entity.aliases.auth_jwt_1.custom_metadata.team',
    'identity.groups.ids.1.name',
    'identity.groups.names.ops.metadata.team',
    'time.now',
    'time.now.plus.1h',
  ])('%s may', (directive) => expect(told(directive, true)).toEqual([]))
})
