import type { FailsWith } from '../../model/eso-failure.ts'
import { holeReason, type ManifestReason } from '../../model/reason.ts'
import type { Span } from '../../model/span.ts'
import type { FieldPath, Value } from '../../model/value.ts'
import { listAt, mapAt, textAt, valueAt } from '../field-value.ts'
import { compileGoRegexp, isRegexp } from '../go-regexp.ts'
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

/**
 * The entries that `dataTo[]` expands to: one with `remoteKey` (the whole Secret in one), else one for each key of the source
 * Secret, renamed; keys that `data[]` names are left to it (eso.md §6.6). Where Git does not tell the keys, one entry that says so.
 */
export function dataToEntries(
  consumer: Consumer,
  keys: readonly string[] | undefined,
  context: Context,
): readonly Entry[] {
  const explicit = new Set(listAt(consumer.spec, 'data').flatMap((item) => textAt(item, 'match', 'secretKey') || []))
  const entries = listAt(consumer.spec, 'dataTo').flatMap((item, i): Entry[] => {
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
    if (remoteKey !== undefined) return [entry]
    if (keys === undefined) return [{ ...entry, unknown: { code: 'source-keys-unknown' } }]
    const matched = matching(keys, textAt(item, 'match', 'regexp'), context)
    if ('code' in matched) return [{ ...entry, unknown: matched }]
    return matched
      .filter((key) => !explicit.has(key))
      .map((key) => {
        const renamed = rename(reverse(key, item), listAt(item, 'rewrite'))
        return renamed === undefined
          ? { ...entry, secretKey: key, unknown: { code: 'rewrite-not-followed' } }
          : { ...entry, secretKey: key, remoteKey: renamed }
      })
  })
  return entries.map((entry, i) => collided(entry, entries.slice(0, i)))
}

/** Equal (remoteKey, property) of two entries is an error, also between two `dataTo` items (eso.md §6.6). */
function collided(entry: Entry, before: readonly Entry[]): Entry {
  const twin = before.find(
    ({ remoteKey, secretKey, unknown }) =>
      unknown === undefined &&
      secretKey !== undefined &&
      remoteKey === entry.remoteKey &&
      secretKey !== entry.secretKey,
  )
  if (twin === undefined || entry.unknown !== undefined || entry.secretKey === undefined) return entry
  const [a, b] = [twin.secretKey, entry.secretKey]
  const says = `duplicate remote key "${entry.remoteKey}": source keys "${a}" and "${b}" both map to the same destination`
  return { ...entry, failsWith: { code: 'push-key-twice', remoteKey: entry.remoteKey, says } }
}

function matching(
  keys: readonly string[],
  pattern: string | undefined,
  { holesOf }: Context,
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
