import { describe, expect, it } from 'vitest'
import { convertKey, invalidKey, rewriteKeys, secretKeyNames } from '../../../src/eso/template/key-names.ts'
import { producedKeys } from '../../../src/eso/template/produced-keys.ts'
import { templateReads } from '../../../src/eso/template/read-templates.ts'
import { type KeyLookups, missingTemplateKeys, secretKeys } from '../../../src/eso/template/secret-keys.ts'
import type { SubKeys } from '../../../src/model/vault-state.ts'
import { yamlManifest } from '../yaml-manifest.ts'

const externalSecret = (spec: string) =>
  yamlManifest(`apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: app}\nspec: ${spec}\n`)
const generator = (kind: string, spec: string) =>
  yamlManifest(
    `apiVersion: generators.external-secrets.io/v1alpha1\nkind: ${kind}\nmetadata: {name: g}\nspec: ${spec}\n`,
  )

function keysOf(spec: string, lookups: KeyLookups = {}): string {
  const keys = secretKeys(externalSecret(spec), lookups)
  return `${[...keys.known].join(',')}${keys.open ? '…' : ''}`
}
const sees = (keys: SubKeys): KeyLookups => ({ extract: () => keys })
const GENERATED = '{dataFrom: [{sourceRef: {generatorRef: {kind: KIND, name: g}}}]}'

describe('keys that data and dataFrom give (eso.md §6.4)', () => {
  const SECRET: SubKeys = { user: null, 'a/b': null, obj: { x: null, y: null } }
  it.each<[name: string, spec: string, keys: string, lookups?: KeyLookups]>([
    ['find, live', '{dataFrom: [{find: {path: dev, name: {regexp: a}}}]}', 'dev_app', { find: () => ['dev/app'] }],
    ['data', '{data: [{secretKey: a}, {secretKey: b}]}', 'a,b'],
    ['extract, offline', '{data: [{secretKey: a}], dataFrom: [{extract: {key: k}}]}', 'a…'],
    ['extract, live, converted', '{dataFrom: [{extract: {key: k}}]}', 'user,a_b,obj', sees(SECRET)],
    [
      'extract, Unicode',
      '{dataFrom: [{extract: {key: k, conversionStrategy: Unicode}}]}',
      'user,a_U002f_b,obj',
      sees(SECRET),
    ],
    ['extract of an object', '{dataFrom: [{extract: {key: k, property: obj}}]}', 'x,y', sees(SECRET)],
    ['extract of a value', '{dataFrom: [{extract: {key: k, property: user}}]}', '…', sees(SECRET)],
    ['extract of what is not there', '{dataFrom: [{extract: {key: k, property: nope}}]}', '…', sees(SECRET)],
    ['metadata', '{dataFrom: [{extract: {key: k, metadataPolicy: Fetch}}]}', '…', sees(SECRET)],
    [
      'rewrite, without conversion',
      '{dataFrom: [{extract: {key: k}, rewrite: [{regexp: {source: "^(.*)$", target: "db_$1"}}]}]}',
      'db_a.b,db_c',
      sees({ 'a.b': null, c: null }),
    ],
    [
      'rewrite that leaves what Kubernetes refuses',
      '{dataFrom: [{extract: {key: k}, rewrite: [{regexp: {source: "^", target: "db_"}}]}]}',
      '…',
      sees({ 'a/b': null }),
    ],
    ['find', '{dataFrom: [{find: {name: {regexp: a}}}]}', '…'],
    ['null extract (W1)', '{data: [{secretKey: a}], dataFrom: [{extract: null}]}', 'a…'],
    ['a key with a variable', '{data: [{secretKey: "${APP}_key"}]}', '${APP}_key…'],
    ['data filled in elsewhere', '{data: "${DATA}"}', '…'],
    ['a generator not in Git', GENERATED.replace('KIND', 'Password'), 'password…'],
    [
      'Password',
      GENERATED.replace('KIND', 'Password'),
      'password',
      { generator: () => generator('Password', '{length: 32}') },
    ],
    [
      'Password with its own keys',
      GENERATED.replace('KIND', 'Password'),
      'a,b',
      { generator: () => generator('Password', '{secretKeys: [a, b]}') },
    ],
    [
      'Fake',
      GENERATED.replace('KIND', 'Fake'),
      'foo,bar',
      { generator: () => generator('Fake', '{data: {foo: "1", bar: "2"}}') },
    ],
    [
      'VaultDynamicSecret',
      GENERATED.replace('KIND', 'VaultDynamicSecret'),
      '…',
      { generator: () => generator('VaultDynamicSecret', '{path: p}') },
    ],
    [
      'ClusterGenerator',
      GENERATED.replace('KIND', 'ClusterGenerator'),
      'password',
      { generator: () => generator('ClusterGenerator', '{kind: Password, generator: {passwordSpec: {length: 8}}}') },
    ],
    [
      'a generator, rewritten',
      '{dataFrom: [{sourceRef: {generatorRef: {kind: Password, name: g}}, rewrite: [{regexp: {source: password, target: pass}}]}]}',
      'pass',
      { generator: () => generator('Password', '{}') },
    ],
  ])('%s', (_, spec, keys, lookups) => {
    expect(keysOf(spec, lookups)).toBe(keys)
  })

  it('is open where a patch changes the sources', () => {
    const manifest = yamlManifest(
      '{kind: ExternalSecret, apiVersion: external-secrets.io/v1, spec: {data: [{secretKey: a}]}}',
      {
        patched: [['spec', 'data', 0]],
      },
    )
    expect(secretKeys(manifest)).toMatchObject({ open: true })
  })

  it("is open for a PushSecret, whose keys are the source's", () => {
    const manifest = yamlManifest(
      '{kind: PushSecret, apiVersion: external-secrets.io/v1alpha1, spec: {selector: {secret: {name: s}}}}',
    )
    expect(secretKeys(manifest)).toMatchObject({ open: true, because: 'the keys are those of the source Secret' })
  })
})

