import type { Chain, StoreLink } from '../chain/chain.ts'
import type { VaultStore } from '../model/store.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import { mountShapeProblem } from './mount-shape.ts'

const found = new WeakMap<Chain, ReadonlySet<VaultStore>>()

/**
 * Stores whose `path` or `version` is itself the finding (`mount-absent`, `mount-version`, `store-mount-shape`): every request
 * through them goes astray, so that a denial or an absent secret there would say the same thing again, with the wrong fix.
 */
export function brokenStores(chain: Chain): ReadonlySet<VaultStore> {
  const known = found.get(chain)
  if (known !== undefined) return known
  const gone = mountsGone(chain)
  const broken = new Set(
    chain.storeLinks.filter((link) => isBroken(link) || gone.has(mountOf(link.store))).map((link) => link.store),
  )
  found.set(chain, broken)
  return broken
}

/** Mounts that Git enables and the server has not (`state-drift`). */
function mountsGone({ drift }: Chain): ReadonlySet<string> {
  const gone = (drift?.differences ?? []).filter(({ kind, fields }) => kind === 'mount' && fields === 'absent')
  return new Set(gone.map(({ namespace, path }) => `${namespace} ${path}`))
}

function mountOf({ path, vaultNamespace }: VaultStore): string {
  return `${trimSlashes(vaultNamespace ?? '')} ${trimSlashes(path ?? '')}`
}

function isBroken(link: StoreLink): boolean {
  return link.mount?.found === 'absent' || hasOtherVersion(link) || mountShapeProblem(link)?.severity === 'error'
}

/** The store says another KV version than the mount has. */
export function hasOtherVersion({ store, mount }: StoreLink): boolean {
  if (mount?.found !== 'known' || mount.fact.type !== 'kv' || mount.fact.version === undefined) return false
  return mount.fact.version !== (store.version === 'v2' ? 2 : 1)
}
