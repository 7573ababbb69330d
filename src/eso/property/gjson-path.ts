/** One step of a gjson path: a literal key, or a pattern in which unescaped `*` and `?` are wildcards. */
export interface PathStep {
  /** The key with escapes taken out. */
  readonly text: string
  /** It has wildcards, so that it is no key. */
  readonly wild?: true
}

export type ParsedPath =
  | { readonly steps: readonly PathStep[] }
  /** Syntax whose result depends on values, which nobody reads here. */
  | { readonly opaque: string }

const STARTS: Readonly<Record<string, string>> = {
  '@': 'a modifier',
  '!': 'a literal',
  '{': 'a multipath',
  '[': 'a multipath',
}

/**
 * Splits a property the way gjson 1.18 does (eso.md §4.3). Modifiers, literals, multipaths, pipes and `#` are told as opaque:
 * they work on values, or on arrays, which `subkeys` does not show.
 */
export function parseGjsonPath(property: string): ParsedPath {
  if (property.startsWith('..')) return { opaque: 'it starts with `..`, which reads the value as JSON lines' }
  const steps: PathStep[] = []
  let text = ''
  let wild = false
  let atStart = true
  const close = () => {
    steps.push(wild ? { text, wild } : { text })
    text = ''
    wild = false
    atStart = true
  }
  const chars = [...property]
  for (let i = 0; i < chars.length; i += 1) {
    const char = chars[i] ?? ''
    const start = STARTS[char]
    if (atStart && start !== undefined) return { opaque: `\`${char}\` makes it ${start} of gjson` }
    atStart = false
    if (char === '.') {
      close()
    } else if (char === '|') {
      return { opaque: '`|` makes it a pipe of gjson' }
    } else if (char === '#') {
      return { opaque: '`#` makes it an array query of gjson' }
    } else if (char === '*' || char === '?') {
      wild = true
      text += char
    } else {
      if (char === '\\') i += 1
      text += chars[i] ?? ''
    }
  }
  close()
  return { steps }
}
