import { describe, expect, it } from 'vitest'
import { AUTH_ORDER } from '../../src/eso/auth.ts'
import { identityOf } from '../../src/eso/identity.ts'
import { indexGenerators } from '../../src/eso/predict/generator-ref.ts'
import { isVaultStore, loginFailureOf, readStore } from '../../src/eso/read-store.ts'
import { loginOf } from '../../src/eso/session.ts'
import type { VaultStore } from '../../src/model/store.ts'
import { words } from './failure-words.ts'
import { fromYaml, holesOf, storeYaml } from './manifests-from-yaml.ts'

/** One ref is one cell of a row; the block around it differs by method. */
const REFS: readonly (readonly [string, (ref: object) => object, 'secret' | 'account'])[] = [
  ['tokenSecretRef', (ref) => ({ tokenSecretRef: { key: 'k', ...ref } }), 'secret'],
  ['appRole.secretRef', (ref) => ({ appRole: { roleId: 'r', secretRef: { key: 'k', ...ref } } }), 'secret'],
  ['ldap.secretRef', (ref) => ({ ldap: { username: 'u', secretRef: { key: 'k', ...ref } } }), 'secret'],
  ['userPass.secretRef', (ref) => ({ userPass: { username: 'u', secretRef: { key: 'k', ...ref } } }), 'secret'],
  ['jwt.secretRef', (ref) => ({ jwt: { role: 'r', secretRef: { key: 'k', ...ref } } }), 'secret'],
  ['cert.secretRef', (ref) => ({ cert: { secretRef: { key: 'k', ...ref } } }), 'secret'],
  ['kubernetes.secretRef', (ref) => ({ kubernetes: { role: 'r', secretRef: { key: 'k', ...ref } } }), 'secret'],
  [
    'iam.secretRef',
    (ref) => ({
      iam: {
        vaultRole: 'r',
        secretRef: { accessKeyIDSecretRef: { key: 'k', ...ref }, secretAccessKeySecretRef: { key: 'l', ...ref } },
      },
    }),
    'secret',
  ],
  ['kubernetes.serviceAccountRef', (ref) => ({ kubernetes: { role: 'r', serviceAccountRef: ref } }), 'account'],
  [
    'jwt.serviceAccountRef',
    (ref) => ({ jwt: { role: 'r', kubernetesServiceAccountToken: { serviceAccountRef: ref } } }),
    'account',
  ],
]

function store(kind: string, auth: object, namespace?: string, vault: object = {}): VaultStore {
  const [manifest] = fromYaml(
    storeYaml({ kind, ...(namespace === undefined ? {} : { namespace }), vault: { auth, ...vault } }),
  )
  const read = manifest && readStore(manifest, holesOf)
  if (read === undefined || !isVaultStore(read)) throw new Error('not a Vault store')
  return read
}

function generator(kind: string, auth: object): VaultStore {
  const provider = { server: 's', auth }
  const spec =
    kind === 'ClusterGenerator'
      ? { kind: 'VaultDynamicSecret', generator: { vaultDynamicSecretSpec: { path: 'p', provider } } }
      : { path: 'p', provider }
  const [read] = indexGenerators(
    fromYaml(
      JSON.stringify({
        apiVersion: 'generators.external-secrets.io/v1alpha1',
        kind,
        metadata: { name: 'g', namespace: 'gen' },
        spec,
      }),
    ),
    holesOf,
  ).all
  if (read === undefined || !isVaultStore(read)) throw new Error('not a Vault generator')
  return read
}

