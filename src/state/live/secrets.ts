import { trimSlashes } from '../../model/trim-slashes.ts'
import type { Hidden, MountFact, SecretFact } from '../../model/vault-state.ts'
import { listBelow } from './find.ts'
import { folderLister, type ListFolder } from './folders.ts'
import { type Asking, orUnknown } from './hidden.ts'
import { readKv1 } from './kv1.ts'
import { type Kv2Asking, metadataReader, readKv2 } from './kv2.ts'
import type { FindFact, Seen, WantedFind, WantedSecret } from './live-state.ts'
import { describeMount, type SeenMounts } from './mounts.ts'
import { join, pathProblem } from './paths.ts'
import { askRights, type Rights } from './rights.ts'

/** More distinct secrets than any repository names; beyond them nothing is asked (platform.md §7, threat 15). */
const MOST_SECRETS = 10_000

export interface SeenSecrets {
  readonly of: ReadonlyMap<string, SecretFact>
  readonly finds: ReadonlyMap<WantedFind, FindFact | Hidden>
  /** Paths whose values the token could read. */
  readonly readableValues: readonly string[]
  /** The token may not ask for its own rights, so that its excess is not known. */
  readonly rightsRefused: boolean
}

/** One key for a fact; without a version, the current one. */
export function secretKey(mount: string, key: string, version?: number): string {
  return `${trimSlashes(mount)}\n${key}\n${version ?? ''}`
}

/**
 * Presence, state and key names of secrets, one pass over the distinct ones, and what `find` would list; never a value. Each is asked
 * for as soon as the rights on it are told.
 */
export async function readSecrets(
  asking: Asking,
  mounts: SeenMounts,
  wanted: readonly WantedSecret[],
  finds: readonly WantedFind[],
  { secrets: most = MOST_SECRETS, told }: { readonly secrets?: number; readonly told?: () => void } = {},
): Promise<SeenSecrets> {
  const distinct = merge(wanted)
  const kv = (one: WantedSecret | WantedFind) => kvMount(mounts, one.mount) ?? takenFor(mounts, one)
  const pathsOfEach = distinct.map((secret) => pathsOf(secret, kv(secret)))
  const folders = finds.map((find) => folderOf(find, kv(find)))
  const rights = askRights(asking, [...pathsOfEach.flat(), ...folders.flat()])
  const list = folderLister(asking, rights)
  const kv2Asking: Kv2Asking = { ...asking, rights, list, metadata: metadataReader(asking) }
  const [facts, found] = await Promise.all([
    Promise.all(
      distinct.map(async (secret, index) => {
        await rights.told(pathsOfEach[index] ?? [])
        const fact = index < most ? await readSecret(kv2Asking, mounts, secret) : tooMany(most)
        told?.()
        return fact
      }),
    ),
    Promise.all(
      finds.map(async (find, index) => {
        await rights.told(folders[index] ?? [])
        noteHidden(kv2Asking, mounts, find, folderOf(find, takenFor(mounts, find))[0], 'list')
        return readFind(mounts, list, trimSlashes(find.mount), trimSlashes(find.path))
      }),
    ),
  ])
  return {
    of: new Map(
      distinct.map(({ mount, key, version }, index) => [secretKey(mount, key, version), facts[index] as SecretFact]),
    ),
    finds: new Map(finds.map((find, index) => [find, found[index] as FindFact | Hidden])),
    readableValues: readable(
      distinct.filter(({ aside }) => aside !== true),
      kv,
      rights,
    ),
    rightsRefused: rights.refused(),
  }
}

async function readFind(mounts: SeenMounts, list: ListFolder, mount: string, path: string): Promise<FindFact | Hidden> {
  const seen = mounts.of.get(mount)
  const unusable = whyNotKv(mount, seen)
  if (unusable?.presence === 'absent') return { names: [], incomplete: undefined }
  if (unusable) return unusable
  return seen?.presence === 'present'
    ? listBelow(list, seen.fact, path)
    : { presence: 'unknown', because: `The mount ${mount}/ was not asked for.` }
}

interface DistinctSecret extends WantedSecret {
  /**
   * Asked about only because of a version whose key names are wanted, or of a `find`: the right to those tells enough, and is the
   * one to grant.
   */
  readonly implied: boolean
}

/** Distinct secrets; for a version also the secret itself, since "this version never was" needs to know that it exists. */
function merge(wanted: readonly WantedSecret[]): DistinctSecret[] {
  const all = new Map<string, DistinctSecret>()
  const add = (secret: DistinctSecret) => {
    const mount = trimSlashes(secret.mount)
    const id = secretKey(mount, secret.key, secret.version)
    const known = all.get(id)
    const withKeys = secret.withKeys === true || known?.withKeys === true
    const versions = secret.withVersions ?? known?.withVersions
    all.set(id, {
      ...secret,
      mount,
      withKeys,
      ...(versions === undefined ? {} : { withVersions: versions }),
      implied: secret.implied && known?.implied !== false,
    })
  }
  for (const secret of wanted) {
    add({ ...secret, implied: secret.aside === true })
    if (secret.version === undefined) continue
    const { version: _version, withKeys, ...whole } = secret
    add({ ...whole, implied: withKeys === true })
  }
  return [...all.values()]
}

