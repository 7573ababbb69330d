import { describe, expect, test } from 'vitest'
import { lastMile } from '../../src/workloads/last-mile.ts'
import { chartYaml, fieldOf, renderCharts } from '../gitops/helm/render-charts.ts'
import { helmsForTests } from '../gitops/render/helm-binary.ts'
import { fluxKustomization } from '../gitops/tree.ts'

const helms = await helmsForTests()
const lastHelm = helms.at(-1)

const application = (path: string, helm = '') => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  destination: {server: https://kubernetes.default.svc, namespace: shop}
  source:
    repoURL: https://git.example.com/acme/gitops
    path: ${path}
${helm}`

const secret = (name: string) => `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: ${name}, namespace: shop}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  data:
    - secretKey: password
      remoteRef: {key: apps/db, property: pw}
`

/** Asks for the key on line 14 (and 13 has the name). */
const deployment = (name: string, key: string, more = '') => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  template:
    spec:
      containers:
        - name: web
          env:
            - name: PASSWORD
              valueFrom:
                secretKeyRef:
                  name: ${name}
                  key: ${key}
${more}`

const own = (template: string, values: string) => ({
  'chart/Chart.yaml': chartYaml('web'),
  'chart/values.yaml': values,
  'chart/templates/secret.yaml': secret('{{ .Values.secret }}'),
  'chart/templates/deployment.yaml': template,
})

type Rendered = Awaited<ReturnType<typeof renderCharts>>['repository']

/** `kind name place: verdict @ line` of each place that asks for a Secret. */
function asked({ manifests, workloads }: Rendered): string[] {
  const mile = lastMile({ manifests, workloads, lookupsOf: () => ({}) })
  return mile.consumptions
    .map((one) => {
      const verdict = mile.keyVerdict(one)
      const { file, line } = one.by.spanOf(one.field)
      return `${one.by.kind} ${one.by.name} ${one.name}: ${verdict.is}${verdict.is === 'unknown' ? ` ${verdict.why}` : ''} @ ${file}:${line}`
    })
    .sort()
}

