import { isShownFile, weakness } from '../model/documentation.ts'
import { nearestNames } from '../model/nearest-name.ts'
import { holesOf } from '../model/placeholders.ts'
import { type LoginReason, serverReason } from '../model/reason.ts'
import type { Span } from '../model/span.ts'
import type { StoreAuth } from '../model/store.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import type {
  AuthMountFact,
  InNamespace,
  MountFact,
  PartlyKnown,
  PolicyFact,
  Provenance,
  RoleFact,
  VaultState,
} from '../model/vault-state.ts'
import { couldBeNamed } from '../state/declared/partly-known.ts'
import type { LiveState, Seen } from '../state/live/live-state.ts'
import type { Lookup } from './chain.ts'
import { spanOfProvenance } from './provenance.ts'

/** Where the two states come from; Git is asked first because it is what the merge will bring (design §3). */
export interface Knowledge {
  readonly declared: VaultState
  /** Of the Vault namespace that is asked; absent when no Vault was asked. */
  readonly live: LiveState | undefined
  /** The Vault namespace that is asked; `undefined`: not known, so that every declaration may be meant. */
  readonly vaultNamespace?: string | undefined
}

/** What Git declares for the Vault namespace that is asked: what says so, else what says nothing of namespaces. */
export function inNamespace<T extends InNamespace>(facts: readonly T[], { vaultNamespace }: Knowledge): readonly T[] {
  if (vaultNamespace === undefined) return facts
  const told = facts.filter((fact) => fact.vaultNamespace === vaultNamespace)
  return told.length > 0 ? told : facts.filter((fact) => fact.vaultNamespace === undefined)
}

/** The role that a store logs in with. A role's identity is its auth mount and its name together (field.md §3). */
export function lookUpRole(
  auth: StoreAuth,
  from: Span | undefined,
  knowledge: Knowledge,
): Lookup<RoleFact> | undefined {
  const { declared, live } = knowledge
  if (auth.mount === undefined) return undefined
  if (auth.method === 'appRole') return appRole(auth, from, knowledge)
  if (auth.username !== undefined) return user(auth.username, auth.mount, from, knowledge)
  if (auth.role === undefined) return { found: 'unknown', because: { code: 'role-not-named', authMount: auth.mount } }
  const name = auth.role.toLowerCase()
  const mount = trimSlashes(auth.mount)
  const called = declared.roles.filter((role) => role.name === name && role.authMount === mount)
  const here = inNamespace(called, knowledge)
  const seen = live?.role(mount, name)
  const chosen = choose(here, from, seen, (a, b) => roleKey(a) === roleKey(b))
  if (chosen !== undefined) return chosen
  if (seen !== undefined) return fromServer(seen)
  const symbolic = declared.roles.find(
    (role) =>
      role.unknown.length > 0 && couldBeNamed(role.name, role, name) && couldBeNamed(role.authMount, role, mount),
  )
  if (symbolic !== undefined) return { found: 'unknown', because: mayBe('role', name, symbolic) }
  // Of another Vault namespace, or of another mount.
  const sameName = called.length > 0 ? called : declared.roles.filter((role) => role.name === name)
  if (sameName.length > 0) return { found: 'absent', by: 'git', near: sameName }
  // A name that something fills in is no name that could be missing.
  const open = holesOf(`${auth.mount}/${auth.role}`).length > 0
  return (
    (open ? undefined : absentAmongSiblings(name, mount, knowledge)) ?? {
      found: 'unknown',
      because: { code: 'role-not-in-git', role: auth.role, authMount: mount },
    }
  )
}

/** `userpass` and `ldap` have users in place of roles (forms.md §6). */
function user(given: string, mount: string, from: Span | undefined, knowledge: Knowledge): Lookup<RoleFact> {
  const path = trimSlashes(mount)
  const name = given.toLowerCase()
  const here = inNamespace(
    knowledge.declared.roles.filter((role) => role.authMount === path && role.name === name),
    knowledge,
  )
  return (
    choose(here, from, undefined, (a, b) => roleKey(a) === roleKey(b)) ?? {
      found: 'unknown',
      because: { code: 'user-not-in-git', username: given, authMount: path },
    }
  )
}

/**
 * Git declares other roles of the mount, or the mount itself, and not this role. What a page shows is no full list; and where a
 * role of the mount has a variable for a name, any role may be declared.
 */
function absentAmongSiblings(name: string, mount: string, knowledge: Knowledge): Lookup<RoleFact> | undefined {
  const onMount = inNamespace(
    knowledge.declared.roles.filter((role) => role.authMount === mount),
    knowledge,
  )
  const near = nearestNames(
    name,
    onMount.map((role) => role.name),
  )
  if (near.length > 0) return { found: 'absent', by: 'git', near: onMount.filter((role) => near.includes(role.name)) }
  const siblings = onMount.filter((role) => !isWeak(role))
  if (siblings.length > 0) return { found: 'absent', by: 'git', near: [], siblings }
  const enabled = inNamespace(
    knowledge.declared.authMounts.filter((fact) => fact.path === mount && !isWeak(fact)),
    knowledge,
  )
  return enabled.length > 0 ? { found: 'absent', by: 'git', near: [], siblings: [] } : undefined
}

