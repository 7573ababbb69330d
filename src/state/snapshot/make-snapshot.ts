import { trimSlashes } from '../../model/trim-slashes.ts'
import type { SecretFact, SubKeys } from '../../model/vault-state.ts'
import type { Seen } from '../live/live-state.ts'
import { join } from '../live/paths.ts'
import { roleKey } from '../live/roles.ts'
import { leadsSomewhere, type Recording } from './record.ts'
import {
  type Named,
  type NotThere,
  SNAPSHOT_VERSION,
  type SnapshotAuthMount,
  type SnapshotFile,
  type SnapshotFolder,
  type SnapshotMount,
  type SnapshotPolicy,
  type SnapshotRole,
  type SnapshotSecret,
  type SnapshotVersion,
} from './snapshot-file.ts'
import { type Naming, namingOf, saltFor } from './snapshot-names.ts'

export interface SnapshotAbout
  extends Pick<SnapshotFile, 'made' | 'by' | 'target' | 'server' | 'scope' | 'keys' | 'names'> {
  /** Takes credentials out of a text; a name that is changed by it is left out. */
  readonly clean: (text: string) => string
}

type Mutable<Entry> = Record<string, Entry>

/** The file out of what was recorded, a namespace at a time; of what was asked twice the first answer counts. */
export function makeSnapshot(recordings: readonly Recording[], about: SnapshotAbout): SnapshotFile {
  const { clean, ...head } = about
  const { server, target, names } = about
  const salt = names === 'hashed' ? saltFor([server.address, server.namespace, target]) : undefined
  const naming = namingOf(salt === undefined ? { names } : { names, salt })
  const namespaces = [...new Set(recordings.map(({ namespace }) => namespace))].sort()
  const each = <Part>(make: (all: readonly Recording[]) => Part): Record<string, Part> =>
    Object.fromEntries(
      namespaces.map((namespace) => [namespace, make(recordings.filter((one) => one.namespace === namespace))]),
    )
  return {
    version: SNAPSHOT_VERSION,
    ...head,
    ...(salt === undefined ? {} : { salt }),
    rights: rightsOf(recordings, naming),
    mounts: each(mountsOf),
    authMounts: each((all) => cleaned(authMountsOf(all), clean)),
    roles: each((all) => cleaned(rolesOf(all), clean)),
    policies: each((all) => policiesOf(all, clean)),
    secrets: each((all) => secretsOf(all, naming, clean)),
  }
}

function rightsOf(recordings: readonly Recording[], naming: Naming): SnapshotFile['rights'] {
  const all = recordings.flatMap(({ namespace, live }) =>
    live.missingRights.map(({ path, capability }) => ({ namespace, path, capability })),
  )
  const distinct = [...new Map(all.map((right) => [JSON.stringify(right), right])).values()]
  const lacked = naming.hashed ? distinct.filter(({ path }) => /^(?:sys|auth)\//.test(path)) : distinct
  const key = (right: (typeof all)[number]) => `${right.namespace}\n${right.path}\n${right.capability}`
  return { lacked: lacked.sort((a, b) => (key(a) < key(b) ? -1 : 1)), more: distinct.length - lacked.length }
}

function named<Entry>(complete: boolean, entries: readonly (readonly [string, Entry])[]): Named<Entry> {
  return { complete, of: Object.fromEntries([...entries].reverse()) }
}

/** A part that the server said something of, and not what it is. */
function notThere(seen: Exclude<Seen<unknown>, { presence: 'present' }>): { readonly state: NotThere } {
  return { state: seen.presence }
}

function mountsOf(recordings: readonly Recording[]): Named<SnapshotMount> {
  return named(
    recordings.some(({ mountsComplete }) => mountsComplete),
    recordings.flatMap(({ live, wanted, mountsComplete }) => [
      ...live.state.mounts.map(({ path, type, version, description, accessor, options }): [string, SnapshotMount] => [
        path,
        {
          type,
          ...(version === undefined ? {} : { version }),
          ...(description ? { description } : {}),
          ...(accessor === undefined ? {} : { accessor }),
          options,
        },
      ]),
      ...(wanted.mounts ?? []).flatMap((path): [string, SnapshotMount][] => {
        const seen = live.mount(path)
        if (mountsComplete || seen === undefined || seen.presence === 'present') return []
        const inside = seen.presence === 'absent' && seen.inside !== undefined ? { inside: seen.inside } : {}
        return [[trimSlashes(path), { ...notThere(seen), ...inside }]]
      }),
    ]),
  )
}

/** Fields that hold what nobody but the server may know; servers do not show them, and a proxy might (snapshot.md §2). */
const SECRET_FIELD = /(?:jwt|secret|password|private_key|client_key|token|secret_id)$/i

function withoutSecrets(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([name, value]) => typeof value !== 'string' || value === '' || !SECRET_FIELD.test(name),
    ),
  )
}

