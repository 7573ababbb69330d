import { describe, expect, test } from 'vitest'
import type { Standing } from '../../src/model/standing.ts'
import { annotationsOf } from '../../src/report/annotations.ts'
import { commentBody } from '../../src/report/comment.ts'
import { headline } from '../../src/report/headline.ts'
import { jsonPieces } from '../../src/report/json.ts'
import { prose } from '../../src/report/markdown.ts'
import { planHeadline } from '../../src/report/plan-wording.ts'
import { briefReason } from '../../src/report/reasons/brief.ts'
import { unfinishedText } from '../../src/report/reasons/offline.ts'
import type { Report } from '../../src/report/report.ts'
import { summaryOf } from '../../src/report/summary.ts'
import { terminalReport } from '../../src/report/terminal.ts'
import { HEADLINE } from '../../src/rules/fit-headline.ts'
import type { DocumentStep } from '../../src/setup/plan-document.ts'
import { planDocument, step } from './plan-sample.ts'
import { LONG, LONG_PATH, REASONS, UNFINISHED } from './reason-samples.ts'
import { finding, reference, report } from './sample.ts'

/** As many references as the largest repository could have; the objects are shared. */
const MANY = 12_345

const works = reference()
const standing = (one: Standing, count: number) =>
  Array<Report['references'][number]>(count).fill({ ...works, standing: one })
const part = (code: 'file-unreadable' | 'kustomize-killed', count: number) =>
  Array<Report['notChecked'][number]>(count).fill({
    file: 'a',
    line: 1,
    what: 'The file',
    reason: code === 'file-unreadable' ? { code, errno: 'EACCES' } : { code },
  })
const several = (severity: 'error' | 'warning', count: number) =>
  Array.from({ length: count }, (_, index) =>
    finding({ severity, fingerprint: `${severity} ${index}`, cause: String(index) }),
  )
const changed = {
  of: 'changed',
  since: `\`${LONG_PATH}\``,
  references: MANY,
  outside: { errors: 0, warnings: 0, notes: 0, notChecked: 0 },
} as const

const REFERENCES: Readonly<Record<string, Report['references']>> = {
  none: [],
  one: standing({ is: 'works' }, 1),
  'all work': standing({ is: 'works' }, MANY),
  'some accepted': [...standing({ is: 'works' }, MANY), ...standing({ is: 'broken', accepted: true, by: [] }, MANY)],
  'some accepted, some not': [
    ...standing({ is: 'works' }, MANY),
    ...standing({ is: 'broken', accepted: true, by: [] }, MANY),
    ...standing({ is: 'broken', accepted: false, by: [] }, MANY),
  ],
  older: [...standing({ is: 'works' }, MANY), ...standing({ is: 'broken', accepted: false, by: ['gone'] }, MANY)],
  broken: standing({ is: 'broken', accepted: false, by: [] }, MANY),
  'of others': [...standing({ is: 'other-provider', provider: 'aws' }, MANY), ...standing({ is: 'not-applied' }, MANY)],
}
const UNCHECKED = REASONS.map((reason): Standing => ({ is: 'not-checked', reason }))
const LIVES: readonly Report['live'][] = [
  { asked: false, line: '' },
  { asked: true, line: '' },
  { asked: true, line: '', silent: true },
  { asked: true, line: '', asOf: '2026-11-27T03:10:00Z' },
]
const FINDINGS = {
  nothing: [],
  warnings: several('warning', 2_345),
  errors: [...several('error', 2_345), ...several('warning', 2_345)],
  expires: [
    finding({
      rule: 'expires-soon',
      severity: 'warning',
      headline: `Rule \`${LONG_PATH}\` of policy \`${LONG}\` expires`,
    }),
  ],
}
const LEFT = [
  [],
  part('file-unreadable', 1_234),
  [...part('file-unreadable', 1_234), ...part('kustomize-killed', 1_234)],
]

function fits(text: string): void {
  expect([...text].length, text).toBeLessThanOrEqual(HEADLINE)
  expect(text, text).not.toMatch(/\n|\.$|^\s|\s$|undefined|NaN/)
  // A name that is shortened keeps both of its backticks.
  expect(text.split('`').length % 2, text).toBe(1)
}

