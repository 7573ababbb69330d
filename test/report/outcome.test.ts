import { describe, expect, it } from 'vitest'
import type { Severity } from '../../src/model/finding.ts'
import { exitCodeOf, outcomeOf } from '../../src/report/outcome.ts'
import { outputsOf } from '../../src/report/outputs.ts'
import type { Outcome } from '../../src/report/report.ts'
import type { FailOn } from '../../src/settings/settings.ts'
import { finding, reference, report } from './sample.ts'

describe('outcomes (design §3)', () => {
  const cases: [severities: Severity[], failOn: FailOn, incomplete: string[], drifted: boolean, expected: Outcome][] = [
    [[], 'error', [], false, 'clean'],
    [['error'], 'error', [], false, 'findings'],
    [['warning', 'note'], 'error', [], false, 'clean'],
    [['warning'], 'warning', [], false, 'findings'],
    [['note'], 'warning', [], false, 'clean'],
    [['error', 'warning'], 'never', [], false, 'clean'],
    [[], 'error', ['sealed'], false, 'incomplete'],
    [['warning'], 'error', ['sealed'], false, 'incomplete'],
    // What was seen to be broken is broken, whatever could not be seen beside it.
    [['error'], 'error', ['sealed'], false, 'findings'],
    [['error'], 'never', ['sealed'], false, 'incomplete'],
    // In drift, drift fails whatever its severity.
    [['note'], 'error', [], true, 'findings'],
  ]
  it.each(cases)(
    '%j, fail-on %s, incomplete %j, drifted %j → %s',
    (severities, failOn, incomplete, drifted, expected) => {
      const findings = severities.map((severity) => finding({ severity }))
      expect(outcomeOf({ findings, failOn, incomplete, drifted })).toBe(expected)
    },
  )

  it.each([
    ['clean', 0, 0],
    ['findings', 1, 1],
    ['invalid', 2, 2],
    ['incomplete', 3, 0],
    ['bug', 70, 70],
  ] as const)('%s exits with %i, with on-incomplete: warn %i', (outcome, fail, warn) => {
    expect(exitCodeOf(outcome, { onIncomplete: 'fail', onUnchecked: 'fail' })).toBe(fail)
    expect(exitCodeOf(outcome, { onIncomplete: 'warn', onUnchecked: 'pass' })).toBe(warn)
  })

  it('passes a run that left a reference unchecked, unless on-unchecked: fail', () => {
    const exit = (onUnchecked: 'pass' | 'warn' | 'fail') =>
      exitCodeOf('unchecked', { onIncomplete: 'warn', onUnchecked })
    expect([exit('pass'), exit('warn'), exit('fail')]).toEqual([0, 0, 3])
  })

  it.each([
    [[], [], 'unchecked'],
    [['warning'], [], 'unchecked'],
    [['error'], [], 'findings'],
    [[], ['sealed'], 'incomplete'],
  ] as const)('what was not checked is never clean: %j, incomplete %j → %s', (severities, incomplete, expected) => {
    const findings = severities.map((severity) => finding({ severity }))
    expect(outcomeOf({ findings, failOn: 'error', incomplete, unchecked: true })).toBe(expected)
  })
})

describe('outputs (design §4)', () => {
  it('are texts, on one line each, empty where a mode has none', () => {
    const given = report({
      findings: [finding(), finding(), finding({ severity: 'warning' }), finding({ severity: 'note' })],
      references: [reference(), reference()],
      notChecked: [{ file: 'a', line: 1, what: 'b', reason: { code: 'key-missing' } }],
    })
    expect(outputsOf(given, { reportFile: 'out/report\n.json', hasChanges: false, issueNumber: 7 })).toEqual({
      outcome: 'findings',
      'error-count': '2',
      'warning-count': '1',
      references: '2',
      'checked-references': '2',
      'broken-references': '0',
      'not-checked-references': '0',
      'not-checked-count': '1',
      'report-file': 'out/report .json',
      'sarif-file': '',
      'has-changes': 'false',
      'plan-file': '',
      'plan-digest': '',
      'snapshot-file': '',
      'issue-number': '7',
    })
  })
})
