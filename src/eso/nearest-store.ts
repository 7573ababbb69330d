import { clusterRelation, isLive } from '../model/cluster.ts'
import type { Manifest } from '../model/manifest.ts'
import type { UnknownStoreReason } from '../model/reason.ts'
import { formatSpan } from '../model/span.ts'
import type { AnyStore } from '../model/store.ts'
import { alikeInAll, alikeInPaths } from './store-likeness.ts'

export type Choice =
  | {
      readonly store: AnyStore
      readonly chosen: string | undefined
      /** Stores that may as well be the one: they give the same paths, and may differ in the rest. */
      readonly copies: readonly AnyStore[]
    }
  | { readonly store: undefined; readonly duplicate: boolean; readonly because: UnknownStoreReason }

/**
 * Chooses among stores of one kind, namespace and name. The same store stands in many template trees, overlays and environments
 * (field.md §6), of which a cluster sees one: the one that the consumer's own root brings, else the one in the nearest common
 * folder, else the one whose folders carry the same names ("staging"), else any if they give the same paths. What is left over is
 * a duplicate if one cluster would get all of them.
 */
export function nearest(candidates: readonly AnyStore[], consumer: Manifest): Choice {
  const [only] = candidates
  if (only !== undefined && candidates.length === 1) return { store: only, chosen: undefined, copies: [] }
  const sameRoot = candidates.filter((store) => shareRoot(store.manifest, consumer))
  const [inRoot] = sameRoot
  if (inRoot !== undefined) {
    if (!alikeInAll(sameRoot)) return leftOver(sameRoot)
    return { store: inRoot, chosen: `the one that ${rootName(inRoot.manifest, consumer)} applies too`, copies: [] }
  }
  const close = most(candidates, (store) => commonFolders(store.manifest, consumer))
  const alike = most(close, (store) => sharedNames(store, close, consumer).length)
  const [chosen] = alike
  if (chosen === undefined) return leftOver(candidates)
  const place = formatSpan(chosen.manifest.span)
  if (alike.length === 1) {
    const names = sharedNames(chosen, close, consumer)
    const how =
      close.length === 1
        ? 'the nearest one in the folders'
        : `the one that shares the folder name "${names[0]}" with it`
    return { store: chosen, chosen: `${how}, ${place}`, copies: [] }
  }
  // Two different ones that one cluster would get are a mistake, whatever they agree on.
  if (!alikeInPaths(alike) || (!alikeInAll(alike) && allInOneCluster(alike))) return leftOver(alike)
  const copies = alike.filter((store) => store !== chosen)
  return { store: chosen, chosen: `one of several that give the same paths, ${place}`, copies }
}

function leftOver(stores: readonly AnyStore[]): Choice {
  return {
    store: undefined,
    duplicate: allInOneCluster(stores),
    because: { code: 'stores-differ', places: stores.map(({ manifest }) => manifest.span) },
  }
}

/** Whether two manifests reach one cluster, as far as Git shows it: one root applies both, or one folder holds both. */
export function reachOneCluster(one: Manifest, other: Manifest): boolean {
  // A command overwrites what the one before it applied; which branch runs is not told.
  if (one === other || isOfScript(one) || isOfScript(other)) return false
  const [a, b] = [one.origin.applied.cluster, other.origin.applied.cluster]
  if (!isLive(one) || !isLive(other))
    return isLive(one) === isLive(other) && folderOf(one.origin.file) === folderOf(other.origin.file)
  if (a !== undefined && b !== undefined) return clusterRelation(a, b) === 'same'
  if (one.origin.appliedBy.length > 0 && other.origin.appliedBy.length > 0) return shareRoot(one, other)
  return folderOf(one.origin.file) === folderOf(other.origin.file)
}

/** Written in the script that applies it. */
function isOfScript({ origin }: Manifest): boolean {
  return origin.appliedBy.some(({ kind, span }) => kind === 'command' && span.file === origin.file)
}

function allInOneCluster(stores: readonly AnyStore[]): boolean {
  return stores.every((store, i) =>
    stores.slice(0, i).every((other) => reachOneCluster(store.manifest, other.manifest)),
  )
}

function shareRoot(one: Manifest, other: Manifest): boolean {
  const roots = rootsOf(other)
  return rootsOf(one).some((root) => roots.includes(root))
}

function rootName(one: Manifest, other: Manifest): string {
  const roots = rootsOf(other)
  const shared = rootsOf(one).findIndex((root) => roots.includes(root))
  const root = one.origin.appliedBy[shared]
  return root === undefined ? 'its root' : `${root.kind} ${root.name}`
}

/** Roots are told apart by where they are written too: every cluster folder has its Kustomization `flux-system/apps`. */
function rootsOf(manifest: Manifest): readonly string[] {
  return manifest.origin.appliedBy.map(({ kind, name, span }) => `${kind} ${name} ${span.file}`)
}

/** Where a manifest stands: its own folder, and the folders of what applies it (a shared component is far from both clusters). */
function placesOf(manifest: Manifest): readonly (readonly string[])[] {
  const files = [manifest.origin.file, ...manifest.origin.appliedBy.map(({ span }) => span.file)]
  return [...new Set(files.map(folderOf))].map((folder) => folder.split('/'))
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf('/')))
}

function commonFolders(one: Manifest, other: Manifest): number {
  const depths = placesOf(one).flatMap((left) =>
    placesOf(other).map((right) => {
      const differs = left.findIndex((part, i) => part !== right[i])
      return differs < 0 ? left.length : differs
    }),
  )
  return Math.max(...depths)
}

/** Folder names of the consumer that this store has and not all of the others: the name of an environment or a cluster. */
function sharedNames(store: AnyStore, all: readonly AnyStore[], consumer: Manifest): readonly string[] {
  const names = (manifest: Manifest) => new Set(placesOf(manifest).flat())
  const others = all.filter((other) => other !== store).map((other) => names(other.manifest))
  const mine = names(store.manifest)
  return [...names(consumer)].filter((name) => mine.has(name) && others.some((other) => !other.has(name)))
}

function most(stores: readonly AnyStore[], score: (store: AnyStore) => number): readonly AnyStore[] {
  const scores = stores.map(score)
  const best = Math.max(...scores)
  return stores.filter((_, i) => scores[i] === best)
}
