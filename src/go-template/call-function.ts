import { compileGoRegexp, isRegexp } from '../model/go-regexp.ts'
import { isList, isMap, type Value } from '../model/value.ts'
import type { Signature } from './functions.ts'
import {
  bool,
  either,
  type GoValue,
  kindOf,
  NIL,
  number,
  ofType,
  printed,
  STRING,
  slice,
  text,
  truthOf,
  typeOf,
  UNKNOWN,
} from './go-value.ts'

/** What Go says when a template fails while it runs. */
export class TemplateFailure extends Error {
  /** Because a key or field is not there. */
  readonly missing: boolean

  constructor(message: string, missing = false) {
    super(message)
    this.missing = missing
  }
}

type Arguments = readonly GoValue[]

const NIL_POINTER = 'runtime error: invalid memory address or nil pointer dereference'

/** What functions give, as far as it is known; `undefined`: nothing beyond the type. */
export type Calls = Readonly<Record<string, (given: Arguments) => GoValue | undefined>>

/** Calls a function whose arguments fit; `own` goes before what is known of all. @throws TemplateFailure where it fails whatever the values are. */
export function callFunction(name: string, { result }: Signature, given: Arguments, own: Calls = {}): GoValue {
  const calls = Object.hasOwn(own, name) ? own : SPECIAL
  const special = Object.hasOwn(calls, name) ? calls[name] : undefined
  try {
    const known = special?.(given)
    if (known !== undefined) return bounded(known)
  } catch (error) {
    if (error instanceof TemplateFailure) throw new TemplateFailure(`error calling ${name}: ${error.message}`)
    throw error
  }
  return result === 'value' ? UNKNOWN : ofType(result)
}

const MAX_TEXT = 256 * 1024
const MAX_ITEMS = 10_000

/** What doubles in every round of a loop is not followed for long. */
function bounded(value: GoValue): GoValue {
  if (value.is === 'string' && value.text !== undefined && value.text.length > MAX_TEXT) return ofType(value.type)
  if (value.is === 'slice' && value.items !== undefined && value.items.length > MAX_ITEMS)
    return slice(value.type, undefined, value.element)
  return value
}

function fail(message: string): never {
  throw new TemplateFailure(message)
}

/** A known text. */
const known = (value: GoValue | undefined): string | undefined => (value?.is === 'string' ? value.text : undefined)

/** Applies a function of texts where all of them are known. */
function texts(apply: (...values: string[]) => string) {
  return (given: Arguments): GoValue => {
    const values = given.map(known)
    return values.every((value) => value !== undefined) ? text(apply(...values)) : STRING
  }
}

function tests(apply: (...values: string[]) => boolean) {
  return (given: Arguments): GoValue => {
    const values = given.map(known)
    return bool(values.every((value) => value !== undefined) ? apply(...values) : undefined)
  }
}

/** A list that sprig takes, or what it says of anything else. `undefined`: it may be one. */
function listOf(value: GoValue | undefined, complaint: (kind: string) => string) {
  if (value === undefined || value.is === 'unknown') return undefined
  if (value.is === 'nil') return fail(NIL_POINTER)
  if (value.is !== 'slice') return fail(complaint(kindOf(value) ?? ''))
  return value
}

const LIST = '[]interface {}'
const DICT = 'map[string]interface {}'

/** Functions that take a list, by what they make of its items. */
function onList(
  verb: string,
  make: (items: readonly GoValue[]) => readonly GoValue[] | undefined,
  at = 0,
  result = LIST,
): (given: Arguments) => GoValue {
  return (given) => {
    const list = listOf(given[at], (kind) => `${verb} ${kind}`)
    const items = list?.items === undefined ? undefined : make(list.items)
    return slice(result, items, list?.element)
  }
}

function oneOf(verb: string, pick: (items: readonly GoValue[]) => GoValue | undefined) {
  return ([value]: Arguments): GoValue => {
    const list = listOf(value, (kind) => `${verb} ${kind}`)
    if (list?.items === undefined) return UNKNOWN
    return list.items.length === 0 ? NIL : (pick(list.items) ?? UNKNOWN)
  }
}

