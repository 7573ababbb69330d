import { describe, expect, test } from 'vitest'
import { parseVersionRange } from '../../src/model/version-range.ts'
import { parsePolicy } from '../../src/policy/parse-policy.ts'

function parse(text: string, options: Parameters<typeof parsePolicy>[1] = {}) {
  const result = parsePolicy(text, options)
  if (!result.ok) throw new Error(result.error)
  return result.policy
}

describe('lines of the text', () => {
  test('of blocks and of capability lists, in HCL', () => {
    const text =
      '# one\npath "a" {\n\n  capabilities = [\n    "read"\n  ]\n}\npath "b" { policy = "read" }\n/*\n*/ path\n"c" {}\n'
    expect(parse(text).rules.map(({ label, line, capabilitiesLine }) => [label, line, capabilitiesLine])).toEqual([
      ['a', 2, 4],
      ['b', 8, 8],
      ['c', 11, 11],
    ])
  })

  test('CRLF counts as one line end', () => {
    expect(parse('path "a" {}\r\npath "b" {}\r\n').rules.map(({ line }) => line)).toEqual([1, 2])
  })

  test('in JSON', () => {
    const text = '{"path": {\n "a": {\n  "capabilities": ["read"]},\n "b": {"policy": "read"}}}'
    expect(parse(text).rules.map(({ label, line, capabilitiesLine }) => [label, line, capabilitiesLine])).toEqual([
      ['a', 2, 3],
      ['b', 4, 4],
    ])
  })

  test.each([
    ['path "a" {}\npath "b" { capabilites = [] }', 2],
    ['path "a" {\n capabilities = ["read", "raed"] }', 2],
    ['path "a" {\n capabilities = "read" }', 2],
    ['path "a" {', 1],
    ['\n\npath "a/+*" {}', 3],
    ['\npath "a" { min_wrapping_ttl = "x" }', 2],
    ['\nbogus "a" {}', 2],
    ['{"path":\n{"a": {"capabilities": ["x"]}}}', 2],
  ])('of an error: %j', (text, line) => {
    expect(parsePolicy(text)).toMatchObject({ ok: false, line })
  })
})