async function readSecret(all: Kv2Asking, mounts: SeenMounts, secret: DistinctSecret): Promise<SecretFact> {
  const asking = secret.implied ? { ...all, missing: () => {} } : all
  const { mount, key, version, withKeys = false, withVersions } = secret
  const problem = pathProblem(key)
  if (problem) return { presence: 'unknown', because: problem }
  const seen = mounts.of.get(mount)
  if (seen?.presence === 'hidden') {
    const { path, capability } = rightFor(secret)
    noteHidden(asking, mounts, secret, path, capability)
  }
  const unusable = whyNotKv(mount, seen)
  if (unusable) return unusable
  if (kvMount(mounts, mount)?.version === 1) return orUnknown(asking, () => readKv1(asking, mount, key, withKeys))
  return orUnknown(asking, () =>
    readKv2(asking, { mount, key, version, withKeys, ...(withVersions === undefined ? {} : { withVersions }) }),
  )
}

/** What is said of anything below a mount that is not there, not visible or not KV; `undefined` for a KV mount. */
export function whyNotKv(
  mount: string,
  seen: Seen<MountFact> | undefined,
): Exclude<SecretFact, { presence: 'present' | 'deleted' | 'destroyed' }> | undefined {
  if (!seen) return { presence: 'unknown', because: `The mount ${mount}/ was not asked for.` }
  if (seen.presence === 'absent') return { presence: 'absent' }
  if (seen.presence !== 'present') return seen
  if (seen.fact.type === 'kv') return undefined
  const because = `${mount}/ is a mount of type ${describeMount(seen.fact)}, not KV: reading it could make a credential, so it is not read.`
  return { presence: 'unknown', because }
}

function tooMany(most: number): Hidden {
  return {
    presence: 'unknown',
    because: `More than ${most} secrets were asked for; the others were not looked at.`,
  }
}

function kvMount(mounts: SeenMounts, path: string): MountFact | undefined {
  const seen = mounts.of.get(trimSlashes(path))
  return seen?.presence === 'present' && seen.fact.type === 'kv' ? seen.fact : undefined
}

/** A mount that the server hides, as the store takes it to be. */
function takenFor(mounts: SeenMounts, { mount, kv }: WantedSecret | WantedFind): MountFact | undefined {
  const path = trimSlashes(mount)
  if (kv === undefined || mounts.of.get(path)?.presence !== 'hidden') return undefined
  return { path, type: 'kv', version: kv, options: {}, unknown: [], provenance: { from: 'vault' } }
}

/** The one right by which most is told of a secret, and the least is shown. */
function rightFor({ mount, key, withKeys, kv }: WantedSecret): { path: string; capability: 'read' | 'list' } {
  const folder = key.slice(0, Math.max(key.lastIndexOf('/'), 0))
  if (kv === 1) return { path: `${join(mount, folder)}/`, capability: 'list' }
  return { path: join(mount, withKeys === true ? 'subkeys' : 'metadata', key), capability: 'read' }
}

/**
 * A mount is hidden from who has no right below it (vault.md §2.9), and from everybody when it is not there. Only what the server
 * says is lacking is noted: granting that shows the mount as well.
 */
function noteHidden(
  { rights, missing }: Kv2Asking,
  mounts: SeenMounts,
  { mount, kv }: WantedSecret | WantedFind,
  path: string | undefined,
  capability: 'read' | 'list',
): void {
  if (path === undefined || kv === undefined || rights.may(capability, path) !== false) return
  if (mounts.of.get(trimSlashes(mount))?.presence !== 'hidden') return
  missing({ path, capability, purpose: `what lies at ${path}` })
}

/** The paths whose rights matter for one secret; those of folders end with a slash (vault.md §2.5). */
function pathsOf(secret: { readonly mount: string; readonly key: string }, mount: MountFact | undefined): string[] {
  if (!mount || pathProblem(secret.key)) return []
  const { key } = secret
  const folder = key.slice(0, Math.max(key.lastIndexOf('/'), 0))
  if (mount.version === 1) return [`${join(mount.path, folder)}/`, join(mount.path, key)]
  return [
    ...['metadata', 'subkeys', 'data'].map((side) => join(mount.path, side, key)),
    `${join(mount.path, 'metadata', folder)}/`,
  ]
}

/** The folder where a `find` begins. */
function folderOf(find: WantedFind, mount: MountFact | undefined): string[] {
  return mount ? [`${join(mount.path, mount.version === 2 ? 'metadata' : '', find.path)}/`] : []
}

function readable(
  secrets: readonly WantedSecret[],
  kv: (secret: WantedSecret) => MountFact | undefined,
  rights: Rights,
): readonly string[] {
  const paths = secrets.flatMap((secret) => {
    const mount = kv(secret)
    return mount ? [join(mount.path, mount.version === 2 ? 'data' : '', secret.key)] : []
  })
  return [...new Set(paths)].filter((path) => rights.may('read', path) === true).sort()
}
