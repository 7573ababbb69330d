import { expect, test } from 'vitest'
import { run } from '../../src/modes/run.ts'
import { terminalReport } from '../../src/report/terminal.ts'
import { FILES } from '../faults/repository.ts'
import { tree } from '../gitops/tree.ts'
import { settingsFor } from './questions/ask.ts'

const SETUP =
  'vault policy write eso - <<EOF\npath "kv/data/*" { capabilities = ["read"] }\nEOF\nvault write auth/kubernetes/role/eso policies=eso bound_service_account_names=eso bound_service_account_namespaces=eso\n'

const secret = (name: string, store: string, template: string) => `---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: ${name}, namespace: shop }
spec:
  secretStoreRef: { kind: ClusterSecretStore, name: ${store} }
  target:
    template: ${template}
  data: [{ secretKey: user, remoteRef: { key: shop/db } }]
`

const OTHER = `---
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: aws }
spec: { provider: { aws: { service: SecretsManager, region: eu-central-1 } } }
`

async function check(...secrets: string[]) {
  const cwd = tree({ 'store.yaml': `${FILES['store.yaml']}${OTHER}`, 'setup.sh': SETUP, 'es.yaml': secrets.join('') })
  const deps = { cwd, env: {}, now: () => new Date('2026-06-01T00:00:00Z'), mask: () => {}, warn: () => {} }
  const { report } = await run(settingsFor({ command: 'check', cwd }), deps)
  return { report, text: terminalReport(report, () => undefined, { color: false }) }
}

test('a template that is not looked into is never passed over in silence', async () => {
  const { report, text } = await check(
    secret('plain', 'vault', '{ data: { a: "{{ .user }}" } }'),
    secret('elsewhere', 'vault', '{ templateFrom: [{ configMap: { name: shared, items: [{ key: url }] } }] }'),
    secret('variable', 'vault', `{ data: { a: "{{ .user }} {{ printf \\"\${HOST}\\" }}" } }`),
  )
  expect(report.outcome).toBe('unchecked')
  expect(report.notChecked.map(({ what, line, reason }) => [what, line, reason.code])).toEqual([
    ['spec.target.template.templateFrom[0].configMap of ExternalSecret shop/elsewhere', 17, 'template-elsewhere'],
    ['spec.target.template.data.a of ExternalSecret shop/variable', 26, 'template-variable'],
  ])
  expect(text).toContain('the template is in ConfigMap `shared`, which is not looked into')
  expect(text).toContain('2 parts not checked')
})

test('of an object of another provider nothing is said', async () => {
  const { report } = await check(
    secret('plain', 'vault', '{ data: { a: "{{ .user }}" } }'),
    secret('elsewhere', 'aws', '{ templateFrom: [{ secret: { name: shared, items: [{ key: url }] } }] }'),
  )
  expect([report.outcome, report.notChecked]).toEqual(['clean', []])
})
