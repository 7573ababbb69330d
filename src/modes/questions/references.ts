import type { Link } from '../../chain/chain.ts'
import type { Access } from '../../model/reference.ts'
import type { VaultStore } from '../../model/store.ts'
import { trimSlashes } from '../../model/trim-slashes.ts'
import { nameField, nameManifest } from '../../model/wording.ts'
import type { ReferencesDocument, UsedPath, User } from '../../report/answer.ts'
import { failureText } from '../../report/reasons/failure.ts'
import { reasonText } from '../../report/reasons/not-checked.ts'
import { compare } from '../../rules/worst-first.ts'
import type { Gathered } from '../gather.ts'
import { describeFacts } from './describe-login.ts'
import { shownUsers, usersOfLink } from './workload-users.ts'

/** Who uses which path of Vault, readers apart from writers. */
export function references({ chain }: Pick<Gathered, 'chain'>): ReferencesDocument {
  const paths = new Map<string, UsedPath & { readers: User[]; writers: User[]; live: string | null }>()
  const notChecked: (User & { because: string })[] = []
  for (const link of chain.links) {
    const { reference, store } = link
    // Of another provider: none of Vault's affair. One that stands where ESO does not read it uses nothing.
    if (reference.store.found === 'foreign' || reference.proposed) continue
    const used = store === undefined ? undefined : usedPath(link, store)
    if (used === undefined) {
      notChecked.push({ ...userOf(link), because: whyNotChecked(link) })
      continue
    }
    const id = JSON.stringify([used.vaultNamespace, used.path, used.below])
    const entry = paths.get(id) ?? { ...used, readers: [], writers: [], live: null }
    paths.set(id, entry)
    entry.live ??= describeFacts(link)
    if (writes(link)) entry.writers.push(userOf(link))
    else entry.readers.push({ ...userOf(link), workloads: shownUsers(usersOfLink(chain, link)) })
  }
  return {
    version: 1,
    paths: [...paths.values()]
      .map((path) => ({ ...path, readers: path.readers.sort(byPlace), writers: path.writers.sort(byPlace) }))
      .sort((a, b) => compare(a.vaultNamespace ?? '', b.vaultNamespace ?? '') || compare(a.path, b.path)),
    notChecked: notChecked.sort(byPlace),
  }
}

export function writes({ reference }: Link): boolean {
  if (reference.operation === 'push') return true
  return reference.operation === 'generator' && reference.accesses.some(({ capability }) => capability !== 'read')
}

export function usedPath(
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

function whyNotChecked({ reference }: Link): string {
  const { store, notChecked, failsWith, storeRef, generatorRef } = reference
  if (failsWith !== undefined) return `ESO fails before it asks: ${failureText(failsWith)}`
  if (notChecked !== undefined) return reasonText(notChecked)
  const named = storeRef ?? generatorRef
  if (store.found === 'unknown') return reasonText(store.because)
  const name = named === undefined ? 'its store' : `${named.kind} ${named.name}`
  return store.found === 'duplicate'
    ? `${store.stores.length} places in Git declare ${name} differently`
    : `${name} stands nowhere in the files that were read`
}

export function userOf({ reference, also }: Link): User {
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

export function byPlace(a: User, b: User): number {
  return compare(a.file, b.file) || a.line - b.line || compare(a.field, b.field)
}
