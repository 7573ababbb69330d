import type { LawReason } from '../model/law-reason.ts'
import type { PolicyRemark } from './policy-rule.ts'

/** Something in a policy that is accepted and does not do what it looks like. */
export type LintFact = LintPlace &
  (
    | {
        readonly code: LintCode
        /** The key, capability or parameter that it is about, which tells facts of one code at one path apart. */
        readonly name?: string
        /** One sentence: what is wrong, and what to write instead. */
        readonly why: string
        /** What to write instead, where that is more than a word. */
        readonly fix?: string
      }
    /** Kinds of servers judge a LIST of the folder differently. */
    | { readonly code: 'lists-differ'; readonly folder: string; readonly because: LawReason }
  )

interface LintPlace {
  readonly rule: 'policy-rule-dead' | 'policy-version-dependent' | 'policy-invalid'
  /** Line in the policy's text, from 1. */
  readonly line: number
  /** The rule's path as written; absent when the fact is about the text. */
  readonly path?: string
}

export type LintCode =
  | PolicyRemark['about']
  | 'leading-slash'
  | 'doubled-slash'
  | 'dot-segment'
  | 'star-inside'
  | 'plus-inside'
  | 'number-value'
  | 'star-value'
  | 'denied-twin'
  /** A rule about a KV v2 mount without `data/` or `metadata/`. */
  | 'lacks-side'
  /** A template that never resolves. */
  | 'never-resolves'
