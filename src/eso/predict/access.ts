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

/** One request, or how it fails when it names no path of the API. */
export type Sent = Access | Extract<FailsWith, { readonly code: 'leaves-api' }>

/** One request, as a reference sends it. */
export function request(
  capability: Access['capability'],
  path: string,
  side: Access['side'],
  when: string,
  query?: string,
): Sent {
  const list = capability === 'list'
  const acl = list ? aclListPath(path) : aclPath(path)
  const asked = list ? 'list=true' : query
  if (acl === undefined) return outside(METHOD[capability], path, asked)
  return {
    path: acl,
    capability,
    http: { method: METHOD[capability], path: httpPath(path), ...(asked ? { query: asked } : {}) },
    side,
    when,
  }
}

/** The same request for every path below `path`'s folder (see `Access.below`). */
export function requestBelow(capability: 'read' | 'list', folder: string, side: Access['side'], when: string): Sent {
  // The last segment keeps a trailing slash from being cleaned away, and is cut off again.
  const acl = aclPath(`${folder}/x`)?.slice(0, -1)
  if (acl === undefined) return outside('GET', folder, capability === 'list' ? 'list=true' : undefined)
  const query = capability === 'list' ? { query: 'list=true' } : {}
  const path = httpPath(`${folder}/x`).slice(0, -1)
  return { path: acl, capability, http: { method: 'GET', path, ...query }, side, when, below: true }
}

function outside(method: string, path: string, query: string | undefined): Sent {
  return { code: 'leaves-api', sends: `${method} ${httpPath(path)}${query === undefined ? '' : `?${query}`}` }
}

/** Requests in order; the first that names no path of the API ends them. */
export function inOrder(requests: readonly Sent[], failsWith?: FailsWith): Requests {
  const accesses: Access[] = []
  for (const sent of requests) {
    if ('code' in sent) return { accesses, failsWith: sent }
    accesses.push(sent)
  }
  return { accesses, failsWith }
}

/** Runs `build` on a built path, or fails with what ESO says instead (eso.md §2.3). */
export function withPath(path: PathResult, build: (path: string) => Requests): Requests {
  return isPath(path) ? build(path) : { accesses: [], failsWith: path }
}
