import {
  type AliasEvent,
  COLLECTION_STYLE,
  EVENT_ID,
  type Event,
  getScalarValue,
  type MappingEvent,
  SCALAR_STYLE,
  type ScalarEvent,
  type SequenceEvent,
} from 'js-yaml'
import type { Value } from '../../model/value.ts'
import { resolvePlainScalar } from './plain-scalar.ts'
import type { Entry, Place, Range, YamlNode } from './tree.ts'

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
  /** `undefined`: an empty document. */
  readonly root: Place
  readonly scalars: readonly Range[]
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

class Builder {
  next: number
  private readonly source: string
  private readonly events: readonly Event[]
  private readonly anchors = new Map<string, YamlNode | undefined>()
  private readonly scalars: Range[] = []
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
    try {
      const root = this.place({ start: this.last, end: this.last })
      this.next++
      return { root, scalars: this.scalars, duplicates: this.duplicates }
    } catch (error) {
      if (!(error instanceof Unusable)) throw error
      this.next = endOfDocument(this.events, from)
      const root: Place = { start: 0, end: 0, alias: false, node: scalarNode(null, { start: 0, end: 0 }) }
      return { root, scalars: this.scalars, duplicates: this.duplicates, failure: error }
    }
  }

  private place(whenEmpty: Range): Place {
    const event = this.events[this.next++]
    switch (event?.type) {
      case EVENT_ID.SCALAR:
        return inPlace(this.scalar(event, whenEmpty))
      case EVENT_ID.SEQUENCE:
        return inPlace(this.sequence(event))
      case EVENT_ID.MAPPING:
        return inPlace(this.mapping(event))
      case EVENT_ID.ALIAS:
        return this.alias(event)
      default:
        throw new Unusable('yaml-unusable', this.last, 'the document ends in the middle of a value')
    }
  }

  private scalar(event: ScalarEvent, whenEmpty: Range): YamlNode {
    const text = this.textOf(event)
    const tag = event.tagStart < 0 ? '' : this.source.slice(event.tagStart, event.tagEnd)
    // Unknown tags (`!Find`, `!secret`) are of other tools: their values are taken as if untagged. `!` and `!!str` mean text.
    const asText = event.style !== SCALAR_STYLE.PLAIN || tag === '!' || tag === '!!str'
    const range = this.scalarRange(event, whenEmpty)
    this.last = Math.max(this.last, range.end)
    if (event.valueStart >= 0) this.scalars.push(range)
    const node: YamlNode = { ...scalarNode(asText ? text : resolvePlainScalar(text), range), scalar: { event, text } }
    this.define(event, node)
    return node
  }

  private textOf(event: ScalarEvent): string {
    const text = getScalarValue(this.source, event)
    if (event.style !== SCALAR_STYLE.LITERAL_BLOCK && event.style !== SCALAR_STYLE.FOLDED_BLOCK) return text
    // At the end of a text without a final line break a block has none either: so Go's readers take it.
    const isOpen = event.valueEnd >= this.source.length && text.endsWith('\n') && /\S[ \t]*$/.test(this.source)
    return isOpen ? text.slice(0, -1) : text
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

  private sequence(event: SequenceEvent): YamlNode {
    const items: Place[] = []
    const values: Value[] = []
    this.open(event)
    this.last = Math.max(this.last, event.start)
    while (this.events[this.next]?.type !== EVENT_ID.POP) {
      const item = this.place({ start: this.last, end: this.last })
      items.push(item)
      values.push(item.node.value)
    }
    this.next++
    const node = this.collection(event, items, { items, value: values })
    this.define(event, node)
    return node
  }

  private mapping(event: MappingEvent): YamlNode {
    const entries = new Map<string, Entry>()
    const merges: { use: Place; at: number }[] = []
    const places: Place[] = []
    this.open(event)
    this.last = Math.max(this.last, event.start)
    while (this.events[this.next]?.type !== EVENT_ID.POP) {
      const key = this.place({ start: this.last, end: this.last })
      if (key.node.scalar === undefined)
        throw new Unusable(
          'yaml-template-keys',
          key.start,
          'a key is a map or a list, as unquoted {{ }} of a template gives',
        )
      const name = key.node.scalar.text
      const place = this.place(key)
      places.push(place)
      if (name === '<<' && key.node.scalar.event.style === SCALAR_STYLE.PLAIN) {
        merges.push({ use: place, at: key.start })
        continue
      }
      const first = entries.get(name)?.key.start
      if (first !== undefined) this.duplicates.push({ key: name, offset: key.start, first })
      entries.set(name, { key: { start: key.start, end: key.end }, place })
    }
    this.next++
    for (const { use, at } of merges) this.merge(entries, use, at)
    const value: Record<string, Value> = {}
    for (const [name, entry] of entries) setOwn(value, name, entry.place.node.value)
    const all = merges.length === 0 ? places : [...entries.values()].map((entry) => entry.place)
    const node = this.collection(event, all, { entries, value }, places)
    this.define(event, node)
    return node
  }

  /** Keys written in the mapping win over merged ones, and the first of several merged mappings over the later. */
  private merge(entries: Map<string, Entry>, use: Place, at: number): void {
    const sources = use.node.items ?? [use]
    for (const source of sources) {
      if (source.node.entries === undefined) {
        if (source.node.value === null) continue
        throw new Unusable('yaml-unusable', at, '"<<" merges something that is no mapping')
      }
      this.merged += source.node.entries.size
      if (this.merged > MAX_MERGED)
        throw new Unusable('yaml-too-deep', at, 'its merge keys copy more than 100,000 entries')
      for (const [name, entry] of source.node.entries)
        if (!entries.has(name)) entries.set(name, { ...entry, merged: { start: source.start, end: source.end } })
    }
  }

  private alias(event: AliasEvent): Place {
    const name = this.source.slice(event.anchorStart, event.anchorEnd)
    const range = { start: event.anchorStart - 1, end: event.anchorEnd }
    this.last = Math.max(this.last, range.end)
    if (!this.anchors.has(name))
      throw new Unusable('yaml-unusable', range.start, 'an alias names an anchor that the document does not define')
    const node = this.anchors.get(name)
    if (node === undefined) throw new Unusable('yaml-too-deep', range.start, 'an alias stands inside its own anchor')
    return { ...range, node, alias: true }
  }

  private collection(
    event: SequenceEvent | MappingEvent,
    below: readonly Place[],
    content: { value: Value; items?: readonly Place[]; entries?: ReadonlyMap<string, Entry> },
    written: readonly Place[] = below,
  ): YamlNode {
    let weight = 1
    let depth = 0
    for (const { node } of below) {
      weight += node.weight
      if (node.depth > depth) depth = node.depth
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
    return { start: event.start, end, weight, depth: depth + 1, ...content }
  }

  /** An anchor is known, without a node, while its own content is read: an alias to it there would be endless. */
  private open(event: SequenceEvent | MappingEvent): void {
    if (event.anchorStart >= 0) this.anchors.set(this.source.slice(event.anchorStart, event.anchorEnd), undefined)
  }

  private define(event: ScalarEvent | SequenceEvent | MappingEvent, node: YamlNode): void {
    if (event.anchorStart >= 0) this.anchors.set(this.source.slice(event.anchorStart, event.anchorEnd), node)
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

function inPlace(node: YamlNode): Place {
  return { start: node.start, end: node.end, node, alias: false }
}

function scalarNode(value: Value, range: Range): YamlNode {
  return { start: range.start, end: range.end, value, weight: 1, depth: 0 }
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
