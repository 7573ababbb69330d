import { nearestNames } from '../model/nearest-name.ts'
import { type LoginReason, serverReason } from '../model/reason.ts'
import type { Span } from '../model/span.ts'
import type { StoreAuth } from '../model/store.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import type { AuthMountFact, MountFact, PolicyFact, Provenance, RoleFact, VaultState } from '../model/vault-state.ts'
import { couldBeNamed } from '../state/declared/partly-known.ts'
import type { LiveState, Seen } from '../state/live/live-state.ts'
import type { Lookup } from './chain.ts'
import { spanOfProvenance } from './provenance.ts'

/** Where the two states come from; Git is asked first because it is what the merge will bring (design §3). */
export interface Knowledge {
  readonly declared: VaultState
  /** Of the store's Vault namespace; absent when no Vault was asked. */
  readonly live: LiveState | undefined
}

/** The role that a store logs in with. A role's identity is its auth mount and its name together (field.md §3). */
export function lookUpRole(auth: StoreAuth, from: Span, { declared, live }: Knowledge): Lookup<RoleFact> | undefined {
  if (auth.mount === undefined) return undefined
  if (auth.method === 'appRole') return appRole(auth, from, declared)
  if (auth.role === undefined) return { found: 'unknown', because: { code: 'role-not-named', authMount: auth.mount } }
  const name = auth.role.toLowerCase()
  const mount = trimSlashes(auth.mount)
  const here = declared.roles.filter((role) => role.name === name && role.authMount === mount)
  const seen = live?.role(mount, name)
  const chosen = choose(here, from, seen, (a, b) => roleKey(a) === roleKey(b))
  if (chosen !== undefined) return chosen
  if (seen !== undefined) return fromServer(seen)
  const symbolic = declared.roles.find(
    (role) =>
      role.unknown.length > 0 && couldBeNamed(role.name, role, name) && couldBeNamed(role.authMount, role, mount),
  )
  if (symbolic !== undefined) return { found: 'unknown', because: mayBe('role', name, symbolic) }
  const sameName = declared.roles.filter((role) => role.name === name)
  if (sameName.length > 0) return { found: 'absent', by: 'git', near: sameName }
  const onMount = declared.roles.filter((role) => role.authMount === mount)
  const near = nearestNames(
    name,
    onMount.map((role) => role.name),
  )
  if (near.length > 0) return { found: 'absent', by: 'git', near: onMount.filter((role) => near.includes(role.name)) }
  return {
    found: 'unknown',
    because: { code: 'role-not-in-git', role: auth.role, authMount: mount },
  }
}

/**
 * An AppRole store names no role, only a role id, which the server keeps to itself. The role is the one whose declaration gives
 * that id (or is called by it), else the only one that Git declares on the mount.
 */
function appRole(auth: StoreAuth, from: Span, declared: VaultState): Lookup<RoleFact> {
  const mount = trimSlashes(auth.mount ?? '')
  const onMount = declared.roles.filter((role) => role.authMount === mount)
  const named = onMount.filter(
    (role) => auth.roleId !== undefined && [role.fields.role_id, role.name].includes(auth.roleId),
  )
  const candidates = named.length > 0 ? named : onMount
  const chosen = candidates.every((role) => role.name === candidates[0]?.name)
    ? choose(candidates, from, undefined, (a, b) => roleKey(a) === roleKey(b))
    : undefined
  return (
    chosen ?? {
      found: 'unknown',
      because: { code: 'role-id-unknown', authMount: mount },
    }
  )
}

/** A policy by name, as the role names it. */
export function lookUpPolicy(name: string, from: Span | undefined, { declared, live }: Knowledge): Lookup<PolicyFact> {
  const wanted = name.toLowerCase()
  const here = declared.policies.filter((policy) => policy.name === wanted)
  const seen = live?.policy(wanted)
  const chosen = choose(here, from, seen, (a, b) => a.text.trim() === b.text.trim())
  if (chosen !== undefined) return chosen
  if (seen !== undefined) return fromServer(seen)
  const symbolic = declared.policies.find(
    (policy) => policy.unknown.length > 0 && couldBeNamed(policy.name, policy, wanted),
  )
  if (symbolic !== undefined) return { found: 'unknown', because: mayBe('policy', wanted, symbolic) }
  const near = nearestNames(
    wanted,
    declared.policies.map((policy) => policy.name),
  )
  if (near.length > 0)
    return { found: 'absent', by: 'git', near: declared.policies.filter((policy) => near.includes(policy.name)) }
  return {
    found: 'unknown',
    because: { code: 'policy-not-in-git', policy: name },
  }
}

