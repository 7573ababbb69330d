import { isList, isMap, type Value, type ValueMap } from '../../model/value.ts'
import { type Place, type Placed, type PlacedEntry, plainValue, textAt } from './placed.ts'

/** How sure the places of an object are: fields whose value the trace did not give stand at the best line known. */
export interface Located {
  readonly node: Placed
  /** Scalars whose value at the same path in the trace was another, or missing. */
  readonly guessed: number
}

/**
 * Gives every field of a rendered object the place that wrote it. `traced` is the same object as `trace/` followed it through the
 * kustomizations: where its value is what kustomize gave, the place is certain; elsewhere `find` is asked for a patch that holds the
 * literal, then the field's own line or its parent's is taken. `original` is the object as its file has it: a value that stands there at
 * the same path is certain too (a schema can make kustomize merge a list that the trace replaced).
 */
export function locate(
  body: ValueMap,
  traced: Placed,
  find: (literal: Value, key: string) => Place | undefined,
  original?: Placed,
): Located {
  let guessed = 0

  const scalar = (
    value: Value,
    from: Placed | undefined,
    old: Placed | undefined,
    parent: Place,
    key: string,
  ): Placed => {
    const text = value as null | boolean | number | string
    for (const known of [from, old])
      if (known?.type === 'scalar' && same(known.value, text))
        return { type: 'scalar', place: known.place, value: text }
    guessed++
    const found = typeof text === 'string' && text.length > 3 ? find(text, key) : undefined
    return { type: 'scalar', place: found ?? from?.place ?? parent, value: text }
  }

  const walk = (
    value: Value,
    from: Placed | undefined,
    old: Placed | undefined,
    parent: Place,
    key: string,
  ): Placed => {
    const place = (from ?? old)?.place ?? parent
    if (isList(value)) {
      const items = from?.type === 'list' ? from.items : []
      const oldItems = old?.type === 'list' ? old.items : []
      return {
        type: 'list',
        place,
        items: value.map((item, index) =>
          walk(
            item,
            counterpart(item, index, value.length, items),
            counterpart(item, index, value.length, oldItems),
            place,
            key,
          ),
        ),
      }
    }
    if (isMap(value)) {
      const entries = new Map<string, PlacedEntry>()
      for (const [name, item] of Object.entries(value)) {
        const entry = from?.type === 'map' ? from.entries.get(name) : undefined
        const before = old?.type === 'map' ? old.entries.get(name) : undefined
        const node = walk(item, entry?.node, before?.node, place, name)
        entries.set(name, { key: (entry ?? before)?.key ?? place, node })
      }
      return { type: 'map', place, entries }
    }
    return scalar(value, from, old, parent, key)
  }

  const node = walk(body, traced, original, traced.place, '')
  return { node, guessed }
}

/** kustomize writes `1` for `"1"` nowhere that we read; only numbers may differ in how they are written. */
function same(left: Value, right: Value): boolean {
  return left === right || (left !== null && right !== null && String(left) === String(right))
}

const NAMES = ['secretKey', 'name', 'key']

/** The item of the traced list that an item of the rendered list is: same place in lists of one length, else the same name. */
function counterpart(item: Value, index: number, length: number, items: readonly Placed[]): Placed | undefined {
  if (items.length === length) return items[index]
  if (!isMap(item)) return items.find((other) => other.type === 'scalar' && same(other.value, item))
  const text = JSON.stringify(item)
  for (const name of NAMES) {
    const wanted = item[name]
    if (typeof wanted !== 'string') continue
    const found = items.find((other) => textAt(other, name) === wanted)
    if (found !== undefined) return found
    // Another item, not this one with a new name.
    if (items.every((other) => textAt(other, name) !== undefined)) return undefined
  }
  return items.find((other) => JSON.stringify(plainValue(other)) === text) ?? items[index]
}
