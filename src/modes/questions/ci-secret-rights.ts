import { trimSlashes } from '../../model/trim-slashes.ts'
import type { KvMount } from '../../policy/kv-boundary.ts'
import type { Wanted } from '../../state/live/live-state.ts'
import { join, pathProblem } from '../../state/live/paths.ts'
import type { Gathered } from '../gather.ts'
import { PURPOSES, type WantedRight } from './ci-purposes.ts'

export interface SecretRights {
  readonly rights: readonly WantedRight[]
  readonly mounts: readonly KvMount[]
  /** Mounts of which the server says that they are not there: only the whole listing can say it again (vault.md §4.4). */
  readonly absentMounts: ReadonlySet<string>
  readonly notes: readonly string[]
}

/** Rights on the secrets and folders of one Vault namespace: one request each, and the one that shows least. */
export function wantsSecrets(
  gathered: Gathered,
  namespace: string,
  { secrets = [], finds = [], mounts = [] }: Wanted,
  { allowValueRead }: { readonly allowValueRead: boolean },
): SecretRights {
  const rights: WantedRight[] = []
  const notes: string[] = []
  const known = new Map<string, KvMount | 'absent' | 'other'>()
  for (const path of [...mounts, ...[...secrets, ...finds].map(({ mount }) => mount)].map(trimSlashes)) {
    if (path !== '') known.set(path, mountOf(gathered, namespace, path))
  }
  for (const { mount, key, withKeys, version, aside } of secrets) {
    // What only helps to explain is not worth a right.
    if (aside === true) continue
    const problem = pathProblem(key)
    const kv = known.get(trimSlashes(mount))
    if (problem !== undefined) notes.push(problem)
    if (problem !== undefined || kv === undefined || kv === 'other' || kv === 'absent') continue
    if (kv.version === 1) {
      const folder = join(kv.path, key.slice(0, Math.max(key.lastIndexOf('/'), 0)))
      rights.push({ path: folder, capability: 'list', group: PURPOSES.names })
      if (withKeys && allowValueRead)
        rights.push({ path: join(kv.path, key), capability: 'read', group: PURPOSES.value })
      continue
    }
    // `subkeys` tells presence and state too: who may read it needs no metadata (vault.md §4.8).
    if (withKeys) rights.push({ path: join(kv.path, 'subkeys', key), capability: 'read', group: PURPOSES.keys })
    const alone = !withKeys && !secrets.some((one) => one.mount === mount && one.key === key && one.withKeys)
    if (alone || (version !== undefined && !withKeys)) {
      rights.push({ path: join(kv.path, 'metadata', key), capability: 'read', group: PURPOSES.state })
    }
  }
  for (const { mount, path } of finds) {
    const kv = known.get(trimSlashes(mount))
    if (kv === undefined || kv === 'other' || kv === 'absent') continue
    const folder = join(kv.path, kv.version === 2 ? 'metadata' : '', path)
    rights.push({ path: folder, capability: 'list', below: true, group: PURPOSES.names })
  }
  return {
    rights,
    mounts: [...known.values()].flatMap((kv) => (kv === 'absent' || kv === 'other' ? [] : [kv])),
    absentMounts: new Set([...known].flatMap(([path, kv]) => (kv === 'absent' ? [path] : []))),
    notes,
  }
}

/** As the server tells it, as Git declares it, or as its stores take it to be. Another engine is never read (design §7). */
function mountOf(
  { live, declared, prediction }: Gathered,
  namespace: string,
  path: string,
): KvMount | 'absent' | 'other' {
  const seen = live.get(namespace)?.mount(path)
  if (seen?.presence === 'absent') return 'absent'
  const fact = seen?.presence === 'present' ? seen.fact : declared.state.mounts.find((mount) => mount.path === path)
  if (fact !== undefined && fact.type !== 'kv') return 'other'
  const store = prediction.stores.find(
    (one) => 'path' in one && one.path !== undefined && trimSlashes(one.path) === path,
  )
  const used = store !== undefined && 'version' in store && store.version === 'v1' ? 1 : 2
  return { path, version: fact?.version ?? used }
}
