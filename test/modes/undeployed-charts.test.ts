import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run } from '../../src/modes/run.ts'
import { FILES } from '../faults/repository.ts'
import { chartYaml } from '../gitops/helm/render-charts.ts'
import { helmsForTests } from '../gitops/render/helm-binary.ts'
import { tree } from '../gitops/tree.ts'
import { settingsFor } from './questions/ask.ts'

const helms = (await helmsForTests()).slice(-1)

const SETUP =
  'vault policy write eso - <<EOF\npath "kv/data/shop/*" { capabilities = ["read"] }\nEOF\nvault write auth/kubernetes/role/eso policies=eso bound_service_account_names=eso bound_service_account_namespaces=eso\n'

/** Lines: 7 the store, 11 and 14 the keys. */
const template = (first: string, second = 'shop/db', store = 'vault') => `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: "{{ .Release.Name }}" }
spec:
  secretStoreRef:
    kind: ClusterSecretStore
    name: ${store}
  target: { name: "{{ .Release.Name }}" }
  data:
    - secretKey: a
      remoteRef: { key: ${first}, property: pw }
    - secretKey: b
      remoteRef:
        key: ${second}
`

const CHART = { 'web/Chart.yaml': chartYaml('web'), 'web/values.yaml': 'key: other/x\nstore: vault\nenabled: true\n' }

describe.each(helms)('charts that nothing deploys are judged by what they say themselves, with $name', (helm) => {
  /** `severity rule place` of what denies. */
  async function denied(files: Readonly<Record<string, string>>): Promise<string[]> {
    const cwd = tree({ 'store.yaml': FILES['store.yaml'] as string, 'setup.sh': SETUP, ...CHART, ...files })
    const deps = {
      cwd,
      env: { PATH: dirname(helm.binary.command) },
      now: () => new Date('2026-06-01T00:00:00Z'),
      mask: () => {},
      warn: () => {},
    }
    const { report } = await run(settingsFor({ command: 'check', cwd }), deps)
    return report.findings
      .filter(({ rule }) => rule === 'policy-denies')
      .map(({ severity, span }) => `${severity} ${span.file}:${span.line}`)
  }

  test('a literal of the template is an error', async () => {
    expect(await denied({ 'web/templates/es.yaml': template('other/x') })).toEqual(['error web/templates/es.yaml:11'])
    expect(await denied({ 'web/templates/es.yaml': template('shop/x', 'other/y') })).toEqual([
      'error web/templates/es.yaml:14',
    ])
  })

  test('what a default makes, or decides, is a warning', async () => {
    const shapes = [
      template('"{{ .Values.key }}"'),
      template('other/x', 'shop/db', '{{ .Values.store }}'),
      `{{- if .Values.enabled }}\n${template('other/x')}{{- end }}\n`,
      template('other/x')
        .replace('    - secretKey: a', '    {{- if .Values.enabled }}\n    - secretKey: a')
        .replace('    - secretKey: b', '    {{- end }}\n    - secretKey: b'),
      template('other/x, property: "{{ .Values.key }}"').replace(', property: pw', ''),
      template('"{{ $.Files.Get "key" }}"'),
    ]
    const all = []
    for (const shape of shapes) all.push(await denied({ 'web/key': 'other/x', 'web/templates/es.yaml': shape }))
    expect(all.map((one) => one.map((line) => line.split(' ')[0]))).toEqual(shapes.map(() => ['warning']))
  })

  test('with files of environments it must be there with each of them', async () => {
    const both = { 'web/values-dev.yaml': 'enabled: true\n', 'web/values-prod.yaml': 'enabled: false\n' }
    expect(await denied({ ...both, 'web/templates/es.yaml': template('other/x') })).toEqual([
      'error web/templates/es.yaml:11',
    ])
    const broken = { ...both, 'web/values-prod.yaml': 'enabled: [\n' }
    expect(await denied({ ...broken, 'web/templates/es.yaml': template('other/x') })).toEqual([
      'warning web/templates/es.yaml:11',
    ])
  })

  test('a literal of a chart that something deploys elsewhere, too, is judged as that is', async () => {
    const library = { 'web/Chart.yaml': chartYaml('web', 'type: library\n') }
    expect(await denied({ ...library, 'web/templates/es.yaml': template('other/x') })).toEqual([])
  })
})
