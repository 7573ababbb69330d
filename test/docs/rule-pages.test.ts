import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { terminalFindings } from '../../src/report/terminal.ts'
import { RULE_IDS } from '../../src/rules/rule-ids.ts'
import { runFixture } from '../rules/fixture.ts'
import { diffOf, filesOf, withMadeParts } from './rule-page.ts'

const pages = join(import.meta.dirname, '../../docs/rules')
const work = mkdtempSync(join(tmpdir(), 'eso-vault-pages-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

function write(name: string, files: ReadonlyMap<string, string>): string {
  const folder = join(work, name)
  for (const [file, text] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  return folder
}

describe('every page of a rule shows what is true', () => {
  test.each(RULE_IDS.map((id) => [id]))(
    '%s: the example breaks the rule, and what to write instead does not',
    async (id) => {
      const page = readFileSync(join(pages, `${id}.md`), 'utf8')
      const bad = filesOf(page, 'Example')
      const good = filesOf(page, 'Write instead')
      expect(bad.size).toBeGreaterThan(0)
      expect(good.size).toBeGreaterThan(0)
      const ruleOf = async (folder: string) => (await runFixture(folder)).findings.map((finding) => finding.rule)
      expect(await ruleOf(write(`${id}-bad`, bad))).toContain(id)
      expect(await ruleOf(write(`${id}-good`, good))).not.toContain(id)
    },
  )

  // `npx vitest run test/docs/rule-pages.test.ts -u` writes the made parts anew.
  test.each(RULE_IDS.map((id) => [id]))(
    '%s: what is printed, and what to change, is what the page shows',
    async (id) => {
      const file = join(pages, `${id}.md`)
      const page = readFileSync(file, 'utf8')
      const [bad, good] = [filesOf(page, 'Example'), filesOf(page, 'Write instead')]
      const { findings } = await runFixture(write(`${id}-printed`, bad))
      const source = (name: string, line: number) => bad.get(name)?.split('\n')[line - 1]
      const shown = { references: [], findings: findings.filter(({ rule }) => rule === id).slice(0, 4) }
      const printed = terminalFindings(shown, source, { color: false, width: 100 }).trimEnd()
      await expect(withMadeParts(page, { printed, diff: diffOf(bad, good) })).toMatchFileSnapshot(file)
    },
  )

  test('the index lists every rule once', () => {
    const index = readFileSync(join(pages, 'README.md'), 'utf8')
    const listed = [...index.matchAll(/^\| \[([a-z0-9-]+)\]\(\1\.md\)/gm)].map((match) => match[1])
    expect(listed).toEqual([...RULE_IDS])
    expect(readdirSync(pages).length).toBe(RULE_IDS.length + 1)
  })
})
