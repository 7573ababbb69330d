import {
  type AliasEvent,
  COLLECTION_STYLE,
  EVENT_ID,
  type Event,
  type MappingEvent,
  SCALAR_STYLE,
  type ScalarEvent,
  type SequenceEvent,
} from 'js-yaml'
import type { Value } from '../../model/value.ts'
import { resolvePlainScalar } from './plain-scalar.ts'
import { type Place, type Placed, type PlacedEntry, type Range, type Tree, TreeWriter, textOf } from './tree.ts'

/** Why a document that parses is not used. */
export class Unusable extends Error {
  readonly code: 'yaml-unusable' | 'yaml-too-deep' | 'yaml-template-keys'
  readonly offset: number

  constructor(code: Unusable['code'], offset: number, message: string) {
    super(message)
    this.code = code
    this.offset = offset
  }
}

/** Ten times the largest manifest seen in the field; an alias bomb passes it within a few lines. */
const MAX_WEIGHT = 250_000
const MAX_DEPTH = 100
/** A merge copies entries: the cap bounds the copying itself, not only what it leaves behind. */
const MAX_MERGED = 100_000

export interface BuiltDocument {
  readonly tree: Tree
  /** `null`: an empty document. */
  readonly value: Value
  readonly duplicates: readonly { readonly key: string; readonly offset: number; readonly first: number }[]
  readonly failure?: Unusable
}

/** Builds the tree of each document out of the event stream; `source` is the text that the events' offsets count in. */
export function buildTrees(source: string, events: readonly Event[]): BuiltDocument[] {
  const documents: BuiltDocument[] = []
  let at = 0
  while (at < events.length) {
    const builder = new Builder(source, events, at + 1)
    documents.push(builder.document())
    at = builder.next
  }
  return documents
}

/** A value that was read, where it is used; an alias has all of what it stands for except its place. */
interface Read extends Range, Placed {
  readonly node: Place
  readonly value: Value
  /** Scalars only. */
  readonly scalar?: { readonly text: string; readonly plain: boolean }
  /** Sequences only. */
  readonly items?: readonly Read[]
  /** Mappings only. */
  readonly entries?: ReadonlyMap<string, ReadEntry>
  /** Nodes below, aliases expanded: what a consumer that walks the value will meet. */
  readonly weight: number
  /** Levels below, aliases expanded. */
  readonly depth: number
}

interface ReadEntry extends PlacedEntry {
  readonly key: Read
  readonly value: Read
}

class Builder {
  next: number
  private readonly source: string
  private readonly events: readonly Event[]
  private readonly writer = new TreeWriter()
  private readonly anchors = new Map<string, Read | undefined>()
  private readonly duplicates: { key: string; offset: number; first: number }[] = []
  private merged = 0
  /** End of what was read last: where an empty value stands. */
  private last = 0

  constructor(source: string, events: readonly Event[], next: number) {
    this.source = source
    this.events = events
    this.next = next
  }

  document(): BuiltDocument {
    const from = this.next
    const { duplicates } = this
    try {
      const { place, value } = this.read({ start: this.last, end: this.last })
      this.next++
      return { tree: this.writer.tree(this.source, place), value, duplicates }
    } catch (error) {
      if (!(error instanceof Unusable)) throw error
      this.next = endOfDocument(this.events, from)
      return { tree: this.writer.tree(this.source, 0), value: null, duplicates, failure: error }
    }
  }

  private read(whenEmpty: Range): Read {
    const event = this.events[this.next++]
    switch (event?.type) {
      case EVENT_ID.SCALAR:
        return this.scalar(event, whenEmpty)
      case EVENT_ID.SEQUENCE:
        return this.sequence(event)
      case EVENT_ID.MAPPING:
        return this.mapping(event)
      case EVENT_ID.ALIAS:
        return this.alias(event)
      default:
        throw new Unusable('yaml-unusable', this.last, 'the document ends in the middle of a value')
    }
  }

  private scalar(event: ScalarEvent, whenEmpty: Range): Read {
    const text = textOf(this.source, event)
    const tag = event.tagStart < 0 ? '' : this.source.slice(event.tagStart, event.tagEnd)
    const plain = event.style === SCALAR_STYLE.PLAIN
    // Unknown tags (`!Find`, `!secret`) are of other tools: their values are taken as if untagged. `!` and `!!str` mean text.
    const asText = !plain || tag === '!' || tag === '!!str'
    const range = this.scalarRange(event, whenEmpty)
    const { start, end } = range
    this.last = Math.max(this.last, end)
    const node = this.writer.scalar(range, event)
    const value = asText ? text : resolvePlainScalar(text)
    const read: Read = { start, end, place: node, node, value, scalar: { text, plain }, weight: 1, depth: 0 }
    this.define(event, read)
    return read
  }

  private scalarRange(event: ScalarEvent, whenEmpty: Range): Range {
    const { valueStart, valueEnd, style } = event
    if (valueStart < 0)
      return event.anchorStart < 0 ? whenEmpty : { start: event.anchorStart - 1, end: event.anchorEnd }
    if (style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED)
      return { start: valueStart - 1, end: valueEnd + 1 }
    if (style === SCALAR_STYLE.PLAIN) return { start: valueStart, end: valueEnd }
    // A block scalar's range starts at its first character and ends with its last: no indentation, no closing break.
    let start = valueStart
    while (start < valueEnd && isBlank(this.source.charCodeAt(start))) start++
    let end = valueEnd
    while (end > start && isBlank(this.source.charCodeAt(end - 1))) end--
    return start < end ? { start, end } : { start: valueStart, end: valueStart }
  }

