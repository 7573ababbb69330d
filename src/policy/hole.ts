/** A part of a text that is not known: a shell or Terraform variable, or a Vault template without its entity. */
export interface Hole {
  /** As written: `${CLUSTER}`, `{{identity.entity.name}}`. */
  readonly hole: string
  /**
   * `any`: every text, the empty one and slashes too. `segment`: every text without a slash, for callers who know that.
   * Default `any`.
   */
  readonly holds?: 'any' | 'segment'
}

/** A text with holes, in order; adjacent strings mean their concatenation. */
export type HoledText = readonly (string | Hole)[]

export interface HoleFinder {
  /** Whether any of the variables stands in the text. */
  within(text: string): boolean
  split(text: string): HoledText
}

/**
 * Finds exactly the variables that are listed: `${foo}` is a literal to Vault (P49) and counts as unknown only where
 * whoever read the policy says so (PolicyFact.unknown). A listed name matches as `${NAME}`, and as written.
 */
export function holeFinder(unknown: readonly string[]): HoleFinder {
  const forms = new Set<string>()
  for (const variable of unknown) {
    const name = bareName(variable)
    if (name === '') continue
    forms.add(`\${${name}}`)
    if (variable !== name) forms.add(variable)
  }
  if (forms.size === 0) return { within: () => false, split: (text) => [text] }
  const longestFirst = [...forms].sort((a, b) => b.length - a.length)
  const alternatives = longestFirst.map((form) => {
    // `$ENV` must not match the beginning of `$ENVIRONMENT`.
    const bare = /^\$\w+$/.test(form)
    return bare ? `${escapeRegExp(form)}(?!\\w)` : escapeRegExp(form)
  })
  const pattern = new RegExp(`(${alternatives.join('|')})`)
  return {
    within: (text) => pattern.test(text),
    split: (text) =>
      text
        .split(pattern)
        .map((piece, index) => (index % 2 === 1 ? { hole: piece } : piece))
        .filter((piece) => piece !== ''),
  }
}

/** The name inside `$NAME`, `${NAME}`; other text as it is. */
function bareName(variable: string): string {
  return /^\$\{(.*)\}$/s.exec(variable)?.[1] ?? /^\$(\w+)$/.exec(variable)?.[1] ?? variable
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
