import { describe, expect, it } from 'vitest'
import { code, codeBlock, html, link, prose } from '../../src/report/markdown.ts'
import { HOSTILE } from './sample.ts'

describe('code spans', () => {
  const cases: [text: string, expected: string][] = [
    ['kv/a', '`kv/a`'],
    ['a`b', '``a`b``'],
    ['`', '`` ` ``'],
    ['```', '```` ``` ````'],
    ['a``', '``` a`` ```'],
    ['', '` `'],
    [' a ', '`  a  `'],
    ['a\n\nb', '`a b`'],
    ['</details>@x#1', '`</details>@x#1`'],
    ['a|b', '`a|b`'],
  ]
  it.each(cases)('%j → %s', (text, expected) => {
    expect(code(text)).toBe(expected)
  })

  it('escape pipes in tables only: there a pipe ends the cell even in code', () => {
    expect(code('a|b', true)).toBe('`a\\|b`')
  })
})

describe('code blocks', () => {
  it.each([
    ['a\nb\n', '```\na\nb\n```'],
    ['```\n</details>', '````\n```\n</details>\n````'],
  ])('%j', (text, expected) => {
    expect(codeBlock(text)).toBe(expected)
  })
})

describe('prose', () => {
  const cases: [text: string, expected: string][] = [
    ['plain text, all of it (really): yes.', 'plain text, all of it (really): yes.'],
    ['a *b* _c_ ~d~ $e$ [f](g)', 'a \\*b\\* \\_c\\_ \\~d\\~ \\$e\\$ \\[f\\](g)'],
    ['<img src=x> & &lt;', '&lt;img src=x&gt; &amp; &amp;lt;'],
    ['@acme/team', '@\u200bacme/team'],
    ['mail a@b.c', 'mail a@\u200bb.c'],
    ['acme/x#12', 'acme/x\\#\u200b12'],
    ['GH-12 gh-7', 'GH-\u200b12 gh-\u200b7'],
    ['https://evil.example', 'https:\u200b//evil.example'],
    ['www.evil.example', 'www\u200b.evil.example'],
    ['- a', '\\- a'],
    ['1. a', '1\\. a'],
    ['# a', '\\# a'],
    ['=== a', '\\=== a'],
    ['back\\slash', 'back\\\\slash'],
    ['role `eso` of `a@b`', 'role `eso` of `a@b`'],
    ['a lone ` mark', 'a lone \\` mark'],
    ['\u202eabc', 'abc'],
  ]
  it.each(cases)('%j → %j', (text, expected) => {
    expect(prose(text)).toBe(expected)
  })

  it('keeps a table row one row', () => {
    expect(prose('a|b `c|d`\n| e', true)).toBe('a\\|b `c\\|d` \\| e')
  })

  it.each(HOSTILE)('leaves nothing of %j to interpret', (text) => {
    // Code spans aside, which GitHub does not look into.
    const outside = prose(text).replace(/(`+)[^`].*?\1/g, '')
    expect(outside).not.toMatch(/\n|<|(?<!\\)[[\]|*_~]|@(?=\w)|#\d|:\/\/|www\./)
  })
})

describe('links', () => {
  it.each([
    ['https://github.com/a/b#L1', '[x](https://github.com/a/b#L1)'],
    ['docs/rules/a.md', '[x](docs/rules/a.md)'],
    ['https://h/a b)c', '[x](https://h/a%20b%29c)'],
    ['javascript:alert(1)', 'x'],
    ['data:text/html,a', 'x'],
    [undefined, 'x'],
  ])('%s', (address, expected) => {
    expect(link('x', address)).toBe(expected)
  })

  it('html escapes what ends an attribute or an element', () => {
    expect(html('"</summary>&')).toBe('&quot;&lt;/summary&gt;&amp;')
  })
})
