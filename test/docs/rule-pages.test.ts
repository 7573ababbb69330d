import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { terminalFindings } from '../../src/report/terminal.ts'
import { ignoreUnused } from '../../src/rules/ignore-unused.ts'
import { RULES } from '../../src/rules/registry.ts'
import { RULE_IDS } from '../../src/rules/rule-ids.ts'
import { runFixture } from '../rules/fixture.ts'
import { diffOf, filesOf, withBeginnings, withMadeParts } from './rule-page.ts'

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

const NEEDS = { manifest: 'nothing', law: 'policies and roles', facts: 'a server' } as const

/** The page as it is; a new one with what it begins with. */
function pageOf(id: string): string {
  const rule = [...RULES, ignoreUnused].find((one) => one.id === id)
  if (rule === undefined) throw new Error(`no rule ${id}`)
  const page = readFileSync(join(pages, `${id}.md`), 'utf8')
  const fixtures = join(import.meta.dirname, '../rules', id)
  const head = { id, title: rule.title, severity: rule.severity, needs: NEEDS[rule.group] }
  return withBeginnings(page, head, { bad: fixture(join(fixtures, 'bad')), good: fixture(join(fixtures, 'ok')) })
}

/** Its files; of several cases, those of the first. */
function fixture(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { withFileTypes: true })
  const [first] = entries
  if (first?.isDirectory() && entries.every((entry) => entry.isDirectory())) return fixture(join(folder, first.name))
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name)
  return new Map(files.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

describe('every page of a rule shows what is true', () => {
  test.each(RULE_IDS.map((id) => [id]))(
    '%s: the example breaks the rule, and what to write instead does not',
    async (id) => {
      const page = pageOf(id)
      const bad = filesOf(page, 'Example')
      const good = filesOf(page, 'Write instead')
      expect(bad.size, `docs/rules/${id}.md needs the headings "Example" and "Write instead"`).toBeGreaterThan(0)
      expect(good.size, `docs/rules/${id}.md needs the headings "Example" and "Write instead"`).toBeGreaterThan(0)
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
      const page = pageOf(id)
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
