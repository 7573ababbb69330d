import type { Manifest } from '../model/manifest.ts'
import type { AnyStore, GeneratorKind, StoreKind, StoreResolution } from '../model/store.ts'
import { storesInReach } from './cluster-stores.ts'
import { nearest } from './nearest-store.ts'
import { isVaultStore, readStore } from './read-store.ts'
import { alikeInAll, alikeInAuth } from './store-likeness.ts'

/** All stores that Git holds, by kind and name. */
export interface StoreIndex {
  readonly all: readonly AnyStore[]
  named(kind: StoreKind | GeneratorKind, name: string): readonly AnyStore[]
}

/** Reads the stores out of the manifests. */
export function indexStores(manifests: readonly Manifest[], holesOf: (text: string) => readonly string[]): StoreIndex {
  return indexOf(manifests.flatMap((manifest) => readStore(manifest, holesOf) ?? []))
}

/** An index over stores, or over generators, which are found by the same rules (eso.md §3.5). */
export function indexOf(all: readonly AnyStore[]): StoreIndex {
  const byName = new Map<string, AnyStore[]>()
  for (const store of all) {
    const key = `${store.kind}/${store.name}`
    byName.set(key, [...(byName.get(key) ?? []), store])
  }
  return { all, named: (kind, name) => byName.get(`${kind}/${name}`) ?? [] }
}

/**
 * The store that a reference of `consumer` leads to, for a consumer in `namespace` (eso.md §6.3). A SecretStore in another
 * namespace is unreachable; where a namespace is not told by Git, `default` is never assumed (field.md §3).
 */
export function resolveStore(
  index: StoreIndex,
  ref: { readonly kind: StoreKind | GeneratorKind; readonly name: string },
  namespace: string | undefined,
  consumer: Manifest,
): StoreResolution {
  const all = index.named(ref.kind, ref.name)
  if (all.length === 0) return absentUnlessTemplated(index, ref)
  const { stores: named, perhaps, elsewhere } = storesInReach(all, consumer)
  if (named.length === 0) return { found: 'absent', elsewhere }
  if (perhaps) return unsureCluster(named)
  if (ref.kind === 'ClusterSecretStore' || ref.kind === 'ClusterGenerator') return choose(named, consumer)
  if (namespace === undefined) return resolveWithoutNamespace(named, ref.name, consumer)
  const here = named.filter((store) => store.namespace === namespace)
  if (here.length > 0) return choose(here, consumer)
  const somewhere = named.filter((store) => store.namespace === undefined)
  if (somewhere.length === 0) return { found: 'absent' }
  const [only] = somewhere
  // The one place without a namespace may be this namespace: it is the only store that the reference can mean.
  if (only !== undefined && somewhere.length === 1) return found(only)
  return {
    found: 'unknown',
    because: { code: 'store-namespaces-unknown', name: ref.name, count: somewhere.length },
  }
}

/** Whether a store with a variable in its name could be the one that is asked for. */
function absentUnlessTemplated(
  index: StoreIndex,
  ref: { readonly kind: StoreKind | GeneratorKind; readonly name: string },
): StoreResolution {
  const templated = index.all.find(
    (store) => store.kind === ref.kind && isVaultStore(store) && store.holes.some((hole) => store.name.includes(hole)),
  )
  return templated === undefined
    ? { found: 'absent' }
    : { found: 'unknown', because: { code: 'store-name-unresolved', kind: ref.kind, name: templated.name } }
}

function resolveWithoutNamespace(named: readonly AnyStore[], name: string, consumer: Manifest): StoreResolution {
  const alike = named.filter((store) => store.namespace === undefined)
  const [candidate] = alike
  if (alike.length === 1 && candidate !== undefined) return found(candidate)
  if (named.length === 1 && named[0] !== undefined) return found(named[0])
  // Several without a namespace are copies in template trees more often than not: the nearest one may decide.
  const chosen = alike.length > 1 ? choose(alike, consumer) : undefined
  if (chosen !== undefined && chosen.found !== 'duplicate') return chosen
  return {
    found: 'unknown',
    because: { code: 'namespace-unknown', name, count: named.length },
  }
}

/** Stores of clusters that may be the consumer's: where they are alike in everything it does not matter which one it is. */
function unsureCluster(stores: readonly AnyStore[]): StoreResolution {
  const [first, ...others] = stores
  if (first !== undefined && alikeInAll(stores)) return found(first, undefined, others)
  const names = [...new Set(stores.map(({ manifest }) => manifest.origin.applied.cluster?.name ?? '?'))]
  return {
    found: 'unknown',
    because: { code: 'cluster-unknown', clusters: names, places: stores.map(({ manifest }) => manifest.span) },
  }
}

function choose(candidates: readonly AnyStore[], consumer: Manifest): StoreResolution {
  const choice = nearest(candidates, consumer)
  if (choice.store !== undefined) return found(choice.store, choice.chosen, choice.copies)
  return choice.duplicate ? { found: 'duplicate', stores: candidates } : { found: 'unknown', because: choice.because }
}

function found(store: AnyStore, chosen?: string, others: readonly AnyStore[] = []): StoreResolution {
  if (!isVaultStore(store)) return { found: 'foreign', store }
  const copies = others.filter(isVaultStore)
  if (copies.length === 0) return { found: 'vault', store, ...(chosen === undefined ? {} : { chosen }) }
  const patched = copies.find((copy) => copy.notChecked !== undefined)?.notChecked
  const all = [store, ...copies]
  const unsure = alikeInAuth(all)
    ? patched
    : ({ code: 'stores-log-in-differently', places: all.map(({ manifest }) => manifest.span) } as const)
  return {
    found: 'vault',
    store,
    copies,
    ...(chosen === undefined ? {} : { chosen }),
    ...(unsure === undefined ? {} : { unsure }),
  }
}
