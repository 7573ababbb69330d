import { describe, expect, it } from 'vitest'
import { compileGoRegexp, type GoRegexp, isRegexp } from '../../src/model/go-regexp.ts'

const go = (pattern: string): GoRegexp => {
  const compiled = compileGoRegexp(pattern)
  if (!isRegexp(compiled)) throw new Error(compiled.invalid)
  return compiled
}

describe('Go regexp (eso.md §3.4, §6.1, §6.4)', () => {
  it.each([
    ['prod', 'nonprod', true],
    ['^prod$', 'nonprod', false],
    ['', 'anything', true],
    ['DEV', 'dev', false],
    ['(?i)DEV', 'dev', true],
    ['^dev/.*', 'dev/config', true],
    ['\\pL+', 'é', true],
  ])('%s in "%s": %s', (pattern, text, expected) => {
    expect(go(pattern).matches(text)).toBe(expected)
  })

  it.each(['(?!x)', '(?=x)', '(?<=x)y', '(a)\\1', '(', '*a', '[z-a]', 'a{2000}'])('refuses %s', (pattern) => {
    expect(compileGoRegexp(pattern)).toEqual({ invalid: expect.any(String) })
  })

  it.each([
    ['^a-(.*)$', 'x/$1', 'a-b', 'x/b'],
    ['^a-(.*)$', 'x/${1}y', 'a-b', 'x/by'],
    // `$1y` is the group "1y", which there is not.
    ['^a-(.*)$', 'x/$1y', 'a-b', 'x/'],
    ['(?P<n>b)', '<${n}>', 'abab', 'a<b>a<b>'],
    ['b', '$$', 'abc', 'a$c'],
    ['b', '$', 'abc', 'a$c'],
    ['.*', 'one', 'abc', 'one'],
    ['.*', 'one', '', 'one'],
    ['x*', '-', 'abc', '-a-b-c-'],
    ['b*', '-', 'abc', '-a-c-'],
    ['(x)?b', '[$1]', 'ab', 'a[]'],
    ['b', '$9', 'abc', 'ac'],
  ])('ReplaceAllString(%s, %s) of "%s" is "%s"', (pattern, replacement, text, expected) => {
    expect(go(pattern).replaceAll(text, replacement)).toBe(expected)
  })
})
