/** A part of a text that is not its final value. */
export interface Hole {
  readonly text: string
  /**
   * `variable`: something replaces it at apply time (`${NAME}`, kustomize's `$(NAME)`). `placeholder`: a person or a generator
   * replaces it (`<NAME>`, `REPLACE_ME`). `template`: Helm, Argo CD or Go (`{{ }}`).
   */
  readonly kind: 'variable' | 'placeholder' | 'template'
}

/** A pattern for whole texts, and for whole segments of a path, a host name or a list. */
function whole(words: string): RegExp {
  return new RegExp(`(?<![^/.:,@=&?"'])(?:${words})(?![^/.:,@=&?"'])`, 'g')
}

const PATTERNS: readonly (readonly [Hole['kind'], RegExp])[] = [
  ['template', /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g],
  ['variable', /\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/g],
  ['variable', /\$\([A-Za-z_][A-Za-z0-9_.-]*\)/g],
  // `<GITHUB_TOKEN>`, `<your-vault>`: words, so that a comparison or an e-mail address is none.
  ['placeholder', /<[A-Za-z][A-Za-z0-9_. -]*>/g],
  ['placeholder', /\bYOUR[_-][A-Z0-9_-]*[A-Z0-9]\b/g],
  ['placeholder', /%[A-Z][A-Z0-9_]+%|@@[A-Za-z0-9_]+@@|__[A-Z][A-Z0-9_]+__/g],
  ['placeholder', /(?<![@\w])@[A-Z_]{3,}@(?![@\w])/g],
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
const SHOWN_PATTERNS: readonly (readonly [Hole['kind'], RegExp])[] = [
  ['placeholder', /\byour-[a-z0-9-]*[a-z0-9]\b/g],
  ['placeholder', /(?<![\w-])(?:example|xxx+|\.{3}|…)(?![\w-])/g],
  ['placeholder', /(?<![$\w{}])\{[A-Za-z][A-Za-z0-9_ -]*\}(?!\})/g],
  ['placeholder', /\[[A-Za-z][A-Za-z0-9_ -]*\]/g],
]

/** Where a hole stands in a text; `end` is the offset after it. */
export interface PlacedHole {
  readonly hole: Hole
  readonly start: number
  readonly end: number
}

/** The holes of a text, in order (field.md §6): what holds one must not be judged as if it were the final value. */
export function holesOf(text: string): Hole[] {
  return placedHoles(text).map(({ hole }) => hole)
}

/** The same with their places. `shown`: the text is documentation, in which more words are placeholders. */
export function placedHoles(given: string, shown = false): PlacedHole[] {
  const text = given.slice(0, MAX_LENGTH)
  if (!shown && !/[${<%@]|__|[A-Z]{3}|hange|eplace|placeholder/.test(text)) return []
  const found: PlacedHole[] = []
  for (const [kind, pattern] of shown ? [...PATTERNS, ...SHOWN_PATTERNS] : PATTERNS)
    for (const match of text.matchAll(pattern)) {
      const start = match.index
      const end = start + match[0].length
      if (!found.some((other) => start < other.end && other.start < end))
        found.push({ hole: { text: match[0].trim(), kind }, start, end })
    }
  return found.sort((a, b) => a.start - b.start)
}

/** Whether something that is not here fills in the text or a part of it, so that its form says nothing (field.md §6). */
export function hasHole(text: string): boolean {
  return holesOf(text).length > 0
}
