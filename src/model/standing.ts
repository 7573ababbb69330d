import type { NotCheckedReason } from './reason.ts'

/** What a run can say of a reference: exactly one of these, so that they add up (design §1, promise 8). */
export type Standing =
  /** Every request is allowed, and whatever else was asked is there. Without a server: allowed by the policies in Git. */
  | { readonly is: 'works' }
  /**
   * ESO will fail. `accepted`: an `ignore` or a severity in the config lets it pass. `by`: fingerprints of the findings that say so; none
   * where a limit left them out.
   */
  | { readonly is: 'broken'; readonly accepted: boolean; readonly by: readonly string[] }
  | { readonly is: 'not-checked'; readonly reason: NotCheckedReason }
  /** Its store is not Vault's: nothing is said of it. */
  | { readonly is: 'other-provider'; readonly provider: string | undefined }
  /** Nothing applies it (applied.md §4.2): it is counted apart. */
  | { readonly is: 'not-applied' }
