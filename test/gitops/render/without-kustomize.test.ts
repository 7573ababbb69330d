import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { reasonText } from '../../../src/report/reasons/not-checked.ts'
import { checkTree, LAW } from './check-tree.ts'
import { kustomizeForTests } from './kustomize-binary.ts'
import { externalSecret, type Files } from './render-tree.ts'

const binary = await kustomizeForTests()

/** The base is denied by the policy; what the patches write is allowed. */
const base: Files = {
  ...LAW,
  'base/kustomization.yaml': 'resources:\n  - es.yaml\n',
  'base/es.yaml': externalSecret('db', 'denied/db'),
}
const operation = '- op: replace\n  path: /spec/data/0/remoteRef/key\n  value: allowed/db\n'
const merge =
  'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db}\nspec:\n  data:\n    - secretKey: password\n      remoteRef: {key: allowed/db, property: password}\n'
const indent = (text: string, by: number) => text.replace(/^(?=.)/gm, ' '.repeat(by))
const overlay = (text: string) => `resources: [../base]\nnamespace: shop\n${text}`
const settings = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {key: allowed/db, env: allowed}\n'
const flux = (spec: string) =>
  `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: shop, namespace: flux-system}\nspec:\n  sourceRef: {kind: GitRepository, name: flux-system}\n  path: ./base\n${spec}`
