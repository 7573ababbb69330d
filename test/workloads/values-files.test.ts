import { describe, expect, test } from 'vitest'
import { readRepository } from '../../src/gitops/read-repository.ts'
import { lastMile } from '../../src/workloads/last-mile.ts'
import { fluxKustomization, kustomization, tree } from '../gitops/tree.ts'

const secret = (name: string, namespace = 'shop') => `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  data:
    - secretKey: password
      remoteRef: {key: apps/db, property: pw}
`

/** Line 5 of the values asks for the key. */
const values = (key: string, name = 'web-db') => `env:
  - name: PASSWORD
    valueFrom:
      secretKeyRef:
        key: ${key}
        name: ${name}
`

const application = (name: string, source: string) => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}, namespace: argocd}
spec:
  destination: {server: https://kubernetes.default.svc, namespace: shop}
${source}`

const remote = (files: string, more = '') => `  sources:
    - repoURL: https://charts.example.com
      chart: web
      targetRevision: 1.0.0
      helm:
        valueFiles: ${files}
${more}    - {repoURL: "https://git.example.com/acme/gitops", ref: values, targetRevision: main}
`

const argo = (web: string) => ({
  'apps/web.yaml': web,
  'apps/secrets.yaml': application(
    'secrets',
    '  source: {repoURL: "https://git.example.com/acme/gitops", path: secrets}\n',
  ),
  'secrets/db.yaml': secret('web-db'),
})

const flux = (release: string, more: string, ...generated: string[]) => ({
  'clusters/main/flux-system/gotk-sync.yaml': fluxKustomization('flux-system', './clusters/main'),
  'clusters/main/app.yaml': fluxKustomization('app', './app'),
  'app/kustomization.yaml': kustomization(`resources: [release.yaml, secret.yaml${more}]`, ...generated),
  'app/release.yaml': `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: flux-apps}
spec:
  targetNamespace: shop
  chart: {spec: {chart: web, sourceRef: {kind: HelmRepository, name: charts}}}
