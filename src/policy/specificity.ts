import { compareBytes } from './byte-string.ts'
import type { RulePath } from './rule-path.ts'

/** Why one rule with wildcards beats another that matches too (vault.md §2.1). */
export type Reason =
  | 'first-wildcard'
  | 'not-open'
  | 'fewer-plus'
  | 'longer'
  | 'sorts-later'
  /** Exact paths come before all wildcards. */
  | 'exact'
  /** What matches the path as asked for comes before what matches it without its slash, or the other way round. */
  | 'trailing-slash'
  /** Of the prefix rules that match a form of the path only the longest is weighed. */
  | 'longest-prefix'
  /** The newest Vault passes over rules that say nothing about list. */
  | 'lists'

export interface Comparison {
  /** 1: `a` wins; -1: `b` does. 0 only for rules with the same key. */
  readonly order: number
  readonly reason: Reason
}

/**
 * Compares two rules with wildcards. The order does not depend on the path that is asked for, so the winner is the first of
 * all that match; of prefix rules Vault looks at the longest only, which is the first of them in this order too.
 */
export function compareRules(a: RulePath, b: RulePath): Comparison {
  if (a.first !== b.first) return sign('first-wildcard', a.first - b.first)
  if (a.open !== b.open) return sign('not-open', a.open ? -1 : 1)
  if (a.plus !== b.plus) return sign('fewer-plus', b.plus - a.plus)
  if (a.text.length !== b.text.length) return sign('longer', a.text.length - b.text.length)
  return sign('sorts-later', compareBytes(a.text, b.text))
}

type Compared = 'first-wildcard' | 'not-open' | 'fewer-plus' | 'longer' | 'sorts-later'

const wins = (reason: Compared): readonly Comparison[] => [-1, 0, 1].map((order) => ({ order, reason }))

/** Rules are compared for each decision: there are few answers, and each is made once. */
const COMPARISONS: Readonly<Record<Compared, readonly Comparison[]>> = {
  'first-wildcard': wins('first-wildcard'),
  'not-open': wins('not-open'),
  'fewer-plus': wins('fewer-plus'),
  longer: wins('longer'),
  'sorts-later': wins('sorts-later'),
}

function sign(reason: Compared, order: number): Comparison {
  return COMPARISONS[reason][Math.sign(order) + 1] as Comparison
}
