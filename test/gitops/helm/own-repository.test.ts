import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { HelmMemory } from '../../../src/gitops/helm/run-helm.ts'
import type { Repository } from '../../../src/gitops/read-repository.ts'
import { at, type FieldPath } from '../../../src/model/value.ts'
import { helmsForTests } from '../render/helm-binary.ts'
import { kustomizeForTests } from '../render/kustomize-binary.ts'
import { chartYaml, renderCharts } from './render-charts.ts'

const helms = await helmsForTests()
const kustomize = await kustomizeForTests()

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
        property: {{ .Values.b }}
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

/** Where what Git holds is not all that Argo CD gives, the operator's own values concern nothing here. */
const PATTERN = {
  'values-global.yaml': 'global: {pattern: own}\na: global\n',
  'values-hub.yaml': `b: hub
clusterGroup:
  name: hub
  applications:
    pattern:
      name: pattern
      namespace: ns-pattern
      path: charts/web
      extraValueFiles: [/values/more.yaml]
      overrides:
        - name: c.d
          value: override
`,
}

/** A chart that kustomize renders. */
const KUSTOMIZED = {
  'flux/kust.yaml':
    'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: kust, namespace: flux-system}\nspec: {path: ./kust, sourceRef: {kind: GitRepository, name: home}}\n',
  'kust/kustomization.yaml': `helmGlobals: {chartHome: ../charts}
helmCharts:
  - name: web
    releaseName: kust
    namespace: ns-kust
    valuesFile: first.yaml
    valuesInline:
      b: inlined
      c: {d: inner}
    additionalValuesFiles: [last.yaml]
`,
  'kust/first.yaml': 'a: first\nb: lost\nnum: 7\n',
  'kust/last.yaml': 'c: {d: last}\nl: [end]\n',
}

const ALL: Readonly<Record<string, string>> = { ...FILES, ...PATTERN, ...KUSTOMIZED }

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
  [
    ...([
      'pattern',
      'ns-pattern',
      '-f',
      'values-global.yaml',
      '-f',
      'values-hub.yaml',
      '-f',
      'values/more.yaml',
    ] as const),
    ...['--set', 'c.d=override'],
  ],
  ['kust', 'ns-kust', '-f', 'kust/first.yaml', '-f', 'VALUES:b: inlined\nc: {d: inner}\n', '-f', 'kust/last.yaml'],
]

/** Scalars of the repository that give values: in which file, what is written there, and the same otherwise. */
const SCALARS: readonly (readonly [file: string, written: string, otherwise: string])[] = [
  ['charts/web/values.yaml', 'a: a0', 'a: qa0'],
  ['charts/web/values.yaml', 'b: b0', 'b: qb0'],
  ['charts/web/values.yaml', 'd: d0', 'd: qd0'],
  ['charts/web/values.yaml', 'num: 1', 'num: 2'],
  ['charts/web/values.yaml', 'l: [x]', 'l: [qx]'],
  ['charts/web/prod.yaml', 'a: prod', 'a: qprod'],
  ['charts/web/prod.yaml', 'd: prod', 'd: qprod'],
  ['values/more.yaml', 'b: more', 'b: qmore'],
  ['values/more.yaml', 'p, q]', 'qp, q]'],
  ['argo/text.yaml', 'a: text', 'a: qtext'],
  ['argo/text.yaml', 'd: "deep"', 'd: "qdeep"'],
  ['argo/object.yaml', 'a: lost', 'a: qlost'],
  ['argo/object.yaml', 'b: object', 'b: qobject'],
  ['argo/object.yaml', 'num: 12345678', 'num: 12345679'],
  ['argo/parameters.yaml', 'a: weak', 'a: qweak'],
  ['argo/parameters.yaml', 'value: "x,y"', 'value: "qx,y"'],
  ['argo/parameters.yaml', 'c.d, value: "true"', 'c.d, value: "qtrue"'],
  ['argo/parameters.yaml', 'value: first', 'value: qfirst'],
  ['argo/set.yaml', 'env: eu', 'env: qeu'],
  ['argo/set.yaml', 'env: us', 'env: qus'],
  ['values/text.txt', 'from a file', 'from another file'],
  ['argo/named.yaml', 'releaseName: other', 'releaseName: qother'],
  ['argo/named.yaml', 'namespace: elsewhere', 'namespace: qelsewhere'],
  ['argo/set.yaml', "{a: '{{ .env }}'}", "{a: 'q{{ .env }}'}"],
  ['flux/inline.yaml', 'b: inline', 'b: qinline'],
  ['flux/shared.yaml', 'a: shared', 'a: qshared'],
  ['flux/shared.yaml', 'b: weak', 'b: qweak'],
  ['flux/shared.yaml', 'one: path', 'one: qpath'],
  ['flux/files.yaml', 'releaseName: byfiles', 'releaseName: qbyfiles'],
  ['flux/files.yaml', 'targetNamespace: target', 'targetNamespace: qtarget'],
  ['values-global.yaml', 'a: global', 'a: qglobal'],
  ['values-hub.yaml', 'b: hub', 'b: qhub'],
  ['values-hub.yaml', 'value: override', 'value: qoverride'],
  ['kust/first.yaml', 'a: first', 'a: qfirst'],
  ['kust/first.yaml', 'b: lost', 'b: qlost'],
  ['kust/first.yaml', 'num: 7', 'num: 8'],
  ['kust/kustomization.yaml', 'b: inlined', 'b: qinlined'],
  ['kust/kustomization.yaml', 'd: inner', 'd: qinner'],
  ['kust/kustomization.yaml', 'releaseName: kust', 'releaseName: qkust'],
  ['kust/last.yaml', 'd: last', 'd: qlast'],
  ['kust/last.yaml', 'l: [end]', 'l: [qend]'],
]

