import type { SourceFile } from '../../../files/source-file.ts'
import { isMap, type Value } from '../../../model/value.ts'
import type { DeclaredDocument } from '../declared.ts'
import { folderOf, joinPath, lastSegment } from '../file-lookup.ts'
import { type PlacedText, spanBetween } from '../placed-text.ts'
import { buildText, type SymbolicText, sliceText } from '../symbolic-text.ts'
import { itemsOf, plainText } from './collections.ts'
import type { Expression } from './hcl-expression.ts'
import type { TerraformModule } from './module.ts'
import { knownText, plainValue, sameValue, type TerraformValue, textBySpans, textValue } from './terraform-value.ts'

export interface CallPlace {
  readonly placed: PlacedText
  readonly source: SourceFile
  readonly module: TerraformModule
  readonly unknown: TerraformValue
}

type Args = readonly TerraformValue[]
type Call = Expression & { kind: 'call' }

/** Functions that pass their argument on, as far as names, lists and texts go. */
const PASSING = new Set('trimspace chomp tostring nonsensitive sensitive abspath pathexpand one can'.split(' '))

/** What a function gives; `unknown` for functions that are not followed, and for arguments that are not known. */
export function callFunction(node: Call, args: Args, place: CallPlace): TerraformValue {
  const { name } = node
  const given = node.spread ? [...args.slice(0, -1), ...(listItems(args.at(-1)) ?? [])] : args
  if (node.spread && listItems(args.at(-1)) === undefined) return place.unknown
  if (PASSING.has(name)) return given[0] ?? place.unknown
  const call = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
  return call?.(given, place, node) ?? place.unknown
}

const FUNCTIONS: Readonly<Record<string, (args: Args, place: CallPlace, node: Call) => TerraformValue | undefined>> = {
  file: ([path]) => (path?.kind === 'text' ? { kind: 'file', path: path.text.value } : undefined),
  templatefile: ([path, variables]) =>
    path?.kind === 'text'
      ? { kind: 'file', path: path.text.value, variables: variables?.kind === 'object' ? variables.entries : {} }
      : undefined,
  fileset: ([folder, pattern], place) => fileset(knownText(folder), knownText(pattern), place),
  yamldecode: ([text], place) => decoded(text, place),
  jsondecode: ([text], place) => decoded(text, place),
  yamlencode: ([value], place, node) => encoded(value, place, node),
  jsonencode: ([value], place, node) => encoded(value, place, node),
  lower: ([text]) => mapText(text, (value) => value.toLowerCase()),
  upper: ([text]) => mapText(text, (value) => value.toUpperCase()),
  trimsuffix: ([text, end]) => cutText(text, knownText(end), 'end'),
  trimprefix: ([text, begin]) => cutText(text, knownText(begin), 'begin'),
  basename: ([path]) => mapText(path, lastSegment),
  dirname: ([path]) => mapText(path, folderOf),
  replace: ([text, what, by]) => replaced(text, knownText(what), knownText(by)),
  format: (args, { placed }) => format(args, placed),
  join: ([separator, list], { placed }, node) => join(separator, list, placed, node.from),
  split: ([separator, text], { placed }, node) => split(knownText(separator), knownText(text), placed, node.from),
  concat: (args) => flattened(args, 1),
  flatten: ([list]) => (list === undefined ? undefined : flattened([list], Number.POSITIVE_INFINITY)),
  toset: ([list]) => distinct(list, true),
  tolist: ([list]) => asList(list),
  distinct: ([list]) => distinct(list, false),
  sort: ([list]) => distinct(list, true),
  compact: ([list]) => filtered(list, (item) => knownText(item) !== '' && !isNull(item)),
  tomap: ([map]) => map,
  keys: ([map]) => list(itemsOf(map ?? NOTHING)?.map(([key]) => key)),
  values: ([map]) => list(itemsOf(map ?? NOTHING)?.map(([, value]) => value)),
  merge: (args) => merged(args),
  lookup: ([map, key, otherwise]) => lookup(map, knownText(key), otherwise),
  element: ([items, index]) => elementAt(listItems(items), index),
  length: ([items]) => counted(itemsOf(items ?? NOTHING)),
  contains: ([items, item]) => contains(listItems(items), item),
  coalesce: (args) => args.find((arg) => !isNull(arg) && knownText(arg) !== ''),
  // What fails is passed over; what is not known here need not fail there.
  try: ([first]) => first,
  zipmap: ([names, items]) => zipped(listItems(names), listItems(items)),
}

const NOTHING: TerraformValue = { kind: 'literal', value: null }

