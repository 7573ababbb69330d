import type { FailsWith } from '../../model/eso-failure.ts'
import type { Access } from '../../model/reference.ts'
import { aclListPath, aclPath, httpPath, isPath, type PathResult } from '../paths.ts'

/** What a reference makes ESO send, and what stops it: `failsWith` comes after the accesses, or instead of them. */
export interface Requests {
  readonly accesses: readonly Access[]
  readonly failsWith: FailsWith | undefined
}

const METHOD: Readonly<Record<Access['capability'], Access['http']['method']>> = {
  read: 'GET',
  list: 'GET',
  // Writes are PUT; which capability it takes is told by the engine's existence check (eso.md §0.7, §3.6).
  create: 'PUT',
  update: 'PUT',
  delete: 'DELETE',
}

/** One request; `undefined` when `..` leads out of the API. */
export function request(
  capability: Access['capability'],
  path: string,
  side: Access['side'],
  when: string,
  query?: string,
): Access | undefined {
  const list = capability === 'list'
  const acl = list ? aclListPath(path) : aclPath(path)
  if (acl === undefined) return undefined
  const asked = list ? 'list=true' : query
  return {
    path: acl,
    capability,
    http: { method: METHOD[capability], path: httpPath(path), ...(asked ? { query: asked } : {}) },
    side,
    when,
  }
}

/** The same request for every path below `path`'s folder (see `Access.below`). */
export function requestBelow(
  capability: 'read' | 'list',
  folder: string,
  side: Access['side'],
  when: string,
): Access | undefined {
  // The last segment keeps a trailing slash from being cleaned away, and is cut off again.
  const acl = aclPath(`${folder}/x`)?.slice(0, -1)
  if (acl === undefined) return undefined
  const query = capability === 'list' ? { query: 'list=true' } : {}
  const path = httpPath(`${folder}/x`).slice(0, -1)
  return { path: acl, capability, http: { method: 'GET', path, ...query }, side, when, below: true }
}

/** Requests in order; the first that leads out of the API ends them. */
export function inOrder(requests: readonly (Access | undefined)[], failsWith?: FailsWith): Requests {
  const end = requests.indexOf(undefined)
  const accesses = (end < 0 ? requests : requests.slice(0, end)).filter((access) => access !== undefined)
  return { accesses, failsWith: end < 0 ? failsWith : { code: 'leaves-api' } }
}

/** Runs `build` on a built path, or fails with what ESO says instead (eso.md §2.3). */
export function withPath(path: PathResult, build: (path: string) => Requests): Requests {
  return isPath(path) ? build(path) : { accesses: [], failsWith: path }
}
