import type {
  AuthMountFact,
  Hidden,
  MountFact,
  PolicyFact,
  RoleFact,
  SecretFact,
  VaultState,
} from '../../src/model/vault-state.ts'
import type { LiveSource } from '../../src/modes/gather.ts'
import type { FindFact, LiveState, MissingRight, Seen, Wanted } from '../../src/state/live/live-state.ts'

/** What a fixture's `live.json` says the server holds; everything else is absent, and `hidden` parts answer 403. */
export interface FakeVault {
  /** `drift`: the fixture runs in that mode; otherwise `check`. */
  readonly mode?: 'check' | 'drift'
  readonly mounts?: readonly { path: string; type: string; version?: 1 | 2 }[]
  readonly authMounts?: readonly { path: string; type: string; config?: Record<string, unknown> }[]
  readonly roles?: readonly (Partial<RoleFact> & { authMount: string; name: string })[]
  readonly policies?: Readonly<Record<string, string>>
  /** `mount/key` → fact. */
  readonly secrets?: Readonly<Record<string, SecretFact>>
  /** `mount/folder` → names below the mount. */
  readonly finds?: Readonly<Record<string, readonly string[]>>
  /** Parts that the CI token may not see: `mount/key`, `role:mount/name`, `policy:name`, `mount:path`. */
  readonly hidden?: readonly string[]
  readonly root?: boolean
  readonly readableValues?: readonly string[]
  readonly missingRights?: readonly MissingRight[]
}

/** A server made of a fixture's facts: the rules see what the live room would have told them. */
export function fakeLive(vault: FakeVault): LiveSource {
  return { name: 'Vault 1.20.0 at https://vault.test', read: async (_namespace, wanted) => stateOf(vault, wanted) }
}

const HIDDEN: Hidden = { presence: 'hidden', because: 'The server answered 403.' }

function stateOf(vault: FakeVault, _wanted: Wanted): LiveState {
  const live = { from: 'vault' } as const
  const known = { unknown: [], provenance: live }
  const mounts: MountFact[] = (vault.mounts ?? []).map((mount) => ({ ...known, options: {}, ...mount }))
  const authMounts: AuthMountFact[] = (vault.authMounts ?? []).map((mount) => ({ ...known, ...mount }))
  const roles: RoleFact[] = (vault.roles ?? []).map((role) => ({
    ...known,
    type: 'kubernetes',
    policies: [],
    noDefaultPolicy: false,
    fields: {},
    ...role,
  }))
  const policies: PolicyFact[] = Object.entries(vault.policies ?? {}).map(([name, text]) => ({ ...known, name, text }))
  const state: VaultState = { mounts, authMounts, roles, policies }
  const hidden = (part: string) => vault.hidden?.includes(part) === true
  const seen = <Fact>(part: string, fact: Fact | undefined): Seen<Fact> =>
    hidden(part) ? HIDDEN : fact === undefined ? { presence: 'absent' } : { presence: 'present', fact }
  return {
    state,
    server: { product: 'vault', version: '1.20.0', variants: ['legacy'], standby: false },
    token: {
      lookedUp: true,
      type: 'batch',
      policies: vault.root ? ['root'] : ['ci'],
      root: vault.root === true,
      numUses: 0,
      ttl: 600,
    },
    mount: (path) =>
      seen(
        `mount:${path}`,
        mounts.find((mount) => mount.path === path),
      ),
    authMount: (path) =>
      seen(
        `auth:${path}`,
        authMounts.find((mount) => mount.path === path),
      ),
    authConfig: (path) => seen(`config:${path}`, authMounts.find((mount) => mount.path === path)?.config),
    role: (authMount, name) =>
      seen(
        `role:${authMount}/${name}`,
        roles.find((role) => role.authMount === authMount && role.name === name),
      ),
    policy: (name) =>
      seen(
        `policy:${name}`,
        policies.find((policy) => policy.name === name),
      ),
    secretFact: (mount, key, version) =>
      hidden(`${mount}/${key}`) ? HIDDEN : versionOf(vault.secrets?.[`${mount}/${key}`], version),
    find: (mount, path): FindFact => ({
      names: vault.finds?.[path === '' ? mount : `${mount}/${path}`] ?? [],
      incomplete: undefined,
    }),
    missingRights: vault.missingRights ?? [],
    excess: { root: vault.root === true, readableValues: vault.readableValues ?? [] },
    unanswered: [],
    warnings: [],
  }
}

/** The live room's answer about a pinned version: a version that never was is absent while the secret is present. */
function versionOf(fact: SecretFact | undefined, version: number | undefined): SecretFact {
  if (fact === undefined) return { presence: 'absent' }
  if (version === undefined || fact.presence !== 'present' || fact.versions === undefined) return fact
  const state = fact.versions[version]
  if (state === undefined) return { presence: 'absent' }
  return state === 'alive' ? fact : { presence: state, currentVersion: version }
}
