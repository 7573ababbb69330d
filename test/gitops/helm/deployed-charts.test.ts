import { describe, expect, test } from 'vitest'
import { helmsForTests } from '../render/helm-binary.ts'
import { chartYaml, fieldOf, renderCharts, secretTemplate } from './render-charts.ts'

const helms = await helmsForTests()

const web = (folder: string, values = 'team: none\n') => ({
  [`${folder}/Chart.yaml`]: chartYaml('web'),
  [`${folder}/values.yaml`]: values,
  [`${folder}/templates/es.yaml`]: secretTemplate('apps/{{ .Values.team }}/db'),
})

/** An Application of this repository; `helm` is the rest of its source. */
const application = (name: string, path: string, helm = '') => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  namespace: argocd
spec:
  project: default
  destination: {server: https://kubernetes.default.svc, namespace: ${name}-ns}
  source:
    repoURL: https://git.example.com/acme/gitops
    path: ${path}
${helm}`

describe.each(helms)('charts that something deploys, with $name', (helm) => {
  test('the fixed point: a chart renders an Application, whose inline values come from the chart’s (helm.md §5.2 step 7)', async () => {
    const { repository } = await renderCharts(helm, {
      'root/Chart.yaml': chartYaml('root'),
      'root/values.yaml': 'repo: https://git.example.com/acme/gitops\napps:\n  - name: shop\n    team: blue\n',
      'root/templates/apps.yaml': `{{- range .Values.apps }}
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {{ .name }}
  namespace: argocd
spec:
  destination: {server: https://kubernetes.default.svc, namespace: {{ .name }}}
  source:
    repoURL: {{ $.Values.repo }}
    path: charts/web
    helm:
      values: |
        # for {{ .name }}
        team: {{ .team }}
{{- end }}
`,
      ...web('charts/web'),
    })
    expect(fieldOf(repository)).toEqual([
      'shop: apps/blue/db @ charts/web/templates/es.yaml:12 < root/values.yaml:4 < root/templates/apps.yaml:15',
    ])
    const [manifest] = repository.manifests.filter(({ kind }) => kind === 'ExternalSecret')
    expect(manifest?.namespace).toBe('shop')
    expect(manifest?.origin.applied.verdict).toBe('presumed')
  })

  test('the same with a map of values, two hops down', async () => {
    const { repository } = await renderCharts(helm, {
      'apps/root.yaml': application('root', 'root', '    helm:\n      valuesObject:\n        team: green\n'),
      'root/Chart.yaml': chartYaml('root'),
      'root/values.yaml': 'team: none\n',
      'root/templates/app.yaml': application(
        'web',
        'charts/web',
        '    helm:\n      valuesObject:\n        team: {{ .Values.team }}-team\n',
      ),
      ...web('charts/web'),
    })
    expect(fieldOf(repository)).toEqual([
      'web: apps/green-team/db @ charts/web/templates/es.yaml:12 < root/templates/app.yaml:14 < apps/root.yaml:14',
    ])
  })
})
