import { describe, expect, test } from 'vitest'
import type { Manifest } from '../../../src/model/manifest.ts'
import { listAt, stringAt } from '../../../src/model/value.ts'
import { knowsSourceValue, kustomizeForTests } from './kustomize-binary.ts'
import { externalSecret, type Files, KEY, manifestsOf, renderTree, valueAt, written } from './render-tree.ts'

const binary = await kustomizeForTests()

interface Case {
  readonly form: string
  readonly files: Files
  /** Of the object named `db` unless another is given. */
  readonly name?: string
  /** The `secretKey` of the item that is looked at; the first one unless given. */
  readonly item?: string
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
  {
    form: 'JSON 6902 `add` on a field that exists',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay(
        'patches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - op: add\n        path: /spec/data/0/remoteRef/key\n        value: apps/prod/db\n',
      ),
    },
    value: 'apps/prod/db',
    at: 'prod/kustomization.yaml:8 value: apps/prod/db',
  },
  {
    form: 'JSON 6902 `replace` of a whole map, in flow style',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay(
        'patches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - op: replace\n        path: /spec/data/0/remoteRef\n        value: {key: apps/prod/db, property: password}\n',
      ),
    },
    value: 'apps/prod/db',
    at: 'prod/kustomization.yaml:8 value: {key: apps/prod/db, property: password}',
  },
  {
    form: 'JSON 6902 that appends an item with `-`, and removes the first',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay(
        'patches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - op: add\n        path: /spec/data/-\n        value:\n          secretKey: user\n          remoteRef:\n            key: apps/prod/user\n      - op: remove\n        path: /spec/data/0\n',
      ),
    },
    value: 'apps/prod/user',
    at: 'prod/kustomization.yaml:11 key: apps/prod/user',
  },
  {
    form: 'JSON 6902 `move`: the key comes from an annotation of the base (`~1` is a slash)',
    files: {
      'base/kustomization.yaml': 'resources: [es.yaml]\n',
      'base/es.yaml': externalSecret('db', 'apps/base/db').replace(
        '  name: db\n',
        '  name: db\n  annotations:\n    example.com/key: apps/moved/db\n',
      ),
      'prod/kustomization.yaml': overlay(
        'patches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - op: move\n        from: /metadata/annotations/example.com~1key\n        path: /spec/data/0/remoteRef/key\n',
      ),
    },
    value: 'apps/moved/db',
    at: 'base/es.yaml:6 example.com/key: apps/moved/db',
  },
  {
    form: 'JSON 6902 `copy` of another item, after `test`',
    files: {
      'base/kustomization.yaml': 'resources: [es.yaml]\n',
      'base/es.yaml': `${externalSecret('db', 'apps/base/db')}    - secretKey: user\n      remoteRef:\n        key: apps/second/db\n`,
      'prod/kustomization.yaml': overlay(
        'patches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - {op: test, path: /spec/data/0/secretKey, value: password}\n      - {op: copy, from: /spec/data/1/remoteRef/key, path: /spec/data/0/remoteRef/key}\n',
      ),
    },
    value: 'apps/second/db',
    at: 'base/es.yaml:17 key: apps/second/db',
  },
  {
    form: 'JSON 6902: the last of two operations on one field',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay(
        'patches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/first/db}\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/prod/db}\n',
      ),
    },
    value: 'apps/prod/db',
    at: 'prod/kustomization.yaml:7 - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/prod/db}',
  },
  {
    form: 'a patch over a patch in one kustomization: the later wins',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay(
        'patches:\n  - {path: a.yaml, target: {kind: ExternalSecret}}\n  - {path: b.yaml}\n',
      ),
      'prod/a.yaml': '- op: replace\n  path: /spec/data/0/remoteRef/key\n  value: apps/a/db\n',
      'prod/b.yaml':
        'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db}\nspec:\n  data:\n    - secretKey: password\n      remoteRef:\n        key: apps/b/db\n',
    },
    value: 'apps/b/db',
    at: 'prod/b.yaml:8 key: apps/b/db',
  },
  {
    form: 'JSON 6902 after a strategic merge of the same kustomization',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay(
        'patches:\n  - {path: b.yaml}\n  - {path: a.yaml, target: {kind: ExternalSecret}}\n',
      ),
      'prod/a.yaml': '- op: replace\n  path: /spec/data/0/remoteRef/key\n  value: apps/a/db\n',
      'prod/b.yaml':
        'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db}\nspec:\n  data:\n    - secretKey: password\n      remoteRef:\n        key: apps/b/db\n',
    },
    value: 'apps/a/db',
    at: 'prod/a.yaml:3 value: apps/a/db',
  },
  {
    form: 'a target by label selector, annotation selector and version',
    files: {
      'base/kustomization.yaml': 'resources: [es.yaml]\n',
      'base/es.yaml': externalSecret('db', 'apps/base/db').replace(
        '  name: db\n',
        '  name: db\n  labels: {tier: data}\n  annotations: {owner: shop}\n',
      ),
      'prod/kustomization.yaml': overlay(
        'patches:\n  - target: {labelSelector: "tier in (data, web)"}\n    patch: |\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/label/db}\n  - target: {annotationSelector: owner=shop, group: external-secrets.io, version: v1}\n    patch: |\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/annotation/db}\n  - target: {labelSelector: tier=web}\n    patch: |\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/other/db}\n',
      ),
    },
    value: 'apps/annotation/db',
    at: 'prod/kustomization.yaml:9 - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/annotation/db}',
  },
  {
    form: 'a target by regular expressions, anchored: only the one that means the whole name',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay(
        'patches:\n  - target: {kind: "External.*", name: "(db|web)"}\n    patch: |\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/prod/db}\n  - target: {kind: External, name: d}\n    patch: |\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/never/db}\n',
      ),
    },
    value: 'apps/prod/db',
    at: 'prod/kustomization.yaml:6 - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/prod/db}',
  },
  {
    form: 'a target by the namespace that the base was moved to',
    files: {
      ...base,
      'mid/kustomization.yaml': overlay('namespace: shop\n'),
      'prod/kustomization.yaml':
        'resources:\n  - ../mid\npatches:\n  - target: {kind: ExternalSecret, namespace: shop}\n    patch: |\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/prod/db}\n',
    },
    value: 'apps/prod/db',
    at: 'prod/kustomization.yaml:6 - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/prod/db}',
  },
  {
    form: 'strategic merge: several documents in one patch file',
    files: {
      'base/kustomization.yaml': 'resources:\n  - es.yaml\n  - web.yaml\n',
      'base/es.yaml': externalSecret('db', 'apps/base/db'),
      'base/web.yaml': externalSecret('web', 'apps/base/web'),
      'prod/kustomization.yaml': overlay('patches:\n  - path: both.yaml\n'),
      'prod/both.yaml': ['web', 'db']
        .map(
          (name) =>
            `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: ${name}\nspec:\n  data:\n    - secretKey: password\n      remoteRef:\n        key: apps/prod/${name}\n`,
        )
        .join('---\n'),
    },
    value: 'apps/prod/db',
    at: 'prod/both.yaml:19 key: apps/prod/db',
  },
  {
    form: 'strategic merge: several documents inline',
    files: {
      'base/kustomization.yaml': 'resources:\n  - es.yaml\n  - web.yaml\n',
      'base/es.yaml': externalSecret('db', 'apps/base/db'),
      'base/web.yaml': externalSecret('web', 'apps/base/web'),
      'prod/kustomization.yaml': overlay(
        'patches:\n  - patch: |\n      apiVersion: external-secrets.io/v1\n      kind: ExternalSecret\n      metadata: {name: web}\n      spec: {data: [{secretKey: a, remoteRef: {key: apps/prod/web}}]}\n      ---\n      apiVersion: external-secrets.io/v1\n      kind: ExternalSecret\n      metadata: {name: db}\n      spec: {data: [{secretKey: a, remoteRef: {key: apps/prod/db}}]}\n',
      ),
    },
    value: 'apps/prod/db',
    at: 'prod/kustomization.yaml:13 spec: {data: [{secretKey: a, remoteRef: {key: apps/prod/db}}]}',
  },
  {
    form: 'strategic merge: `$patch: replace` of the spec',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay(
        'patches:\n  - patch: |\n      apiVersion: external-secrets.io/v1\n      kind: ExternalSecret\n      metadata: {name: db}\n      spec:\n        $patch: replace\n        secretStoreRef: {kind: ClusterSecretStore, name: other}\n        data:\n          - secretKey: password\n            remoteRef:\n              key: apps/prod/db\n',
      ),
    },
    value: 'apps/prod/db',
    at: 'prod/kustomization.yaml:14 key: apps/prod/db',
  },
  {
    form: 'strategic merge as JSON',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay('patches:\n  - path: es.json\n'),
      'prod/es.json':
        '{"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": "db"},\n "spec": {"data": [\n  {"secretKey": "password", "remoteRef": {"key": "apps/prod/db"}}]}}\n',
    },
    value: 'apps/prod/db',
    at: 'prod/es.json:3 {"secretKey": "password", "remoteRef": {"key": "apps/prod/db"}}]}}',
  },
  {
    form: 'a replacement by sourceValue, to one of several targets',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay(
        'replacements:\n  - sourceValue: apps/prod/db\n    targets:\n      - select: {kind: SecretStore}\n        fieldPaths: [spec.provider.vault.path]\n      - select: {kind: ExternalSecret, name: db}\n        fieldPaths:\n          - spec.data.0.remoteRef.key\n          - spec.data.*.remoteRef.key\n',
      ),
    },
    value: 'apps/prod/db',
    at: 'prod/kustomization.yaml:4 - sourceValue: apps/prod/db',
  },
  {
    form: 'a replacement file of several, taking a part of a ConfigMap by delimiter and index',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay('replacements:\n  - path: all.yaml\n').replace(
        '  - ../base\n',
        '  - ../base\n  - settings.yaml\n',
      ),
      'prod/all.yaml':
        '- source: {kind: ConfigMap, name: settings, fieldPath: data.store}\n  targets:\n    - select: {kind: ExternalSecret}\n      fieldPaths: [spec.secretStoreRef.name]\n- source:\n    kind: ConfigMap\n    name: settings\n    fieldPath: data.keys\n    options: {delimiter: ",", index: 1}\n  targets:\n    - select: {kind: ExternalSecret}\n      fieldPaths: ["spec.data.[secretKey=password].remoteRef.key"]\n',
      'prod/settings.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  store: other\n  keys: apps/x/db,apps/prod/db\n',
    },
    value: 'apps/prod/db',
    at: 'prod/settings.yaml:7 keys: apps/x/db,apps/prod/db',
  },
  {
    form: 'a replacement from a generated ConfigMap (a literal)',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay(
        'configMapGenerator:\n  - name: settings\n    literals:\n      - key=apps/prod/db\nreplacements:\n  - source: {kind: ConfigMap, name: settings, fieldPath: data.key}\n    targets:\n      - select: {kind: ExternalSecret}\n        fieldPaths: [spec.data.0.remoteRef.key]\n',
      ),
    },
    value: 'apps/prod/db',
    at: 'prod/kustomization.yaml:6 - key=apps/prod/db',
  },
  {
    form: 'a replacement from a generated ConfigMap (an env file), in a Component',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay('components: [../c]\n'),
      'c/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nconfigMapGenerator:\n  - name: settings\n    envs: [prod.env]\nreplacements:\n  - source: {kind: ConfigMap, name: settings, fieldPath: data.KEY}\n    targets:\n      - select: {kind: ExternalSecret}\n        fieldPaths: [spec.data.0.remoteRef.key]\n',
      'c/prod.env': '# of production\nKEY=apps/prod/db\n',
    },
    value: 'apps/prod/db',
    at: 'c/prod.env:2 KEY=apps/prod/db',
  },
  {
    form: 'vars: the base holds the key that names the variable',
    files: {
      'base/kustomization.yaml':
        'resources: [es.yaml, settings.yaml]\nvars:\n  - name: ENVIRONMENT\n    objref: {apiVersion: v1, kind: ConfigMap, name: settings}\n    fieldref: {fieldpath: data.env}\nconfigurations: [vars.yaml]\n',
      'base/vars.yaml': 'varReference:\n  - path: spec/data/remoteRef/key\n    kind: ExternalSecret\n',
      'base/settings.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {env: prod}\n',
      'base/es.yaml': externalSecret('db', 'apps/$(ENVIRONMENT)/db'),
    },
    value: 'apps/prod/db',
    at: 'base/es.yaml:13 key: apps/$(ENVIRONMENT)/db',
  },
  {
    form: 'labels and commonAnnotations move nothing',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay(
        'labels:\n  - pairs: {app: shop}\n    includeSelectors: true\ncommonAnnotations:\n  owner: shop\nnamePrefix: p-\nnamespace: shop\n',
      ),
    },
    name: 'p-db',
    value: 'apps/base/db',
    at: 'base/es.yaml:13 key: apps/base/db',
  },
  {
    form: 'a patch in a Component of a base, over which the overlay patches another item',
    files: {
      'base/kustomization.yaml': 'resources: [es.yaml]\ncomponents: [../c]\n',
      'base/es.yaml': externalSecret('db', 'apps/base/db'),
      'c/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/component/db}\n',
      'prod/kustomization.yaml': overlay(
        'patches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - {op: add, path: /spec/data/-, value: {secretKey: user, remoteRef: {key: apps/prod/user}}}\n',
      ),
    },
    value: 'apps/component/db',
    at: 'c/kustomization.yaml:6 - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/component/db}',
  },
  {
    form: 'a PatchJson6902Transformer written inline, and a NamespaceTransformer',
    files: {
      ...base,
      'prod/kustomization.yaml': overlay(
        'transformers:\n  - |-\n    apiVersion: builtin\n    kind: PatchJson6902Transformer\n    metadata: {name: keys}\n    target: {group: external-secrets.io, version: v1, kind: ExternalSecret, name: db}\n    jsonOp: |-\n      - op: replace\n        path: /spec/data/0/remoteRef/key\n        value: apps/prod/db\n',
      ),
    },
    value: 'apps/prod/db',
    at: 'prod/kustomization.yaml:12 value: apps/prod/db',
  },
  {
    form: 'a list that a schema makes kustomize merge: what the patch does not name keeps its line',
    files: {
      'base/kustomization.yaml': 'resources: [es.yaml]\n',
      'base/es.yaml': externalSecret('db', 'apps/base/db'),
      'prod/kustomization.yaml': overlay('openapi: {path: schema.json}\npatches:\n  - path: es.yaml\n'),
      'prod/schema.json': JSON.stringify({
        definitions: {
          'io.external-secrets.v1.ExternalSecret': {
            type: 'object',
            'x-kubernetes-group-version-kind': [
              { group: 'external-secrets.io', version: 'v1', kind: 'ExternalSecret' },
            ],
            properties: {
              spec: {
                type: 'object',
                properties: {
                  data: {
                    type: 'array',
                    'x-kubernetes-patch-merge-key': 'secretKey',
                    'x-kubernetes-patch-strategy': 'merge',
                    items: { type: 'object', properties: { secretKey: { type: 'string' } } },
                  },
                },
              },
            },
          },
        },
      }),
      'prod/es.yaml':
        'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db}\nspec:\n  data:\n    - secretKey: user\n      remoteRef: {key: apps/prod/user}\n',
    },
    item: 'password',
    value: 'apps/base/db',
    at: 'base/es.yaml:13 key: apps/base/db',
  },
]

