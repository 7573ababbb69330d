import type { JudgedAccess } from '../chain/chain.ts'
import type { Finding, IgnoredFinding, NotChecked } from '../model/finding.ts'
import type { Manifest } from '../model/manifest.ts'
import type { Note } from '../model/note.ts'
import type { Unfinished } from '../model/reason.ts'
import type { Reference } from '../model/reference.ts'
import type { StageTime } from '../model/stages.ts'
import type { Standing } from '../model/standing.ts'
import type { SecretFact } from '../model/vault-state.ts'
import type { Mode } from '../settings/settings.ts'
import type { Need } from '../setup/need.ts'
import type { ReferencedWorkloads } from './workload-user.ts'

/** How a run ended (design §3); each has its exit code. */
export type Outcome = 'clean' | 'unchecked' | 'findings' | 'incomplete' | 'invalid' | 'bug'

export const EXIT_CODE: Readonly<Record<Outcome, number>> = {
  clean: 0,
  unchecked: 0,
  findings: 1,
  invalid: 2,
  incomplete: 3,
  bug: 70,
}

export interface JudgedReference {
  readonly reference: Reference
  /** The one thing that can be said of it. */
  readonly standing: Standing
  /** Other objects that come out of the same line with the same outcome (overlays of one base). */
  readonly also?: readonly Manifest[]
  readonly accesses: readonly JudgedAccess[]
  /** `kv`, or the engine that is read through a KV store or a generator: `database`, `dynamic` where only the path tells. */
  readonly engine?: string
  /** Live only. */
  readonly secret?: SecretFact
  /** Where a JSON report is written: what asks for the value that it brings into a Secret. */
  readonly workloads?: ReferencedWorkloads | undefined
}

/** What a report with `report-scope: changed` is about. */
export type ReportedScope =
  | {
      readonly of: 'changed'
      /** What the change is compared with, for the middle of a sentence: "`main`". */
      readonly since: string
      /** All references that were read and followed, changed or not. */
      readonly references: number
      /** Only what the change can touch was read (adr/0026): so many roots of all were not. */
      readonly notRead?: { readonly roots: number; readonly of: number }
      /** What was found in what was read, and is none of this change's: left out above. */
      readonly outside: {
        readonly errors: number
        readonly warnings: number
        readonly notes: number
        readonly notChecked: number
      }
    }
  /** Everything is reported, since what changed could not be told; `because` is a sentence part. */
  | { readonly of: 'all'; readonly because: string }

/** What of a server is in a snapshot that was written. */
export interface SnapshotCounts {
  readonly file: string
  readonly mounts: number
  readonly roles: number
  readonly policies: number
  readonly secrets: number
  readonly folders: number
  /** Secrets and folders that the token may not see. */
  readonly hidden: number
}

/** All that a run found out; every reporter reads this and nothing else. */
export interface Report {
  readonly mode: Mode
  /** Name of this cluster and Vault (`target`), so that several runs never mix. */
  readonly target: string
  readonly outcome: Outcome
  /** Sorted: worst first, then by file, line and rule. */
  readonly findings: readonly Finding[]
  /** Findings that an `ignore` with a reason took out. */
  readonly ignored: readonly IgnoredFinding[]
  readonly references: readonly JudgedReference[]
  readonly notChecked: readonly NotChecked[]
  readonly notes: readonly Note[]
  /** Files read, objects found: the denominator of everything above. */
  readonly counts: {
    readonly files: number
    readonly manifests: number
    readonly externalSecrets: number
    readonly pushSecrets: number
    readonly stores: number
  }
  /** Whether a Vault was asked, and if not, why, as one line. */
  readonly live: {
    readonly asked: boolean
    readonly line: string
    /** It was to be asked, and told nothing at all: whatever was found, was found in Git. */
    readonly silent?: true
    /** A snapshot told it, or a part of it: so Vault was then (UTC, RFC 3339). */
    readonly asOf?: string
  }
  /** With `report-scope: changed` and a server or a snapshot: what merging the change needs of Vault. */
  readonly need?: Need
  /** Mode `snapshot`: what was written, and where. */
  readonly snapshot?: SnapshotCounts
  /** Why the outcome is `incomplete`, a sentence each. */
  readonly incomplete: readonly string[]
  /** The first of these, for the headline. */
  readonly unfinished?: Unfinished
  /** With `report-scope: changed`: what everything above is about. */
  readonly scope?: ReportedScope
  /** Where it was asked for: how long each stage took. */
  readonly timings?: readonly StageTime[]
  /** Why the outcome is `invalid` or `bug`: what to change, and where. */
  readonly problems?: readonly { readonly message: string; readonly file?: string; readonly line?: number }[]
}

/** Gives the text of a source line (1-based), for reports that show it; `undefined` when the file is not held. */
export type SourceLine = (file: string, line: number) => string | undefined
