import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Judge } from '../../src/chain/follow.ts'
import { createJudge, watchedJudge } from '../../src/chain/judge.ts'
import { predict } from '../../src/eso/predict.ts'
import type { Deadline } from '../../src/model/deadline.ts'
import { run } from '../../src/modes/run.ts'
import { createWatch } from '../../src/modes/watch.ts'
import { policyInvalid } from '../../src/rules/policy-invalid.ts'
import type { Rule } from '../../src/rules/rule.ts'
import { runRules } from '../../src/rules/run-rules.ts'
import { fromYaml } from '../eso/manifests-from-yaml.ts'
import { FILES, writeRepository } from '../faults/repository.ts'
import { settingsFor } from './questions/ask.ts'

/** Over when it was asked so often. */
function overAfter(times: number): Deadline {
  let asked = 0
  const over = () => {
    asked += 1
    return asked > times
  }
  return { over, leftMs: () => 1_000 }
}

describe('the time for a run', () => {
  let repository: Awaited<ReturnType<typeof writeRepository>>
  beforeAll(async () => {
    repository = await writeRepository()
  })
  afterAll(() => repository.remove())
  const runFor = (deadline: Deadline) =>
    run(settingsFor({ command: 'check', cwd: repository.cwd }), {
      cwd: repository.cwd,
      env: {},
      now: () => new Date('2026-06-01T00:00:00Z'),
      mask: () => {},
      warn: () => {},
      deadline,
    })

  test('that is over at once leaves everything, and says so', async () => {
    const { report, exitCode } = await runFor(overAfter(0))
    expect([report.outcome, exitCode, report.findings]).toEqual(['incomplete', 3, []])
    expect(report.incomplete.join()).toContain('`run-timeout`')
    expect(report.notChecked.map(({ what, reason }) => [what, reason.code])).toEqual([
      ['3 files', 'run-time-over'],
      ['Files that may declare roles and policies', 'run-time-over'],
    ])
  })

  test('whenever it ends, what was found stands, and what was not looked at is told', async () => {
    const whole = await runFor(overAfter(Number.POSITIVE_INFINITY))
    const found = new Set(whole.report.findings.map(({ fingerprint }) => fingerprint))
    let complete = 0
    const left = new Set<string>()
    for (let times = 1; times < 160; times += 3) {
      const { report } = await runFor(overAfter(times))
      for (const { fingerprint } of report.findings) expect(found.has(fingerprint)).toBe(true)
      for (const { what, reason } of report.notChecked) if (reason.code === 'run-time-over') left.add(what)
      if (report.incomplete.length === 0) {
        complete += 1
        expect(report.findings).toHaveLength(whole.report.findings.length)
      } else if (report.outcome !== 'findings') expect(report.outcome).toBe('incomplete')
    }
    expect(complete).toBeGreaterThan(0)
    // Files, objects and decisions are each left at some moment.
    expect([...left]).toEqual(expect.arrayContaining(['The file', 'ExternalSecret shop/data', 'PushSecret shop/push']))
  })
})

describe('what throws', () => {
  const broken: Rule = {
    id: 'broken',
    title: 'A rule with a bug',
    group: 'law',
    severity: 'error',
    check() {
      throw new TypeError("reading 'x' of undefined\nwith more lines")
    },
  }

  test('costs its rule, and the run is incomplete', () => {
    const watch = createWatch()
    const chain = { invalidPolicies: [], manifests: [] } as unknown as Parameters<typeof runRules>[1]
    expect(runRules([broken, policyInvalid], chain, {}, { watch })).toEqual([])
    expect(watch.sentences()).toEqual([
      "A bug of eso-vault: what these rules look for was not checked: broken (TypeError: reading 'x' of undefined). Please report it.",
    ])
    expect(() => runRules([broken], chain, {})).toThrow(TypeError)
  })

  test('costs its object, and the others are looked at', () => {
    const manifests = fromYaml(Object.values(FILES).join('---\n'))
    const whole = predict(manifests).references.length
    const bad = manifests.find(({ name }) => name === 'data')
    if (bad === undefined) throw new Error('no such manifest')
    const trap = Object.create(bad, {
      spanOf: {
        value: () => {
          throw new RangeError('Maximum call stack size exceeded')
        },
      },
    })
    const watch = createWatch()
    const { references } = predict(
      manifests.map((one) => (one === bad ? trap : one)),
      {
        fail: ({ span: { file, line } }, error) => watch.fail({ file, line, what: 'ExternalSecret shop/data' }, error),
      },
    )
    expect(references.length).toBeGreaterThan(0)
    expect(references.length).toBeLessThan(whole)
    expect(watch.notChecked()).toMatchObject([{ what: 'ExternalSecret shop/data', reason: { code: 'own-bug' } }])
    expect(watch.sentences()[0]).toContain('Maximum call stack size exceeded')
  })

  test('costs its decision', () => {
    const failing: Judge = {
      ...createJudge(),
      decide: () => {
        throw new RangeError('x')
      },
    }
    const token: Parameters<Judge['decide']>[1] = { withDefault: true, textless: [] }
    const { decide } = watchedJudge(failing, createWatch())
    expect(decide([], token, { path: 'a', capability: 'read', holes: [] }).verdict).toBe('unknown')
    expect(createJudge().decide([], token, { path: 'a/'.repeat(3_000), capability: 'read', holes: [] })).toMatchObject({
      verdict: 'unknown',
      because: { code: 'path-too-long', limit: 4096 },
    })
  })
})