/** The engine at a store's path. Git seldom tells it, so without a Vault the answer is mostly "unknown". */
export function lookUpMount(path: string, from: Span | undefined, { declared, live }: Knowledge): Lookup<MountFact> {
  const wanted = trimSlashes(path)
  const here = declared.mounts.filter((mount) => mount.path === wanted)
  const seen = live?.mount(wanted)
  const chosen = choose(here, from, seen, (a, b) => a.type === b.type && a.version === b.version)
  if (chosen !== undefined) return chosen
  if (seen !== undefined) return fromServer(seen)
  return {
    found: 'unknown',
    because: { code: 'mount-not-in-git', path: wanted },
  }
}

export function lookUpAuthMount(
  path: string,
  from: Span | undefined,
  { declared, live }: Knowledge,
): Lookup<AuthMountFact> {
  const wanted = trimSlashes(path)
  const here = declared.authMounts.filter((mount) => mount.path === wanted)
  const seen = live?.authMount(wanted)
  const chosen = choose(here, from, seen, (a, b) => a.type === b.type)
  if (chosen !== undefined) return chosen
  if (seen !== undefined) return fromServer(seen)
  return {
    found: 'unknown',
    because: { code: 'auth-mount-not-in-git', path: wanted },
  }
}

function choose<T extends { readonly provenance: Provenance }>(
  here: readonly T[],
  from: Span | undefined,
  seen: Seen<T> | undefined,
  same: (a: T, b: T) => boolean,
): Lookup<T> | undefined {
  const there = seen?.presence === 'present' ? seen.fact : undefined
  const nearest = nearestByFolder(here, from)
  const first = nearest[0]
  if (first === undefined) return there === undefined ? undefined : { found: 'known', fact: there }
  if (nearest.some((fact) => !same(fact, first))) return { found: 'conflict', facts: nearest }
  return there === undefined ? { found: 'known', fact: first } : { found: 'known', fact: first, other: there }
}

/**
 * Repositories with several clusters declare one name once for each; the declaration that shares the longest folder path with
 * the store is the one meant. Equal ones all count.
 */
function nearestByFolder<T extends { readonly provenance: Provenance }>(
  facts: readonly T[],
  from: Span | undefined,
): readonly T[] {
  if (facts.length <= 1 || from === undefined) return facts
  const shared = facts.map((fact) =>
    fact.provenance.from === 'git' ? sharedFolders(fact.provenance.span.file, from.file) : 0,
  )
  const most = Math.max(...shared)
  return facts.filter((_, i) => shared[i] === most)
}

function sharedFolders(a: string, b: string): number {
  const as = a.split('/').slice(0, -1)
  const bs = b.split('/').slice(0, -1)
  let i = 0
  while (i < as.length && i < bs.length && as[i] === bs[i]) i++
  return i
}

function fromServer<T>(seen: Seen<T>): Lookup<T> {
  switch (seen.presence) {
    case 'present':
      return { found: 'known', fact: seen.fact }
    case 'absent':
      return { found: 'absent', by: 'vault', near: [] }
    default:
      return { found: 'unknown', because: serverReason(seen) }
  }
}

/** A name that Git gives only in part may be the one that is meant: a reason to say "unknown", never "absent" (field.md §4). */
function mayBe(
  of: 'role' | 'policy',
  name: string,
  fact: { readonly name: string; readonly provenance: Provenance },
): LoginReason {
  return { code: 'name-unresolved', of, name, like: fact.name, place: spanOfProvenance(fact.provenance) }
}

/** What decides whether two declarations of a role say the same. */
function roleKey(role: RoleFact): string {
  const sorted = (list: readonly string[] | undefined) => [...(list ?? ['?'])].sort().join(',')
  return [
    sorted(role.policies),
    sorted(role.boundServiceAccountNames),
    sorted(role.boundServiceAccountNamespaces),
    sorted(role.audiences),
    role.noDefaultPolicy,
  ].join(';')
}