describe.skipIf(binary === undefined)('a key is found at the line that wrote it (design §6)', () => {
  const cases = CASES.filter(({ form }) => knowsSourceValue(binary) || !form.includes('sourceValue'))
  test.each(cases)('$form', async ({ files, name, item, value, at }) => {
    const rendering = await renderTree(binary as NonNullable<typeof binary>, files)
    expect(rendering.outputs.filter(({ outcome }) => outcome === 'failed')).toEqual([])
    const found = manifestsOf(rendering, 'ExternalSecret', name ?? 'db')
    expect(found).toHaveLength(1)
    const [manifest] = found as [(typeof found)[0]]
    expect(manifest.origin.form).toBe('rendered')
    const key = item === undefined ? KEY : ['spec', 'data', indexOf(manifest, item), 'remoteRef', 'key']
    expect(valueAt(manifest, key)).toBe(value)
    expect(written(rendering, manifest, key)).toBe(at)
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

  test('an object that a patch deletes is not applied, and the reason is the build that leaves it out', async () => {
    const rendering = await renderTree(binary as NonNullable<typeof binary>, {
      ...base,
      'prod/kustomization.yaml': overlay(
        'patches:\n  - patch: |\n      $patch: delete\n      apiVersion: external-secrets.io/v1\n      kind: ExternalSecret\n      metadata: {name: db}\n',
      ),
    })
    expect(manifestsOf(rendering, 'ExternalSecret').map(({ origin }) => [origin.appliedBy, origin.applied])).toEqual([
      [
        [],
        {
          verdict: 'not-applied',
          reason: { code: 'left-out', folder: 'base', by: expect.objectContaining({ name: 'prod' }) },
        },
      ],
    ])
  })
})

function indexOf(manifest: Manifest, secretKey: string): number {
  return listAt(manifest.body, 'spec', 'data').findIndex((item) => stringAt(item, 'secretKey') === secretKey)
}
