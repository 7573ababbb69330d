import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answer, type RunDeps, type RunResult, run } from '../../src/modes/run.ts'
import { annotationsOf } from '../../src/report/annotations.ts'
import { answerText } from '../../src/report/answer-text.ts'
import { commentBody } from '../../src/report/comment.ts'
import { closingComment, issueBody, issueTitle, reopeningComment } from '../../src/report/issue.ts'
import { outputsOf } from '../../src/report/outputs.ts'
import { planJson, planTerminal } from '../../src/report/plan-output.ts'
import { planSummary } from '../../src/report/plan-summary.ts'
import { sarifText } from '../../src/report/sarif.ts'
import { summaryOf } from '../../src/report/summary.ts'
import { terminalReport } from '../../src/report/terminal.ts'
import { RULE_IDS, SARIF_RULES } from '../../src/rules/rule-ids.ts'
import { readConfig } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import type { Command } from '../../src/settings/settings.ts'
import { planFileText } from '../../src/setup/plan-document.ts'
import { writeRepository } from '../faults/repository.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess, mountKv } from '../openbao/stage.ts'
import { jsonText } from '../report/json-text.ts'

/** A token in a place of its own: where one is shown, its name says where it came from. */
const placed = new Set<string>()
function canary(place: string): string {
  const name = `Canary${place.replaceAll(/[^A-Za-z]/g, '')}`
  placed.add(name)
  return `hvs.${name}0123456789abcdef`
}

const store = (name: string, fields: string) => `---
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: ${name} }
spec: { provider: { vault: { ${fields} } } }
`
const secret = (name: string, spec: string) => `---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: ${name}, namespace: shop } # ${canary('comment beside a name')}
spec: { secretStoreRef: { kind: ClusterSecretStore, name: vault }, ${spec} }
`
const kubernetes = (role: string, more = '') =>
  `auth: { kubernetes: { mountPath: kubernetes, role: "${role}", serviceAccountRef: { name: eso, namespace: eso ${more} } } }`

const FILES: Readonly<Record<string, string>> = {
  'stores.yaml': [
    store('vault', `server: "https://vault.example.com", path: kv, version: v2, ${kubernetes('eso')}`),
    store('s1', `server: "https://${canary('server')}", path: "${canary('mount')}", version: v2, ${kubernetes('eso')}`),
    store('s2', `server: "https://v", path: kv, version: v2, ${kubernetes(canary('role'))}`),
    store('s3', `server: "https://v", path: kv, version: "${canary('kv version')}", ${kubernetes('eso')}`),
    store('s4', `server: "https://v", path: kv, namespace: "${canary('namespace')}", ${kubernetes('eso')}`),
    store('s5', `server: "https://v", path: kv, ${kubernetes('eso', `, audiences: ["${canary('audience')}"]`)}`),
  ].join(''),
  'secrets.yaml': [
    `# ${canary('comment of its own')}\n`,
    secret('key', `data: [{ secretKey: a, remoteRef: { key: "shop/${canary('key')}", property: a } }]`),
    secret('property', `data: [{ secretKey: a, remoteRef: { key: shop/db, property: "${canary('property')}" } }]`),
    secret('version', `data: [{ secretKey: a, remoteRef: { key: shop/db, version: "${canary('version')}" } }]`),
    secret('secretKey', `data: [{ secretKey: "${canary('secret key')}", remoteRef: { key: shop/db } }]`),
    secret('field', `"${canary('unknown field')}": "${canary('value of it')}", data: []`),
    secret('choice', `target: { deletionPolicy: "${canary('choice')}" }, data: []`),
    secret(
      'template',
      `target: { template: { data: { a: "{{ index . \\"${canary('template key')}\\" }} {{ nope \\"${canary('template text')}\\" }}" } } }, data: [{ secretKey: x, remoteRef: { key: shop/db } }]`,
    ),
    secret(
      'find',
      `dataFrom: [{ find: { path: "${canary('find path')}", name: { regexp: "(${canary('regexp')}" } } }]`,
    ),
    secret(
      'absent',
      `data: [{ sourceRef: { storeRef: { name: "${canary('store')}" } }, secretKey: a, remoteRef: { key: a } }]`,
    ),
    secret('variable', `data: [{ secretKey: a, remoteRef: { key: "\${NOPE:=${canary('default')}}" } }]`),
    secret(
      'generator',
      `dataFrom: [{ sourceRef: { generatorRef: { apiVersion: a, kind: VaultDynamicSecret, name: "${canary('generator')}" } } }]`,
    ),
    secret(
      'ignored',
      `data: [{ secretKey: a, remoteRef: { key: gone } }] # eso-vault: ignore[secret-absent] ${canary('reason')}`,
    ),
  ].join(''),
  'broken.yaml': `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: { name: x }\nspec:\n  a: "${canary('broken text')}\n`,
  'script.sh': `export VAULT_TOKEN=${canary('shell')}
vault policy write eso - <<EOF
path "kv/data/${canary('policy path')}/*" { capabilities = ["read"] }
path "kv/data/shop/*" { capabilities = ["read"] } # ${canary('policy comment')}
EOF
vault policy write broken - <<EOF
path "a" { capabilities = ["${canary('capability')}"] }
EOF
vault write auth/kubernetes/role/eso policies=eso,broken,${canary('policy name')} bound_service_account_names=${canary('bound name')} bound_service_account_namespaces=eso
`,
  'main.tf': `resource "vault_policy" "x" {\n  name = "${canary('terraform')}"\n  policy = "path \\"a\\" { ${canary('terraform policy')} }"\n}\n`,
}

