import { describe, expect, it } from 'vitest'
import { asGoDuration, parseGoDuration } from '../../../src/eso/schema/go-duration.ts'

describe('time.ParseDuration', () => {
  it.each([
    ['1h', 3_600_000_000_000n],
    ['1h30m', 5_400_000_000_000n],
    ['-5m', -300_000_000_000n],
    ['+5s', 5_000_000_000n],
    ['0', 0n],
    ['-0', 0n],
    ['1.5h', 5_400_000_000_000n],
    ['.5s', 500_000_000n],
    ['1.s', 1_000_000_000n],
    ['3µs', 3_000n],
    ['9223372036854775807ns', 9_223_372_036_854_775_807n],
    ['-9223372036854775808ns', -9_223_372_036_854_775_808n],
  ])('%s', (text, nanoseconds) => expect(parseGoDuration(text)).toBe(nanoseconds))

  // Word for word as Go answers.
  it.each([
    ['', 'time: invalid duration ""'],
    ['x', 'time: invalid duration "x"'],
    ['.', 'time: invalid duration "."'],
    ['-', 'time: invalid duration "-"'],
    ['PT1H', 'time: invalid duration "PT1H"'],
    ['60', 'time: missing unit in duration "60"'],
    ['1h30', 'time: missing unit in duration "1h30"'],
    ['1d', 'time: unknown unit "d" in duration "1d"'],
    ['1 h', 'time: unknown unit " h" in duration "1 h"'],
    ['1constructor', 'time: unknown unit "constructor" in duration "1constructor"'],
    ['9223372036854775808ns', 'time: invalid duration "9223372036854775808ns"'],
    ['3000000h', 'time: invalid duration "3000000h"'],
  ])('%s is refused', (text, error) => expect(parseGoDuration(text)).toEqual({ error }))

  it.each([
    ['7d', '168h'],
    ['60', '60s'],
    ['2 weeks', '336h'],
    ['5 min', '5m'],
    ['soon', undefined],
  ])('%s may mean %s', (text, meant) => expect(asGoDuration(text)).toBe(meant))
})
