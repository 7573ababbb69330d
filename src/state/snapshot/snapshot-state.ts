import { variantsOf } from '../../model/server-law.ts'
import { trimSlashes } from '../../model/trim-slashes.ts'
import type { AuthMountFact, Hidden, MountFact, PolicyFact, RoleFact, VaultState } from '../../model/vault-state.ts'
import { authMountInList, CONFIGURED } from '../live/auth-mounts.ts'
import { listBelow } from '../live/find.ts'
import type { ListFolder } from '../live/folders.ts'
import type {
  FindFact,
  LiveState,
  MissingRight,
  Seen,
  ServerFacts,
  TokenFacts,
  Wanted,
  WantedFind,
  WantedRole,
} from '../live/live-state.ts'
import { insideMount, mountInList } from '../live/mounts.ts'
import { join } from '../live/paths.ts'
import { roleKey, rolePath, toRoleFact } from '../live/roles.ts'
import { secretKey, whyNotKv } from '../live/secrets.ts'
import { notInSnapshot, notShown, type SnapshotAsking } from './not-shown.ts'
import type { SnapshotAuthMount, SnapshotFile } from './snapshot-file.ts'
import { namingOf } from './snapshot-names.ts'
import { secretReader } from './snapshot-secrets.ts'

/** Whoever asks a snapshot has no token. */
const NO_TOKEN: TokenFacts = { lookedUp: true, type: undefined, policies: [], root: false, numUses: 0, ttl: undefined }

function serverOf({ server }: SnapshotFile): ServerFacts {
  const { product, version, enterprise } = server
  return {
    product,
    version,
    variants: variantsOf(product, version),
    standby: false,
    ...(enterprise === undefined ? {} : { enterprise }),
  }
}

/**
 * What a snapshot says in answer to the same questions that a server is asked, in one Vault namespace. *Absent* is claimed only where a
 * list is complete; what the file does not hold is *unknown*: "not in the snapshot" (snapshot.md §2).
 */
export async function snapshotState(file: SnapshotFile, namespace: string, wanted: Wanted): Promise<LiveState> {
  const missing = new Map<string, MissingRight>()
  const unanswered = new Set<string>()
  const asking: SnapshotAsking = {
    missing: (right) => void missing.set(`${right.path}\n${right.capability}`, right),
    unanswered: (sentence) => void unanswered.add(sentence),
  }
  const { secrets = [], finds = [], roles = [] } = wanted
  const mounts = readMounts(file, namespace, asking)
  const authMounts = readAuthMounts(file, namespace, asking)
  const law = readLaw(file, namespace, asking, authMounts)

  const mountPaths = [...(wanted.mounts ?? []), ...[...secrets, ...finds].map(({ mount }) => mount)].map(trimSlashes)
  const seenMounts = seenBy(mountPaths.filter(Boolean), mounts.at)
  const authPaths = [...(wanted.authMounts ?? []), ...roles.map(({ authMount }) => authMount)].map(trimSlashes)
  const seenAuthMounts = seenBy(authPaths.filter(Boolean), authMounts.at)
  const configs = wanted.authConfig === true ? seenBy([...seenAuthMounts.keys()], authMounts.config) : new Map()
  const seenRoles = new Map(roles.map((role) => [roleKey(role.authMount, role.name), law.role(role)]))
  const named = [...seenRoles.values()].flatMap((seen) =>
    seen.presence === 'present' ? (seen.fact.policies ?? []) : [],
  )
  const policyNames = [...(wanted.policies ?? []), ...named].map((name) => name.toLowerCase())
  const seenPolicies = seenBy(policyNames.filter(Boolean), law.policy)

  const secretOf = secretReader({ file, namespace, asking, mountAt: (path) => seenMounts.get(path) })
  const facts = new Map(
    secrets.map((secret) => [secretKey(secret.mount, secret.key, secret.version), secretOf(secret)] as const),
  )
  // Of a pinned version it matters as well whether the secret itself is there; a server is asked for that without key names.
  for (const { mount, key, kv } of secrets.filter(({ version }) => version !== undefined)) {
    const id = secretKey(mount, key)
    if (!facts.has(id)) facts.set(id, secretOf({ mount, key, ...(kv === undefined ? {} : { kv }) }))
  }
  const found = new Map<string, FindFact | Hidden>()
  for (const find of finds) found.set(findKey(find), await readFind(file, namespace, asking, seenMounts, find))

  const state: VaultState = {
    mounts: mounts.all,
    authMounts: authMounts.all.map((fact) => withConfig(fact, configs.get(fact.path))),
    roles: present(seenRoles.values()),
    policies: present(seenPolicies.values()),
  }
  return {
    state,
    server: serverOf(file),
    token: NO_TOKEN,
    mount: (path) => seenMounts.get(trimSlashes(path)),
    authMount: (path) => {
      const seen = seenAuthMounts.get(trimSlashes(path))
      return seen?.presence === 'present' ? { ...seen, fact: withConfig(seen.fact, configs.get(seen.fact.path)) } : seen
    },
    authConfig: (path) => configs.get(trimSlashes(path)),
    role: (authMount, name) => seenRoles.get(roleKey(authMount, name)),
    policy: (name) => seenPolicies.get(name.toLowerCase()),
    secretFact: (mount, key, version) => facts.get(secretKey(mount, key, version)),
    find: (mount, path) => found.get(findKey({ mount, path })),
    missingRights: [...missing.values()].sort((a, b) => (rightKey(a) < rightKey(b) ? -1 : 1)),
    excess: { root: false, readableValues: [] },
    unanswered: [...unanswered],
    warnings: [],
  }
}

