import { arrayStep, literalCall, modifierCall, multipath, objectStep } from './gjson-syntax.ts'
import { LEAF, MISSING, OPEN, SCALAR, type Shape, SOMETHING } from './shape.ts'

/** Whether a result counts as found. */
export type Existence = 'yes' | 'no' | 'unknown'

export function existenceOf(shape: Shape): Existence {
  return shape.is === 'missing' ? 'no' : shape.is === 'open' ? 'unknown' : 'yes'
}

/** Paths in paths in paths: nobody writes them, and a hostile one must end. */
const MAX_DEPTH = 50

/**
 * What gjson 1.18 gives for a path over a value of which only the keys are known (eso.md §4.3). It is as exact as the keys
 * allow: `open` comes out only where a value decides.
 */
export function evaluateGjson(shape: Shape, given: string, depth = 0): Shape {
  let path = given
  if (depth > MAX_DEPTH) return OPEN
  const after = (value: Shape, rest: string): Shape =>
    rest.startsWith('|') || rest.startsWith('.') ? evaluateGjson(value, rest.slice(1), depth + 1) : value
  if (path.length > 1) {
    const modifier = path.startsWith('@') ? modifierCall(path) : undefined
    if (modifier !== undefined) return after(modify(shape, modifier.name), modifier.rest)
    const literal = path.startsWith('!') ? literalCall(path) : undefined
    if (literal !== undefined) return after(literalShape(literal.json), literal.rest)
    if (path.startsWith('[') || path.startsWith('{')) {
      const several = multipath(path)
      if (several !== undefined && /^(?:$|[|.])/.test(several.rest)) {
        const results = several.parts.map((part) => ({ ...part, value: evaluateGjson(shape, part.path, depth + 1) }))
        return after(path.startsWith('[') ? together(results) : named(results), several.rest)
      }
      // gjson has cut the multipath off by then, and goes on with what is left: nothing, where it does not close.
      path = several?.rest ?? ''
    }
  }
  const found = path.startsWith('..') ? inArray([shape], path.slice(2), depth) : inValue(shape, path, depth)
  return found.pipe === undefined ? found.value : evaluateGjson(found.value, found.pipe, depth + 1)
}

/** A result, and what it is asked for afterwards. `pipe` is set as soon as its step is looked at, found or not. */
interface Found {
  readonly value: Shape
  readonly pipe: string | undefined
}

const NOTHING: Found = { value: MISSING, pipe: undefined }
const UNDECIDED: Found = { value: OPEN, pipe: undefined }

/** From the start of a value's JSON: gjson looks for the first bracket, also inside of a text. */
function inValue(shape: Shape, path: string, depth: number): Found {
  switch (shape.is) {
    case 'object':
      return inObject(shape.entries, path, depth)
    case 'array':
      return inArray(shape.items, path, depth)
    case 'missing':
    case 'scalar':
      return NOTHING
    case 'leaf':
      return beneath(shape, path, depth)
    default:
      return UNDECIDED
  }
}

function inObject(entries: Extract<Shape, { is: 'object' }>['entries'], path: string, depth: number): Found {
  const step = objectStep(path)
  let pipe = step.pipe
  let undecided = false
  const matches = step.wild ? wildcards(step.part) : (key: string) => key === step.part
  for (const [key, value] of entries) {
    if (!matches(key)) continue
    if (!step.more) return undecided ? UNDECIDED : { value, pipe }
    const below = beneath(value, step.path, depth + 1)
    pipe ??= below.pipe
    if (existenceOf(below.value) === 'unknown') undecided = true
    else if (existenceOf(below.value) === 'yes') return undecided ? UNDECIDED : below
  }
  return undecided ? UNDECIDED : { value: MISSING, pipe }
}

/** Below a key or an index: only objects and arrays are entered, a text never. */
function beneath(value: Shape, path: string, depth: number): Found {
  if (depth > MAX_DEPTH) return UNDECIDED
  if (value.is === 'object') return inObject(value.entries, path, depth)
  if (value.is === 'array') return inArray(value.items, path, depth)
  if (value.is === 'missing' || value.is === 'scalar') return NOTHING
  if (value.is !== 'leaf') return UNDECIDED
  // An array has only numbers, `#` and queries below it; of anything else nothing is below (eso.md §4.3).
  const step = arrayStep(path)
  const counts = step.part === '#' || step.each !== undefined || step.query !== undefined
  if (counts || /^\d+$/.test(step.part)) return UNDECIDED
  if (step.pipe === undefined) return NOTHING
  // Only in an array is the pipe seen: what it makes of nothing decides.
  return existenceOf(evaluateGjson(MISSING, step.pipe, depth + 1)) === 'no' ? NOTHING : UNDECIDED
}

function inArray(items: readonly Shape[], path: string, depth: number): Found {
  const step = arrayStep(path)
  if (step.query !== undefined) return UNDECIDED
  if (!step.counts) {
    const item = /^\d+$/.test(step.part) ? items[Number(step.part)] : undefined
    if (item === undefined) return { value: MISSING, pipe: step.pipe }
    if (!step.more) return { value: item, pipe: step.pipe }
    const below = beneath(item, step.path, depth + 1)
    // gjson goes on counting after a miss, and finds nothing more.
    return below
  }
  if (step.each === undefined) return { value: step.part === '#' ? SCALAR : MISSING, pipe: step.pipe }
  // `#.x|y`: the pipe is taken off x first.
  const bar = pipeIn(step.each)
  const of = bar === undefined ? step.each : step.each.slice(0, bar)
  const values = items.map((item) => ({ name: '', value: evaluateGjson(item, of, depth + 1) }))
  return { value: together(values), pipe: bar === undefined ? undefined : step.each.slice(bar + 1) }
}

