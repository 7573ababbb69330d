import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runProcess } from '../../../src/gitops/process/run-process.ts'
import type { Repository } from '../../../src/gitops/read-repository.ts'
import type { AppliedBy } from '../../../src/model/applied.ts'
import { at } from '../../../src/model/value.ts'
import { helmsForTests } from '../render/helm-binary.ts'
import { kustomizeForTests } from '../render/kustomize-binary.ts'
import { type Files, renderTree } from '../render/render-tree.ts'
import { chartYaml, fieldOf, renderCharts, secretTemplate } from './render-charts.ts'

const HOME = 'https://github.com/acme/gitops'
const helms = await helmsForTests()
const kustomize = await kustomizeForTests()

const shop = (folder = 'charts/shop', key = '{{ .Values.key }}'): Files => ({
  [`${folder}/Chart.yaml`]: chartYaml('shop'),
  [`${folder}/values.yaml`]: 'key: kv/default\n',
  [`${folder}/templates/es.yaml`]: secretTemplate(key),
})

const application = (name: string, path: string, helm = '', namespace = 'shop') =>
  `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}, namespace: argocd}
spec:
  destination: {server: "https://kubernetes.default.svc", namespace: ${namespace}}
  source:
    repoURL: ${HOME}
    path: ${path}
${helm}`

const chain = (by: AppliedBy): string =>
  by.by === undefined ? `${by.kind} ${by.name}` : `${chain(by.by)} > ${by.kind} ${by.name}`
const chains = (repository: Repository) =>
  repository.manifests
    .filter(({ kind }) => kind === 'ExternalSecret')
    .map(({ name, namespace, origin }) => `${namespace}/${name}: ${origin.appliedBy.map(chain).join(' | ')}`)
    .sort()