  private sequence(event: SequenceEvent): Read {
    const items: Read[] = []
    this.open(event)
    this.last = Math.max(this.last, event.start)
    while (this.events[this.next]?.type !== EVENT_ID.POP) items.push(this.read({ start: this.last, end: this.last }))
    this.next++
    const measure = this.measure(event, items)
    const node = this.writer.sequence(measure, items)
    const read: Read = { ...measure, place: node, node, value: items.map(({ value }) => value), items }
    this.define(event, read)
    return read
  }

  private mapping(event: MappingEvent): Read {
    const entries = new Map<string, ReadEntry>()
    const merges: { use: Read; at: number }[] = []
    const written: Read[] = []
    this.open(event)
    this.last = Math.max(this.last, event.start)
    while (this.events[this.next]?.type !== EVENT_ID.POP) {
      const key = this.read({ start: this.last, end: this.last })
      if (key.scalar === undefined)
        throw new Unusable(
          'yaml-template-keys',
          key.start,
          'a key is a map or a list, as unquoted {{ }} of a template gives',
        )
      const { text: name, plain } = key.scalar
      const value = this.read(key)
      written.push(value)
      if (name === '<<' && plain) {
        merges.push({ use: value, at: key.start })
        continue
      }
      const first = entries.get(name)?.key.start
      if (first !== undefined) this.duplicates.push({ key: name, offset: key.start, first })
      entries.set(name, { key, value })
    }
    this.next++
    for (const { use, at } of merges) this.merge(entries, use, at)
    const value: Record<string, Value> = {}
    for (const [name, entry] of entries) setOwn(value, name, entry.value.value)
    const all = merges.length === 0 ? written : [...entries.values()].map((entry) => entry.value)
    const measure = this.measure(event, all, written)
    const node = this.writer.mapping(measure, entries)
    const read: Read = { ...measure, place: node, node, value, entries }
    this.define(event, read)
    return read
  }

  /** Keys written in the mapping win over merged ones, and the first of several merged mappings over the later. */
  private merge(entries: Map<string, ReadEntry>, use: Read, at: number): void {
    const sources = use.items ?? [use]
    for (const source of sources) {
      if (source.entries === undefined) {
        if (source.value === null) continue
        throw new Unusable('yaml-unusable', at, '"<<" merges something that is no mapping')
      }
      this.merged += source.entries.size
      if (this.merged > MAX_MERGED)
        throw new Unusable('yaml-too-deep', at, 'its merge keys copy more than 100,000 entries')
      for (const [name, entry] of source.entries)
        if (!entries.has(name)) entries.set(name, { ...entry, merged: source })
    }
  }

  private alias(event: AliasEvent): Read {
    const name = this.source.slice(event.anchorStart, event.anchorEnd)
    const range = { start: event.anchorStart - 1, end: event.anchorEnd }
    this.last = Math.max(this.last, range.end)
    if (!this.anchors.has(name))
      throw new Unusable('yaml-unusable', range.start, 'an alias names an anchor that the document does not define')
    const read = this.anchors.get(name)
    if (read === undefined) throw new Unusable('yaml-too-deep', range.start, 'an alias stands inside its own anchor')
    return { ...read, ...range, place: this.writer.alias(range, read.node) }
  }

  /** The range of a collection, and how much is below it. @throws {Unusable} where that is too much */
  private measure(event: SequenceEvent | MappingEvent, below: readonly Read[], written: readonly Read[] = below) {
    let weight = 1
    let depth = 0
    for (const read of below) {
      weight += read.weight
      if (read.depth > depth) depth = read.depth
    }
    if (weight > MAX_WEIGHT)
      throw new Unusable('yaml-too-deep', event.start, `its aliases expand to more than ${MAX_WEIGHT} values`)
    if (depth + 1 > MAX_DEPTH)
      throw new Unusable('yaml-too-deep', event.start, `it is nested deeper than ${MAX_DEPTH} levels`)
    const opening = this.source.charCodeAt(event.start)
    let end = Math.max(event.start + 1, written.at(-1)?.end ?? 0, this.last)
    if (event.style === COLLECTION_STYLE.FLOW && (opening === 0x7b || opening === 0x5b))
      end = closingBracket(this.source, Math.max(written.at(-1)?.end ?? 0, this.last, event.start + 1), opening + 2)
    this.last = Math.max(this.last, end)
    return { start: event.start, end, weight, depth: depth + 1 }
  }

  /** An anchor is known, without a node, while its own content is read: an alias to it there would be endless. */
  private open(event: SequenceEvent | MappingEvent): void {
    if (event.anchorStart >= 0) this.anchors.set(this.source.slice(event.anchorStart, event.anchorEnd), undefined)
  }

  private define(event: ScalarEvent | SequenceEvent | MappingEvent, read: Read): void {
    if (event.anchorStart >= 0) this.anchors.set(this.source.slice(event.anchorStart, event.anchorEnd), read)
  }
}

function endOfDocument(events: readonly Event[], from: number): number {
  let at = from
  for (let open = 1; open > 0 && at < events.length; at++) {
    const type = events[at]?.type
    if (type === EVENT_ID.POP) open--
    else if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) open++
  }
  return at
}

function isBlank(ch: number): boolean {
  return ch === 32 || ch === 9 || ch === 10 || ch === 13
}

/** Position after the bracket that closes a flow collection whose last content ends at `from`. */
function closingBracket(source: string, from: number, bracket: number): number {
  let at = from
  while (at < source.length && source.charCodeAt(at) !== bracket) {
    if (source.charCodeAt(at) === 35 && isBlank(source.charCodeAt(at - 1))) {
      const newline = source.indexOf('\n', at)
      if (newline === -1) return source.length
      at = newline
    }
    at++
  }
  return Math.min(at + 1, source.length)
}

/** `__proto__` as a key must become a key, not the prototype. */
function setOwn(target: Record<string, Value>, key: string, value: Value): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
  else target[key] = value
}
