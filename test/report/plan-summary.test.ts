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
      "<!-- eso-vault plan -->
      ## ❌ Plan: 2 changes to Vault, nothing deleted, 1 blocked, 1 not checked

      > [!WARNING]
      > **Blocked or not finished:**
      >
      > - \`store.yaml:14\`: A JWT is set.

      **acme/gitops** · OpenBao 2.7.1 at https:​//vault.example.com

      - References allowed: 0 of 3 now, 1 of 3 after apply
      - Secrets you must write yourself: **1**, commands below

      ### ➕ Create KV mount kv/

      \`\`\`diff
      +options.version = 2
      \`\`\`

      From \`store.yaml:10\`.

      ### ✏️ Add to policy eso

      \`\`\`diff
      +path "kv/data/a" { capabilities = ["read"] }
      -path "kv/data/b" { capabilities = ["read"] }
      +path "kv/data/b" { capabilities = ["read", "update"] }
      -path "kv/data/c" { capabilities = ["read"] }
      -path "kv/data/d" { capabilities = ["read"] }
      +path "kv/data/d" { capabilities = ["read"] }
      \`\`\`

      From \`store.yaml:10\`. Stays as it is: kv/data/old/\\* (read).

      ### ❌ config of auth mount kubernetes/: blocked

      A reviewer JWT is set. From \`store.yaml:14\`.

      ### ❓ role eso of auth mount kubernetes/: not checked

      \`\`\`diff
      -bound_service_account_names = ["x"]
      +bound_service_account_names = ["x","eso"]
      -token_ttl = 60
      +token_ttl = 3600
      -kubernetes_ca_cert = ""
      +kubernetes_ca_cert = -----BEGIN CERTIFICATE----- … (3 lines)
      \`\`\`

      GET auth/kubernetes/role/eso answered 403. From \`store.yaml:10\`.

      - \`s.yaml:3\` Nothing is planned for SecretStore a/b: it is half.

      <details><summary>1 part needs no change</summary>

      - auth mount kubernetes/

      </details>

      ### Next: apply

      Approve the \`apply\` job, or run

      \`\`\`sh
      eso-vault apply --plan-digest sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      \`\`\`

      ### Then: write 1 secret

      \`apply\` writes no secrets. Put each value into a file that does not end in a newline.

      \`\`\`sh
      # ExternalSecret a/b
      bao kv put -mount=kv a k=-
      \`\`\`

      ### ❓ 2 references not allowed after this

      - no rule covers kv/data/c:
        - PushSecret a/c, spec.data\\[0\\]
        - PushSecret a/d, spec.data\\[0\\]

      <details><summary>1 reference that become allowed</summary>

      - ExternalSecret a/b, spec.data\\[0\\]: kv/a

      </details>

      <details><summary>The same as commands, without apply</summary>

      \`\`\`sh
      bao secrets enable -path=kv -version=2 kv
      \`\`\`

      \`\`\`sh
      bao policy write eso - <<'POLICY'
        path
      POLICY
      \`\`\`


      </details>

      <sub>eso-vault 0.1.0</sub>
      "
    `)
  })

  test.each([
    ['clean', {}, '## 📋 Plan: 1 change to Vault, nothing deleted'],
    [
      'incomplete',
      { outcome: 'incomplete', incomplete: ['It answered 503.'] },
      '## ⚠️ Plan: 1 change to Vault, nothing deleted',
    ],
    [
      'blocked',
      { outcome: 'findings', problems: [{ message: 'x' }] },
      '## ❌ Plan: 1 change to Vault, nothing deleted',
    ],
  ])('its headline, below the mark by which the program knows its own text: %s', (_, parts, line) => {
    expect(
      planSummary(planDocument({ steps: [step()] }), planReport(parts))
        .split('\n')
        .slice(0, 2),
    ).toEqual(['<!-- eso-vault plan -->', line])
  })

  test('an apply is told as done, and prints no commands to type', () => {
    const document = planDocument({
      mode: 'apply',
      steps: [step({ result: 'written' })],
      commands: ['bao secrets enable'],
    })
    const text = planSummary(document, planReport({ mode: 'apply' }))
    expect(text).toContain('## ✅ Applied: 1 change')
    expect(text).toContain('### ➕ Create KV mount kv/: written')
    expect(text).not.toContain('without apply')
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
    expect(outside).not.toMatch(/<\/?(img|script)|https?:\/\/|@acme|(?<!\\)\[click\]|^# not/m)
  })

  test('stays below what GitHub takes, and says what it left out', () => {
    const commands = Array.from(
      { length: 4000 },
      (_, index) => `bao write auth/kubernetes/role/${index} ${'x'.repeat(500)}`,
    )
    const text = planSummary(planDocument({ steps: [step()], commands }), planReport())
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(SUMMARY_BYTES)
    expect(text).toMatch(/\d+ more in the JSON report/)
  })
})
