import { describe, expect, test } from 'vitest'
import { CONFIG_FIELDS, ROLE_FIELDS, sameField } from '../../src/setup/normalise.ts'
import { shellWord } from '../../src/shell-word.ts'

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

describe('one value written twice is no difference (vault.md §7.2)', () => {
  test.each(SAME)('%s: %j and %j', (field, a, b) => {
    expect(sameField(ROLE_FIELDS[field] as (value: unknown) => unknown, a, b)).toBe(true)
  })

  test('every field of a role has such a pair', () => {
    expect([...new Set(SAME.map(([field]) => field))].sort()).toEqual(Object.keys(ROLE_FIELDS).sort())
  })

  test('the config: PEM white space, slashes at the end, defaults', () => {
    const same = (field: string, a: unknown, b: unknown) =>
      sameField(CONFIG_FIELDS[field] as (value: unknown) => unknown, a, b)
    const pem = '-----BEGIN CERTIFICATE-----\nQUJD\nREVG\n-----END CERTIFICATE-----\n'
    expect(same('kubernetes_ca_cert', pem, `  ${pem.replace('QUJD\nREVG', 'QUJDREVG').trim()}`)).toBe(true)
    expect(same('kubernetes_ca_cert', pem, pem.replace('QUJD', 'QUJE'))).toBe(false)
    expect(same('kubernetes_host', 'https://k:443', 'https://k:443/')).toBe(true)
    expect(same('disable_iss_validation', undefined, true)).toBe(true)
    expect(same('disable_local_ca_jwt', undefined, false)).toBe(true)
    expect(same('issuer', undefined, '')).toBe(true)
  })
})

test.each([
  ['plain', 'a/b-c=@file', 'a/b-c=@file'],
  ['a quote', "it's", `'it'\\''s'`],
  ['a substitution', '$(id)', `'$(id)'`],
  ['a line feed', 'a\nb', `'a\nb'`],
  ['nothing', '', `''`],
])('a shell word of %s', (_, text, word) => expect(shellWord(text)).toBe(word))