describe('a headline has at most 90 characters', () => {
  test.each(Object.keys(REFERENCES))(
    'whatever the outcome of references that are: %s',
    (name) => {
      const references = REFERENCES[name] ?? []
      for (const live of LIVES)
        for (const scope of [undefined, changed])
          for (const findings of Object.values(FINDINGS))
            for (const notChecked of LEFT)
              for (const outcome of ['clean', 'unchecked', 'findings', 'incomplete'] as const)
                for (const mode of ['check', 'drift'] as const) {
                  // Nothing is unchecked, or something is.
                  if ((outcome === 'clean') === notChecked.length > 0 && outcome !== 'findings') continue
                  const given = {
                    mode,
                    outcome,
                    live,
                    references,
                    findings,
                    notChecked,
                    ...(scope === undefined ? {} : { scope }),
                  }
                  fits(headline(report(given)))
                }
    },
    60_000,
  )

  test.each(UNCHECKED.map((one) => [one.is === 'not-checked' ? one.reason.code : '', one] as const))(
    'with references that were not checked: %s',
    (_, one) => {
      for (const live of LIVES)
        for (const notChecked of LEFT)
          for (const seen of [[], standing({ is: 'works' }, 12), REFERENCES['some accepted, some not'] ?? []]) {
            const references = [...seen, ...standing(one, 345)]
            for (const outcome of ['unchecked', 'findings', 'incomplete'] as const) {
              const findings = outcome === 'findings' ? FINDINGS.errors : FINDINGS.warnings
              const text = headline(report({ outcome, live, references, notChecked, findings }))
              fits(text)
              // How many were not checked is never left out.
              expect(text).toMatch(/\b345\b.*not checked|\d+ of \d+ references checked/)
            }
          }
    },
    60_000,
  )

  test.each(REASONS.map((reason) => [reason.code, reason] as const))(
    'and the reason is in it where it is short: %s',
    (code, reason) => {
      const brief = briefReason(reason)
      expect(brief, code).not.toMatch(/…|\.$|undefined/)
      const text = headline(report({ outcome: 'unchecked', references: standing({ is: 'not-checked', reason }, 104) }))
      expect(text, code).toMatch(/^0 of 104 references checked: /)
      // Names are shortened, the clause is whole.
      const words = (said: string) => said.replace(/`[^`]*`/g, '`').trim()
      expect(text.endsWith(words(brief).split('`').at(-1) ?? ''), text).toBe(true)
    },
  )

  test.each(UNFINISHED)('of a run that is not finished: %s', (unfinished) => {
    const references = [
      ...standing({ is: 'works' }, MANY),
      ...standing({ is: 'broken', accepted: false, by: [] }, MANY),
    ]
    for (const given of [references, standing({ is: 'works' }, 6)]) {
      const text = headline(report({ outcome: 'incomplete', incomplete: ['x'], unfinished, references: given }))
      fits(text)
      expect(text).toContain('references checked')
      if (given.length < MANY)
        expect(text).toContain(`Not finished: ${unfinishedText(unfinished)}; 6 of 6 references checked`)
    }
  })

  test.each([
    [{ message: `unknown key "${LONG_PATH}" of the config. See the schema.` }],
    [{ message: 'short.', file: `${LONG_PATH}/eso-vault.yml`, line: 123_456 }],
    [{ message: `${LONG} ${LONG}`, file: `${LONG_PATH}/eso-vault.yml`, line: 1 }],
    [{ message: `The input \`${LONG_PATH}\` is no address: \`${LONG}\` is no host`, file: 'a' }],
    [{ message: 'a'.repeat(300) }],
  ])('of a run that did not start: %#', (problem) => {
    for (const problems of [[problem], Array(12_345).fill(problem)])
      fits(headline(report({ outcome: 'invalid', problems })))
  })

  test('of a bug, a snapshot, and one problem of the report', () => {
    fits(headline(report({ outcome: 'bug' })))
    const counts = { file: LONG_PATH, mounts: MANY, roles: MANY, policies: MANY, secrets: MANY, folders: MANY }
    for (const hidden of [0, MANY])
      for (const incomplete of [[], ['hidden']])
        fits(headline(report({ mode: 'snapshot', incomplete, snapshot: { ...counts, hidden } })))
    fits(headline(report({ mode: 'snapshot', outcome: 'incomplete' })))
    const one = finding({ headline: `Policy \`eso\` does not let ESO read \`kv/${'b'.repeat(52)}\`` })
    for (const live of LIVES)
      fits(headline(report({ live, findings: [one], references: standing({ is: 'works' }, 2) })))
  })

  test('of a plan and of what was applied', () => {
    const steps = (['create', 'update', 'no-change', 'blocked', 'not-checked'] as const).flatMap((action) =>
      Array<DocumentStep>(12_345).fill(step({ action, result: 'written' })),
    )
    for (const mode of ['plan', 'apply'] as const)
      for (const given of [steps, [step()], []])
        for (const preview of [true, undefined] as const)
          for (const server of ['OpenBao', null])
            for (const outcome of ['clean', 'findings', 'incomplete', 'invalid', 'bug'] as const)
              for (const live of LIVES)
                for (const problems of [undefined, Array(12_345).fill({ message: LONG })]) {
                  const document = {
                    ...planDocument(),
                    mode,
                    steps: given,
                    server,
                    ...(preview === undefined ? {} : { preview }),
                  }
                  fits(
                    planHeadline(
                      report({ mode, outcome, live, ...(problems === undefined ? {} : { problems }) }),
                      document,
                    ),
                  )
                }
  })
})

test('the headline is one string in every channel', () => {
  const given = report({
    outcome: 'findings',
    references: [
      ...standing({ is: 'works' }, 3),
      ...standing({ is: 'broken', accepted: false, by: ['error 0', 'error 1'] }, 2),
    ],
    findings: several('error', 2),
  })
  const text = headline(given)
  expect(text).toBe('2 problems break 2 of 5 references')
  expect(terminalReport(given, () => undefined, { color: false })).toContain(`\n${text}.\n`)
  expect(summaryOf(given)).toContain(`## ❌ ${prose(text)}\n`)
  expect(commentBody(given)).toContain(`## ❌ ${prose(text)}\n`)
  expect(JSON.parse([...jsonPieces(given)].join(''))).toMatchObject({ headline: text })
})

test('the headline of a problem is one string in every channel', () => {
  const one = finding({ headline: 'Secret `kv/shop/stripe` does not exist' })
  const given = report({ findings: [one, finding({ fingerprint: 'b', headline: 'Role `eso` does not exist' })] })
  expect(terminalReport(given, () => undefined, { color: false })).toContain(`error[secret-absent]: ${one.headline}\n`)
  expect(summaryOf(given)).toContain(`### ❌ ${prose(one.headline)}\n`)
  expect(commentBody(given)).toContain(`### ❌ ${prose(one.headline)}\n`)
  // Titles of annotations show no code.
  expect(annotationsOf(given).annotations[0]?.properties.title).toBe(one.headline.replaceAll('`', ''))
  const json = JSON.parse([...jsonPieces(given)].join(''))
  expect(json.problems[0]).toMatchObject({ headline: one.headline })
})