/** `cast.ToInt64`: what is no number counts as 0; `undefined`: a value decides. */
function intOf(value: GoValue | undefined): number | undefined {
  if (value === undefined || value.is === 'unknown') return undefined
  if (value.is === 'number') return value.value === undefined ? undefined : Math.trunc(value.value)
  if (value.is === 'bool') return value.value === undefined ? undefined : value.value ? 1 : 0
  if (value.is === 'string')
    return value.text === undefined ? undefined : /^[+-]?\d+$/.test(value.text) ? Number(value.text) : 0
  return 0
}

function divides([, by]: Arguments): undefined {
  if (intOf(by) === 0) fail('runtime error: integer divide by zero')
}

/** A regular expression that is written out must compile; `Must…` panics on it otherwise. */
function compiles(panics: boolean) {
  return ([pattern]: Arguments): undefined => {
    const source = known(pattern)
    const compiled = source === undefined ? undefined : compileGoRegexp(source)
    if (compiled === undefined || isRegexp(compiled)) return
    fail(panics ? `regexp: Compile(${quoteRaw(source ?? '')}): ${compiled.invalid}` : compiled.invalid)
  }
}

function quoteRaw(source: string): string {
  return source.includes('`') ? JSON.stringify(source) : `\`${source}\``
}

function replaceAll(given: Arguments): GoValue {
  const [source, from, replacement] = given.map(known)
  if (source === undefined || from === undefined || replacement === undefined) return STRING
  const compiled = compileGoRegexp(source)
  return isRegexp(compiled) ? text(compiled.replaceAll(from, replacement)) : STRING
}

const replaceAllChecked = (panics: boolean) => (given: Arguments) => compiles(panics)(given) ?? replaceAll(given)

/** A pattern that does not compile matches nothing. */
function matchesRegexp([pattern, body]: Arguments): GoValue {
  const [source, value] = [known(pattern), known(body)]
  if (source === undefined || value === undefined) return bool(undefined)
  const compiled = compileGoRegexp(source)
  return bool(isRegexp(compiled) && compiled.matches(value))
}

function repeats(count: GoValue | undefined): void {
  if (count?.is === 'number' && count.value !== undefined && count.value < 0) fail('strings: negative Repeat count')
}

function dictionary(given: Arguments): GoValue {
  const entries = new Map<string, GoValue>()
  let open = false
  for (let i = 0; i < given.length; i += 2) {
    const key = known(given[i])
    if (key === undefined) open = true
    else entries.set(key, given[i + 1] ?? text(''))
  }
  return { is: 'map', type: 'map[string]interface {}', entries, open, element: UNKNOWN }
}

/** `split` names its parts `_0`, `_1`, … */
function splitParts(given: Arguments): GoValue {
  const entries = new Map<string, GoValue>([['_0', STRING]])
  const mayHold = (key: string) => /^_\d+$/.test(key)
  const [separator, value] = [known(given[0]), known(given.at(-1))]
  if (given.length === 2 && separator !== undefined && value !== undefined && separator !== '') {
    const parts = value.split(separator).map((part, i) => [`_${i}`, text(part)] as const)
    return { is: 'map', type: 'map[string]string', entries: new Map(parts), open: false, element: STRING }
  }
  return { is: 'map', type: 'map[string]string', entries, open: true, mayHold, element: STRING }
}

function dig(given: Arguments): GoValue {
  if (given.length < 3) fail('dig needs at least three arguments')
  const interfaceIs = (value: GoValue | undefined, wanted: string): void => {
    if (value === undefined || value.is === 'unknown') return
    const type = value.is === 'nil' ? 'nil' : typeOf(value)
    if (type !== wanted) fail(`interface conversion: interface {} is ${type}, not ${wanted}`)
  }
  let value = given.at(-1) ?? NIL
  interfaceIs(value, DICT)
  const keys = given.slice(0, -2)
  for (const key of keys) interfaceIs(key, 'string')
  for (const [i, key] of keys.entries()) {
    const name = known(key)
    if (value.is !== 'map' || value.isData || name === undefined) return UNKNOWN
    const next: GoValue | undefined = value.entries.get(name)
    if (next === undefined) return value.open ? UNKNOWN : (given.at(-2) ?? NIL)
    if (i < keys.length - 1) interfaceIs(next, DICT)
    value = next
  }
  return value
}

