import type { Link } from '../chain/chain.ts'
import type { RuleLocation } from '../model/decision.ts'
import type { RelatedPlace } from '../model/finding.ts'
import type { Access } from '../model/reference.ts'
import type { Span } from '../model/span.ts'

/** What rules are told of the state that a change starts from. */
export interface Before {
  /** As people call it, for the middle of a sentence: "`main`". */
  readonly since: string
  /** The rules that allowed this request of the same object before; empty: nothing did, or it was not sent. */
  grantedBy(link: Link, access: Access): readonly RuleLocation[]
  /** Secrets that were referred to and no longer are, by any manifest that was read. */
  readonly unreferenced: readonly Unreferenced[]
}

export interface Unreferenced {
  /** Mount and key, as people write them. */
  readonly path: string
  /** `ExternalSecret apps/db, spec.data[0]`: the first reference that was taken away, and how many more there were. */
  readonly reference: string
  readonly others: number
  readonly pushed: boolean
  /** Where it would stand now; in a file that is gone, where it stood. */
  readonly span: Span
  /** The file is gone. */
  readonly fileGone: boolean
  /** Policy rules that were needed for it and that nothing needs any more. */
  readonly rules: readonly RelatedPlace[]
}
