import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, run } from '../../src/modes/run.ts'
import { answerText } from '../../src/report/answer-text.ts'
import { commentBody } from '../../src/report/comment.ts'
import { issueBody } from '../../src/report/issue.ts'
import { planSummary } from '../../src/report/plan-summary.ts'
import { planText } from '../../src/report/plan-text.ts'
import { summaryOf } from '../../src/report/summary.ts'
import { terminalReport } from '../../src/report/terminal.ts'
import { EMPTY_CONFIG } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import type { Given } from '../../src/settings/given.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import type { Command } from '../../src/settings/settings.ts'
import { item, SNAPSHOT, STORE, secretOf } from '../changes/snapshot-of-change.ts'
import { jsonText } from '../report/json-text.ts'

const AS_OF = 'Vault as of 2026-11-27 03:10 UTC'

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'eso-vault-by-snapshot-'))
  writeFileSync(join(cwd, 'store.yaml'), STORE)
  const data = [item('shop/db', 'user'), item('shop/gone', 'user'), item('elsewhere/a', 'b'), item('elsewhere/c', 'd')]
  writeFileSync(join(cwd, 'secret.yaml'), secretOf('app', data.join('\n')))
  writeFileSync(join(cwd, 'vault-snapshot.json'), SNAPSHOT)
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const settingsOf = (command: Command, values: Given['values'] = {}, env: Readonly<Record<string, string>> = {}) =>
  resolveSettings({
    given: {
      from: 'terminal',
      command,
      subject: undefined,
      values: { 'vault-snapshot': 'vault-snapshot.json', ...values },
      format: undefined,
      color: false,
    },
    config: EMPTY_CONFIG,
    environment: readEnvironment(env),
    folder: 'gitops',
  })
const deps = () => ({
  cwd,
  env: {},
  now: () => new Date('2026-11-27T18:10:00Z'),
  mask: () => undefined,
  warn: () => undefined,
})

describe('a run by a snapshot', () => {
  it('says as of when, wherever it is read', async () => {
    const { report, sourceLine } = await run(settingsOf('check'), deps())
    const drift = await run(settingsOf('drift'), deps())
    const texts = [
      terminalReport(report, sourceLine, { color: false, width: 300 }),
      summaryOf(report),
      commentBody(report),
      jsonText(report),
      issueBody(drift.report),
    ]
    for (const text of texts) expect(text).toContain(AS_OF)
    expect(JSON.parse(jsonText(report)).live.asOf).toBe('2026-11-27T03:10:00Z')
  })

  it('tells what is not in it once, with what to do, and calls none of it missing', async () => {
    const { report, exitCode } = await run(settingsOf('check', { 'fail-on': 'never' }), deps())
    expect(report.notChecked.map(({ reason }) => reason.code)).toEqual(['not-in-snapshot', 'not-in-snapshot'])
    expect(report.findings.map(({ rule }) => rule)).toEqual(['secret-deleted'])
    expect([report.outcome, exitCode]).toEqual(['unchecked', 0])
    const text = terminalReport(report, () => undefined, { color: false, width: 300 })
    expect(text).toContain('2 references: kv/elsewhere/a is not in the snapshot (and 1 other part)')
    expect(text).toContain('snapshot: { scope: all }')
  })

  it.each([
    ['explain', 'as the snapshot has it'],
    ['references', 'kv/shop/db'],
    ['ci-policy', 'path "kv/subkeys/shop/db"'],
    ['doctor', 'is not in the snapshot'],
  ] as const)('%s answers by it', async (question, says) => {
    const answered = await answer(question, settingsOf(question), deps())
    expect(answerText(answered, 'text', { color: false, width: 300 })).toContain(says)
  })

  it('a plan is called a preview, with nothing to approve', async () => {
    const { plan, report } = await run(settingsOf('plan'), deps())
    if (plan === undefined) throw new Error('no plan')
    for (const text of [planText(plan, report, { color: false, width: 300 }), planSummary(plan, report)]) {
      expect(text).toContain(`Preview (${AS_OF})`)
      expect(text).toContain('plan again where Vault is reached')
      expect(text).not.toContain('sha256:')
    }
    expect(plan.digest).toMatch(/^preview:sha256:/)
  })

  it.each([
    ['an input', { 'vault-namespace': 'team' }, {}],
    ['the environment', {}, { VAULT_NAMESPACE: 'team' }],
  ])('of another Vault namespace than %s names is refused', async (_, values, env) => {
    const { report } = await run(settingsOf('check', values, env), deps())
    expect(report.problems?.[0]?.message).toBe('This snapshot is of the root namespace, and "team" is asked for.')
  })
})