const KEY: FieldPath = ['spec', 'data', 0, 'remoteRef', 'key']
const PROPERTY: FieldPath = ['spec', 'data', 0, 'remoteRef', 'property']

/** The fields of each release, by what deploys it: their values, and the places that are told of them. */
function fieldsOf({
  manifests,
}: Repository): Map<string, { readonly value: string; readonly told: ReadonlySet<string> }> {
  const found = new Map<string, { value: string; told: ReadonlySet<string> }>()
  for (const manifest of manifests.filter(({ kind }) => kind === 'ExternalSecret')) {
    const by = manifest.origin.appliedBy.map(({ kind, name }) => `${kind} ${name}`).join()
    for (const path of [KEY, PROPERTY]) {
      const field = `${by} ${path.at(-1)}`
      const id = found.has(field) ? `${field} again` : field
      const span = manifest.spanOf(path)
      const places = [span, ...(manifest.relatedTo?.(span) ?? []).map((one) => one.span)]
      found.set(id, {
        value: String(at(manifest.body, ...path)),
        told: new Set(places.map(({ file, line }) => `${file}:${line}`)),
      })
    }
  }
  return found
}

describe.each(helms)('each form of values of each deployer, with $name', (helm) => {
  test('keys are those of plain helm template with the same values', async () => {
    const { repository, cwd } = await renderCharts(helm, ALL, { kustomize })
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

  test('each field is led to the scalars that change it, and to no other', async () => {
    const helmMemory: HelmMemory = new Map()
    const read = async (files: Readonly<Record<string, string>>) =>
      fieldsOf((await renderCharts(helm, files, { kustomize, helmMemory })).repository)
    const before = await read(ALL)
    const wrong: string[] = []
    const fields = new Map([...before.keys()].map((id) => [id, { led: 0, lacking: 0 }]))
    for (const [file, written, otherwise] of SCALARS) {
      const text = ALL[file] ?? ''
      expect(text.split(written).length, `${written} in ${file}`).toBe(2)
      const place = placeOf(file, written)
      const after = await read({ ...ALL, [file]: text.replace(written, otherwise) })
      expect(after.size).toBe(before.size)
      for (const [id, { value, told }] of before) {
        const isChanged = after.get(id)?.value !== value
        const field = fields.get(id) as { led: number; lacking: number }
        if (isChanged && told.has(place)) field.led++
        else if (isChanged) {
          field.lacking++
          wrong.push(`${id}: ${written} changes it and is not told (${[...told].join()})`)
        } else if (
          told.has(place) &&
          !SCALARS.some(([other, own]) => other === file && own !== written && placeOf(file, own) === place)
        )
          wrong.push(`${id}: ${written} is told and changes nothing`)
      }
    }
    const whole = [...fields.values()].filter(({ led, lacking }) => led > 0 && lacking === 0).length
    process.stdout.write(
      `own repository, ${helm.name}: ${before.size} fields of ${PLAIN.length} releases, ${SCALARS.length} scalars changed alone: ${whole} led to all of their lines, ${wrong.length} wrong\n`,
    )
    expect(wrong).toEqual([])
    expect(whole).toBe(before.size)
  }, 300_000)
})

function placeOf(file: string, written: string): string {
  const text = ALL[file] ?? ''
  return `${file}:${text.slice(0, text.indexOf(written)).split('\n').length}`
}