describe('eso.md §5.3: identity and namespace matrix', () => {
  const cells = REFS.flatMap(([name, block, type]) => [
    {
      name,
      block,
      type,
      column: 'SecretStore, namespace unset',
      make: (auth: object) => store('SecretStore', auth, 'own'),
      ref: {},
      expected: 'own',
      referent: false,
    },
    {
      name,
      block,
      type,
      column: 'SecretStore, namespace ignored',
      make: (auth: object) => store('SecretStore', auth, 'own'),
      ref: { namespace: 'other' },
      expected: 'own',
      referent: false,
    },
    {
      name,
      block,
      type,
      column: 'ClusterSecretStore, namespace set',
      make: (auth: object) => store('ClusterSecretStore', auth),
      ref: { namespace: 'set' },
      expected: 'set',
      referent: false,
    },
    {
      name,
      block,
      type,
      column: 'ClusterSecretStore, referent',
      make: (auth: object) => store('ClusterSecretStore', auth),
      ref: {},
      expected: 'consumer',
      referent: true,
    },
    {
      name,
      block,
      type,
      column: 'VaultDynamicSecret',
      make: (auth: object) => generator('VaultDynamicSecret', auth),
      ref: { namespace: 'other' },
      expected: 'consumer',
      referent: false,
    },
    {
      name,
      block,
      type,
      column: 'ClusterGenerator',
      make: (auth: object) => generator('ClusterGenerator', auth),
      ref: { namespace: 'other' },
      expected: 'consumer',
      referent: false,
    },
  ])

  it.each(cells)('$name × $column → $expected', ({ block, make, ref, type, expected, referent }) => {
    const made = make(block({ name: 'n', ...ref }))
    const identity = identityOf(made, 'consumer')
    if (type === 'secret') expect(identity).toEqual({ type: 'secret', namespace: expected, name: 'n', key: 'k' })
    else expect(identity).toMatchObject({ type: 'serviceAccount', namespace: expected, name: 'n' })
    expect(made.referent).toBe(referent)
  })

  it.each(cells.filter(({ expected }) => expected === 'consumer'))(
    '$name × $column: unknown for an unknown consumer',
    ({ block, make, ref }) => {
      expect(identityOf(make(block({ name: 'n', ...ref })), undefined)).toMatchObject({
        namespace: undefined,
        name: 'n',
      })
    },
  )

  it.each(['SecretStore', 'ClusterSecretStore'])('kubernetes without both refs is the controller, %s', (kind) => {
    const made = store(kind, { kubernetes: { role: 'r' } }, 'own')
    expect(identityOf(made, 'consumer')).toEqual({ type: 'controller' })
    expect(made.referent).toBe(false)
  })

  it.each(['VaultDynamicSecret', 'ClusterGenerator'])('kubernetes without both refs is the controller, %s', (kind) => {
    expect(identityOf(generator(kind, { kubernetes: { role: 'r' } }), 'consumer')).toEqual({ type: 'controller' })
  })

  it('a SecretStore whose own namespace is unknown has an identity with none', () => {
    expect(
      identityOf(store('SecretStore', { kubernetes: { role: 'r', serviceAccountRef: { name: 'sa' } } }), 'consumer'),
    ).toMatchObject({
      namespace: undefined,
    })
  })

  it.each([
    [
      'serviceAccountRef wins over secretRef',
      { kubernetes: { role: 'r', serviceAccountRef: { name: 'sa' }, secretRef: { name: 's' } } },
      { type: 'serviceAccount', name: 'sa' },
    ],
    [
      'the key of kubernetes.secretRef defaults to token',
      { kubernetes: { role: 'r', secretRef: { name: 's' } } },
      { type: 'secret', key: 'token' },
    ],
    [
      'jwt.secretRef wins over the ServiceAccount',
      {
        jwt: {
          secretRef: { name: 's', key: 'k' },
          kubernetesServiceAccountToken: { serviceAccountRef: { name: 'sa' } },
        },
      },
      { type: 'secret', name: 's' },
    ],
    ['jwt without a token source', { jwt: { role: 'r' } }, { type: 'other' }],
    [
      'iam by a ServiceAccount',
      { iam: { vaultRole: 'r', jwt: { serviceAccountRef: { name: 'sa', namespace: 'n' } } } },
      { type: 'other', what: 'the AWS role of ServiceAccount n/sa' },
    ],
    ['iam by the pod', { iam: { vaultRole: 'r' } }, { type: 'other', what: "the AWS role of ESO's own pod" }],
    [
      'gcp by a key',
      { gcp: { role: 'r', secretRef: { secretAccessKeySecretRef: { name: 's', key: 'k' } } } },
      { type: 'secret', name: 's' },
    ],
    [
      'gcp by workload identity',
      { gcp: { role: 'r', workloadIdentity: { serviceAccountRef: { name: 'sa', namespace: 'n' } } } },
      { type: 'other', what: 'the Google service account of ServiceAccount n/sa' },
    ],
    [
      'gcp by serviceAccountRef, whose content is unused',
      { gcp: { role: 'r', serviceAccountRef: { name: 'sa' } } },
      { type: 'other', what: "the Google service account of ESO's own pod" },
    ],
    ['no auth', undefined, { type: 'other' }],
    ['an empty auth', {}, { type: 'other' }],
  ])('%s', (_, auth, expected) => {
    expect(identityOf(store('ClusterSecretStore', auth as object), 'consumer')).toMatchObject(expected)
  })
})

