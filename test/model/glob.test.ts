import { describe, expect, it, test } from 'vitest'
import { compileGlob, type GlobDialect } from '../../src/model/glob.ts'
import { cpuTime } from '../cpu-time.ts'

const ALL: GlobDialect = {
  segments: true,
  doubleStar: 'anywhere',
  question: true,
  sets: true,
  braces: true,
  escapes: true,
}
/** Without `segments`: a star goes over slashes. */
const FLAT: GlobDialect = { question: true, sets: true, braces: true, escapes: true }

function fits(pattern: string, text: string, dialect: GlobDialect = ALL): boolean {
  const compiled = compileGlob(pattern, dialect)
  if (!compiled.ok) throw new Error(`${pattern}: ${compiled.problem}`)
  return compiled.fits(text)
}

describe('what a pattern fits', () => {
  it.each<[pattern: string, yes: readonly string[], no: readonly string[]]>([
    ['', [''], ['a', '/']],
    ['abc', ['abc'], ['ab', 'abcd', 'xabc']],
    ['*', ['', 'a', 'abc'], ['a/b', '/']],
    ['a*c', ['ac', 'abc', 'abcc'], ['a/c', 'abcd']],
    ['*.yaml', ['a.yaml', '.yaml'], ['b/a.yaml', 'a.yamlx']],
    ['?', ['a', '🔑', '\n'], ['', 'ab', '/']],
    ['**', ['', 'a', 'a/b/c'], []],
    ['**/a', ['a', 'b/a', 'c/b/a'], ['ba', 'b/a/c']],
    ['a/**', ['a/', 'a/b', 'a/b/c'], ['ab', 'a']],
    ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['ab', 'a/xb']],
    ['a**b', ['ab', 'a/x/b'], ['a/x']],
    ['[a-c]', ['a', 'b', 'c'], ['d', '', '/']],
    ['[!a-c]', ['d'], ['a', '/', '']],
    ['[^a]', ['b'], ['a']],
    ['[]a]', [']', 'a'], ['b']],
    ['[!]a]', ['b'], [']', 'a']],
    ['[a-]', ['a', '-'], ['b']],
    ['[+--]', ['+', ',', '-'], ['.']],
    ['[\\]]x', [']x'], ['\\x']],
    ['[🔑-🔒]', ['🔑'], ['x']],
    ['{a,bc}d', ['ad', 'bcd'], ['abcd', 'd', 'bd']],
    ['{a,}b', ['ab', 'b'], ['aab']],
    ['{}a', ['a'], ['{}a']],
    ['{a,{b,c}d,}e', ['ae', 'bde', 'cde', 'e'], ['be', 'ade']],
    ['{*.yaml,b/**}', ['a.yaml', 'b/c/d'], ['a/a.yaml']],
    ['a,b}', ['a,b}'], ['a', 'b']],
    ['a]', ['a]'], []],
    ['\\*\\{a\\}', ['*{a}'], ['x{a}', '*a']],
    ['a\\', ['a\\'], ['a']],
    ['a.c+(d)|e$^', ['a.c+(d)|e$^'], ['abc+(d)|e$^']],
  ])('%s', (pattern, yes, no) => {
    expect(yes.filter((text) => !fits(pattern, text))).toEqual([])
    expect(no.filter((text) => fits(pattern, text))).toEqual([])
  })

  it.each<[pattern: string, text: string, dialect: GlobDialect, expected: boolean]>([
    ['*.yaml', 'a/b.yaml', FLAT, true],
    ['a?b', 'a/b', FLAT, true],
    ['a[!x]b', 'a/b', FLAT, true],
    // What a dialect does not have stands for itself.
    ['a?[b]{c}', 'a?[b]{c}', {}, true],
    ['a?', 'ab', {}, false],
    ['a\\*', 'a\\xyz', {}, true],
    ['a**', 'a/b', { segments: true }, false],
    ['a**', 'ab', { segments: true }, true],
    ['a**', 'a/b', { segments: true, doubleStar: 'as a segment' }, false],
    ['a/**', 'a', { segments: true, doubleStar: 'as a segment' }, true],
    ['a/**', 'a', { segments: true, doubleStar: 'anywhere' }, false],
    ['a', 'a/b/c', { segments: true, below: true }, true],
    ['a', 'ab', { segments: true, below: true }, false],
  ])('%s on %s with %o: %s', (pattern, text, dialect, expected) => {
    expect(fits(pattern, text, dialect)).toBe(expected)
  })

  it.each([
    ['[a', 'open bracket'],
    ['[', 'open bracket'],
    ['[]', 'open bracket'],
    ['[a-', 'open bracket'],
    ['{a', 'open brace'],
    ['{a,{b}', 'open brace'],
    ['[z-a]', 'range backwards'],
  ])('%s cannot be read: %s', (pattern, problem) => {
    expect(compileGlob(pattern, ALL)).toEqual({ ok: false, problem })
  })

  test('one pattern may be asked again and again', () => {
    const compiled = compileGlob('{a*,b}c', ALL)
    for (let turn = 0; turn < 50; turn++)
      expect(compiled.ok && ['aac', 'bc', 'c', 'aaca'].map(compiled.fits)).toEqual([true, true, false, false])
  })
})

