import { trimSlashes } from '../../model/trim-slashes.ts'
import type { SecretFact } from '../../model/vault-state.ts'
import type { FindFact, LiveState, Seen, Wanted } from '../live/live-state.ts'
import { join } from '../live/paths.ts'
import { rolePath } from '../live/roles.ts'

/**
 * What a server told, and where it told nothing, what a snapshot of it says (snapshot.md §3). A right that the token lacks is no news
 * where the snapshot answers what it is for.
 */
export function answeredBy(live: LiveState, then: LiveState, wanted: Wanted): LiveState {
  const answered = answeredRights(live, then, wanted)
  return {
    ...live,
    state: {
      mounts: union(live.state.mounts, then.state.mounts, ({ path }) => path),
      authMounts: union(live.state.authMounts, then.state.authMounts, ({ path }) => path),
      roles: union(live.state.roles, then.state.roles, ({ authMount, name }) => `${authMount}\n${name}`),
      policies: union(live.state.policies, then.state.policies, ({ name }) => name),
    },
    mount: (path) => firstTold(live.mount(path), then.mount(path)),
    authMount: (path) => firstTold(live.authMount(path), then.authMount(path)),
    authConfig: (path) => firstTold(live.authConfig(path), then.authConfig(path)),
    role: (authMount, name) => firstTold(live.role(authMount, name), then.role(authMount, name)),
    policy: (name) => firstTold(live.policy(name), then.policy(name)),
    secretFact: (mount, key, version) =>
      secretOf(live.secretFact(mount, key, version), then.secretFact(mount, key, version)),
    find: (mount, path) => findOf(live.find(mount, path), then.find(mount, path)),
    missingRights: live.missingRights.filter(({ path }) => !answered.has(path)),
  }
}

function union<Fact>(first: readonly Fact[], second: readonly Fact[], nameOf: (fact: Fact) => string): readonly Fact[] {
  const known = new Set(first.map(nameOf))
  return [...first, ...second.filter((fact) => !known.has(nameOf(fact)))]
}

function isTold(seen: { readonly presence: string } | undefined): boolean {
  return seen !== undefined && seen.presence !== 'hidden' && seen.presence !== 'unknown'
}

function firstTold<Fact>(live: Seen<Fact> | undefined, then: Seen<Fact> | undefined): Seen<Fact> | undefined {
  return !isTold(live) && isTold(then) ? then : (live ?? then)
}

/** A secret whose key names alone are hidden keeps what the server told of it, as long as both speak of one version. */
function secretOf(live: SecretFact | undefined, then: SecretFact | undefined): SecretFact | undefined {
  if (!isTold(live)) return isTold(then) ? then : (live ?? then)
  if (live?.presence !== 'present' || live.keysHidden === undefined || then?.presence !== 'present') return live
  if (then.keys === undefined || then.currentVersion !== live.currentVersion) return live
  const { keysHidden: _, ...known } = live
  return { ...known, keys: then.keys, ...(then.keysHashed === undefined ? {} : { keysHashed: then.keysHashed }) }
}

function findOf(
  live: ReturnType<LiveState['find']>,
  then: ReturnType<LiveState['find']>,
): ReturnType<LiveState['find']> {
  const isWhole = (found: typeof live): found is FindFact =>
    found !== undefined && 'names' in found && found.incomplete === undefined
  return !isWhole(live) && isWhole(then) ? then : (live ?? then)
}

/** The paths of rights that the token of this run lacks, and that it needs no more. */
function answeredRights(live: LiveState, then: LiveState, wanted: Wanted): ReadonlySet<string> {
  const paths = new Set<string>()
  const filled = (ours: { readonly presence: string } | undefined, theirs: { readonly presence: string } | undefined) =>
    !isTold(ours) && isTold(theirs)
  const mounts = [
    ...(wanted.mounts ?? []),
    ...[...(wanted.secrets ?? []), ...(wanted.finds ?? [])].map(({ mount }) => mount),
  ]
  if (mounts.every((path) => isTold(live.mount(path)) || isTold(then.mount(path)))) paths.add('sys/mounts')
  const authMounts = [...(wanted.authMounts ?? []), ...(wanted.roles ?? []).map(({ authMount }) => authMount)]
  if (authMounts.every((path) => isTold(live.authMount(path)) || isTold(then.authMount(path)))) paths.add('sys/auth')
  for (const path of authMounts)
    if (filled(live.authConfig(path), then.authConfig(path))) paths.add(join('auth', trimSlashes(path), 'config'))
  for (const role of wanted.roles ?? []) {
    if (!filled(live.role(role.authMount, role.name), then.role(role.authMount, role.name))) continue
    const told = then.authMount(role.authMount)
    for (const type of [
      role.type,
      told?.presence === 'present' && told.fact.type === 'cert' ? ('cert' as const) : undefined,
    ])
      paths.add(rolePath(role, type))
  }
  const policies = [...(wanted.policies ?? []), ...then.state.policies.map(({ name }) => name)]
  for (const name of policies)
    if (filled(live.policy(name), then.policy(name))) paths.add(join('sys/policies/acl', name.toLowerCase()))
  for (const { mount, key, version } of wanted.secrets ?? []) {
    const [ours, theirs] = [live.secretFact(mount, key, version), then.secretFact(mount, key, version)]
    const both = secretOf(ours, theirs)
    // Of a secret that is not there nobody needs the names of its keys.
    if (!isTold(both) || (both?.presence === 'present' && both.keysHidden !== undefined)) continue
    for (const side of ['metadata', 'subkeys', '']) paths.add(join(trimSlashes(mount), side, key))
    const folder = key.slice(0, Math.max(key.lastIndexOf('/'), 0))
    for (const side of ['metadata', '']) paths.add(`${join(trimSlashes(mount), side, folder)}/`)
  }
  for (const { mount, path } of wanted.finds ?? []) {
    if (findOf(live.find(mount, path), then.find(mount, path)) === live.find(mount, path)) continue
    for (const side of ['metadata', '']) paths.add(`${join(trimSlashes(mount), side, trimSlashes(path))}/`)
  }
  return paths
}