function hasKey([map, key]: Arguments): GoValue {
  const name = known(key)
  if (map?.is !== 'map' || map.isData || name === undefined) return bool(undefined)
  return bool(map.entries.has(name) ? true : map.open ? undefined : false)
}

/** Of values that hold each other many times over only so much is written out. */
const MAX_PARTS = 20_000

/** What a value is in JSON; `undefined` where some of it is not known, or where it is too much. */
export function plainOf(value: GoValue): Value | undefined {
  let parts = 0
  return plain(value, () => ++parts > MAX_PARTS)
}

function plain(value: GoValue, isTooMuch: () => boolean): Value | undefined {
  if (isTooMuch()) return undefined
  switch (value.is) {
    case 'nil':
      return null
    case 'string':
      return value.text
    case 'bool':
    case 'number':
      return value.value
    case 'slice': {
      const items = value.items?.map((item) => plain(item, isTooMuch))
      return items?.every((item) => item !== undefined) ? items : undefined
    }
    case 'map': {
      if (value.open || value.isData) return undefined
      const entries = [...value.entries].map(([key, item]) => [key, plain(item, isTooMuch)] as const)
      return entries.every((entry): entry is readonly [string, Value] => entry[1] !== undefined)
        ? Object.fromEntries(entries)
        : undefined
    }
    default:
      return undefined
  }
}

/** Go's `json.Marshal`: keys sorted, and what could end a script escaped. */
function toJson([value = NIL]: Arguments): GoValue {
  const json = plainOf(value)
  if (json === undefined) return STRING
  const escaped = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', '\u2028': '\\u2028', '\u2029': '\\u2029' }
  return text(
    JSON.stringify(sorted(json)).replace(/[<>&\u2028\u2029]/g, (char) => escaped[char as keyof typeof escaped]),
  )
}

function sorted(value: Value): Value {
  if (isList(value)) return value.map(sorted)
  if (!isMap(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key] ?? null)]),
  )
}

function index(given: Arguments): GoValue {
  let [item = NIL] = given
  if (item.is === 'nil') fail('index of untyped nil')
  for (const [i, at] of given.slice(1).entries()) {
    switch (item.is) {
      case 'unknown':
        return UNKNOWN
      case 'nil':
        return fail('index of nil pointer')
      case 'string':
      case 'slice': {
        const position = indexPosition(at)
        const length: number | undefined =
          item.is === 'slice' ? item.items?.length : item.text === undefined ? undefined : Buffer.byteLength(item.text)
        if (position !== undefined && length !== undefined && (position < 0 || position >= length))
          fail(`index out of range: ${position}`)
        item =
          item.is === 'string'
            ? number('uint8')
            : ((position === undefined ? undefined : item.items?.[position]) ?? item.element)
        break
      }
      case 'map': {
        const key = at.is === 'string' ? at.text : undefined
        if (at.is === 'nil') fail('value is nil; should be of type string')
        if (at.is !== 'string' && at.is !== 'unknown') fail(`value has type ${typeOf(at)}; should be string`)
        const there: GoValue | undefined = key === undefined ? undefined : item.entries.get(key)
        const certain: boolean = key !== undefined && !item.open && there === undefined
        // What is not there is the zero value: an empty text, or nil.
        if (certain) item = item.element.is === 'string' ? text('') : NIL
        else item = there ?? item.element
        if (certain && item.is === 'nil' && i < given.length - 2) return fail('index of nil pointer')
        break
      }
      default:
        return fail(`can't index item of type ${typeOf(item)}`)
    }
  }
  return item
}

function indexPosition(at: GoValue): number | undefined {
  if (at.is === 'unknown') return undefined
  if (at.is === 'nil') return fail('cannot index slice/array with nil')
  if (at.is !== 'number' || !/^u?int/.test(at.type)) return fail(`cannot index slice/array with type ${typeOf(at)}`)
  return at.value
}

