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

  test('a chart that renders a HelmRelease, and one that renders an ApplicationSet, lead to their charts', async () => {
    const { repository } = await renderCharts(helm, {
      'root/Chart.yaml': chartYaml('root'),
      'root/values.yaml': 'source: flux-system\nteam: blue\nlevels: [a, b]\n',
      'root/templates/source.yaml': `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: flux-system, namespace: flux-system }
spec: { url: https://git.example.com/acme/gitops }
`,
      'root/templates/release.yaml': `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: shop, namespace: apps }
spec:
  chart: { spec: { chart: charts/web, sourceRef: { kind: GitRepository, name: {{ .Values.source }} } } }
  targetNamespace: shop
  values:
    team: {{ .Values.team }}
`,
      'root/templates/set.yaml': `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: levels, namespace: argocd }
spec:
  goTemplate: true
  generators:
    - list:
        elements:
          {{- range .Values.levels }}
          - level: {{ . }}
          {{- end }}
  template:
    metadata: { name: 'web-{{ "{{" }}.level}}' }
    spec:
      destination: { server: https://kubernetes.default.svc, namespace: 'ns-{{ "{{" }}.level}}' }
      source:
        repoURL: https://git.example.com/acme/gitops
        path: charts/web
        helm: { parameters: [{ name: team, value: '{{ "{{" }}.level}}' }] }
`,
      ...web('charts/web'),
    })
    expect(repository.notChecked).toEqual([])
    expect(
      repository.manifests
        .filter(({ kind }) => kind === 'ExternalSecret')
        .map(
          ({ name, namespace, origin }) =>
            `${namespace}/${name} by ${origin.appliedBy.map(({ kind, by }) => `${kind} < ${by?.kind}`).join()}`,
        )
        .sort(),
    ).toEqual([
      'ns-a/web-a by ApplicationSet < Helm chart',
      'ns-b/web-b by ApplicationSet < Helm chart',
      'shop/shop-shop by HelmRelease < Helm chart',
    ])
    expect(fieldOf(repository)[0]).toBe(
      'shop-shop: apps/blue/db @ charts/web/templates/es.yaml:12 < root/values.yaml:2',
    )
    expect(fieldOf(repository).map((one) => one.split(' @ ')[0])).toEqual([
      'shop-shop: apps/blue/db',
      'web-a: apps/a/db',
      'web-b: apps/b/db',
    ])
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

  const extra =
    '{{- range .Values.extraObjects }}\n---\n{{ tpl (kindIs "string" . | ternary . (toYaml .)) $ }}\n{{- end }}\n'
  const embedded = `extraObjects:
  - apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: "{{ .Release.Name }}-extra"}
    spec:
      secretStoreRef: {name: vault, kind: ClusterSecretStore}
      data: [{secretKey: pw, remoteRef: {key: apps/extra, property: pw}}]
  - |
    apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: text}
    spec:
      secretStoreRef: {name: vault, kind: ClusterSecretStore}
      data:
        - secretKey: pw
          remoteRef:
            key: apps/text
            property: pw
`

  test('objects within values are one with what the chart makes of them; of a chart elsewhere they are read as they stand', async () => {
    const indented = embedded.replace(/^/gm, '        ').trimEnd()
    const { repository } = await renderCharts(helm, {
      'apps/web.yaml': application('web', 'charts/web', `    helm:\n      valuesObject:\n${indented}\n`),
      'apps/file.yaml': application('file', 'charts/web', '    helm: {valueFiles: [../../values/file.yaml]}\n'),
      'values/file.yaml': embedded,
      ...web('charts/web'),
      'charts/web/templates/es.yaml': `{{- if .Values.own }}\n${secretTemplate('apps/own')}{{- end }}\n`,
      'charts/web/templates/extra.yaml': extra,
      'apps/remote.yaml': application('remote', 'x', `    helm:\n      valuesObject:\n${indented}\n`)
        .replace('path: x', 'chart: web')
        .replace('https://git.example.com/acme/gitops', 'https://charts.example.com'),
    })
    expect(fieldOf(repository)).toEqual([
      'file-extra: apps/extra @ values/file.yaml:7',
      'text: apps/text @ apps/remote.yaml:30',
      'text: apps/text @ apps/web.yaml:30',
      'text: apps/text @ values/file.yaml:17',
      'web-extra: apps/extra @ apps/web.yaml:20',
      '{{ .Release.Name }}-extra: apps/extra @ apps/remote.yaml:20',
    ])
  })
})

test.each(helms)(
  'what a generator gives leads to where it is written: a list, a file, both in a matrix, with $name',
  async (helm) => {
    const set = (name: string, generators: string, more: string) => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: ${name}, namespace: argocd }
spec:
  ${more}
  generators:
${generators.replace(/^(?=.)/gm, '    ')}
  template:
    metadata: { name: '${name}-{{ ${more === '' ? '' : '.'}env }}' }
    spec:
      destination: { server: https://kubernetes.default.svc, namespace: ns }
      source:
        repoURL: https://git.example.com/acme/gitops
        path: charts/web
        helm: { parameters: [{ name: team, value: 'x-{{ ${more === '' ? '' : '.'}team }}' }] }
`
    const { repository } = await renderCharts(helm, {
      ...web('charts/web'),
      'sets/list.yaml': set(
        'list',
        '- list:\n    elements:\n      - { env: a, team: blue }\n      - env: b\n        team: red\n',
        'goTemplate: true',
      ),
      'sets/files.yaml': set(
        'files',
        '- git:\n    repoURL: https://git.example.com/acme/gitops\n    files: [{ path: "env/*.json" }]\n',
        '',
      ),
      'sets/matrix.yaml': set(
        'matrix',
        '- matrix:\n    generators:\n      - list: { elements: [{ env: m }] }\n      - git:\n          repoURL: https://git.example.com/acme/gitops\n          files: [{ path: "env/*.json" }]\n',
        'goTemplate: true',
      ),
      'env/one.json': '{ "env": "one",\n  "team": "green" }\n',
    })
    expect(fieldOf(repository)).toEqual([
      'files-one: apps/x-green/db @ charts/web/templates/es.yaml:12 < sets/files.yaml:18 < env/one.json:2',
      'list-a: apps/x-blue/db @ charts/web/templates/es.yaml:12 < sets/list.yaml:20 < sets/list.yaml:9',
      'list-b: apps/x-red/db @ charts/web/templates/es.yaml:12 < sets/list.yaml:20 < sets/list.yaml:11',
      'matrix-m: apps/x-green/db @ charts/web/templates/es.yaml:12 < sets/matrix.yaml:21 < env/one.json:2',
    ])
  },
)