describe.each(helms)('workloads in charts of the repository, with $name', (helm) => {
  test('a key at the line that wrote it: the template, or the scalar of the values', async () => {
    const written = await renderCharts(helm, {
      'app.yaml': application('chart'),
      ...own(deployment('{{ .Values.secret }}', 'pasword'), 'secret: web-db\n'),
    })
    expect(asked(written.repository)).toEqual(['Deployment web web-db: absent @ chart/templates/deployment.yaml:15'])
    const given = await renderCharts(helm, {
      'app.yaml': application('chart', '    helm:\n      valuesObject:\n        key: passwd\n'),
      ...own(deployment('{{ .Values.secret }}', '{{ .Values.key }}'), 'secret: web-db\nkey: password\n'),
    })
    expect(asked(given.repository)).toEqual(['Deployment web web-db: absent @ app.yaml:11'])
    const right = await renderCharts(helm, {
      'app.yaml': application('chart'),
      ...own(deployment('{{ .Values.secret }}', 'password'), 'secret: web-db\n'),
    })
    expect(asked(right.repository)).toEqual(['Deployment web web-db: present @ chart/templates/deployment.yaml:15'])
  })

  test('a workload that fails costs the references nothing', async () => {
    const { repository } = await renderCharts(helm, {
      'app.yaml': application('chart'),
      ...own(deployment('{{ required "no image" .Values.image }}', 'password'), 'secret: web-db\n'),
    })
    expect(fieldOf(repository)).toEqual(['web-db: apps/db @ chart/templates/secret.yaml:8'])
    expect(asked(repository)).toEqual([])
    expect(repository.notChecked).toEqual([])
  })

  test('a workload that takes no mark costs the references none of their lines', async () => {
    const guard = '{{- if ne .Values.secret "web-db" }}{{ fail "unknown" }}{{ end }}\n'
    const { repository } = await renderCharts(helm, {
      'app.yaml': application('chart'),
      ...own(`${guard}${deployment('{{ .Values.secret }}', 'pasword')}`, 'secret: web-db\n'),
    })
    expect(fieldOf(repository, ['metadata', 'name'])).toEqual([
      'web-db: web-db @ chart/values.yaml:1 < chart/templates/secret.yaml:3',
    ])
    expect(asked(repository)).toEqual(['Deployment web web-db: absent @ chart/templates/deployment.yaml:16'])
  })

  test('fragments of the values are the workload’s that the chart makes of them, and are told once', async () => {
    const { repository } = await renderCharts(helm, {
      'app.yaml': application(
        'chart',
        '    helm:\n      valuesObject:\n        env:\n          - name: PASSWORD\n            valueFrom: {secretKeyRef: {name: web-db, key: pw}}\n',
      ),
      ...own(
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          env: {{- toYaml .Values.env | nindent 12 }}\n',
        'secret: web-db\n',
      ),
    })
    expect(asked(repository)).toEqual(['Deployment web web-db: absent @ app.yaml:13'])
  })

  test('what the chart of a registry, which is not here, takes of the values is told beside them', async () => {
    const values = '    helm:\n      valuesObject:\n        postgresql: {auth: {existingSecret: web-db}}\n'
    const { repository } = await renderCharts(helm, {
      'app.yaml': application('chart', values),
      ...own(deployment('web-db', 'password'), 'secret: web-db\n'),
      'chart/Chart.yaml': chartYaml(
        'web',
        'dependencies:\n  - {name: postgresql, version: 1.0.0, repository: "https://charts.example.com"}\n',
      ),
    })
    expect(asked(repository)).toEqual([
      'Application web web-db: unknown no-key @ app.yaml:11',
      'Deployment web web-db: present @ chart/templates/deployment.yaml:15',
    ])
  })

  test('values that Git does not hold may ask for something else', async () => {
    const release = (name: string, more: string) =>
      `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: ${name}, namespace: shop}\nspec:\n  chart: {spec: {chart: chart, sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}}}\n${more}`
    const { repository } = await renderCharts(helm, {
      'clusters/main/flux-system/gotk-sync.yaml': fluxKustomization('flux-system', './clusters/main'),
      'clusters/main/release.yaml': release('web', '  valuesFrom: [{kind: Secret, name: more, optional: true}]\n'),
      ...own(deployment('{{ .Values.secret }}', 'pasword'), 'secret: web-db\n'),
    })
    expect(asked(repository)).toEqual([
      'Deployment web web-db: unknown patched @ chart/templates/deployment.yaml:15',
      'HelmRelease web more: unknown no-maker @ clusters/main/release.yaml:6',
    ])
  })
})

describe.runIf(lastHelm !== undefined)('charts that bring nothing of ESO’s', () => {
  const plain = (values: string) => ({
    'app.yaml': application('chart'),
    'chart/Chart.yaml': chartYaml('web'),
    'chart/values.yaml': values,
    'chart/templates/deployment.yaml': deployment('{{ .Values.secret }}', 'pasword'),
  })

  const made = (name: string) => ({
    'secrets.yaml': application('secrets').replace('name: web', 'name: secrets'),
    'secrets/secret.yaml': secret(name),
  })

  test('one that names a Secret which an ExternalSecret makes is rendered', async () => {
    const { repository } = await renderCharts(lastHelm, {
      ...made('web-db'),
      ...plain('secret: web-db\n'),
    })
    expect(asked(repository)).toEqual(['Deployment web web-db: absent @ chart/templates/deployment.yaml:15'])
  })

  test('one that names none costs no process, and one that fails is missed by nobody', async () => {
    const { repository } = await renderCharts(lastHelm, {
      ...made('api-db'),
      ...plain('secret: web-db\n'),
    })
    expect(repository.stats.processes).toBe(0)
    const failing = await renderCharts(lastHelm, {
      ...made('web-db'),
      ...plain('secret: web-db\n'),
      'chart/templates/job.yaml': 'kind: Job\napiVersion: batch/v1\nmetadata: {name: {{ fail "no" }}}\n',
    })
    expect(failing.repository.notChecked).toEqual([])
    expect(asked(failing.repository)).toEqual([])
  })
})
