import { trimSlashes } from '../../model/trim-slashes.ts'
import type { AuthMountFact, MountFact } from '../../model/vault-state.ts'
import { listed } from '../live/answer.ts'
import { listAuthMounts } from '../live/auth-mounts.ts'
import { folderLister, type Listing } from '../live/folders.ts'
import { type Asking, orUnknown } from '../live/hidden.ts'
import type { LiveState, Wanted, WantedRole, WantedSecret } from '../live/live-state.ts'
import { listMounts } from '../live/mounts.ts'
import { join } from '../live/paths.ts'
import { readLive, type Session } from '../live/read-live.ts'
import { askRights } from '../live/rights.ts'
import { roleFolder, toAuthType } from '../live/roles.ts'
import type { SnapshotScope } from './snapshot-file.ts'

/** What a server told of one Vault namespace, and which of its lists are whole. */
export interface Recording {
  readonly namespace: string
  /** All that was asked for: what the manifests want, and what lies beside it. */
  readonly wanted: Wanted
  readonly live: LiveState
  readonly mountsComplete: boolean
  readonly authMountsComplete: boolean
  readonly policiesComplete: boolean
  /** Auth mounts all of whose roles were listed. */
  readonly rolesComplete: ReadonlySet<string>
  /** By mount, then by folder below it. */
  readonly folders: ReadonlyMap<string, ReadonlyMap<string, Listing>>
  /** Why a folder was not gone into, a sentence each. */
  readonly cut: readonly string[]
}

export interface RecordOptions {
  readonly scope: SnapshotScope
  /** Ask for names of keys as well. */
  readonly keys: boolean
}

/** More than any mount that people keep by hand; beyond them a folder is told as not listed (platform.md §7, threat 15). */
const LIMITS = { depth: 64, folders: 50_000, names: 200_000 } as const

/**
 * Asks a server for what is wanted and for what lies beside it, as far as `scope` goes: one LIST a folder, one `subkeys` (or `metadata`) a
 * secret, no value (snapshot.md §5). The client must ask for each list once (`askingOnce`). A right that is lacking for what nobody wants is
 * not noted as missing.
 */
export async function record(
  session: Session,
  namespace: string,
  wanted: Wanted,
  { scope, keys }: RecordOptions,
): Promise<Recording> {
  const { client } = session
  const failed = new Set<string>()
  const asking: Asking = { client, missing: () => undefined, unanswered: (sentence) => void failed.add(sentence) }
  const allMounts = await wholeList<MountFact>(asking, () => listMounts(asking))
  const allAuthMounts = await wholeList<AuthMountFact>(asking, () => listAuthMounts(asking))
  const mounts = new Set(
    [...(wanted.mounts ?? []), ...secretsAndFinds(wanted).map(({ mount }) => mount)].map(trimSlashes),
  )
  if (scope === 'all') for (const { path, type } of allMounts ?? []) if (type === 'kv') mounts.add(path)
  const authMounts = new Set(
    [...(wanted.authMounts ?? []), ...(wanted.roles ?? []).map(({ authMount }) => authMount)].map(trimSlashes),
  )
  if (scope === 'all') for (const { path } of allAuthMounts ?? []) authMounts.add(path)

  const roles = scope === 'referenced' ? undefined : await listRoles(asking, [...authMounts], allAuthMounts ?? [])
  const policies = scope === 'referenced' ? undefined : await listNames(asking, 'sys/policies/acl')
  // Tells type and version of mounts where their list is hidden; before that, no folder can be listed.
  const known = await readLive(session, { mounts: [...mounts] })
  const walked = await walkFolders(asking, known, wanted, scope, [...mounts])
  const whole: Wanted = {
    mounts: [...mounts],
    authMounts: [...authMounts],
    authConfig: true,
    roles: [...(wanted.roles ?? []), ...(roles?.wanted ?? [])],
    policies: [...(wanted.policies ?? []), ...(scope === 'all' ? (policies ?? []) : [])],
    secrets: [
      ...(wanted.secrets ?? []).flatMap((secret) => asRecorded(secret, keys)),
      ...(scope === 'referenced' ? [] : besides(walked.folders, keys)),
    ],
    finds: wanted.finds ?? [],
  }
  const live = await readLive(session, whole, { secrets: LIMITS.names })
  return {
    namespace,
    wanted: whole,
    live: { ...live, unanswered: [...new Set([...live.unanswered, ...failed])] },
    mountsComplete: allMounts !== undefined,
    authMountsComplete: allAuthMounts !== undefined,
    policiesComplete: policies !== undefined,
    rolesComplete: roles?.complete ?? new Set(),
    ...walked,
  }
}

function secretsAndFinds({ secrets = [], finds = [] }: Wanted): readonly { readonly mount: string }[] {
  return [...secrets, ...finds]
}

async function wholeList<Fact>(
  asking: Asking,
  ask: () => Promise<{ readonly all: readonly Fact[] | undefined } | { readonly presence: string }>,
): Promise<readonly Fact[] | undefined> {
  const told = await orUnknown(asking, ask as () => Promise<{ readonly all: readonly Fact[] | undefined }>)
  return 'all' in told ? told.all : undefined
}

