import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { SecretFact } from '../../src/model/vault-state.ts'
import type { LiveState, Wanted } from '../../src/state/live/live-state.ts'
import { readLive } from '../../src/state/live/read-live.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { askedSince, connectWith, expectSuccess, mountKv, tokenWith } from '../openbao/stage.ts'
import { sameBySnapshot } from './by-snapshot.ts'

const VALUE = 'a-value-that-nobody-may-see'

/** The checker's policy (vault.md §5.1). */
const CHECKER = `
path "sys/mounts" { capabilities = ["read"] }
path "kv/metadata/*" { capabilities = ["read", "list"] }
path "kv/subkeys/*" { capabilities = ["read"] }
path "one/*" { capabilities = ["list"] }
`

describeWithServer('what a live server says of secrets', () => {
  let server: RunningServer
  let asked: string[]

  beforeAll(async () => {
    server = await startOpenBao({ audit: true })
    await mountKv(server, 'kv', 2)
    await mountKv(server, 'one', 1)
    await mountKv(server, 'team/kv', 2)
    await expectSuccess(server, 'POST', 'sys/mounts/pki', { type: 'pki' })
    const put = (path: string, body: object) => expectSuccess(server, 'POST', path, body)
    const data = { data: { user: VALUE, nested: { deep: { key: VALUE } }, list: [VALUE], json: `{"a":"${VALUE}"}` } }
    await put('kv/data/live', data)
    await put('kv/data/folder/below', data)
    await put('kv/data/folder/deeper/still', data)
    await put(`kv/data/odd%20name/${encodeURIComponent('ünï+&?#%2F')}`, data)
    for (const name of ['deleted', 'destroyed', 'revived', 'wiped', 'versions']) {
      await put(`kv/data/${name}`, data)
      await put(`kv/data/${name}`, data)
    }
    await put('kv/data/versions', data)
    await expectSuccess(server, 'DELETE', 'kv/data/deleted')
    await put('kv/destroy/destroyed', { versions: [2] })
    await expectSuccess(server, 'DELETE', 'kv/data/revived')
    await put('kv/undelete/revived', { versions: [2] })
    await expectSuccess(server, 'DELETE', 'kv/metadata/wiped')
    await put('kv/delete/versions', { versions: [1] })
    await put('kv/destroy/versions', { versions: [2] })
    await put('kv/metadata/only-metadata', { custom_metadata: { 'managed-by': 'external-secrets' } })
    await put('kv/metadata/expiring', { delete_version_after: '1h', custom_metadata: { owner: 'us' } })
    await put('kv/data/expiring', data)
    await put('one/old', { user: VALUE })
    await put('one/folder/old', { user: VALUE })
    await put('team/kv/data/x', data)
  })
  afterAll(() => server?.stop())
  beforeEach(() => {
    asked = []
  })

  async function live(policy: string, wanted: Wanted, more = {}, fields = {}): Promise<LiveState> {
    const token = await tokenWith(server, policy, fields)
    const from = (await server.auditLog()).length
    const connection = await connectWith(server, token, more)
    try {
      const state = await readLive(connection, wanted)
      asked = await askedSince(server, from)
      // Values are in no snapshot.
      if (!('allowValueRead' in more)) await sameBySnapshot(connection, wanted, state)
      return state
    } finally {
      await connection.end()
    }
  }

  async function one(policy: string, key: string, withKeys = false, version?: number): Promise<SecretFact | undefined> {
    const secret = { mount: 'kv', key, withKeys, ...(version === undefined ? {} : { version }) }
    const state = await live(policy, { secrets: [secret] })
    expect(asked.filter((request) => request.includes('/data/'))).toEqual([])
    return state.secretFact('kv', key, version)
  }

  // vault.md §4.8, "Version states": once by metadata, once by subkeys.
  const STATES: readonly [key: string, fact: object][] = [
    ['live', { presence: 'present', currentVersion: 1 }],
    ['never-written', { presence: 'absent' }],
    ['only-metadata', { presence: 'absent' }],
    ['wiped', { presence: 'absent' }],
    ['deleted', { presence: 'deleted', currentVersion: 2, deletionTime: expect.stringMatching(/^20/) }],
    ['destroyed', { presence: 'destroyed', currentVersion: 2 }],
    ['revived', { presence: 'present', currentVersion: 2 }],
    [
      'expiring',
      { presence: 'present', currentVersion: 1, customMetadata: { owner: 'us' }, deletionTime: expect.any(String) },
    ],
    ['folder/below', { presence: 'present', currentVersion: 1 }],
    ['folder', { presence: 'absent' }],
    ['odd name/ünï+&?#%2F', { presence: 'present', currentVersion: 1 }],
  ]
  describe.each(STATES)('%s', (key, fact) => {
    test('by metadata', async () => {
      expect(await one(CHECKER, key)).toMatchObject(fact)
      expect(asked.filter((request) => request.includes('kv/'))).toHaveLength(1)
    })
    test('by subkeys', async () => {
      expect(await one(CHECKER, key, true)).toMatchObject(fact)
      expect(asked.filter((request) => request.includes('kv/'))).toEqual([`read kv/subkeys/${key}`])
    })
  })

  test('key names come with their nesting; lists and JSON in a string are leaves', async () => {
    expect(await one(CHECKER, 'live', true)).toMatchObject({
      keys: { user: null, nested: { deep: { key: null } }, list: null, json: null },
    })
  })

  test('every version has its state', async () => {
    expect(await one(CHECKER, 'versions')).toMatchObject({
      presence: 'present',
      currentVersion: 3,
      versions: { 1: 'deleted', 2: 'destroyed', 3: 'alive' },
    })
  })

  test.each([
    [1, 'deleted'],
    [2, 'destroyed'],
    [3, 'present'],
    [9, 'absent'],
  ] as const)('version %i is %s, with and without key names', async (version, presence) => {
    expect(await one(CHECKER, 'versions', false, version)).toMatchObject({ presence })
    expect(await one(CHECKER, 'versions', true, version)).toMatchObject({ presence })
  })

  test('a version that never was is told from a secret that is not there', async () => {
    const state = await live(CHECKER, { secrets: [{ mount: 'kv', key: 'versions', version: 9 }] })
    expect(state.secretFact('kv', 'versions', 9)).toEqual({ presence: 'absent' })
    expect(state.secretFact('kv', 'versions')).toMatchObject({ presence: 'present', currentVersion: 3 })
  })

  test('one request for one path, however many references name it', async () => {
    const secrets = [1, 2, 3, 4].map((number) => ({
      mount: number % 2 ? 'kv' : '/kv/',
      key: 'live',
      withKeys: number > 2,
    }))
    const state = await live(CHECKER, { secrets })
    expect(state.secretFact('kv', 'live')).toMatchObject({ presence: 'present', keys: { user: null } })
    expect(asked.filter((request) => request.includes('kv/'))).toEqual(['read kv/subkeys/live'])
  })

  test('403 on metadata and subkeys is hidden, never absent, and says what to grant', async () => {
    const policy = 'path "sys/mounts" { capabilities = ["read"] }'
    for (const key of ['live', 'never-written']) {
      const fact = await one(policy, key, true)
      expect(fact).toMatchObject({ presence: 'hidden', because: expect.stringContaining(`kv/subkeys/${key}`) })
    }
    const state = await live(policy, { secrets: [{ mount: 'kv', key: 'live', withKeys: true }] })
    // Subkeys tell that the secret exists, too: one right is enough.
    expect(state.missingRights).toEqual([
      { path: 'kv/subkeys/live', capability: 'read', purpose: 'the key names of kv/live' },
    ])
    expect(asked.filter((request) => request.includes('kv/'))).toEqual([])
  })

  test('without sys/capabilities-self each path is tried, and 403 is hidden', async () => {
    const policy = 'path "sys/mounts" { capabilities = ["read"] }'
    const wanted = { secrets: [{ mount: 'kv', key: 'live', withKeys: true }] }
    const state = await live(policy, wanted, {}, { no_default_policy: true })
    expect(state.token.lookedUp).toBe(false)
    expect(state.warnings).toEqual([
      expect.stringContaining('read on auth/token/lookup-self'),
      expect.stringContaining('update on sys/capabilities-self'),
    ])
    expect(state.secretFact('kv', 'live')).toMatchObject({
      presence: 'hidden',
      because:
        'GET kv/subkeys/live answered 403 (permission denied). To see the key names of kv/live, grant the CI token read on kv/subkeys/live.',
    })
  })

  test('403 on subkeys only: present, with hidden key names', async () => {
    const policy = 'path "sys/mounts" { capabilities = ["read"] }\npath "kv/metadata/*" { capabilities = ["read"] }'
    const fact = await one(policy, 'live', true)
    expect(fact).toMatchObject({ presence: 'present', currentVersion: 1 })
    expect(fact).not.toHaveProperty('keys')
    expect(fact).toMatchObject({ keysHidden: expect.stringContaining('grant the CI token read on kv/subkeys/live') })
  })

  test('403 on metadata only: subkeys tell presence, without being asked for names', async () => {
    const policy = 'path "sys/mounts" { capabilities = ["read"] }\npath "kv/subkeys/*" { capabilities = ["read"] }'
    expect(await one(policy, 'live')).toMatchObject({ presence: 'present', currentVersion: 1 })
    expect(await one(policy, 'deleted')).toMatchObject({ presence: 'deleted' })
    expect(await one(policy, 'never-written')).toEqual({ presence: 'absent' })
  })

  test('list only: a name that is not listed is absent, one that is stays hidden', async () => {
    const policy = 'path "sys/mounts" { capabilities = ["read"] }\npath "kv/metadata/*" { capabilities = ["list"] }'
    expect(await one(policy, 'never-written')).toEqual({ presence: 'absent' })
    expect(await one(policy, 'folder/never-written')).toEqual({ presence: 'absent' })
    for (const key of ['live', 'deleted']) {
      expect(await one(policy, key)).toMatchObject({
        presence: 'hidden',
        because: expect.stringContaining('not whether it is deleted'),
      })
    }
  })

  test('without sys/mounts the mount is told by its visibility; a missing one is not called absent', async () => {
    const policy = 'path "kv/metadata/*" { capabilities = ["read"] }\npath "kv/subkeys/*" { capabilities = ["read"] }'
    const state = await live(policy, {
      mounts: ['nowhere'],
      secrets: [
        { mount: 'kv', key: 'live' },
        { mount: 'nowhere', key: 'live' },
      ],
    })
    expect(state.mount('kv')).toMatchObject({ presence: 'present', fact: { type: 'kv', version: 2 } })
    expect(state.secretFact('kv', 'live')).toMatchObject({ presence: 'present' })
    expect(state.mount('nowhere')).toMatchObject({
      presence: 'hidden',
      because: expect.stringContaining('missing, or not visible'),
    })
    expect(state.secretFact('nowhere', 'live')).toMatchObject({ presence: 'hidden' })
    expect(state.missingRights).toContainEqual({
      path: 'sys/mounts',
      capability: 'read',
      purpose: 'whether nowhere/ is mounted',
    })
  })

  test('mounts: versions, a missing one, a folder inside one, another engine', async () => {
    const mounts = ['kv', 'one', 'team/kv', 'nowhere', 'kv/inside', 'team', 'pki']
    const state = await live(CHECKER, {
      mounts,
      secrets: [
        { mount: 'pki', key: 'issue/role' },
        { mount: 'nowhere', key: 'x' },
      ],
    })
    expect(state.mount('kv')).toMatchObject({ fact: { version: 2 } })
    expect(state.mount('one')).toMatchObject({ fact: { version: 1 } })
    expect(state.mount('/team/kv/')).toMatchObject({ fact: { path: 'team/kv', version: 2 } })
    expect(state.mount('nowhere')).toEqual({ presence: 'absent', because: 'Nothing is mounted at nowhere/.' })
    expect(state.mount('team')).toMatchObject({ presence: 'absent' })
    expect(state.mount('kv/inside')).toMatchObject({
      presence: 'absent',
      because: expect.stringContaining('a folder inside the mount kv/ (kv version 2)'),
    })
    expect(state.mount('pki')).toMatchObject({ presence: 'present', fact: { type: 'pki' } })
    expect(state.secretFact('pki', 'issue/role')).toMatchObject({
      presence: 'unknown',
      because: expect.stringContaining('not KV'),
    })
    expect(state.secretFact('nowhere', 'x')).toEqual({ presence: 'absent' })
    expect(asked.filter((request) => / (pki|nowhere)\//.test(request))).toEqual([])
    expect(state.mount('never-asked')).toBeUndefined()
  })

  test('KV v1: presence by the folder, key names hidden, no value read', async () => {
    const keys = ['old', 'none', 'folder/old', 'folder/none', 'nofolder/x']
    const state = await live(CHECKER, { secrets: keys.map((key) => ({ mount: 'one', key, withKeys: true })) })
    expect(keys.map((key) => state.secretFact('one', key)?.presence)).toEqual([
      'present',
      'absent',
      'present',
      'absent',
      'absent',
    ])
    expect(state.secretFact('one', 'old')).toMatchObject({ keysHidden: expect.stringContaining('KV version 1') })
    expect(asked.filter((request) => request.includes(' one/')).sort()).toEqual([
      'list one/',
      'list one/folder/',
      'list one/nofolder/',
    ])
  })

  test('KV v1 without list is hidden', async () => {
    const state = await live('path "sys/mounts" { capabilities = ["read"] }', {
      secrets: [{ mount: 'one', key: 'folder/old' }],
    })
    expect(state.secretFact('one', 'folder/old')).toMatchObject({
      presence: 'hidden',
      because: expect.stringContaining('list'),
    })
    expect(state.missingRights).toEqual([
      { path: 'one/folder/', capability: 'list', purpose: 'the names in one/folder/' },
    ])
  })

  test('allow-value-read shows key names of KV v1, and of v2 where subkeys are denied, and keeps no value', async () => {
    const policy = `path "sys/mounts" { capabilities = ["read"] }
      path "one/*" { capabilities = ["read", "list"] }
      path "kv/metadata/*" { capabilities = ["read"] }
      path "kv/data/*" { capabilities = ["read"] }`
    const secrets = [
      { mount: 'one', key: 'old', withKeys: true },
      { mount: 'kv', key: 'live', withKeys: true },
    ]
    const state = await live(policy, { secrets }, { allowValueRead: true })
    expect(state.secretFact('one', 'old')).toMatchObject({ presence: 'present', keys: { user: null } })
    expect(state.secretFact('kv', 'live')).toMatchObject({
      keys: { user: null, nested: { deep: { key: null } }, list: null },
    })
    expect(JSON.stringify([...secrets.map(({ mount, key }) => state.secretFact(mount, key))])).not.toContain(VALUE)
    expect(asked).toContain('read kv/data/live')
    const without = await live(policy, { secrets })
    expect(without.secretFact('kv', 'live')).toHaveProperty('keysHidden')
    expect(asked.filter((request) => / kv\/data\/|one\/old/.test(request))).toEqual([])
  })

  test('a token that could read values is told, without a value being read', async () => {
    const policy = `${CHECKER}\npath "kv/data/live" { capabilities = ["read"] }`
    const secrets = ['live', 'deleted'].map((key) => ({ mount: 'kv', key }))
    expect((await live(policy, { secrets })).excess).toEqual({ root: false, readableValues: ['kv/data/live'] })
    expect(asked.filter((request) => request.includes('kv/data'))).toEqual([])
    expect((await live(CHECKER, { secrets })).excess).toEqual({ root: false, readableValues: [] })
  })

  test('a path that cannot be asked for is unknown, and is not asked', async () => {
    const keys = ['../sys/raw', 'a//b', 'a/./b', '', 'x/']
    const state = await live(CHECKER, { secrets: keys.map((key) => ({ mount: 'kv', key })) })
    for (const key of keys) expect(state.secretFact('kv', key)).toMatchObject({ presence: 'unknown' })
    expect(asked.filter((request) => / kv\//.test(request))).toEqual([])
  })

  test('find lists every folder below, and nothing else', async () => {
    const state = await live(CHECKER, {
      finds: [
        { mount: 'kv', path: 'folder' },
        { mount: 'kv', path: '' },
        { mount: 'kv', path: 'empty' },
        { mount: 'one', path: '' },
      ],
    })
    expect(state.find('kv', 'folder')).toEqual({
      names: ['folder/below', 'folder/deeper/still'],
      incomplete: undefined,
    })
    expect(state.find('kv', '')).toMatchObject({
      names: expect.arrayContaining(['live', 'deleted', 'folder/deeper/still', 'odd name/ünï+&?#%2F']),
      incomplete: undefined,
    })
    expect(state.find('kv', 'empty')).toEqual({ names: [], incomplete: undefined })
    expect(state.find('one', '')).toEqual({ names: ['folder/old', 'old'], incomplete: undefined })
    expect(asked.every((request) => !/^read (kv|one)\//.test(request))).toBe(true)
  })

  test('find without list is hidden; a denied sub-folder makes it incomplete', async () => {
    const none = await live('path "sys/mounts" { capabilities = ["read"] }', {
      finds: [{ mount: 'kv', path: 'folder' }],
    })
    expect(none.find('kv', 'folder')).toMatchObject({ presence: 'hidden' })
    const policy = `path "sys/mounts" { capabilities = ["read"] }
      path "kv/metadata/folder/" { capabilities = ["list"] }`
    const some = await live(policy, { finds: [{ mount: 'kv', path: 'folder' }] })
    expect(some.find('kv', 'folder')).toMatchObject({
      names: ['folder/below'],
      incomplete: expect.stringContaining('kv/metadata/folder/deeper'),
    })
  })

  test('no value, and no request to a data path, in all that was asked', async () => {
    const keys = STATES.map(([key]) => ({ mount: 'kv', key, withKeys: true }))
    const state = await live(CHECKER, { secrets: keys, finds: [{ mount: 'kv', path: '' }] })
    expect(asked.length).toBeGreaterThan(keys.length)
    expect(asked.filter((request) => request.includes('data/') && !request.includes('metadata/'))).toEqual([])
    const told = JSON.stringify([
      state.state,
      state.find('kv', ''),
      ...keys.map(({ key }) => state.secretFact('kv', key)),
    ])
    expect(told).not.toContain(VALUE)
  })
})
