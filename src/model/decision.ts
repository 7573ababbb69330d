import type { Span } from './span.ts'
import type { Variant } from './variant.ts'

/** What the ACL sees of a request (spec/vault.md §2.2). */
export type Operation =
  | 'read'
  | 'list'
  | 'create'
  | 'update'
  | 'delete'
  | 'patch'
  | 'scan'
  | 'help'
  | 'renew'
  | 'revoke'
  | 'header'

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

export interface BeatenRule {
  readonly rule: RuleLocation
  /** Why the winner beat it, as a sentence part (spec/vault.md §2.1, reasons 1–5, exact over pattern, trailing slash). */
  readonly why: string
}

/** The answer of the policies of one token to one request. */
export interface Decision {
  readonly verdict: 'allowed' | 'denied' | 'unknown'
  /** The blocks that were merged into the one rule that decides; empty when no rule matches. */
  readonly winner: readonly RuleLocation[]
  readonly beaten: readonly BeatenRule[]
  /** Where no rule matches: the blocks of the rule that was probably meant. */
  readonly nearest?: readonly RuleLocation[]
  /** One sentence: why. */
  readonly because: string
  /** Verdict for each server variant that was asked for; they differ only for LIST. */
  readonly perVariant: Readonly<Partial<Record<Variant, 'allowed' | 'denied' | 'unknown'>>>
}