function length([value]: Arguments): GoValue {
  if (value === undefined || value.is === 'unknown') return number('int')
  if (value.is === 'nil') return fail('len of nil pointer')
  if (value.is === 'slice') return number('int', value.items?.length)
  if (value.is === 'map') return number('int', value.open || value.isData ? undefined : value.entries.size)
  if (value.is === 'string') return number('int', value.text === undefined ? undefined : Buffer.byteLength(value.text))
  return fail(`len of type ${typeOf(value)}`)
}

type Basic = 'bool' | 'int' | 'uint' | 'float' | 'complex' | 'string' | 'none'

function basicKind(value: GoValue): Basic | undefined {
  if (value.is === 'unknown') return undefined
  if (value.is === 'bool' || value.is === 'string') return value.is
  if (value.is !== 'number') return 'none'
  return (/^(uint|int|float|complex)/.exec(value.type)?.[1] ?? 'none') as Basic
}

function comparable(a: GoValue, b: GoValue): void {
  const [one, other] = [basicKind(a), basicKind(b)]
  if (one === undefined || other === undefined || a.is === 'nil' || b.is === 'nil') return
  const kinds = new Set([one, other])
  if (one === other ? one !== 'none' || typeOf(a) === typeOf(b) : kinds.has('int') && kinds.has('uint')) return
  fail(
    one === other
      ? `non-comparable types ${typeOf(a)}, ${typeOf(b)}`
      : `incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`,
  )
}

function constantOf(value: GoValue): string | number | boolean | undefined {
  if (value.is === 'string') return value.text
  if (value.is === 'number' || value.is === 'bool') return value.value
  return undefined
}

function equals([first, ...others]: Arguments): GoValue {
  if (first === undefined || others.length === 0) return fail('missing argument for comparison')
  let all: boolean | undefined = false
  for (const other of others) {
    comparable(first, other)
    const [a, b] = [constantOf(first), constantOf(other)]
    const same = a === undefined || b === undefined ? undefined : a === b
    if (same === true) return bool(true)
    // Equal already, perhaps: what comes after it may never be looked at.
    if (same === undefined) {
      all = undefined
      break
    }
  }
  return bool(all)
}

function ordered(compare: (a: string | number, b: string | number) => boolean) {
  return ([a = NIL, b = NIL]: Arguments): GoValue => {
    for (const one of [a, b]) if (basicKind(one) === 'none') fail('invalid type for comparison')
    comparable(a, b)
    const kind = basicKind(a)
    if ((kind === 'bool' || kind === 'complex') && basicKind(b) !== undefined) fail('invalid type for comparison')
    const [one, other] = [constantOf(a), constantOf(b)]
    if (typeof one === 'boolean' || typeof other === 'boolean' || one === undefined || other === undefined)
      return bool(undefined)
    return bool(compare(one, other))
  }
}

/** Only the verbs that people write, and only where all is known. */
function printf([format, ...given]: Arguments): GoValue {
  const pattern = known(format)
  const values = given.map(printed)
  if (pattern === undefined || values.includes(undefined)) return STRING
  const verbs = pattern.match(/%[^%]|%%/g) ?? []
  if (verbs.some((verb) => !['%s', '%d', '%v', '%%'].includes(verb))) return STRING
  if (verbs.filter((verb) => verb !== '%%').length !== given.length) return STRING
  if (verbs.some((verb, i) => verb === '%d' && given[i]?.is !== 'number')) return STRING
  let at = 0
  return text(pattern.replace(/%[sdv%]/g, (verb) => (verb === '%%' ? '%' : (values[at++] ?? ''))))
}

function defaulted([fallback = NIL, ...given]: Arguments): GoValue {
  const [value] = given
  if (value === undefined) return fallback
  if (value.is === 'struct') return value
  const truth = truthOf(value)
  return truth === undefined ? either(value, fallback) : truth ? value : fallback
}

