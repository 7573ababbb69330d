import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { plan } from '../../../src/modes/plan.ts'
import { readConfig } from '../../../src/settings/config-file.ts'
import { readEnvironment } from '../../../src/settings/environment.ts'
import { resolveSettings } from '../../../src/settings/resolve-settings.ts'

const API = 'external-secrets.io/v1'

interface StoreParts {
  readonly name?: string
  readonly namespace?: string
  readonly vault?: object
  readonly auth?: object
  readonly role?: string
  readonly account?: object
  readonly conditions?: readonly object[]
}

/** A ClusterSecretStore, or a SecretStore where a namespace is given; JSON is YAML. */
function store({
  name = 'vault',
  namespace,
  vault = {},
  auth,
  role = 'eso',
  account,
  conditions,
}: StoreParts = {}): object {
  const serviceAccountRef = account ?? { name: 'eso', ...(namespace === undefined ? { namespace: 'eso' } : {}) }
  const kubernetes = { mountPath: 'kubernetes', role, serviceAccountRef }
  const provider = {
    vault: { server: 'http://vault:8200', path: 'kv', version: 'v2', auth: auth ?? { kubernetes }, ...vault },
  }
  return {
    apiVersion: API,
    kind: namespace === undefined ? 'ClusterSecretStore' : 'SecretStore',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: { provider, ...(conditions === undefined ? {} : { conditions }) },
  }
}

function reads(key: string, from: { store?: string; kind?: string; namespace?: string; name?: string } = {}): object {
  const { store = 'vault', kind = 'ClusterSecretStore', namespace = 'apps', name = 'one' } = from
  return {
    apiVersion: API,
    kind: 'ExternalSecret',
    metadata: { name, namespace },
    spec: {
      secretStoreRef: { kind, name: store },
      target: { name },
      data: [{ secretKey: 'k', remoteRef: { key, property: 'p' } }],
    },
  }
}