describe.each(helms)('charts as they are deployed, with $name', (helm) => {
  const read = async (files: Files) => (await renderCharts(helm, files)).repository

  test('the strongest form of values decides, and its line is the place', async () => {
    const files = (helmOptions: string): Files => ({
      ...shop(),
      'env/prod.yaml': 'key: kv/file\n',
      'app.yaml': application('web', 'charts/shop', `    helm:\n${helmOptions}`),
    })
    const file = '      valueFiles: [../../env/prod.yaml]\n'
    const text = '      values: |\n        key: kv/text\n'
    const set = '      parameters:\n        - name: key\n          value: kv/set\n'
    expect(fieldOf(await read(files('      releaseName: web\n')))).toEqual([
      expect.stringMatching(/^web: kv\/default @ charts\/shop\/values\.yaml:1/),
    ])
    expect(fieldOf(await read(files(file)))).toEqual([expect.stringMatching(/^web: kv\/file @ env\/prod\.yaml:1/)])
    expect(fieldOf(await read(files(file + text)))).toEqual([expect.stringMatching(/^web: kv\/text @ app\.yaml:12/)])
    expect(fieldOf(await read(files(file + text + set)))).toEqual([
      expect.stringMatching(/^web: kv\/set @ app\.yaml:15/),
    ])
  })

  test('a fixed point: a chart that makes Applications, ApplicationSets and HelmReleases leads to their charts', async () => {
    const repository = await read({
      ...shop(),
      'root.yaml': application('root', 'charts/root', '', 'argocd'),
      'charts/root/Chart.yaml': chartYaml('root'),
      'charts/root/values.yaml': 'repo: https://github.com/acme/gitops\nkey: kv/inline\nenvs: [test, prod]\n',
      'charts/root/templates/app.yaml': application(
        'inner',
        'charts/shop',
        '    helm:\n      values: |\n        key: {{ .Values.key }}\n',
      ).replace(HOME, '{{ .Values.repo }}'),
      'charts/root/templates/set.yaml': `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: envs, namespace: argocd}
spec:
  goTemplate: true
  generators:
    - list:
        elements:
          {{- range .Values.envs }}
          - env: {{ . }}
          {{- end }}
  template:
    metadata: {name: 'shop-{{"{{"}} .env {{"}}"}}'}
    spec:
      destination: {server: "https://kubernetes.default.svc", namespace: 'ns-{{\`{{ .env }}\`}}'}
      source:
        repoURL: {{ .Values.repo }}
        path: charts/shop
        helm:
          parameters: [{name: key, value: 'kv/{{\`{{ .env }}\`}}'}]
`,
    })
    expect(repository.notFollowed).toEqual([])
    expect(chains(repository)).toEqual([
      'ns-prod/shop-prod: Application argocd/root > ApplicationSet argocd/envs',
      'ns-test/shop-test: Application argocd/root > ApplicationSet argocd/envs',
      'shop/inner: Application argocd/root > Application argocd/inner',
    ])
    expect(fieldOf(repository).map((field) => field.split(' @ ')[0])).toEqual([
      'inner: kv/inline',
      'shop-prod: kv/prod',
      'shop-test: kv/test',
    ])
  })

  test('a chart that deploys itself ends', async () => {
    const repository = await read({
      ...shop('charts/self', 'kv/self'),
      'charts/self/templates/app.yaml': application('self', 'charts/self'),
      'app.yaml': application('self', 'charts/self'),
    })
    expect(chains(repository).length).toBeLessThan(4)
    expect(fieldOf(repository)).toContainEqual(expect.stringContaining('kv/self @ charts/self/templates/es.yaml'))
  })

  test('a HelmRelease: valuesFiles, a ConfigMap, values and a path, each at its line', async () => {
    const repository = await read({
      ...shop('charts/shop', '{{ .Values.a }}/{{ .Values.b }}/{{ .Values.c.d }}/{{ .Values.key | default "none" }}'),
      'flux.yaml': `apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata: {name: flux, namespace: flux-system}\nspec:\n  sync: {kind: GitRepository, url: "${HOME}", ref: refs/heads/main, path: ./cluster}\n`,
      'env/base.yaml': 'a: kv\n',
      'cluster/values.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: given, namespace: web}\ndata:\n  values.yaml: |\n    b: from-map\n  deep: from-path\n',
      'cluster/hr.yaml': `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shop, namespace: web}
spec:
  targetNamespace: target
  chart: {spec: {chart: ./charts/shop, valuesFiles: [env/base.yaml], sourceRef: {kind: GitRepository, name: flux-system}}}
  valuesFrom:
    - {kind: ConfigMap, name: given}
    - {kind: ConfigMap, name: given, valuesKey: deep, targetPath: c.d}
`,
    })
    expect(repository.notFollowed).toEqual([])
    // The chart's own values are replaced, so that \`key\` is not there.
    expect(fieldOf(repository)).toEqual([
      expect.stringMatching(/^target-shop: kv\/from-map\/from-path\/none @ charts\/shop\/templates\/es\.yaml:12/),
    ])
    expect(fieldOf(repository)[0]).toContain('env/base.yaml:1')
    expect(fieldOf(repository)[0]).toContain('cluster/values.yaml:6')
    expect(chains(repository)).toEqual([
      'target/target-shop: FluxInstance flux-system/flux-system > HelmRelease web/shop',
    ])
  })

  test('what an ApplicationSet leaves open in values is not known, and nothing else', async () => {
    const repository = await read({
      ...shop('charts/shop', 'kv/{{ .Values.cluster }}'),
      'charts/shop/templates/other.yaml': secretTemplate('kv/fixed', 'pw', 'other'),
      'set.yaml': `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: set, namespace: argocd}
spec:
  generators: [{clusters: {}}]
  template:
    metadata: {name: "shop-{{name}}"}
    spec:
      destination: {server: "{{server}}", namespace: shop}
      source: {repoURL: "${HOME}", path: charts/shop, helm: {releaseName: shop, values: "cluster: {{name}}"}}
`,
    })
    const patched = (name: string) => repository.manifests.find((one) => one.name === name)?.patched ?? []
    expect(patched('shop').map(({ path }) => path.join('.'))).toEqual(['spec.data.0.remoteRef.key'])
    expect(patched('other')).toEqual([])
  })

  test.skipIf(kustomize === undefined)(
    'helmCharts of a kustomization: the lines of the chart and of its values',
    async () => {
      const temporary = mkdtempSync(join(tmpdir(), 'eso-vault-charts-'))
      const files: Files = {
        ...shop('charts/shop', 'kv/{{ .Values.key }}'),
        'a/kustomization.yaml':
          'namePrefix: p-\nhelmGlobals: {chartHome: ../charts}\nhelmCharts:\n  - name: shop\n    releaseName: web\n    valuesFile: values.yaml\n    valuesInline: {key: inline}\n    additionalValuesFiles: [more.yaml]\n',
        'a/values.yaml': 'key: file\n',
        'a/more.yaml': 'key: more\n',
      }
      try {
        const rendering = await renderTree(kustomize as NonNullable<typeof kustomize>, files, {
          enableHelm: true,
          environment: { PATH: `${helm.folder}:/usr/bin:/bin`, HOME: '/nonexistent' },
          helm: async () => ({ helm: { binary: helm.binary, run: runProcess, temporary }, unusable: [] }),
        })
        const [found, ...others] = rendering.manifests.filter(({ kind }) => kind === 'ExternalSecret')
        expect(others).toEqual([])
        const path = ['spec', 'data', 0, 'remoteRef', 'key']
        expect([found?.name, at(found?.body, ...path)]).toEqual(['p-web', 'kv/more'])
        expect(found?.spanOf(path)).toMatchObject({ file: 'charts/shop/templates/es.yaml', line: 12 })
        expect(rendering.notes.map(({ code }) => code)).not.toContain('chart-template')
      } finally {
        rmSync(temporary, { recursive: true, force: true })
      }
    },
  )
})
