import type { Link } from '../chain/chain.ts'
import type { Access } from '../model/reference.ts'
import type { VaultStore } from '../model/store.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import { nameField, nameManifest } from '../model/wording.ts'
import type { Gathered } from '../modes/gather.ts'
import { compare } from '../report/wording.ts'
import { describeFacts } from './describe-login.ts'
import type { Place } from './explanation.ts'

/** What `references` says, as plain data: its JSON form, and what the text is written from. Additive within version 1. */
export interface ReferencesDocument {
  readonly version: 1
  /** Sorted by Vault namespace, then path. */
  readonly paths: readonly UsedPath[]
  /** References whose path cannot be told, and why. */
  readonly unknown: readonly (User & { readonly because: string })[]
}

export interface UsedPath {
  /** `kv/team/app`: mount and key, without KV version 2's `data/` or `metadata/`. Everything below it where `below` says so. */
  readonly path: string
  readonly below: boolean
  readonly vaultNamespace: string | null
  readonly readers: readonly User[]
  readonly writers: readonly User[]
  /** Live only: what the server says of the secret. */
  readonly live: string | null
}

export interface User extends Place {
  readonly manifest: string
  /** Other objects out of the same line. */
  readonly also: readonly string[]
  readonly field: string
  readonly operation: string
  /** `null`: the whole secret. */
  readonly property: string | null
  readonly store: string | null
}

/** Who uses which path of Vault, readers apart from writers. */
export function referencesCommand({ chain }: Pick<Gathered, 'chain'>): ReferencesDocument {
  const paths = new Map<string, UsedPath & { readers: User[]; writers: User[]; live: string | null }>()
  const unknown: (User & { because: string })[] = []
  for (const link of chain.links) {
    const { reference, store } = link
    // Of another provider: none of Vault's affair. One that stands where ESO does not read it uses nothing.
    if (reference.store.found === 'foreign' || reference.proposed) continue
    const used = store === undefined ? undefined : usedPath(link, store)
    if (used === undefined) {
      unknown.push({ ...userOf(link), because: whyUnknown(link) })
      continue
    }
    const id = JSON.stringify([used.vaultNamespace, used.path, used.below])
    const entry = paths.get(id) ?? { ...used, readers: [], writers: [], live: null }
    paths.set(id, entry)
    entry.live ??= describeFacts(link)
    if (writes(link)) entry.writers.push(userOf(link))
    else entry.readers.push(userOf(link))
  }
  return {
    version: 1,
    paths: [...paths.values()]
      .map((path) => ({ ...path, readers: path.readers.sort(byPlace), writers: path.writers.sort(byPlace) }))
      .sort((a, b) => compare(a.vaultNamespace ?? '', b.vaultNamespace ?? '') || compare(a.path, b.path)),
    unknown: unknown.sort(byPlace),
  }
}

function writes({ reference }: Link): boolean {
  if (reference.operation === 'push') return true
  return reference.operation === 'generator' && reference.accesses.some(({ capability }) => capability !== 'read')
}

function usedPath(
  { reference }: Link,
  store: VaultStore,
): Pick<UsedPath, 'path' | 'below' | 'vaultNamespace'> | undefined {
  const vaultNamespace = store.vaultNamespace === undefined ? null : trimSlashes(store.vaultNamespace)
  const { accesses } = reference
  if (reference.operation === 'find') {
    const first = accesses[0]
    if (first === undefined) return undefined
    return { path: withoutSide(first, store), below: true, vaultNamespace }
  }
  // A push is known by its data, `metadataPolicy: Fetch` has only metadata.
  const access = accesses.find(({ side }) => side === 'data' || side === 'engine') ?? accesses[0]
  return access === undefined ? undefined : { path: withoutSide(access, store), below: false, vaultNamespace }
}

/** `kv/data/app` → `kv/app`, as people name secrets; an engine's path stays. */
function withoutSide({ path, side }: Access, store: VaultStore): string {
  const clean = path.replace(/\/$/, '')
  if (side === 'engine' || store.version === 'v1') return clean
  const mount = store.path === undefined ? undefined : trimSlashes(store.path)
  const from = mount === undefined ? clean.indexOf(`/${side}`) : clean.startsWith(`${mount}/`) ? mount.length : -1
  if (from < 0) return clean
  const rest = clean.slice(from + 1)
  if (rest === side) return clean.slice(0, from)
  return rest.startsWith(`${side}/`) ? `${clean.slice(0, from)}/${rest.slice(side.length + 1)}` : clean
}

function whyUnknown({ reference }: Link): string {
  const { store, notChecked, failsWith, storeRef, generatorRef } = reference
  if (failsWith !== undefined) return `ESO fails before it asks: ${failsWith}`
  if (notChecked !== undefined) return notChecked
  const named = storeRef ?? generatorRef
  if (store.found === 'unknown') return store.because
  const name = named === undefined ? 'its store' : `${named.kind} ${named.name}`
  return store.found === 'duplicate'
    ? `${store.stores.length} places in Git declare ${name} differently`
    : `${name} stands nowhere in the files that were read`
}

function userOf({ reference, also }: Link): User {
  const { span, manifest, field, operation, property, storeRef, generatorRef } = reference
  const store = storeRef ?? generatorRef
  return {
    file: span.file,
    line: span.line,
    manifest: nameManifest(manifest),
    also: also.map(nameManifest),
    field: nameField(field),
    operation,
    property: property === undefined || property === '' ? null : property,
    store: store === undefined ? null : `${store.kind} ${store.name}`,
  }
}

function byPlace(a: User, b: User): number {
  return compare(a.file, b.file) || a.line - b.line || compare(a.field, b.field)
}
