import type { Manifest } from './manifest.ts'
import type { NotCheckedReason } from './reason.ts'
import type { FileLine, RelatedPlace, Span } from './span.ts'

export type { RelatedPlace } from './span.ts'

export type Severity = 'error' | 'warning' | 'note'

/** A broken link of the chain, at the line that broke it. */
export interface Finding {
  readonly rule: string
  readonly severity: Severity
  /** Plain text, sentences: what is wrong, where both ends are. No Markdown; every reporter escapes it. */
  readonly message: string
  readonly span: Span
  readonly related: readonly RelatedPlace[]
  /** What to write instead, as a sentence or as lines to paste; absent when there is no one fix. */
  readonly fix?: string
  /** Stable over moved lines: made of the rule and what it is about (store, key, property), never of line numbers. */
  readonly fingerprint: string
  /** The objects that break there: one line of a base can be many of them. */
  readonly objects?: readonly Manifest[]
  /** Vault paths that it is about, mount and key as people write them (`kv/team/app`): what `ignore` in the config file matches. */
  readonly vaultPaths?: readonly string[]
}

/** Something that was asked for and could not be judged (design §1, promise 5). */
export interface NotChecked extends FileLine {
  /** What was not checked: `ExternalSecret apps/db, data[0]`. */
  readonly what: string
  readonly reason: NotCheckedReason
  /** It is a reference; else a file, a root or another part of what was to be looked at. */
  readonly reference?: true
}

/** A finding that somebody gave a reason to ignore. */
export interface IgnoredFinding {
  readonly finding: Finding
  readonly reason: string
  /** Told in the file itself (`# eso-vault: ignore[…]`) or by the config file. */
  readonly by: 'comment' | 'config'
}

/** An ignore that does nothing: what the rule `ignore-unused` speaks of. */
export interface UselessIgnore {
  readonly why: 'matches-nothing' | 'expired' | 'no-reason' | 'unknown-rule' | 'not-ignorable'
  readonly rule: string
  readonly by: 'comment' | 'config'
  readonly span: Span
  /** One sentence: what is wrong with the ignore, and what to do. */
  readonly message: string
}
