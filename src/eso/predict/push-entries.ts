import type { FailsWith } from '../../model/eso-failure.ts'
import { goQuote } from '../../model/go-quote.ts'
import { compileGoRegexp, isRegexp } from '../../model/go-regexp.ts'
import { holeReason, type ManifestReason } from '../../model/reason.ts'
import type { Span } from '../../model/span.ts'
import type { FieldPath, Value } from '../../model/value.ts'
import { listAt, mapAt, textAt, valueAt } from '../field-value.ts'
import type { Consumer } from './consumer.ts'
import type { Context } from './context.ts'

/** One thing that a PushSecret writes to each of its stores, or to those its `storeRef` names. */
export interface Entry {
  readonly field: FieldPath
  readonly span: Span
  /** Key of the source Secret; `undefined`: the whole Secret. */
  readonly secretKey: string | undefined
  readonly remoteKey: string
  readonly property: string | undefined
  readonly propertySpan: Span | undefined
  readonly failsWith: FailsWith | undefined
  readonly unknown: ManifestReason | undefined
  /** Only for `dataTo`: index in the list, whose `storeRef` chooses among the stores. */
  readonly dataTo: number | undefined
  /** Only for `dataTo`: what ESO calls the source of the entry: the key, converted back, or `(bundle)`. */
  readonly source?: string
}

/** The entries of `data[]`, one each (eso.md §3.6). */
export function dataEntries(consumer: Consumer): readonly Entry[] {
  return listAt(consumer.spec, 'data').flatMap((item, i): Entry[] => {
    const field = [...consumer.at, 'data', i]
    const at = [...field, 'match', 'remoteRef']
    const ref = mapAt(item, 'match', 'remoteRef')
    if (ref === undefined) return []
    const remoteKey = textAt(ref, 'remoteKey')
    const property = textAt(ref, 'property') || undefined
    return [
      {
        field,
        span: consumer.manifest.spanOf([...at, 'remoteKey'], 'value'),
        secretKey: textAt(item, 'match', 'secretKey') || undefined,
        remoteKey: remoteKey ?? '',
        property,
        propertySpan: property === undefined ? undefined : consumer.manifest.spanOf([...at, 'property'], 'value'),
        failsWith: undefined,
        unknown: remoteKey === undefined ? { code: 'remote-key-missing' } : undefined,
        dataTo: undefined,
      },
    ]
  })
}

/** Keys of the source Secret that a `dataTo[]` item takes, as it sees them. */
export type MatchedKeys = readonly string[] | ManifestReason

/** The keys that a `dataTo[]` item takes of those in the source Secret; the reason where that cannot be told. */
export function matchedKeys(
  item: Value,
  keys: readonly string[] | undefined,
  context: Pick<Context, 'holesOf'>,
): MatchedKeys {
  const pattern = textAt(item, 'match', 'regexp')
  if (keys === undefined) return { code: 'source-keys-unknown' }
  return matching(
    keys.map((key) => reverse(key, item)),
    pattern,
    context,
  )
}

/**
 * The entries that `dataTo[]` expands to: one with `remoteKey` (the keys that match in one secret), else one for each key that
 * matches, renamed; keys that `data[]` names are left to it. What matches no key writes nothing (eso.md §6.6).
 * Where Git does not tell the keys, one entry that says so.
 */
export function dataToEntries(
  consumer: Consumer,
  keys: readonly string[] | undefined,
  context: Context,
): readonly Entry[] {
  const explicit = new Set(listAt(consumer.spec, 'data').flatMap((item) => textAt(item, 'match', 'secretKey') || []))
  return listAt(consumer.spec, 'dataTo')
    .flatMap((item, i): Entry[] => {
      const field = [...consumer.at, 'dataTo', i]
      const remoteKey = textAt(item, 'remoteKey') || undefined
      const entry: Entry = {
        field,
        span: consumer.manifest.spanOf(remoteKey === undefined ? field : [...field, 'remoteKey'], 'value'),
        secretKey: undefined,
        remoteKey: remoteKey ?? '',
        property: undefined,
        propertySpan: undefined,
        failsWith: undefined,
        unknown: undefined,
        dataTo: i,
      }
      const matched = matchedKeys(item, keys, context)
      if (remoteKey !== undefined) {
        // A bundle of keys that nobody knows is written all the same, unless a pattern keeps all of them out.
        const known = !('code' in matched)
        return known && matched.length === 0
          ? []
          : [{ ...entry, ...(known || !hasPattern(item) ? { source: BUNDLE } : {}) }]
      }
      if ('code' in matched) return [{ ...entry, unknown: matched }]
      const originals = new Map((keys ?? []).map((key) => [reverse(key, item), key]))
      return [...matched].sort().flatMap((key): Entry[] => {
        const secretKey = originals.get(key) ?? key
        const renamed = rename(key, listAt(item, 'rewrite'))
        if (renamed === undefined) return [{ ...entry, secretKey, unknown: { code: 'rewrite-not-followed' } }]
        const says = `failed to expand dataTo: dataTo[${i}]: empty remote key produced for source key ${goQuote(key)}`
        const failsWith: FailsWith | undefined = renamed === '' ? { code: 'push-key-empty', index: i, says } : undefined
        return [{ ...entry, secretKey, remoteKey: renamed, source: key, failsWith }]
      })
    })
    .filter(({ dataTo, secretKey }) => dataTo === undefined || secretKey === undefined || !explicit.has(secretKey))
}