function isNull(value: TerraformValue | undefined): boolean {
  return value?.kind === 'literal' && value.value === null
}

function list(items: readonly TerraformValue[] | undefined): TerraformValue | undefined {
  return items === undefined ? undefined : { kind: 'list', items }
}

function listItems(value: TerraformValue | undefined): readonly TerraformValue[] | undefined {
  return value?.kind === 'list' ? value.items : undefined
}

function asList(value: TerraformValue | undefined): TerraformValue | undefined {
  return value === undefined ? undefined : (list(listItems(value)) ?? value)
}

function filtered(
  value: TerraformValue | undefined,
  keeps: (item: TerraformValue) => boolean,
): TerraformValue | undefined {
  return list(listItems(value)?.filter(keeps))
}

/** A set has each item once; what is not known may be one of the others, which changes nothing for a reader. */
function distinct(value: TerraformValue | undefined, sorted: boolean): TerraformValue | undefined {
  const items = listItems(value)
  if (items === undefined) return value
  const seen = new Map(items.map((item) => [JSON.stringify(plainValue(item).value), item]))
  const entries = [...seen]
  if (sorted) entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return { kind: 'list', items: entries.map(([, item]) => item) }
}

function flattened(values: Args, depth: number): TerraformValue | undefined {
  const items: TerraformValue[] = []
  for (const value of values) {
    const inner = listItems(value)
    if (inner === undefined) return undefined
    for (const item of inner) {
      const nested = depth > 1 ? listItems(item) : undefined
      if (nested === undefined) items.push(item)
      else items.push(...(listItems(flattened([item], depth)) ?? nested))
    }
  }
  return { kind: 'list', items }
}

function merged(values: Args): TerraformValue | undefined {
  const entries: [string, TerraformValue][] = []
  for (const value of values) {
    if (isNull(value)) continue
    if (value.kind !== 'object') return undefined
    entries.push(...Object.entries(value.entries))
  }
  return { kind: 'object', entries: Object.fromEntries(entries) }
}

function lookup(
  map: TerraformValue | undefined,
  key: string | undefined,
  otherwise: TerraformValue | undefined,
): TerraformValue | undefined {
  if (map?.kind !== 'object' || key === undefined) return undefined
  return Object.hasOwn(map.entries, key) ? map.entries[key] : otherwise
}

function elementAt(items: readonly TerraformValue[] | undefined, index: TerraformValue | undefined) {
  if (items === undefined || items.length === 0 || index?.kind !== 'literal' || typeof index.value !== 'number')
    return undefined
  return items[index.value % items.length]
}

function counted(items: readonly unknown[] | undefined): TerraformValue | undefined {
  return items === undefined ? undefined : { kind: 'literal', value: items.length }
}

function contains(items: readonly TerraformValue[] | undefined, item: TerraformValue | undefined) {
  if (items === undefined || item === undefined) return undefined
  const same = items.map((one) => sameValue(one, item))
  if (same.includes(true)) return { kind: 'literal', value: true } as const
  return same.includes(undefined) ? undefined : ({ kind: 'literal', value: false } as const)
}

function zipped(names: readonly TerraformValue[] | undefined, items: readonly TerraformValue[] | undefined) {
  const keys = names?.map(knownText)
  if (keys === undefined || items === undefined || keys.includes(undefined)) return undefined
  const entries = keys.flatMap((key, index) => {
    const item = items[index]
    return key === undefined || item === undefined ? [] : [[key, item] as const]
  })
  return { kind: 'object', entries: Object.fromEntries(entries) } as const
}

function mapText(value: TerraformValue | undefined, change: (text: string) => string): TerraformValue | undefined {
  const text = knownText(value)
  if (value?.kind !== 'text' || text === undefined) return undefined
  const changed = change(text)
  const origin = value.text.origins[0] ?? 0
  return { ...value, text: { value: changed, origins: [...changed].map(() => origin), holes: [] } }
}

function cutText(value: TerraformValue | undefined, what: string | undefined, where: 'begin' | 'end') {
  if (value?.kind !== 'text' || what === undefined) return undefined
  const { text } = value
  const { length } = text.value
  if (where === 'end')
    return text.value.endsWith(what) ? { ...value, text: sliceText(text, 0, length - what.length) } : value
  return text.value.startsWith(what) ? { ...value, text: sliceText(text, what.length) } : value
}

function replaced(value: TerraformValue | undefined, what: string | undefined, by: string | undefined) {
  // Between slashes stands a pattern.
  if (what === undefined || by === undefined || what === '' || /^\/.*\/$/.test(what)) return undefined
  return mapText(value, (text) => text.replaceAll(what, by))
}

