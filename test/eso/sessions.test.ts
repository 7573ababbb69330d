import { describe, expect, it } from 'vitest'
import { words } from './failure-words.ts'
import { documents, externalSecretYaml, pushSecretYaml, storeYaml } from './manifests-from-yaml.ts'
import { line, predicted } from './requests-of.ts'

const FRAME = ['read auth/token/lookup-self', 'update auth/token/revoke-self']
const item = (key: string, store?: string) => ({
  secretKey: key,
  remoteRef: { key },
  ...(store === undefined ? {} : { sourceRef: { storeRef: { kind: 'ClusterSecretStore', name: store } } }),
})
const second = storeYaml({ name: 'second', vault: { path: 'other' } })

function sessions(...texts: string[]) {
  return predicted(documents(...texts)).sessions.map(({ store, login, accesses, references }) => ({
    store: store.name,
    login: login?.path,
    accesses: accesses.map(line),
    keys: references.map(({ key }) => key),
  }))
}

describe('eso.md §3.0: the session frame', () => {
  it('all items of one ExternalSecret that use one store share a login', () => {
    expect(
      sessions(
        storeYaml(),
        externalSecretYaml({ data: [item('b'), item('c')], dataFrom: [{ extract: { key: 'a' } }] }),
      ),
    ).toEqual([{ store: 'vault', login: 'auth/kubernetes/login', accesses: FRAME, keys: ['a', 'b', 'c'] }])
  })

  it('another store closes it, and coming back logs in anew', () => {
    expect(
      sessions(
        storeYaml(),
        second,
        externalSecretYaml({ data: [item('a'), item('b', 'second'), item('c', 'second'), item('d')] }),
      ).map(({ store, keys }) => [store, keys]),
    ).toEqual([
      ['vault', ['a']],
      ['second', ['b', 'c']],
      ['vault', ['d']],
    ])
  })

  it('each object has its own', () => {
    expect(
      sessions(
        storeYaml(),
        externalSecretYaml({ data: [item('a')] }),
        externalSecretYaml({ data: [item('b')] }, { name: 'two' }),
      ),
    ).toHaveLength(2)
  })

  it.each([
    ['a static token is left alone', { tokenSecretRef: { name: 't', namespace: 'n', key: 'k' } }, undefined, []],
    ['no auth: no login, nothing to close', undefined, undefined, []],
    ['kubernetes', { kubernetes: { role: 'r' } }, 'auth/kubernetes/login', FRAME],
  ])('%s', (_, auth, login, accesses) => {
    expect(sessions(storeYaml({ vault: { auth } }), externalSecretYaml({ data: [item('a')] }))).toEqual([
      { store: 'vault', login, accesses, keys: ['a'] },
    ])
  })

  it('a push has one for each store', () => {
    const refs = ['vault', 'second'].map((name) => ({ kind: 'ClusterSecretStore', name }))
    const data = [{ match: { remoteRef: { remoteKey: 'a' } } }, { match: { remoteRef: { remoteKey: 'b' } } }]
    expect(
      sessions(storeYaml(), second, pushSecretYaml({ secretStoreRefs: refs, data })).map(({ store, keys }) => [
        store,
        keys,
      ]),
    ).toEqual([
      ['vault', ['a', 'b']],
      ['second', ['a', 'b']],
    ])
  })

  it('what is only proposed, and what has no known store, is in none', () => {
    expect(sessions(storeYaml(), externalSecretYaml({ dataFrom: [{ extract: null, key: 'a' }] }))).toEqual([])
    expect(sessions(externalSecretYaml({ data: [item('a')] }))).toEqual([])
  })

  it('all of its requests are told apart as session, with their time', () => {
    const [session] = predicted(documents(storeYaml(), externalSecretYaml({ data: [item('a')] }))).sessions
    expect(session?.accesses.map(({ side, http }) => `${side} ${http.method} ${http.path}`)).toEqual([
      'session GET /v1/auth/token/lookup-self',
      'session PUT /v1/auth/token/revoke-self',
    ])
    expect(session?.accesses.every(({ when }) => when.startsWith('at the end'))).toBe(true)
  })

  it('a login that cannot work fails every reference', () => {
    const [session] = predicted(
      documents(
        storeYaml({ vault: { auth: { kubernetes: { role: '' } } } }),
        externalSecretYaml({ data: [item('a')] }),
      ),
    ).sessions
    expect(words(session?.failsWith)).toBe('login-lacks-role: no role name was provided')
    expect(words(session?.references[0]?.failsWith)).toBe('login-lacks-role: no role name was provided')
  })
})

describe('eso.md §3.1: what makes a store Ready', () => {
  const validation = (given: Parameters<typeof storeYaml>[0]) => {
    const [found] = predicted(storeYaml(given)).validations
    return (
      found && {
        validated: found.validated,
        login: found.login?.path,
        accesses: found.accesses.map(line),
        identity: found.identity,
      }
    )
  }

  it.each([
    [
      'ClusterSecretStore, all refs with namespace',
      {},
      true,
      'auth/kubernetes/login',
      ['read auth/token/lookup-self', ...FRAME],
    ],
    [
      'SecretStore',
      { kind: 'SecretStore', namespace: 'apps' },
      true,
      'auth/kubernetes/login',
      ['read auth/token/lookup-self', ...FRAME],
    ],
    [
      'a static token',
      { vault: { auth: { tokenSecretRef: { name: 't', namespace: 'n', key: 'k' } } } },
      true,
      undefined,
      ['read auth/token/lookup-self'],
    ],
    ['no auth', { vault: { auth: undefined } }, true, undefined, ['read auth/token/lookup-self']],
    [
      'referent: nothing at all',
      { vault: { auth: { kubernetes: { role: 'r', serviceAccountRef: { name: 'sa' } } } } },
      false,
      undefined,
      [],
    ],
  ])('%s', (_, given, validated, login, accesses) => {
    expect(validation(given)).toMatchObject({ validated, login, accesses })
  })

  it('a SecretStore logs in as in its own namespace', () => {
    expect(validation({ kind: 'SecretStore', namespace: 'apps' })?.identity).toMatchObject({
      namespace: 'apps',
      name: 'eso',
    })
  })
})