describe('rewrite and conversion (eso.md §6.4)', () => {
  const given = (keys: readonly string[] | SubKeys) =>
    new Map(Array.isArray(keys) ? keys.map((key: string) => [key, null] as const) : Object.entries(keys as SubKeys))

  it.each<[keys: string[] | SubKeys, operations: object[], result: string]>([
    [['a-1', 'b-2'], [{ regexp: { source: '(\\w)-(\\d)', target: '$2${1}x' } }], '1ax,2bx'],
    [['a'], [{ regexp: { source: '(a)', target: '$1x' } }], ''],
    [['a/b/c'], [{ regexp: { source: '/', target: '_' } }, { regexp: { source: '^', target: 'p_' } }], 'p_a_b_c'],
    [['a'], [{ transform: { template: 'APP_{{ .value | upper }}' } }], 'APP_A'],
    [['a'], [{ transform: { template: '{{ upper .value }}' } }], 'A'],
    [['a/b'], [{ transform: { template: '{{ .value | replace "/" "_" }}' } }], 'a_b'],
    [['a'], [{ transform: { template: '{{ if hasPrefix "a" .value }}yes{{ else }}no{{ end }}' } }], 'yes'],
    [['a'], [{ transform: { template: '{{ .value | snakecase }}' } }], 'open'],
    [['a'], [{ transform: { template: '{{ .value' } }], 'fails'],
    [['a'], [{ transform: { template: '{{ .value.x }}' } }], 'fails'],
    [['a'], [{ regexp: { source: '(?=a)', target: '' } }], 'fails'],
    [['a'], [{ merge: { into: 'all', strategy: 'JSON' } }], 'a,all'],
    [['a'], [{ merge: {} }], 'open'],
    [{ a: { x: null }, b: { y: null } }, [{ merge: {} }], 'x,y'],
    [{ a: { x: null }, b: { x: null } }, [{ merge: {} }], 'fails'],
    [{ a: { x: null }, b: { x: null } }, [{ merge: { conflictPolicy: 'Ignore' } }], 'x'],
    [{ a: { x: null } }, [{ merge: { priority: ['nope'] } }], 'fails'],
    [{ a: { x: null } }, [{ merge: { priority: ['nope'], priorityPolicy: 'IgnoreNotFound' } }], 'x'],
    [{ a: { x: null } }, [{ merge: { strategy: 'JSON' } }], 'fails'],
  ])('%j %j', (keys, operations, result) => {
    const found = rewriteKeys(given(keys), operations as never)
    if ('fails' in found) expect('fails').toBe(result)
    else expect('open' in found ? 'open' : [...found.keys.keys()].join(',')).toBe(result)
  })

  it('converts what Kubernetes does not take', () => {
    const convert = (keys: readonly string[], strategy: string) => keys.map((key) => convertKey(key, strategy))
    expect(convert(['a b', 'ok.-_1', 'ü/😀'], 'Default')).toEqual(['a_b', 'ok.-_1', 'ü__'])
    expect(convert(['a b', '😀'], 'Unicode')).toEqual(['a_U0020_b', '_U1f600_'])
    expect(convert(['a b'], 'None')).toEqual(['a b'])
  })

  it('refuses the keys that ESO refuses, in its words', () => {
    expect(invalidKey('a.b-c_1')).toBeUndefined()
    expect(invalidKey('a/b')).toBe("key has invalid character /, only alphanumeric, '-', '.' and '_' are allowed: a/b")
    expect(invalidKey('x'.repeat(254))).toMatch(
      /^key has length 254 but max is 253: \(following is truncated\): x{253}$/,
    )
    expect(secretKeyNames(given(['a/b']), [], 'None')).toEqual({
      fails:
        "invalid secret keys (TIP: use rewrite or conversionStrategy to change keys): key has invalid character /, only alphanumeric, '-', '.' and '_' are allowed: a/b",
      by: 'key',
    })
    expect(secretKeyNames(given(['a/b', 'a_b']), [], 'Default')).toEqual({
      fails: 'error applying conversion strategy Default to keys: secret name collision during conversion: a_b',
      by: 'key',
    })
    expect(secretKeyNames(given(['a/b']), [{ regexp: { source: 'x', target: 'y' } }], 'Default')).toHaveProperty(
      'fails',
    )
    expect(secretKeyNames(given(['a']), [{ regexp: { source: '(', target: 'y' } }], 'Default')).toMatchObject({
      by: 'operation',
    })
  })
})