${release}`,
  'app/secret.yaml': secret('web-db'),
})

/** `kind namespace/name verdict @ line` of each place that asks for a Secret. */
async function asked(files: Readonly<Record<string, string>>): Promise<string[]> {
  const { manifests, workloads } = await readRepository(['.'], {
    cwd: tree(files),
    variables: {},
    identities: ['acme/gitops'],
  })
  const mile = lastMile({ manifests, workloads, lookupsOf: () => ({}) })
  return mile.consumptions
    .map((one) => {
      const verdict = mile.keyVerdict(one)
      const { file, line } = one.by.spanOf(one.field)
      const what = `${verdict.is}${verdict.is === 'unknown' ? ` ${verdict.why}` : ''}`
      return `${one.by.kind} ${one.by.name} ${one.secretNamespace ?? '?'}/${one.name} ${what} @ ${file}:${line}`
    })
    .sort()
}

describe('values in files of their own', () => {
  test('an Application’s valueFiles, for a chart of a registry: in the destination’s namespace', async () => {
    const files = argo(application('web', remote('[$values/values/web.yaml]')))
    expect(await asked({ ...files, 'values/web.yaml': values('pasword') })).toEqual([
      'Application web shop/web-db absent @ values/web.yaml:5',
    ])
    expect(await asked({ ...files, 'values/web.yaml': values('password') })).toEqual([
      'Application web shop/web-db present @ values/web.yaml:5',
    ])
  })

  test('the stronger file decides, inline values over all files, and nothing is told twice', async () => {
    const inline = '        valuesObject: {db: {existingSecret: web-db}}\n'
    const files = argo(application('web', remote('[$values/values/web.yaml, $values/values/prod.yaml]', inline)))
    expect(
      await asked({
        ...files,
        'values/web.yaml': `${values('pasword')}db: {existingSecret: old-db}\nsidecar:\n  enabled: true\n  existingSecret: other\n`,
        'values/prod.yaml': `${values('password')}sidecar: {enabled: false}\n`,
      }),
    ).toEqual([
      'Application web shop/web-db present @ values/prod.yaml:5',
      'Application web shop/web-db unknown no-key @ apps/web.yaml:12',
    ])
  })

  test('what a file that is not here, or that SOPS encrypted, may change is not judged', async () => {
    const files = argo(application('web', remote('[$values/values/web.yaml, $values/values/secrets.yaml]')))
    expect(
      await asked({
        ...files,
        'values/web.yaml': values('pasword'),
        'values/secrets.yaml':
          'env: ENC[AES256_GCM,data:aaaa,iv:bb,tag:cc,type:str]\nsops:\n  mac: ENC[x]\n  version: 3.9.0\n',
      }),
    ).toEqual(['Application web shop/web-db unknown patched @ values/web.yaml:5'])
  })

  test('an ApplicationSet: each Application with its own file', async () => {
    const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: webs, namespace: argocd}
spec:
  goTemplate: true
  generators:
    - list: {elements: [{name: a}, {name: b}]}
  template:
    metadata: {name: "web-{{ .name }}"}
    spec:
      destination: {server: https://kubernetes.default.svc, namespace: shop}
      sources:
        - repoURL: https://charts.example.com
          chart: web
          targetRevision: 1.0.0
          helm: {valueFiles: ["$values/values/{{ .name }}.yaml"]}
        - {repoURL: "https://git.example.com/acme/gitops", ref: values, targetRevision: main}
`
    const found = await asked({
      ...argo(set),
      'values/a.yaml': values('password'),
      'values/b.yaml': values('pasword'),
    })
    expect(found).toEqual([
      'Application web-a shop/web-db present @ values/a.yaml:5',
      'Application web-b shop/web-db absent @ values/b.yaml:5',
    ])
  })

  test('valuesFrom a ConfigMap: of a generator’s file, or as it is written; the Pods are in targetNamespace', async () => {
    const from = '  valuesFrom: [{kind: ConfigMap, name: web-values}]\n'
    const generator =
      'configMapGenerator: [{name: web-values, namespace: flux-apps, files: [values.yaml=web.yaml], options: {disableNameSuffixHash: true}}]'
    expect(await asked({ ...flux(from, '', generator), 'app/web.yaml': values('pasword') })).toEqual([
      'HelmRelease web shop/web-db absent @ app/web.yaml:5',
    ])
    const map = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web-values, namespace: flux-apps}\ndata:\n  values.yaml: |\n${values('pasword').replaceAll(/^(?=.)/gm, '    ')}`
    expect(await asked({ ...flux(from, ', map.yaml'), 'app/map.yaml': map })).toEqual([
      'HelmRelease web shop/web-db absent @ app/map.yaml:10',
    ])
  })

  test('inline values win over a ConfigMap, and a Secret’s values over what stands before them', async () => {
    const from = (after: string) => `  valuesFrom: [{kind: ConfigMap, name: web-values}${after}]\n`
    const generator =
      'configMapGenerator: [{name: web-values, namespace: flux-apps, files: [values.yaml=web.yaml], options: {disableNameSuffixHash: true}}]'
    const inline = '  values: {env: [{name: P, valueFrom: {secretKeyRef: {name: web-db, key: password}}}]}\n'
    const own = { 'app/web.yaml': values('pasword') }
    expect(await asked({ ...flux(`${from('')}${inline}`, '', generator), ...own })).toEqual([
      'HelmRelease web shop/web-db present @ app/release.yaml:8',
    ])
    const more = ', {kind: Secret, name: more}'
    expect(await asked({ ...flux(from(more), '', generator), ...own })).toEqual([
      'HelmRelease web flux-apps/more unknown no-maker @ app/release.yaml:7',
      'HelmRelease web shop/web-db unknown patched @ app/web.yaml:5',
    ])
    expect(await asked({ ...flux(`${from(more)}${inline}`, '', generator), ...own })).toContain(
      'HelmRelease web shop/web-db present @ app/release.yaml:8',
    )
  })
})
