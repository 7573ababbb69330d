import { describe, expect, test } from 'vitest'
import { shellWord } from '../../src/model/shell-word.ts'
import { CONFIG_FIELDS, ROLE_FIELDS, sameField } from '../../src/setup/normalise.ts'

/** vault.md §7.2: pairs that are one value written twice. */
const SAME: readonly (readonly [field: string, a: unknown, b: unknown])[] = [
  ['token_ttl', '1h', 3600],
  ['token_ttl', '60m', '3600s'],
  ['token_max_ttl', undefined, 0],
  ['token_explicit_max_ttl', '', 0],
  ['token_period', '1d', 86_400],
  ['token_num_uses', undefined, 0],
  ['token_policies', ['b', 'A'], 'a,b'],
  ['bound_service_account_names', 'b, a', ['a', 'b']],
  ['bound_service_account_namespaces', [], undefined],
  ['bound_service_account_namespace_selector', undefined, ''],
  ['bound_service_account_namespace_selector', '{"a":1,"b":2}', '{ "b": 2, "a": 1 }'],
  ['audience', undefined, ''],
  ['alias_name_source', undefined, 'serviceaccount_uid'],
  ['token_bound_cidrs', ['10.0.0.1'], ['10.0.0.1/32']],
  ['token_bound_cidrs', ['::1'], ['::1/128']],
  ['token_type', 'default', undefined],
  ['token_no_default_policy', undefined, false],
  ['token_strictly_bind_ip', undefined, false],
]

const PEM = '-----BEGIN CERTIFICATE-----\nQUJD\nREVG\n-----END CERTIFICATE-----\n'

const SAME_CONFIG: readonly (readonly [field: string, a: unknown, b: unknown])[] = [
  ['kubernetes_host', 'https://k:443', 'https://k:443/'],
  ['kubernetes_ca_cert', PEM, `  ${PEM.replace('QUJD\nREVG', 'QUJDREVG').trim()}`],
  ['kubernetes_ca_cert', PEM, PEM.replaceAll('\n', '\r\n')],
  ['kubernetes_ca_cert', undefined, ''],
  ['pem_keys', [PEM], [PEM.trim()]],
  ['pem_keys', undefined, []],
  ['issuer', undefined, ''],
  ['disable_iss_validation', undefined, true],
  ['disable_local_ca_jwt', undefined, false],
  ['use_annotations_as_alias_metadata', undefined, false],
]

const OTHER: readonly (readonly [field: string, a: unknown, b: unknown])[] = [
  ['kubernetes_ca_cert', PEM, PEM.replace('QUJD', 'QUJE')],
  ['kubernetes_host', 'https://k:443', 'https://k:6443'],
  ['pem_keys', [PEM], [PEM, PEM]],
  ['disable_iss_validation', undefined, false],
  ['disable_local_ca_jwt', undefined, true],
  ['token_ttl', '1h', 3601],
  ['bound_service_account_names', ['A'], ['a']],
  ['token_bound_cidrs', ['10.0.0.0/8'], ['10.0.0.0/16']],
  ['audience', 'vault', ''],
]

describe('one value written twice is no difference (vault.md §7.2)', () => {
  test.each(SAME)('%s: %j and %j', (field, a, b) => {
    expect(sameField(ROLE_FIELDS[field] as (value: unknown) => unknown, a, b)).toBe(true)
  })

  test('every field of a role has such a pair', () => {
    expect([...new Set(SAME.map(([field]) => field))].sort()).toEqual(Object.keys(ROLE_FIELDS).sort())
  })

  test.each(SAME_CONFIG)('config %s: %j and %j', (field, a, b) => {
    expect(sameField(CONFIG_FIELDS[field] as (value: unknown) => unknown, a, b)).toBe(true)
  })

  test('every field of the config has such a pair', () => {
    expect([...new Set(SAME_CONFIG.map(([field]) => field))].sort()).toEqual(Object.keys(CONFIG_FIELDS).sort())
  })

  test.each(OTHER)('%s: %j and %j are two values', (field, a, b) => {
    const compare = { ...ROLE_FIELDS, ...CONFIG_FIELDS }[field] as (value: unknown) => unknown
    expect(sameField(compare, a, b)).toBe(false)
  })
})

test.each([
  ['plain', 'a/b-c=@file', 'a/b-c=@file'],
  ['a quote', "it's", `'it'\\''s'`],
  ['a substitution', '$(id)', `'$(id)'`],
  ['a line feed', 'a\nb', `'a\nb'`],
  ['nothing', '', `''`],
])('a shell word of %s', (_, text, word) => expect(shellWord(text)).toBe(word))
