import type { ScalarEvent } from 'js-yaml'
import type { FieldPath, Value } from '../../model/value.ts'

/** A range of the source, end-exclusive. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** A value as it was defined. Shared by all aliases that lead to it. */
export interface YamlNode extends Range {
  readonly value: Value
  /** Scalars only. */
  readonly scalar?: { readonly event: ScalarEvent; readonly text: string }
  /** Sequences only. */
  readonly items?: readonly Place[]
  /** Mappings only. */
  readonly entries?: ReadonlyMap<string, Entry>
  /** Nodes below, aliases expanded: what a consumer that walks the value will meet. */
  readonly weight: number
  /** Levels below, aliases expanded. */
  readonly depth: number
}

/** Where a value is used: in place, or through an alias. */
export interface Place extends Range {
  readonly node: YamlNode
  readonly alias: boolean
}

export interface Entry {
  readonly key: Range
  readonly place: Place
  /** The `*name` after `<<` that brought the entry in. */
  readonly merged?: Range
}

/** What a walk along a path found. */
export interface Found {
  readonly place: Place
  readonly key: Range | undefined
  /** The whole path exists. */
  readonly complete: boolean
  readonly aliases: readonly Range[]
}

/** Follows `path` as far as it exists. */
export function walk(root: Place, path: FieldPath): Found {
  let place = root
  let key: Range | undefined
  const aliases: Range[] = []
  for (const step of path) {
    if (place.alias) aliases.push(place)
    const { entries, items } = place.node
    if (entries !== undefined) {
      const entry = entries.get(String(step))
      if (entry === undefined) return { place, key, complete: false, aliases }
      if (entry.merged !== undefined) aliases.push(entry.merged)
      place = entry.place
      key = entry.key
    } else {
      const item = items?.[Number(step)]
      if (item === undefined) return { place, key, complete: false, aliases }
      place = item
      key = undefined
    }
  }
  if (place.alias) aliases.push(place)
  return { place, key, complete: true, aliases }
}
