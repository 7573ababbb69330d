/** A part of a text that is not its final value. */
export interface Hole {
  readonly text: string
  /**
   * `variable`: something replaces it at apply time (`${NAME}`, kustomize's `$(NAME)`). `placeholder`: a person or a generator
   * replaces it (`<NAME>`, `REPLACE_ME`). `template`: Helm, Argo CD or Go (`{{ }}`).
   */
  readonly kind: 'variable' | 'placeholder' | 'template'
}

type Finder = (text: string) => Iterable<readonly [start: number, end: number]>

/** By pattern; each takes time in proportion to the text. */
function* matches(text: string, pattern: RegExp): Iterable<readonly [number, number]> {
  for (const match of text.matchAll(pattern)) yield [match.index, match.index + match[0].length]
}

/** What stands between two marks, the nearest that close each other. One that nothing closes ends the search: nothing closes the next. */
function* between(text: string, open: string, close: string): Iterable<readonly [number, number]> {
  for (let start = text.indexOf(open); start >= 0; ) {
    const end = text.indexOf(close, start + open.length)
    if (end < 0) return
    yield [start, end + close.length]
    start = text.indexOf(open, end + close.length)
  }
}

/** `${…}` with one more level of braces in it. A brace that cannot belong to it ends it, and is where the next may begin. */
function* variables(text: string): Iterable<readonly [number, number]> {
  let start = text.indexOf('${')
  while (start >= 0) {
    let at = start + 2
    let depth = 1
    while (depth > 0 && at < text.length && depth < 3) {
      if (text[at] === '{') depth += 1
      if (text[at] === '}') depth -= 1
      at += 1
    }
    if (depth === 0) yield [start, at]
    // What was passed over holds no whole variable but those that begin behind the first.
    start = text.indexOf('${', depth === 0 ? at : start + 2)
  }
}

/** By words that are the whole text, or a whole segment of a path, a host name or a list. */
function whole(words: string): Finder {
  const pattern = new RegExp(`(?<![^/.:,@=&?"'])(?:${words})(?![^/.:,@=&?"'])`, 'g')
  return (text) => matches(text, pattern)
}

const FINDERS: readonly (readonly [Hole['kind'], Finder])[] = [
  ['template', (text) => between(text, '{{', '}}')],
  ['template', (text) => between(text, '{%', '%}')],
  ['variable', variables],
  ['variable', (text) => matches(text, /\$\([A-Za-z_][A-Za-z0-9_.-]*\)/g)],
  // `<GITHUB_TOKEN>`, `<your-vault>`: words, so that a comparison or an e-mail address is none.
  ['placeholder', (text) => matches(text, /<[A-Za-z][A-Za-z0-9_. -]*>/g)],
  ['placeholder', (text) => matches(text, /\bYOUR[_-][A-Z0-9_-]*[A-Z0-9]\b/g)],
  ['placeholder', (text) => matches(text, /%[A-Z][A-Z0-9_]+%|@@[A-Za-z0-9_]+@@|__[A-Z][A-Z0-9_]+__/g)],
  ['placeholder', (text) => matches(text, /(?<![@\w])@[A-Z_]{3,}@(?![@\w])/g)],
  // Words count only where nothing else stands with them: `updatePolicy: replace` and `kv/todo-list` are ordinary values.
  [
    'placeholder',
    whole(
      '(?:REPLACE|UPDATE|CHANGE|FILL|SET|OVERRIDDEN|OVERRIDE|PATCHED?)[ _-]?(?:IN|BY|WITH|ME|THIS|HERE|VIA)(?:[ _-][A-Za-z0-9 _-]*)?',
    ),
  ],
  ['placeholder', whole('PLACEHOLDER|CHANGEME|REPLACEME|TODO|FIXME|TBD|XXXX*|TO[_-]BE[_-][A-Z0-9_-]+')],
  ['placeholder', whole('changeme|replaceme|change-me|replace-me|placeholder')],
]

/** No field that is judged is longer; hostile text must not make the patterns slow. */
const MAX_LENGTH = 10_000

/** What documentation writes where the reader's own name belongs; elsewhere these may be names (spec/forms.md §7). */
const SHOWN_FINDERS: readonly (readonly [Hole['kind'], Finder])[] = [
  ['placeholder', (text) => matches(text, /\byour-[a-z0-9-]*[a-z0-9]\b/g)],
  ['placeholder', (text) => matches(text, /(?<![\w-])(?:example|xxx+|\.{3}|…)(?![\w-])/g)],
  ['placeholder', (text) => matches(text, /(?<![$\w{}])\{[A-Za-z][A-Za-z0-9_ -]*\}(?!\})/g)],
  ['placeholder', (text) => matches(text, /\[[A-Za-z][A-Za-z0-9_ -]*\]/g)],
]

/** Where a hole stands in a text; `end` is the offset after it. */
export interface PlacedHole {
  readonly hole: Hole
  readonly start: number
  readonly end: number
}

/** Most texts have none. */
const NONE: readonly never[] = []

/** The holes of a text, in order (field.md §6): what holds one must not be judged as if it were the final value. */
export function holesOf(text: string): readonly Hole[] {
  const placed = placedHoles(text)
  return placed.length === 0 ? NONE : placed.map(({ hole }) => hole)
}

/** The same with their places. `shown`: the text is documentation, in which more words are placeholders. */
export function placedHoles(given: string, shown = false): readonly PlacedHole[] {
  const text = given.slice(0, MAX_LENGTH)
  if (!shown && !/[${<%@]|__|[A-Z]{3}|hange|eplace|placeholder/.test(text)) return NONE
  const found: PlacedHole[] = []
  // Which character is taken: an earlier kind wins over what overlaps with it.
  const taken = new Uint8Array(text.length)
  for (const [kind, find] of shown ? [...FINDERS, ...SHOWN_FINDERS] : FINDERS)
    for (const [start, end] of find(text)) {
      if (taken.subarray(start, end).includes(1)) continue
      taken.fill(1, start, end)
      found.push({ hole: { text: text.slice(start, end).trim(), kind }, start, end })
    }
  return found.sort((a, b) => a.start - b.start)
}

/** Whether something that is not here fills in the text or a part of it, so that its form says nothing (field.md §6). */
export function hasHole(text: string): boolean {
  return holesOf(text).length > 0
}
