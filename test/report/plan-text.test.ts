import { describe, expect, test } from 'vitest'
import { planJson, planTerminal } from '../../src/report/plan-output.ts'
import { planText } from '../../src/report/plan-text.ts'
import { planDocument, step, WHOLE } from './plan-sample.ts'
import { finding, HOSTILE, report } from './sample.ts'

const PLAIN = { color: false }
const planReport = (parts = {}) =>
  report({ mode: 'plan', live: { asked: true, line: 'Compared with OpenBao.' }, ...parts })

describe('the plan at a terminal', () => {
  test('says each part, before and after, what becomes covered, the commands, and the digest last', () => {
    const text = planText(
      WHOLE,
      planReport({
        outcome: 'findings',
        problems: [
          { message: 'Config of auth mount kubernetes/: A reviewer JWT is set.', file: 'store.yaml', line: 14 },
        ],
        incomplete: ['Role eso: GET answered 403.'],
      }),
      PLAIN,
    )
    expect(text).toBe(`+ KV mount kv/: create  (store.yaml:10)
    options.version: 2
~ policy eso: update  (store.yaml:10)
    + kv/data/a [read]
    ~ kv/data/b [read] → [read, update]
    - kv/data/c [read]
    ~ kv/data/d [read] (other limits)
    Stays as it is: kv/data/old/* (read).
= auth mount kubernetes/: no change
! config of auth mount kubernetes/: blocked  (store.yaml:14)
    A reviewer JWT is set.
? role eso of auth mount kubernetes/: not checked  (store.yaml:10)
    GET auth/kubernetes/role/eso answered 403.
    bound_service_account_names: ["x"] → ["x","eso"]
    token_ttl: 60 → 3600
    kubernetes_ca_cert: "" → -----BEGIN CERTIFICATE----- … (3 lines)

Worth knowing:
  s.yaml:3: Nothing is planned for SecretStore a/b: it is half.

Not allowed after this: 2 references
  no rule covers kv/data/c:
    PushSecret a/c, spec.data[0]
    PushSecret a/d, spec.data[0]

The same as commands, without apply:

bao secrets enable -path=kv -version=2 kv

bao policy write eso - <<'POLICY'
  path
POLICY

Secrets to write: 1. Put each value into a file that does not end in a newline.

# ExternalSecret a/b
bao kv put -mount=kv a k=-

error: store.yaml:14: Config of auth mount kubernetes/: A reviewer JWT is set.
Not finished: Role eso: GET answered 403.
Compared with OpenBao.
Plan: 2 changes to Vault, nothing deleted, 1 blocked, 1 not checked.
  References allowed: 0 of 3 now, 1 of 3 after apply
Digest: sha256:${'a'.repeat(64)}
`)
  })

  test.each([
    [
      'a plan that can be applied says how',
      { steps: [step()] },
      {},
      'Next: approve the apply job, or run: eso-vault apply --plan-digest sha256:aaaa',
    ],
    ['nothing to do', { steps: [step({ action: 'no-change' })] }, {}, 'Plan: nothing to change.'],
    ['nothing asked for', {}, {}, 'Plan: nothing to set up, because no store in Git needs it.'],
    [
      'no server',
      { server: null, steps: [step({ action: 'not-checked', because: 'Vault was not asked.' })] },
      {},
      '? KV mount kv/: wanted  (store.yaml:10)',
    ],
    [
      'no server, the headline',
      { server: null, steps: [step({ action: 'not-checked' })] },
      {},
      'Plan: 1 part needed in Vault, which was not asked.',
    ],
  ] as const)('%s', (_, document, parts, line) => {
    expect(planText(planDocument(document), planReport(parts), PLAIN)).toContain(line)
  })

  test('nobody is told to apply what is blocked, or what changes nothing', () => {
    const blocked = planDocument({ steps: [step(), step({ action: 'blocked', because: 'x' })] })
    expect(planText(blocked, planReport({ outcome: 'findings', problems: [{ message: 'x' }] }), PLAIN)).not.toContain(
      '--plan-digest',
    )
    expect(planText(planDocument({ steps: [step({ action: 'no-change' })] }), planReport(), PLAIN)).not.toContain(
      '--plan-digest',
    )
  })

  test('an apply says what was written, what failed, and what it did not come to', () => {
    const document = planDocument({
      mode: 'apply',
      steps: [
        step({ result: 'written' }),
        step({ id: 'policy eso', result: 'raced' }),
        step({ id: 'auth mount kubernetes/', result: 'failed' }),
        step({ id: 'role eso', action: 'update' }),
      ],
      commands: ['bao secrets enable'],
      coverage: { becomes: ['a'], covered: 1, open: [] },
    })
    const text = planText(
      document,
      planReport({ mode: 'apply', outcome: 'findings', problems: [{ message: 'it failed' }] }),
      PLAIN,
    )
    expect(text.split('\n').filter((line) => /^[+~]/.test(line))).toEqual([
      '+ KV mount kv/: written  (store.yaml:10)',
      '+ policy eso: written by another run  (store.yaml:10)',
      '+ auth mount kubernetes/: failed  (store.yaml:10)',
      '~ role eso: left to update  (store.yaml:10)',
    ])
    expect(text).toContain('Stopped after 2 of 4 changes: 1 problem.')
    expect(text).not.toMatch(/without apply|Digest/)
  })

  test.each([
    [[step({ result: 'written' })], [], 'Applied: 1 change.'],
    [[step({ action: 'no-change' })], [], 'Applied: nothing to change.'],
    [[step({ action: 'blocked' })], [{ message: 'x' }], 'Stopped after 0 of 0 changes: 1 problem.'],
  ])('the last line of an apply: %#', (steps, problems, line) => {
    const outcome = problems.length > 0 ? 'findings' : 'clean'
    const told = planReport({ mode: 'apply', outcome, ...(problems.length > 0 ? { problems } : {}) })
    expect(
      planText(planDocument({ mode: 'apply', steps }), told, PLAIN)
        .trimEnd()
        .split('\n')
        // What is allowed then stands below it.
        .filter((one) => !one.startsWith('  '))
        .at(-1),
    ).toBe(line)
  })

  test('findings of an apply come first with their lines, and the plan ends it: one last word', () => {
    const told = planReport({ mode: 'apply', outcome: 'findings', findings: [finding()] })
    const text = planTerminal(
      planDocument({ mode: 'apply', steps: [step({ result: 'written' })] }),
      told,
      () => undefined,
      PLAIN,
    )
    expect(text.indexOf('error[secret-absent]')).toBe(0)
    expect(text.match(/1 problem, no broken references\./g)).toHaveLength(1)
  })

  test.each(HOSTILE)('nothing that a manifest wrote becomes a command or a control character: %j', (text) => {
    const document = planDocument({
      steps: [
        step({
          id: text,
          because: text,
          action: 'blocked',
          fields: [{ field: text, before: text, after: text }],
          rules: [{ path: text, before: [text], after: null }],
          notes: [text],
          from: [{ file: text, line: 1 }],
        }),
      ],
      unplanned: [{ message: text, at: { file: text, line: 1 }, weight: 'note' }],
      coverage: { becomes: [text], covered: 0, open: [{ reference: text, because: text }] },
      commands: [text],
      seeds: [{ path: text, keys: [], usedBy: [], command: text }],
    })
    const told = planReport({
      outcome: 'findings',
      problems: [{ message: text, file: text, line: 1 }],
      incomplete: [text],
    })
    const shown = planText(document, told, PLAIN)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(shown).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/)
    for (const out of [shown, planJson(document)]) expect(out).not.toMatch(/^\s*(::|##\[)/m)
    expect(() => JSON.parse(planJson(document))).not.toThrow()
  })
})
