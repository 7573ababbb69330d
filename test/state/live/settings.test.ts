import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { isUnencrypted, parseAddress } from '../../../src/state/live/address.ts'
import { loadCaCertificate } from '../../../src/state/live/certificate.ts'
import { LiveSettingsError } from '../../../src/state/live/errors.ts'
import { encodePath } from '../../../src/state/live/paths.ts'
import { detectProduct } from '../../../src/state/live/product.ts'
import { whyUnreachable } from '../../../src/state/live/unreachable.ts'

describe('vault-addr', () => {
  test.each([
    ['https://vault.example.com:8200/', 'https://vault.example.com:8200/'],
    [' https://host/behind/proxy// ', 'https://host/behind/proxy'],
    ['http://[::1]:8200', 'http://[::1]:8200/'],
  ])('%s', (setting, href) => expect(parseAddress(setting).href).toBe(href))

  test.each([
    ['', /not a URL/],
    ['vault.example.com', /not a URL/],
    ['vault.example.com:8200', /begins with vault.example.com:/],
    ['unix:///run/vault.sock', /only https/],
    ['https://user:hunter22@vault.example.com', /user name or password/],
    ['https://vault.example.com?x=1', /before any \?/],
    ['https://vault.example.com/v1/', /must not end in \/v1/],
    ['https://vault.example.com/ui/vault/secrets', /leave out \/ui/],
  ])('%s is refused', (setting, message) => {
    expect(() => parseAddress(setting)).toThrow(LiveSettingsError)
    expect(() => parseAddress(setting)).toThrow(message)
    expect(() => parseAddress(setting)).not.toThrow(/hunter22/)
  })

  test.each([
    ['http://vault.example.com', true],
    ['http://10.0.0.1:8200', true],
    ['http://127.0.0.1:8200', false],
    ['http://localhost:8200', false],
    ['https://vault.example.com', false],
  ])('%s unencrypted: %s', (setting, told) => expect(isUnencrypted(parseAddress(setting))).toBe(told))
})

describe('paths', () => {
  test.each([
    ['kv/data/app', 'kv/data/app'],
    ['kv/a b/ü/%2F', 'kv/a%20b/%C3%BC/%252F'],
    ["kv/!'()*~-._", "kv/!'()*~-._"],
    ['kv/?list=true#x&y;z', 'kv/%3Flist%3Dtrue%23x%26y%3Bz'],
    ['kv/...', 'kv/...'],
    ['kv/a\\..\\b', 'kv/a%5C..%5Cb'],
  ])('%s', (path, encoded) => {
    expect(encodePath(path)).toBe(encoded)
    // No later step may read another path out of it.
    expect(new URL(`http://host/v1/${encoded}`).pathname).toBe(`/v1/${encoded}`)
  })
  test.each(['', '/', 'a//b', '/a', 'a/', '.', '..', 'a/../b', 'a/./b', 'a\nb', 'a\u0000', 'a/\ud800'])(
    '%j is refused',
    (path) => {
      expect(() => encodePath(path)).toThrow(LiveSettingsError)
    },
  )
})

describe('ca-certificate', () => {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
    type: 'spki',
    format: 'pem',
  }) as string
  test.each([
    ['no file', '/nowhere/ca.pem', /neither PEM text.*ENOENT/],
    ['a key', key, /holds no PEM certificate/],
    ['a key in base64', Buffer.from(key).toString('base64'), /holds no PEM certificate/],
    ['nonsense in PEM', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', /not a certificate/],
  ])('%s', async (_, setting, message) => {
    await expect(loadCaCertificate(setting)).rejects.toThrow(LiveSettingsError)
    await expect(loadCaCertificate(setting)).rejects.toThrow(message)
  })
})

// vault.md §4.1.
test.each([
  [{ version: '1.21.2' }, undefined, 'vault'],
  [{ version: '2.1.0', enterprise: false }, undefined, 'vault'],
  [{ version: '2.1.0', echo_duration_ms: 0 }, { commit_date: 'x' }, 'vault'],
  [{ version: '2.6.2' }, { commit_date: '2026' }, 'openbao'],
  [{ version: '2.5.0' }, { build_date: '2026' }, undefined],
  [{}, {}, undefined],
  [undefined, undefined, undefined],
])('product of %j and %j is %s', (health, seal, product) => expect(detectProduct(health, seal)).toBe(product))

describe('why a connection failed', () => {
  const address = new URL('https://vault.example.com:8200')
  test.each([
    ['ENOTFOUND', 'dns', false, 'cannot be resolved'],
    ['EAI_AGAIN', 'dns', true, 'cannot be resolved'],
    ['ECONNREFUSED', 'refused', true, 'nothing listens'],
    ['EHOSTUNREACH', 'unreachable', true, 'self-hosted runner'],
    ['ETIMEDOUT', 'timeout', true, 'does not answer'],
    ['ECONNRESET', 'reset', true, 'closed the connection'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls', false, 'ca-certificate'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', false, 'for another host name'],
    ['ERR_PROXY_TUNNEL', 'unreachable', false, 'NO_PROXY'],
    ['CERT_HAS_EXPIRED', 'tls', false, 'has expired'],
    ['CERT_NOT_YET_VALID', 'tls', false, 'clocks'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls', false, 'client certificate'],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'tls', false, 'ERR_SSL_UNSUPPORTED_PROTOCOL'],
    ['HPE_INVALID_CONSTANT', 'plain-http', false, 'not answer in HTTP'],
    ['ESOMETHING', 'reset', true, 'ESOMETHING'],
  ] as const)('%s', (code, kind, retry, text) => {
    const secret = 'X-Vault-Token: hvs.InTheErrorsText123456'
    const told = whyUnreachable(Object.assign(new Error(secret), { code }), address)
    expect(told).toMatchObject({ retry, error: { kind, message: expect.stringContaining(text) } })
    expect(told.error.message).toMatch(code === 'HPE_INVALID_CONSTANT' ? /^vault/ : /vault\.example\.com:8200/)
    expect(told.error.stack).not.toContain('hvs.')
    expect(told.error.cause).toBeUndefined()
  })

  test('the first of several addresses speaks for all', () => {
    const error = Object.assign(new AggregateError([{ code: 'ECONNREFUSED' }, { code: 'ENETUNREACH' }]), {
      code: undefined,
    })
    expect(whyUnreachable(error, address).error.kind).toBe('refused')
  })
})
