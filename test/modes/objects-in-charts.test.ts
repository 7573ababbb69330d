import { expect, test } from 'vitest'
import { run } from '../../src/modes/run.ts'
import { annotationsOf } from '../../src/report/annotations.ts'
import { commentBody } from '../../src/report/comment.ts'
import { headline } from '../../src/report/headline.ts'
import { jsonPieces } from '../../src/report/json.ts'
import { summaryOf } from '../../src/report/summary.ts'
import { terminalReport } from '../../src/report/terminal.ts'
import { FILES } from '../faults/repository.ts'
import { chartYaml, secretTemplate } from '../gitops/helm/render-charts.ts'
import { tree } from '../gitops/tree.ts'
import { settingsFor } from './questions/ask.ts'

const SETUP =
  'vault policy write eso - <<EOF\npath "kv/data/*" { capabilities = ["read"] }\nEOF\nvault write auth/kubernetes/role/eso policies=eso bound_service_account_names=eso bound_service_account_namespaces=eso\n'
const CHART = {
  'web/Chart.yaml': chartYaml('web'),
  'web/templates/es.yaml': `${secretTemplate('{{ .Values.a }}')}---\n${secretTemplate('{{ .Values.b }}')}`,
  'web/templates/push.yaml': secretTemplate('{{ .Values.a }}').replace('ExternalSecret', 'PushSecret'),
}
const PLAIN = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: plain, namespace: shop }
spec:
  secretStoreRef: { kind: ClusterSecretStore, name: vault }
  data: [{ secretKey: user, remoteRef: { key: shop/db } }]
`

/** Without any helm on the PATH. */
async function check(files: Readonly<Record<string, string>>, renderHelm: 'auto' | 'never' = 'auto') {
  const cwd = tree(files)
  const deps = { cwd, env: { PATH: '' }, now: () => new Date('2026-06-01T00:00:00Z'), mask: () => {}, warn: () => {} }
  const { report } = await run({ ...settingsFor({ command: 'check', cwd }), renderHelm }, deps)
  return report
}

const NEEDS = '3 ESO objects in charts not checked (needs helm)'

test('without helm each ESO object in a template counts in the headline, in every report the same', async () => {
  const report = await check({
    'store.yaml': FILES['store.yaml'] as string,
    'setup.sh': SETUP,
    'es.yaml': PLAIN,
    ...CHART,
  })
  expect(headline(report)).toBe(`The 1 reference is allowed, but ${NEEDS}`)
  expect(report.outcome).toBe('unchecked')
  expect(summaryOf(report)).toContain(NEEDS)
  expect(commentBody(report)).toContain(NEEDS)
  expect(
    annotationsOf(report)
      .annotations.map(({ properties }) => properties.title)
      .join('\n'),
  ).toContain('needs helm')
  const text = terminalReport(report, () => undefined, { color: false, width: 200 })
  expect(text).toContain(NEEDS)
  expect(text).toContain('not checked: 3 ESO objects: its chart was not rendered: there is no helm on PATH')
  const json = JSON.parse([...jsonPieces(report)].join('')) as Record<'headline' | 'counts', unknown>
  expect(json.headline).toContain(NEEDS)
  expect(json.counts).toMatchObject({ objectsInCharts: 3, notChecked: 0, works: 1 })
})

test('with nothing else, and where `render-helm` says so', async () => {
  expect(headline(await check(CHART))).toBe(`No references checked, but ${NEEDS}`)
  expect(headline(await check(CHART, 'never'))).toBe(
    'No references checked, but 3 ESO objects in charts not checked (`render-helm` is `never`)',
  )
})
