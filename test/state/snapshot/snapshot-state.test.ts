import { describe, expect, it } from 'vitest'
import type { Wanted } from '../../../src/state/live/live-state.ts'
import { makeSnapshot } from '../../../src/state/snapshot/make-snapshot.ts'
import type { Recording } from '../../../src/state/snapshot/record.ts'
import type { SnapshotFile } from '../../../src/state/snapshot/snapshot-file.ts'
import { snapshotState } from '../../../src/state/snapshot/snapshot-state.ts'
import { MADE, snapshot } from './sample.ts'

const ask = (wanted: Wanted, file: SnapshotFile = snapshot(), namespace = '') => snapshotState(file, namespace, wanted)
const secret = async (key: string, more: object = {}, mount = 'kv', file?: SnapshotFile) => {
  const wanted = { mount, key, withKeys: true, ...more }
  const state = await ask({ secrets: [wanted] }, file)
  return { state, fact: state.secretFact(mount, key, (more as { version?: number }).version) }
}

describe('what a snapshot says of secrets (snapshot.md §2)', () => {
  it('is there, with the names of its keys, and whose word it is', async () => {
    const { state, fact } = await secret('shop/db')
    expect(fact).toEqual({ presence: 'present', currentVersion: 3, keys: { user: null, nested: { deep: null } } })
    expect(state.mount('kv')).toMatchObject({ fact: { provenance: { from: 'snapshot', made: MADE } } })
  })

  it.each([
    ['shop/none', 'absent'],
    ['shop/deeper/none', 'unknown'],
    ['shop/other/none', 'absent'],
    ['lonely/none', 'unknown'],
    ['closed/none', 'unknown'],
    ['elsewhere/none', 'unknown'],
    ['shop/gone', 'deleted'],
    ['shop/ghost', 'hidden'],
    ['shop/seen', 'unknown'],
    ['lonely/one', 'present'],
    // Names of what every object has.
    ['shop/toString', 'absent'],
    ['shop/__proto__', 'absent'],
    ['constructor/x', 'unknown'],
  ])('%s is %s: absent only below a folder that was listed whole', async (key, presence) => {
    expect((await secret(key)).fact?.presence).toBe(presence)
  })

  it('says of what it does not hold that it is not in the snapshot, and that nothing failed', async () => {
    const { state, fact } = await secret('elsewhere/none')
    expect(fact).toEqual({
      presence: 'unknown',
      because: 'kv/elsewhere/none is not in the snapshot.',
      of: 'snapshot',
    })
    expect([state.missingRights, state.unanswered]).toEqual([[], []])
  })

  it('what the token that wrote it might not see is hidden, and the right is named as a server run names it', async () => {
    const { state, fact } = await secret('shop/ghost')
    expect(fact).toMatchObject({
      presence: 'hidden',
      because: expect.stringContaining('lacked read on kv/subkeys/shop/ghost'),
    })
    expect(state.missingRights).toMatchObject([{ path: 'kv/subkeys/shop/ghost', capability: 'read' }])
  })

  it.each([
    [1, 'destroyed'],
    [3, 'present'],
    [9, 'absent'],
    [2, 'unknown'],
  ])('version %i is %s', async (version, presence) => {
    expect((await secret('shop/db', { version, withKeys: false })).fact?.presence).toBe(presence)
  })

  it('KV version 1 has no key names, another engine is never a secret, and a mount that is not there is absent', async () => {
    expect((await secret('app', {}, 'old')).fact).toMatchObject({
      presence: 'present',
      keysHidden: expect.stringContaining('version 1'),
    })
    expect((await secret('none', {}, 'old')).fact).toEqual({ presence: 'absent' })
    expect((await secret('x', {}, 'pki')).fact).toMatchObject({
      presence: 'unknown',
      because: expect.stringContaining('not KV'),
    })
    expect((await secret('x', {}, 'nowhere')).fact).toEqual({ presence: 'absent' })
  })

  it('a list of mounts that is not whole says of no mount that it is absent', async () => {
    const file = snapshot({
      mounts: { '': { complete: false, of: { kv: { type: 'kv', version: 2 }, gone: { state: 'absent' } } } },
    })
    const state = await ask({ mounts: ['kv', 'gone', 'other'] }, file)
    expect(['kv', 'gone', 'other'].map((path) => state.mount(path)?.presence)).toEqual(['present', 'absent', 'unknown'])
  })

  it('lists what a find searches, level by level, and stops where it was not listed', async () => {
    const state = await ask({
      finds: [
        { mount: 'kv', path: 'shop' },
        { mount: 'kv', path: 'closed' },
        { mount: 'kv', path: 'elsewhere' },
        { mount: 'old', path: '' },
      ],
    })
    expect(state.find('kv', 'shop')).toMatchObject({
      names: ['shop/db', 'shop/ghost', 'shop/gone', 'shop/seen'],
      incomplete: expect.stringContaining('not in the snapshot'),
    })
    expect(state.find('kv', 'closed')).toMatchObject({ presence: 'hidden' })
    expect(state.find('kv', 'elsewhere')).toMatchObject({ presence: 'unknown' })
    expect(state.find('old', '')).toEqual({ names: ['app'], incomplete: undefined })
  })

  it('another Vault namespace is not in it', async () => {
    const state = await ask({ secrets: [{ mount: 'kv', key: 'shop/db' }] }, snapshot(), 'team')
    expect(state.secretFact('kv', 'shop/db')).toMatchObject({ presence: 'unknown' })
  })
})

