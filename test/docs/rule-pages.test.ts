import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { RULE_IDS } from '../../src/rules/rule-ids.ts'
import { runFixture } from '../rules/fixture.ts'

const pages = join(import.meta.dirname, '../../docs/rules')
const work = mkdtempSync(join(tmpdir(), 'eso-vault-pages-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

/** The files that a section of a page shows: each block behind a line `<!-- file: name -->`. */
function filesOf(page: string, heading: string): Map<string, string> {
  const section = page.split(`\n## ${heading}\n`)[1]?.split(/\n## (?=[A-Z])/)[0] ?? ''
  const files = new Map<string, string>()
  for (const match of section.matchAll(/<!-- file: (.+?) -->\n(`{3,})\w*\n([\s\S]*?)\n\2/g)) {
    files.set(match[1] as string, `${match[3]}\n`)
  }
  return files
}

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

  test('the index lists every rule once', () => {
    const index = readFileSync(join(pages, 'README.md'), 'utf8')
    const listed = [...index.matchAll(/^\| \[([a-z0-9-]+)\]\(\1\.md\)/gm)].map((match) => match[1])
    expect(listed).toEqual([...RULE_IDS])
    expect(readdirSync(pages).length).toBe(RULE_IDS.length + 1)
  })
})
