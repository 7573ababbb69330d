import type { FailsWith } from '../model/eso-failure.ts'
import type { Manifest } from '../model/manifest.ts'
import type { Access, Reference } from '../model/reference.ts'
import type { Identity, VaultStore } from '../model/store.ts'
import { identityOf } from './identity.ts'
import { aclPath, httpPath } from './paths.ts'
import { isGenerator } from './provider.ts'
import { loginFailureOf } from './read-store.ts'

/** The request that gets the token; Vault asks no policy about it (eso.md §3.0). */
export interface Login {
  readonly http: { readonly method: 'PUT'; readonly path: string }
  /** As policies would name it: `auth/<mount>/login…`. */
  readonly path: string
  /** The namespace header of the login, which `auth.namespace` may set apart (eso.md §5.4). */
  readonly vaultNamespace: string | undefined
}

/** The frame of requests around the items of one object that use one store one after another (eso.md §3.0). */
export interface Session {
  readonly manifest: Manifest
  readonly store: VaultStore
  readonly namespaces: readonly string[] | undefined
  readonly identity: Identity | undefined
  /** `undefined`: a static token, or no `auth` at all. */
  readonly login: Login | undefined
  /** The login fails before Vault is asked. */
  readonly failsWith: FailsWith | undefined
  /** Requests of the frame itself, all with side `session`; errors of the last two are swallowed by ESO. */
  readonly accesses: readonly Access[]
  readonly references: readonly Reference[]
}

/** What makes a store Ready, and what that proves (eso.md §3.1). */
export interface StoreValidation {
  readonly store: VaultStore
  /** `false`: a referent store is Ready without a single request, and that means nothing. */
  readonly validated: boolean
  readonly identity: Identity | undefined
  readonly login: Login | undefined
  readonly failsWith: FailsWith | undefined
  readonly accesses: readonly Access[]
}

const LOOKUP = 'auth/token/lookup-self'
const REVOKE = 'auth/token/revoke-self'

/**
 * The sessions that the references of all objects fall into. Items that follow one another and use one store share a login;
 * another store closes it (eso.md §3.0). References without a known Vault store, and proposed ones, are in none.
 */
export function sessionsOf(references: readonly Reference[]): readonly Session[] {
  const sessions: { key: string; references: Reference[] }[] = []
  for (const reference of references) {
    if (reference.store.found !== 'vault' || reference.proposed) continue
    const { store } = reference.store
    const object = JSON.stringify([reference.namespaces, reference.identity])
    const key = `${store.kind}/${store.namespace}/${store.name}/${store.manifest.origin.file}/${object}`
    const last = sessions.at(-1)
    // Each generator logs in by itself (eso.md §3.5).
    const continues = last?.key === key && last.references[0]?.manifest === reference.manifest && !isGenerator(store)
    if (continues) last.references.push(reference)
    else sessions.push({ key, references: [reference] })
  }
  return sessions.flatMap(({ references: [first, ...rest] }) => {
    if (first === undefined || first.store.found !== 'vault') return []
    const { manifest, namespaces, identity, store } = first
    return [
      {
        manifest,
        store: store.store,
        namespaces,
        identity,
        login: loginOf(store.store),
        failsWith: loginFailureOf(store.store),
        accesses: closing(store.store),
        references: [first, ...rest],
      },
    ]
  })
}

/** What ESO does to call a store Ready. Without `lookup-self` the flood gate then keeps every ExternalSecret from Vault. */
export function validationOf(store: VaultStore): StoreValidation {
  const base = { store, failsWith: loginFailureOf(store) }
  if (store.referent) {
    return { ...base, validated: false, identity: undefined, login: undefined, failsWith: undefined, accesses: [] }
  }
  const lookup = session('read', LOOKUP, 'always: the store is Ready only if it works')
  return {
    ...base,
    validated: true,
    identity: identityOf(store, store.namespace),
    login: loginOf(store),
    accesses: [lookup, ...closing(store)],
  }
}

/** How a store logs in; `undefined` for a static token and for no `auth` (eso.md §5.2). */
export function loginOf(store: VaultStore): Login | undefined {
  const { auth } = store
  if (auth?.mount === undefined) return undefined
  const user = auth.username === undefined ? '' : `/${auth.username}`
  const path = `auth/${auth.mount}/login${user}`
  return {
    http: { method: 'PUT', path: httpPath(path) },
    path: aclPath(path) ?? path,
    vaultNamespace: store.authNamespace ?? store.vaultNamespace,
  }
}

/** A static token is left alone, and a generator's client is never closed (eso.md §3.0, §3.5). */
function closing(store: VaultStore): readonly Access[] {
  if (loginOf(store) === undefined || isGenerator(store)) return []
  return [
    session('read', LOOKUP, 'at the end, to see whether the token must be revoked; ESO ignores the error'),
    session('update', REVOKE, 'at the end, for a service token that lives for a minute or more; ESO ignores the error'),
  ]
}

function session(capability: 'read' | 'update', path: string, when: string): Access {
  const method = capability === 'read' ? 'GET' : 'PUT'
  return { path, capability, http: { method, path: httpPath(path) }, side: 'session', when }
}
