/** A part of a text that is not its final value. */
export interface Hole {
  readonly text: string
  /**
   * `variable`: something replaces it at apply time (`${NAME}`, kustomize's `$(NAME)`). `placeholder`: a person or a generator
   * replaces it (`<NAME>`, `REPLACE_ME`). `template`: Helm, Argo CD or Go (`{{ }}`).
   */
  readonly kind: 'variable' | 'placeholder' | 'template'
}

const PATTERNS: readonly (readonly [Hole['kind'], RegExp])[] = [
  ['template', /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g],
  ['variable', /\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/g],
  ['variable', /\$\([A-Za-z_][A-Za-z0-9_.-]*\)/g],
  // `<GITHUB_TOKEN>`, `<your-vault>`: words, so that a comparison or an e-mail address is none.
  ['placeholder', /<[A-Za-z][A-Za-z0-9_. -]*>/g],
  ['placeholder', /%[A-Z][A-Z0-9_]+%|@@[A-Za-z0-9_]+@@|__[A-Z][A-Z0-9_]+__/g],
  [
    'placeholder',
    /\b(?:REPLACE|UPDATE|CHANGE|FILL|SET|OVERRIDDEN|OVERRIDE|PATCHED?)[ _-]?(?:IN|BY|WITH|ME|THIS|HERE|VIA)(?![A-Za-z0-9])[A-Za-z0-9 _-]*/g,
  ],
  ['placeholder', /\b(?:PLACEHOLDER|CHANGEME|REPLACEME|TODO|FIXME|TBD|XXXX*)\b/g],
  ['placeholder', /\b(?:changeme|replaceme|change-me|replace-me|placeholder)\b/g],
]

/** No field that is judged is longer; hostile text must not make the patterns slow. */
const MAX_LENGTH = 10_000

/** The holes of a text, in order (field.md §6): what holds one must not be judged as if it were the final value. */
export function holesOf(given: string): Hole[] {
  const text = given.slice(0, MAX_LENGTH)
  if (!/[${<%@]|__|[A-Z]{3}|hange|eplace|placeholder/.test(text)) return []
  const found: { hole: Hole; start: number; end: number }[] = []
  for (const [kind, pattern] of PATTERNS)
    for (const match of text.matchAll(pattern)) {
      const start = match.index
      const end = start + match[0].length
      if (!found.some((other) => start < other.end && other.start < end))
        found.push({ hole: { text: match[0].trim(), kind }, start, end })
    }
  return found.sort((a, b) => a.start - b.start).map(({ hole }) => hole)
}
