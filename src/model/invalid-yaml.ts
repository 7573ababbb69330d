import type { Span } from './span.ts'

/** A document that names a kind of ESO's and that kubectl, kustomize and Flux refuse. */
export interface InvalidYaml {
  readonly span: Span
  /** It lies in a folder such as `archive` or `examples`: nothing says that it is applied, and its name says the contrary. */
  readonly aside: boolean
  readonly problem:
    | { readonly code: 'duplicate-key'; readonly key: string; readonly first: Span }
    /** `says`: the parser's words; for the values `unusable` of our own reader. */
    | { readonly code: 'unparseable' | 'unusable'; readonly says: string; readonly slip: Slip | undefined }
}

/** What was most likely meant; `line`: where the slip is, which may be above the place where the parser stops. */
export type Slip =
  | { readonly code: 'tab' | 'no-space-after-colon' | 'colon-in-value' | 'reserved-character'; readonly line: number }
  /** `like`: the line whose indentation it should have. */
  | { readonly code: 'indented-too-far' | 'not-indented-enough'; readonly line: number; readonly like: number }
  | { readonly code: 'quote-not-closed' | 'bracket-not-closed'; readonly line: number }
