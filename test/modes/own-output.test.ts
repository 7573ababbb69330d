import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answer, type RunDeps, run } from '../../src/modes/run.ts'
import { answerText } from '../../src/report/answer-text.ts'
import { commentBody } from '../../src/report/comment.ts'
import { issueBody } from '../../src/report/issue.ts'
import { planJson } from '../../src/report/plan-output.ts'
import { planSummary } from '../../src/report/plan-summary.ts'
import { sarifText } from '../../src/report/sarif.ts'
import { summaryOf } from '../../src/report/summary.ts'
import { SARIF_RULES } from '../../src/rules/rule-ids.ts'
import { planFileText } from '../../src/setup/plan-document.ts'
import { jsonText } from '../report/json-text.ts'
import { settingsFor } from './questions/ask.ts'

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'eso-vault-own-'))
  await cp(new URL('../../examples/soyo/as-found', import.meta.url), cwd, { recursive: true })
})
afterAll(() => rm(cwd, { recursive: true, force: true }))

const deps = (): RunDeps => ({
  cwd,
  env: {},
  now: () => new Date('2026-06-01T00:00:00Z'),
  mask: () => {},
  warn: () => {},
})
const check = async () => (await run(settingsFor({ command: 'check', cwd }), deps())).report
const found = async () => {
  const { findings, counts, notes } = await check()
  return {
    findings: findings.map(({ fingerprint, span }) => `${fingerprint} ${span.file}:${span.line}`),
    counts,
    notes,
  }
}

/** Everything that the program writes about this checkout, by the name that somebody gave it. */
async function outputs(): Promise<Record<string, string>> {
  const { report, plan } = await run(settingsFor({ command: 'plan', cwd }), deps())
  if (plan === undefined) throw new Error('no plan')
  const checked = await check()
  const asked = async (question: 'explain' | 'references' | 'ci-policy') =>
    answerText(await answer(question, settingsFor({ command: question, cwd }), deps()), 'json', { color: false })
  return {
    'plan.json': planFileText(plan),
    'plan-printed.json': planJson(plan),
    'plan.min.json': JSON.stringify(JSON.parse(planFileText(plan))),
    'plan.yaml': planFileText(plan),
    'report.json': jsonText(checked),
    'report.sarif.json': sarifText(checked, { version: '1', rules: SARIF_RULES }),
    'explain.json': await asked('explain'),
    'references.json': await asked('references'),
    'ci-policy.json': await asked('ci-policy'),
    'summary.md': summaryOf(checked),
    'plan.md': planSummary(plan, report),
    'comment.md': commentBody(checked),
    'issue.md': issueBody({ ...checked, mode: 'drift' }),
  }
}

test("the program's own files in the checkout declare nothing", async () => {
  const before = await found()
  expect(before.findings.length).toBeGreaterThan(5)
  const written = await outputs()
  for (const [name, text] of Object.entries(written)) await writeFile(join(cwd, name), text)
  const after = await found()
  for (const name of Object.keys(written)) await rm(join(cwd, name))
  expect(after.findings).toEqual(before.findings)
  expect(after.counts.files).toBe(before.counts.files)
  const told = after.notes.filter(({ code }) => code === 'own-output')
  // What could not be taken for a declaration anyway is not read, and needs no word.
  expect(told.map(({ file }) => file)).toEqual(
    expect.arrayContaining(['plan.json', 'plan.min.json', 'plan.yaml', 'plan.md']),
  )
})

describe('what is no file', () => {
  test.skipIf(process.platform === 'win32')(
    'is not opened: pipes and devices, by name and by symbolic link',
    async () => {
      const before = await found()
      execFileSync('mkfifo', [join(cwd, 'pipe.yaml')])
      await symlink('/dev/zero', join(cwd, 'zero.yaml'))
      await symlink('pipe.yaml', join(cwd, 'piped.yaml'))
      expect((await found()).findings).toEqual(before.findings)
      const { report } = await run({ ...settingsFor({ command: 'check', cwd }), paths: ['pipe.yaml'] }, deps())
      expect(report).toMatchObject({
        outcome: 'invalid',
        problems: [{ message: expect.stringContaining('is neither a file nor a folder') }],
      })
    },
  )
})
