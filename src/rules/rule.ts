import type { Chain } from '../chain/chain.ts'
import type { Finding, Fix, Severity } from '../model/finding.ts'

/** What a rule needs to know before it can say anything (design §5). */
export type RuleGroup = 'manifest' | 'law' | 'facts'

/** A text about an object leaves its name open: one line of a base is many objects. */
export type Said = string | ((object: string) => string)

/**
 * What a rule finds. Findings of one line that say the same of different objects become one, which names the first and counts the
 * others.
 */
export interface RuleFinding extends Omit<Finding, 'headline' | 'why' | 'message' | 'fix' | 'age'> {
  readonly headline?: Said
  readonly why?: Said
  /** In place of a headline, until the rule has one. */
  readonly message?: Said
  /** A string is advice with nothing to paste. */
  readonly fix?: Fix | string
}

/** What several findings of one cause are told as. */
export type Together = Partial<Pick<Finding, 'headline' | 'why' | 'fix' | 'span'>>

/** A rule: an id that names the problem, and a pure function over the chain. */
export interface Rule {
  readonly id: string
  /** One line for the rules index: what is wrong when the rule speaks. */
  readonly title: string
  readonly group: RuleGroup
  /** The worst severity that the rule gives; ESO's own behaviour decides per finding (design §5). */
  readonly severity: Severity
  /** It speaks of changes alone: without the state that a change starts from it is silent. */
  readonly ofChange?: true
  /** Off unless the config turns it on, or the mode asks for it; `in-drift-too`: mode drift does not ask for it. */
  readonly optIn?: boolean | 'in-drift-too'
  check(chain: Chain): Iterable<RuleFinding>
  /**
   * How two or more findings of one cause are one problem. Default: as the first of them, under the headline that `parts.what` gives.
   * `references`: how many they break.
   */
  together?(findings: readonly [Finding, ...Finding[]], references: number): Together
}
