import type { Manifest } from './manifest.ts'
import type { NotCheckedReason } from './reason.ts'
import type { FileLine, RelatedPlace, Span } from './span.ts'

export type { RelatedPlace } from './span.ts'

export type Severity = 'error' | 'warning' | 'note'

/** What to do about a problem, as data: every report shows it in its own way. */
export interface Fix {
  /** One clause in the imperative, without a full stop: "add to policy `eso`". */
  readonly lead: string
  /** `insert`: lines to add; `edit`: lines to change; `command`: to run; `advice`: nothing to paste. */
  readonly kind: 'insert' | 'edit' | 'command' | 'advice'
  /** What `text` is written in. */
  readonly language?: 'hcl' | 'yaml' | 'sh' | 'diff' | 'json' | 'text'
  /** Lines to paste, as the file has them: variables stay variables. */
  readonly text?: string
  /** Where it goes. */
  readonly at?: FileLine
  /** One sentence about what it brings along. */
  readonly note?: string
  /** Another way to the same end. */
  readonly or?: Fix
  /** The lines of a file to move to the right, of which a `diff` is made where the file's text is at hand. */
  readonly indent?: { readonly file: string; readonly from: number; readonly to: number; readonly by: number }
}

/** One link between a reference and its secret, for reports that show how far it leads. */
export interface Hop {
  readonly of: 'store' | 'role' | 'policy' | 'mount' | 'secret'
  readonly name: string
  readonly is: 'ok' | 'broken' | 'not-checked'
  readonly at?: FileLine
  /** Why the chain breaks here, as a sentence part. */
  readonly says?: string
}

/** A rule that a policy lacks. */
export interface PolicyNeed {
  readonly path: string
  readonly capabilities: readonly string[]
}

/** What the findings of one cause are united by: their one fix is made of all their parts. */
export interface CauseParts {
  /** Of a policy: its name, where it is written, and the rules that it lacks. */
  readonly policy?: string
  /** Of a role: its name. */
  readonly role?: string
  readonly needs?: readonly PolicyNeed[]
  /** Rules that a change took away and that allowed the request before. */
  readonly lost?: readonly PolicyNeed[]
  /** The headline of all of them together, where it is less than that of one. */
  readonly what?: string
  /** Of a secret: the properties that are read, and the command that writes them without its pairs. */
  readonly keys?: readonly string[]
  readonly command?: string
}

/** What a pull request has to do with a finding: its own lines, what it broke elsewhere, or what was broken before. */
export type Age = 'own' | 'broken' | 'older'

/** A broken link of the chain, at the line that broke it. */
export interface Finding {
  readonly rule: string
  readonly severity: Severity
  /**
   * What is wrong, at most 90 characters, the object first, without a full stop; names in backticks. The same string in every report.
   * No Markdown beyond the backticks; every reporter escapes it.
   */
  readonly headline: string
  /** One sentence that says what the headline does not: what ESO or Vault answers, where the other end is. */
  readonly why?: string
  /** Headline and why as sentences: what the JSON report has always had. */
  readonly message: string
  readonly span: Span
  readonly related: readonly RelatedPlace[]
  /** Absent when there is no one fix. */
  readonly fix?: Fix
  /** Findings of one rule and cause are one problem: one edit fixes them all. Default: the fingerprint. */
  readonly cause?: string
  /** From the store to the first broken link; absent where the manifest alone is wrong. */
  readonly chain?: readonly Hop[]
  /** Further places of the same kind, behind the limit of what is told one by one: their references are broken all the same. */
  readonly unlisted?: readonly Span[]
  /** What the reference does at this place: "reads `kv/team/app`". */
  readonly does?: string
  /** Nothing applies what stands there; `remark` says why. */
  readonly unapplied?: true
  /** One sentence about this place alone: "Nothing in Git applies this file." */
  readonly remark?: string
  /** What differs, to look at and not to paste. */
  readonly shows?: { readonly language: 'diff'; readonly text: string }
  readonly parts?: CauseParts
  /** It follows from a difference between Vault and Git, and is told there. */
  readonly effect?: true
  /** With `report-scope: changed`. */
  readonly age?: Age
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
  /** What is wrong with the ignore, and what to do: a headline and a clause. */
  readonly headline: string
  readonly fix: string
}
