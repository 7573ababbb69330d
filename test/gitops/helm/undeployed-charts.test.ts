import { describe, expect, test } from 'vitest'
import { servedApiVersions } from '../../../src/eso/schema/api-versions.ts'
import { helmsForTests } from '../render/helm-binary.ts'
import { chartYaml, fieldOf, renderCharts, secretTemplate } from './render-charts.ts'

const helms = await helmsForTests()

describe.each(helms)('charts that nothing deploys (helm.md §7.3), with $name', (helm) => {
  test('without files of environments a chart is rendered by its own values, and is never certain', async () => {
    const { repository } = await renderCharts(helm, {
      'charts/web/Chart.yaml': chartYaml('web'),
      'charts/web/values.yaml': 'team: shop\n',
      'charts/web/templates/es.yaml': secretTemplate('apps/{{ .Values.team }}/db', 'pw', 'db'),
    })
    expect(fieldOf(repository)).toEqual([
      'db: apps/shop/db @ charts/web/templates/es.yaml:12 < charts/web/values.yaml:1',
    ])
    const [manifest] = repository.manifests
    expect(manifest?.origin.applied).toEqual({
      verdict: 'unclear',
      reason: { code: 'chart-undeployed', chart: 'charts/web' },
    })
    expect(repository.notChecked).toEqual([])
    expect(repository.notes).toEqual([])
  })

  test('each file of values beside it is one environment; a test’s and a version’s are none', async () => {
    const { repository } = await renderCharts(helm, {
      'charts/web/Chart.yaml': chartYaml('web'),
      'charts/web/values.yaml': 'env: none\n',
      'charts/web/values-prod.yaml': 'env: prod\n',
      'charts/web/values/dev.yaml': 'env: dev\n',
      'charts/web/env-x/eu/a.yaml': 'env: eu\n',
      'charts/web/ci/test-values.yaml': 'env: test\n',
      'charts/web/templates/es.yaml': secretTemplate('apps/{{ .Values.env }}', 'pw', 'db'),
      'charts/cms/1.2.3/Chart.yaml': chartYaml('cms'),
      'charts/cms/1.2.3/templates/es.yaml': secretTemplate('apps/cms/{{ .Release.Name }}'),
      'examples/web/Chart.yaml': chartYaml('web'),
      'examples/web/templates/es.yaml': secretTemplate('apps/{{ .Values.example }}', 'pw', 'db'),
      'charts/lib/Chart.yaml': chartYaml('lib', 'type: library\n'),
      'charts/lib/templates/_es.yaml': `{{- define "lib.es" }}\n${secretTemplate('apps/lib')}{{ end }}\n`,
    })
    expect(fieldOf(repository).map((one) => one.split(' @ ')[0])).toEqual([
      'db: apps/dev',
      'db: apps/eu',
      'db: apps/prod',
    ])
    expect(repository.manifests.map(({ origin }) => origin.applied.cluster?.name).sort()).toEqual(['a', 'dev', 'prod'])
    const told = repository.notes.flatMap((note) =>
      note.code === 'chart-template' && note.because?.code === 'chart-refused' ? [[note.file, note.because.says]] : [],
    )
    expect(told).toEqual([
      ['charts/cms/1.2.3/templates/es.yaml', 'it is one version of a chart, and nothing in Git deploys that version'],
      ['charts/lib/templates/_es.yaml', 'it is a library, which is not installed by itself'],
      ['examples/web/templates/es.yaml', 'it lies among examples or tests, and nothing in Git deploys it'],
    ])
  })

  test('what whoever installs it chooses is not known', async () => {
    const { repository } = await renderCharts(helm, {
      'web/Chart.yaml': chartYaml('web'),
      'web/templates/es.yaml': secretTemplate('apps/{{ .Release.Name }}/{{ .Release.Namespace }}').replace(
        'metadata:',
        'metadata:\n  namespace: {{ .Release.Namespace }}',
      ),
    })
    const [manifest] = repository.manifests
    expect(manifest?.namespace).toBeUndefined()
    expect(manifest?.patched.map(({ path, because }) => [path.join('.'), because?.name])).toEqual([
      ['metadata.name', '.Release.Name'],
      ['spec.data.0.remoteRef.key', '.Release.Name'],
    ])
  })

  test('a chart that fails is not checked where it asks for a value, with its words', async () => {
    const { repository } = await renderCharts(helm, {
      'web/Chart.yaml': chartYaml('web'),
      'web/templates/es.yaml': secretTemplate('apps/{{ required "team must be set" .Values.team }}'),
      'web/templates/broken.yaml': 'kind: Deployment\nspec: {{ .Values.no.such.thing }}\n',
    })
    expect(repository.notChecked).toMatchObject([
      {
        file: 'web/templates/es.yaml',
        line: 12,
        what: 'Helm chart web',
        reason: { code: 'helm-fails', says: 'web/templates/es.yaml:12:21: team must be set' },
      },
    ])
    expect(repository.manifests).toEqual([])
  })
})

