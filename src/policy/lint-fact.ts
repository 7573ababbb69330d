/** Something in a policy that is accepted and does not do what it looks like. */
export interface LintFact {
  readonly rule: 'policy-rule-dead' | 'policy-version-dependent' | 'policy-invalid'
  /** One sentence: what is wrong, and what to write instead. */
  readonly why: string
  /** What to write instead, where that is more than a word. */
  readonly fix?: string
  /** Line in the policy's text, from 1. */
  readonly line: number
  /** The rule's path as written; absent when the fact is about the text. */
  readonly path?: string
}
