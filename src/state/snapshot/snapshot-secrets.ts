import { trimSlashes } from '../../model/trim-slashes.ts'
import type { MountFact, SecretFact, SubKeys } from '../../model/vault-state.ts'
import type { Seen, WantedSecret } from '../live/live-state.ts'
import { join, pathProblem } from '../live/paths.ts'
import { whyNotKv } from '../live/secrets.ts'
import { notInSnapshot, notShown, type SnapshotAsking } from './not-shown.ts'
import type { SnapshotFile, SnapshotSecret, SnapshotVersion } from './snapshot-file.ts'
import { type Naming, namingOf } from './snapshot-names.ts'

interface SecretsOf {
  readonly file: SnapshotFile
  readonly namespace: string
  readonly asking: SnapshotAsking
  readonly mountAt: (path: string) => Seen<MountFact> | undefined
}

/** Answers as a server does (vault.md §4.8): by `subkeys` where key names are asked for, else by `metadata`. */
export function secretReader({
  file,
  namespace,
  asking: noting,
  mountAt,
}: SecretsOf): (wanted: WantedSecret) => SecretFact {
  const naming = namingOf(file)
  const inNamespace = Object.hasOwn(file.secrets, namespace) ? file.secrets[namespace] : undefined
  return (wanted) => {
    const { key } = wanted
    // What only helps to explain is not worth a word.
    const asking = wanted.aside === true ? { ...noting, missing: () => undefined } : noting
    const mount = trimSlashes(wanted.mount)
    const problem = pathProblem(key)
    if (problem !== undefined) return { presence: 'unknown', because: problem }
    const seen = mountAt(mount)
    const unusable = whyNotKv(mount, seen)
    if (unusable !== undefined) return unusable
    const folders = inNamespace !== undefined && Object.hasOwn(inNamespace, mount) ? inNamespace[mount] : undefined
    const found = find(folders ?? {}, naming, mount, key)
    if (found === 'absent') return { presence: 'absent' }
    const kv = seen?.presence === 'present' ? seen.fact.version : undefined
    const about: About = { file, naming, asking, mount, key, wanted, kv }
    return found === undefined ? notInSnapshot(`${mount}/${key}`) : factOf(found, about)
  }
}

type Folders = SnapshotFile['secrets'][string][string]

/** `absent`: a folder that leads to it was listed whole, and does not name it. */
function find(folders: Folders, naming: Naming, mount: string, key: string): SnapshotSecret | 'absent' | undefined {
  const at = (path: string) => {
    const name = naming.folder(mount, path)
    return Object.hasOwn(folders, name) ? folders[name] : undefined
  }
  let below = key
  for (let cut = key.lastIndexOf('/'); ; cut = below.lastIndexOf('/')) {
    const above = below.slice(0, Math.max(cut, 0))
    const folder = at(above)
    const name = naming.entry(mount, below)
    if (below === key) {
      if (folder !== undefined && Object.hasOwn(folder.secrets, name)) return folder.secrets[name]
      if (folder?.complete === true) return 'absent'
    } else if (folder?.complete === true) return folder.folders.includes(name) ? undefined : 'absent'
    if (above === '') return undefined
    below = above
  }
}

interface About {
  readonly file: SnapshotFile
  readonly naming: Naming
  readonly asking: SnapshotAsking
  readonly mount: string
  readonly key: string
  readonly wanted: WantedSecret
  readonly kv: 1 | 2 | undefined
}

function factOf(entry: SnapshotSecret, about: About): SecretFact {
  const { version } = about.wanted
  if (version === undefined || entry.state === 'absent') return versionFact(entry, about, entry.versions)
  const number = String(version)
  const pinned = entry.pinned !== undefined && Object.hasOwn(entry.pinned, number) ? entry.pinned[number] : undefined
  // `metadata` tells the number of the current version, `subkeys` that of the version that is asked for.
  const current = about.wanted.withKeys !== true && entry.version !== undefined ? { version: entry.version } : {}
  if (pinned !== undefined) return versionFact({ ...pinned, ...current }, about, entry.versions)
  if (entry.state === 'hidden' || entry.state === 'unknown' || entry.state === 'unseen')
    return versionFact(entry, about, undefined)
  if (version === entry.version) return versionFact(entry, about, entry.versions)
  if (entry.version !== undefined && version > entry.version) return { presence: 'absent' }
  const state =
    entry.versions !== undefined && Object.hasOwn(entry.versions, number) ? entry.versions[number] : undefined
  if (state === 'deleted' || state === 'destroyed') return { presence: state, currentVersion: entry.version ?? 0 }
  return notInSnapshot(`version ${version} of ${about.mount}/${about.key}`)
}

