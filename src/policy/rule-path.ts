/** How a rule's path is compared (vault.md §1.5). */
export interface RulePath {
  readonly kind: 'exact' | 'prefix' | 'segment'
  /**
   * Identity of the rule when policies merge: kind and path. `foo`, `foo*` and `foo/+` are different rules (vault.md §2.4).
   */
  readonly key: string
  /** Byte string that is compared: without the `*` of a prefix, and without a trailing `*` behind segments. */
  readonly text: string
  /** It may go on behind `text`. */
  readonly open: boolean
  /** Where the first wildcard stands: reason 1 (vault.md §2.1). */
  readonly first: number
  /** Number of `+` segments: reason 3. */
  readonly plus: number
  /** For `segment`: `text` at its slashes. */
  readonly segments: readonly string[]
}

/** Normalises a rule's path; `namespace` is `''` or ends in a slash (vault.md §2.8). All byte strings. */
export function rulePath(label: string, namespace = ''): RulePath {
  const path = namespace + label.replace(/^\//, '')
  const segmented = path === '+' || path.includes('/+') || path.startsWith('+/')
  const open = path.endsWith('*')
  const text = open ? path.slice(0, -1) : path
  if (segmented) {
    const segments = text.split('/')
    return {
      kind: 'segment',
      key: `segment ${path}`,
      text,
      open,
      // The first "+" CHARACTER, also inside a literal segment (vault.md §2.1, D54).
      first: text.indexOf('+'),
      plus: segments.filter((segment) => segment === '+').length,
      segments,
    }
  }
  if (open) return { kind: 'prefix', key: `prefix ${text}`, text, open, first: text.length, plus: 0, segments: [] }
  return { kind: 'exact', key: `exact ${path}`, text: path, open, first: path.length, plus: 0, segments: [] }
}
