import { getScalarValue, SCALAR_STYLE, type ScalarEvent } from 'js-yaml'
import type { FieldPath } from '../../model/value.ts'
import { type ScalarSource, scalarLines } from './scalar-lines.ts'

/** A range of the source, end-exclusive. */
export interface Range {
  readonly start: number
  readonly end: number
}

/**
 * A place of a tree: the number of its first cell. A value in place is its node; an alias is a place of its own, which leads to the
 * node that it stands for.
 */
export type Place = number

export interface Placed {
  readonly place: Place
}

export interface PlacedEntry {
  readonly key: Placed
  readonly value: Placed
  /** The `*name` after `<<` that brought the entry in. */
  readonly merged?: Placed
}

/** What a walk along a path found. */
export interface Found {
  readonly place: Place
  readonly key: Place | undefined
  /** The whole path exists. */
  readonly complete: boolean
  readonly aliases: readonly Place[]
}

/** The cells of a place: where it starts, where it ends, what it is; what follows is told by what it is. */
const [START, END, KIND] = [0, 1, 2]
const [SCALAR, SEQUENCE, MAPPING, ALIAS] = [0, 1, 2, 3]
/** A scalar: its kind holds style, chomping and `fast` as well; then the value's start and end, and its indentation. */
const SCALAR_CELLS = 6
/** An alias: then the node. A sequence: then how many, and its items. A mapping: then how many, and its entries. */
const BELOW = 4
/** An entry of a mapping: the key's place, the value's, and the place that a merge key brought it from. */
const ENTRY_CELLS = 3
const NONE = -1

/** A mapping with more entries gets an index of its names at the first question. */
const FEW_ENTRIES = 24

/**
 * Where everything of a document is written, as numbers in one row, and texts as positions: a repository has millions of places, of
 * which few are asked for.
 */
export class Tree {
  readonly root: Place
  private readonly text: string
  private readonly cells: Int32Array
  private indexes: Map<Place, ReadonlyMap<string, number>> | undefined

  /** `text`: what the offsets count in. */
  constructor(text: string, cells: Int32Array, root: Place) {
    this.text = text
    this.cells = cells
    this.root = root
  }

  range(place: Place): Range {
    return { start: this.cell(place + START), end: this.cell(place + END) }
  }

  /** The value as it was defined, which all aliases that lead to it share. */
  node(place: Place): Place {
    return this.isAlias(place) ? this.cell(place + 3) : place
  }

  /** The scalar of a node; `undefined` where it is none. */
  scalar(node: Place): ScalarSource | undefined {
    const kind = this.cell(node + KIND)
    if ((kind & 3) !== SCALAR) return undefined
    return {
      valueStart: this.cell(node + 3),
      valueEnd: this.cell(node + 4),
      indent: this.cell(node + 5),
      style: ((kind >> 3) & 7) as ScalarSource['style'],
      chomping: ((kind >> 6) & 3) as ScalarSource['chomping'],
      fast: (kind & 4) !== 0,
    }
  }

  /** The text of a scalar before it became a number, boolean or null. */
  scalarText(node: Place): string | undefined {
    const scalar = this.scalar(node)
    return scalar === undefined ? undefined : textOf(this.text, scalar)
  }

  /** Where each line of a scalar's text stands; `undefined` where the node is none, or has no text. */
  lines(node: Place): readonly Range[] | undefined {
    const scalar = this.scalar(node)
    return scalar === undefined || scalar.valueStart < 0 ? undefined : scalarLines(this.text, scalar)
  }

  /** Follows `path` as far as it exists. */
  walk(path: FieldPath): Found {
    let place = this.root
    let key: Place | undefined
    const aliases: Place[] = []
    for (const step of path) {
      if (this.isAlias(place)) aliases.push(place)
      const node = this.node(place)
      const kind = this.cell(node + KIND)
      const entry = kind === MAPPING ? this.entry(node, String(step)) : undefined
      if (entry !== undefined) {
        const merged = this.cell(entry + 2)
        if (merged !== NONE) aliases.push(merged)
        key = this.cell(entry)
        place = this.cell(entry + 1)
      } else {
        const index = kind === SEQUENCE ? Number(step) : NONE
        if (!(index >= 0 && index < this.cell(node + 3) && Number.isInteger(index)))
          return { place, key, complete: false, aliases }
        place = this.cell(node + BELOW + index)
        key = undefined
      }
    }
    if (this.isAlias(place)) aliases.push(place)
    return { place, key, complete: true, aliases }
  }

