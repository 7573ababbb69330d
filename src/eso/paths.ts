import type { FailsWith } from '../model/eso-failure.ts'
import type { KvVersion } from '../model/store.ts'
import { cleanPath } from './go-path.ts'

/** What of a store decides its paths (eso.md §2.1). `path` unset is not `path: ""`. */
export interface PathStore {
  readonly version: KvVersion
  readonly path: string | undefined
  readonly dialect?: 'openBao'
}

/** ESO may fail instead of building a path; a panic is recovered by the controller and said as an error. */
export type PathResult = string | FailsWith

export const NOT_KV2: FailsWith = { code: 'mount-not-told', says: "provided Path isn't a valid kv v2 path" }

/** What controller-runtime makes of the nil dereference (eso.md §1, `RecoverPanic`). */
export const NIL_PATH: FailsWith = {
  code: 'panics',
  says: 'panic: runtime error: invalid memory address or nil pointer dereference [recovered]',
}

/** Whether a path was built. */
export function isPath(result: PathResult): result is string {
  return typeof result === 'string'
}

/**
 * The data path, used by every read and by the data side of pushes (eso.md §2.2). Not cleaned yet: see `aclPath`.
 */
export function dataPath(store: PathStore, key: string): string {
  const v2 = store.version === 'v2'
  if (store.path !== undefined) {
    let rest = key
    // OpenBao's client takes the key as it is written.
    if (store.dialect === 'openBao') return `${store.path}${v2 ? '/data/' : '/'}${key}`
    // The mount is stripped only once, and `data/` only after a stripped mount (eso.md §2.2).
    if (rest.startsWith(`${store.path}/`)) {
      rest = rest.slice(store.path.length + 1)
      if (v2 && rest.startsWith('data/')) rest = rest.slice('data/'.length)
    }
    return `${store.path}${v2 ? '/data/' : '/'}${rest}`
  }
  if (v2 && !key.includes('/data/')) {
    const [head = '', ...rest] = key.split('/')
    return [head, 'data', ...rest].join('/')
  }
  return key
}

/**
 * The data path as PushSecret, SecretExists and DeleteSecret read it: they build it twice, which differs from `dataPath` only for
 * keys of one segment without a store path on v2 (eso.md §2.4).
 */
export function dataPathTwice(store: PathStore, key: string): string {
  return dataPath(store, dataPath(store, key))
}

/** The metadata path; unlike the data path it never strips the mount from the key (eso.md §2.3). */
export function metadataPath(store: PathStore, key: string): PathResult {
  if (store.version === 'v1') return store.path === undefined ? NIL_PATH : `${store.path}/${key}`
  if (store.path === undefined) {
    // A substring test, so that "database" passes; and the replacement may change nothing (eso.md §2.3).
    if (!key.includes('data')) return NOT_KV2
    return key.replace('/data/', '/metadata/')
  }
  return `${store.path}/metadata/${key}`
}

/**
 * The path of a request: `/v1/` and the path, cleaned as Go's `path.Join` does and percent-encoded, below the base path of
 * `server` if it has one (eso.md §2.4).
 */
export function httpPath(path: string, basePath = ''): string {
  return encodePath(cleanPath(`${basePath}/v1/${path}`))
}

/**
 * The path that policies are asked about: the cleaned path without `/v1/`, relative to the request's Vault namespace
 * (eso.md §2.4). `undefined` when `..` leads out of the API altogether.
 */
export function aclPath(path: string): string | undefined {
  const clean = cleanPath(`/v1/${path}`)
  return clean.startsWith('/v1/') ? clean.slice('/v1/'.length) : undefined
}

/** The path that policies are asked about for a LIST: Vault appends the slash before it asks (eso.md §2.4). */
export function aclListPath(path: string): string | undefined {
  const acl = aclPath(path)
  return acl === undefined ? undefined : `${acl}/`
}

/** A value in a query, as Go's `url.QueryEscape` writes it: a space is `+` (eso.md §2.4). */
export function queryText(text: string): string {
  return encodeURIComponent(text.isWellFormed() ? text : text.toWellFormed())
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}

/** Go's `url.URL.EscapedPath`: these stay as they are, everything else becomes percent-encoded UTF-8 (eso.md §2.4). */
function encodePath(path: string): string {
  return path.replace(/[^A-Za-z0-9\-_.~$&+,/:;=@]/gu, (character) =>
    // `encodeURIComponent` leaves !'()* alone, Go does not. A lone surrogate has no UTF-8: Go holds U+FFFD there.
    /[!'()*]/.test(character)
      ? `%${character.charCodeAt(0).toString(16).toUpperCase()}`
      : encodeURIComponent(character.isWellFormed() ? character : '\uFFFD'),
  )
}