function pushes(key: string, spec: object = {}): object {
  return {
    apiVersion: 'external-secrets.io/v1alpha1',
    kind: 'PushSecret',
    metadata: { name: 'push', namespace: 'apps' },
    spec: {
      secretStoreRefs: [{ kind: 'ClusterSecretStore', name: 'vault' }],
      selector: { secret: { name: 'source' } },
      data: [{ match: { secretKey: 'k', remoteRef: { remoteKey: key, property: 'p' } } }],
      ...spec,
    },
  }
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'eso-vault-desired-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What the manifests ask for, as the plan without a server shows it. */
async function desired(objects: readonly object[], config = '') {
  await writeFile(join(folder, 'all.yaml'), objects.map((one) => JSON.stringify(one)).join('\n---\n'))
  const settings = resolveSettings({
    given: {
      from: 'terminal',
      command: 'plan',
      subject: undefined,
      values: { paths: 'all.yaml' },
      format: undefined,
      color: false,
    },
    config: readConfig('eso-vault.yml', `version: 1\n${config}`, { rules: [] }),
    environment: readEnvironment({}),
    folder: 'test',
  })
  const { document, report } = await plan(settings, { cwd: folder, live: undefined, incomplete: [] })
  const fields = (id: string) =>
    Object.fromEntries(
      document.steps.find((step) => step.id === id)?.fields.map(({ field, after }) => [field, after]) ?? [],
    )
  const rules = (id = 'policy eso') =>
    Object.fromEntries(
      document.steps.find((step) => step.id === id)?.rules.map(({ path, after }) => [path, after]) ?? [],
    )
  return { ids: document.steps.map(({ id }) => id), fields, rules, unplanned: document.unplanned, report }
}

const ROLE = 'role eso of auth mount kubernetes/'

describe('mounts', () => {
  test('one for each path of the stores, with its version; a store per namespace makes no second one', async () => {
    const { ids, fields } = await desired([
      store(),
      store({ namespace: 'a' }),
      store({ namespace: 'b', name: 'old', vault: { path: '/legacy/', version: 'v1' } }),
    ])
    expect(ids.filter((id) => id.startsWith('KV'))).toEqual(['KV mount kv/', 'KV mount legacy/'])
    expect(fields('KV mount legacy/')).toEqual({ type: 'kv', 'options.version': '1' })
  })

  test('stores that disagree on a version block, with both places', async () => {
    const { ids, unplanned, report } = await desired([store(), store({ name: 'other', vault: { version: 'v1' } })])
    expect(ids).not.toContain('KV mount kv/')
    expect(unplanned).toEqual([
      expect.objectContaining({
        weight: 'blocked',
        message: expect.stringMatching(
          /Stores disagree on the KV version of `kv\/` \(all\.yaml:1.*all\.yaml:3.*A mount has one version/,
        ),
      }),
    ])
    expect(report.outcome).toBe('findings')
  })

  test('of a store that names no path, and of a dynamic generator, nothing is made up', async () => {
    const generator = {
      apiVersion: 'generators.external-secrets.io/v1alpha1',
      kind: 'VaultDynamicSecret',
      metadata: { name: 'db', namespace: 'apps' },
      spec: {
        path: 'database/creds/app',
        method: 'GET',
        provider: {
          server: 'http://vault:8200',
          path: 'database',
          auth: { kubernetes: { mountPath: 'kubernetes', role: 'db', serviceAccountRef: { name: 'db' } } },
        },
      },
    }
    const user = {
      apiVersion: API,
      kind: 'ExternalSecret',
      metadata: { name: 'db', namespace: 'apps' },
      spec: {
        target: { name: 'db' },
        dataFrom: [
          {
            sourceRef: {
              generatorRef: {
                apiVersion: 'generators.external-secrets.io/v1alpha1',
                kind: 'VaultDynamicSecret',
                name: 'db',
              },
            },
          },
        ],
      },
    }
    const { ids, rules, fields, unplanned } = await desired([store({ vault: { path: undefined } }), generator, user])
    expect(ids.filter((id) => id.startsWith('KV'))).toEqual([])
    expect(unplanned.map(({ message }) => message)).toContainEqual(expect.stringContaining('names no mount (`path`)'))
    expect(rules('policy db')).toEqual({ 'database/creds/app': ['read'] })
    expect(fields('role db of auth mount kubernetes/')).toMatchObject({
      bound_service_account_names: ['db'],
      bound_service_account_namespaces: ['apps'],
    })
  })
})

describe('roles', () => {
  test('bound to the identity of the store, with the audience and the ttl', async () => {
    const account = { name: 'eso', namespace: 'eso', audiences: ['vault'] }
    const { fields } = await desired([store({ account }), reads('a')], 'setup: { role: { ttl: 20m } }')
    expect(fields(ROLE)).toEqual({
      bound_service_account_names: ['eso'],
      bound_service_account_namespaces: ['eso'],
      token_policies: ['eso'],
      token_ttl: 1200,
      audience: 'vault',
    })
  })

  test('a store for every namespace logs in from those that use it', async () => {
    const { fields } = await desired([
      store({ account: { name: 'app' } }),
      reads('a', { namespace: 'shop' }),
      reads('b', { namespace: 'blog', name: 'two' }),
    ])
    expect(fields(ROLE)).toMatchObject({
      bound_service_account_names: ['app'],
      bound_service_account_namespaces: ['blog', 'shop'],
    })
  })

  test('one role for two stores; combinations that nobody uses are told', async () => {
    const { ids, fields, unplanned } = await desired([
      store({ namespace: 'a', account: { name: 'x' } }),
      store({ namespace: 'b', account: { name: 'y' } }),
    ])
    expect(ids.filter((id) => id.startsWith('role'))).toEqual([ROLE])
    expect(fields(ROLE)).toMatchObject({
      bound_service_account_names: ['x', 'y'],
      bound_service_account_namespaces: ['a', 'b'],
    })
    expect(unplanned.map(({ message }) => message)).toEqual([
      expect.stringMatching(/admits combinations that no store uses: x, y in each of a, b/),
    ])
  })

  test('audiences: what all ask for; when they differ, none, and it is told', async () => {
    const both = (first: string[], second: string[]) =>
      desired([
        store({ account: { name: 'eso', namespace: 'eso', audiences: first } }),
        store({ name: 'two', account: { name: 'eso', namespace: 'eso', audiences: second } }),
      ])
    expect((await both(['a', 'b'], ['b'])).fields(ROLE)).toMatchObject({ audience: 'b' })
    const differs = await both(['a'], ['b'])
    expect(differs.fields(ROLE)).not.toHaveProperty('audience')
    expect(differs.unplanned.map(({ message }) => message)).toEqual([
      expect.stringContaining('ask for different audiences'),
    ])
  })

  test('auth mounts apart, and Vault namespaces apart', async () => {
    const auth = {
      kubernetes: { mountPath: 'k8s/soyo', role: 'eso', serviceAccountRef: { name: 'eso', namespace: 'eso' } },
    }
    const { ids } = await desired([
      store(),
      store({ name: 'two', auth }),
      store({ name: 'three', vault: { namespace: 'team1' } }),
      reads('a', { store: 'three' }),
    ])
    expect(ids.filter((id) => id.includes('role'))).toEqual([
      'role eso of auth mount k8s/soyo/',
      ROLE,
      'team1: role eso of auth mount kubernetes/',
    ])
    expect(ids).toContain('team1: KV mount kv/')
    expect(ids).toContain('team1: policy eso')
  })

  test('who logs in otherwise is told, and gets a policy where the config names it', async () => {
    const auth = { tokenSecretRef: { name: 'token', key: 'token', namespace: 'eso' } }
    const without = await desired([store({ auth }), reads('a')])
    expect(without.ids).toEqual(['KV mount kv/'])
    expect(without.unplanned[0]?.message).toMatch(
      /logs in with `tokenSecretRef`: its login and policy are not planned.*stores: \{ vault:/,
    )
    const named = await desired([store({ auth }), reads('a')], 'stores: { vault: { policies: [app] } }')
    expect(named.rules('policy app')).toEqual({ 'kv/data/a': ['read'] })
    expect(named.ids).toEqual(['KV mount kv/', 'policy app'])
  })

  test.each([
    ['setup: { policy: { name: root } }', /Policy `root` is the server's own/],
    ['setup: { policy: { name: Default } }', /Policy `default` is the server's own/],
  ])('%s blocks', async (config, message) => {
    const { unplanned, report } = await desired([store(), reads('a')], config)
    expect(unplanned).toEqual([expect.objectContaining({ weight: 'blocked', message: expect.stringMatching(message) })])
    expect(report.outcome).toBe('findings')
  })
})

describe('policies', () => {
  test('a rule for each path and capability, data and metadata, pushes and what they delete', async () => {
    const { rules } = await desired([store(), reads('a'), pushes('b')])
    expect(rules()).toEqual({
      'kv/data/a': ['read'],
      'kv/data/b': ['read', 'update'],
      'kv/metadata/b': ['create', 'read', 'update'],
    })
    const deleting = await desired([store(), pushes('b', { deletionPolicy: 'Delete' })])
    expect(deleting.rules()['kv/metadata/b']).toContain('delete')
  })

  test('a find asks for its folder', async () => {
    const find = {
      apiVersion: API,
      kind: 'ExternalSecret',
      metadata: { name: 'f', namespace: 'apps' },
      spec: {
        secretStoreRef: { kind: 'ClusterSecretStore', name: 'vault' },
        target: { name: 'f' },
        dataFrom: [{ find: { path: 'team', name: { regexp: '.*' } } }],
      },
    }
    expect((await desired([store(), find])).rules()).toEqual({
      'kv/data/team/*': ['read'],
      'kv/metadata/team/': ['list'],
      'kv/metadata/team/*': ['list'],
    })
  })

  test('KV version 1 has neither data nor metadata', async () => {
    expect((await desired([store({ vault: { version: 'v1' } }), reads('a')])).rules()).toEqual({ 'kv/a': ['read'] })
  })

  test('one for each role, or shared by name, and then told', async () => {
    const objects = [
      store(),
      store({ name: 'two', role: 'other' }),
      reads('a'),
      reads('b', { store: 'two', name: 'two' }),
    ]
    const apart = await desired(objects)
    expect([apart.rules('policy eso'), apart.rules('policy other')]).toEqual([
      { 'kv/data/a': ['read'] },
      { 'kv/data/b': ['read'] },
    ])
    expect(apart.unplanned).toEqual([])
    const shared = await desired(objects, 'setup: { policy: { name: both } }')
    expect(shared.rules('policy both')).toEqual({ 'kv/data/a': ['read'], 'kv/data/b': ['read'] })
    expect(shared.fields('role other of auth mount kubernetes/')).toMatchObject({ token_policies: ['both'] })
    expect(shared.unplanned.map(({ message }) => message)).toEqual([
      expect.stringMatching(/Policy `both` is shared by .*Part them with/),
    ])
    const patterned = await desired(objects, 'setup: { policy: { name: "ESO-{mount}-{role}" } }')
    expect(patterned.ids.filter((id) => id.startsWith('policy'))).toEqual([
      'policy eso-kubernetes-eso',
      'policy eso-kubernetes-other',
    ])
  })

  test('nothing for a namespace that the conditions of the store leave out', async () => {
    const conditions = [{ namespaces: ['shop'] }]
    const { rules } = await desired([store({ conditions }), reads('a'), reads('b', { namespace: 'shop', name: 'two' })])
    expect(rules()).toEqual({ 'kv/data/b': ['read'] })
  })

  test('nothing for a key that is not known whole, and it is told once', async () => {
    const { rules, unplanned } = await desired([store(), reads('${ENV}/a'), reads('b', { name: 'two' })])
    expect(rules()).toEqual({ 'kv/data/b': ['read'] })
    expect(unplanned).toEqual([
      expect.objectContaining({
        weight: 'note',
        message: expect.stringMatching(
          /No rule is planned for the key `\$\{ENV\}\/a` of ExternalSecret apps\/one: .*ENV/,
        ),
      }),
    ])
  })

  test.each(['star*', '+/a'])('a key that no rule can name alone blocks: %s', async (key) => {
    const { unplanned, report, rules } = await desired([store(), reads(key), reads('b', { name: 'two' })])
    expect(rules()).toEqual({ 'kv/data/b': ['read'] })
    expect(unplanned).toContainEqual(
      expect.objectContaining({ weight: 'blocked', message: expect.stringContaining('No rule can name just') }),
    )
    expect(report.outcome).toBe('findings')
  })
})
