import type { Span } from './span.ts'
import type { Variant } from './variant.ts'

/** A `path` block of a policy, as people would point at it. */
export interface RuleLocation {
  readonly policy: string
  /** The path as written in the policy, with its wildcards. */
  readonly path: string
  readonly capabilities: readonly string[]
  /** Where the block is written; absent for a policy read from the server (use `line`). */
  readonly span?: Span
  /** Line in the policy's text, from 1. */
  readonly line?: number
}

/** The blocks of one path, merged into the one rule that a server looks at (vault.md §2.4). */
export interface MergedRule {
  /** With wildcards and namespace, as written. */
  readonly path: string
  readonly blocks: readonly RuleLocation[]
}

/** Why a rule that matches loses to the winner (vault.md §2.1, reasons 1–5, exact over pattern, trailing slash). */
export type LossReason =
  /** The winner has no wildcard. */
  | { readonly code: 'exact' }
  /** It matches another form of the path, with or without its trailing slash. */
  | { readonly code: 'trailing-slash' }
  /** Newest Vault: of both forms' rules the best that grants list. */
  | { readonly code: 'lists' }
  | { readonly code: 'longest-prefix' }
  /** Characters, from 1. */
  | { readonly code: 'first-wildcard'; readonly at: number; readonly winner: number }
  /** It ends in `*`, and the winner does not. */
  | { readonly code: 'open' }
  | { readonly code: 'more-plus'; readonly count: number; readonly winner: number }
  /** Characters. */
  | { readonly code: 'shorter'; readonly length: number; readonly winner: number }
  | { readonly code: 'sorts-before' }

/** What one rule says to a request, if it is the one that decides (vault.md §2.2, §2.3, §2.6). */
export type RuleSays = (
  | { readonly code: 'grants'; readonly capability: string }
  /** It grants none of the capabilities that are wanted: one, of one request. */
  | { readonly code: 'lacks'; readonly wanted: readonly string[]; readonly grants: readonly string[] }
  | { readonly code: 'denies' }
  /** No policy can grant such a request. */
  | { readonly code: 'not-grantable'; readonly operation: string }
  | { readonly code: 'lacks-sudo'; readonly capability: string }
  /** A capability is written with a variable. */
  | { readonly code: 'capabilities-unknown'; readonly unknown: readonly string[] }
  /** It limits parameters, and nobody has told the body of the request. */
  | { readonly code: 'body-unknown'; readonly capability: string }
  | { readonly code: 'wants-wrapping'; readonly limit: 'most' | 'least'; readonly seconds: number }
  /** Its wrapping limits cross: no request fits. */
  | { readonly code: 'wrapping-impossible' }
  /** `says`: which parameter, and what is wrong with it. */
  | { readonly code: 'limits-parameters' | 'limits-pages'; readonly says: string }
) & {
  /** A rule that is known in part has limits of its own, which another rule of its path would get too. */
  readonly ownLimits?: true
}

/** What the author of the nearest rule may have overlooked (vault.md §9.3). */
export type NearestHint =
  /** The rule lacks the segment that KV v2 puts behind the mount. */
  | { readonly code: 'lacks-side'; readonly side: 'data' | 'metadata' }
  | { readonly code: 'other-side'; readonly rule: 'data' | 'metadata'; readonly request: 'data' | 'metadata' }
  | { readonly code: 'letter-case' }
  | { readonly code: 'lacks-slash' }
  /** It covers what is below the path, and not the path itself. */
  | { readonly code: 'below-only'; readonly path: string }
  | { readonly code: 'star-inside' }
  | { readonly code: 'no-star' }
  | { readonly code: 'doubled-slash' }
  /** Its `+` stands for the side of KV v2, and it has nothing for the segment behind. */
  | { readonly code: 'lacks-segment'; readonly plus: string; readonly segment: string }
  /** Something stands in front of the mount: a Vault namespace, or the name of another mount. */
  | { readonly code: 'has-front'; readonly front: string }
  /** The server drops the rule, because its template does not resolve for this login. */
  | { readonly code: 'dropped'; readonly directive: string }

/** One rule that may decide about a path of which parts are not known; without a rule: no rule covers it. */
export interface Possibility {
  readonly rule: MergedRule | undefined
  /** `undefined` only without a rule. */
  readonly says: RuleSays | undefined
}

/** The time for the run was over before it was looked at. */
export interface TimeOver {
  readonly code: 'run-time-over'
}

/** The run itself did not come to it: what it left out is never a pass. */
export type RunReason =
  | TimeOver
  /** A bug of ours, by the name of the error. */
  | { readonly code: 'own-bug'; readonly error: string }

/** Why the law of a token allows a request, refuses it, or leaves it open (vault.md §2). */
export type LawReason =
  | RunReason
  /** Characters; a longer path is not judged. */
  | { readonly code: 'path-too-long'; readonly limit: number }

  /** The policy `root` allows everything. */
  | { readonly code: 'root-allows' }
  | { readonly code: 'help-is-free' }
  /** `says`: the parser's error. */
  | { readonly code: 'policy-unreadable'; readonly policy: string; readonly says: string }
  | { readonly code: 'rule-decides'; readonly rule: MergedRule; readonly says: RuleSays }
  | {
      readonly code: 'no-rule-covers'
      readonly path: string
      readonly policies: readonly string[]
      /** None of the policies has any rule. */
      readonly empty: boolean
      readonly nearest: { readonly rule: MergedRule; readonly hint: NearestHint | undefined } | undefined
      /** Some rules are known in part only, so that more cannot be said. */
      readonly open: boolean
      /** Parts of the path are not known: it holds whatever they are. */
      readonly whatever?: true
    }
  /** Rules of which a part is not known could change the verdict. */
  | {
      readonly code: 'rule-part-unknown'
      readonly unknown: readonly string[]
      readonly rule: MergedRule
      /** How many further rules there are of the kind. */
      readonly more: number
      readonly without: LawReason
      readonly verdictWithout: 'allowed' | 'denied'
    }
  /** Whatever the unknown parts of the path are, it is decided alike: `first` and `more` rules say so. */
  | {
      readonly code: 'all-allow' | 'none-allows'
      readonly path: string
      readonly policies: readonly string[]
      readonly first: Possibility
      readonly more: number
    }
  /** The unknown parts decide. */
  | {
      readonly code: 'path-part-unknown'
      readonly unknown: readonly string[]
      readonly path: string
      /** At most two, which say different things. */
      readonly either: readonly Possibility[]
    }
  /** Kinds of servers judge differently (only LIST and SCAN). */
  | { readonly code: 'servers-differ'; readonly verdicts: readonly ServersVerdict[] }

export interface ServersVerdict {
  readonly verdict: 'allowed' | 'denied' | 'unknown'
  readonly variants: readonly Variant[]
  readonly because: LawReason
}
