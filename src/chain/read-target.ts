import { looksDynamic } from '../eso/facts/looks-dynamic.ts'
import type { Reference } from '../model/reference.ts'
import type { VaultStore } from '../model/store.ts'
import { trimSlashes } from '../model/trim-slashes.ts'

/** A KV secret as a live check names it: mount and key apart, no `data/` between. */
export interface ReadTarget {
  readonly mount: string
  readonly key: string
  /** A pinned version (`remoteRef.version`); `undefined`: the current one. */
  readonly version: number | undefined
  /** Whether key names are needed, because a property is asked for. */
  readonly withKeys: boolean
}

/**
 * The secret whose existence decides about a reference: taken from the resolved ACL path, so that all of ESO's path rules are in
 * it already. `undefined` for a `find`, a generator, or a path that is not fully known.
 */
export function readTarget(reference: Reference, store: VaultStore): ReadTarget | undefined {
  if (reference.operation === 'find' || reference.operation === 'generator') return undefined
  // Reading a dynamic engine would make a credential (design §7).
  if (looksDynamic(reference)) return undefined
  if (reference.holes.length > 0 || store.holes.length > 0 || reference.failsWith !== undefined) return undefined
  const side = reference.operation === 'fetch-metadata' ? 'metadata' : 'data'
  const access = reference.accesses.find((one) => one.side === side)
  if (access === undefined) return undefined
  const split = splitPath(access.path, store, side)
  if (split === undefined || split.key === '') return undefined
  const version =
    reference.version === undefined || !/^[1-9]\d*$/.test(reference.version) ? undefined : Number(reference.version)
  return { ...split, version: store.version === 'v2' ? version : undefined, withKeys: needsKeys(reference) }
}

function needsKeys(reference: Reference): boolean {
  return (reference.property ?? '') !== '' || reference.operation === 'extract'
}

/** With `path` unset the mount is what stands before `data/` (eso.md §2.2). */
function splitPath(
  path: string,
  store: VaultStore,
  side: 'data' | 'metadata',
): { mount: string; key: string } | undefined {
  if (store.path !== undefined) {
    const mount = trimSlashes(store.path)
    const prefix = store.version === 'v2' ? `${mount}/${side}/` : `${mount}/`
    return path.startsWith(prefix) ? { mount, key: path.slice(prefix.length) } : undefined
  }
  if (store.version === 'v1') {
    const at = path.indexOf('/')
    return at < 0 ? undefined : { mount: path.slice(0, at), key: path.slice(at + 1) }
  }
  const at = path.indexOf(`/${side}/`)
  return at < 0 ? undefined : { mount: path.slice(0, at), key: path.slice(at + side.length + 2) }
}
