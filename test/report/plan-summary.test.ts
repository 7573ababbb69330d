import { describe, expect, test } from 'vitest'
import { planSummary } from '../../src/report/plan-summary.ts'
import { SUMMARY_BYTES } from '../../src/report/summary.ts'
import { planDocument, step, WHOLE } from './plan-sample.ts'
import { HOSTILE, report } from './sample.ts'

const planReport = (parts = {}) => report({ mode: 'plan', ...parts })

describe('the plan in the job summary, which whoever approves it reads', () => {
  test('holds each part before and after, what becomes covered, and the digest', () => {
    const text = planSummary(
      WHOLE,
      planReport({ outcome: 'findings', problems: [{ message: 'A JWT is set.', file: 'store.yaml', line: 14 }] }),
    )
    expect(text).toMatchInlineSnapshot(`
      "## ❌ eso-vault plan: 1 to create, 1 to update, 1 unchanged, 1 blocked, 1 not checked.

      **acme/gitops** · OpenBao 2.7.1 at https:​//vault.example.com · digest \`sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\`

      - ❌ \`store.yaml:14\`: A JWT is set.


      - **KV mount kv/**: create · \`store.yaml:10\`
        - \`options.version\`: \`2\`
      - **policy eso**: update · \`store.yaml:10\`
        - \`+ kv/data/a [read]\`
        - \`~ kv/data/b [read] → [read, update]\`
        - \`- kv/data/c [read]\`
        - \`~ kv/data/d [read] (other limits)\`
        - Stays as it is: kv/data/old/\\* (read).
      - **auth mount kubernetes/**: no change · \`store.yaml:10\`
      - **config of auth mount kubernetes/**: blocked · \`store.yaml:14\`
        - A reviewer JWT is set.
      - **role eso of auth mount kubernetes/**: not checked · \`store.yaml:10\`
        - GET auth/kubernetes/role/eso answered 403.
        - \`bound_service_account_names\`: \`["x"]\` → \`["x","eso"]\`
        - \`token_ttl\`: \`60\` → \`3600\`
        - \`kubernetes_ca_cert\`: \`""\` → \`-----BEGIN CERTIFICATE----- … (3 lines)\`


      ### Worth knowing

      - \`s.yaml:3\` Nothing is planned for SecretStore a/b: it is half.


      ### Becomes covered: 1 reference

      - ExternalSecret a/b, spec.data\\[0\\]: kv/a


      ### Stays uncovered: 2 references

      - no rule covers kv/data/c:
        - PushSecret a/c, spec.data\\[0\\]
        - PushSecret a/d, spec.data\\[0\\]


      ### The same by hand

      \`\`\`sh
      bao secrets enable -path=kv -version=2 kv
      \`\`\`
      \`\`\`sh
      bao policy write eso - <<'POLICY'
        path
      POLICY
      \`\`\`


      ### To seed

      A value is its file, or standard input, as it is: a line feed at the end belongs to it.

      \`\`\`sh
      # ExternalSecret a/b
      bao kv put -mount=kv a k=-
      \`\`\`

      "
    `)
  })

  test.each([
    ['clean', {}, '## ✅ eso-vault plan: 1 to create.'],
    ['incomplete', { outcome: 'incomplete', incomplete: ['It answered 503.'] }, '## ⚠️ eso-vault plan: 1 to create.'],
    ['blocked', { outcome: 'findings', problems: [{ message: 'x' }] }, '## ❌ eso-vault plan: 1 to create.'],
  ])('its first line: %s', (_, parts, line) => {
    expect(planSummary(planDocument({ steps: [step()] }), planReport(parts)).split('\n')[0]).toBe(line)
  })

  test('an apply is told as done, and prints no commands to type', () => {
    const document = planDocument({
      mode: 'apply',
      steps: [step({ result: 'written' })],
      commands: ['bao secrets enable'],
    })
    const text = planSummary(document, planReport({ mode: 'apply' }))
    expect(text).toContain('## ✅ eso-vault apply: 1 part written, read back, and every reference judged.')
    expect(text).toContain('- **KV mount kv/**: written')
    expect(text).not.toContain('by hand')
  })

  test.each(HOSTILE)('what a manifest wrote stays text: %j', (hostile) => {
    const document = planDocument({
      steps: [
        step({
          id: hostile,
          fields: [{ field: hostile, before: hostile, after: hostile }],
          rules: [{ path: hostile, before: null, after: ['read'] }],
          notes: [hostile],
        }),
      ],
      coverage: { becomes: [hostile], covered: 0, open: [{ reference: hostile, because: hostile }] },
      unplanned: [{ message: hostile, at: { file: hostile, line: 1 }, weight: 'note' }],
      commands: [hostile],
      seeds: [{ path: hostile, keys: [], usedBy: [], command: hostile }],
    })
    const text = planSummary(document, planReport({ problems: [{ message: hostile, file: hostile }] }))
    // Outside code nothing is markup, a mention or a link.
    const outside = text.replace(/^(`{3,})\w*\n[\s\S]*?\n\1$/gm, '').replace(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '')
    expect(outside).not.toMatch(/<\/?(details|img|script)|https?:\/\/|@acme|(?<!\\)\[click\]|^# not/m)
  })

  test('stays below what GitHub takes, and says what it left out', () => {
    const commands = Array.from(
      { length: 4000 },
      (_, index) => `bao write auth/kubernetes/role/${index} ${'x'.repeat(500)}`,
    )
    const text = planSummary(planDocument({ steps: [step()], commands }), planReport())
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(SUMMARY_BYTES)
    expect(text).toMatch(/and \d+ more/)
  })
})
