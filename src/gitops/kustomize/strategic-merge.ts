import {
  type Placed,
  type PlacedEntry,
  type PlacedList,
  type PlacedMap,
  type PlacedScalar,
  textAt,
  withoutEntry,
} from '../placed/placed.ts'
import { isKnownKind, listMerge } from './known-kinds.ts'
import { anyText, isBareNull, isEmpty, isNull, written } from './scalar-text.ts'
import { Stop } from './stop.ts'

/**
 * Merges a strategic merge patch into an object as kustomize does (kustomize.md §3): maps merge, `null` and `$patch: delete` take away, `$patch:
 * replace` replaces, lists are replaced. Only kinds that kustomize has a schema of merge some lists by a key. `undefined`: the patch
 * deletes the object.
 */
export function strategicMerge(object: PlacedMap, patch: Placed): PlacedMap | undefined {
  const merged = merge(object, patch, undefined)
  return merged?.type === 'map' ? merged : undefined
}

/** Where a node stands below an object of a known kind; `undefined` below any other. */
type KnownPath = readonly string[] | undefined

/** What becomes of `base` under `patch`; `undefined`: the field goes. */
function merge(base: Placed | undefined, patch: Placed | undefined, outer: KnownPath): Placed | undefined {
  const type = [base, patch].find((node) => !isNull(node))?.type
  // An explicit null stays as long as no patch speaks of it.
  if (type === undefined) return patch === undefined && base !== undefined && !isBareNull(base) ? base : undefined
  for (const node of [base, patch]) if (!isNull(node) && node?.type !== type) throw new Stop('build-fails')
  if (patch !== undefined && isNull(patch)) return undefined
  if (type === 'scalar') {
    if (patch === undefined || base === undefined) return patch ?? base
    return written(base as PlacedScalar, patch as PlacedScalar)
  }
  const known = outer ?? knownRoot(base) ?? knownRoot(patch)
  if (type === 'list') {
    const by = known === undefined ? undefined : listMerge(known)
    if (by === undefined) {
      // What an empty null becomes depends on how the lists and maps around it are written.
      if (patch !== undefined && patch !== base && holdsBareNull(patch)) throw new Stop('patch-form')
      return patch ?? base
    }
    if (by === 'several') {
      if (isEmpty(base) && isEmpty(patch)) return patch ?? base
      throw new Stop('list-merge')
    }
    return mergeByKey(base as PlacedList | undefined, patch as PlacedList | undefined, by.by, known)
  }
  const old = isNull(base) ? undefined : (base as PlacedMap)
  if (patch === undefined) return fields(old as PlacedMap, undefined, known)
  const directive = directiveOf(patch as PlacedMap)
  if (directive === 'delete') return undefined
  const own = withoutEntry(patch as PlacedMap, '$patch')
  return old === undefined || directive === 'replace' ? fields(own, own, known) : fields(old, own, known)
}

function fields(base: PlacedMap, patch: PlacedMap | undefined, known: KnownPath): PlacedMap {
  const entries = new Map<string, PlacedEntry>()
  let same = true
  for (const [name, entry] of base.entries) {
    const change = patch?.entries.get(name)
    const node = merge(entry.node, change?.node, known && [...known, name])
    if (node === entry.node) entries.set(name, entry)
    else same = false
    if (node === undefined || node === entry.node) continue
    // What is written again stands where the patch writes it.
    const key = change !== undefined && node.place === change.node.place ? change.key : entry.key
    entries.set(name, { key, node })
  }
  for (const [name, change] of patch?.entries ?? []) {
    if (base.entries.has(name)) continue
    const node = merge(undefined, change.node, known && [...known, name])
    if (node === undefined) continue
    same = false
    entries.set(name, { key: change.key, node })
  }
  return same ? base : { ...base, entries }
}

/** Items of the patch come first, in their order, then what is left of the list. */
function mergeByKey(
  base: PlacedList | undefined,
  written: PlacedList | undefined,
  by: string,
  known: KnownPath,
): Placed | undefined {
  let patch = written
  let old = base
  const directive = patch?.items.find((item) => item.type === 'map' && item.entries.has('$patch'))
  if (patch !== undefined && directive?.type === 'map' && directive.entries.size === 1) {
    if (isNull(base)) throw new Stop('list-merge')
    const order = directiveOf(directive)
    if (order === 'delete') return undefined
    patch = { ...patch, items: patch.items.filter((item) => textAt(item, '$patch') !== order) }
    if (order === 'replace') old = undefined
  }
  const patches = keyed(patch, by)
  const olds = keyed(isNull(old) ? undefined : old, by)
  const items: Placed[] = []
  for (const name of new Set([...patches.keys(), ...olds.keys()])) {
    const change = patches.get(name)
    const before = olds.get(name)
    const item = merge(before ?? change, change, known)
    if (!isEmpty(item)) items.push(item as Placed)
  }
  const list = (isNull(base) ? undefined : base) ?? patch
  if (list === undefined) return undefined
  const same = items.length === list.items.length && items.every((item, index) => item === list.items[index])
  return same ? list : { ...list, items }
}

function directiveOf(map: PlacedMap): 'delete' | 'replace' | 'merge' | undefined {
  if (!map.entries.has('$patch')) return undefined
  const directive = textAt(map, '$patch')
  if (directive === 'delete' || directive === 'replace' || directive === 'merge') return directive
  throw new Stop('patch-form')
}

/** The items by their merge key. */
function keyed(list: PlacedList | undefined, by: string): Map<string, Placed> {
  const found = new Map<string, Placed>()
  for (const item of list?.items ?? []) {
    const name = anyText(item, by)
    if (name === '' || found.has(name)) throw new Stop('list-merge')
    found.set(name, item)
  }
  return found
}

function holdsBareNull(node: Placed): boolean {
  if (node.type === 'list') return node.items.some(holdsBareNull)
  if (node.type === 'map') return [...node.entries.values()].some((entry) => holdsBareNull(entry.node))
  return isBareNull(node)
}

function knownRoot(node: Placed | undefined): KnownPath {
  return isKnownKind(anyText(node, 'apiVersion'), anyText(node, 'kind')) ? [] : undefined
}
