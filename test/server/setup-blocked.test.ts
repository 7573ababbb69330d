import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { selfSigned } from '../../scripts/openbao/self-signed.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess, tokenWith } from '../openbao/stage.ts'
import { startUpgradingProxy } from '../openbao/upgrading-proxy.ts'
import {
  APPLY_RIGHTS,
  actionsOf,
  type Checkout,
  checkout,
  everyStep,
  planOf,
  policyOf,
  runSetup,
  SOYO_STEPS,
  wholeStateOf,
  wipe,
} from './setup-stage.ts'

const STORE = 'kubernetes/apps/external-secrets/stores/app/vault-clustersecretstore.yaml'
const CLIENT = 'setup: { kubernetes: { host: "https://127.0.0.1:1", reviewer: client, ca: ca.pem } }'
const [MOUNT, POLICY, AUTH_MOUNT, CONFIG, ROLE] = SOYO_STEPS

interface Blocked {
  /** Requests that set the stage. */
  readonly stage: readonly (readonly [path: string, body: object])[]
  readonly store?: (text: string) => string
  readonly config?: string
  /** Steps that are blocked, with what is told: what the server has, and what the manifests ask for. */
  readonly told: Readonly<Record<string, RegExp>>
  /** Line of the store that asks for it. */
  readonly line: number
}