function joined([separator, value]: Arguments): GoValue {
  const between = known(separator)
  const parts = value?.is === 'slice' ? value.items?.map(printed) : undefined
  if (between === undefined || parts === undefined || parts.includes(undefined)) return STRING
  return text(parts.join(between))
}

function splitList([separator, value]: Arguments): GoValue {
  const [by, whole] = [known(separator), known(value)]
  if (by === undefined || whole === undefined) return slice('[]string', undefined, STRING)
  return slice('[]string', whole.split(by).map(text), STRING)
}

/** Whether a URL is one that Go's parser refuses, by the commonest slips alone. */
function parsesUrl([value]: Arguments): undefined {
  const url = known(value)
  if (url !== undefined && /\p{Cc}|^:|%(?![\da-fA-F]{2})/u.test(url))
    fail(`unable to parse url: parse ${JSON.stringify(url)}: invalid URL`)
}

function trimSet(set: string, value: string, ends: 'both' | 'left' | 'right'): string {
  const chars = [...value]
  const cut = new Set(set)
  let [start, end] = [0, chars.length]
  if (ends !== 'right') while (start < end && cut.has(chars[start] ?? '')) start += 1
  if (ends !== 'left') while (end > start && cut.has(chars[end - 1] ?? '')) end -= 1
  return chars.slice(start, end).join('')
}

const GO_SPACE = '\t\n\v\f\r \u0085\u00a0'

function indented(prefix: string) {
  return ([count, value]: Arguments): GoValue => {
    repeats(count)
    const body = known(value)
    if (count?.is !== 'number' || count.value === undefined || body === undefined || count.value > 1000) return STRING
    const pad = ' '.repeat(count.value)
    return text(`${prefix}${pad}${body.replaceAll('\n', `\n${pad}`)}`)
  }
}

function truncated([count, value]: Arguments): GoValue {
  const body = known(value)
  if (count?.is !== 'number' || count.value === undefined || body === undefined) return STRING
  const bytes = Buffer.from(body)
  const to = count.value
  if (to < 0 && bytes.length + to > 0) return text(bytes.subarray(bytes.length + to).toString())
  return text(to >= 0 && bytes.length > to ? bytes.subarray(0, to).toString() : body)
}

function substring([start, end, value]: Arguments): GoValue {
  const body = known(value)
  const [from, to] = [start, end].map((one) => (one?.is === 'number' ? one.value : undefined))
  if (body === undefined || from === undefined || to === undefined) return STRING
  const bytes = Buffer.from(body)
  const cut = (a: number, b: number): GoValue => {
    if (a > b || b > bytes.length || b < 0 || a < 0)
      fail(`runtime error: slice bounds out of range [${a}:${b}] with length ${bytes.length}`)
    return text(bytes.subarray(a, b).toString())
  }
  if (from < 0) return cut(0, to)
  return to < 0 || to > bytes.length ? cut(from, bytes.length) : cut(from, to)
}

const find = (name: string) => `Cannot find ${name} on type`
const first = oneOf(find('first'), (items) => items[0])
const last = oneOf(find('last'), (items) => items.at(-1))
const rest = onList(find('rest'), (items) => items.slice(1))
const initial = onList(find('initial'), (items) => items.slice(0, -1))
const reverse = onList(find('reverse'), (items) => [...items].reverse())
const uniq = onList(find('uniq'), () => undefined)
const compact = onList('Cannot compact on type', () => undefined)
const without = onList(find('without'), () => undefined)
const push = (given: Arguments) => onList('Cannot push on type', (items) => [...items, given[1] ?? NIL])(given)
const prepend = (given: Arguments) => onList('Cannot prepend on type', (items) => [given[1] ?? NIL, ...items])(given)
const chunk = onList('Cannot chunk type', () => undefined, 1, '[][]interface {}')
const sliced = ([list]: Arguments): GoValue => {
  listOf(list, (kind) => `list should be type of slice or array but ${kind}`)
  return UNKNOWN
}
const has = ([needle, haystack]: Arguments): GoValue => {
  if (haystack?.is === 'nil') return bool(false)
  const items = listOf(haystack, (kind) => `Cannot find has on type ${kind}`)?.items
  const wanted = needle === undefined ? undefined : constantOf(needle)
  if (items === undefined || wanted === undefined) return bool(undefined)
  // Of another Go type nothing is equal (`reflect.DeepEqual`).
  const same = (item: GoValue) => {
    const constant = constantOf(item)
    if (item.is !== 'nil' && constant === undefined) return undefined
    return constant === wanted && typeOf(item) === typeOf(needle as GoValue)
  }
  const found = items.map(same)
  return bool(found.includes(true) ? true : found.includes(undefined) ? undefined : false)
}
const copied = ([map]: Arguments): GoValue => map ?? UNKNOWN
const fromJson =
  (checks: boolean) =>
  ([value]: Arguments): GoValue => {
    const json = known(value)
    if (json === undefined) return UNKNOWN
    try {
      return shapeOf(JSON.parse(json))
    } catch {
      return checks ? fail(`invalid JSON`) : NIL
    }
  }

