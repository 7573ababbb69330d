import { describe, expect, test } from 'vitest'
import type { ValueLayer } from '../../../src/gitops/helm/chart-release.ts'
import { type Placed, spanIn } from '../../../src/gitops/placed/placed.ts'
import { helmsForTests } from '../render/helm-binary.ts'
import { chartYaml, secretTemplate } from './render-charts.ts'
import { renderOne } from './render-one.ts'

const helms = await helmsForTests()
const span = { file: 'release.yaml', line: 7, column: 1, endLine: 7, endColumn: 1 }
const missing: ValueLayer = { from: 'missing', why: { code: 'secret', name: 'Secret web-values' }, span }

const template = secretTemplate('apps/{{ .Values.team }}/{{ .Values.account }}', 'pw').replace(
  '    - secretKey: pw',
  '    - secretKey: fixed\n      remoteRef: {key: apps/fixed, property: pw}\n    - secretKey: strong\n      remoteRef: {key: "{{ .Values.strong }}", property: pw}\n    - secretKey: pw',
)
const files = {
  'Chart.yaml': chartYaml('web'),
  'values.yaml': 'team: shop\naccount: 12\nstrong: apps/weak\n',
  'strong.yaml': 'strong: apps/strong\n',
  'templates/es.yaml': template,
}

describe.each(helms)('values that Git does not hold (helm.md §7.5), with $name', (helm) => {
  test('what they or a weaker layer give is not known; literals and stronger layers are', async () => {
    const { objects } = await renderOne(helm, files, [missing, 'strong.yaml'])
    expect(objects[0]?.uncertain.map(({ path, span, because }) => [path.join('.'), span.line, because])).toEqual([
      ['spec.data.2.remoteRef.key', 7, { code: 'values-elsewhere', kind: 'secret', name: 'Secret web-values' }],
    ])
  })

  test('a stronger layer that lacks makes all uncertain that values make', async () => {
    const { objects } = await renderOne(helm, files, ['strong.yaml', missing])
    expect(objects[0]?.uncertain.map(({ path }) => path.join('.'))).toEqual([
      'spec.data.1.remoteRef.key',
      'spec.data.2.remoteRef.key',
    ])
  })

  test('numbers and keys, of which no marker tells, are as certain as the layer that gives them', async () => {
    const own = {
      'Chart.yaml': chartYaml('web'),
      'values.yaml': 'number: 7\nkeys: {apps-db: 1}\n',
      'strong.yaml': 'strong: 8\n',
      'templates/es.yaml': secretTemplate(
        '{{ range $k, $v := .Values.keys }}{{ $k }}{{ end }}',
        '{{ .Values.number | quote }}',
      ).replace('  data:', '  target: {name: "{{ .Values.strong }}"}\n  data:'),
    }
    const { objects } = await renderOne(helm, own, [missing, missing, 'strong.yaml'])
    expect(objects[0]?.uncertain.map(({ path }) => path.join('.'))).toEqual([
      'spec.data.0.remoteRef.key',
      'spec.data.0.remoteRef.property',
    ])
  })

  test('what a path alone is given to leaves all else certain, in every layer', async () => {
    const target: ValueLayer = { ...missing, only: 'team' }
    const { objects } = await renderOne(helm, files, [target, 'strong.yaml'])
    expect(objects[0]?.uncertain.map(({ path }) => path.join('.'))).toEqual(['spec.data.2.remoteRef.key'])
    const { objects: others } = await renderOne(helm, files, ['strong.yaml', { ...missing, only: 'other' }])
    expect(others[0]?.uncertain).toEqual([])
    const { objects: numbers } = await renderOne(helm, files, ['strong.yaml', { ...missing, only: 'account' }])
    expect(numbers[0]?.uncertain.map(({ path }) => path.join('.'))).toEqual(['spec.data.2.remoteRef.key'])
  })

  test('a file that SOPS encrypted is no values, and lacks', async () => {
    const encrypted = 'team: ENC[AES256_GCM,data:aaaa,iv:bb,tag:cc,type:str]\nsops:\n  mac: ENC[x]\n  version: 3.9.0\n'
    const { objects } = await renderOne(helm, { ...files, 'secrets.yaml': encrypted }, ['secrets.yaml', 'strong.yaml'])
    expect(objects[0]?.told(['spec', 'data', 2, 'remoteRef', 'key'])).toMatch(/^apps\/shop\/12 @/)
    expect(objects[0]?.uncertain.map(({ path, span, because }) => [path.join('.'), span.file, because?.kind])).toEqual([
      ['spec.data.2.remoteRef.key', 'secrets.yaml', 'encrypted'],
    ])
  })

  test('Flux: files take the place of the chart’s own values', async () => {
    const { objects } = await renderOne(
      helm,
      { ...files, 'all.yaml': 'team: other\naccount: 3\nstrong: s\n' },
      ['all.yaml'],
      { release: { replacesChartValues: true } },
    )
    expect(objects[0]?.told(['spec', 'data', 2, 'remoteRef', 'key'])).toBe(
      'apps/other/3 @ templates/es.yaml:16 < all.yaml:1 < all.yaml:2',
    )
  })
})

test.each(helms)('values are called by their names, never by what they hold, with $name', async (helm) => {
  const { objects } = await renderOne(helm, {
    'Chart.yaml': chartYaml('web'),
    'values.yaml': 'db: {password: hunter2}\nmode: hunter\n',
    'templates/es.yaml': `{{- if eq .Values.mode "hunter" }}\n${secretTemplate('apps/{{ .Values.db.password }}/x')}{{- end }}\n`,
  })
  const [object] = objects
  const span = spanIn(object?.node as Placed, ['spec', 'data', 0, 'remoteRef', 'key'])
  expect(object?.relatedTo(span).map(({ message }) => message)).toEqual([
    '`db.password` comes from here',
    '`mode` decides what the chart makes here',
  ])
})
