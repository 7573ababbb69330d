import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { RULE_IDS } from '../../src/rules/rule-ids.ts'
import { runFixture } from './fixture.ts'

const here = import.meta.dirname
const pages = join(here, '../../docs/rules')

/** `bad/` and `ok/` hold a repository each, or folders that do. */
function repositoriesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true })
  return entries.some((entry) => entry.isFile()) ? [folder] : entries.map((entry) => join(folder, entry.name))
}

describe('rules, pages and fixtures are counted against each other', () => {
  test('every rule has a page, and every page a rule', () => {
    const written = readdirSync(pages)
      .filter((name) => name.endsWith('.md') && name !== 'README.md')
      .map((name) => name.replace(/\.md$/, ''))
    expect(written.sort()).toEqual([...RULE_IDS].sort())
  })

  test.each(RULE_IDS.map((id) => [id]))('%s is shown wrong and right, and its page has the headings', (id) => {
    expect(repositoriesIn(join(here, id, 'bad')).length, `test/rules/${id}/bad`).toBeGreaterThan(0)
    expect(repositoriesIn(join(here, id, 'ok')).length, `test/rules/${id}/ok`).toBeGreaterThan(0)
    const page = readFileSync(join(pages, `${id}.md`), 'utf8')
    expect(page.split('\n')[0]).toBe(`# ${id}`)
    for (const heading of ['## What it finds', '## What happens', '## Example', '## Write instead', '## Limits'])
      expect(page).toContain(`\n${heading}\n`)
  })
})

describe.each(RULE_IDS.map((id) => [id]))('%s', (id) => {
  for (const folder of repositoriesIn(join(here, id, 'bad'))) {
    test(`reports exactly the marked lines: ${folder.slice(here.length + 1)}`, async () => {
      const { findings, expected } = await runFixture(folder)
      const mine = expected.filter((expectation) => expectation.rule === id)
      expect(mine.length, 'a bad fixture marks at least one line').toBeGreaterThan(0)
      const found = findings.filter((finding) => finding.rule === id)
      expect(found.map((finding) => `${finding.span.file}:${finding.span.line}`).sort()).toEqual(
        mine.map(({ at }) => at).sort(),
      )
      for (const { at, says } of mine) {
        const messages = found
          .filter((finding) => `${finding.span.file}:${finding.span.line}` === at)
          .map((finding) => finding.message)
        expect(messages.join('\n')).toContain(says)
      }
      // Whatever else is wrong in the fixture is marked too: a rule that speaks where it should not is seen here.
      expect(findings.map((finding) => `${finding.rule} ${finding.span.file}:${finding.span.line}`).sort()).toEqual(
        expected.map(({ rule, at }) => `${rule} ${at}`).sort(),
      )
    })
  }
  for (const folder of repositoriesIn(join(here, id, 'ok'))) {
    test(`is silent: ${folder.slice(here.length + 1)}`, async () => {
      const { findings, expected } = await runFixture(folder)
      // What another rule says of the same repository is marked.
      const marked = expected.filter(({ rule }) => rule !== id).map(({ rule, at }) => `${rule} ${at}`)
      expect(
        findings
          .filter(({ rule, span }) => !marked.includes(`${rule} ${span.file}:${span.line}`))
          .map((finding) => `${finding.rule} ${finding.span.file}:${finding.span.line} ${finding.message}`),
      ).toEqual([])
    })
  }
})