function authMountsOf(recordings: readonly Recording[]): Named<SnapshotAuthMount> {
  return named(
    recordings.some(({ authMountsComplete }) => authMountsComplete),
    recordings.flatMap(({ live, wanted, authMountsComplete }) => {
      const known = live.state.authMounts.map(({ path, type, accessor }): [string, SnapshotAuthMount] => [
        path,
        { type, ...(accessor === undefined ? {} : { accessor }), ...configOf(live, path) },
      ])
      const others = (wanted.authMounts ?? []).flatMap((path): [string, SnapshotAuthMount][] => {
        const seen = live.authMount(path)
        if (authMountsComplete || seen === undefined || seen.presence === 'present') return []
        return [[trimSlashes(path), { ...notThere(seen), ...configOf(live, path) }]]
      })
      return [...known, ...others]
    }),
  )
}

function configOf(live: Recording['live'], path: string): Pick<SnapshotAuthMount, 'config' | 'configState'> {
  const seen = live.authConfig(path)
  if (seen === undefined) return {}
  return seen.presence === 'present' ? { config: withoutSecrets(seen.fact) } : { configState: seen.presence }
}

function rolesOf(recordings: readonly Recording[]): Record<string, Named<SnapshotRole>> {
  const byMount = new Map<string, [string, SnapshotRole][]>()
  const complete = new Set(recordings.flatMap(({ rolesComplete }) => [...rolesComplete]))
  for (const mount of complete) byMount.set(mount, [])
  const asked = recordings.flatMap(({ live, wanted }) =>
    (wanted.roles ?? []).map(({ authMount, name }) => ({ key: roleKey(authMount, name), authMount, name, live })),
  )
  for (const { authMount, name, live } of new Map(asked.reverse().map((one) => [one.key, one])).values()) {
    const seen = live.role(authMount, name)
    const mount = trimSlashes(authMount)
    if (seen === undefined || (seen.presence === 'absent' && complete.has(mount))) continue
    const entry: SnapshotRole =
      seen.presence === 'present'
        ? {
            ...(seen.fact.type === undefined ? {} : { type: seen.fact.type }),
            fields: withoutSecrets(seen.fact.fields),
          }
        : notThere(seen)
    byMount.set(mount, [...(byMount.get(mount) ?? []), [name.toLowerCase(), entry]])
  }
  return Object.fromEntries(
    [...byMount].map(([mount, roles]) => [mount, { complete: complete.has(mount), of: Object.fromEntries(roles) }]),
  )
}

function policiesOf(recordings: readonly Recording[], clean: (text: string) => string): Named<SnapshotPolicy> {
  const complete = recordings.some(({ policiesComplete }) => policiesComplete)
  return named(
    complete,
    recordings.flatMap(({ live, wanted }) => {
      const ofRoles = live.state.roles.flatMap(({ policies }) => policies ?? [])
      const names = new Set([...(wanted.policies ?? []), ...ofRoles].map((name) => name.toLowerCase()))
      return [...names].flatMap((name): [string, SnapshotPolicy][] => {
        const seen = live.policy(name)
        if (seen === undefined || (seen.presence === 'absent' && complete)) return []
        if (seen.presence !== 'present') return [[name, notThere(seen)]]
        const { text, expires } = seen.fact
        // A rule without the credential that stands in it would be another rule.
        if (rulesOf(clean(text)) !== rulesOf(text)) return [[name, { state: 'unknown' }]]
        return [[name, { text: clean(text), ...(expires === undefined ? {} : { expires }) }]]
      })
    }),
  )
}