function join(
  separator: TerraformValue | undefined,
  items: TerraformValue | undefined,
  placed: PlacedText,
  at: number,
): TerraformValue | undefined {
  if (separator?.kind !== 'text' || items?.kind !== 'list') return undefined
  const text = buildText()
  for (const [index, item] of items.items.entries()) {
    if (item.kind !== 'text' && item.kind !== 'literal') return undefined
    if (index > 0) text.append(inPlace(separator, placed, at))
    if (item.kind === 'literal') text.add(String(item.value), at, 0)
    else text.append(inPlace(item, placed, at))
  }
  return { kind: 'text', placed, text: text.done() }
}

/** A text of another file has no places in this one. */
function inPlace(value: TerraformValue & { kind: 'text' }, placed: PlacedText, at: number): SymbolicText {
  return value.placed === placed ? value.text : { ...value.text, origins: value.text.origins.map(() => at) }
}

function split(separator: string | undefined, text: string | undefined, placed: PlacedText, at: number) {
  if (separator === undefined || text === undefined || separator === '') return undefined
  return { kind: 'list', items: text.split(separator).map((part) => textValue(part, placed, at)) } as const
}

function format(args: Args, placed: PlacedText): TerraformValue | undefined {
  const [pattern, ...values] = args
  if (pattern?.kind !== 'text' || /%[^sd%]/.test(pattern.text.value)) return undefined
  const text = buildText()
  let from = 0
  let index = 0
  for (const match of pattern.text.value.matchAll(/%[sd%]/g)) {
    text.append(sliceText(pattern.text, from, match.index))
    const origin = pattern.text.origins[match.index] ?? 0
    const value = match[0] === '%%' ? undefined : values[index++]
    if (match[0] === '%%') text.add('%', origin)
    else if (value?.kind === 'text') text.append({ ...value.text, origins: value.text.origins.map(() => origin) })
    else if (value?.kind === 'literal') text.add(String(value.value), origin, 0)
    else text.addHole({ name: value?.kind === 'unknown' ? value.name : 'format', quoted: true }, origin)
    from = match.index + 2
  }
  text.append(sliceText(pattern.text, from))
  return { kind: 'text', placed, text: text.done() }
}

/** Names relative to the folder, as `fileset` gives them. */
function fileset(folder: string | undefined, pattern: string | undefined, { source, module }: CallPlace) {
  if (folder === undefined || pattern === undefined || pattern.includes('**')) return undefined
  const files = module.reading.files.matching(`./${joinPath(folder, pattern)}`, source)
  return files.length === 0
    ? undefined
    : ({ kind: 'list', items: files.map(({ relative }) => plainText(lastSegment(relative))) } as const)
}

function encoded(value: TerraformValue | undefined, { placed }: CallPlace, node: Call): TerraformValue | undefined {
  if (value === undefined) return undefined
  const plain = plainValue(value)
  if (plain.value === undefined) return undefined
  const whole = spanBetween(placed, node.from, node.to)
  const text = JSON.stringify(plain.value)
  return { kind: 'document', text, unknown: plain.unknown, spanOf: () => whole, of: value }
}

/** What a YAML or JSON file of the repository says. */
function decoded(value: TerraformValue | undefined, { source, module }: CallPlace): TerraformValue | undefined {
  if (value?.kind === 'document') return value.of
  if (value?.kind !== 'file') return undefined
  // A template is filled by whoever needs its text.
  if (value.variables !== undefined) return value
  const [file, ...others] = module.reading.files.find(value.path, source)
  if (file === undefined || others.length > 0) return undefined
  const [document, ...more] = module.reading.yaml.parse(file.file, file.text)
  return document === undefined || more.length > 0 ? undefined : fromYaml(document.value, [], document, file.file)
}

const DEEPEST = 50

function fromYaml(
  value: Value,
  path: readonly (string | number)[],
  document: DeclaredDocument,
  file: string,
): TerraformValue {
  if (typeof value === 'string') return textBySpans(file, value, (line) => document.spanOfTextLine(path, line))
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return { kind: 'literal', value }
  if (path.length > DEEPEST) return { kind: 'unknown', name: path.slice(0, 3).join('.') }
  if (isMap(value))
    return {
      kind: 'object',
      entries: Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, fromYaml(item, [...path, key], document, file)]),
      ),
    }
  return {
    kind: 'list',
    items: (value as readonly Value[]).map((item, index) => fromYaml(item, [...path, index], document, file)),
  }
}
