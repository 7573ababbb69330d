import type { GoNumber } from './go-number.ts'

/** A value in a command. `names` are the fields asked of it: `.a.b`, `$x.a`, `(f).a`. */
export type Operand =
  | { readonly is: 'dot'; readonly line: number; readonly names: readonly string[] }
  | { readonly is: 'variable'; readonly line: number; readonly name: string; readonly names: readonly string[] }
  | { readonly is: 'function'; readonly line: number; readonly name: string; readonly names: readonly string[] }
  | { readonly is: 'string'; readonly line: number; readonly value: string; readonly quoted: string }
  | { readonly is: 'number'; readonly line: number; readonly number: GoNumber }
  | { readonly is: 'bool'; readonly line: number; readonly value: boolean }
  | { readonly is: 'nil'; readonly line: number }
  | { readonly is: 'pipeline'; readonly line: number; readonly pipeline: Pipeline; readonly names: readonly string[] }

export type Command = readonly Operand[]

export interface Pipeline {
  /** Variables that take the value; `declares` for `:=`. */
  readonly variables: readonly string[]
  readonly declares: boolean
  readonly commands: readonly Command[]
}

export type TemplateNode =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'action'; readonly pipeline: Pipeline }
  | {
      readonly is: 'if' | 'with' | 'range'
      readonly line: number
      readonly pipeline: Pipeline
      readonly body: readonly TemplateNode[]
      readonly otherwise: readonly TemplateNode[]
    }
  | { readonly is: 'template'; readonly line: number; readonly name: string; readonly pipeline: Pipeline | undefined }
  | { readonly is: 'break' | 'continue' }

export interface TemplateTree {
  readonly nodes: readonly TemplateNode[]
  /** Bodies of `define` and `block`. */
  readonly definitions: ReadonlyMap<string, readonly TemplateNode[]>
  /** Every function that is called, with the line of its first use. */
  readonly functions: ReadonlyMap<string, number>
}
