import type { Span } from '../../../model/span.ts'
import type { PlacedText } from '../placed-text.ts'
import type { SymbolicText } from '../symbolic-text.ts'

/** What an expression comes to without running Terraform. */
export type TerraformValue =
  | { readonly kind: 'text'; readonly text: SymbolicText; readonly placed: PlacedText }
  | { readonly kind: 'list'; readonly items: readonly TerraformValue[] }
  | { readonly kind: 'object'; readonly entries: Readonly<Record<string, TerraformValue>> }
  | { readonly kind: 'literal'; readonly value: number | boolean | null }
  | { readonly kind: 'file'; readonly path: string; readonly variables?: Readonly<Record<string, TerraformValue>> }
  | {
      readonly kind: 'document'
      readonly text: string
      readonly unknown: readonly string[]
      readonly spanOf: (line: number) => Span
    }
  | { readonly kind: 'unknown'; readonly name: string }
