import { describe, expect, test } from 'vitest'
import { lookUpMount, lookUpPolicy, lookUpRole } from '../../src/chain/lookup.ts'
import type { Span } from '../../src/model/span.ts'
import type { StoreAuth } from '../../src/model/store.ts'
import type { PolicyFact, RoleFact, VaultState } from '../../src/model/vault-state.ts'
import type { LiveState, Seen } from '../../src/state/live/live-state.ts'

const at = (file: string): Span => ({ file, line: 1, column: 1, endLine: 1, endColumn: 2 })
const git = (file = 'vault/setup.sh') => ({ from: 'git', span: at(file), form: 'shell' }) as const
const role = (name: string, more: Partial<RoleFact> = {}): RoleFact => ({
  authMount: 'kubernetes',
  type: 'kubernetes',
  name,
  policies: ['eso'],
  noDefaultPolicy: false,
  fields: {},
  unknown: [],
  provenance: git(),
  ...more,
})
const policy = (name: string, more: Partial<PolicyFact> = {}): PolicyFact => ({
  name,
  text: 'path "a" {}',
  unknown: [],
  provenance: git(),
  ...more,
})
const declared = (state: Partial<VaultState>): VaultState => ({
  mounts: [],
  authMounts: [],
  roles: [],
  policies: [],
  ...state,
})
const auth = (more: Partial<StoreAuth> = {}): StoreAuth => ({
  method: 'kubernetes',
  mount: 'kubernetes',
  role: 'eso',
  ignored: [],
  ...more,
})
const live = (answers: { role?: Seen<RoleFact>; policy?: Seen<PolicyFact> }) =>
  ({
    role: () => answers.role,
    policy: () => answers.policy,
    mount: () => ({ presence: 'absent' }),
    authMount: () => undefined,
  }) as unknown as LiveState

const STORE = at('clusters/a/store.yaml')

describe('a role is looked up in Git first, then on the server (design §3)', () => {
  test('Git wins, and the server is kept beside it', () => {
    const there = role('eso', { policies: ['other'], provenance: { from: 'vault' } })
    const found = lookUpRole(auth(), STORE, {
      declared: declared({ roles: [role('eso')] }),
      live: live({ role: { presence: 'present', fact: there } }),
    })
    expect(found).toMatchObject({ found: 'known', fact: { policies: ['eso'] }, other: { policies: ['other'] } })
  })

  test('names are compared in lower case, mounts without slashes (vault.md §1.6)', () => {
    expect(
      lookUpRole(auth({ role: 'ESO', mount: '/kubernetes/' }), STORE, {
        declared: declared({ roles: [role('eso')] }),
        live: undefined,
      }),
    ).toMatchObject({ found: 'known' })
  })

  test('only the server makes it absent for certain; 403 makes it unknown', () => {
    const none = declared({})
    expect(lookUpRole(auth(), STORE, { declared: none, live: live({ role: { presence: 'absent' } }) })).toEqual({
      found: 'absent',
      by: 'vault',
      near: [],
    })
    expect(
      lookUpRole(auth(), STORE, { declared: none, live: live({ role: { presence: 'hidden', because: '403' } }) }),
    ).toEqual({ found: 'unknown', because: { code: 'server-hides', says: '403' } })
    expect(lookUpRole(auth(), STORE, { declared: none, live: undefined })).toMatchObject({ found: 'unknown' })
  })

  test('a name that is nearly right, or on another mount, is offered', () => {
    const near = lookUpRole(auth({ role: 'external-secret' }), STORE, {
      declared: declared({ roles: [role('external-secrets')] }),
      live: undefined,
    })
    expect(near).toMatchObject({ found: 'absent', by: 'git', near: [{ name: 'external-secrets' }] })
    const elsewhere = lookUpRole(auth(), STORE, {
      declared: declared({ roles: [role('eso', { authMount: 'k8s' })] }),
      live: undefined,
    })
    expect(elsewhere).toMatchObject({ found: 'absent', by: 'git', near: [{ authMount: 'k8s' }] })
  })

  test('a name that Git gives in part may be the one: unknown, never absent (field.md §4)', () => {
    const symbolic = role('${ENV}-eso', { unknown: ['ENV'] })
    expect(
      lookUpRole(auth({ role: 'prod-eso' }), STORE, { declared: declared({ roles: [symbolic] }), live: undefined }),
    ).toMatchObject({ found: 'unknown' })
  })

  test('of several clusters the nearest declaration counts; equally near ones that differ are a conflict', () => {
    const a = role('eso', { policies: ['a'], provenance: git('clusters/a/vault.sh') })
    const b = role('eso', { policies: ['b'], provenance: git('clusters/b/vault.sh') })
    const both = declared({ roles: [a, b] })
    expect(lookUpRole(auth(), STORE, { declared: both, live: undefined })).toMatchObject({
      found: 'known',
      fact: { policies: ['a'] },
    })
    expect(lookUpRole(auth(), at('store.yaml'), { declared: both, live: undefined })).toMatchObject({
      found: 'conflict',
    })
  })
})

