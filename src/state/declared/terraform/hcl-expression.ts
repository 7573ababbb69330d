import type { SymbolicText } from '../symbolic-text.ts'

/** An expression of Terraform's language, as far as it can tell a name, a list or a text; all else is kept as written. */
export type Expression = {
  /** Offsets in the file. */
  readonly from: number
  readonly to: number
} & (
  | { readonly kind: 'text'; readonly text: SymbolicText; readonly holes: readonly Expression[] }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, Expression])[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[]; readonly raw: string }
  | { readonly kind: 'reference'; readonly raw: string }
  | { readonly kind: 'literal'; readonly value: number | boolean | null }
  | { readonly kind: 'other'; readonly raw: string }
)

export interface Block {
  readonly type: string
  readonly labels: readonly string[]
  readonly body: Body
  readonly from: number
  readonly to: number
}

export interface Body {
  readonly attributes: ReadonlyMap<string, Expression>
  readonly blocks: readonly Block[]
}
