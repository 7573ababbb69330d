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
  /** Above 0: `a` wins. 0 only for rules with the same key. */
  readonly order: number
  readonly reason: Reason
}

/**
 * Compares two rules with wildcards. The order does not depend on the path that is asked for, so the winner is the first of
 * all that match; of prefix rules Vault looks at the longest only, which is the first of them in this order too.
 */
export function compareRules(a: RulePath, b: RulePath): Comparison {
  if (a.first !== b.first) return { order: a.first - b.first, reason: 'first-wildcard' }
  if (a.open !== b.open) return { order: a.open ? -1 : 1, reason: 'not-open' }
  if (a.plus !== b.plus) return { order: b.plus - a.plus, reason: 'fewer-plus' }
  if (a.text.length !== b.text.length) return { order: a.text.length - b.text.length, reason: 'longer' }
  return { order: compareBytes(a.text, b.text), reason: 'sorts-later' }
}
