import { describe, expect, it } from 'vitest'
import { cut, logSafe, logSafeJson, oneLine, plainText, visibleLine } from '../../src/report/plain-text.ts'

describe('control and bidi characters are stripped (platform.md §7 threat 7)', () => {
  const cases: [text: string, expected: string][] = [
    ['a\u202eb\u2066c\u2069', 'abc'],
    ['\u001b[31mred\u0007\u0000', '[31mred'],
    ['zero\u200bwidth\ufeff\u2060', 'zerowidth'],
    ['tag\u{e0041}\u{e007f}', 'tag'],
    ['soft\u00adhyphen\u061c', 'softhyphen'],
    ['c1\u009b31m', 'c131m'],
    ['a\r\nb\rc\u2028d\u0085e', 'a\nb\nc\nd\ne'],
    ['lone\ud800half', 'lonehalf'],
    ['日本語 🔑 é\ttab', '日本語 🔑 é\ttab'],
  ]
  it.each(cases)('%j → %j', (text, expected) => {
    expect(plainText(text)).toBe(expected)
  })

  it('oneLine joins lines, so that no line can begin with ::', () => {
    expect(oneLine('a\r\n::set-output name=x::y\n\tb')).toBe('a ::set-output name=x::y b')
  })

  it('visibleLine keeps every place', () => {
    const line = 'a\u202eb\u200bc\u001bd'
    expect(visibleLine(line)).toBe('a\ufffdb\ufffdc\ufffdd')
    expect(visibleLine(line)).toHaveLength(line.length)
  })

  it('cut counts code points and never halves one', () => {
    expect(cut('🔑🔑🔑', 3)).toBe('🔑🔑🔑')
    expect(cut('🔑🔑🔑🔑', 3)).toBe('🔑🔑…')
    expect(cut('abc', 3)).toBe('abc')
  })
})

describe('standard output', () => {
  const cases: [text: string, expected: string][] = [
    ['::error::x', '\ua789:error::x'],
    ['ok\n   ::set-output name=a::b\nok', 'ok\n   \ua789:set-output name=a::b\nok'],
    ['\t::add-mask::a', '\t\ua789:add-mask::a'],
    [':::a', '\ua789::a'],
    ['text ##[set-env name=x]y', 'text ##\u2045set-env name=x]y'],
    ['kv::path: fine', 'kv::path: fine'],
    [': a', ': a'],
  ]
  it.each(cases)('%j → %j', (text, expected) => {
    expect(logSafe(text)).toBe(expected)
  })

  it('JSON keeps its value', () => {
    const value = { message: '##[error]x', list: ['::a::'] }
    const text = logSafeJson(JSON.stringify(value, null, 2))
    expect(text).not.toContain('##[')
    expect(JSON.parse(text)).toEqual(value)
  })
})
