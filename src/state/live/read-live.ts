import { trimSlashes } from '../../model/trim-slashes.ts'
import { readAuthMounts } from './auth-mounts.ts'
import type { VaultClient } from './client.ts'
import type { Asking } from './hidden.ts'
import type { LiveState, MissingRight, Seen, ServerFacts, TokenFacts, Wanted } from './live-state.ts'
import { readMounts } from './mounts.ts'
import { readPolicies } from './policies.ts'
import { readRoles, roleKey } from './roles.ts'
import { readSecrets, secretKey } from './secrets.ts'

/** Whom to ask, and what is known of it already. */
export interface Session {
  readonly client: VaultClient
  readonly server: ServerFacts
  readonly token: TokenFacts
}

export interface ReadOptions {
  /** The most secrets that are asked for; the others are not looked at. */
  readonly secrets?: number
  /** Is called for each secret that the server has told of. */
  readonly told?: () => void
}

/**
 * Asks the server for everything that is wanted, in one Vault namespace: the one of `session.client`.
 *
 * What cannot be seen is told as hidden or unknown, part by part; a server that fails, be it at the last request, is told in
 * `unanswered` and throws nothing.
 */
export async function readLive(session: Session, wanted: Wanted, options: ReadOptions = {}): Promise<LiveState> {
  const { client, server, token } = session
  const missing = new Map<string, MissingRight>()
  const unanswered = new Set<string>()
  const asking: Asking = {
    client,
    missing: (right) => void missing.set(`${right.path}\n${right.capability}`, right),
    unanswered: (sentence) => void unanswered.add(sentence),
  }
  const finds = wanted.finds ?? []
  const secrets = wanted.secrets ?? []
  const roles = wanted.roles ?? []

  const mountPaths = [...(wanted.mounts ?? []), ...secrets.map(mountOf), ...finds.map(mountOf)]
  const authPaths = [...(wanted.authMounts ?? []), ...roles.map((role) => role.authMount)]
  // What roles log in by and what secrets lie in have nothing to do with each other: neither waits for the other.
  const [{ authMounts, seenRoles, policies }, { mounts, seenSecrets }] = await Promise.all([
    readLogins(asking, authPaths, wanted),
    readMounts(asking, mountPaths).then(async (mounts) => ({
      mounts,
      seenSecrets: await readSecrets(asking, mounts, secrets, finds, options),
    })),
  ])
  const seenFinds = new Map(finds.map((find) => [findKey(find.mount, find.path), seenSecrets.finds.get(find)]))

  return {
    state: {
      mounts: mounts.all,
      authMounts: authMounts.all,
      roles: facts(seenRoles.values()),
      policies: facts(policies.values()),
    },
    server,
    token,
    mount: (path) => mounts.of.get(trimSlashes(path)),
    authMount: (path) => authMounts.of.get(trimSlashes(path)),
    authConfig: (path) => authMounts.configOf.get(trimSlashes(path)),
    role: (authMount, name) => seenRoles.get(roleKey(authMount, name)),
    policy: (name) => policies.get(name.toLowerCase()),
    secretFact: (mount, key, version) => seenSecrets.of.get(secretKey(mount, key, version)),
    find: (mount, path) => seenFinds.get(findKey(mount, path)),
    missingRights: [...missing.values()].sort(byPathAndCapability),
    excess: { root: token.root, readableValues: token.root ? [] : seenSecrets.readableValues },
    unanswered: [...unanswered],
    warnings: warningsOf(session, seenSecrets.rightsRefused),
  }
}

/** Auth mounts, the roles in them, and the policies that these give. */
async function readLogins(asking: Asking, authPaths: readonly string[], wanted: Wanted) {
  const authMounts = await readAuthMounts(asking, authPaths, wanted.authConfig === true)
  const typeOf = (path: string) => authMounts.all.find((mount) => mount.path === path)?.type
  const seenRoles = await readRoles(asking, wanted.roles ?? [], typeOf)
  // Not `default`: it covers no KV path, and CI tokens may rarely read it. Who wants it asks for it by name.
  const named = facts(seenRoles.values()).flatMap((role) => role.policies ?? [])
  const policies = await readPolicies(asking, [...(wanted.policies ?? []), ...named])
  return { authMounts, seenRoles, policies }
}

/** What is told of a Vault namespace that cannot be asked for: nothing, with the reason, of every part that was wanted. */
export function unreadable({ server, token }: Session, because: string): LiveState {
  const hidden = { presence: 'unknown', because } as const
  return {
    state: { mounts: [], authMounts: [], roles: [], policies: [] },
    server,
    token,
    mount: () => hidden,
    authMount: () => hidden,
    authConfig: () => hidden,
    role: () => hidden,
    policy: () => hidden,
    secretFact: () => hidden,
    find: () => hidden,
    missingRights: [],
    excess: { root: token.root, readableValues: [] },
    unanswered: [],
    warnings: [],
  }
}

/** What the token lacks without hiding a part of what was asked. */
function warningsOf({ token }: Session, rightsRefused: boolean): string[] {
  const warnings: string[] = []
  if (token.numUses > 0) {
    warnings.push(
      `The CI token may be used ${token.numUses} times only, and every request uses one up: checks may end in 403 before all is read. Set token_num_uses to 0 for its role.`,
    )
  }
  if (!token.lookedUp) {
    warnings.push(
      'The CI token may not look itself up, so it is not known when it ends and whether it is root. Grant it read on auth/token/lookup-self (the default policy does).',
    )
  }
  if (rightsRefused) {
    warnings.push(
      'The CI token may not ask for its own rights, so it is not known whether it could read values. Grant it update on sys/capabilities-self (the default policy does).',
    )
  }
  return warnings
}

function facts<Fact>(seen: Iterable<Seen<Fact>>): Fact[] {
  return [...seen].flatMap((one) => (one.presence === 'present' ? [one.fact] : []))
}

function mountOf(part: { readonly mount: string }): string {
  return part.mount
}

function findKey(mount: string, path: string): string {
  return `${trimSlashes(mount)}\n${trimSlashes(path)}`
}

function byPathAndCapability(a: MissingRight, b: MissingRight): number {
  const [left, right] = [`${a.path}\n${a.capability}`, `${b.path}\n${b.capability}`]
  return left < right ? -1 : left > right ? 1 : 0
}