describe('AppRole: a role id in place of a name', () => {
  const appRole = (name: string, fields: Record<string, unknown> = {}) =>
    role(name, { authMount: 'approle', type: 'approle', fields })
  const store = auth({ method: 'appRole', mount: 'approle', role: undefined, roleId: 'id-1' })

  test('the role that is declared with that id', () => {
    const roles = [appRole('one', { role_id: 'id-1' }), appRole('two', { role_id: 'id-2' })]
    expect(lookUpRole(store, STORE, { declared: declared({ roles }), live: undefined })).toMatchObject({
      found: 'known',
      fact: { name: 'one' },
    })
  })

  test('the only role of the mount', () => {
    expect(
      lookUpRole(store, STORE, { declared: declared({ roles: [appRole('one')] }), live: undefined }),
    ).toMatchObject({ found: 'known', fact: { name: 'one' } })
  })

  test('one of several is not guessed', () => {
    const roles = [appRole('one'), appRole('two')]
    expect(lookUpRole(store, STORE, { declared: declared({ roles }), live: undefined })).toMatchObject({
      found: 'unknown',
    })
  })
})

describe('policies and mounts', () => {
  test('a policy that only the server has is judged by; one that only Git nearly has is unknown territory', () => {
    const there = policy('eso', { provenance: { from: 'vault' } })
    expect(
      lookUpPolicy('eso', undefined, {
        declared: declared({}),
        live: live({ policy: { presence: 'present', fact: there } }),
      }),
    ).toMatchObject({ found: 'known' })
    expect(
      lookUpPolicy('esoo', undefined, { declared: declared({ policies: [policy('eso')] }), live: undefined }),
    ).toMatchObject({ found: 'absent', by: 'git' })
  })

  test('a mount is absent when the server says so, unknown when nobody was asked', () => {
    expect(lookUpMount('kv', undefined, { declared: declared({}), live: live({}) })).toEqual({
      found: 'absent',
      by: 'vault',
      near: [],
    })
    expect(lookUpMount('kv', undefined, { declared: declared({}), live: undefined })).toMatchObject({
      found: 'unknown',
    })
  })
})

describe('a role among its siblings', () => {
  const mount = (path: string, form: 'shell' | 'markdown' = 'shell') => ({
    path,
    type: 'kubernetes',
    unknown: [],
    provenance: { ...git(), form },
  })
  const look = (state: Partial<VaultState>, more: Partial<StoreAuth> = {}) =>
    lookUpRole(auth(more), STORE, { declared: declared(state), live: undefined })

  test('Git declares others of the mount, and not this one', () => {
    const roles = [role('shop'), role('search'), role('eso-reader', { authMount: 'other' })]
    expect(look({ roles })).toMatchObject({
      found: 'absent',
      by: 'git',
      near: [],
      siblings: [{ name: 'shop' }, { name: 'search' }],
    })
  })

  test('Git enables the mount, and declares no role of it', () => {
    expect(look({ authMounts: [mount('kubernetes')] })).toMatchObject({
      found: 'absent',
      by: 'git',
      near: [],
      siblings: [],
    })
  })

  test.each([
    [
      'nothing of the mount is declared',
      { roles: [role('shop', { authMount: 'other' })], authMounts: [mount('other')] },
    ],
    ['only a page shows roles', { roles: [role('shop', { provenance: { ...git('README.md'), form: 'markdown' } })] }],
    ['only an example shows roles', { roles: [role('shop', { provenance: git('examples/vault/setup.sh') })] }],
    ['only a page enables the mount', { authMounts: [mount('kubernetes', 'markdown')] }],
    ['a role may have any name', { roles: [role('shop'), role('${team}', { unknown: ['team'] })] }],
  ])('not when %s', (_, state) => expect(look(state)?.found).toBe('unknown'))

  test.each(['${ROLE}', 'REPLACE_ME', '<role>'])('not when the store itself says %s', (name) =>
    expect(look({ roles: [role('shop')] }, { role: name })?.found).toBe('unknown'),
  )
})

describe('Vault namespaces (eso.md §5.4)', () => {
  const look = (roles: readonly RoleFact[], vaultNamespace: string | undefined) =>
    lookUpRole(auth(), STORE, { declared: declared({ roles }), live: undefined, vaultNamespace })
  const inTeam = role('eso', { vaultNamespace: 'team' })
  const untold = role('eso', { policies: ['other'] })

  test('what says the namespace comes before what says none', () => {
    expect(look([untold, inTeam], 'team')).toMatchObject({ found: 'known', fact: { vaultNamespace: 'team' } })
    expect(look([untold, inTeam], 'ops')).toMatchObject({ found: 'known', fact: { policies: ['other'] } })
    expect(look([inTeam], undefined)).toMatchObject({ found: 'known' })
  })

  test('a role of another namespace is not the one, and is named', () => {
    expect(look([inTeam], '')).toMatchObject({ found: 'absent', by: 'git', near: [{ vaultNamespace: 'team' }] })
  })
})