/** The names that a LIST gives; `undefined`: it is not allowed, or there is no such list. */
async function listNames(asking: Asking, path: string): Promise<readonly string[] | undefined> {
  const answer = await orUnknown(asking, () => asking.client.list(path))
  if (!('status' in answer)) return undefined
  if (answer.status === 404 && answer.errors.length === 0) return []
  return answer.status === 200 ? listed(answer.data?.keys) : undefined
}

/** Methods whose roles are worth reading: those of users are people. */
const LISTED: ReadonlySet<string> = new Set(['kubernetes', 'jwt', 'approle', 'cert'])

async function listRoles(asking: Asking, authMounts: readonly string[], all: readonly AuthMountFact[]) {
  const wanted: WantedRole[] = []
  const complete = new Set<string>()
  await Promise.all(
    authMounts.map(async (authMount) => {
      const type = toAuthType(all.find(({ path }) => path === authMount)?.type)
      if (type === undefined || !LISTED.has(type)) return
      const names = await listNames(asking, join('auth', authMount, roleFolder(type)))
      if (names === undefined) return
      complete.add(authMount)
      for (const name of names) if (!name.endsWith('/')) wanted.push({ authMount, name, type })
    }),
  )
  return { wanted, complete }
}

/** The folders that are listed: those of wanted secrets, those below a `find`, or all. */
async function walkFolders(
  asking: Asking,
  known: LiveState,
  { secrets = [], finds = [] }: Wanted,
  scope: SnapshotScope,
  mounts: readonly string[],
): Promise<Pick<Recording, 'folders' | 'cut'>> {
  const folders = new Map<string, Map<string, Listing>>()
  const cut: string[] = []
  for (const mount of mounts) {
    const seen = known.mount(mount)
    if (seen?.presence !== 'present' || seen.fact.type !== 'kv') continue
    const root = seen.fact.version === 2 ? join(mount, 'metadata') : mount
    // What only helps to explain is no reason to look around it.
    const here = secrets
      .filter((secret) => trimSlashes(secret.mount) === mount && secret.aside !== true)
      .map(({ key }) => folderOf(key))
    // Of KV version 1 only the folder tells whether a secret is there (vault.md §4.9).
    const flat = scope === 'folders' || (scope === 'referenced' && seen.fact.version === 1) ? here : []
    const deep =
      scope === 'all'
        ? ['']
        : finds.filter((find) => trimSlashes(find.mount) === mount).map(({ path }) => trimSlashes(path))
    const starts = [...new Set([...flat, ...deep])]
    const asked = starts.map((path) => `${join(root, path)}/`)
    const rights = askRights(asking, asked)
    await rights.told(asked)
    const list = folderLister(asking, rights)
    const found = new Map<string, Listing>()
    folders.set(mount, found)
    await Promise.all(starts.map(async (path) => void found.set(path, await list(join(root, path)))))
    const more = await descend(deep, found, (path) => list(join(root, path)))
    if (more !== undefined) cut.push(`Of the folders below ${mount}/ not all were listed: ${more}.`)
  }
  return { folders, cut }
}

function folderOf(key: string): string {
  return key.slice(0, Math.max(key.lastIndexOf('/'), 0))
}

/** Lists what lies below these folders too, level by level; gives what stopped it. */
async function descend(
  starts: readonly string[],
  found: Map<string, Listing>,
  list: (path: string) => Promise<Listing>,
): Promise<string | undefined> {
  let names = 0
  let level = [...new Set(starts)]
  for (let depth = 0; level.length > 0; depth += 1) {
    const next = level.flatMap((path) => {
      const listing = found.get(path)
      if (listing === undefined || !('names' in listing)) return []
      names += listing.names.size
      return foldersIn(listing.names).map((name) => join(path, name))
    })
    level = [...new Set(next)]
    if (depth >= LIMITS.depth) return `they lie more than ${LIMITS.depth} folders deep`
    if (found.size + level.length > LIMITS.folders) return `there are more than ${LIMITS.folders}`
    if (names > LIMITS.names) return `they hold more than ${LIMITS.names} names`
    const unlisted = level.filter((path) => !found.has(path))
    await Promise.all(unlisted.map(async (path) => void found.set(path, await list(path))))
  }
  return undefined
}

/** A name that would climb out of its folder, or hold an empty segment, leads nowhere. */
export function leadsSomewhere(name: string): boolean {
  return !/^(?:\.{0,2})\/?$/.test(name)
}

function foldersIn(names: ReadonlySet<string>): string[] {
  return [...names].filter((name) => name.endsWith('/') && leadsSomewhere(name))
}

/** With a pinned version also what the other versions are: a snapshot tells them where a server would. */
function asRecorded(secret: WantedSecret, withKeys: boolean): WantedSecret[] {
  const { version, ...whole } = { ...secret, withKeys }
  return version === undefined
    ? [whole]
    : [
        { ...whole, version },
        { ...whole, withVersions: true },
      ]
}

function besides(folders: Recording['folders'], withKeys: boolean): WantedSecret[] {
  return [...folders].flatMap(([mount, listings]) =>
    [...listings].flatMap(([folder, listing]) =>
      'names' in listing
        ? [...listing.names]
            .filter((name) => !name.endsWith('/') && leadsSomewhere(name))
            .map((name) => ({ mount, key: join(folder, name), withKeys, aside: true as const }))
        : [],
    ),
  )
}