describe('eso.md §5.3: audiences', () => {
  const account = { name: 'sa', audiences: ['a'] }
  it.each([
    ['kubernetes, none given', { kubernetes: { role: 'r', serviceAccountRef: { name: 'sa' } } }, []],
    ['kubernetes, given', { kubernetes: { role: 'r', serviceAccountRef: account } }, ['a']],
    ['jwt, none given', { jwt: { kubernetesServiceAccountToken: { serviceAccountRef: { name: 'sa' } } } }, ['vault']],
    [
      'jwt, on the ServiceAccount',
      { jwt: { kubernetesServiceAccountToken: { serviceAccountRef: account } } },
      ['a', 'vault'],
    ],
    [
      'jwt, on the token',
      { jwt: { kubernetesServiceAccountToken: { serviceAccountRef: { name: 'sa' }, audiences: ['b'] } } },
      ['b'],
    ],
    [
      'jwt, on both',
      { jwt: { kubernetesServiceAccountToken: { serviceAccountRef: account, audiences: ['b'] } } },
      ['a', 'b'],
    ],
    [
      'jwt, an empty list',
      { jwt: { kubernetesServiceAccountToken: { serviceAccountRef: { name: 'sa' }, audiences: [] } } },
      [],
    ],
  ])('%s', (_, auth, audiences) => {
    expect(identityOf(store('ClusterSecretStore', auth), 'consumer')).toMatchObject({
      type: 'serviceAccount',
      audiences,
    })
  })
})

describe('eso.md §5.3: isReferentSpec', () => {
  it.each([
    [
      'appRole.roleRef alone does not count',
      { appRole: { roleRef: { name: 'n' }, secretRef: { name: 'n', namespace: 'x' } } },
      false,
    ],
    [
      'cert.clientCert does not count',
      { cert: { clientCert: { name: 'n' }, secretRef: { name: 'n', namespace: 'x' } } },
      false,
    ],
    ['iam by a ServiceAccount counts', { iam: { vaultRole: 'r', jwt: { serviceAccountRef: { name: 'sa' } } } }, true],
    [
      'iam with a session token without namespace',
      {
        iam: {
          vaultRole: 'r',
          secretRef: {
            accessKeyIDSecretRef: { namespace: 'x' },
            secretAccessKeySecretRef: { namespace: 'x' },
            sessionTokenSecretRef: { name: 'n' },
          },
        },
      },
      true,
    ],
    [
      'iam with all namespaces',
      {
        iam: {
          vaultRole: 'r',
          secretRef: { accessKeyIDSecretRef: { namespace: 'x' }, secretAccessKeySecretRef: { namespace: 'x' } },
        },
      },
      false,
    ],
    ['gcp does not count', { gcp: { role: 'r', serviceAccountRef: { name: 'sa' } } }, false],
    [
      'an ignored method counts',
      { tokenSecretRef: { name: 'n', namespace: 'x', key: 'k' }, ldap: { username: 'u', secretRef: { name: 'n' } } },
      true,
    ],
    ['an appRole without secretRef counts', { appRole: { roleId: 'r' } }, true],
  ])('%s', (_, auth, referent) => {
    expect(store('ClusterSecretStore', auth).referent).toBe(referent)
    expect(store('SecretStore', auth, 'own').referent).toBe(false)
  })
})

