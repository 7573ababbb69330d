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
  const root = segmentNode()
  for (const rule of rules) if (rule.path.kind !== 'exact') add(root, rule)
  return {
    candidates(path) {
      const out: AclRule[] = []
      visit(root, path, (rule) => out.push(rule), true)
      return out.sort((a, b) => compareRules(b.path, a.path).order)
    },
    weighed(path) {
      const out: AclRule[] = []
      const longest = visit(root, path, (rule) => out.push(rule))
      return longest === undefined ? out : [longest, ...out]
    },
    best(path) {
      let best: AclRule | undefined
      const consider = (rule: AclRule) => {
        if (best === undefined || compareRules(rule.path, best.path).order > 0) best = rule
      }
      const longest = visit(root, path, consider)
      if (longest !== undefined) consider(longest)
      return best
    },
  }
}

/** Rules by the segments of their paths: one step of a look-up for each segment of a path that is asked for. */
interface SegmentNode {
  literal: Map<string, SegmentNode> | undefined
  plus: SegmentNode | undefined
  /** A segment rule without a trailing `*` that ends here. */
  closed: AclRule | undefined
  /** Rules with a trailing `*`: the beginning of the segment at this depth, the rest is free. */
  open: PrefixTable | undefined
  /** The same of rules that have no `+`: of all that match a path only the longest counts. */
  prefixes: PrefixTable | undefined
}

function segmentNode(): SegmentNode {
  return { literal: undefined, plus: undefined, closed: undefined, open: undefined, prefixes: undefined }
}

function add(root: SegmentNode, rule: AclRule): void {
  const { kind, text, open } = rule.path
  const segments = kind === 'prefix' ? text.split('/') : rule.path.segments
  const whole = open ? segments.slice(0, -1) : segments
  let node = root
  for (const segment of whole) node = segment === '+' ? plusOf(node) : literalOf(node, segment)
  const beginning = segments.at(-1) ?? ''
  if (kind === 'prefix') node.prefixes = withPrefix(node.prefixes, beginning, rule)
  else if (open) node.open = withPrefix(node.open, beginning, rule)
  else node.closed = rule
}

function plusOf(node: SegmentNode): SegmentNode {
  node.plus ??= segmentNode()
  return node.plus
}

function literalOf(node: SegmentNode, segment: string): SegmentNode {
  node.literal ??= new Map()
  let next = node.literal.get(segment)
  if (next === undefined) {
    next = segmentNode()
    node.literal.set(segment, next)
  }
  return next
}

interface PrefixTable {
  /** The rule that takes every segment: most end in `/*`. */
  readonly every: AclRule | undefined
  readonly byText: Map<string, AclRule>
  /** Of the beginnings in `byText`, the longest first. */
  readonly lengths: readonly number[]
}

function withPrefix(
  { every, byText, lengths }: PrefixTable = { every: undefined, byText: new Map(), lengths: [] },
  beginning: string,
  rule: AclRule,
): PrefixTable {
  const { length } = beginning
  if (length === 0) return { every: rule, byText, lengths }
  byText.set(beginning, rule)
  return { every, byText, lengths: lengths.includes(length) ? lengths : [...lengths, length].sort((a, b) => b - a) }
}

/** For each rule whose beginning the segment has. */
function eachPrefix(table: PrefixTable, segment: string, act: (rule: AclRule) => unknown): void {
  for (const length of table.lengths) {
    const rule = length <= segment.length ? table.byText.get(segment.slice(0, length)) : undefined
    if (rule !== undefined) act(rule)
  }
  if (table.every !== undefined) act(table.every)
}

function longestPrefix({ lengths, byText, every }: PrefixTable, segment: string): AclRule | undefined {
  for (const length of lengths) {
    const rule = length <= segment.length ? byText.get(segment.slice(0, length)) : undefined
    if (rule !== undefined) return rule
  }
  return every
}

/** Nodes that are still to be looked at, and where in the path they begin. */
interface Left {
  readonly node: SegmentNode
  readonly at: number
}

/**
 * Calls `act` for all segment rules that match, and gives the longest prefix rule. With `all`, `act` is called for every prefix rule
 * instead.
 *
 * A path may have as many segments as a file has bytes: what is left to look at is a list, not a depth of calls.
 */
function visit(root: SegmentNode, path: string, act: (rule: AclRule) => unknown, all = false): AclRule | undefined {
  let longest: AclRule | undefined
  const left: Left[] = []
  let node: SegmentNode | undefined = root
  let at = 0
  for (;;) {
    // All segments are used up once `at` is behind the end.
    while (node !== undefined && at <= path.length) {
      const slash = path.indexOf('/', at)
      const end = slash === -1 ? path.length : slash
      const segment = path.slice(at, end)
      if (node.prefixes !== undefined) {
        // Prefix rules have no `+`: their nodes lie on one way, and what comes later is longer.
        if (all) eachPrefix(node.prefixes, segment, act)
        else longest = longestPrefix(node.prefixes, segment) ?? longest
      }
      if (node.open !== undefined) eachPrefix(node.open, segment, act)
      at = end + 1
      if (node.plus !== undefined) left.push({ node: node.plus, at })
      node = node.literal?.get(segment)
    }
    if (node?.closed !== undefined) act(node.closed)
    const next = left.pop()
    if (next === undefined) return longest
    node = next.node
    at = next.at
  }
}