/** A value that JSON can hold, as Go decodes it into an interface. */
export function shapeOf(value: unknown): GoValue {
  if (value === null) return NIL
  if (typeof value === 'string') return text(value)
  if (typeof value === 'boolean') return bool(value)
  if (typeof value === 'number') return number('float64', value)
  if (Array.isArray(value)) return slice(LIST, value.map(shapeOf))
  const entries = new Map(Object.entries(value as object).map(([key, below]) => [key, shapeOf(below)]))
  return { is: 'map', type: 'map[string]interface {}', entries, open: false, element: UNKNOWN }
}

/** `set` changes the map that it is given, so that what is known of it before is not after: its other names stay open. */
const opened = ([map]: Arguments): GoValue =>
  map?.is === 'map' ? { ...map, open: true, mayHold: () => true } : UNKNOWN

/** What is known beyond the types; a function that gives `undefined` has only looked whether it fails. */
const SPECIAL: Calls = {
  index,
  len: length,
  eq: equals,
  ne: (given) => {
    const same = equals(given)
    return bool(same.is === 'bool' && same.value !== undefined ? !same.value : undefined)
  },
  lt: ordered((a, b) => a < b),
  le: ordered((a, b) => a <= b),
  gt: ordered((a, b) => a > b),
  ge: ordered((a, b) => a >= b),
  not: ([value]) => {
    const truth = value === undefined ? undefined : truthOf(value)
    return bool(truth === undefined ? undefined : !truth)
  },
  call: ([value]: Arguments): GoValue => {
    if (value?.is === 'nil') return fail('call of nil')
    return value === undefined || value.is === 'unknown' ? UNKNOWN : fail(`non-function of type ${typeOf(value)}`)
  },
  print: (given) => texts((...parts) => parts.join(''))(given),
  printf,
  fail: ([message]) => fail(known(message) ?? '…'),
  list: (given) => slice(LIST, given),
  tuple: (given) => slice(LIST, given),
  dict: dictionary,
  get: ([map, key]: Arguments): GoValue => {
    const name = known(key)
    if (map?.is !== 'map' || name === undefined) return UNKNOWN
    return map.entries.get(name) ?? (map.open ? UNKNOWN : text(''))
  },
  set: opened,
  unset: opened,
  merge: opened,
  mustMerge: opened,
  mergeOverwrite: opened,
  mustMergeOverwrite: opened,
  deepCopy: copied,
  mustDeepCopy: copied,
  dig,
  hasKey,
  toJson,
  mustToJson: toJson,
  toRawJson: ([value = NIL]) => {
    const json = plainOf(value)
    return json === undefined ? STRING : text(JSON.stringify(sorted(json)))
  },
  split: splitParts,
  splitn: splitParts,
  splitList,
  join: joined,
  ternary: ([yes = NIL, no = NIL, test]) => {
    const truth = test?.is === 'bool' ? test.value : undefined
    return truth === undefined ? either(yes, no) : truth ? yes : no
  },
  default: defaulted,
  coalesce: (given) => {
    for (const value of given) {
      const truth = truthOf(value)
      if (truth !== false) return truth === true ? value : UNKNOWN
    }
    return NIL
  },
  empty: ([value]) => {
    const truth = value === undefined ? undefined : truthOf(value)
    return bool(truth === undefined ? undefined : !truth)
  },
  first,
  mustFirst: first,
  last,
  mustLast: last,
  rest,
  mustRest: rest,
  initial,
  mustInitial: initial,
  reverse,
  mustReverse: reverse,
  uniq,
  mustUniq: uniq,
  compact,
  mustCompact: compact,
  without,
  mustWithout: without,
  append: push,
  mustAppend: push,
  push,
  mustPush: push,
  prepend,
  mustPrepend: prepend,
  chunk,
  mustChunk: chunk,
  slice: sliced,
  mustSlice: sliced,
  has,
  mustHas: has,
  concat: (given) => {
    const lists = given.map((list) => listOf(list, (kind) => `Cannot concat type ${kind} as list`)?.items)
    return slice(LIST, lists.every((items) => items !== undefined) ? lists.flat() : undefined)
  },
  fromJson: fromJson(false),
  mustFromJson: fromJson(true),
  div: divides,
  mod: divides,
  randInt: ([min, max]) => {
    const [low, high] = [intOf(min), intOf(max)]
    if (low !== undefined && high !== undefined && high <= low) fail('invalid argument to Intn')
    return undefined
  },
  regexFind: compiles(true),
  regexFindAll: compiles(true),
  regexSplit: compiles(true),
  regexReplaceAll: replaceAllChecked(true),
  regexReplaceAllLiteral: compiles(true),
  regexMatch: matchesRegexp,
  mustRegexMatch: (given) => compiles(false)(given) ?? matchesRegexp(given),
  mustRegexFind: compiles(false),
  mustRegexFindAll: compiles(false),
  mustRegexSplit: compiles(false),
  mustRegexReplaceAll: replaceAllChecked(false),
  mustRegexReplaceAllLiteral: compiles(false),
  urlParse: parsesUrl,
  upper: texts((value) => value.toUpperCase()),
  lower: texts((value) => value.toLowerCase()),
  trim: texts((value) => trimSet(GO_SPACE, value, 'both')),
  trimAll: texts((set, value) => trimSet(set, value, 'both')),
  trimall: texts((set, value) => trimSet(set, value, 'both')),
  trimPrefix: texts((prefix, value) => (value.startsWith(prefix) ? value.slice(prefix.length) : value)),
  trimSuffix: texts((suffix, value) => (value.endsWith(suffix) ? value.slice(0, value.length - suffix.length) : value)),
  nospace: texts((value) => value.replace(/\s/gu, '')),
  replace: texts((from, to, value) => value.replaceAll(from, () => to)),
  contains: tests((part, value) => value.includes(part)),
  hasPrefix: tests((prefix, value) => value.startsWith(prefix)),
  hasSuffix: tests((suffix, value) => value.endsWith(suffix)),
  repeat: ([count, value]) => {
    repeats(count)
    const body = known(value)
    const times = count?.is === 'number' ? count.value : undefined
    return body === undefined || times === undefined || times * body.length > 10_000 ? STRING : text(body.repeat(times))
  },
  indent: indented(''),
  nindent: indented('\n'),
  trunc: truncated,
  substr: substring,
  toString: ([value]: Arguments): GoValue => {
    const shown = value === undefined ? undefined : printed(value)
    return shown === undefined ? STRING : text(shown)
  },
  b64enc: texts((value) => Buffer.from(value).toString('base64')),
  int: ([value]) => number('int', intOf(value)),
  int64: ([value]) => number('int64', intOf(value)),
  atoi: ([value]) => number('int', known(value) === undefined ? undefined : intOf(value)),
  until: ([count]) => {
    const to = count?.is === 'number' ? count.value : undefined
    if (to === undefined || Math.abs(to) > 100) return slice('[]int', undefined, number('int'))
    return slice(
      '[]int',
      Array.from({ length: Math.abs(to) }, (_, i) => number('int', to < 0 ? -i : i)),
      number('int'),
    )
  },
}
