import { describe, expect, test } from 'vitest'
import { kustomizeForTests } from './kustomize-binary.ts'
import { externalSecret, type Files, KEY, manifestsOf, renderTree, valueAt, written } from './render-tree.ts'

const binary = await kustomizeForTests()

interface Case {
  readonly form: string
  readonly files: Files
  /** Of the object named `db` unless another is given. */
  readonly name?: string
  readonly value: string
  /** file:line and the line's text. */
  readonly at: string
}

const base: Files = {
  'base/kustomization.yaml': 'resources:\n  - es.yaml\n',
  'base/es.yaml': externalSecret('db', 'apps/base/db'),
}
const overlay = (text: string): string => `resources:\n  - ../base\n${text}`

/** Each form in which kustomize lets a key be set, and the line that then holds it (design §6, platform.md §3.4). */
const CASES: readonly Case[] = [
  {
    form: 'nothing: the base holds it',
    files: { ...base, 'prod/kustomization.yaml': overlay('namespace: shop\n') },
    value: 'apps/base/db',
    at: 'base/es.yaml:13 key: apps/base/db',
  },
  {
    form: 'JSON 6902 in a file',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay(
        'patches:\n  - path: key.yaml\n    target: {kind: ExternalSecret, name: db}\n',
      ),
      'prod/key.yaml': '---\n- op: replace\n  path: /spec/data/0/remoteRef/key\n  value: apps/prod/db\n',
    },
    value: 'apps/prod/db',
    at: 'prod/key.yaml:4 value: apps/prod/db',
  },
  {
    form: 'JSON 6902 inline',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay(
        'patches:\n  - target:\n      kind: ExternalSecret\n    patch: |-\n      - op: replace\n        path: /spec/data/0/remoteRef/key\n        value: apps/prod/db\n',
      ),
    },
    value: 'apps/prod/db',
    at: 'prod/kustomization.yaml:9 value: apps/prod/db',
  },
  {
    form: 'JSON 6902 that adds a whole item in front',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay(
        'patches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - op: add\n        path: /spec/data/0\n        value:\n          secretKey: user\n          remoteRef:\n            key: apps/prod/user\n',
      ),
    },
    value: 'apps/prod/user',
    at: 'prod/kustomization.yaml:11 key: apps/prod/user',
  },
  {
    form: 'JSON 6902 as JSON',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay('patches:\n  - path: key.json\n    target: {kind: ExternalSecret}\n'),
      'prod/key.json': '[\n  {"op": "replace", "path": "/spec/data/0/remoteRef/key",\n   "value": "apps/prod/db"}\n]\n',
    },
    value: 'apps/prod/db',
    at: 'prod/key.json:3 "value": "apps/prod/db"}',
  },
  {
    form: 'a strategic merge patch in a file',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay('patches:\n  - path: es.yaml\n'),
      'prod/es.yaml':
        'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: db\nspec:\n  data:\n    - secretKey: password\n      remoteRef:\n        key: apps/prod/db\n',
    },
    value: 'apps/prod/db',
    at: 'prod/es.yaml:9 key: apps/prod/db',
  },
  {
    form: 'a strategic merge patch inline, with a target',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay(
        'patches:\n  - target: {kind: ExternalSecret, name: "d.*"}\n    patch: |\n      apiVersion: external-secrets.io/v1\n      kind: ExternalSecret\n      metadata:\n        name: ignored\n      spec:\n        data:\n          - secretKey: password\n            remoteRef:\n              key: apps/prod/db\n',
      ),
    },
    value: 'apps/prod/db',
    at: 'prod/kustomization.yaml:14 key: apps/prod/db',
  },
  {
    form: 'patchesStrategicMerge, in a file',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay('patchesStrategicMerge:\n  - es.yaml\n'),
      'prod/es.yaml':
        'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db}\nspec: {data: [{secretKey: p, remoteRef: {key: apps/prod/db}}]}\n',
    },
    value: 'apps/prod/db',
    at: 'prod/es.yaml:4 spec: {data: [{secretKey: p, remoteRef: {key: apps/prod/db}}]}',
  },
  {
    form: 'patchesStrategicMerge, inline',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay(
        'patchesStrategicMerge:\n  - |-\n    apiVersion: external-secrets.io/v1\n    kind: ExternalSecret\n    metadata:\n      name: db\n    spec:\n      data:\n        - secretKey: p\n          remoteRef:\n            key: apps/prod/db\n',
      ),
    },
    value: 'apps/prod/db',
    at: 'prod/kustomization.yaml:13 key: apps/prod/db',
  },
  {
    form: 'patchesJson6902, in a file',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay(
        'patchesJson6902:\n  - target:\n      group: external-secrets.io\n      version: v1\n      kind: ExternalSecret\n      name: db\n    path: key.yaml\n',
      ),
      'prod/key.yaml': '- op: replace\n  path: /spec/data/0/remoteRef/key\n  value: apps/prod/db\n',
    },
    value: 'apps/prod/db',
    at: 'prod/key.yaml:3 value: apps/prod/db',
  },
  {
    form: 'patchesJson6902, inline',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay(
        'patchesJson6902:\n  - target: {group: external-secrets.io, version: v1, kind: ExternalSecret, name: db}\n    patch: |-\n      - op: replace\n        path: /spec/data/0/remoteRef/key\n        value: apps/prod/db\n',
      ),
    },
    value: 'apps/prod/db',
    at: 'prod/kustomization.yaml:8 value: apps/prod/db',
  },
  {
    form: 'replacements: the source holds it',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay(
        'replacements:\n  - source: {kind: ConfigMap, name: settings, fieldPath: data.key}\n    targets:\n      - select: {kind: ExternalSecret}\n        fieldPaths:\n          - spec.data.[secretKey=password].remoteRef.key\n',
      ).replace('  - ../base\n', '  - ../base\n  - settings.yaml\n'),
      'prod/settings.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  key: apps/prod/db\n',
    },
    value: 'apps/prod/db',
    at: 'prod/settings.yaml:6 key: apps/prod/db',
  },
  {
    form: 'replacements of one part of the key, in a file: the key stays where it is',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay('replacements:\n  - path: env.yaml\n').replace(
        '  - ../base\n',
        '  - ../base\n  - settings.yaml\n',
      ),
      'prod/env.yaml':
        'source: {kind: ConfigMap, name: settings, fieldPath: data.env}\ntargets:\n  - select: {kind: ExternalSecret}\n    fieldPaths: [spec.data.0.remoteRef.key]\n    options: {delimiter: /, index: 1}\n',
      'prod/settings.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  env: prod\n',
    },
    value: 'apps/prod/db',
    at: 'base/es.yaml:13 key: apps/base/db',
  },
  {
    form: 'a Component',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay('components:\n  - ../components/prod-keys\n'),
      'components/prod-keys/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n  - target: {kind: ExternalSecret}\n    path: key.yaml\n',
      'components/prod-keys/key.yaml': '- op: replace\n  path: /spec/data/0/remoteRef/key\n  value: apps/prod/db\n',
    },
    value: 'apps/prod/db',
    at: 'components/prod-keys/key.yaml:3 value: apps/prod/db',
  },
  {
    form: 'two patches: the outermost wins',
    files: {
      ...base,
      'mid/kustomization.yaml': overlay(
        'patches:\n  - target: {kind: ExternalSecret}\n    patch: \'[{"op":"replace","path":"/spec/data/0/remoteRef/key","value":"apps/mid/db"}]\'\n',
      ),
      'prod/kustomization.yaml':
        'resources:\n  - ../mid\npatches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/prod/db}\n',
    },
    value: 'apps/prod/db',
    at: 'prod/kustomization.yaml:6 - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/prod/db}',
  },
  {
    form: 'a quoted inline patch on one line',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay(
        'patches:\n  - target: {kind: ExternalSecret}\n    patch: \'[{"op":"replace","path":"/spec/data/0/remoteRef/key","value":"apps/prod/db"}]\'\n',
      ),
    },
    value: 'apps/prod/db',
    at: 'prod/kustomization.yaml:5 patch: \'[{"op":"replace","path":"/spec/data/0/remoteRef/key","value":"apps/prod/db"}]\'',
  },
  {
    form: 'a prefix and a suffix: a patch by the original name, deep in nested bases',
    files: {
      ...base,
      'mid/kustomization.yaml': overlay('namePrefix: a-\nnameSuffix: -z\n'),
      'prod/kustomization.yaml':
        'resources:\n  - ../mid\nnamePrefix: b-\npatches:\n  - target: {kind: ExternalSecret, name: db}\n    patch: |\n      - op: replace\n        path: /spec/data/0/remoteRef/key\n        value: apps/prod/db\n',
    },
    name: 'b-a-db-z',
    value: 'apps/prod/db',
    at: 'prod/kustomization.yaml:9 value: apps/prod/db',
  },
  {
    form: 'a PatchTransformer in transformers',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay('transformers:\n  - patch.yaml\n'),
      'prod/patch.yaml':
        'apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: keys}\ntarget: {kind: ExternalSecret}\npath: key.yaml\n',
      'prod/key.yaml': '- op: replace\n  path: /spec/data/0/remoteRef/key\n  value: apps/prod/db\n',
    },
    value: 'apps/prod/db',
    at: 'prod/key.yaml:3 value: apps/prod/db',
  },
  {
    form: 'one of two objects in a file, in a List',
    files: {
      'prod/kustomization.yaml': 'resources: [all.yaml]\nnamespace: shop\n',
      'prod/all.yaml': `apiVersion: v1
kind: List
items:
  - apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: other}
    spec: {data: [{secretKey: a, remoteRef: {key: apps/other}}]}
  - apiVersion: external-secrets.io/v1
    kind: ExternalSecret
    metadata: {name: db}
    spec:
      data:
        - {secretKey: a, remoteRef: {key: apps/list/db}}
`,
    },
    value: 'apps/list/db',
    at: 'prod/all.yaml:13 - {secretKey: a, remoteRef: {key: apps/list/db}}',
  },
]