describe('products (vault.md §1.2, §1.3)', () => {
  const accepted = (text: string) =>
    (['vault', 'openbao', 'any'] as const).filter((product) => parsePolicy(text, { product }).ok).join(' ')

  test.each([
    ['path "a" { capabilities = ["scan"] }', 'openbao any'],
    ['path "a" { capabilities = ["subscribe"] subscribe_event_types = ["*"] }', 'vault any'],
    ['path "a" { capabilities = ["recover"] }', 'vault any'],
    ['path "a" { capabilities = ["root"] }', ''],
    ['path "a" { pagination_limit = 1 }', 'openbao any'],
    ['path "a" { control_group = { } }', 'vault openbao any'],
    ['path "a" { mfa_methods = ["m"] comment = "x" }', 'vault openbao any'],
    // P18: an attribute twice
    ['path "a" { policy = "read" policy = "write" }', 'vault openbao any'],
    ['name = "a" name = "b"', 'vault openbao any'],
    // Blocks are no attributes.
    ['path "a" { } path "a" { }', 'vault openbao any'],
  ])('%s: %s', (text, products) => expect(accepted(text)).toBe(products))

  test('Vault’s words for an attribute that stands twice', () => {
    const text = 'path "a" { capabilities = ["read"]\n  capabilities = ["update"] }'
    expect(parsePolicy(text, { product: 'vault', releases: parseVersionRange('1.21') })).toEqual({
      ok: false,
      line: 2,
      error:
        'failed to parse policy: The argument "capabilities" at 2:3 was already set. Each argument can only be defined once',
    })
  })

  test.each([
    // An attribute twice: Vault 1.14.5 and 1.18 take it (vault.md §1.1).
    ['path "a" { policy = "read" policy = "write" }', 'vault', '1.14.5', 'remark'],
    ['path "a" { policy = "read" policy = "write" }', 'vault', '1.18', 'remark'],
    ['path "a" { policy = "read" policy = "write" }', 'vault', '>=1.20', 'remark'],
    ['path "a" { policy = "read" policy = "write" }', 'vault', '>=1.21 <2', 'refused'],
    ['path "a" { policy = "read" policy = "write" }', 'vault', '2.0.4', 'refused'],
    ['path "a" { policy = "read" policy = "write" }', 'openbao', '2.7', 'accepted'],
    // Keys and capabilities by the release that brought them (vault.md §1.2, §1.3).
    ['path "a" { pagination_limit = 1 }', 'openbao', '2.1', 'refused'],
    ['path "a" { pagination_limit = 1 }', 'openbao', '2', 'remark'],
    ['path "a" { pagination_limit = 1 }', 'openbao', '2.2', 'accepted'],
    ['path "a" { expiration = "2999-01-01T00:00:00Z" }', 'openbao', '2.2.2', 'refused'],
    ['path "a" { control_group = { } }', 'openbao', '2.6.2', 'refused'],
    ['path "a" { control_group = { } }', 'openbao', '2.7', 'accepted'],
    ['path "a" { control_group = { } }', 'vault', '1.14', 'accepted'],
    ['path "a" { capabilities = ["scan"] }', 'openbao', '2.1.1', 'refused'],
    ['path "a" { capabilities = ["scan"] }', 'vault', '2.0.4', 'refused'],
    ['path "a" { capabilities = ["recover"] }', 'vault', '1.19.4', 'refused'],
    ['path "a" { capabilities = ["recover"] }', 'vault', '>=1.19', 'remark'],
    ['path "a" { capabilities = ["recover"] }', 'vault', '1.20', 'accepted'],
  ] as const)('%s by %s %s: %s', (text, product, version, outcome) => {
    const result = parsePolicy(text, { product, releases: parseVersionRange(version) })
    expect(result.ok ? (result.policy.remarks.length > 0 ? 'remark' : 'accepted') : 'refused').toBe(outcome)
  })

  test('with any, what one product accepts passes with a remark; with that product, without', () => {
    const text = 'path "a" { expiration = "2999-01-01T00:00:00Z" }'
    expect(parse(text).remarks).toEqual([
      {
        about: 'product-key',
        name: 'expiration',
        line: 1,
        message: 'Only OpenBao (2.3 and later) accepts expiration; other servers refuse the whole policy.',
      },
    ])
    expect(parse(text, { product: 'openbao' }).remarks).toEqual([])
  })
})

describe('errors (vault.md §1.4)', () => {
  test.each([
    [
      'path "a" { x = 1\n y = 2 }',
      '2 errors occurred:\n\t* path "a": invalid key "x" on line 1\n\t* path "a": invalid key "y" on line 2\n\n',
    ],
    ['a = 1\nb "c" {}', '2 errors occurred:\n\t* invalid key "a" on line 1\n\t* invalid key "b" on line 0\n\n'],
    ['path "a" { max_wrapping_ttl = "1y" }', 'error parsing max_wrapping_ttl: time: unknown unit "y" in duration "1y"'],
    ['path "a" { min_wrapping_ttl = "1.5" }', 'error parsing min_wrapping_ttl: time: missing unit in duration "1.5"'],
    ['path "a" { min_wrapping_ttl = [] }', 'error parsing min_wrapping_ttl: could not parse duration from input'],
    ['path "a" { policy = ["read"] }', 'path "a": At 1:21: root.Policy: unknown type for string *ast.ListType'],
    [
      'path "a" { expiration = "2999-02-30T00:00:00Z" }',
      'path "a": invalid expiration time: could not parse string as date and time',
    ],
    [
      'path "a" { expiration = "2999-01-02" }',
      'path "a": invalid expiration time: could not parse string as date and time',
    ],
    [
      'path "a" { capabilities = ["list"] list_scan_response_keys_filter_path = "x" }',
      'list_scan_response_keys_filter_path resulted in same path for two different keys',
    ],
    ['path "a\\q" {}', 'At 1:9: illegal char escape'],
    ['path "a" { /* x', 'At 1:16: comment not terminated'],
    ['path "a" { capabilities = [<<E\nread\n] }', 'At 3:4: heredoc not terminated'],
    ['path "a" { capabilities', "At 1:25: key 'capabilities' expected start of object ('{') or assignment ('=')"],
    ['{"path": {"a": {"capabilities": [read]}}}', '1:37: illegal char'],
  ])('%j', (text, error) => {
    expect(parsePolicy(text, { product: 'openbao' })).toMatchObject({
      ok: false,
      error: `failed to parse policy: ${error}`,
    })
  })
})

