import type { Span } from './span.ts'

/** A line of the contract in the config: who may, or may not, do what on which path. */
export interface Expectation {
  readonly who: { readonly is: 'store' | 'role' | 'serviceAccount' | 'namespace'; readonly name: string }
  readonly may: boolean
  /** With `path`: read, list, write and delete of a secret; with `api`: capabilities. */
  readonly actions: readonly string[]
  /** `path`: mount and key; `api`: the path as policies write it. With globs. */
  readonly of: 'path' | 'api'
  readonly path: string
  readonly reason: string | undefined
  readonly span: Span
}
