import { type Placed, type PlacedList, type PlacedMap, textAt, withEntry, withoutEntry } from '../placed/placed.ts'

/**
 * Applies a strategic merge patch as kustomize does: maps merge, `null` and `$patch: delete` take away, `$patch: replace` replaces.
 * Lists of custom resources have no merge key, so they are replaced as a whole; lists of Kubernetes' own kinds whose items all have
 * a `name` merge by it. `undefined`: the patch deletes the object.
 */
export function applyStrategicMerge(object: Placed, patch: Placed, mergesLists: boolean): Placed | undefined {
  if (object.type !== 'map' || patch.type !== 'map') return patch
  if (textAt(patch, '$patch') === 'delete') return undefined
  return mergeMaps(object, patch, mergesLists)
}

function mergeMaps(base: PlacedMap, patch: PlacedMap, mergesLists: boolean): PlacedMap {
  if (textAt(patch, '$patch') === 'replace') return withoutEntry(patch, '$patch')
  let result = base
  for (const [name, { key, node }] of patch.entries) {
    if (name.startsWith('$')) continue
    const old = result.entries.get(name)?.node
    if (node.type === 'scalar' && node.value === null) result = withoutEntry(result, name)
    else if (node.type === 'map' && textAt(node, '$patch') === 'delete') result = withoutEntry(result, name)
    else if (node.type === 'map' && old?.type === 'map')
      result = withEntry(result, name, mergeMaps(old, node, mergesLists))
    else if (node.type === 'list' && old?.type === 'list' && mergesLists && isNamed(node) && isNamed(old))
      result = withEntry(result, name, mergeLists(old, node))
    // The key is written again in the patch: that line is where the field now stands.
    else result = withEntry(withoutEntry(result, name), name, clean(node), key)
  }
  return result
}

function isNamed(list: PlacedList): boolean {
  return list.items.length > 0 && list.items.every((item) => textAt(item, 'name') !== undefined)
}

function mergeLists(base: PlacedList, patch: PlacedList): PlacedList {
  const added: Placed[] = []
  let items: readonly Placed[] = base.items
  for (const item of patch.items) {
    const name = textAt(item, 'name')
    const old = items.find((other) => textAt(other, 'name') === name)
    if (textAt(item, '$patch') === 'delete') items = items.filter((other) => other !== old)
    else if (old?.type === 'map' && item.type === 'map')
      items = items.map((other) => (other === old ? mergeMaps(old, item, true) : other))
    else added.push(clean(item))
  }
  // kustomize puts new items first.
  return { ...base, items: [...added, ...items] }
}

/** A part that a patch brings as a whole, without its directives and nulls. */
function clean(node: Placed): Placed {
  if (node.type === 'list') return { ...node, items: node.items.map(clean) }
  if (node.type !== 'map') return node
  const entries = [...node.entries].filter(
    ([name, entry]) => !name.startsWith('$patch') && !(entry.node.type === 'scalar' && entry.node.value === null),
  )
  return { ...node, entries: new Map(entries.map(([name, entry]) => [name, { ...entry, node: clean(entry.node) }])) }
}