describe('keys that a template misses', () => {
  const missing = (spec: string) => {
    const manifest = externalSecret(spec)
    return missingTemplateKeys(templateReads(manifest).reads, secretKeys(manifest)).map((m) => [m.read.key, m.nearest])
  }
  it.each<[spec: string, missing: unknown[]]>([
    ['{data: [{secretKey: password}], target: {template: {data: {a: "{{ .password }}"}}}}', []],
    ['{data: [{secretKey: password}], target: {template: {data: {a: "{{ .pasword }}"}}}}', [['pasword', 'password']]],
    [
      '{data: [{secretKey: password}], target: {template: {data: {a: "{{ .other | default `x` }}"}}}}',
      [['other', undefined]],
    ],
    [
      '{data: [{secretKey: password}], target: {template: {data: {a: "{{ if .password }}{{ .other }}{{ end }}"}}}}',
      [['other', undefined]],
    ],
    ['{dataFrom: [{extract: {key: k}}], target: {template: {data: {a: "{{ .other }}"}}}}', []],
  ])('%s', (spec, expected) => {
    expect(missing(spec)).toEqual(expected)
  })
})

describe('keys that end up in the Secret (eso.md §6.4, §6.6)', () => {
  const produced = (spec: string) => {
    const manifest = externalSecret(spec)
    const keys = producedKeys(manifest, secretKeys(manifest))
    return `${[...keys.known].join(',')}${keys.open ? '…' : ''}`
  }
  it.each<[name: string, spec: string, keys: string]>([
    ['no template', '{data: [{secretKey: a}]}', 'a'],
    [
      'a template without data',
      '{data: [{secretKey: a}], target: {template: {type: Opaque, metadata: {labels: {x: "y"}}}}}',
      'a',
    ],
    ['Replace', '{data: [{secretKey: a}], target: {template: {data: {b: x}}}}', 'b'],
    ['Replace hides an open set', '{dataFrom: [{extract: {key: k}}], target: {template: {data: {b: x}}}}', 'b'],
    ['Merge', '{data: [{secretKey: a}], target: {template: {mergePolicy: Merge, data: {b: x}}}}', 'a,b'],
    ['a literal', '{data: [{secretKey: a}], target: {template: {templateFrom: [{literal: "b: c"}]}}}', 'b'],
    [
      'a literal with keys that only rendering tells',
      '{data: [{secretKey: a}], target: {template: {templateFrom: [{literal: "{{ if .a }}\\nb: c\\n{{ end }}"}]}}}',
      '…',
    ],
    [
      'a literal whose values are rendered',
      '{data: [{secretKey: a}], target: {template: {templateFrom: [{literal: "b: {{ .a }}\\n{{- $x := 1 }}\\nc: |\\n  {{ .a }}"}]}}}',
      'b,c',
    ],
    ['a literal that prints its keys', '{target: {template: {templateFrom: [{literal: "{{ .all }}"}]}}}', '…'],
    [
      'a literal for labels',
      '{data: [{secretKey: a}], target: {template: {data: {b: x}, templateFrom: [{target: Labels, literal: "b: c"}]}}}',
      'b',
    ],
    ['a ConfigMap', '{target: {template: {templateFrom: [{configMap: {name: c, items: [{key: k}]}}]}}}', 'k'],
    [
      'a ConfigMap with keys and values',
      '{target: {template: {templateFrom: [{configMap: {name: c, items: [{key: k, templateAs: KeysAndValues}]}}]}}}',
      '…',
    ],
    ['a Secret of others', '{data: [{secretKey: a}], target: {creationPolicy: Merge}}', 'a…'],
    ['no Secret at all', '{data: [{secretKey: a}], target: {manifest: {apiVersion: v1, kind: ConfigMap}}}', 'a…'],
  ])('%s', (_, spec, keys) => {
    expect(produced(spec)).toBe(keys)
  })

  it("adds a PushSecret's template to its source", () => {
    const push = yamlManifest(
      '{kind: PushSecret, apiVersion: external-secrets.io/v1alpha1, spec: {selector: {secret: {name: s}}, template: {data: {b: x}}}}',
    )
    const keys = producedKeys(push, { known: new Set(['a']), open: false, because: '' })
    expect([...keys.known]).toEqual(['a', 'b'])
    expect(keys.open).toBe(false)
  })
})