/** The same by trying everything: right, and as slow as it may be. */
function slowly(pattern: string, text: string): boolean {
  const [first = '', rest] = [pattern[0], pattern.slice(1)]
  if (pattern === '') return text === ''
  if (pattern.startsWith('**/')) {
    const left = pattern.slice(3)
    const ends = [...text].flatMap((char, at) => (char === '/' ? [at + 1] : []))
    const whole = (end: number) => !/^\/|\/\//.test(text.slice(0, end))
    return slowly(left, text) || ends.some((end) => whole(end) && slowly(left, text.slice(end)))
  }
  if (pattern.startsWith('**'))
    return Array.from({ length: text.length + 1 }, (_, at) => at).some((at) => slowly(pattern.slice(2), text.slice(at)))
  if (first === '*') return slowly(rest, text) || (text !== '' && text[0] !== '/' && slowly(pattern, text.slice(1)))
  if (first === '?') return text !== '' && text[0] !== '/' && slowly(rest, text.slice(1))
  return text[0] === first && slowly(rest, text.slice(1))
}

test('agrees with trying everything, on 20,000 random pairs', () => {
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return Math.floor((seed / 2147483648) * below)
  }
  const word = (letters: string, length: number) =>
    Array.from({ length: random(length) }, () => letters[random(letters.length)]).join('')
  let matched = 0
  for (let pair = 0; pair < 20_000; pair++) {
    const [pattern, text] = [word('ab/**?', 8), word('aab/', 8)]
    const expected = slowly(pattern, text)
    if (expected) matched++
    expect(
      fits(pattern, text, { segments: true, doubleStar: 'anywhere', question: true }),
      `${pattern} on ${text}`,
    ).toBe(expected)
  }
  expect(matched).toBeGreaterThan(500)
})

describe('a hostile pattern costs pattern × text, no more', () => {
  const cost = (pattern: string, text: string, dialect: GlobDialect = ALL) => {
    const compiled = compileGlob(pattern, dialect)
    if (!compiled.ok) throw new Error(compiled.problem)
    const spent = cpuTime()
    expect(compiled.fits(text)).toBe(false)
    return spent()
  }

  it.each<[name: string, pattern: string, text: string]>([
    ['stars', `${'*a'.repeat(200)}b`, 'a'.repeat(5_000)],
    ['stars in a flat dialect', `${'*a'.repeat(200)}b`, 'a/'.repeat(2_500)],
    ['double stars', `${'**/'.repeat(200)}b`, 'a/'.repeat(2_500)],
    ['braces in a row', `${'{a,aa}'.repeat(200)}b`, 'a'.repeat(5_000)],
    ['empty alternatives', `${'{,a,}'.repeat(300)}b`, 'a'.repeat(3_000)],
    ['sets', `${'*[a-z]'.repeat(200)}0`, 'a'.repeat(5_000)],
  ])('%s', (name, pattern, text) => {
    expect(cost(pattern, text, name.includes('flat') ? FLAT : ALL)).toBeLessThan(3_000)
  })

  test('braces ten thousand deep are neither a stack that runs over nor a wait', () => {
    const deep = `${'{a,'.repeat(10_000)}b${'}'.repeat(10_000)}`
    const spent = cpuTime()
    expect(fits(deep, 'b')).toBe(true)
    expect(fits(deep, 'c')).toBe(false)
    expect(spent()).toBeLessThan(3_000)
  })

  test('what is remembered of a match is forgotten again', () => {
    const every = Array.from({ length: 0xd000 }, (_, at) => String.fromCodePoint(at + 0x30)).join('')
    const compiled = compileGlob('{*a*,*b*,*c*}z', ALL)
    expect([0, 1, 2, 3].map(() => compiled.ok && compiled.fits(`${every}z`))).toEqual([true, true, true, true])
    expect(compiled.ok && compiled.fits(every)).toBe(false)
  })

  test('grows with the text in proportion', () => {
    const pattern = `${'*a'.repeat(100)}b`
    cost(pattern, 'a'.repeat(5_000))
    const [short, long] = [cost(pattern, 'a'.repeat(10_000)), cost(pattern, 'a'.repeat(80_000))]
    // Eight times the text; squares would be sixty-four times the cost.
    expect(long).toBeLessThan(Math.max(short, 5) * 24)
  })
})