/** Pages, comments, tests, examples and the config say what a setup looks like, and are no list of what is there. */
function isWeak({ provenance }: { readonly provenance: Provenance }): boolean {
  return weakness(provenance) > 0 || provenance.from === 'config'
}

/**
 * An AppRole store names no role, only a role id, which the server keeps to itself. The role is the one whose declaration gives
 * that id (or is called by it), else the only one that Git declares on the mount.
 */
function appRole(auth: StoreAuth, from: Span | undefined, knowledge: Knowledge): Lookup<RoleFact> {
  const mount = trimSlashes(auth.mount ?? '')
  const onMount = inNamespace(
    knowledge.declared.roles.filter((role) => role.authMount === mount),
    knowledge,
  )
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
export function lookUpPolicy(name: string, from: Span | undefined, knowledge: Knowledge): Lookup<PolicyFact> {
  const { declared, live } = knowledge
  const wanted = name.toLowerCase()
  const here = inNamespace(
    declared.policies.filter((policy) => policy.name === wanted),
    knowledge,
  )
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
export function lookUpMount(path: string, from: Span | undefined, knowledge: Knowledge): Lookup<MountFact> {
  const { declared, live } = knowledge
  const wanted = trimSlashes(path)
  const here = inNamespace(
    declared.mounts.filter((mount) => mount.path === wanted),
    knowledge,
  )
  const seen = live?.mount(wanted)
  const chosen = choose(here, from, seen, (a, b) => a.type === b.type && a.version === b.version)
  if (chosen !== undefined) return chosen
  if (seen !== undefined) return fromServer(seen)
  return {
    found: 'unknown',
    because: { code: 'mount-not-in-git', path: wanted },
  }
}

export function lookUpAuthMount(path: string, from: Span | undefined, knowledge: Knowledge): Lookup<AuthMountFact> {
  const { declared, live } = knowledge
  const wanted = trimSlashes(path)
  const here = inNamespace(
    declared.authMounts.filter((mount) => mount.path === wanted),
    knowledge,
  )
  const seen = live?.authMount(wanted)
  const chosen = choose(here, from, seen, (a, b) => a.type === b.type)
  if (chosen !== undefined) return chosen
  if (seen !== undefined) return fromServer(seen)
  return {
    found: 'unknown',
    because: { code: 'auth-mount-not-in-git', path: wanted },
  }
}

interface Fact extends PartlyKnown {
  readonly provenance: Provenance
  readonly saidAt?: Span
}

function choose<T extends Fact>(
  here: readonly T[],
  from: Span | undefined,
  seen: Seen<T> | undefined,
  same: (a: T, b: T) => boolean,
): Lookup<T> | undefined {
  const there = seen?.presence === 'present' ? seen.fact : undefined
  const written = here.filter((fact) => !isSaid(fact))
  const said = here.find(isSaid)
  const nearest = nearestByFolder(strongest(written, from), from)
  const first = nearest[0]
  if (said !== undefined && !isSettled(nearest, same)) {
    // What a person says of a role is about the server, which knows better; the text that a policy is given is what the merge brings.
    if (
      said.provenance.from === 'config' &&
      seen !== undefined &&
      seen.presence !== 'hidden' &&
      seen.presence !== 'unknown'
    )
      return there === undefined ? undefined : { found: 'known', fact: there }
    return there === undefined ? { found: 'known', fact: said } : { found: 'known', fact: said, other: there }
  }
  if (first === undefined) return there === undefined ? undefined : { found: 'known', fact: there }
  if (nearest.some((fact) => !same(fact, first))) return { found: 'conflict', facts: nearest }
  return there === undefined ? { found: 'known', fact: first } : { found: 'known', fact: first, other: there }
}

/** The config says it, in whole (a role) or its name (a policy in a file). */
export function isSaid({ provenance, saidAt }: Pick<Fact, 'provenance' | 'saidAt'>): boolean {
  return provenance.from === 'config' || saidAt !== undefined
}

/** Git says it, once and in full: then the config is not asked, which says what Git does not. */
export function isSettled<T extends Fact>(facts: readonly T[], same: (a: T, b: T) => boolean): boolean {
  const [first] = facts
  return (
    first !== undefined &&
    facts.every((fact) => same(fact, first)) &&
    facts.every((fact) => !isWeak(fact) && fact.unknown.length === 0)
  )
}

/** What only shows a setup (a test, an example) is not heard beside what makes one; for a store that is shown itself it is. */
function strongest<T extends { readonly provenance: Provenance }>(
  here: readonly T[],
  from: Span | undefined,
): readonly T[] {
  if (from !== undefined && isShownFile(from.file)) return here
  const making = here.filter(({ provenance }) => weakness(provenance) !== 1)
  return making.length > 0 ? making : here
}

/**
 * Repositories with several clusters declare one name once for each; the declaration that shares the longest folder path with
 * the store is the one meant. Equal ones all count.
 */
export function nearestByFolder<T extends { readonly provenance: Provenance }>(
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
export function roleKey(role: RoleFact): string {
  const sorted = (list: readonly string[] | undefined) => [...(list ?? ['?'])].sort().join(',')
  return [
    sorted(role.policies),
    sorted(role.boundServiceAccountNames),
    sorted(role.boundServiceAccountNamespaces),
    sorted(role.audiences),
    role.noDefaultPolicy,
  ].join(';')
}