const BUNDLE = '(bundle)'

function hasPattern(item: Value): boolean {
  return (textAt(item, 'match', 'regexp') ?? '') !== ''
}

/**
 * The entries of one store, with what makes ESO refuse them all: two of `dataTo` with one remote key, bundles included, or one of
 * `dataTo` and one of `data` with the same remote key and property (eso.md §6.6). The later one carries the failure.
 */
export function withConflicts(entries: readonly Entry[]): readonly Entry[] {
  // ESO counts the items that go to the store, not all of the list.
  const items = [...new Set(entries.flatMap(({ dataTo }) => dataTo ?? []))]
  const index = (entry: Entry): number => items.indexOf(entry.dataTo ?? -1)
  return entries.map((entry, at): Entry => {
    if (entry.unknown !== undefined || entry.failsWith !== undefined) return entry
    const before = entries
      .slice(0, at)
      .filter(({ unknown, remoteKey }) => unknown === undefined && remoteKey === entry.remoteKey)
    if (entry.source !== undefined) {
      const twin = before.find(({ source }) => source !== undefined)
      if (twin === undefined) return entry
      const says =
        `failed to expand dataTo: dataTo[${index(entry)}]: duplicate remote key ${goQuote(entry.remoteKey)} from source key ` +
        `${goQuote(entry.source)} (conflicts with dataTo[${index(twin)}]:${twin.source})`
      return { ...entry, failsWith: { code: 'push-key-twice', remoteKey: entry.remoteKey, says } }
    }
    if (entry.dataTo !== undefined || entry.property !== undefined) return entry
    const twin = before.find(({ source }) => source !== undefined)
    if (twin === undefined) return entry
    const [a, b] = [twin.secretKey ?? '', entry.secretKey ?? '']
    const says = `failed to merge data entries: duplicate remote key ${goQuote(entry.remoteKey)}: source keys ${goQuote(a)} and ${goQuote(b)} both map to the same destination`
    return { ...entry, failsWith: { code: 'push-key-twice', remoteKey: entry.remoteKey, says } }
  })
}

function matching(
  keys: readonly string[],
  pattern: string | undefined,
  { holesOf }: Pick<Context, 'holesOf'>,
): readonly string[] | ManifestReason {
  if (pattern === undefined || pattern === '') return keys
  const hole = holeReason('match-regexp', holesOf(pattern))
  if (hole !== undefined) return hole
  const compiled = compileGoRegexp(pattern)
  if (!isRegexp(compiled)) return { code: 'match-regexp-invalid', says: compiled.invalid }
  return keys.filter((key) => compiled.matches(key))
}

function reverse(key: string, item: Value): string {
  return textAt(item, 'conversionStrategy') === 'ReverseUnicode' ? reverseUnicode(key) : key
}

/** What `ReverseUnicode` makes of a key: `_U002f_` becomes `/` again (eso.md §3.6, §6.4). */
export function reverseUnicode(key: string): string {
  return key.replace(/_U([0-9a-fA-F]{4,6})_/g, (whole, code: string) => {
    const point = Number.parseInt(code, 16)
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole
  })
}

/** Each rewrite in turn; `undefined` when a template does more than to place `.value`. */
function rename(key: string, rewrites: readonly Value[]): string | undefined {
  let name = key
  for (const rewrite of rewrites) {
    const source = textAt(rewrite, 'regexp', 'source')
    const template = textAt(rewrite, 'transform', 'template')
    if (source !== undefined) {
      const compiled = compileGoRegexp(source)
      if (!isRegexp(compiled)) return undefined
      name = compiled.replaceAll(name, textAt(rewrite, 'regexp', 'target') ?? '')
    } else if (template !== undefined) {
      const value = name
      name = template.replace(/\{\{-?\s*\.value\s*-?\}\}/g, () => value)
      if (name.includes('{{')) return undefined
    } else if (valueAt(rewrite, []) !== null) return undefined
  }
  return name
}