function pipeIn(path: string): number | undefined {
  for (let i = 0; i < path.length; i += 1) {
    if (path[i] === '\\') i += 1
    else if (path[i] === '|') return i
  }
  return undefined
}

/** `[a,b]`: what is found of it, in order. */
function together(results: readonly { readonly value: Shape }[]): Shape {
  const values = results.map(({ value }) => value)
  return values.some(({ is }) => is === 'open') ? LEAF : { is: 'array', items: values.filter(isThere) }
}

/** `{a,"b":c}`: an object of what is found; the name is given, or the last step of the path. */
function named(results: readonly { readonly name: string; readonly path: string; readonly value: Shape }[]): Shape {
  if (results.some(({ value }) => value.is === 'open')) return SOMETHING
  const entries = results
    .filter(({ value }) => isThere(value))
    .map(({ name, path, value }) => [nameFor(name, path), value] as const)
  return { is: 'object', entries }
}

function nameFor(name: string, path: string): string {
  if (name === '') {
    const last = /(?:^|[^\\])[|.]([^|.]*)$/.exec(path)?.[1] ?? path
    return /[[\]{}()#|!]|\p{Cc}/u.test(last) ? '_' : last
  }
  const written = name.startsWith('"') ? parsed(name) : undefined
  return typeof written === 'string' ? written : name
}

const isThere = (value: Shape): boolean => value.is !== 'missing'

function modify(shape: Shape, name: string): Shape {
  switch (name) {
    case 'this':
    case 'valid':
    case 'pretty':
    case 'ugly':
      return shape
    case 'tostr':
      return SCALAR
    case 'keys':
      if (shape.is === 'object') return { is: 'array', items: shape.entries.map(() => SCALAR) }
      return shape.is === 'missing' ? { is: 'array', items: [] } : LEAF
    case 'values':
      if (shape.is === 'object') return { is: 'array', items: shape.entries.map(([, value]) => value) }
      if (shape.is === 'array') return shape
      return shape.is === 'missing' ? { is: 'array', items: [] } : LEAF
    case 'reverse':
      if (shape.is === 'object') return { is: 'object', entries: [...shape.entries].reverse() }
      return shape.is === 'array' ? { is: 'array', items: [...shape.items].reverse() } : shape
    case 'flatten':
      return shape.is === 'array' ? LEAF : shape
    case 'join':
      return shape.is === 'array' || shape.is === 'leaf' ? SOMETHING : shape
    // An object or array stays what it is; a text may hold JSON, or nothing that is.
    case 'fromstr':
      return shape.is === 'object' || shape.is === 'array' || shape.is === 'missing' ? shape : OPEN
    case 'group':
      return shape.is === 'object' ? LEAF : shape.is === 'leaf' || shape.is === 'array' ? MISSING : OPEN
    // `@dig:x`: a list of every x below.
    default:
      return LEAF
  }
}

/** A JSON value that stands in the path itself. */
function literalShape(json: string): Shape {
  if (/^inf$/i.test(json) || /^nan$/i.test(json)) return OPEN
  const value = parsed(json)
  if (value === undefined) return /^[{["]/.test(json) ? SOMETHING : SCALAR
  return shapeOfValue(value)
}

function shapeOfValue(value: unknown): Shape {
  if (Array.isArray(value)) return { is: 'array', items: value.map(shapeOfValue) }
  if (typeof value !== 'object' || value === null) return SCALAR
  return { is: 'object', entries: Object.entries(value).map(([key, below]) => [key, shapeOfValue(below)] as const) }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch {
    return undefined
  }
}

/** gjson's patterns: `*` any text, `?` one character; a backslash takes the next one as it is. In linear time. */
function wildcards(pattern: string): (key: string) => boolean {
  const wanted: (string | typeof ANY | typeof ONE)[] = []
  const chars = [...pattern]
  for (let i = 0; i < chars.length; i += 1) {
    const char = chars[i] ?? ''
    if (char === '*') {
      if (wanted.at(-1) !== ANY) wanted.push(ANY)
    } else if (char === '?') wanted.push(ONE)
    else if (char === '\\' && i + 1 < chars.length) {
      i += 1
      wanted.push(chars[i] ?? '')
    } else wanted.push(char)
  }
  return (key) => matchesWildcards(wanted, [...key])
}

const ANY = Symbol('any text')
const ONE = Symbol('one character')

function matchesWildcards(pattern: readonly (string | symbol)[], text: readonly string[]): boolean {
  let at = 0
  let star = -1
  let resume = 0
  let i = 0
  while (i < text.length) {
    const want = pattern[at]
    if (want === ANY) {
      star = at
      resume = i
      at += 1
    } else if (want === ONE || want === text[i]) {
      at += 1
      i += 1
    } else if (star >= 0) {
      at = star + 1
      resume += 1
      i = resume
    } else return false
  }
  while (pattern[at] === ANY) at += 1
  return at === pattern.length
}