describe('what it says of roles and policies', () => {
  it('answers by name, however written, with the policies that a role names', async () => {
    const state = await ask({ roles: [{ authMount: '/kubernetes/', name: 'ESO' }], authConfig: true })
    expect(state.role('kubernetes', 'eso')).toMatchObject({
      fact: { policies: ['eso'], boundServiceAccountNames: ['eso'] },
    })
    expect(state.policy('eso')).toMatchObject({ presence: 'present', fact: { provenance: { from: 'snapshot' } } })
    expect(state.authConfig('kubernetes')).toMatchObject({ presence: 'present' })
    expect(state.state.policies).toHaveLength(1)
  })

  it('absent where all were listed, else not in the snapshot, or hidden', async () => {
    const state = await ask({
      roles: [
        { authMount: 'kubernetes', name: 'nobody' },
        { authMount: 'nowhere', name: 'x' },
      ],
      policies: ['none', 'secretive'],
    })
    expect(state.role('kubernetes', 'nobody')).toMatchObject({ presence: 'absent' })
    expect(state.role('nowhere', 'x')).toMatchObject({ presence: 'absent' })
    expect(state.policy('none')).toMatchObject({ presence: 'unknown' })
    expect(state.policy('secretive')).toMatchObject({ presence: 'hidden' })
    expect(state.missingRights.map(({ path }) => path)).toEqual(['sys/policies/acl/secretive'])
  })

  it('says nothing of what was not asked for, as a server does', async () => {
    const state = await ask({})
    expect([
      state.role('kubernetes', 'eso'),
      state.policy('eso'),
      state.mount('kv'),
      state.secretFact('kv', 'shop/db'),
    ]).toEqual([undefined, undefined, undefined, undefined])
  })
})

describe('hashed names', () => {
  const keys = { user: null, nested: { deep: { key: null } } }
  const wanted: Wanted = {
    mounts: ['kv'],
    secrets: [
      {
        mount: 'kv',
        key: 'team/app/db',
        withKeys: true,
        keyPaths: [['user'], ['nope'], ['nested.deep.key'], ['nested', 'deep', 'key']],
      },
    ],
    finds: [{ mount: 'kv', path: 'team/app' }],
  }
  const recording = async (): Promise<Recording> => ({
    namespace: '',
    wanted,
    live: {
      ...(await ask({})),
      state: { ...(await ask({ mounts: ['kv'] })).state },
      mount: (await ask({ mounts: ['kv'] })).mount,
      secretFact: (_, key) =>
        key === 'team/app/db' ? { presence: 'present', currentVersion: 1, keys } : { presence: 'absent' },
    },
    mountsComplete: true,
    authMountsComplete: true,
    policiesComplete: true,
    rolesComplete: new Set(),
    folders: new Map([['kv', new Map([['team/app', { names: new Set(['db', 'below/']) }]])]]),
    cut: [],
  })
  const about = { ...snapshot(), names: 'hashed' as const, clean: (text: string) => text }
  const made = async () => {
    const {
      version: _,
      rights: __,
      mounts: ___,
      authMounts: ____,
      roles: _____,
      policies: ______,
      secrets: _______,
      ...head
    } = about
    return makeSnapshot([await recording()], head)
  }

  it('stand in it for paths and keys, and every wanted name is found again', async () => {
    const file = await made()
    const text = JSON.stringify(file.secrets)
    for (const name of ['team', 'app', 'db', 'user', 'nested', 'deep', 'below']) expect(text).not.toContain(`"${name}`)
    const state = await ask(wanted, file)
    expect(state.secretFact('kv', 'team/app/db')).toEqual({
      presence: 'present',
      currentVersion: 1,
      keys: { user: null, nested: { deep: { key: null } } },
      keysHashed: true,
    })
    // Names in a listing cannot be matched against anything.
    expect(state.find('kv', 'team/app')).toMatchObject({
      presence: 'unknown',
      because: expect.stringContaining('hashed'),
    })
    const others = await ask(
      { secrets: ['team/app/none', 'team/none', 'team/app/below/x'].map((key) => ({ mount: 'kv', key })) },
      file,
    )
    expect(
      ['team/app/none', 'team/none', 'team/app/below/x'].map((key) => others.secretFact('kv', key)?.presence),
    ).toEqual(['absent', 'unknown', 'unknown'])
  })

  it('are the same in each file of one server and target, and others for another', async () => {
    expect(await made()).toEqual(await made())
    const {
      version: _,
      rights: __,
      mounts: ___,
      authMounts: ____,
      roles: _____,
      policies: ______,
      secrets: _______,
      ...head
    } = about
    const other = makeSnapshot([await recording()], { ...head, target: 'staging' })
    expect(JSON.stringify(other.secrets)).not.toBe(JSON.stringify((await made()).secrets))
    // Equal names in two places do not show that they are equal.
    const file = await made()
    expect(new Set(JSON.stringify(file.secrets).match(/[\w-]{22}/g)).size).toBe(7)
  })
})
