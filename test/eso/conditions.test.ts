import { describe, expect, it } from 'vitest'
import { predict } from '../../src/eso/predict.ts'
import { documents, externalSecretYaml, fromYaml, pushSecretYaml, storeYaml } from './manifests-from-yaml.ts'
import { predicted } from './requests-of.ts'

const data = [{ secretKey: 'k', remoteRef: { key: 'a' } }]
const namespace = (name: string, labels: object = {}) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })

function condition(conditions: unknown, from: string | undefined, ...more: string[]) {
  const text = documents(
    storeYaml({ spec: { conditions } }),
    externalSecretYaml({ data }, { namespace: from }),
    ...more,
  )
  return predicted(text).references[0]?.condition
}

describe('eso.md §6.1: conditions of a ClusterSecretStore', () => {
  const team = { namespaceSelector: { matchLabels: { team: 'x' } } }
  const expression = (operator: string, values?: string[]) => ({
    namespaceSelector: { matchExpressions: [{ key: 'team', operator, values }] },
  })
  const labelled = namespace('apps', { team: 'x' })
  const bare = namespace('apps')

  it.each([
    ['absent', undefined, 'apps', [], 'allowed'],
    ['an empty list', [], 'apps', [], 'allowed'],
    ['an empty list, unknown namespace', [], undefined, [], 'allowed'],
    ['- {} matches nothing', [{}], 'apps', [], 'denied'],
    ['namespaceSelector: {} matches all', [{ namespaceSelector: {} }], 'apps', [], 'allowed'],
    ['a name', [{ namespaces: ['apps'] }], 'apps', [], 'allowed'],
    ['another name', [{ namespaces: ['other'] }], 'apps', [], 'denied'],
    ['OR over conditions', [{ namespaces: ['other'] }, { namespaces: ['apps'] }], 'apps', [], 'allowed'],
    ['OR inside one', [{ namespaces: ['other'], namespaceRegexes: ['^app'] }], 'apps', [], 'allowed'],
    ['a regexp is not anchored', [{ namespaceRegexes: ['prod'] }], 'nonprod', [], 'allowed'],
    ['an anchored one', [{ namespaceRegexes: ['^prod$'] }], 'nonprod', [], 'denied'],
    ['a regexp that does not compile', [{ namespaceRegexes: ['(?!x)'] }], 'apps', [], 'unknown'],
    ['a regexp that does not compile beside a match', [{ namespaceRegexes: ['(?!x)', 'apps'] }], 'apps', [], 'allowed'],
    ['an unknown namespace', [{ namespaces: ['apps'] }], undefined, [], 'unknown'],
    ['a variable in a name', [{ namespaces: ['${NS}'] }], 'apps', [], 'unknown'],
    ['a variable beside a match', [{ namespaces: ['${NS}', 'apps'] }], 'apps', [], 'allowed'],
    ['labels, namespace in Git with it', [team], 'apps', [labelled], 'allowed'],
    ['labels, namespace in Git without it', [team], 'apps', [bare], 'denied'],
    ['labels, namespace not in Git', [team], 'apps', [], 'unknown'],
    ['labels, several views that agree', [team], 'apps', [labelled, labelled], 'allowed'],
    ['labels, several views that differ', [team], 'apps', [labelled, bare], 'unknown'],
    ['labels with a variable', [team], 'apps', [namespace('apps', { team: '${T}' })], 'unknown'],
    [
      'the name label is always there',
      [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'apps' } } }],
      'apps',
      [],
      'allowed',
    ],
    [
      'the name label of another',
      [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'x' } } }],
      'apps',
      [],
      'denied',
    ],
    ['In', [expression('In', ['x', 'y'])], 'apps', [labelled], 'allowed'],
    ['In, absent', [expression('In', ['x'])], 'apps', [bare], 'denied'],
    ['NotIn', [expression('NotIn', ['x'])], 'apps', [labelled], 'denied'],
    ['NotIn, absent', [expression('NotIn', ['x'])], 'apps', [bare], 'allowed'],
    ['NotIn, unknown', [expression('NotIn', ['x'])], 'apps', [], 'unknown'],
    ['Exists', [expression('Exists')], 'apps', [labelled], 'allowed'],
    ['Exists, absent', [expression('Exists')], 'apps', [bare], 'denied'],
    ['DoesNotExist', [expression('DoesNotExist')], 'apps', [bare], 'allowed'],
    ['DoesNotExist, present', [expression('DoesNotExist')], 'apps', [labelled], 'denied'],
    ['an operator that is none', [expression('Has')], 'apps', [labelled], 'unknown'],
    [
      'AND inside a selector',
      [{ namespaceSelector: { matchLabels: { team: 'x', env: 'prod' } } }],
      'apps',
      [labelled],
      'denied',
    ],
  ])('%s', (_, conditions, from, more, verdict) => {
    expect(condition(conditions, from, ...more)?.verdict).toBe(verdict)
  })

  it('says what ESO says', () => {
    expect(condition([{ namespaces: ['x'] }], 'apps')).toEqual({
      verdict: 'denied',
      namespaces: ['apps'],
      says: 'using cluster store "vault" is not allowed from namespace "apps": denied by spec.condition',
    })
  })

  it.each([
    [['spec', 'conditions', 0, 'namespaces'], 'unknown'],
    [['spec', 'conditions'], 'unknown'],
    [['spec', 'provider', 'vault', 'auth'], 'denied'],
  ])('a patch on %j of the store: %s', (path, verdict) => {
    const manifests = [
      ...fromYaml(storeYaml({ spec: { conditions: [{ namespaces: ['x'] }] } }), { patched: [path] }),
      ...fromYaml(externalSecretYaml({ data })),
    ]
    expect(predict(manifests).references[0]?.condition.verdict).toBe(verdict)
  })

  it('a SecretStore does not honour them', () => {
    const own = storeYaml({ kind: 'SecretStore', namespace: 'apps', spec: { conditions: [{}] } })
    const text = documents(own, externalSecretYaml({ secretStoreRef: { name: 'vault' }, data }))
    expect(predicted(text).references[0]?.condition).toEqual({ verdict: 'allowed' })
  })

  it('they hold for a PushSecret too (eso.md §6.6)', () => {
    const text = documents(
      storeYaml({ spec: { conditions: [{}] } }),
      pushSecretYaml({ data: [{ match: { remoteRef: { remoteKey: 'a' } } }] }),
    )
    expect(predicted(text).references[0]?.condition.verdict).toBe('denied')
  })
})

