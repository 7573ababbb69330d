import type { Reference } from '../../model/reference.ts'

/** Engines that make a credential at every read of `<mount>/creds/<role>`, by the names that their mounts are given. */
const ENGINES =
  /^(?:.*[-_/])?(?:database|db|postgres(?:ql)?|mysql|mongodb(?:atlas)?|redis|aws|azure|gcp|rabbitmq|consul|nomad|ldap|ad|terraform|kubernetes)(?:[-_/].*)?$/i

/**
 * Whether a read seems to ask an engine that makes a new credential each time, rather than a KV (eso.md §7 row 5).
 * On v1 the shape is enough; on v2 ESO puts `data` between, so the mount's name must speak for an engine too, as a KV folder may
 * be called `creds`. Generators are dynamic by nature and not meant here. The mount's real type, where known, decides instead.
 */
export function looksDynamic(reference: Reference): boolean {
  const { operation, store } = reference
  if (store.found !== 'vault' || (operation !== 'data' && operation !== 'extract')) return false
  const path = reference.accesses[0]?.path
  if (path === undefined) return false
  const parts = /^(.+?)\/(data\/)?creds\/[^/]+$/.exec(path)
  const mount = parts?.[1]
  if (mount === undefined) return false
  if (store.store.version === 'v1') return parts?.[2] === undefined && (store.store.path ?? mount) === mount
  return parts?.[2] !== undefined && ENGINES.test(mount)
}
