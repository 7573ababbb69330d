import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { helmsForTests } from '../render/helm-binary.ts'
import { chartYaml, renderCharts } from './render-charts.ts'

const helms = await helmsForTests()

/** A key of all values, so that each of them shows. */
const TEMPLATE = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: {{ .Release.Name }}}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  data:
    - secretKey: pw
      remoteRef:
        key: "{{ .Release.Name }}/{{ .Release.Namespace }}/{{ .Values.a }}/{{ .Values.b }}/{{ .Values.c.d }}/{{ .Values.num }}/{{ kindOf .Values.t }}/{{ .Values.l | join "+" }}"
        property: pw
`
const VALUES = 'a: a0\nb: b0\nc: {d: d0}\nnum: 1\nt: false\nl: [x]\n'
const CHART = {
  'charts/web/Chart.yaml': chartYaml('web'),
  'charts/web/values.yaml': VALUES,
  'charts/web/templates/es.yaml': TEMPLATE,
}

const application = (name: string, source: string) => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}, namespace: argocd}
spec:
  destination: {server: https://kubernetes.default.svc, namespace: ns-${name}}
  source:
    repoURL: https://git.example.com/acme/gitops
    path: charts/web
    helm:
${source.replace(/^/gm, '      ')}
`

const FILES = {
  ...CHART,
  'charts/web/prod.yaml': 'a: prod\nc: {d: prod}\n',
  'values/more.yaml': 'b: more\nl: [p, q]\n',
  'values/text.txt': 'from a file',
  'argo/files.yaml': application('files', 'valueFiles: [prod.yaml, ../../values/more.yaml, /values/more.yaml]'),
  'argo/text.yaml': application('text', 'valueFiles: [prod.yaml]\nvalues: |\n  a: text\n  c:\n    d: "deep"\n'),
  'argo/object.yaml': application('object', 'values: "a: lost"\nvaluesObject:\n  b: object\n  num: 12345678\n'),
  'argo/parameters.yaml': application(
    'parameters',
    'valuesObject: {a: weak}\nparameters:\n  - {name: a, value: "x,y"}\n  - {name: t, value: "true"}\n  - {name: c.d, value: "true", forceString: true}\n  - {name: "l[0]", value: first}\nfileParameters:\n  - {name: b, path: ../../values/text.txt}\n',
  ),
  'argo/named.yaml': application('named', 'releaseName: other\nnamespace: elsewhere\n'),
  'argo/set.yaml': `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: set, namespace: argocd}
spec:
  goTemplate: true
  generators: [{list: {elements: [{env: eu}, {env: us}]}}]
  template:
    metadata: {name: 'set-{{ .env }}'}
    spec:
      destination: {server: https://kubernetes.default.svc, namespace: 'ns-{{ .env }}'}
      source:
        repoURL: https://git.example.com/acme/gitops
        path: charts/web
        helm:
          valuesObject: {a: '{{ .env }}'}
`,
  'flux/repository.yaml':
    'apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: home, namespace: flux-system}\nspec: {url: https://git.example.com/acme/gitops}\n',
  'clusters/apps.yaml':
    'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: flux-system}\nspec: {path: ./flux, sourceRef: {kind: GitRepository, name: home}}\n',
  'flux/inline.yaml': `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: inline, namespace: flux-ns}
spec:
  chart: {spec: {chart: ./charts/web, sourceRef: {kind: GitRepository, name: home, namespace: flux-system}}}
  valuesFrom:
    - {kind: ConfigMap, name: shared}
    - {kind: ConfigMap, name: shared, valuesKey: one, targetPath: c.d}
  values: {b: inline}
`,
  'flux/files.yaml': `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: files, namespace: flux-ns}
spec:
  releaseName: byfiles
  targetNamespace: target
  chart: {spec: {chart: ./charts/web, valuesFiles: [./charts/web/values.yaml, ./values/more.yaml], sourceRef: {kind: GitRepository, name: home, namespace: flux-system}}}
`,
  'flux/shared.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared, namespace: flux-ns}\ndata:\n  values.yaml: |\n    a: shared\n    b: weak\n  one: path\n',
}

/** What plain `helm template` is asked for the same: name, namespace, and the rest. */
const PLAIN: readonly (readonly [name: string, namespace: string, ...args: string[]])[] = [
  ['files', 'ns-files', '-f', 'charts/web/prod.yaml', '-f', 'values/more.yaml'],
  ['text', 'ns-text', '-f', 'charts/web/prod.yaml', '-f', 'VALUES:a: text\nc:\n  d: "deep"\n'],
  ['object', 'ns-object', '-f', 'VALUES:b: object\nnum: 12345678\n'],
  [
    ...(['parameters', 'ns-parameters', '-f', 'VALUES:a: weak\n'] as const),
    ...['--set', 'a=x\\,y', '--set', 't=true', '--set', 'l[0]=first'],
    ...['--set-string', 'c.d=true', '--set-file', 'b=values/text.txt'],
  ],
  ['other', 'elsewhere'],
  ['set-eu', 'ns-eu', '--set', 'a=eu'],
  ['set-us', 'ns-us', '--set', 'a=us'],
  ['inline', 'flux-ns', '-f', 'VALUES:a: shared\nb: inline\n', '--set', 'c.d=path'],
  ['byfiles', 'target', '-f', 'values/more.yaml'],
]

describe.each(helms)('each form of values of each deployer, with $name', (helm) => {
  test('keys are those of plain helm template with the same values', async () => {
    const { repository, cwd } = await renderCharts(helm, FILES)
    const plain = PLAIN.map(([name, namespace, ...args]) => {
      const given = args.map((word, index) => {
        if (!word.startsWith('VALUES:')) return word
        const file = join(cwd, `.plain-${name}-${index}`)
        writeFileSync(file, word.slice('VALUES:'.length))
        return file
      })
      const stdout = execFileSync(
        helm.binary.command,
        ['template', name, 'charts/web', '--namespace', namespace, ...given],
        { cwd, encoding: 'utf8' },
      )
      return /key: "(.*)"/.exec(stdout)?.[1]
    })
    const keys = repository.manifests
      .filter(({ kind }) => kind === 'ExternalSecret')
      .map(({ body }) => /"key":"([^"]*)"/.exec(JSON.stringify(body))?.[1])
    expect([...new Set(keys)].sort()).toEqual(plain.sort())
    expect(repository.notChecked).toEqual([])
  })
})
