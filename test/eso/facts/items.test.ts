import { describe, expect, it } from 'vitest'
import { absentGenerators } from '../../../src/eso/facts/absent-generators.ts'
import { ineffectiveItems } from '../../../src/eso/facts/ineffective-items.ts'
import { invalidRegexps } from '../../../src/eso/facts/invalid-regexps.ts'
import { methodTypos } from '../../../src/eso/facts/method-typos.ts'
import { mixedStoreKinds } from '../../../src/eso/facts/mixed-store-kinds.ts'
import { serviceAccountTokenTemplates } from '../../../src/eso/facts/service-account-token-templates.ts'
import { documents, externalSecretYaml, fromYaml, pushSecretYaml, storeYaml } from '../manifests-from-yaml.ts'

const storeRef = { kind: 'ClusterSecretStore', name: 'vault' }
const generatorRef = { kind: 'VaultDynamicSecret', name: 'db' }

describe('eso.md §6.2: items that do nothing', () => {
  const problems = (spec: object) =>
    ineffectiveItems(fromYaml(externalSecretYaml(spec))).map(({ problem, field }) => [problem, field.join('.')])
  it.each([
    [
      'the hole: storeRef alone',
      { dataFrom: [{ sourceRef: { storeRef } }] },
      [['store-only', 'spec.dataFrom.0.sourceRef.storeRef']],
    ],
    ['storeRef with extract', { dataFrom: [{ extract: { key: 'a' }, sourceRef: { storeRef } }] }, []],
    ['storeRef with find', { dataFrom: [{ find: { name: {} }, sourceRef: { storeRef } }] }, []],
    [
      'storeRef with a null extract is another mistake',
      { dataFrom: [{ extract: null, key: 'a', sourceRef: { storeRef } }] },
      [],
    ],
    ['a generator in dataFrom', { dataFrom: [{ sourceRef: { generatorRef } }] }, []],
    [
      'a generator in data is not implemented',
      { data: [{ secretKey: 'k', remoteRef: { key: 'a' }, sourceRef: { generatorRef } }] },
      [['generator-in-data', 'spec.data.0.sourceRef.generatorRef']],
    ],
    ['a store in data', { data: [{ secretKey: 'k', remoteRef: { key: 'a' }, sourceRef: { storeRef } }] }, []],
  ])('%s', (_, spec, expected) => {
    expect(problems(spec)).toEqual(expected)
  })

  it('what a patch may change is left alone', () => {
    const text = externalSecretYaml({ dataFrom: [{ sourceRef: { storeRef } }] })
    expect(ineffectiveItems(fromYaml(text, { patched: [['spec', 'dataFrom']] }))).toEqual([])
  })
})

describe('eso.md §3.4, §5.5, §6.2, §6.6: regular expressions that RE2 refuses', () => {
  const found = (text: string) =>
    invalidRegexps(fromYaml(text)).map(({ where, field, pattern }) => [where, field.join('.'), pattern])
  it.each([
    [
      'find',
      externalSecretYaml({ dataFrom: [{ find: { name: { regexp: '^(?!x)' } } }] }),
      [['find', 'spec.dataFrom.0.find.name.regexp', '^(?!x)']],
    ],
    [
      'rewrite',
      externalSecretYaml({ dataFrom: [{ extract: { key: 'a' }, rewrite: [{ regexp: { source: '(', target: '' } }] }] }),
      [['rewrite', 'spec.dataFrom.0.rewrite.0.regexp.source', '(']],
    ],
    [
      'dataTo match and rewrite',
      pushSecretYaml({ dataTo: [{ match: { regexp: '(?=x)' }, rewrite: [{ regexp: { source: '[', target: '' } }] }] }),
      [
        ['match', 'spec.dataTo.0.match.regexp', '(?=x)'],
        ['rewrite', 'spec.dataTo.0.rewrite.0.regexp.source', '['],
      ],
    ],
    [
      'conditions',
      storeYaml({ spec: { conditions: [{ namespaceRegexes: ['ok', '(a)\\1'] }] } }),
      [['condition', 'spec.conditions.0.namespaceRegexes.1', '(a)\\1']],
    ],
    ['good ones', externalSecretYaml({ dataFrom: [{ find: { name: { regexp: '(?i)^dev/.*$' } } }] }), []],
    ['one with a variable', externalSecretYaml({ dataFrom: [{ find: { name: { regexp: '(${X}' } } }] }), []],
  ])('%s', (_, text, expected) => {
    expect(found(text)).toEqual(expected)
  })

  it('says why', () => {
    const [invalid] = invalidRegexps(fromYaml(externalSecretYaml({ dataFrom: [{ find: { name: { regexp: '(' } } }] })))
    expect(invalid?.because).toContain('missing closing )')
    expect(invalid?.span.file).toBe('apps/app.yaml#spec.dataFrom.0.find.name.regexp')
  })
})

