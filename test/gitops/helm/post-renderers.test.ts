import { describe, expect, test } from 'vitest'
import { helmsForTests } from '../render/helm-binary.ts'
import { chartYaml, fieldOf, renderCharts, secretTemplate } from './render-charts.ts'

const helms = (await helmsForTests()).slice(-1)

const release = (renderers: string, values = '') => `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: web, namespace: shop }
spec:
  chart: { spec: { chart: ./charts/web, sourceRef: { kind: GitRepository, name: flux-system } } }
${values}  postRenderers:
    - kustomize:
${renderers.replace(/^(?=.)/gm, '        ')}
`
const PROPERTY = ['spec', 'data', 0, 'remoteRef', 'property']

describe.each(helms)('postRenderers of a HelmRelease (helm.md §2.1), with $name', (helm) => {
  async function render(hr: string, more: Readonly<Record<string, string>> = {}) {
    const { repository } = await renderCharts(helm, {
      'hr.yaml': hr,
      'charts/web/Chart.yaml': chartYaml('web'),
      'charts/web/values.yaml': 'team: shop\n',
      'charts/web/templates/es.yaml': secretTemplate('apps/{{ .Values.team }}', 'pw', 'db'),
      'charts/web/templates/other.yaml': secretTemplate('apps/other', 'pw', 'other'),
      ...more,
    })
    return {
      keys: fieldOf(repository).map((one) => one.split(' < ')[0]),
      properties: fieldOf(repository, PROPERTY),
      open: repository.manifests.flatMap(({ name, patched }) =>
        patched.map(
          ({ path, span, because }) => `${name} ${path.join('.')} ${span.file}:${span.line} ${because?.kind ?? ''}`,
        ),
      ),
    }
  }
  const OTHER = 'other: apps/other @ charts/web/templates/other.yaml:12'
  const DB = 'db: apps/shop @ charts/web/templates/es.yaml:12'

  test('images concern no object of ESO', async () => {
    expect(await render(release('images: [{ name: web, newTag: v2 }]'))).toMatchObject({ keys: [DB, OTHER], open: [] })
  })

  test('a patch is applied to the objects that it means, and the field leads to its line', async () => {
    const patch = `patches:
  - target: { kind: ExternalSecret, name: db }
    patch: |
      - op: replace
        path: /spec/data/0/remoteRef/key
        value: apps/patched
`
    expect(await render(release(patch))).toMatchObject({ keys: ['db: apps/patched @ hr.yaml:13', OTHER], open: [] })
    const merge = `patches:
  - patch: |
      apiVersion: external-secrets.io/v1
      kind: ExternalSecret
      metadata: { name: other }
      $patch: delete
  - patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web }
      spec: { replicas: 2 }
`
    expect(await render(release(merge))).toMatchObject({ keys: [DB], open: [] })
  })

  test('the forms of older versions', async () => {
    const old = `patchesStrategicMerge:
  - apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: { name: db }
    spec: { data: [{ secretKey: pw, remoteRef: { key: apps/merged, property: pw } }] }
patchesJson6902:
  - target: { group: external-secrets.io, version: v1, kind: ExternalSecret, name: db }
    patch: [{ op: replace, path: /spec/data/0/remoteRef/property, value: changed }]
`
    const { keys, properties, open } = await render(release(old))
    expect([keys[0]?.split(' @ ')[0], properties[0]?.split(' @ ')[0], open]).toEqual([
      'db: apps/merged',
      'db: changed',
      [],
    ])
  })

  test('one after the other', async () => {
    const two = `patches: [{ target: { kind: ExternalSecret, name: db }, patch: '- {op: replace, path: /metadata/name, value: new}' }]
`
    const after = `    - kustomize:
        patches: [{ target: { kind: ExternalSecret, name: new }, patch: '- {op: replace, path: /spec/data/0/remoteRef/key, value: second}' }]
`
    expect((await render(release(two) + after)).keys.map((one) => one?.split(' @ ')[0])).toEqual([
      'new: second',
      'other: apps/other',
    ])
  })

  test('what it cannot tell is not checked, for the objects that it may touch alone', async () => {
    const odd = `patches:
  - target: { kind: ExternalSecret, name: db }
    patch: "{{ not a patch"
`
    const { open } = await render(release(odd))
    expect(open.map((one) => one.replace(/ $/, ''))).toEqual(expect.arrayContaining(['db  hr.yaml:9']))
  })

  test('a value that Git does not hold stays open where the patch leaves it', async () => {
    const from = '  valuesFrom: [{ kind: Secret, name: web-values }]\n'
    const add = `patches:
  - target: { kind: ExternalSecret, name: db }
    patch: |
      - op: add
        path: /spec/data/0
        value: { secretKey: first, remoteRef: { key: apps/first } }
`
    const { open } = await render(release(add, from))
    expect(open).toEqual(['db spec.data.1.remoteRef.key hr.yaml:6 secret'])
    const replace = add.replace('op: add', 'op: replace')
    expect((await render(release(replace, from))).open).toEqual([])
  })

  test('of a hook it depends on the Helm in Flux', async () => {
    const hook = secretTemplate('apps/{{ .Values.team }}', 'pw', 'db').replace(
      '  name: db',
      '  name: db\n  annotations: { helm.sh/hook: pre-install }',
    )
    const patch = `patches: [{ target: { kind: ExternalSecret }, patch: '- {op: replace, path: /spec/data/0/remoteRef/key, value: x}' }]
`
    const { keys, open } = await render(release(patch), { 'charts/web/templates/es.yaml': hook })
    expect(keys.map((one) => one?.split(' @ ')[0])).toEqual(['db: apps/shop', 'other: x'])
    expect(open).toEqual(['db  hr.yaml:8 '])
  })
})
