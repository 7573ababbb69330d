import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Access } from '../../src/model/reference.ts'
import { documents, externalSecretYaml, KUBERNETES, pushSecretYaml, storeYaml } from '../eso/manifests-from-yaml.ts'
import { predicted } from '../eso/requests-of.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess, mountKv, tokenWith } from '../openbao/stage.ts'

/**
 * What ESO sends for a manifest, in a given state of the server: which of the predicted requests, in order. `below` names what a
 * listing finds under a folder.
 */
interface Step {
  readonly side: Access['side']
  readonly capability: Access['capability']
  readonly below?: string
}

interface Scenario {
  readonly name: string
  readonly manifests: string
  readonly steps: readonly Step[]
  /** Makes the state, as root: `[path, body]`, written with POST. */
  readonly stage?: readonly (readonly [string, Record<string, unknown>])[]
}

const V2 = storeYaml({ name: 'vault', vault: { path: 'kv', version: 'v2', auth: KUBERNETES } })
const V1 = storeYaml({ name: 'vault', vault: { path: 'old', version: 'v1', auth: KUBERNETES } })
const ref = { kind: 'ClusterSecretStore', name: 'vault' }
const read = (spec: object) => externalSecretYaml({ secretStoreRef: ref, ...spec })
const push = (spec: object) =>
  pushSecretYaml({ secretStoreRefs: [ref], selector: { secret: { name: 'source' } }, ...spec })
const item = { match: { secretKey: 'b', remoteRef: { remoteKey: 'app/x', property: 'b' } } }
const SECRET = ['kv/data/app/x', { data: { a: 'A' } }] as const
const MANAGED = ['kv/metadata/app/x', { custom_metadata: { 'managed-by': 'external-secrets' } }] as const
const step = (side: Access['side'], capability: Access['capability'], below?: string): Step =>
  below === undefined ? { side, capability } : { side, capability, below }

const generator = (method: string, path = '/old/app/x') =>
  documents(
    JSON.stringify({
      apiVersion: 'generators.external-secrets.io/v1alpha1',
      kind: 'VaultDynamicSecret',
      metadata: { name: 'made', namespace: 'apps' },
      spec: { path, method, provider: { server: 'https://vault.example.com', auth: KUBERNETES } },
    }),
    externalSecretYaml({
      dataFrom: [{ sourceRef: { generatorRef: { kind: 'VaultDynamicSecret', name: 'made' } } }],
    }),
  )
const OLD = ['old/app/x', { a: 'A' }] as const