const argo = (kustomize: string) =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop, namespace: argocd}\nspec:\n  destination: {namespace: shop}\n  source:\n    path: base\n    kustomize:\n${kustomize}`

const FORMS: [string, Files][] = [
  [
    'strategic merge by a target, of a patch that names another kind',
    {
      'prod/kustomization.yaml': overlay('patches: [{path: p.yaml, target: {kind: ExternalSecret}}]\n'),
      'prod/p.yaml':
        'apiVersion: x\nkind: x\nmetadata: {name: x}\nspec: {data: [{secretKey: a, remoteRef: {key: allowed/db, property: a}}]}\n',
    },
  ],
  [
    'JSON 6902 in a file',
    {
      'prod/kustomization.yaml': overlay('patches: [{path: p.yaml, target: {kind: ExternalSecret}}]\n'),
      'prod/p.yaml': operation,
    },
  ],
  [
    'JSON 6902 as JSON',
    {
      'prod/kustomization.yaml': overlay('patches: [{path: p.json, target: {kind: ExternalSecret}}]\n'),
      'prod/p.json': '[{"op": "replace", "path": "/spec/data/0/remoteRef/key", "value": "allowed/db"}]',
    },
  ],
  [
    'JSON 6902 inline',
    {
      'prod/kustomization.yaml': overlay(
        `patches:\n  - target: {kind: ExternalSecret}\n    patch: |\n${indent(operation, 6)}`,
      ),
    },
  ],
  [
    'JSON 6902 inline on one line',
    {
      'prod/kustomization.yaml': overlay(
        `patches:\n  - target: {kind: ExternalSecret}\n    patch: '[{"op": "replace", "path": "/spec/data/0/remoteRef/key", "value": "allowed/db"}]'\n`,
      ),
    },
  ],
  [
    'JSON 6902 by a label',
    {
      'base/es.yaml': externalSecret('db', 'denied/db').replace('  name: db\n', '  name: db\n  labels: {tier: data}\n'),
      'prod/kustomization.yaml': overlay(
        `patches:\n  - target: {labelSelector: tier=data}\n    patch: |\n${indent(operation, 6)}`,
      ),
    },
  ],
  [
    'JSON 6902 that copies',
    {
      'base/es.yaml': externalSecret('db', 'denied/db').replace(
        '  name: db\n',
        '  name: db\n  annotations: {key: allowed/db}\n',
      ),
      'prod/kustomization.yaml': overlay(
        'patches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - {op: copy, from: /metadata/annotations/key, path: /spec/data/0/remoteRef/key}\n',
      ),
    },
  ],
  [
    'JSON 6902 that moves',
    {
      'base/es.yaml': externalSecret('db', 'denied/db').replace(
        '  name: db\n',
        '  name: db\n  annotations: {key: allowed/db}\n',
      ),
      'prod/kustomization.yaml': overlay(
        'patches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - {op: move, from: /metadata/annotations/key, path: /spec/data/0/remoteRef/key}\n',
      ),
    },
  ],
  [
    'JSON 6902 of the whole spec',
    {
      'prod/kustomization.yaml': overlay(
        'patches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - {op: replace, path: /spec, value: {secretStoreRef: {kind: ClusterSecretStore, name: vault}, data: [{secretKey: a, remoteRef: {key: allowed/db, property: a}}]}}\n',
      ),
    },
  ],
  [
    'patchesJson6902',
    {
      'prod/kustomization.yaml': overlay(
        'patchesJson6902: [{path: p.yaml, target: {group: external-secrets.io, version: v1, kind: ExternalSecret, name: db}}]\n',
      ),
      'prod/p.yaml': operation,
    },
  ],
  [
    'strategic merge in a file',
    { 'prod/kustomization.yaml': overlay('patches: [{path: p.yaml}]\n'), 'prod/p.yaml': merge },
  ],
  ['strategic merge inline', { 'prod/kustomization.yaml': overlay(`patches:\n  - patch: |\n${indent(merge, 6)}`) }],
  [
    'strategic merge, one of two documents',
    {
      'prod/kustomization.yaml': overlay('patches: [{path: p.yaml}]\n').replace('[../base]', '[../base, svc.yaml]'),
      'prod/p.yaml': `apiVersion: v1\nkind: Service\nmetadata: {name: x}\n---\n${merge}`,
      'prod/svc.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: x}\n',
    },
  ],
  [
    'patchesStrategicMerge in a file',
    { 'prod/kustomization.yaml': overlay('patchesStrategicMerge: [p.yaml]\n'), 'prod/p.yaml': merge },
  ],
  [
    'patchesStrategicMerge inline',
    { 'prod/kustomization.yaml': overlay(`patchesStrategicMerge:\n  - |-\n${indent(merge, 4)}`) },
  ],
  [
    'replacements',
    {
      'prod/kustomization.yaml': overlay(
        'replacements:\n  - source: {kind: ConfigMap, name: settings, fieldPath: data.key}\n    targets: [{select: {kind: ExternalSecret}, fieldPaths: [spec.data.0.remoteRef.key]}]\n',
      ).replace('[../base]', '[../base, settings.yaml]'),
      'prod/settings.yaml': settings,
    },
  ],
  [
    'replacements in a file, of a part',
    {
      'prod/kustomization.yaml': overlay('replacements: [{path: r.yaml}]\n').replace(
        '[../base]',
        '[../base, settings.yaml]',
      ),
      'prod/settings.yaml': settings,
      'prod/r.yaml':
        '- source: {kind: ConfigMap, name: settings, fieldPath: data.env}\n  targets: [{select: {kind: ExternalSecret}, fieldPaths: ["spec.data.[secretKey=password].remoteRef.key"], options: {delimiter: /, index: 0}}]\n',
    },
  ],
  [
    'a PatchTransformer',
    {
      'prod/kustomization.yaml': overlay('transformers: [t.yaml]\n'),
      'prod/t.yaml': `apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: t}\ntarget: {kind: ExternalSecret}\npatch: |\n${indent(operation, 2)}`,
    },
  ],
  [
    'a ReplacementTransformer, inline',
    {
      'prod/kustomization.yaml': overlay(
        'transformers:\n  - |-\n    apiVersion: builtin\n    kind: ReplacementTransformer\n    metadata: {name: t}\n    replacements:\n      - source: {kind: ConfigMap, name: settings, fieldPath: data.key}\n        targets: [{select: {kind: ExternalSecret}, fieldPaths: [spec.data.0.remoteRef.key]}]\n',
      ).replace('[../base]', '[../base, settings.yaml]'),
      'prod/settings.yaml': settings,
    },
  ],
  [
    'a Component',
    {
      'prod/kustomization.yaml': overlay('components: [../c]\n'),
      'c/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n  - target: {kind: ExternalSecret}\n    patch: |\n${indent(operation, 6)}`,
    },
  ],
  [
    'vars',
    {
      'base/es.yaml': externalSecret('db', '$(ENV)/db'),
      'prod/kustomization.yaml': overlay(
        'vars: [{name: ENV, objref: {apiVersion: v1, kind: ConfigMap, name: settings}, fieldref: {fieldpath: data.env}}]\nconfigurations: [v.yaml]\n',
      ).replace('[../base]', '[../base, settings.yaml]'),
      'prod/settings.yaml': settings,
      'prod/v.yaml': 'varReference: [{path: spec/data/remoteRef/key, kind: ExternalSecret}]\n',
    },
  ],
  [
    'Flux spec.patches',
    {
      'flux/shop.yaml': flux(
        `  targetNamespace: shop\n  patches:\n    - target: {kind: ExternalSecret}\n      patch: |\n${indent(operation, 8)}`,
      ),
    },
  ],
  [
    'Flux spec.components',
    {
      'flux/shop.yaml': flux('  targetNamespace: shop\n  components: [../c]\n'),
      'c/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n  - target: {kind: ExternalSecret}\n    patch: |\n${indent(operation, 6)}`,
    },
  ],
  [
    'Argo CD kustomize.patches',
    {
      'argo/shop.yaml': argo(
        `      patches:\n        - target: {kind: ExternalSecret}\n          patch: |\n${indent(operation, 12)}`,
      ),
    },
  ],
  [
    'Argo CD kustomize.components',
    {
      'argo/shop.yaml': argo('      components: [../c]\n'),
      'c/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n  - target: {kind: ExternalSecret}\n    patch: |\n${indent(operation, 6)}`,
    },
  ],
  [
    'the path of the store',
    {
      'base/es.yaml': externalSecret('db', 'allowed/db'),
      'law/kustomization.yaml': 'resources: [store.yaml]\n',
      'base/kustomization.yaml': 'resources: [es.yaml, ../law]\n',
      'law/store.yaml': (LAW['law/store.yaml'] as string).replace('path: kv', 'path: wrong'),
      'prod/kustomization.yaml': overlay(
        'patches:\n  - target: {kind: ClusterSecretStore}\n    patch: |\n      - {op: replace, path: /spec/provider/vault/path, value: kv}\n',
      ),
    },
  ],
  [
    'the role of the store',
    {
      'base/es.yaml': externalSecret('db', 'allowed/db'),
      'law/kustomization.yaml': 'resources: [store.yaml]\n',
      'base/kustomization.yaml': 'resources: [es.yaml, ../law]\n',
      'law/store.yaml': (LAW['law/store.yaml'] as string).replace('role: eso', 'role: nobody'),
      'prod/kustomization.yaml': overlay(
        'patches:\n  - target: {kind: ClusterSecretStore}\n    patch: |\n      - {op: replace, path: /spec/provider/vault/auth/kubernetes/role, value: eso}\n',
      ),
    },
  ],
  [
    'which store',
    {
      'base/es.yaml': externalSecret('db', 'allowed/db').replace('name: vault', 'name: REPLACED'),
      'prod/kustomization.yaml': overlay(
        'patches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - {op: replace, path: /spec/secretStoreRef/name, value: vault}\n',
      ),
    },
  ],
]

