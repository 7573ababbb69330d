import { describe, expect, test } from 'vitest'
import { reasonText } from '../../../src/report/reasons/not-checked.ts'
import { wayOutOf } from '../../../src/report/reasons/way-out.ts'
import { readConfig } from '../../../src/settings/config-file.ts'
import { helmsForTests } from '../render/helm-binary.ts'
import { chartYaml, fieldOf, renderCharts, secretTemplate } from './render-charts.ts'

const helms = await helmsForTests()
const FILE = '.github/eso-vault.yml'
const given = (text: string) => readConfig(FILE, `version: 1\n${text}`, { rules: [] }).helm

const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: web, namespace: argocd }
spec:
  source:
    repoURL: https://github.com/acme/gitops.git
    path: charts/web
    helm:
      valueFiles: [prod.yaml]
      parameters: [{ name: team, value: argo, forceString: true }]
  destination: { server: https://kubernetes.default.svc, namespace: shop }
`
const chart = {
  'charts/web/Chart.yaml': chartYaml('web'),
  'charts/web/values.yaml': 'env: none\n',
  'charts/web/prod.yaml': 'env: prod\n',
  'charts/web/templates/es.yaml': secretTemplate(
    'apps/{{ required "team must be set" .Values.team }}/{{ .Values.env }}',
    'pw{{ .Values.n }}',
  ),
}

describe.each(helms)('values of the config (helm.md §7.4), with $name', (helm) => {
  test('a rendering that lacks a value says what to write, and with it the field leads to its line', async () => {
    const failed = await renderCharts(helm, chart)
    const [reason] = failed.repository.notChecked.map((one) => one.reason)
    expect(reason).toEqual({
      code: 'helm-fails',
      says: 'web/templates/es.yaml:12:21: team must be set',
      lacks: { chart: 'charts/web', value: 'team' },
    })
    if (reason === undefined) return
    expect(reasonText(reason)).toBe('helm says: web/templates/es.yaml:12:21: team must be set')
    expect(wayOutOf(reason)?.config).toEqual(['helm:', '  - chart: charts/web', '    set: { team: <value> }'])
    const { repository } = await renderCharts(helm, chart, {
      chartValues: given('helm:\n  - chart: ./charts/web/\n    set:\n      team: shop\n      n: 7\n'),
    })
    expect(repository.notChecked).toEqual([])
    expect(fieldOf(repository)).toEqual([
      `web: apps/shop/none @ charts/web/templates/es.yaml:12 < ${FILE}:5 < charts/web/values.yaml:1`,
    ])
    expect(fieldOf(repository, ['spec', 'data', 0, 'remoteRef', 'property'])).toEqual([
      `web: pw7 @ charts/web/templates/es.yaml:13 < ${FILE}:6`,
    ])
  })

  test('they are stronger than all that a deployer gives, and files of theirs stand below single values', async () => {
    const files = { ...chart, 'apps/web.yaml': application, 'ci/prod.yaml': 'env: ci\nteam: file\n' }
    const render = async (text: string) =>
      fieldOf((await renderCharts(helm, files, { chartValues: given(text) })).repository)[0]?.split(' < ')[0]
    expect(await render('')).toBe('web: apps/argo/prod @ charts/web/templates/es.yaml:12')
    expect(await render('helm: [{ chart: charts/web, set: { team: "7" } }]')).toMatch('web: apps/7/prod ')
    expect(await render('helm: [{ chart: charts/web, set: { team: true } }]')).toMatch('web: apps/true/prod ')
    expect(await render('helm: [{ chart: charts/web, values: [ci/prod.yaml], set: { team: set } }]')).toMatch(
      'web: apps/set/ci ',
    )
    expect(await render('helm: [{ chart: charts/other, set: { team: set } }]')).toMatch('web: apps/argo/prod ')
  })

  test('what a Secret may set, they settle', async () => {
    const release = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: web, namespace: shop }
spec:
  chart: { spec: { chart: ./charts/web, sourceRef: { kind: GitRepository, name: flux-system } } }
  valuesFrom: [{ kind: Secret, name: web-values }]
  values: { team: shop }
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: flux-system, namespace: flux-system }
spec: { url: "https://github.com/acme/gitops" }
`
    const files = { ...chart, 'cluster/web.yaml': release }
    const uncertain = async (text: string) =>
      (await renderCharts(helm, files, { chartValues: given(text) })).repository.manifests.flatMap(({ patched }) =>
        patched.map(({ path }) => path.join('.')),
      )
    expect(await uncertain('')).toEqual(['spec.data.0.remoteRef.key', 'spec.data.0.remoteRef.property'])
    expect(await uncertain('helm: [{ chart: charts/web, set: { env: prod, n: 1 } }]')).toEqual([])
  })

  test('files of the config take the place of those that lie beside a chart that nothing deploys', async () => {
    const files = { ...chart, 'charts/web/values-dev.yaml': 'team: dev\n', 'ci/prod.yaml': 'env: ci\nteam: file\n' }
    const keys = async (text: string) =>
      fieldOf((await renderCharts(helm, files, { chartValues: given(text) })).repository).map((one) =>
        one.split(' ').slice(1, 2).join(),
      )
    expect(await keys('')).toEqual(['apps/dev/none'])
    expect(await keys('helm: [{ chart: charts/web, set: { env: x } }]')).toEqual(['apps/dev/x'])
    expect(await keys('helm: [{ chart: charts/web, values: [ci/prod.yaml] }]')).toEqual(['apps/file/ci'])
  })

  test('a value of a chart below is asked for by its name in the chart above', async () => {
    const { repository } = await renderCharts(helm, {
      'web/Chart.yaml': chartYaml('web'),
      'web/charts/db/Chart.yaml': chartYaml('db'),
      'web/charts/db/templates/es.yaml': secretTemplate('apps/{{ .Values.team | required "team?" }}'),
      'web/templates/es.yaml': secretTemplate('apps/x'),
      'bad/Chart.yaml': chartYaml('bad'),
      'bad/templates/es.yaml': secretTemplate('apps/{{ .Values.db.name }}'),
      'odd/Chart.yaml': chartYaml('odd'),
      'odd/templates/es.yaml': secretTemplate('apps/{{ fail "not here" }}'),
      'no/Chart.yaml': chartYaml('no'),
      'no/templates/es.yaml': secretTemplate('apps/{{ include "nope" . }}'),
    })
    expect(
      repository.notChecked.map(({ what, reason }) => [what, reason.code === 'helm-fails' ? reason.lacks : reason]),
    ).toEqual([
      ['Helm chart bad', { chart: 'bad', value: 'db.name' }],
      ['Helm chart no', undefined],
      ['Helm chart odd', { chart: 'odd' }],
      ['Helm chart web', { chart: 'web', value: 'db.team' }],
    ])
  })
})