test('without helm each object of a template is told, with the reason', async () => {
  const files = {
    'web/Chart.yaml': chartYaml('web'),
    'web/templates/es.yaml': `${secretTemplate('{{ .Values.a }}')}---\n${secretTemplate('{{ .Values.b }}')}`,
  }
  const told = async (renderHelm: 'auto' | 'never') =>
    (await renderCharts(undefined, files, { renderHelm })).repository.notes
  expect(await told('auto')).toMatchObject([
    { file: 'web/templates/es.yaml', line: 2, code: 'chart-template', because: { code: 'helm-absent' } },
    { file: 'web/templates/es.yaml', line: 16, code: 'chart-template', kind: 'ExternalSecret' },
  ])
  expect(await told('never')).toMatchObject([{ because: { code: 'helm-off' } }, { because: { code: 'helm-off' } }])
})

test('a chart that asks what the cluster serves gets the API of the ESO that is meant', () => {
  expect(servedApiVersions()).toEqual(
    expect.arrayContaining(['external-secrets.io/v1', 'external-secrets.io/v1/ExternalSecret']),
  )
  expect(servedApiVersions()).not.toContain('external-secrets.io/v1beta1')
  expect(servedApiVersions('0.9.20')).toContain('external-secrets.io/v1beta1/SecretStore')
  expect(servedApiVersions('0.9.20')).not.toContain('external-secrets.io/v1')
  expect(servedApiVersions('0.9.20')).toContain('external-secrets.io/v1alpha1/PushSecret')
})

test.each(helms)('it renders by it, with $name', async (helm) => {
  const template = `{{- if .Capabilities.APIVersions.Has "external-secrets.io/v1/ExternalSecret" }}\n${secretTemplate('apps/new', 'pw', 'db')}{{- else }}\n${secretTemplate('apps/old', 'pw', 'db')}{{- end }}\n`
  const files = { 'Chart.yaml': chartYaml('web'), 'templates/es.yaml': template }
  const keyWith = async (version: string) =>
    (await renderCharts(helm, files, { servedApiVersions: servedApiVersions(version) })).repository.manifests
      .map(({ body }) => JSON.stringify(body).match(/apps\/\w+/)?.[0])
      .join()
  expect([await keyWith('2.9.0'), await keyWith('0.9.20')]).toEqual(['apps/new', 'apps/old'])
})

test('a template that only names a group of ESO’s is no object that was not checked', async () => {
  const files = {
    'eso/Chart.yaml': chartYaml('eso'),
    'eso/templates/crd.yaml':
      '{{ if .Values.crds }}\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x.external-secrets.io}\n{{ end }}\n',
    'eso/templates/any.yaml': '{{ include "objects" . }} # external-secrets.io\n',
  }
  const { repository } = await renderCharts(undefined, files)
  expect(repository.notes.map(({ code, file }) => `${code} ${file}`)).toEqual(['chart-template eso/templates/any.yaml'])
})

test.each(helms)('of other APIs those that Git holds objects of, with $name', async (helm) => {
  const template = `{{- if .Capabilities.APIVersions.Has "cert-manager.io/v1/Certificate" }}
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: web }
---
${secretTemplate('apps/served', 'pw', 'db')}{{- else }}
${secretTemplate('apps/none', 'pw', 'db')}{{- end }}
`
  const files = { 'Chart.yaml': chartYaml('web'), 'templates/es.yaml': template }
  const keysOf = async (more: Readonly<Record<string, string>>) =>
    fieldOf((await renderCharts(helm, { ...files, ...more })).repository).map((one) => one.split(' @ ')[0])
  expect(await keysOf({})).toEqual(['db: apps/none'])
  const certificate =
    '# external-secrets.io\napiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: { name: other }\nspec: { secretName: other }\n'
  expect(await keysOf({ 'other.yaml': certificate })).toEqual(['db: apps/served'])
})