  /** Where scalars are written, keys too; of a document that cannot be used, those up to there. */
  *scalars(): Generator<Range> {
    for (let at = 0; at < this.cells.length; ) {
      const kind = this.cell(at + KIND)
      if ((kind & 3) === SCALAR) {
        if (this.cell(at + 3) >= 0) yield this.range(at)
        at += SCALAR_CELLS
      } else if (kind === ALIAS) at += BELOW
      else at += BELOW + this.cell(at + 3) * (kind === MAPPING ? ENTRY_CELLS : 1)
    }
  }

  private cell(at: number): number {
    return this.cells[at] as number
  }

  private isAlias(place: Place): boolean {
    return this.cell(place + KIND) === ALIAS
  }

  private entry(mapping: Place, name: string): number | undefined {
    const from = mapping + BELOW
    const count = this.cell(mapping + 3)
    if (count > FEW_ENTRIES) return this.indexOf(mapping, from, count).get(name)
    for (let at = from; at < from + count * ENTRY_CELLS; at += ENTRY_CELLS) if (this.isNamed(at, name)) return at
    return undefined
  }

  private indexOf(mapping: Place, from: number, count: number): ReadonlyMap<string, number> {
    this.indexes ??= new Map()
    let index = this.indexes.get(mapping)
    if (index === undefined) {
      const entries = Array.from({ length: count }, (_, entry) => from + entry * ENTRY_CELLS)
      index = new Map(entries.map((at) => [this.scalarText(this.node(this.cell(at))) ?? '', at]))
      this.indexes.set(mapping, index)
    }
    return index
  }

  private isNamed(entry: number, name: string): boolean {
    const key = this.node(this.cell(entry))
    // Most keys are written as they are read: no text is made of those.
    if ((this.cell(key + KIND) & 4) === 0) return this.scalarText(key) === name
    const start = this.cell(key + 3)
    return this.cell(key + 4) - start === name.length && this.text.startsWith(name, start)
  }
}

/** Cells are written here first, and kept in rows that many documents share: a row of its own costs more than most documents need. */
const ROW = 16_384
let draft = new Int32Array(ROW)
let row = new Int32Array(0)
let used = 0

/** Writes the cells of one tree. Only one is written at a time. */
export class TreeWriter {
  private length = 0

  scalar({ start, end }: Range, event: ScalarSource): Place {
    const kind = SCALAR | (event.fast ? 4 : 0) | (event.style << 3) | (event.chomping << 6)
    const at = this.write(start, end, kind, event.valueStart)
    this.add(event.valueEnd)
    this.add(event.indent)
    return at
  }

  alias({ start, end }: Range, node: Place): Place {
    return this.write(start, end, ALIAS, node)
  }

  sequence({ start, end }: Range, items: readonly Placed[]): Place {
    const at = this.write(start, end, SEQUENCE, items.length)
    for (const { place } of items) this.add(place)
    return at
  }

  mapping({ start, end }: Range, entries: ReadonlyMap<string, PlacedEntry>): Place {
    const at = this.write(start, end, MAPPING, entries.size)
    for (const { key, value, merged } of entries.values()) {
      this.add(key.place)
      this.add(value.place)
      this.add(merged?.place ?? NONE)
    }
    return at
  }

  tree(text: string, root: Place): Tree {
    if (used + this.length > row.length) {
      row = new Int32Array(Math.max(ROW, this.length))
      used = 0
    }
    row.set(draft.subarray(0, this.length), used)
    const cells = row.subarray(used, used + this.length)
    used += this.length
    return new Tree(text, cells, root)
  }

  private write(start: number, end: number, kind: number, first: number): Place {
    const at = this.length
    this.add(start)
    this.add(end)
    this.add(kind)
    this.add(first)
    return at
  }

  private add(cell: number): void {
    if (this.length === draft.length) {
      const longer = new Int32Array(draft.length * 2)
      longer.set(draft)
      draft = longer
    }
    draft[this.length++] = cell
  }
}

/** The text of a scalar as Go's readers take it. */
export function textOf(source: string, scalar: ScalarSource): string {
  const text = getScalarValue(source, scalar as ScalarEvent)
  if (scalar.style !== SCALAR_STYLE.LITERAL_BLOCK && scalar.style !== SCALAR_STYLE.FOLDED_BLOCK) return text
  // At the end of a text without a final line break a block has none either: so Go's readers take it.
  const isOpen = scalar.valueEnd >= source.length && text.endsWith('\n') && /\S[ \t]*$/.test(source)
  return isOpen ? text.slice(0, -1) : text
}