const CONFIG = `version: 1
manifests: { variables: { OTHER: "${canary('variable')}" } }
naming: [{ pattern: "kv/{env}/x", where: { env: ["${canary('naming')}"] } }]
stores: { nobody: { policies: ["${canary('config policy')}"] } }
ignore: [{ rule: secret-absent, path: "kv/${canary('ignored path')}/**", reason: "${canary('config reason')}" }]
drift: { owned: ["kv/shop/**"] }
`

const WIDE = { color: false, width: 200 }

function everythingOf({ report, sourceLine, plan }: RunResult): string {
  const sarif = { version: '1', rules: SARIF_RULES }
  const lines = Object.entries(FILES).flatMap(([file, text]) =>
    text.split('\n').map((_, index) => sourceLine(file, index + 1) ?? ''),
  )
  return [
    terminalReport(report, sourceLine, WIDE),
    terminalReport(report, sourceLine, { color: false, width: 40 }),
    jsonText(report),
    sarifText(report, sarif),
    summaryOf(report),
    commentBody(report),
    issueTitle(report),
    issueBody(report),
    closingComment(report, undefined),
    reopeningComment(report, undefined),
    JSON.stringify(annotationsOf(report)),
    JSON.stringify(outputsOf(report)),
    ...lines,
    ...(plan === undefined
      ? []
      : [planTerminal(plan, report, sourceLine, WIDE), planJson(plan), planFileText(plan), planSummary(plan, report)]),
  ].join('\n')
}

describeWithServer('no token that stands anywhere is shown anywhere', () => {
  let server: RunningServer
  let repository: Awaited<ReturnType<typeof writeRepository>>
  let said: string[] = []
  beforeAll(async () => {
    server = await startOpenBao()
    repository = await writeRepository(FILES)
    await mountKv(server, 'kv', 2)
    const value = { a: canary('value'), nested: { a: canary('nested value') } }
    await expectSuccess(server, 'POST', 'kv/data/shop/db', { data: value })
    await expectSuccess(server, 'POST', 'kv/metadata/shop/db', { custom_metadata: { note: canary('custom metadata') } })
    await expectSuccess(server, 'POST', 'kv/data/shop/unused', { data: value })
    await expectSuccess(server, 'POST', 'sys/policies/acl/eso', { policy: `path "kv/${canary('live policy')}" {}` })
  })
  afterAll(async () => {
    await server?.stop()
    await repository?.remove()
  })

  const settingsOf = (
    command: Command,
    live: boolean,
    values: Readonly<Record<string, string>> = {},
    config = CONFIG,
  ) =>
    resolveSettings({
      given: {
        from: 'terminal',
        command,
        subject: undefined,
        values: live ? { 'vault-addr': server.address, 'vault-token': server.rootToken, ...values } : values,
        format: 'text',
        color: false,
      },
      config: readConfig('eso-vault.yml', config, { rules: RULE_IDS }),
      environment: readEnvironment({}),
      folder: 'canary',
    })
  const deps = (): RunDeps => ({
    cwd: repository.cwd,
    env: {},
    now: () => new Date('2026-06-01T00:00:00Z'),
    mask: () => {},
    warn: (sentence) => void said.push(sentence),
    transport: { retries: 0 },
  })
  const expectNone = (text: string) => {
    const all = `${text}\n${said.join('\n')}`
    expect(
      [...placed, server.rootToken].flatMap((name) => all.match(new RegExp(`.{0,60}${name}.{0,30}`)) ?? []),
    ).toEqual([])
    said = []
  }

  describe.each([false, true])('with a server: %s', (live) => {
    test.each(['check', 'drift', 'plan'] as const)('%s', async (mode) => {
      if (mode === 'drift' && !live) return
      const result = await run(settingsOf(mode, live), deps())
      expect(result.report.outcome, JSON.stringify(result.report.problems)).not.toMatch(/bug|invalid/)
      expect(result.report.findings.length + result.report.references.length).toBeGreaterThan(5)
      expectNone(everythingOf(result))
    })

    test.each(['explain', 'references', 'ci-policy'] as const)('%s', async (question) => {
      const settings = settingsOf(question, live)
      const answered = await answer(question, settings, deps())
      expect(answered.exitCode).not.toBe(70)
      expectNone(['text', 'json'].map((format) => answerText(answered, format as 'text', WIDE)).join('\n'))
    })
  })

  test('snapshot, and a run by it', async () => {
    for (const config of ['', 'snapshot: { scope: all }\n', 'snapshot: { names: hashed }\n']) {
      const result = await run(settingsOf('snapshot', true, {}, `${CONFIG}${config}`), deps())
      expect(result.report.outcome, JSON.stringify(result.report.problems)).not.toMatch(/bug|invalid/)
      expect(result.snapshot, result.report.incomplete.join()).toContain('"policies"')
      expectNone(`${everythingOf(result)}\n${result.snapshot}`)
      await writeFile(join(repository.cwd, 'snapshot.json'), result.snapshot ?? '')
      const then = await run(settingsOf('check', false, { 'vault-snapshot': 'snapshot.json' }), deps())
      await rm(join(repository.cwd, 'snapshot.json'))
      expect(then.report.live.asOf).toBe('2026-06-01T00:00:00Z')
      expectNone(everythingOf(then))
    }
  })

  test('apply', async () => {
    const planned = await run(settingsOf('plan', true), deps())
    const values = { 'plan-digest': planned.plan?.digest ?? '', 'allow-root-token': 'true' }
    const result = await run(settingsOf('apply', true, values), deps())
    expect(result.report.outcome).not.toMatch(/bug/)
    expectNone(everythingOf(result))
  })

  test('a server that shows the token in what it says', async () => {
    const result = await run(settingsOf('check', true, { 'vault-token': canary('token') }), deps())
    expect(result.report.outcome).toBe('findings')
    expectNone(everythingOf(result))
  })
})