const errors = ({ report }: Awaited<ReturnType<typeof checkTree>>) =>
  report.findings.filter(({ severity }) => severity === 'error').map(({ rule, message }) => `${rule}: ${message}`)

/** What the reader leaves to kustomize. */
const OPEN = new Set(['vars', 'a ReplacementTransformer, inline'])

describe('without kustomize: what a patch touches is not judged by its unpatched value', () => {
  test('the law of these fixtures decides: unpatched the key is denied', async () => {
    const plain = await checkTree({ ...base, 'prod/kustomization.yaml': overlay('') }, '')
    expect(errors(plain).join()).toContain('denied/db')
    expect(plain.report.notChecked).toEqual([])
  })

  test.each(FORMS.filter(([form]) => !OPEN.has(form)))(
    '%s: the reader applies it, and it is judged',
    async (_, files) => {
      const checked = await checkTree({ ...base, ...files }, '')
      expect(checked.report.notChecked).toEqual([])
      expect(errors(checked)).toEqual([])
      expect(checked.report.references.length).toBeGreaterThan(0)
    },
  )

  test.each(FORMS.filter(([form]) => OPEN.has(form)))('%s: not checked, with the reason', async (_form, files) => {
    const checked = await checkTree({ ...base, ...files }, '')
    expect(errors(checked)).toEqual([])
    expect(checked.report.notChecked.length).toBeGreaterThan(0)
    expect(checked.report.notChecked.map(({ reason }) => reasonText(reason)).join('\n')).toMatch(
      /kustomize|could not be applied|\$\(ENV\)/,
    )
  })

  test.each<[string, Files]>([
    [
      'a patch file that does not parse',
      { 'prod/kustomization.yaml': overlay('patches: [{path: p.yaml}]\n'), 'prod/p.yaml': `${merge}  broken: [\n` },
    ],
    [
      'an inline patch that does not parse',
      {
        'prod/kustomization.yaml': overlay(
          'patches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - op: replace\n        path: [\n',
        ),
      },
    ],
    [
      'a patch at an address',
      {
        'prod/kustomization.yaml': overlay(
          'patches: [{path: "https://example.com/p.yaml", target: {kind: ExternalSecret}}]\n',
        ),
      },
    ],
    [
      'a patch that is not there',
      { 'prod/kustomization.yaml': overlay('patches: [{path: absent.yaml, target: {kind: ExternalSecret}}]\n') },
    ],
    [
      'replacements that are not there',
      { 'prod/kustomization.yaml': overlay('replacements: [{path: absent.yaml}]\n') },
    ],
  ])('%s may change anything that it selects: not checked', async (_what, files) => {
    const checked = await checkTree({ ...base, ...files }, '')
    // That a file does not parse is an error of its own, at its line.
    expect(errors(checked).filter((error) => !error.startsWith('yaml-invalid'))).toEqual([])
    expect(checked.report.notChecked.map(({ reason }) => reasonText(reason)).join('\n')).toMatch(
      /kustomize|could not be applied/,
    )
  })

  test('a patch that is not there fails the whole build, whatever it is for: not checked', async () => {
    const checked = await checkTree(
      { ...base, 'prod/kustomization.yaml': overlay('patches: [{path: absent.yaml, target: {kind: Deployment}}]\n') },
      '',
    )
    expect(errors(checked)).toEqual([])
    expect(checked.report.notChecked.map(({ reason }) => reasonText(reason))).toContain(
      'the kustomization names absent.yaml, which is not there',
    )
  })

  test.skipIf(binary === undefined).each(FORMS)(
    '%s: with kustomize it is judged, and allowed',
    async (_form, files) => {
      const folder = path.dirname((binary as NonNullable<typeof binary>).command)
      const checked = await checkTree({ ...base, ...files }, folder)
      expect(checked.report.notChecked.map(({ what, reason }) => `${what}: ${reasonText(reason)}`)).toEqual([])
      expect(errors(checked)).toEqual([])
      expect(checked.report.references.length).toBeGreaterThan(0)
    },
  )
})