/** Found by the differential run against OpenBao 2.7.1. */
describe('errors that the server taught us', () => {
  test.each([
    ['name "x"\npath "a" { capabilities=["read"] }', 'At 1:6: root.name: unknown type for string *ast.ObjectList'],
    [
      '{"path":{"a":{"capabilities":["create"],"allowed_parameters":{"x""foo":[true]}}}}',
      'path "a": root.allowed_parameters.x[0]: cannot decode into interface: *ast.ObjectItem',
    ],
    ['path "a" { min_wrapping_ttl = "abc\t" }', 'error parsing min_wrapping_ttl: time: invalid duration "abc\\x09"'],
    [
      'path "x" { capabilities "y" { } }',
      'path "x": At 1:25: root.Capabilities[0]: unknown type for string *ast.ObjectItem',
    ],
    ['{0', '1:4: numbers cannot start with 0'],
  ])('%j', (text, error) => {
    expect(parsePolicy(text, { product: 'openbao' })).toMatchObject({
      ok: false,
      error: `failed to parse policy: ${error}`,
    })
  })

  test('an hour of one digit', () => {
    expect(parse('path "a" { expiration = "2999-01-02T1:04:05Z" }', { product: 'openbao' }).rules).toHaveLength(1)
  })
})

describe('values', () => {
  test.each([
    ['300', 300],
    ['"300"', 300],
    ['"1h30m"', 5400],
    ['"1.5h"', 5400],
    ['"2d"', 172_800],
    ['0x10', 16],
    ['010', 8],
    ['1.9', 1],
    ['""', 0],
  ])('min_wrapping_ttl = %s is %i s', (written, seconds) => {
    expect(parse(`path "a" { min_wrapping_ttl = ${written} }`).rules[0]?.minWrapTtl).toBe(seconds)
  })

  test.each([
    ['"\\u00e9"', 'é'],
    ['"\\U0001F600"', '😀'],
    ['"\\xc3\\xa9"', 'é'],
    ['"\\101\\t"', 'A\t'],
    ['"${"x"}/y"', '${"x"}/y'],
    ['"${a\\n}"', '${a\\n}'],
  ])('path %s is %j', (written, label) => expect(parse(`path ${written} {}`).rules[0]?.label).toBe(label))

  test('`<<-` takes its own indentation away', () => {
    const text = 'path "a" { comment = "x" required_parameters = [<<-EOF\n    one\n      two\n    EOF\n] }'
    expect(parse(text).rules[0]?.required).toEqual(['one\n  two\n'])
  })
})

describe('variables that are not Vault’s', () => {
  test('may stand for a capability or the shorthand', () => {
    const unknown = ['${CAP}']
    const [rule] = parse('path "a" { capabilities = ["list", "${CAP}"] policy = "${CAP}" }', { unknown }).rules
    expect(rule).toMatchObject({ capabilities: ['list'], unknownCapabilities: ['${CAP}', '${CAP}'] })
    expect(parsePolicy('path "a" { capabilities = ["${CAP}"] }')).toMatchObject({ ok: false })
  })
})
