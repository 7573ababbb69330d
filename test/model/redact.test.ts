import { describe, expect, test } from 'vitest'
import { redact, redactInPlace, redaction } from '../../src/model/redact.ts'
import { cpuTime } from '../cpu-time.ts'

// platform.md §7, threat 10.
describe('redact', () => {
  const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJyZXBvOmFjbWUifQ.c2lnbmF0dXJl-_x'
  test.each([
    ['a service token', 'hvs.CAESIJ1ZmFrZXRva2VuZm9ydGVzdA'],
    ['a batch token', 'hvb.AAAAAQJ1ZmFrZXRva2VuZm9ydGVzdA'],
    ['a recovery token', 'hvr.CAESIJ1ZmFrZXRva2VuZm9ydGVzdA'],
    ['an OpenBao token', 's.haBLK1weAooyANWQTRNfCVdp'],
    ['an OpenBao token of a namespace', 's.haBLK1weAooyANWQTRNfCVdp.Ab12Cd'],
    ['an OpenBao batch token', `b.${'AAAAAQ1234567890'.repeat(8)}`],
    ['a JWT', jwt],
    ['a JWT without its signature', jwt.split('.').slice(0, 2).join('.')],
    ['a GitHub token', 'ghs_abcdefghijklmnopqrstuvwxyz0123456789'],
    ['a fine-grained GitHub token', 'github_pat_11ABCDEFG0abcdefghij_klmnop'],
  ])('%s, wherever it stands', (_, secret) => {
    for (const frame of ['%s', 'token=%s.', '"%s"', '(%s)', 'a\n%s\nb', 'Bearer %s,', '%s %s']) {
      const text = redact(frame.replaceAll('%s', secret))
      expect(text).toContain('***')
      for (const part of secret.split('.').filter((one) => one.length > 6)) expect(text).not.toContain(part)
    }
  })

  test('the token of every server in development is a word, and stays one', () => {
    const text = 'This check uses a root token: `allow-root-token`'
    expect(redact(text, ['root'])).toBe(text)
    expect(redact('rooted: tree', ['tree'])).toBe('rooted: ***')
  })

  test.each(['x-%s', 'metadata.token.%s', '%s.', 'a.%s.b', '%s-%s'])('a JWT in %s', (frame) => {
    const text = redact(frame.replaceAll('%s', jwt))
    for (const part of jwt.split('.')) expect(text).not.toContain(part)
  })

  test.each([
    ['a service token', 'hvs.CAESIJ1ZmFrZXRva2VuZm9ydGVzdA', 7],
    ['an OpenBao token', 's.haBLK1weAooyANWQTRNfCVdp', 11],
    ['a JWT', jwt, 8],
    ['a GitHub token', 'ghs_abcdefghijklmnopqrstuvwxyz0123456789', 6],
    ['a known secret', 'correct horse battery staple', 6],
    ['credentials in a URL', 'https://user:password@vault.example.com', 15],
  ])('%s that a limit of length cut', (_, secret, from) => {
    const body = secret.replace('https://user:', '')
    for (let length = from; length < secret.length; length += 1) {
      const text = redact(`"${secret.slice(0, length)}… and more`, ['correct horse battery staple'])
      expect(text, secret.slice(0, length)).not.toContain(body.slice(0, 5))
      expect(text).toContain('…')
    }
  })

  test.each([
    ['headers', 'eyJ-'],
    ['dots and headers', 'eyJaaaaa.'],
    ['tokens', 'hvs.a-'],
    ['keys', '-----BEGIN PRIVATE KEY-----'],
    ['addresses', 'http://a:'],
    ['ends', 'secret…'],
  ])('takes time in proportion to the text: %s', (_, piece) => {
    const time = cpuTime()
    redact(piece.repeat(1_000_000 / piece.length), ['secret-that-is-known'])
    expect(time()).toBeLessThan(2_000)
  })

  test('a private key, whole or cut off', () => {
    const key = '-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----'
    expect(redact(`a ${key} b ${key} c`)).toBe('a *** b *** c')
    expect(redact('a -----BEGIN PRIVATE KEY-----\nMIIabc')).toBe('a ***')
  })

  test('credentials in a URL', () => {
    expect(redact('https://user:pass@vault.example.com/x')).toBe('https://***@vault.example.com/x')
  })

  test('known secrets: each line, percent-encoded, escaped as JSON, the longest first', () => {
    const secret = 'first line\nsecond/line "2"\r\nx'
    const text = redact(
      `${secret} | second/line "2" | ${encodeURIComponent('second/line "2"')} | ${JSON.stringify(secret)}`,
      [secret],
    )
    expect(text).not.toMatch(/first line|second/)
    expect(redact('abcdef abcd', ['abcd', 'abcdef'])).toBe('*** ***')
  })

  test('a secret may hold characters that mean something in a pattern', () => {
    expect(redact('a $&.*+?^${}() b', ['$&.*+?^${}()'])).toBe('a *** b')
  })

  test.each([
    'path "kv/data/apps/*" denies s.example of hvs.short',
    'GET kv/metadata/apps.prod.example answered 403 (permission denied).',
    'see https://github.com/acme/app#readme and http://vault.vault.svc:8200',
    'docs/eyJ.md, apps/b.txt, Classes.ExternalSecretStoreConfigurationFactory',
    '-----BEGIN CERTIFICATE-----',
    '',
  ])('leaves alone what is no secret: %s', (text) => {
    expect(redact(text, ['', 'a', 'abc'])).toBe(text)
  })

  test('takes time in proportion to the text', () => {
    const long = ['eyJ', 's.', 'hvs.', '-----BEGIN PRIVATE KEY', '://a:'].map((one) => one.repeat(20_000)).join('')
    const start = cpuTime()
    redact(long)
    expect(start()).toBeLessThan(6_000)
  })
})

describe('redaction', () => {
  test('is that of `redact` for a list of secrets that grows: what was clean before may hold one now', () => {
    const secrets: string[] = []
    const clean = redaction(secrets)
    const texts = ['kv/data/one', 'two', 'Bearer two', `${'two '.repeat(100)}`, '']
    expect(texts.map(clean)).toEqual(texts)
    for (const secret of ['kv/data', 'Bearer two', 'two\nthree']) {
      secrets.push(secret)
      for (let turn = 0; turn < 2; turn++)
        expect(texts.map(clean)).toEqual(texts.map((text) => redact(text, [...secrets])))
    }
    expect(clean('kv/data/one')).toBe('***/one')
  })
})

describe('redactInPlace', () => {
  test('hides the same, and leaves every line and column where it was', () => {
    const key = '-----BEGIN PRIVATE KEY-----\r\nMIIabc\r\n-----END PRIVATE KEY-----'
    const text = `a: hvs.CAESIJ1ZmFrZXRva2VuZm9ydGVzdA # x\nb: password!\r\n${key}\nc: d`
    const clean = redactInPlace(text, ['password!'])
    expect(clean.split('\n').map((line) => line.length)).toEqual(text.split('\n').map((line) => line.length))
    expect(clean).not.toMatch(/hvs|CAES|password|MIIabc|BEGIN/)
    expect(clean.startsWith('a: ****')).toBe(true)
    expect(clean.endsWith('\nc: d')).toBe(true)
    expect(clean.indexOf('# x')).toBe(text.indexOf('# x'))
    expect(clean.indexOf('c: d')).toBe(text.indexOf('c: d'))
  })

  test('a key that is cut off hides what may be its rest', () => {
    expect(redactInPlace('a -----BEGIN PRIVATE KEY-----\nMIIabc')).toBe(`a ${'*'.repeat(27)}\n******`)
  })
})