describe('eso.md §5.1: selection', () => {
  const blocks: Readonly<Record<string, object>> = Object.fromEntries(
    AUTH_ORDER.map((method) => [method, { path: 'm', mountPath: 'm' }]),
  )

  it.each(AUTH_ORDER.map((method, i) => [method, AUTH_ORDER.slice(i)] as const))(
    '%s wins over all after it',
    (method, from) => {
      // Written in reverse, so that order in the manifest cannot decide.
      const auth = Object.fromEntries([...from].reverse().map((each) => [each, blocks[each]]))
      expect(store('ClusterSecretStore', auth).auth).toMatchObject({ method, ignored: from.slice(1) })
    },
  )

  it('a null method is not set', () => {
    expect(store('ClusterSecretStore', { tokenSecretRef: null, jwt: { role: 'r' } }).auth?.method).toBe('jwt')
  })

  it('auth unset is no login and no failure; auth empty is a failure', () => {
    const unset = store('ClusterSecretStore', undefined as unknown as object)
    expect([unset.auth, loginOf(unset), loginFailureOf(unset)]).toEqual([undefined, undefined, undefined])
    expect(words(loginFailureOf(store('ClusterSecretStore', {})))).toBe(
      'no-auth-method: cannot initialize Vault client: no valid auth method specified',
    )
  })
})

describe('eso.md §5.2: mounts, roles and login paths', () => {
  const ref = { secretRef: { name: 's', key: 'k' } }
  it.each([
    [{ appRole: { roleId: ' id ', ...ref } }, 'approle', undefined, 'auth/approle/login'],
    [{ kubernetes: { role: 'r' } }, 'kubernetes', 'r', 'auth/kubernetes/login'],
    [{ ldap: { username: ' u ', ...ref } }, 'ldap', undefined, 'auth/ldap/login/u'],
    [{ userPass: { username: 'u', ...ref } }, 'userpass', undefined, 'auth/userpass/login/u'],
    [{ jwt: ref }, 'jwt', undefined, 'auth/jwt/login'],
    [{ jwt: { role: 'r', ...ref } }, 'jwt', 'r', 'auth/jwt/login'],
    [{ cert: {} }, 'cert', undefined, 'auth/cert/login'],
    [{ cert: { path: '', vaultRole: 'r' } }, 'cert', 'r', 'auth/cert/login'],
    [{ iam: { vaultRole: 'r', role: 'aws' } }, 'aws', 'r', 'auth/aws/login'],
    [{ iam: { path: '', vaultRole: 'r' } }, 'aws', 'r', 'auth/aws/login'],
    [{ gcp: { role: 'r' } }, 'gcp', 'r', 'auth/gcp/login'],
    [{ kubernetes: { mountPath: 'auth/kubernetes', role: 'r' } }, 'auth/kubernetes', 'r', 'auth/auth/kubernetes/login'],
    [{ kubernetes: { mountPath: '/k8s/', role: 'r' } }, 'k8s', 'r', 'auth/k8s/login'],
    [{ kubernetes: { mountPath: 'a/b', role: 'r' } }, 'a/b', 'r', 'auth/a/b/login'],
    [{ kubernetes: { mountPath: '', role: 'r' } }, '', 'r', 'auth/login'],
    [{ kubernetes: { mountPath: null, role: 'r' } }, 'kubernetes', 'r', 'auth/kubernetes/login'],
    [{ appRole: { path: '', roleId: 'r', ...ref } }, '', undefined, 'auth/login'],
  ])('%j', (auth, mount, role, login) => {
    const made = store('ClusterSecretStore', auth)
    expect(made.auth).toMatchObject({ mount, role })
    expect(loginOf(made)).toMatchObject({ path: login, http: { method: 'PUT', path: `/v1/${login}` } })
  })

  it('a static token has neither', () => {
    const made = store('ClusterSecretStore', { tokenSecretRef: { name: 'n', key: 'k' } })
    expect([made.auth?.mount, loginOf(made)]).toEqual([undefined, undefined])
  })

  it('an AppRole keeps its role id, LDAP its user', () => {
    expect(store('ClusterSecretStore', { appRole: { roleId: ' id ', ...ref } }).auth?.roleId).toBe('id')
    expect(store('ClusterSecretStore', { ldap: { username: 'u', ...ref } }).auth?.username).toBe('u')
  })

  it.each([
    [{ tokenSecretRef: { name: 'n' } }, 'login-lacks-key: cannot find secret data for key: ""'],
    [{ appRole: ref }, 'login-lacks-role-id: invalid Auth.AppRole: neither `roleId` nor `roleRef` was supplied'],
    [{ appRole: { roleId: ' ', ...ref } }, 'login-lacks-role-id: no role ID provided for login'],
    [{ appRole: { roleRef: { name: 'n' }, ...ref } }, undefined],
    [{ kubernetes: { role: '' } }, 'login-lacks-role: no role name was provided'],
    [
      { jwt: { role: 'r' } },
      'login-lacks-jwt: neither `secretRef` nor `kubernetesServiceAccountToken` was supplied as token source for jwt authentication',
    ],
    [
      { iam: { vaultRole: 'r', jwt: {} } },
      'panics: panic: runtime error: invalid memory address or nil pointer dereference [recovered]',
    ],
    [{ iam: { vaultRole: 'r' } }, undefined],
    [{ kubernetes: { role: 'r' } }, undefined],
  ])('%j fails with %s', (auth, failsWith) => {
    expect(words(loginFailureOf(store('ClusterSecretStore', auth)))).toBe(failsWith)
  })
})