describe.skipIf(binary === undefined)('a key is found at the line that wrote it (design §6)', () => {
  test.each(CASES)('$form', async ({ files, name, value, at }) => {
    const rendering = await renderTree(binary as NonNullable<typeof binary>, files)
    expect(rendering.roots.filter(({ failure }) => failure !== undefined)).toEqual([])
    const found = manifestsOf(rendering, 'ExternalSecret', name ?? 'db')
    expect(found).toHaveLength(1)
    const [manifest] = found as [(typeof found)[0]]
    expect(manifest.origin.form).toBe('rendered')
    expect(valueAt(manifest, KEY)).toBe(value)
    expect(written(rendering, manifest, KEY)).toBe(at)
  })

  test('fields around the patched one keep their own lines', async () => {
    const { files } = CASES.find(({ form }) => form === 'JSON 6902 in a file') as Case
    const rendering = await renderTree(binary as NonNullable<typeof binary>, files)
    const [manifest] = manifestsOf(rendering, 'ExternalSecret')
    if (manifest === undefined) throw new Error('not rendered')
    expect(written(rendering, manifest, ['spec', 'data', 0, 'remoteRef', 'property'])).toBe(
      'base/es.yaml:14 property: password',
    )
    expect(written(rendering, manifest, KEY, 'key')).toBe('base/es.yaml:13 key: apps/base/db')
    expect(written(rendering, manifest, ['spec', 'data', 0, 'remoteRef', 'version'])).toBe(
      'base/es.yaml:13 key: apps/base/db',
    )
    expect(written(rendering, manifest, ['metadata', 'name'])).toBe('base/es.yaml:4 name: db')
  })

  test('a name that only a plugin changes: the root is built again with origin annotations', async () => {
    const rendering = await renderTree(binary as NonNullable<typeof binary>, {
      ...base,
      'prod/kustomization.yaml': overlay('transformers: [prefix.yaml]\n'),
      'prod/prefix.yaml':
        'apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: p}\nprefix: p-\nfieldSpecs: [{path: metadata/name}]\n',
    })
    const [manifest] = manifestsOf(rendering, 'ExternalSecret', 'p-db')
    if (manifest === undefined) throw new Error('not rendered')
    expect(written(rendering, manifest, KEY)).toBe('base/es.yaml:13 key: apps/base/db')
    expect(valueAt(manifest, ['metadata', 'annotations'])).toBeUndefined()
    expect(rendering.stats.processes).toBe(2)
  })

  test('the namespace stands where a kustomization sets it', async () => {
    const rendering = await renderTree(binary as NonNullable<typeof binary>, {
      ...base,
      'prod/kustomization.yaml': overlay('namespace: shop\n'),
    })
    const [manifest] = manifestsOf(rendering, 'ExternalSecret')
    if (manifest === undefined) throw new Error('not rendered')
    expect(manifest.namespace).toBe('shop')
    expect(written(rendering, manifest, ['metadata', 'namespace'])).toBe('prod/kustomization.yaml:3 namespace: shop')
  })

  test('an object that a patch deletes is not there, and its file is not read plain', async () => {
    const rendering = await renderTree(binary as NonNullable<typeof binary>, {
      ...base,
      'prod/kustomization.yaml': overlay(
        'patches:\n  - patch: |\n      $patch: delete\n      apiVersion: external-secrets.io/v1\n      kind: ExternalSecret\n      metadata: {name: db}\n',
      ),
    })
    expect(manifestsOf(rendering, 'ExternalSecret')).toEqual([])
  })
})