/** What of a policy's text is no comment, roughly: a `#` in a path counts as one, on both sides of a comparison. */
function rulesOf(text: string): string {
  return text.replaceAll(/(?:#|\/\/).*$/gm, '')
}

/** Texts of a part without credentials; names of fields are the server's own. */
function cleaned<Part>(part: Part, clean: (text: string) => string): Part {
  return JSON.parse(JSON.stringify(part), (_, value: unknown) =>
    typeof value === 'string' ? clean(value) : value,
  ) as Part
}

type Folders = Mutable<SnapshotFolder>
interface Draft extends SnapshotFolder {
  complete: boolean
  state?: 'hidden' | 'unknown'
  readonly folders: string[]
  readonly secrets: Mutable<SnapshotSecret>
}

function secretsOf(
  recordings: readonly Recording[],
  naming: Naming,
  clean: (text: string) => string,
): Record<string, Folders> {
  const mounts = new Map<string, Map<string, Draft>>()
  const folderAt = (mount: string, path: string): Draft => {
    const folders = mounts.get(mount) ?? new Map<string, Draft>()
    mounts.set(mount, folders)
    const known = folders.get(path) ?? {
      complete: false,
      folders: [],
      secrets: Object.create(null) as Mutable<SnapshotSecret>,
    }
    folders.set(path, known)
    return known
  }
  const isSafe = (name: string) => clean(name) === name
  for (const { live, wanted, folders } of recordings) {
    for (const [mount, listings] of folders) {
      for (const [path, listing] of listings) {
        // What leads to it is told as not whole.
        if (!isSafe(path)) continue
        const draft = folderAt(mount, path)
        if (!('names' in listing)) {
          if (!draft.complete) draft.state = listing.presence
          continue
        }
        draft.complete = true
        delete draft.state
        for (const name of listing.names) {
          if (!leadsSomewhere(name)) continue
          // A name that looks like a credential is not written down; then the list is not whole.
          if (!isSafe(name)) draft.complete = false
          else if (name.endsWith('/')) addFolder(draft, naming.entry(mount, join(path, name)))
          else {
            const key = join(path, name)
            const entry = entryOf(live.secretFact(mount, key), { naming, mount, key, isSafe }) ?? { state: 'unseen' }
            draft.secrets[naming.entry(mount, key)] = entry
          }
        }
      }
    }
    for (const { mount: given, key, version } of wanted.secrets ?? []) {
      const mount = trimSlashes(given)
      const seen = live.mount(mount)
      if (seen?.presence !== 'present' || seen.fact.type !== 'kv' || !isSafe(key)) continue
      addWanted(folderAt(mount, key.slice(0, Math.max(key.lastIndexOf('/'), 0))), {
        name: naming.entry(mount, key),
        version,
        told: entryOf(live.secretFact(mount, key, version), { naming, mount, key, isSafe }),
        whole: entryOf(live.secretFact(mount, key), { naming, mount, key, isSafe }),
      })
    }
  }
  return Object.fromEntries(
    [...mounts].map(([mount, folders]) => [
      mount,
      Object.fromEntries(
        [...folders].map(([path, draft]) => [naming.folder(mount, path), { ...draft, folders: draft.folders.sort() }]),
      ),
    ]),
  )
}

function addFolder({ folders }: Draft, name: string): void {
  if (!folders.includes(name)) folders.push(name)
}

/** What a manifest names: also where its folder was not listed, and with the version that it pins. */
function addWanted(
  draft: Draft,
  {
    name,
    version,
    told,
    whole,
  }: {
    readonly name: string
    readonly version: number | undefined
    readonly told: SnapshotSecret | undefined
    readonly whole: SnapshotSecret | undefined
  },
): void {
  const known = Object.hasOwn(draft.secrets, name) ? draft.secrets[name] : undefined
  // That a whole list does not name it says that it is absent.
  if (known === undefined && draft.complete && whole?.state === 'absent') return
  const base = known ?? whole
  if (base === undefined) return
  if (version === undefined || told === undefined) draft.secrets[name] = base
  else {
    const { versions: _, pinned: __, ...one } = told
    draft.secrets[name] = { ...base, pinned: { ...base.pinned, [version]: one } }
  }
}

interface EntryContext {
  readonly naming: Naming
  readonly mount: string
  readonly key: string
  readonly isSafe: (name: string) => boolean
}

function entryOf(fact: SecretFact | undefined, context: EntryContext): SnapshotSecret | undefined {
  switch (fact?.presence) {
    case undefined:
      return undefined
    case 'absent':
    case 'hidden':
    case 'unknown':
      return { state: fact.presence }
    case 'deleted':
    case 'destroyed':
      return { state: fact.presence, version: fact.currentVersion, ...deletionOf(fact) }
    case 'present': {
      const { currentVersion, versions, customMetadata, keys } = fact
      const managedBy = customMetadata?.['managed-by']
      const written: SnapshotVersion = {
        ...(currentVersion === undefined ? {} : { version: currentVersion }),
        ...deletionOf(fact),
        ...(managedBy === undefined || !context.isSafe(managedBy) ? {} : { managedBy }),
        ...keysOf(keys, context),
      }
      return versions === undefined ? written : { ...written, versions }
    }
  }
}

function deletionOf({ deletionTime }: { readonly deletionTime?: string }): { readonly deletion?: string } {
  return deletionTime === undefined ? {} : { deletion: deletionTime }
}

/** Without a key whose name looks like a credential the names would say that it is not there: then none is written. */
function keysOf(keys: SubKeys | undefined, context: EntryContext): { readonly keys?: SubKeys } {
  const written = keys === undefined ? undefined : namesOf(keys, context, [])
  return written === undefined ? {} : { keys: written }
}

function namesOf(keys: SubKeys, context: EntryContext, above: readonly string[]): SubKeys | undefined {
  const { naming, mount, key, isSafe } = context
  const entries: [string, SubKeys | null][] = []
  for (const [name, below] of Object.entries(keys)) {
    if (!isSafe(name)) return undefined
    const steps = [...above, name]
    const inner = below === null ? null : namesOf(below, context, steps)
    if (inner === undefined) return undefined
    entries.push([naming.key(mount, key, steps), inner])
  }
  return Object.fromEntries(entries)
}
