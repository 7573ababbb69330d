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
 * whoever read the policy says so (PolicyFact.unknown). A listed name matches as `${NAME}`, and as written. Takes time by the
 * text alone, however many variables there are: a generated policy has one for each of its rules.
 */
export function holeFinder(unknown: readonly string[]): HoleFinder {
  const names = new Set<string>()
  const bare = new Set<string>()
  for (const variable of unknown) {
    const name = bareName(variable)
    if (name === '') continue
    names.add(name)
    if (/^\$\w+$/.test(variable)) bare.add(variable)
  }
  // A name with a brace in it goes on behind the first one.
  const braced = [...names].filter((name) => name.includes('}')).sort((a, b) => b.length - a.length)
  const longest = Math.max(0, ...[...names].map((name) => name.length))
  if (names.size === 0) return { within: () => false, split: (text) => [text] }
  const endAt = (text: string, at: number): number => {
    if (text[at + 1] !== '{') {
      const word = /^\$\w+/.exec(text.slice(at, at + 200))?.[0]
      return word !== undefined && bare.has(word) ? at + word.length : -1
    }
    const long = braced.find((name) => text.startsWith(`\${${name}}`, at))
    if (long !== undefined) return at + long.length + 3
    const close = text.slice(at, at + longest + 3).indexOf('}') + at
    return close >= at && names.has(text.slice(at + 2, close)) ? close + 1 : -1
  }
  const split = (text: string): (string | Hole)[] => {
    const pieces: (string | Hole)[] = []
    const closes = text.lastIndexOf('}')
    let from = 0
    for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', at + 1)) {
      const end = text[at + 1] === '{' && at > closes ? -1 : endAt(text, at)
      if (end < 0) continue
      if (at > from) pieces.push(text.slice(from, at))
      pieces.push({ hole: text.slice(at, end) })
      from = end
      at = end - 1
    }
    if (from < text.length) pieces.push(text.slice(from))
    return pieces
  }
  return { within: (text) => split(text).some((piece) => typeof piece !== 'string'), split }
}

/** The name inside `$NAME`, `${NAME}`; other text as it is. */
function bareName(variable: string): string {
  return /^\$\{(.*)\}$/s.exec(variable)?.[1] ?? /^\$(\w+)$/.exec(variable)?.[1] ?? variable
}
