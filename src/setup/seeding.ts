import type { Link } from '../chain/chain.ts'
import { propertyVerdict } from '../chain/property-verdict.ts'
import { readTarget } from '../chain/read-target.ts'
import { parseGjsonPath } from '../eso/property/gjson-path.ts'
import { propertyPresence } from '../eso/property/property-presence.ts'
import { templateReads } from '../eso/template/read-templates.ts'
import type { Manifest } from '../model/manifest.ts'

/** A secret that manifests read and that is not there, or lacks keys. Values are never asked for or written. */
export interface Seed {
  readonly mount: string
  readonly path: string
  readonly version: 1 | 2
  /** Keys to write, sorted; empty when the manifests do not say which. */
  readonly keys: readonly string[]
  /** `patch`: the secret is there and has other keys. */
  readonly command: 'put' | 'patch'
  /** For check-and-set: no write over what somebody seeded meanwhile. `undefined` for KV v1 and `patch`. */
  readonly cas: number | undefined
  /** `ExternalSecret apps/db`, sorted. */
  readonly usedBy: readonly string[]
  readonly namespace: string | undefined
}

type Draft = Omit<Seed, 'keys' | 'usedBy'> & { readonly keys: Set<string>; readonly usedBy: Set<string> }

/** What must be seeded for the references to work, one entry for each path. What ESO pushes it writes itself. */
export function seedsOf(links: readonly Link[]): Seed[] {
  const drafts = new Map<string, Draft>()
  const pushed = pushedTo(links)
  for (const link of links) {
    const { reference, store, secret } = link
    if (store === undefined || secret === undefined || reference.skipped !== undefined) continue
    if (reference.operation !== 'data' && reference.operation !== 'extract') continue
    const target = readTarget(reference, store)
    if (target === undefined || target.version !== undefined) continue
    const id = idOf(store.vaultNamespace, target)
    const byPush = pushed.get(id)
    const wanted = keysOf(link).filter((key) => byPush === undefined || !(byPush.has(ALL) || byPush.has(key)))
    const version = store.version === 'v1' ? 1 : 2
    const present = secret.presence === 'present'
    if (present) {
      // Version 1 has no patch: a put would replace the keys that are there.
      if (secret.keys === undefined || version === 1) continue
    } else {
      if (secret.presence !== 'absent' && secret.presence !== 'deleted' && secret.presence !== 'destroyed') continue
      // A path that somebody seeds is not ESO's own any more, and ESO then refuses to push there (eso.md §3.6).
      if (byPush !== undefined) continue
    }
    const missing = present ? wanted.filter((key) => isMissing(link, key)) : wanted
    if (present && missing.length === 0) continue
    const current = 'currentVersion' in secret ? (secret.currentVersion ?? 0) : 0
    const draft: Draft = drafts.get(id) ?? {
      mount: target.mount,
      path: target.key,
      version,
      keys: new Set(),
      command: present ? 'patch' : 'put',
      cas: present || version === 1 ? undefined : current,
      usedBy: new Set(),
      namespace: store.vaultNamespace,
    }
    drafts.set(id, draft)
    for (const key of missing) draft.keys.add(keyFor(key))
    for (const manifest of [reference.manifest, ...link.also]) draft.usedBy.add(nameOf(manifest))
  }
  return [...drafts.values()]
    .map((draft) => ({ ...draft, keys: [...draft.keys].sort(), usedBy: [...draft.usedBy].sort() }))
    .sort((a, b) => (`${a.mount}/${a.path}` < `${b.mount}/${b.path}` ? -1 : 1))
}

/** Of keys with hashed names only that one is known which the reference itself names (snapshot.md §2). */
function isMissing(link: Link, key: string): boolean {
  const { reference, secret } = link
  if (secret?.presence !== 'present') return false
  if (secret.keysHashed === true) return key === reference.property && propertyVerdict(link)?.presence === 'absent'
  return propertyPresence(secret.keys ?? {}, key).presence === 'absent'
}

/** A push without `property` writes a whole Secret, whose keys are not ours to know. */
const ALL = Symbol('all keys')

/** By path: the keys that ESO itself writes there. */
function pushedTo(links: readonly Link[]): ReadonlyMap<string, ReadonlySet<string | typeof ALL>> {
  const pushed = new Map<string, Set<string | typeof ALL>>()
  for (const { reference, store } of links) {
    if (reference.operation !== 'push' || reference.skipped !== undefined || store === undefined) continue
    const target = readTarget(reference, store)
    if (target === undefined) continue
    const id = idOf(store.vaultNamespace, target)
    const keys = pushed.get(id) ?? new Set()
    pushed.set(id, keys.add((reference.property ?? '') === '' ? ALL : (reference.property as string)))
  }
  return pushed
}

function idOf(namespace: string | undefined, { mount, key }: { readonly mount: string; readonly key: string }): string {
  return JSON.stringify([namespace ?? '', mount, key])
}

/** `property`; for an `extract` alone in its manifest the keys that the templates read (eso.md §6.4). */
function keysOf({ reference }: Link): string[] {
  if ((reference.property ?? '') !== '') return [reference.property as string]
  if (reference.operation !== 'extract') return []
  const { dataFrom, data } = (reference.manifest.body.spec ?? {}) as { dataFrom?: unknown; data?: unknown }
  if (!Array.isArray(dataFrom) || dataFrom.length !== 1 || (Array.isArray(data) && data.length > 0)) return []
  if ((dataFrom[0] as { rewrite?: unknown }).rewrite !== undefined) return []
  return templateReads(reference.manifest).reads.map((read) => read.key)
}

/**
 * The key that makes a property be found. ESO tries the property as it is written first, before it takes it for a gjson path
 * (eso.md §4.1); only an escaped name (`tls\.crt`) is better written plainly.
 */
function keyFor(property: string): string {
  const parsed = parseGjsonPath(property)
  const only = 'steps' in parsed && parsed.steps.length === 1 ? parsed.steps[0] : undefined
  return only === undefined || only.wild !== undefined ? property : only.text
}

function nameOf(manifest: Manifest): string {
  return manifest.namespace === undefined
    ? `${manifest.kind} ${manifest.name}`
    : `${manifest.kind} ${manifest.namespace}/${manifest.name}`
}