describe('eso.md §3.5: generators that Git does not hold', () => {
  const generator = (kind: string, metadata: object) =>
    JSON.stringify({ apiVersion: 'generators.external-secrets.io/v1alpha1', kind, metadata, spec: {} })
  const uses = (ref: object) => externalSecretYaml({ dataFrom: [{ sourceRef: { generatorRef: ref } }] })
  const password = { kind: 'Password', name: 'p' }
  const usesNowhere = externalSecretYaml(
    { dataFrom: [{ sourceRef: { generatorRef: password } }] },
    { namespace: undefined },
  )
  it.each([
    ['absent', [uses(password)], 1],
    ['present', [uses(password), generator('Password', { name: 'p', namespace: 'apps' })], 0],
    ['of another kind', [uses(password), generator('UUID', { name: 'p', namespace: 'apps' })], 1],
    ['in another namespace', [uses(password), generator('Password', { name: 'p', namespace: 'x' })], 1],
    ['in an unknown namespace', [uses(password), generator('Password', { name: 'p' })], 0],
    ['for a consumer in an unknown namespace', [usesNowhere, generator('Password', { name: 'p', namespace: 'x' })], 0],
    [
      'a ClusterGenerator is everywhere',
      [uses({ kind: 'ClusterGenerator', name: 'p' }), generator('ClusterGenerator', { name: 'p' })],
      0,
    ],
    ['a variable in the name', [uses({ kind: 'Password', name: '${P}' })], 0],
    [
      'a variable in a generator of that kind',
      [uses(password), generator('Password', { name: '${P}', namespace: 'apps' })],
      0,
    ],
    ['another API group fails otherwise', [uses({ ...password, apiVersion: 'apps/v1' })], 0],
    ['a PushSecret', [pushSecretYaml({ selector: { generatorRef: password } })], 1],
  ])('%s', (_, texts, count) => {
    expect(absentGenerators(fromYaml(documents(...texts)))).toHaveLength(count)
  })

  it('names the one that is out of reach', () => {
    const [absent] = absentGenerators(
      fromYaml(documents(uses(password), generator('Password', { name: 'p', namespace: 'x' }))),
    )
    expect(absent).toMatchObject({ kind: 'Password', name: 'p', elsewhere: [{ namespace: 'x' }] })
    expect(absent?.span.file).toBe('apps/app.yaml#spec.dataFrom.0.sourceRef.generatorRef.name')
  })
})

describe('eso.md §3.5: a method in the wrong case is a PUT', () => {
  const typos = (method: unknown) =>
    methodTypos(
      fromYaml(
        JSON.stringify({
          apiVersion: 'generators.external-secrets.io/v1alpha1',
          kind: 'VaultDynamicSecret',
          metadata: { name: 'g' },
          spec: { method },
        }),
      ),
    ).map(({ meant }) => meant)
  it.each([
    ['get', ['GET']],
    ['List', ['LIST']],
    ['delete', ['DELETE']],
    ['GET', []],
    ['POST', []],
    ['post', []],
    ['', []],
    [undefined, []],
  ])('%s', (method, expected) => {
    expect(typos(method)).toEqual(expected)
  })
})

describe('eso.md §6.6: both kinds of stores in one PushSecret', () => {
  it.each([
    [[{ name: 'a' }, storeRef], 1],
    [[{ name: 'a' }, { name: 'b', kind: 'SecretStore' }], 0],
    [[storeRef], 0],
  ])('%j', (secretStoreRefs, count) => {
    expect(mixedStoreKinds(fromYaml(pushSecretYaml({ secretStoreRefs })))).toHaveLength(count)
  })
})

describe('eso.md §6.2: templates that make Kubernetes issue a token', () => {
  const type = 'kubernetes.io/service-account-token'
  const annotations = { 'kubernetes.io/service-account.name': 'admin' }
  it.each([
    [
      'with the annotation',
      externalSecretYaml({ target: { template: { type, metadata: { annotations } } } }),
      [{ type, serviceAccount: 'admin' }],
    ],
    ['without', externalSecretYaml({ target: { template: { type } } }), [{ type, serviceAccount: undefined }]],
    [
      'a bootstrap token',
      externalSecretYaml({ target: { template: { type: 'bootstrap.kubernetes.io/token' } } }),
      [{ type: 'bootstrap.kubernetes.io/token' }],
    ],
    ['in a PushSecret', pushSecretYaml({ template: { type } }), [{ type }]],
    ['Opaque', externalSecretYaml({ target: { template: { type: 'Opaque' } } }), []],
  ])('%s', (_, text, expected) => {
    expect(serviceAccountTokenTemplates(fromYaml(text))).toMatchObject(expected)
  })
})