describe('eso.md §5.4: Vault namespaces', () => {
  const auth = (namespace?: string) => ({ namespace, kubernetes: { role: 'r' } })
  it.each([
    ['none', undefined, undefined, undefined, undefined],
    ['of the store', 'team', undefined, undefined, 'team'],
    ['of the login alone', undefined, 'root/a', 'root/a', 'root/a'],
    ['of both, different', 'team', 'admin', 'admin', 'admin'],
    ['of both, equal', 'team', 'team', undefined, 'team'],
  ])('%s', (_, namespace, authNamespace, kept, login) => {
    const made = store('ClusterSecretStore', auth(authNamespace), undefined, { namespace })
    expect([made.vaultNamespace, made.authNamespace, loginOf(made)?.vaultNamespace]).toEqual([namespace, kept, login])
  })
})

describe('eso.md §2.1, §6.1: fields of a store', () => {
  const auth = { kubernetes: { role: 'r' } }
  it.each([
    [{ path: undefined }, undefined, 'v2'],
    [{ path: null }, undefined, 'v2'],
    [{ path: '' }, '', 'v2'],
    [{ path: 'team/kv', version: 'v1' }, 'team/kv', 'v1'],
    [{ version: 'v2' }, 'kv', 'v2'],
    [{ version: null }, 'kv', 'v2'],
  ])('%j', (vault, path, version) => {
    expect(store('ClusterSecretStore', auth, undefined, vault)).toMatchObject({ path, version })
  })

  it('keeps what is left open', () => {
    const made = store(
      'SecretStore',
      { kubernetes: { role: '${ROLE}', serviceAccountRef: { name: '<SA>', audiences: ['${AUD}'] } } },
      'own',
      { path: '${MOUNT}' },
    )
    expect(made.holes).toEqual(['${MOUNT}', '${ROLE}', '<SA>', '${AUD}'])
    expect(made.notChecked).toBeUndefined()
  })

  it.each([
    [['spec', 'provider', 'vault', 'path'], true],
    [['spec', 'provider'], true],
    [[], true],
    [['spec', 'refreshInterval'], false],
  ])('a patch on %j makes it not checked: %s', (path, touched) => {
    const [manifest] = fromYaml(storeYaml(), { patched: [path] })
    const read = manifest && readStore(manifest, holesOf)
    expect(read && isVaultStore(read) && read.notChecked !== undefined).toBe(touched)
  })

  it.each([
    [{ aws: { service: 'SecretsManager' } }, 'aws'],
    [{}, undefined],
  ])('%j is foreign', (provider, name) => {
    const [manifest] = fromYaml(
      JSON.stringify({
        apiVersion: 'external-secrets.io/v1',
        kind: 'SecretStore',
        metadata: { name: 's' },
        spec: { provider },
      }),
    )
    const read = manifest && readStore(manifest, holesOf)
    expect(read).toMatchObject({ provider: name })
    expect(read && isVaultStore(read)).toBe(false)
  })
})
