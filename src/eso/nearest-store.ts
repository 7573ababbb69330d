import type { Manifest } from '../manifests/manifest.ts'
import { formatSpan } from '../span.ts'
import { isVaultStore } from './read-store.ts'
import type { ForeignStore, VaultStore } from './store.ts'

export type AnyStore = VaultStore | ForeignStore

export type Choice =
  | { readonly store: AnyStore; readonly chosen: string | undefined }
  | { readonly store: undefined; readonly duplicate: boolean; readonly because: string }

/**
 * Chooses among stores of one kind, namespace and name. The same store stands in many template trees, overlays and environments
 * (field.md §6), of which a cluster sees one: the one that the consumer's own root brings, else the one in the nearest common
 * folder, else any if they say the same. What is left over is a duplicate if one cluster would get both.
 */
export function nearest(candidates: readonly AnyStore[], consumer: Manifest): Choice {
  const [only] = candidates
  if (only !== undefined && candidates.length === 1) return { store: only, chosen: undefined }
  const sameRoot = candidates.filter((store) => shareRoot(store.manifest, consumer))
  const [inRoot] = sameRoot
  if (inRoot !== undefined && allAlike(sameRoot)) {
    return { store: inRoot, chosen: `the one that ${rootName(inRoot.manifest, consumer)} applies too` }
  }
  // One root brings them all, and they differ: folders tell nothing any more.
  if (inRoot !== undefined) return leftOver(sameRoot)
  const depth = (store: AnyStore) => commonFolders(store.manifest.origin.file, consumer.origin.file)
  const deepest = Math.max(...candidates.map(depth))
  const close = candidates.filter((store) => depth(store) === deepest)
  const [closest] = close
  if (closest === undefined || !allAlike(close)) return leftOver(close)
  const how = close.length === candidates.length ? 'one of several that say the same' : 'the nearest one in the folders'
  return { store: closest, chosen: `${how}, ${formatSpan(closest.manifest.span)}` }
}

function leftOver(stores: readonly AnyStore[]): Choice {
  const [first] = stores
  const places = stores.map((store) => formatSpan(store.manifest.span)).join(', ')
  return {
    store: undefined,
    duplicate: stores.every((store) => store === first || reachOneCluster(store.manifest, first?.manifest)),
    because: `Git holds several different stores of that name, none nearer than the others: ${places}`,
  }
}

/** Groups of stores that one cluster would get under one name: kind, namespace and name are equal, and so is what applies them. */
export function duplicateStores(stores: readonly AnyStore[]): readonly (readonly AnyStore[])[] {
  const groups = new Map<string, AnyStore[]>()
  for (const store of stores) {
    const key = `${store.kind}/${store.namespace ?? ''}/${store.name}`
    groups.set(key, [...(groups.get(key) ?? []), store])
  }
  return [...groups.values()].flatMap((group) => {
    const clusters: AnyStore[][] = []
    for (const store of group) {
      const cluster = clusters.find((members) => members.some((one) => reachOneCluster(one.manifest, store.manifest)))
      if (cluster === undefined) clusters.push([store])
      else cluster.push(store)
    }
    return clusters.filter((members) => members.length > 1)
  })
}

/** Whether two manifests reach one cluster, as far as Git shows it: one root applies both, or one folder holds both. */
export function reachOneCluster(one: Manifest, other: Manifest | undefined): boolean {
  if (other === undefined || one === other) return false
  if (one.origin.appliedBy.length > 0 && other.origin.appliedBy.length > 0) return shareRoot(one, other)
  return folderOf(one.origin.file) === folderOf(other.origin.file)
}

function shareRoot(one: Manifest, other: Manifest): boolean {
  return rootsOf(one).some((root) => rootsOf(other).includes(root))
}

function rootName(one: Manifest, other: Manifest): string {
  const shared = one.origin.appliedBy.find(({ kind, name, span }) =>
    rootsOf(other).includes(`${kind} ${name} ${span.file}`),
  )
  return shared === undefined ? 'its root' : `${shared.kind} ${shared.name}`
}

/** Roots are told apart by where they are written too: every cluster folder has its Kustomization `flux-system/apps`. */
function rootsOf(manifest: Manifest): readonly string[] {
  return manifest.origin.appliedBy.map(({ kind, name, span }) => `${kind} ${name} ${span.file}`)
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf('/')))
}

function commonFolders(one: string, other: string): number {
  const [left, right] = [folderOf(one).split('/'), folderOf(other).split('/')]
  let depth = 0
  while (depth < left.length && left[depth] === right[depth]) depth++
  return depth
}

function allAlike(stores: readonly AnyStore[]): boolean {
  return new Set(stores.map(meaning)).size === 1
}

/** What of a store decides paths, identity and conditions; server addresses and labels may differ between environments. */
function meaning(store: AnyStore): string {
  if (!isVaultStore(store)) return JSON.stringify(['foreign', store.provider])
  const spec = store.manifest.body.spec
  const provider = (spec as { provider?: { vault?: { auth?: unknown } } } | undefined)?.provider?.vault
  const conditions = (spec as { conditions?: unknown } | undefined)?.conditions
  return canonical([
    store.path,
    store.version,
    store.vaultNamespace,
    store.controller,
    store.checkAndSet,
    provider?.auth,
    conditions,
  ])
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? ''
  )
}