function rightKey({ path, capability }: MissingRight): string {
  return `${path}\n${capability}`
}

function seenBy<Fact>(
  names: readonly string[],
  read: (name: string) => Seen<Fact> | undefined,
): Map<string, Seen<Fact>> {
  return new Map(
    [...new Set(names)].flatMap((name) => {
      const seen = read(name)
      return seen === undefined ? [] : [[name, seen] as const]
    }),
  )
}

function present<Fact>(seen: Iterable<Seen<Fact>>): Fact[] {
  return [...seen].flatMap((one) => (one.presence === 'present' ? [one.fact] : []))
}

function withConfig(fact: AuthMountFact, config: Seen<AuthMountFact['config'] & {}> | undefined): AuthMountFact {
  return config?.presence === 'present' ? { ...fact, config: config.fact } : fact
}

/** The entry of that name; names come from manifests, and may be those of an object's own parts. */
function own<Entry>(table: Readonly<Record<string, Entry>> | undefined, name: string): Entry | undefined {
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined
}

function readMounts(file: SnapshotFile, namespace: string, asking: SnapshotAsking) {
  const part = own(file.mounts, namespace)
  const provenance = { from: 'snapshot', made: file.made } as const
  const all = Object.entries(part?.of ?? {}).flatMap(([path, one]): MountFact[] => {
    if (one.state !== undefined || one.type === undefined) return []
    const { type, version, description = '', accessor, options = {} } = one
    return [
      {
        path,
        type,
        ...(version === undefined ? {} : { version }),
        description,
        ...(accessor === undefined ? {} : { accessor }),
        options,
        unknown: [],
        provenance,
      },
    ]
  })
  const right = { path: 'sys/mounts', capability: 'read' } as const
  const at = (path: string): Seen<MountFact> => {
    const fact = all.find((mount) => mount.path === path)
    if (fact !== undefined) return { presence: 'present', fact }
    if (part?.complete === true) return mountInList(path, all)
    const entry = own(part?.of, path)
    if (entry?.state === undefined) return notInSnapshot(`the mount ${path}/`)
    if (entry.state !== 'absent')
      return notShown(`the mount ${path}/`, entry.state, asking, { ...right, purpose: `whether ${path}/ is mounted` })
    const around = all.find((mount) => mount.path === entry.inside)
    return around === undefined ? { presence: 'absent' } : insideMount(path, around)
  }
  return { all, at }
}

function readAuthMounts(file: SnapshotFile, namespace: string, asking: SnapshotAsking) {
  const part = own(file.authMounts, namespace)
  const provenance = { from: 'snapshot', made: file.made } as const
  const all = Object.entries(part?.of ?? {}).flatMap(([path, { state, type, accessor }]): AuthMountFact[] =>
    state !== undefined || type === undefined
      ? []
      : [{ path, type, ...(accessor === undefined ? {} : { accessor }), unknown: [], provenance }],
  )
  const at = (path: string): Seen<AuthMountFact> => {
    const fact = all.find((mount) => mount.path === path)
    if (fact !== undefined) return { presence: 'present', fact }
    const entry = own(part?.of, path)
    if (part?.complete === true || entry?.state === 'absent') return authMountInList(path, all)
    if (entry?.state === undefined) return notInSnapshot(`the auth mount auth/${path}/`)
    const purpose = `whether auth/${path}/ is mounted`
    return notShown(`the auth mount auth/${path}/`, entry.state, asking, {
      path: 'sys/auth',
      capability: 'read',
      purpose,
    })
  }
  /** As a server is asked for it: not of a mount that is not there, or whose method keeps none. */
  const config = (path: string): Seen<Readonly<Record<string, unknown>>> | undefined => {
    const mount = at(path)
    if (mount.presence === 'absent' || (mount.presence === 'present' && !CONFIGURED.has(mount.fact.type)))
      return undefined
    return configOf(own(part?.of, path), path, asking)
  }
  return { all, at, config }
}

function configOf(
  entry: SnapshotAuthMount | undefined,
  path: string,
  asking: SnapshotAsking,
): Seen<Readonly<Record<string, unknown>>> {
  if (entry?.config !== undefined) return { presence: 'present', fact: entry.config }
  const what = `the config of auth/${path}/`
  if (entry?.configState === undefined) return notInSnapshot(what)
  if (entry.configState === 'absent') return { presence: 'absent', because: `auth/${path}/ was never configured.` }
  const right = { path: `auth/${path}/config`, capability: 'read', purpose: `how auth/${path}/ is set up` } as const
  return notShown(what, entry.configState, asking, right)
}

