import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Finding } from '../../src/model/finding.ts'
import { RULE_IDS } from '../../src/rules/rule-ids.ts'
import { forbiddenIn } from '../report/forbidden-words.ts'
import { runFixture } from './fixture.ts'

const here = import.meta.dirname

function repositoriesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true })
  return entries.some((entry) => entry.isFile()) ? [folder] : entries.map((entry) => join(folder, entry.name))
}

describe.each(RULE_IDS.map((id) => [id]))('what %s says', (id) => {
  test('has a headline of at most 90 characters, one reason, and a fix that is a clause', async () => {
    const findings: Finding[] = []
    for (const folder of repositoriesIn(join(here, id, 'bad')))
      findings.push(...(await runFixture(folder)).findings.filter(({ rule }) => rule === id))
    expect(findings.length).toBeGreaterThan(0)
    for (const { headline, why = '', fix, message } of findings) {
      expect([...headline].length, headline).toBeLessThanOrEqual(90)
      // A headline about an object that names none: the finding lacks its `objects`.
      expect(headline, headline).toMatch(/^(?:spec\.|[^a-z\s])/)
      // An ellipsis at the end means that the object was cut off.
      expect(headline, headline).not.toMatch(/[.…]$/)
      expect(headline.split('`').length % 2, headline).toBe(1)
      // Advice is a clause: a report puts a capital and a full stop where it needs them.
      if (fix !== undefined) expect(fix.lead, fix.lead).not.toMatch(/^[A-Z][a-z]|\.$/)
      for (const text of [headline, why, fix?.lead ?? '', fix?.note ?? ''])
        expect(forbiddenIn(text), message).toBeUndefined()
      // No path is told twice: not in the headline and again in the reason.
      const paths = [...headline.replace(/Rule `[^`]*`/, '').matchAll(/`([^`]+\/[^`]+\/[^`]+)`/g)].map(
        ([, path]) => path as string,
      )
      for (const path of paths) expect(why.includes(`\`${path}\``), `${headline} | ${why}`).toBe(false)
    }
  })
})