describe('eso.md §6.5: ClusterExternalSecret', () => {
  const cluster = (spec: object, store: object = { kind: 'ClusterSecretStore', name: 'vault' }) =>
    JSON.stringify({
      apiVersion: 'external-secrets.io/v1',
      kind: 'ClusterExternalSecret',
      metadata: { name: 'all' },
      spec: { externalSecretSpec: { secretStoreRef: store, data }, ...spec },
    })
  const named = (name: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } })
  const referent = storeYaml({ vault: { auth: { kubernetes: { role: 'r', serviceAccountRef: { name: 'sa' } } } } })

  it.each([
    ['nothing that Git decides', { namespaceSelectors: [{ matchLabels: { team: 'x' } }] }, [], undefined],
    ['namespaces', { namespaces: ['a', 'b'] }, [], ['a', 'b']],
    ['a selector of one name', { namespaceSelectors: [named('a')] }, [], ['a']],
    ['the deprecated selector', { namespaceSelector: named('a') }, [], ['a']],
    [
      'an expression over names',
      {
        namespaceSelectors: [
          { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['a', 'b'] }] },
        ],
      },
      [],
      ['a', 'b'],
    ],
    ['a union', { namespaces: ['a'], namespaceSelectors: [named('b')], namespaceSelector: named('a') }, [], ['a', 'b']],
    [
      'labels of namespaces in Git',
      { namespaceSelectors: [{ matchLabels: { team: 'x' } }] },
      [namespace('in', { team: 'x' }), namespace('out')],
      ['in'],
    ],
    ['a variable', { namespaces: ['a', '${NS}'] }, [], undefined],
  ])('selects by %s', (_, spec, more, namespaces) => {
    const [reference, ...rest] = predicted(documents(storeYaml(), cluster(spec), ...more)).references
    expect(rest).toEqual([])
    expect(reference?.namespaces).toEqual(namespaces)
    expect(reference?.field).toEqual(['spec', 'externalSecretSpec', 'data', 0])
  })

  it('is one reference per identity: a referent store logs in from each namespace', () => {
    const found = predicted(documents(referent, cluster({ namespaces: ['a', 'b'] }))).references
    expect(found.map(({ namespaces, identity }) => [namespaces, identity])).toEqual([
      [['a'], { type: 'serviceAccount', namespace: 'a', name: 'sa', audiences: [] }],
      [['b'], { type: 'serviceAccount', namespace: 'b', name: 'sa', audiences: [] }],
    ])
  })

  it('conditions are judged for each namespace, and the denied ones named', () => {
    const store = storeYaml({ spec: { conditions: [{ namespaces: ['a'] }] } })
    const found = predicted(documents(store, cluster({ namespaces: ['a', 'b', 'c'] }))).references
    expect(found.map(({ namespaces, condition: said }) => [namespaces, said.verdict])).toEqual([
      [['a'], 'allowed'],
      [['b', 'c'], 'denied'],
    ])
    expect(found[1]?.condition).toMatchObject({ namespaces: ['b', 'c'] })
  })

  it('a SecretStore must exist in each namespace', () => {
    const own = storeYaml({ kind: 'SecretStore', namespace: 'a' })
    const found = predicted(documents(own, cluster({ namespaces: ['a', 'b'] }, { name: 'vault' }))).references
    expect(found.map(({ namespaces, store }) => [namespaces, store.found])).toEqual([
      [['a'], 'vault'],
      [['b'], 'absent'],
    ])
  })
})