const BLOCKED: Readonly<Record<string, Blocked>> = {
  'another engine at the path': {
    stage: [['sys/mounts/kv', { type: 'transit' }]],
    told: {
      [MOUNT]: /A transit engine is mounted at kv\/\. Correct the store's `path`, or move that engine away by hand/,
    },
    line: 10,
  },
  'KV version 1 where 2 is wanted': {
    stage: [['sys/mounts/kv', { type: 'kv', options: { version: '1' } }]],
    told: {
      [MOUNT]: /kv\/ is KV version 1, and the stores say version 2\. Set `version: v1`.*vault kv enable-versioning kv/,
    },
    line: 10,
  },
  'KV version 2 where 1 is wanted': {
    stage: [['sys/mounts/kv', { type: 'kv', options: { version: '2' } }]],
    store: (text) => text.replace('version: v2', 'version: v1'),
    told: { [MOUNT]: /kv\/ is KV version 2, and the stores say version 1\. A mount cannot go back/ },
    line: 10,
  },
  'a mount below the path': {
    stage: [['sys/mounts/kv/team', { type: 'kv' }]],
    told: { [MOUNT]: /kv\/team\/ is mounted below kv\/, and the server refuses a mount around another one/ },
    line: 10,
  },
  'a mount above the path': {
    stage: [['sys/mounts/kv', { type: 'kv', options: { version: '2' } }]],
    store: (text) => text.replace('path: kv\n', 'path: kv/team\n'),
    told: { 'KV mount kv/team/': /inside the mount/ },
    line: 10,
  },
  'another auth method at the auth mount': {
    stage: [['sys/auth/kubernetes', { type: 'approle' }]],
    told: {
      [AUTH_MOUNT]:
        /auth\/kubernetes\/ is of type approle, and the stores log in there with kubernetes\. Correct `mountPath`/,
      [CONFIG]: /auth\/kubernetes\/ itself is blocked/,
      [ROLE]: /auth\/kubernetes\/ itself is blocked/,
    },
    line: 14,
  },
  'an auth method below the auth mount': {
    stage: [['sys/auth/kubernetes/team', { type: 'approle' }]],
    told: {
      [AUTH_MOUNT]: /auth\/kubernetes\/team\/ is mounted below auth\/kubernetes\//,
      [CONFIG]: /itself is blocked/,
      [ROLE]: /itself is blocked/,
    },
    line: 14,
  },
  'a reviewer JWT that a new host would erase': {
    stage: [
      ['sys/auth/kubernetes', { type: 'kubernetes' }],
      [
        'auth/kubernetes/config',
        {
          kubernetes_host: 'https://127.0.0.1:2',
          kubernetes_ca_cert: 'x',
          token_reviewer_jwt: 'eyJhbGciOiJub25lIn0.e30.c2ln',
        },
      ],
    ],
    told: { [CONFIG]: /a reviewer JWT is set: it would be erased.*`reviewer-token-file`/ },
    line: 14,
  },
  'a client reviewer without a CA': {
    stage: [],
    config: 'setup: { kubernetes: { host: "https://127.0.0.1:1", reviewer: client } }',
    told: { [CONFIG]: /name the CA's PEM file in `setup\.kubernetes\.ca`/ },
    line: 14,
  },
  'a ttl above the most that the role gives': {
    stage: [
      ['sys/auth/kubernetes', { type: 'kubernetes' }],
      [
        'auth/kubernetes/role/external-secrets',
        { bound_service_account_names: 'x', bound_service_account_namespaces: 'x', token_max_ttl: '1h' },
      ],
    ],
    config: CLIENT.replace(/ }$/, ', role: { ttl: 2h } }'),
    told: { [ROLE]: /`setup\.role\.ttl` is 7200 seconds, and the role's token_max_ttl is 3600/ },
    line: 14,
  },
  'a policy of the server that denies what is needed': {
    stage: [
      [
        'sys/policies/acl/external-secrets',
        { policy: 'path "kv/data/webgrip/prod/clusters/soyo/apps/example/app" { capabilities = ["deny"] }' },
      ],
    ],
    told: { [POLICY]: /stays refused, whatever is added.*Take that rule out by hand/ },
    line: 14,
  },
  'a policy of the server in JSON that lacks a rule': {
    stage: [['sys/policies/acl/external-secrets', { policy: '{"path":{"kv/data/a":{"capabilities":["read"]}}}' }]],
    told: { [POLICY]: /is written in JSON, to which no rule can be added/ },
    line: 14,
  },
}

describeWithServer('what cannot be done without losing something is blocked', () => {
  let server: RunningServer
  let repository: Checkout
  let token: string
  let store: string

  beforeAll(async () => {
    server = await startOpenBao()
    repository = await checkout('soyo/as-fixed', { 'ca.pem': selfSigned('test').certificate })
    token = await tokenWith(server, policyOf(APPLY_RIGHTS))
    store = await readFile(join(repository.folder, STORE), 'utf8')
  })
  beforeEach(async () => {
    await wipe(server)
    await server.request('DELETE', 'sys/mounts/kv/team')
    await server.request('DELETE', 'sys/auth/kubernetes/team')
  })
  afterAll(async () => {
    await server?.stop()
    await repository?.remove()
  })

  const run = (mode: 'plan' | 'apply', config = CLIENT, inputs = {}, address = server.address) =>
    runSetup({ ...server, address }, { mode, token, cwd: repository.folder, config, inputs })

  test.each(Object.entries(BLOCKED))('%s', async (_, { stage, store: change = (text) => text, config, told, line }) => {
    for (const [path, body] of stage) await expectSuccess(server, 'POST', path, body)
    await writeFile(join(repository.folder, STORE), change(store))
    const before = await wholeStateOf(server)
    const planned = await run('plan', config)
    expect(planned).toMatchObject({ exitCode: 1, report: { outcome: 'findings', incomplete: [] } })
    const blocked = planOf(planned).steps.filter(({ action }) => action === 'blocked')
    expect(blocked.map(({ id }) => id)).toEqual(Object.keys(told))
    for (const step of blocked) expect(step.because).toMatch(told[step.id] as RegExp)
    // At the line of the store that asks for it.
    const places = planned.report.problems?.map(({ file, line }) => `${file}:${line}`)
    expect(places).toEqual(Object.keys(told).map(() => `${STORE}:${line}`))
    // No command for what would not work.
    const writing = planOf(planned).steps.filter(({ action }) => action === 'create' || action === 'update')
    expect(planOf(planned).commands).toHaveLength(writing.length)

    const applied = await run('apply', config, { 'plan-digest': planOf(planned).digest })
    expect(applied).toMatchObject({ exitCode: 1, report: { outcome: 'findings' } })
    expect(applied.report.problems?.map(({ message }) => message).join('\n')).toContain('Nothing was written')
    expect(await wholeStateOf(server)).toEqual(before)
    await writeFile(join(repository.folder, STORE), store)
  })

  describe('the window in which a new KV mount becomes version 2', () => {
    test('is waited out, before anything else is written', async () => {
      const proxy = await startUpgradingProxy(server.address, 'kv', 2)
      try {
        const { digest } = planOf(await run('plan', CLIENT, {}, proxy.address))
        const result = await run('apply', CLIENT, { 'plan-digest': digest }, proxy.address)
        expect(result.report.problems).toBeUndefined()
        expect(actionsOf(planOf(result))).toEqual(everyStep('written'))
        expect(proxy.refused().slice(0, 2)).toEqual(['GET kv/config', 'GET kv/config'])
      } finally {
        await proxy.stop()
      }
    })

    test('met by a plan after a run that was killed there, the secrets are asked for again', async () => {
      await expectSuccess(server, 'POST', 'sys/mounts/kv', { type: 'kv', options: { version: '2' } })
      const root = { 'vault-token': server.rootToken }
      const proxy = await startUpgradingProxy(server.address, 'kv', 2)
      try {
        const planned = await run('plan', CLIENT, root, proxy.address)
        expect(proxy.refused()).toHaveLength(2)
        expect(planned.report.incomplete).toEqual([])
        expect(planOf(planned).steps[0]).toMatchObject({ id: MOUNT, action: 'no-change' })
        expect(planOf(planned).seeds).toHaveLength(2)
      } finally {
        await proxy.stop()
      }
    })
  })
})