const SCENARIOS: readonly Scenario[] = [
  {
    name: '§3.2 data[], KV v2',
    manifests: documents(V2, read({ data: [{ secretKey: 'a', remoteRef: { key: 'app/x', property: 'a' } }] })),
    stage: [SECRET],
    steps: [step('data', 'read')],
  },
  {
    name: '§3.2 a pinned version',
    manifests: documents(V2, read({ data: [{ secretKey: 'a', remoteRef: { key: 'app/x', version: '1' } }] })),
    stage: [SECRET],
    steps: [step('data', 'read')],
  },
  {
    name: '§3.2 extract, KV v2',
    manifests: documents(V2, read({ dataFrom: [{ extract: { key: 'app/x' } }] })),
    stage: [SECRET],
    steps: [step('data', 'read')],
  },
  {
    name: '§3.2 extract, KV v1',
    manifests: documents(V1, read({ dataFrom: [{ extract: { key: 'app/x' } }] })),
    stage: [['old/app/x', { a: 'A' }]],
    steps: [step('data', 'read')],
  },
  {
    name: '§3.3 metadataPolicy: Fetch',
    manifests: documents(V2, read({ dataFrom: [{ extract: { key: 'app/x', metadataPolicy: 'Fetch' } }] })),
    stage: [SECRET],
    steps: [step('metadata', 'read')],
  },
  {
    name: '§3.4 find by name: every folder is listed, matches are read',
    manifests: documents(V2, read({ dataFrom: [{ find: { path: 'many', name: { regexp: '.*' } } }] })),
    stage: [
      ['kv/data/many/x', { data: { a: 'A' } }],
      ['kv/data/many/deeper/y', { data: { a: 'A' } }],
    ],
    steps: [step('metadata', 'list'), step('metadata', 'list', 'deeper/'), step('data', 'read', 'x')],
  },
  {
    name: '§3.4 find by tags: metadata of every candidate too',
    manifests: documents(V2, read({ dataFrom: [{ find: { path: 'many', tags: { team: 'a' } } }] })),
    stage: [['kv/data/many/x', { data: { a: 'A' } }]],
    steps: [step('metadata', 'list'), step('metadata', 'read', 'x'), step('data', 'read', 'x')],
  },
  {
    name: '§3.6 push, first write: metadata is created, and data is then an update',
    manifests: documents(V2, push({ data: [item] })),
    steps: [step('data', 'read'), step('metadata', 'create'), step('data', 'update')],
  },
  {
    name: '§3.6 push, later write',
    manifests: documents(V2, push({ data: [item] })),
    stage: [MANAGED, SECRET],
    steps: [step('data', 'read'), step('metadata', 'read'), step('metadata', 'update'), step('data', 'update')],
  },
  {
    name: '§3.6 push of the whole Secret, first write',
    manifests: documents(V2, push({ data: [{ match: { remoteRef: { remoteKey: 'app/x' } } }] })),
    steps: [step('data', 'read'), step('metadata', 'create'), step('data', 'update')],
  },
  {
    name: '§3.6 push, KV v1, first write',
    manifests: documents(V1, push({ data: [item] })),
    steps: [step('data', 'read'), step('data', 'create')],
  },
  {
    name: '§3.6 push with check-and-set, later write: the version is read once more',
    manifests: documents(
      storeYaml({ vault: { path: 'kv', version: 'v2', auth: KUBERNETES, checkAndSet: { required: true } } }),
      push({ data: [item] }),
    ),
    stage: [MANAGED, SECRET],
    steps: [step('data', 'read'), step('metadata', 'read'), step('metadata', 'update'), step('data', 'update')],
  },
  { name: '§3.5 generator, GET', manifests: generator('GET'), stage: [OLD], steps: [step('engine', 'read')] },
  {
    name: '§3.5 generator, LIST',
    manifests: generator('LIST', 'old/app'),
    stage: [OLD],
    steps: [step('engine', 'list')],
  },
  { name: '§3.5 generator, DELETE', manifests: generator('DELETE'), stage: [OLD], steps: [step('engine', 'delete')] },
  {
    name: '§3.5 generator, POST is a PUT',
    manifests: generator('POST'),
    stage: [OLD],
    steps: [step('engine', 'update')],
  },
  {
    name: '§3.7 updatePolicy: IfNotExists, where it exists',
    manifests: documents(V2, push({ updatePolicy: 'IfNotExists', data: [item] })),
    stage: [SECRET],
    steps: [step('data', 'read')],
  },
  {
    name: '§3.8 deletionPolicy: Delete',
    manifests: documents(
      V2,
      push({ deletionPolicy: 'Delete', data: [{ match: { remoteRef: { remoteKey: 'app/x' } } }] }),
    ),
    stage: [MANAGED, SECRET],
    steps: [step('data', 'read'), step('metadata', 'read'), step('data', 'delete'), step('metadata', 'delete')],
  },
]

