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
 *
 * The listed forms are kept in a tree, so that a text costs its own length however many variables there are.
 */
export function holeFinder(unknown: readonly string[]): HoleFinder {
  const root = formNode()
  for (const variable of unknown) {
    const name = bareName(variable)
    if (name === '') continue
    addForm(root, `\${${name}}`)
    if (variable !== name) addForm(root, variable)
  }
  if (root.next.size === 0) return { within: () => false, split: (text) => [text] }
  return {
    within: (text) => nextForm(root, text, 0) !== undefined,
    split: (text) => {
      const pieces: (string | Hole)[] = []
      let from = 0
      for (let found = nextForm(root, text, 0); found !== undefined; found = nextForm(root, text, from)) {
        if (found.start > from) pieces.push(text.slice(from, found.start))
        pieces.push({ hole: text.slice(found.start, found.end) })
        from = found.end
      }
      if (from < text.length) pieces.push(text.slice(from))
      return pieces
    },
  }
}

interface FormNode {
  readonly next: Map<string, FormNode>
  /** A form ends here; `bare`: as a name without braces, which must end here too (`$ENV` is no part of `$ENVIRONMENT`). */
  ends: 'anywhere' | 'bare' | undefined
}

function formNode(): FormNode {
  return { next: new Map(), ends: undefined }
}

function addForm(root: FormNode, form: string): void {
  let node = root
  for (const unit of form) {
    const known = node.next.get(unit) ?? formNode()
    node.next.set(unit, known)
    node = known
  }
  node.ends = /^\$\w+$/.test(form) ? 'bare' : 'anywhere'
}

/** The first place at or behind `from` where a listed form stands; of several forms that begin there, the longest. */
function nextForm(
  root: FormNode,
  text: string,
  from: number,
): { readonly start: number; readonly end: number } | undefined {
  for (let start = from; start < text.length; start += 1) {
    let node: FormNode | undefined = root
    let end: number | undefined
    for (let at = start; node !== undefined && at < text.length; ) {
      const unit: string = String.fromCodePoint(text.codePointAt(at) ?? 0)
      node = node.next.get(unit)
      at += unit.length
      if (node?.ends === 'anywhere' || (node?.ends === 'bare' && !/\w/.test(text[at] ?? ''))) end = at
    }
    if (end !== undefined) return { start, end }
  }
  return undefined
}

/** The name inside `$NAME`, `${NAME}`; other text as it is. */
function bareName(variable: string): string {
  return /^\$\{(.*)\}$/s.exec(variable)?.[1] ?? /^\$(\w+)$/.exec(variable)?.[1] ?? variable
}
