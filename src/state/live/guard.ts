import { trimSlashes } from '../../model/trim-slashes.ts'
import { ForbiddenRequest } from './errors.ts'

/** KV mounts that are known to be such; a path of another engine is never read. */
export interface KnownMounts {
  /** KV version by mount path without slashes at the ends. */
  readonly kv: ReadonlyMap<string, 1 | 2>
}

export interface GuardOptions {
  readonly known: KnownMounts
  /** `allow-value-read`: reading values was asked for in so many words. */
  readonly allowValueRead: boolean
  /** Only what a check needs to write: logins, the end of its own token, questions about rights. */
  readonly readOnly: boolean
}

/** Parts of `sys/` that tell about the server and hold no secret. `sys/raw`, `sys/leases` and the like are not among them. */
const READABLE_SYS = /^sys\/(mounts|auth|policies|policy|internal|health|seal-status|leader|namespaces)(\/|$)/
const HARMLESS_WRITES = /^(auth\/.+\/login(\/[^/]+)?|auth\/token\/revoke-self|sys\/capabilities-self)$/
/** Reads below `auth/` that give a credential. */
const CREDENTIALS = /^auth\/.+\/(role-id|secret-id)(\/|$)/

/**
 * The last check before a request leaves (design §1, promise 3): an allow-list, so that a path nobody thought of is stopped.
 *
 * Reading a KV value would show it; reading a path of a dynamic engine would mint a credential (platform.md §7, threat 15).
 * `path` is not percent-encoded, and has no slashes at the ends.
 *
 * @throws ForbiddenRequest, which is a bug of the caller.
 */
export function guard(method: 'GET' | 'LIST' | 'POST' | 'PATCH' | 'DELETE', path: string, options: GuardOptions): void {
  if (method === 'LIST') return
  if (method !== 'GET') {
    if (!options.readOnly || HARMLESS_WRITES.test(path)) return
    throw new ForbiddenRequest(`${method} ${path} was stopped: this run only reads.`)
  }
  if (CREDENTIALS.test(path)) throw new ForbiddenRequest(`GET ${path} was stopped: the answer would be a credential.`)
  if (READABLE_SYS.test(path) || path.startsWith('auth/')) return
  const [mount, version] = mountOf(path, options.known)
  if (mount === undefined) throw new ForbiddenRequest(`GET ${path} was stopped: it is not in a mount known to be KV.`)
  const rest = path.slice(mount.length + 1)
  if (version === 2 && /^(metadata|subkeys)\/.|^config$/.test(rest)) return
  if (options.allowValueRead && (version === 1 || rest.startsWith('data/'))) return
  throw new ForbiddenRequest(`GET ${path} was stopped: it would read a value, and allow-value-read is not set.`)
}

/** The known mount that serves a path: the longest one. */
function mountOf(path: string, known: KnownMounts): readonly [string | undefined, 1 | 2 | undefined] {
  let best: string | undefined
  for (const mount of known.kv.keys()) {
    if (path.startsWith(`${trimSlashes(mount)}/`) && mount.length > (best?.length ?? -1)) best = mount
  }
  return [best, best === undefined ? undefined : known.kv.get(best)]
}