function versionFact(entry: SnapshotVersion, about: About, versions: SnapshotSecret['versions']): SecretFact {
  const { mount, key, wanted, kv, asking } = about
  const { state, version, deletion, managedBy } = entry
  const name = `${mount}/${key}`
  const timed = deletion === undefined ? {} : { deletionTime: deletion }
  switch (state) {
    case 'absent':
      return { presence: 'absent' }
    case 'deleted':
    case 'destroyed':
      return { presence: state, currentVersion: version ?? 0, ...timed }
    case 'unseen':
      return notInSnapshot(`the state of ${name}`)
    case 'hidden':
    case 'unknown':
      return notShown(name, state, asking, rightFor(about))
    case undefined:
      break
  }
  const withKeys = wanted.withKeys === true
  return {
    presence: 'present',
    ...(version === undefined || (wanted.version !== undefined && withKeys) ? {} : { currentVersion: version }),
    // As a server tells them: `subkeys` knows nothing of other versions.
    ...(versions === undefined || withKeys || kv === 1 ? {} : { versions }),
    ...(managedBy === undefined ? {} : { customMetadata: { 'managed-by': managedBy } }),
    ...timed,
    ...(withKeys ? keysOf(entry, about) : {}),
  }
}

function rightFor({ mount, key, wanted, kv }: About) {
  const purpose = `what lies at ${mount}/${key}`
  const folder = key.slice(0, Math.max(key.lastIndexOf('/'), 0))
  return kv === 1
    ? ({ path: `${join(mount, folder)}/`, capability: 'list', purpose } as const)
    : ({
        path: join(mount, wanted.withKeys === true ? 'subkeys' : 'metadata', key),
        capability: 'read',
        purpose,
      } as const)
}

function keysOf(
  { keys }: SnapshotVersion,
  about: About,
): Pick<SecretFact & { presence: 'present' }, 'keys' | 'keysHidden' | 'keysHashed'> {
  const { file, naming, mount, key, wanted, kv, asking } = about
  if (keys === undefined) {
    if (kv === 1)
      return {
        keysHidden: 'KV version 1 shows key names only together with the values, which a snapshot does not hold.',
      }
    if (!file.keys) return { keysHidden: 'The snapshot holds no key names (`snapshot.keys: false`).' }
    const right = {
      path: join(mount, 'subkeys', key),
      capability: 'read',
      purpose: `the key names of ${mount}/${key}`,
    } as const
    return { keysHidden: notShown(right.purpose, 'hidden', asking, right).because }
  }
  if (!naming.hashed) return { keys }
  return { keys: lookedUp(keys, wanted.keyPaths ?? [], (path) => naming.key(mount, key, path)), keysHashed: true }
}

/** The keys that these ways lead to, by name. */
function lookedUp(
  keys: SubKeys,
  ways: readonly (readonly string[])[],
  digest: (steps: readonly string[]) => string,
  above: readonly string[] = [],
): SubKeys {
  const found: Record<string, SubKeys | null> = Object.create(null) as Record<string, SubKeys | null>
  for (const name of new Set(ways.flatMap(([first]) => (first === undefined ? [] : [first])))) {
    const here = [...above, name]
    const hash = digest(here)
    if (!Object.hasOwn(keys, hash)) continue
    const below = keys[hash]
    const onward = ways.flatMap(([first, ...rest]) => (first === name && rest.length > 0 ? [rest] : []))
    found[name] = below === null || below === undefined ? null : lookedUp(below, onward, digest, here)
  }
  return found
}
