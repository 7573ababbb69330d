/** What gjson calls by `@name`; anything else after an `@` is a key. */
const MODIFIERS: ReadonlySet<string> = new Set([
  'pretty',
  'ugly',
  'reverse',
  'this',
  'flatten',
  'join',
  'valid',
  'keys',
  'values',
  'tostr',
  'fromstr',
  'group',
  'dig',
])

/** The first step of a path, and what comes after it. */
export interface FirstStep {
  readonly part: string
  /** The path below the step; only where `more`. */
  readonly path: string
  readonly more: boolean
  /** What the result of the path is asked for afterwards; `undefined`: it is not piped. */
  readonly pipe: string | undefined
}

/** Whether a dot before `rest` is a pipe: a modifier or a multipath follows. */
function dotPipes(rest: string): boolean {
  if (rest.startsWith('@')) return MODIFIERS.has(/^@([^.|:]*)/.exec(rest)?.[1] ?? '')
  return rest.startsWith('[') || rest.startsWith('{')
}

function step(part: string, path: string, at: number, dotMayPipe = true): FirstStep {
  const rest = path.slice(at + 1)
  if (path[at] === '|') return { part, path: '', more: false, pipe: rest }
  if (rest !== '' && dotMayPipe && dotPipes(rest)) return { part, path: '', more: false, pipe: rest }
  return { part, path: rest, more: true, pipe: undefined }
}

/** The first step over an object: a key, or with `wild` a pattern. A backslash takes the next character as it is. */
export function objectStep(path: string): FirstStep & { readonly wild: boolean } {
  let part = ''
  let wild = false
  for (let i = 0; i < path.length; i += 1) {
    const char = path[i] ?? ''
    if (char === '|' || char === '.') return { ...step(part, path, i), wild }
    // gjson looks for wildcards only outside of escapes, and then forgets which character was escaped.
    if (char === '*' || char === '?') wild = true
    if (char === '\\') {
      i += 1
      part += path[i] ?? ''
    } else part += char
  }
  return { part, path: '', more: false, pipe: undefined, wild }
}

/** The first step over an array: an index, `#`, or a query. */
export function arrayStep(path: string): FirstStep & {
  readonly counts: boolean
  readonly each: string | undefined
  readonly query: 'one' | 'all' | undefined
} {
  let counts = false
  let query: 'one' | 'all' | undefined
  // `#.x`: x of every element, whatever comes after.
  const each = path.startsWith('#.') ? path.slice(2) : undefined
  for (let i = 0; i < path.length; i += 1) {
    const char = path[i]
    if (char === '|' || char === '.') return { ...step(path.slice(0, i), path, i, !counts), counts, each, query }
    if (char !== '#') continue
    counts = true
    if (i > 0 || !/^#[([]/.test(path)) continue
    const end = queryEnd(path)
    query = 'one'
    if (end === undefined) break
    i = end
    if (path[i + 1] === '#') query = 'all'
  }
  return { part: path, path: '', more: false, pipe: undefined, counts, each, query }
}

/** Where the bracket of `#(…)` closes. */
function queryEnd(path: string): number | undefined {
  let depth = 1
  for (let i = 2; i < path.length; i += 1) {
    const char = path[i] ?? ''
    if (char === '\\') i += 1
    else if (char === '[' || char === '(') depth += 1
    else if (char === ']' || char === ')') {
      depth -= 1
      if (depth === 0) return i
    } else if (char === '"') i = quoteEnd(path, i)
  }
  return undefined
}

function quoteEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1
    else if (text[i] === '"') return i
  }
  return text.length
}

/** The paths in `{…}` or `[…]` at the start of a path, and what stands after; `undefined` when it does not close. */
export function multipath(
  path: string,
): { readonly parts: readonly { readonly name: string; readonly path: string }[]; readonly rest: string } | undefined {
  const parts: { name: string; path: string }[] = []
  let depth = 1
  let colon = 0
  let start = 1
  let modifier = false
  const push = (end: number) => {
    const given = path.slice(colon === 0 ? start : colon + 1, end)
    parts.push({ name: colon === 0 ? '' : path.slice(start, colon), path: given })
    colon = 0
    modifier = false
    start = end + 1
  }
  for (let i = 1; i < path.length; i += 1) {
    const char = path[i] ?? ''
    if (char === '\\') i += 1
    else if (char === '@') modifier ||= '.|'.includes(path[i - 1] ?? ' ')
    else if (char === ':' && !modifier && colon === 0 && depth === 1) colon = i
    else if (char === ',' && depth === 1) push(i)
    else if (char === '"') i = quoteEnd(path, i)
    else if ('[({'.includes(char)) depth += 1
    else if ('])}'.includes(char)) {
      depth -= 1
      if (depth > 0) continue
      push(i)
      return { parts, rest: path.slice(i + 1) }
    }
  }
  return undefined
}

/** `@name:argument` at the start of a path; `undefined` when gjson has no such modifier. */
export function modifierCall(
  path: string,
): { readonly name: string; readonly argument: string; readonly rest: string } | undefined {
  const name = /^@([^.|:]*)/.exec(path)?.[1] ?? ''
  if (!MODIFIERS.has(name)) return undefined
  const after = path.slice(name.length + 1)
  if (!after.startsWith(':') || after === ':') return { name, argument: '', rest: after === ':' ? '' : after }
  const given = after.slice(1)
  const whole = /^[{["]/.test(given) ? squash(given) : undefined
  if (whole !== undefined) return { name, argument: whole, rest: given.slice(whole.length) }
  let end = 0
  while (end < given.length && given[end] !== '|')
    end += '{["('.includes(given[end] ?? ' ') ? squash(given.slice(end)).length : 1
  return { name, argument: given.slice(0, end), rest: given.slice(end) }
}

/** `!value` at the start of a path: a JSON value of its own; `undefined` when it is a key. */
export function literalCall(path: string): { readonly json: string; readonly rest: string } | undefined {
  const given = path.slice(1)
  if (/^[{["+\-\d]/.test(given)) {
    // gjson takes the first character for a bracket, whatever it is, and looks for the one that closes it.
    const json = given[0] + squash(`(${given.slice(1)}`).slice(1)
    return { json, rest: given.slice(json.length) }
  }
  const word = /^[^|.]*/.exec(given)?.[0] ?? ''
  return /^(?:true|false|null|nan|inf)$/i.test(word) ? { json: word, rest: given.slice(word.length) } : undefined
}

/** What gjson takes for one JSON value at the start of a text: up to the bracket or quote that closes it. */
function squash(text: string): string {
  let depth = 0
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i] ?? ''
    if (char === '"') {
      i = quoteEnd(text, i)
      if (depth === 0) return text.slice(0, i + 1)
    } else if ('{[('.includes(char)) depth += 1
    else if ('}])'.includes(char)) {
      depth -= 1
      if (depth <= 0) return text.slice(0, i + 1)
    }
  }
  return text
}