/** Roles and policies. */
function readLaw(
  file: SnapshotFile,
  namespace: string,
  asking: SnapshotAsking,
  authMounts: ReturnType<typeof readAuthMounts>,
) {
  const provenance = { from: 'snapshot', made: file.made } as const
  const roles = own(file.roles, namespace)
  const policies = own(file.policies, namespace)
  const role = (wanted: WantedRole): Seen<RoleFact> => {
    const authMount = trimSlashes(wanted.authMount)
    const name = wanted.name.toLowerCase()
    const part = own(roles, authMount)
    const entry = own(part?.of, name)
    if (entry?.fields !== undefined) {
      const fact = toRoleFact(authMount, name, entry.type ?? wanted.type, entry.fields)
      return { presence: 'present', fact: { ...fact, provenance } }
    }
    const mount = authMounts.at(authMount)
    if (mount.presence === 'absent')
      return { presence: 'absent', because: `No auth method that has roles is mounted at auth/${authMount}/.` }
    if (entry?.state === 'absent' || (part?.complete === true && entry === undefined))
      return { presence: 'absent', because: `auth/${authMount}/ has no role ${name}.` }
    const what = `the role ${name} of auth/${authMount}/`
    if (entry?.state === undefined) return notInSnapshot(what)
    return notShown(what, entry.state, asking, {
      path: rolePath(wanted, wanted.type),
      capability: 'read',
      purpose: what,
    })
  }
  const policy = (name: string): Seen<PolicyFact> => {
    const entry = own(policies?.of, name)
    if (entry?.text !== undefined) {
      const expires = entry.expires === undefined ? {} : { expires: entry.expires }
      return { presence: 'present', fact: { name, text: entry.text, unknown: [], ...expires, provenance } }
    }
    if (entry?.state === 'absent' || (policies?.complete === true && entry === undefined))
      return { presence: 'absent', because: `The server has no policy ${name}.` }
    const what = `the policy ${name}`
    if (entry?.state === undefined) return notInSnapshot(what)
    const right = { path: join('sys/policies/acl', name), capability: 'read', purpose: what } as const
    return notShown(what, entry.state, asking, right)
  }
  return { role, policy }
}

function findKey({ mount, path }: Pick<WantedFind, 'mount' | 'path'>): string {
  return `${trimSlashes(mount)}\n${trimSlashes(path)}`
}

async function readFind(
  file: SnapshotFile,
  namespace: string,
  asking: SnapshotAsking,
  mounts: ReadonlyMap<string, Seen<MountFact>>,
  find: WantedFind,
): Promise<FindFact | Hidden> {
  const mount = trimSlashes(find.mount)
  const seen = mounts.get(mount)
  const unusable = whyNotKv(mount, seen)
  if (unusable?.presence === 'absent') return { names: [], incomplete: undefined }
  if (unusable !== undefined) return unusable
  if (seen?.presence !== 'present') return notInSnapshot(`the mount ${mount}/`)
  const { fact } = seen
  return listBelow(folderReader(file, namespace, asking, fact), fact, trimSlashes(find.path))
}

/** Lists folders as a server does: paths carry the KV v2 `metadata`. */
function folderReader(file: SnapshotFile, namespace: string, asking: SnapshotAsking, mount: MountFact): ListFolder {
  const folders = own(own(file.secrets, namespace), mount.path)
  const naming = namingOf(file)
  const root = mount.version === 2 ? join(mount.path, 'metadata') : mount.path
  return async (listed) => {
    const path = listed.slice(root.length + 1)
    const shown = `${join(mount.path, path)}/`
    const folder = own(folders, naming.folder(mount.path, path))
    if (folder === undefined) {
      // An empty folder is no folder: where what holds it was listed whole, it would have been named (vault.md §4.0).
      const above = own(folders, naming.folder(mount.path, path.slice(0, Math.max(path.lastIndexOf('/'), 0))))
      const isNamed = above?.folders.includes(naming.entry(mount.path, path)) === true
      if (path !== '' && above?.complete === true && !isNamed) return { names: new Set() }
      return { presence: 'unknown', because: `The names below ${shown} are not in the snapshot.`, of: 'snapshot' }
    }
    if (!folder.complete) {
      const right = { path: `${listed}/`, capability: 'list', purpose: `the names in ${shown}` } as const
      return notShown(`the names in ${shown}`, folder.state ?? 'hidden', asking, right)
    }
    const secrets = Object.keys(folder.secrets)
    if (naming.hashed && secrets.length + folder.folders.length > 0) {
      const because = `The names in ${shown} are hashed in the snapshot, so \`find\` cannot be followed by it. Set \`snapshot.names: plain\` to have them.`
      return { presence: 'unknown', because }
    }
    return { names: new Set([...secrets, ...folder.folders.map((name) => `${name}/`)]) }
  }
}