describeWithServer('predicted requests against the server (eso.md §3)', () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startOpenBao()
    await mountKv(server, 'kv', 2)
    await mountKv(server, 'old', 1)
  }, 60_000)
  afterAll(async () => server?.stop())
  beforeEach(async () => {
    for (const key of ['app/x', 'many/x', 'many/deeper/y']) await server.request('DELETE', `kv/metadata/${key}`)
    await server.request('DELETE', 'old/app/x')
  })

  /** The requests of a scenario with the accesses they were predicted as. */
  function requestsOf(scenario: Scenario) {
    const accesses = predicted(scenario.manifests).references.flatMap((reference) => reference.accesses)
    return scenario.steps.map(({ side, capability, below }) => {
      const found = accesses.filter((one) => one.side === side && one.capability === capability)
      // A find asks for its folder, and for what it finds below; of a pair of items the first is meant.
      const access = found.find((one) => (one.below === true) === (below !== undefined)) ?? found[0]
      if (access === undefined) throw new Error(`${scenario.name}: nothing predicts ${capability} on ${side}`)
      return { access, path: below === undefined ? access.path : `${access.path}${below}` }
    })
  }

  type Request = ReturnType<typeof requestsOf>[number]

  /** One block for each path, as a policy; an empty one is refused, so a comment stands in it. */
  function policyOf(
    requests: readonly { readonly path: string; readonly access: Pick<Access, 'capability'> }[],
  ): string {
    const byPath = new Map<string, Set<string>>()
    for (const { path, access } of requests) byPath.set(path, (byPath.get(path) ?? new Set()).add(access.capability))
    const blocks = [...byPath].map(
      ([path, set]) => `path "${path}" { capabilities = [${[...set].map((one) => `"${one}"`).join(', ')}] }`,
    )
    return ['# what was predicted', ...blocks].join('\n')
  }

  async function send(token: string, { access, path }: ReturnType<typeof requestsOf>[number]): Promise<number> {
    if (access.capability === 'list')
      return (await server.request('GET', `${path.replace(/\/$/, '')}?list=true`, undefined, token)).status
    if (access.http.method === 'GET') return (await server.request('GET', path, undefined, token)).status
    if (access.http.method === 'DELETE') return (await server.request('DELETE', path, undefined, token)).status
    const body =
      access.side === 'metadata'
        ? { custom_metadata: { 'managed-by': 'external-secrets' } }
        : path.startsWith('kv/')
          ? { data: { b: 'B' } }
          : { b: 'B' }
    return (await server.request('PUT', path, body, token)).status
  }

  /** Sends a scenario's requests in order; stops at the first 403, as ESO does. */
  async function replay(scenario: Scenario, allowed: readonly Request[]): Promise<number | undefined> {
    for (const [path, body] of scenario.stage ?? []) await expectSuccess(server, 'POST', path, body)
    const token = await tokenWith(server, policyOf(allowed), { no_default_policy: true })
    for (const [index, request] of requestsOf(scenario).entries()) {
      const status = await send(token, request)
      if (status === 403) return index
      expect(status, `${scenario.name}, request ${index + 1}`).toBeLessThan(500)
    }
    return undefined
  }

  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    '%s: exactly these are enough',
    async (_, scenario) => expect(await replay(scenario, requestsOf(scenario))).toBeUndefined(),
  )

  const DROPS = SCENARIOS.flatMap((scenario) =>
    scenario.steps.map((dropped, index) => [scenario.name, dropped.capability, dropped.side, scenario, index] as const),
  )
  it.each(DROPS)('%s: without %s on %s the server refuses that request', async (_, __, ___, scenario, index) => {
    const requests = requestsOf(scenario)
    const dropped = requests[index] as Request
    const same = ({ path, access }: Request) => path === dropped.path && access.capability === dropped.access.capability
    const kept = requests.filter((one) => !same(one))
    expect(await replay(scenario, kept)).toBe(requests.findIndex(same))
  })

  it('§3.0 the session frame: what a role without the default policy must grant', async () => {
    const { sessions } = predicted(documents(V2, read({ dataFrom: [{ extract: { key: 'app/x' } }] })))
    const frame = sessions[0]?.accesses ?? []
    expect(frame.map(({ path, capability }) => `${capability} ${path}`)).toEqual([
      'read auth/token/lookup-self',
      'update auth/token/revoke-self',
    ])
    for (const dropped of [undefined, ...frame]) {
      const token = await tokenWith(
        server,
        policyOf(frame.filter((one) => one !== dropped).map((access) => ({ path: access.path, access }))),
        {
          no_default_policy: true,
        },
      )
      const statuses: number[] = []
      for (const { http, path } of frame)
        statuses.push((await server.request(http.method, path, http.method === 'PUT' ? {} : undefined, token)).status)
      expect(statuses.map((status) => status === 403)).toEqual(frame.map((one) => one === dropped))
    }
  })
})
