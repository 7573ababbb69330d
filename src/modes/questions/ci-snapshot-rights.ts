import { trimSlashes } from '../../model/trim-slashes.ts'
import type { KvMount } from '../../policy/kv-boundary.ts'
import type { Config } from '../../settings/config-file.ts'
import type { Wanted } from '../../state/live/live-state.ts'
import { join, pathProblem } from '../../state/live/paths.ts'
import { PURPOSES, type WantedRight } from './ci-purposes.ts'

/** Rights on what mode `snapshot` reads of secrets in one Vault namespace (snapshot.md §1, §5): names and states, never a value. */
export function snapshotSecretRights(
  { secrets = [], finds = [] }: Wanted,
  mounts: readonly KvMount[],
  { scope, keys }: Config['snapshot'],
): WantedRight[] {
  const rights: WantedRight[] = []
  const group = keys ? PURPOSES.keys : PURPOSES.state
  for (const mount of mounts) {
    const lists = mount.version === 2 ? join(mount.path, 'metadata') : mount.path
    const reads = join(mount.path, keys ? 'subkeys' : 'metadata')
    const list = (folder: string, below: boolean) =>
      rights.push({ path: join(lists, folder), capability: 'list', below, group: PURPOSES.names })
    const isHere = (one: { readonly mount: string }) => trimSlashes(one.mount) === mount.path
    // What only helps to explain is not worth a right.
    const keysHere = secrets.filter((one) => isHere(one) && one.aside !== true && pathProblem(one.key) === undefined)
    const folders = [...new Set(keysHere.map(({ key }) => key.slice(0, Math.max(key.lastIndexOf('/'), 0))))].sort()
    // Which other versions there are, only the metadata tells.
    for (const { key, version } of keys && mount.version === 2 ? keysHere : [])
      if (version !== undefined)
        rights.push({ path: join(mount.path, 'metadata', key), capability: 'read', group: PURPOSES.state })
    if (scope === 'all') {
      list('', true)
      if (mount.version === 2) rights.push({ path: reads, capability: 'read', below: true, group })
      continue
    }
    for (const { path } of finds.filter(isHere)) {
      list(trimSlashes(path), true)
      if (scope === 'folders' && mount.version === 2)
        rights.push({ path: join(reads, trimSlashes(path)), capability: 'read', below: true, group })
    }
    if (scope === 'folders' || mount.version === 1) for (const folder of folders) list(folder, false)
    if (mount.version === 1) continue
    if (scope === 'folders')
      for (const folder of folders) rights.push({ path: join(reads, folder), capability: 'read', beside: true, group })
    else for (const { key } of keysHere) rights.push({ path: join(reads, key), capability: 'read', group })
  }
  return rights
}

/** Rights on the lists by which a snapshot knows that a role or a policy is not there. */
export function snapshotLawRights(
  { authMounts = [], roles = [] }: Wanted,
  { scope }: Config['snapshot'],
): WantedRight[] {
  const policies = 'sys/policies/acl'
  const rights: WantedRight[] = [
    { path: 'sys/mounts', capability: 'read', group: PURPOSES.lists },
    { path: 'sys/auth', capability: 'read', group: PURPOSES.lists },
    { path: policies, capability: 'read', below: true, group: PURPOSES.everyPolicy },
  ]
  if (scope === 'referenced') return rights
  rights.push({ path: policies, capability: 'list', group: PURPOSES.everyPolicy })
  for (const mount of new Set([...authMounts, ...roles.map(({ authMount }) => authMount)].map(trimSlashes))) {
    const path = join('auth', mount, 'role')
    rights.push({ path, capability: 'list', group: PURPOSES.role })
    rights.push({ path, capability: 'read', below: true, group: PURPOSES.role })
  }
  return rights
}
