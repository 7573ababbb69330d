import { describe, expect, test } from 'vitest'
import { answer, type RunDeps, run } from '../../src/modes/run.ts'
import { annotationsOf } from '../../src/report/annotations.ts'
import { answerText } from '../../src/report/answer-text.ts'
import { commentBody } from '../../src/report/comment.ts'
import { planJson, planTerminal } from '../../src/report/plan-output.ts'
import { sarifText } from '../../src/report/sarif.ts'
import { summaryOf } from '../../src/report/summary.ts'
import { terminalReport } from '../../src/report/terminal.ts'
import { SARIF_RULES } from '../../src/rules/rule-ids.ts'
import { FILES } from '../faults/repository.ts'
import { fluxKustomization, kustomization, tree } from '../gitops/tree.ts'
import { jsonText } from '../report/json-text.ts'
import { settingsFor } from './questions/ask.ts'

const TOKEN = 'hvs.CAESIJ0123456789abcdefABCDEF'
const PLAIN = { color: false } as const

/** A finding, a file that does not parse, one that is left out, a root, a script: each in a file or folder whose name is a token. */
const cwd = tree({
  '.git/HEAD': '',
  'flux/apps.yaml': fluxKustomization('apps', `./${TOKEN}`),
  'flux/self.yaml': fluxKustomization('flux-system', './flux'),
  [`${TOKEN}/kustomization.yaml`]: kustomization(`resources: [store.yaml, app.yaml, ${TOKEN}.yaml, absent.yaml]`),
  [`${TOKEN}/store.yaml`]: FILES['store.yaml'] ?? '',
  [`${TOKEN}/app.yaml`]: FILES['app.yaml'] ?? '',
  [`${TOKEN}/${TOKEN}.yaml`]: FILES['broken.yaml'] ?? '',
  [`invalid-${TOKEN}.yaml`]: 'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\n  metadata: { name: x }\n',
  [`large-${TOKEN}.yaml`]: `kind: ExternalSecret\n${'#'.repeat(5 * 1024 * 1024)}\n`,
  [`setup-${TOKEN}.sh`]:
    'vault policy write eso - <<EOF\npath "kv/data/other/*" { capabilities = ["read"] }\nEOF\nvault write auth/kubernetes/role/eso policies=eso bound_service_account_names=eso bound_service_account_namespaces=eso\n',
})
const deps: RunDeps = { cwd, env: {}, now: () => new Date('2026-06-01T00:00:00Z'), mask: () => {}, warn: () => {} }

describe('a token in the name of a file or folder', () => {
  test('is in no report, and its lines are shown all the same', async () => {
    const { report, sourceLine } = await run(settingsFor({ command: 'check', cwd }), deps)
    const rules = new Set(report.findings.map(({ rule }) => rule))
    expect([...rules]).toEqual(expect.arrayContaining(['template-key-absent', 'yaml-invalid', 'policy-denies']))
    expect(report.notChecked.length).toBeGreaterThan(0)
    const terminal = terminalReport(report, sourceLine, PLAIN)
    const texts = [
      terminal,
      jsonText(report),
      sarifText(report, { version: '1', rules: SARIF_RULES }),
      summaryOf(report),
      commentBody(report),
      JSON.stringify(annotationsOf(report)),
    ]
    for (const text of texts) {
      expect(text).not.toContain(TOKEN)
      expect(text).toContain('***')
    }
    expect(terminal).toContain('{{ .nope }}')
  })

  test('is in no plan and no answer', async () => {
    const { report, plan, sourceLine } = await run(settingsFor({ command: 'plan', cwd }), deps)
    if (plan === undefined) throw new Error('no plan')
    const texts = [planJson(plan), planTerminal(plan, report, sourceLine, PLAIN)]
    for (const question of ['explain', 'references', 'ci-policy'] as const) {
      const settings = settingsFor({ command: question, cwd })
      for (const format of ['text', 'json'] as const)
        texts.push(answerText(await answer(question, settings, deps), format, PLAIN))
    }
    for (const text of texts) expect(text).not.toContain(TOKEN)
  })
})
