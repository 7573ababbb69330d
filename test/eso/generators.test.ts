import { describe, expect, it } from 'vitest'
import { words } from './failure-words.ts'
import { documents, externalSecretYaml, pushSecretYaml } from './manifests-from-yaml.ts'
import { lines, predicted } from './requests-of.ts'

const AUTH = {
  kubernetes: { mountPath: 'kubernetes', role: 'r', serviceAccountRef: { name: 'sa', namespace: 'elsewhere' } },
}

function dynamic(spec: object, metadata: object = { name: 'db', namespace: 'apps' }): string {
  return JSON.stringify({
    apiVersion: 'generators.external-secrets.io/v1alpha1',
    kind: 'VaultDynamicSecret',
    metadata,
    spec: { path: 'database/creds/app', provider: { server: 'https://v.example.com', auth: AUTH }, ...spec },
  })
}

function cluster(kind: string, spec: object = {}): string {
  return JSON.stringify({
    apiVersion: 'generators.external-secrets.io/v1alpha1',
    kind: 'ClusterGenerator',
    metadata: { name: 'db' },
    spec: {
      kind,
      generator: { vaultDynamicSecretSpec: { path: 'aws/creds/x', provider: { server: 's', auth: AUTH }, ...spec } },
    },
  })
}

const reads = (kind = 'VaultDynamicSecret', more: object = {}) =>
  externalSecretYaml({
    secretStoreRef: undefined,
    dataFrom: [{ sourceRef: { generatorRef: { kind, name: 'db', ...more } } }],
  })

describe('eso.md §3.5: the method of a VaultDynamicSecret', () => {
  it.each([
    [undefined, 'GET', 'read database/creds/app'],
    ['', 'GET', 'read database/creds/app'],
    ['GET', 'GET', 'read database/creds/app'],
    ['LIST', 'GET', 'list database/creds/app/'],
    ['DELETE', 'DELETE', 'delete database/creds/app'],
    ['POST', 'PUT', 'update database/creds/app'],
    ['PUT', 'PUT', 'update database/creds/app'],
    ['PATCH', 'PUT', 'update database/creds/app'],
    ['get', 'PUT', 'update database/creds/app'],
    ['Get', 'PUT', 'update database/creds/app'],
  ])('%s is %s', (method, http, expected) => {
    const [reference] = predicted(documents(dynamic({ method }), reads())).references
    expect(lines(reference)).toEqual([expected])
    expect(reference).toMatchObject({ operation: 'generator', key: 'database/creds/app', notChecked: undefined })
    expect(reference?.accesses[0]).toMatchObject({ side: 'engine', http: { method: http } })
  })

  it('takes the path as it is, cleaned: no data is added, provider.path and version are unused', () => {
    const text = documents(
      dynamic({ path: '/kv/x/', provider: { server: 's', path: 'kv', version: 'v2', auth: AUTH } }),
      reads(),
    )
    expect(lines(predicted(text).references[0])).toEqual(['read kv/x'])
  })

  it('sends getParameters as a query, on GET alone', () => {
    const getParameters = { ttl: ['1h'], 'a b': ['x', 'y&z'] }
    const query = (method: string) =>
      predicted(documents(dynamic({ getParameters, method }), reads())).references[0]?.accesses[0]?.http.query
    expect(query('GET')).toBe('ttl=1h&a+b=x&a+b=y%26z')
    expect(query('LIST')).toBe('list=true')
    expect(query('POST')).toBeUndefined()
  })
})

describe('eso.md §3.5: who asks and who logs in', () => {
  it('logs in from the namespace of the consumer; namespaces in references are ignored (eso.md §5.3)', () => {
    const [reference] = predicted(documents(dynamic({}), reads())).references
    expect(reference?.identity).toEqual({ type: 'serviceAccount', namespace: 'apps', name: 'sa', audiences: [] })
    expect(reference?.storeRef).toBeUndefined()
    expect(reference?.generatorRef).toMatchObject({ kind: 'VaultDynamicSecret', name: 'db' })
    expect(reference?.span.file).toBe('apps/app.yaml#spec.path')
  })

  it('is never closed: only a login', () => {
    const { sessions } = predicted(documents(dynamic({}), reads()))
    expect(sessions).toHaveLength(1)
    expect(sessions[0]).toMatchObject({ accesses: [], login: { path: 'auth/kubernetes/login' } })
  })

  it('works from a ClusterGenerator as if it lived in the namespace', () => {
    const [reference] = predicted(documents(cluster('VaultDynamicSecret'), reads('ClusterGenerator'))).references
    expect(lines(reference)).toEqual(['read aws/creds/x'])
    expect(reference?.identity).toMatchObject({ namespace: 'apps', name: 'sa' })
    expect(reference?.span.file).toBe('apps/app.yaml#spec.generator.vaultDynamicSecretSpec.path')
  })

  it('works from a PushSecret, before its pushes', () => {
    const push = pushSecretYaml({
      selector: { generatorRef: { kind: 'VaultDynamicSecret', name: 'db' } },
      data: [{ match: { remoteRef: { remoteKey: 'a' } } }],
    })
    const { references } = predicted(documents(dynamic({}), push))
    expect(references.map(({ operation }) => operation)).toEqual(['generator', 'push'])
    expect(references[0]?.field).toEqual(['spec', 'selector', 'generatorRef'])
  })

  it('holds the place of a ClusterGenerator of another kind, and of a Password: no reference', () => {
    expect(predicted(documents(cluster('Password'), reads('ClusterGenerator'))).references).toEqual([])
    expect(predicted(reads('Password')).references).toEqual([])
  })

  it.each(['VaultDynamicSecret', 'ClusterGenerator'])('an absent %s is absent', (kind) => {
    const [reference] = predicted(reads(kind)).references
    expect(reference).toMatchObject({
      store: { found: 'absent' },
      notChecked: { code: 'store-absent', what: 'generator' },
      accesses: [],
    })
  })

  it('a generator in another namespace is not reached', () => {
    const text = documents(dynamic({}, { name: 'db', namespace: 'other' }), reads())
    expect(predicted(text).references[0]?.store).toEqual({ found: 'absent' })
  })

  it('fails on a reference into another API group', () => {
    const [reference] = predicted(
      documents(dynamic({}), reads('VaultDynamicSecret', { apiVersion: 'apps/v1' })),
    ).references
    expect(words(reference?.failsWith)).toBe(
      'generator-group: generatorRef may only reference the generators group, but got apps',
    )
  })

  it('a variable in the path leaves it not checked, with its path', () => {
    const [reference] = predicted(documents(dynamic({ path: 'database/creds/${APP}' }), reads())).references
    expect(lines(reference)).toEqual(['read database/creds/${APP}'])
    expect(reference).toMatchObject({
      holes: ['${APP}'],
      notChecked: { code: 'variable-unresolved', in: 'key', holes: ['${APP}'] },
    })
  })

  it('another controller class skips the whole ExternalSecret', () => {
    const [reference] = predicted(documents(dynamic({ controller: 'dev' }), reads())).references
    expect(reference?.skipped).toMatchObject({ code: 'other-controller', wants: 'dev' })
    expect(
      predicted(documents(dynamic({ controller: 'dev' }), reads()), { controllerClass: 'dev' }).references[0]?.skipped,
    ).toBeUndefined()
  })
})
