import type { LawReason, LossReason, RuleLocation } from './law-reason.ts'
import type { NotCheckedReason } from './reason.ts'
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

export interface BeatenRule {
  readonly rule: RuleLocation
  readonly why: LossReason
}

/** A part that the config says, with its place there. */
export interface ConfigSays {
  readonly of: 'store' | 'role' | 'policies' | 'policy'
  /** Of `policies`: the store. */
  readonly name: string
  readonly span: Span
}

/** The answer of the policies of one token to one request. */
export interface Decision {
  readonly verdict: 'allowed' | 'denied' | 'unknown'
  /** The blocks that were merged into the one rule that decides; empty when no rule matches. */
  readonly winner: readonly RuleLocation[]
  /** Which rules match as well and lose, and why: costs as much as the decision itself, so that it is made when it is asked for. */
  readonly beaten: () => readonly BeatenRule[]
  /** Variables at whose default it was taken. */
  readonly assumed?: readonly string[]
  /** What of it the config says and Git does not. */
  readonly said?: readonly ConfigSays[]
  /** What the law says; where no law could be asked, why. */
  readonly because: NotCheckedReason
  /** Verdict for each server variant that was asked for; they differ only for LIST. */
  readonly perVariant: Readonly<Partial<Record<Variant, 'allowed' | 'denied' | 'unknown'>>>
}

const NONE_BEATEN: Decision['beaten'] = () => []

/** No law was asked, or it could not tell. */
export function unknownDecision(because: NotCheckedReason): Decision {
  return { verdict: 'unknown', winner: [], beaten: NONE_BEATEN, because, perVariant: {} }
}

/** A decision of the law itself. */
export interface LawDecision extends Decision {
  readonly because: LawReason
}
