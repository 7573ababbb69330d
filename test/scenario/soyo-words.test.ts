import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { githubHtml, visibleWords } from '../../scripts/render/github-html.ts'

test('soyo as found is told in at most 200 words that a reader sees', () => {
  const root = join(import.meta.dirname, '../..')
  const { stdout } = spawnSync(
    process.execPath,
    [join(root, 'dist/cli.js'), 'check', join(root, 'examples/soyo/as-found'), '--format', 'markdown'],
    { encoding: 'utf8' },
  )
  const words = visibleWords(githubHtml(stdout, false))
  expect(words).toBeGreaterThan(100)
  expect(words).toBeLessThanOrEqual(200)
})

test('an alert is a heading of its own', () => {
  expect(githubHtml('> [!WARNING]\n> text\n', false)).toContain('<p><b>Warning</b></p>\n<p>text')
})

test('folds and line breaks are as GitHub has them', () => {
  const html = githubHtml(
    'one  \ntwo\nthree\n\n<details><summary>four</summary>\n\nfive\n\n</details>\n\n| six |\n|---|\n| seven |\n',
    true,
  )
  expect(html).toContain('two<br>')
  expect(html).toContain('<table>')
  expect(visibleWords(html)).toBe(6)
})
