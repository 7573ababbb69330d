import { describe, expect, test } from 'vitest'
import type { Finding } from '../../src/model/finding.ts'
import { FACT_RULES } from '../../src/rules/rule-ids.ts'
import type { InputName } from '../../src/settings/input-table.ts'
import { FAULTS } from '../faults/faults.ts'
import { recordedRuns } from '../faults/recorded-runs.ts'
import type { Fault } from '../faults/recorded-server.ts'
import { STATIC_RULE } from '../faults/repository.ts'
import { describeWithServer } from '../openbao/server.ts'

/** What comes before the first question about the repository; its failure has tests of its own. */
const PREFLIGHT = /sys\/(health|seal-status)|auth\/token\/lookup-self/
const isQuestion = (key: string) => !PREFLIGHT.test(key) && !key.includes('revoke-self')

describeWithServer('a server that answers the preflight and then fails', () => {
  const server = recordedRuns()
  const runAgainst = (mode: 'check' | 'drift' | 'plan' | 'snapshot', values: Partial<Record<InputName, string>> = {}) =>
    server.run(mode, values, { retries: 0, timeoutMs: 250 })
  const told = (findings: readonly Finding[]) => findings.map(({ rule }) => rule)
  const factsIn = (findings: readonly Finding[]) =>
    findings.filter(({ rule, severity }) => FACT_RULES.has(rule) && severity === 'error')

  let questions: readonly string[] = []
  test('that does not fail: everything is checked', async () => {
    server.failing(() => undefined)
    const { report, exitCode } = await runAgainst('check')
    questions = server.asked().filter(isQuestion)
    expect([report.outcome, exitCode, report.incomplete, factsIn(report.findings)]).toEqual(['clean', 0, [], []])
    expect(told(report.findings)).toContain(STATIC_RULE)
    expect(report.notChecked).toEqual([])
    for (const part of ['sys/mounts', 'sys/auth', '/role/eso', 'policies/acl/eso', 'subkeys/', 'metadata/', 'list=1'])
      expect(questions.join(' ')).toContain(part)
  })

  /** Fails the questions that `which` chooses, of those that are asked in a run that is whole. */
  async function expectIncomplete(fault: Fault, which: (key: string, question: number) => boolean) {
    for (const mode of ['check', 'drift'] as const) {
      let question = 0
      server.failing((key) => {
        if (!isQuestion(key)) return undefined
        question += 1
        return which(key, question) ? fault : undefined
      })
      const { report, exitCode } = await runAgainst(mode)
      const where = `${mode}: ${report.outcome} ${JSON.stringify(report.problems)} ${server.asked().join(', ')}`
      expect([report.outcome, exitCode], where).toEqual(['incomplete', 3])
      expect(report.incomplete.length, where).toBeGreaterThan(0)
      expect(told(report.findings), where).toContain(STATIC_RULE)
      expect(factsIn(report.findings), where).toEqual([])
    }
  }

  describe.each(Object.entries(FAULTS))('%s', (_, fault) => {
    test('at every question', () => expectIncomplete(fault, () => true))
    test('at the first question', () => expectIncomplete(fault, (_key, question) => question === 1))
    test('at the last question', () => {
      const last = questions.at(-1)
      return expectIncomplete(fault, (key) => key === last)
    })
    test.each(['sys/mounts', 'sys/auth', 'auth/kubernetes/role/eso', 'sys/policies/acl/eso', 'kv/subkeys/shop/db'])(
      'at %s',
      (path) => expectIncomplete(fault, (key) => key.endsWith(path)),
    )
    test('at a listing', () => expectIncomplete(fault, (key) => key.includes('list=1')))
  })

  test('a plan of what was not told is incomplete, and says what it is', async () => {
    server.failing((key) => (key.endsWith('sys/policies/acl/eso') ? FAULTS['500'] : undefined))
    const { report, plan } = await runAgainst('plan')
    expect(report.outcome).toBe('incomplete')
    expect(JSON.stringify(plan?.steps)).toContain('answered 500')
  })

  test('a snapshot is not written of a server that fails, at whatever question', async () => {
    server.failing(() => undefined)
    const whole = await runAgainst('snapshot')
    expect(whole.snapshot).toContain('"version": 1')
    const asked = server.asked().filter(isQuestion)
    expect(asked.length).toBeGreaterThan(8)
    for (const fault of [FAULTS['500'], FAULTS['404 without errors'], FAULTS['an answer that is cut']]) {
      for (const question of new Set(asked)) {
        server.failing((key) => (key === question ? fault : undefined))
        const { report, snapshot } = await runAgainst('snapshot')
        expect([question, report.outcome, snapshot]).toEqual([question, 'incomplete', undefined])
      }
    }
  })

  test('`on-incomplete: warn` lets it pass, and the outcome stays', async () => {
    server.failing((key) => (isQuestion(key) ? FAULTS['500'] : undefined))
    const { report, exitCode } = await runAgainst('check', { 'on-incomplete': 'warn' })
    expect([report.outcome, exitCode]).toEqual(['incomplete', 0])
  })

  test('what is wrong in Git alone fails the run all the same', async () => {
    server.failing((key) => (isQuestion(key) ? FAULTS['500'] : undefined))
    const { report, exitCode } = await runAgainst('check', { 'fail-on': 'error' })
    expect([report.outcome, exitCode]).toEqual(['findings', 1])
    expect(report.incomplete.length).toBeGreaterThan(0)
  })

  test.each(['sys/health', 'lookup-self'])('a preflight that fails at %s leaves the findings of Git', async (path) => {
    server.failing((key) => (key.includes(path) ? FAULTS['500'] : undefined))
    const { report, exitCode } = await runAgainst('check')
    expect([report.outcome, exitCode]).toEqual(['incomplete', 3])
    expect(told(report.findings)).toContain(STATIC_RULE)
  })

  test('`vault-timeout` ends a check that would hang for minutes', async () => {
    server.failing((key) => (isQuestion(key) ? () => true : undefined))
    const { report } = await runAgainst('check', { 'vault-timeout': '1s' })
    expect(report.outcome).toBe('incomplete')
  })
})
