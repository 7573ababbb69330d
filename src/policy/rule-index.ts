import type { AclRule } from './acl-rule.ts'
import { compareRules } from './specificity.ts'

/** Finds the rules with wildcards that match a path, at a cost that grows with the path and not with the rules. */
export interface RuleIndex {
  /** All rules whose prefix the path begins with, and all segment rules that match, the best first (vault.md §2.1). */
  candidates(path: string): AclRule[]
  /** Those that the server weighs: of the prefix rules the longest alone (vault.md §2.1). */
  weighed(path: string): AclRule[]
  best(path: string): AclRule | undefined
}

export function indexRules(rules: readonly AclRule[]): RuleIndex {
  const prefixes = prefixTable<AclRule>()
  const root = segmentNode()
  for (const rule of rules) {
    if (rule.path.kind === 'prefix') prefixes.add(rule.path.text, rule)
    if (rule.path.kind === 'segment') addSegments(root, rule)
  }
  function matching(path: string, out: AclRule[]): void {
    matchSegments(root, path.split('/'), out)
  }
  function weighed(path: string): AclRule[] {
    const longest = prefixes.longest(path)
    const out = longest ? [longest] : []
    matching(path, out)
    return out
  }
  return {
    candidates(path) {
      const out = prefixes.matches(path)
      matching(path, out)
      return out.sort((a, b) => compareRules(b.path, a.path).order)
    },
    weighed,
    best(path) {
      const out = weighed(path)
      let best = out[0]
      for (const rule of out) if (best && compareRules(rule.path, best.path).order > 0) best = rule
      return best
    },
  }
}

interface PrefixTable<T> {
  add(prefix: string, value: T): void
  /** Longest first. */
  matches(text: string): T[]
  longest(text: string): T | undefined
}

function prefixTable<T>(): PrefixTable<T> {
  const byText = new Map<string, T>()
  let lengths: number[] = []
  return {
    add(prefix, value) {
      byText.set(prefix, value)
      if (!lengths.includes(prefix.length)) lengths = [...lengths, prefix.length].sort((a, b) => b - a)
    },
    matches(text) {
      const found: T[] = []
      for (const length of lengths) {
        const value = length <= text.length ? byText.get(text.slice(0, length)) : undefined
        if (value !== undefined) found.push(value)
      }
      return found
    },
    longest(text) {
      for (const length of lengths) {
        const value = length <= text.length ? byText.get(text.slice(0, length)) : undefined
        if (value !== undefined) return value
      }
      return undefined
    },
  }
}

interface SegmentNode {
  readonly literal: Map<string, SegmentNode>
  plus: SegmentNode | undefined
  /** A rule without a trailing `*` that ends here. */
  closed: AclRule | undefined
  /** Rules with a trailing `*`: the beginning of the segment at this depth, the rest is free. */
  readonly open: PrefixTable<AclRule>
}

function segmentNode(): SegmentNode {
  return { literal: new Map(), plus: undefined, closed: undefined, open: prefixTable() }
}

function addSegments(root: SegmentNode, rule: AclRule): void {
  const { segments, open } = rule.path
  const whole = open ? segments.slice(0, -1) : segments
  let node = root
  for (const segment of whole) node = segment === '+' ? plusOf(node) : literalOf(node, segment)
  if (open) node.open.add(segments.at(-1) ?? '', rule)
  else node.closed = rule
}

function plusOf(node: SegmentNode): SegmentNode {
  node.plus ??= segmentNode()
  return node.plus
}

function literalOf(node: SegmentNode, segment: string): SegmentNode {
  const next = node.literal.get(segment) ?? segmentNode()
  node.literal.set(segment, next)
  return next
}

/** A path may have as many segments as a file has bytes: what is left to look at is a list, not a depth of calls. */
function matchSegments(root: SegmentNode, segments: readonly string[], out: AclRule[]): void {
  const left: { readonly node: SegmentNode; readonly depth: number }[] = [{ node: root, depth: 0 }]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { node, depth } = next
    const segment = segments[depth]
    if (segment === undefined) {
      if (node.closed) out.push(node.closed)
      continue
    }
    out.push(...node.open.matches(segment))
    if (node.plus) left.push({ node: node.plus, depth: depth + 1 })
    const literal = node.literal.get(segment)
    if (literal) left.push({ node: literal, depth: depth + 1 })
  }
}
