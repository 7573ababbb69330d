import { describe, expect, it } from 'vitest'
import { convertKeys, rewriteKeys } from '../../../src/eso/template/key-rewrite.ts'
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
      'db_a/b,db_c',
      sees({ 'a/b': null, c: null }),
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
  it.each<[keys: string[], operations: object[], result: string]>([
    [['a-1', 'b-2'], [{ regexp: { source: '(\\w)-(\\d)', target: '$2${1}x' } }], '1ax,2bx'],
    [['a'], [{ regexp: { source: '(a)', target: '$1x' } }], ''],
    [['a/b/c'], [{ regexp: { source: '/', target: '_' } }, { regexp: { source: '^', target: 'p_' } }], 'p_a_b_c'],
    [['a'], [{ transform: { template: 'APP_{{ .value | upper }}' } }], 'APP_A'],
    [['a'], [{ transform: { template: '{{ upper .value }}' } }], 'A'],
    [['a'], [{ transform: { template: '{{ .value | replace "a" "b" }}' } }], 'open'],
    [['a'], [{ transform: { template: '{{ .value' } }], 'open'],
    [['a'], [{ regexp: { source: '(?=a)', target: '' } }], 'open'],
    [['a'], [{ merge: { into: 'all', strategy: 'JSON' } }], 'open all'],
    [['a'], [{ merge: {} }], 'open'],
  ])('%j %j', (keys, operations, result) => {
    const found = rewriteKeys(keys, operations as never)
    const names = (found.names ?? []).join(',')
    expect('open' in found ? `open ${names}`.trim() : names).toBe(result)
  })

  it('converts what Kubernetes does not take', () => {
    expect(convertKeys(['a b', 'ok.-_1', 'ü/😀'], 'Default')).toEqual(['a_b', 'ok.-_1', 'ü__'])
    expect(convertKeys(['a b', '😀'], 'Unicode')).toEqual(['a_U0020_b', '_U1f600_'])
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
    ['{data: [{secretKey: password}], target: {template: {data: {a: "{{ if .password }}{{ .other }}{{ end }}"}}}}', []],
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
    ['a literal', '{data: [{secretKey: a}], target: {template: {templateFrom: [{literal: "b: c"}]}}}', '…'],
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
