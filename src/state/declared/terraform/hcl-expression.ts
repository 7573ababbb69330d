import type { SymbolicText } from '../symbolic-text.ts'

/** An expression of Terraform's language; what is not understood is kept as written. */
export type Expression = {
  /** Offsets in the file. */
  readonly from: number
  readonly to: number
} & (
  | { readonly kind: 'text'; readonly text: SymbolicText; readonly holes: readonly Expression[] }
  /** `%{ for x in xs }`, `%{ if c }`, `%{ else }`, `%{ endif }`: a hole of a text that decides about its neighbours. */
  | { readonly kind: 'directive'; readonly word: string; readonly loop?: LoopHead; readonly condition?: Expression }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'object'; readonly entries: readonly ObjectEntry[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[]; readonly spread: boolean }
  | { readonly kind: 'reference'; readonly root: string; readonly steps: readonly Step[] }
  /** `(expression).name`, `f(x)["y"]`. */
  | { readonly kind: 'access'; readonly of: Expression; readonly steps: readonly Step[] }
  | { readonly kind: 'literal'; readonly value: number | boolean | null }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'choice'; readonly condition: Expression; readonly yes: Expression; readonly no: Expression }
  | {
      readonly kind: 'for'
      readonly loop: LoopHead
      /** Of an object: what each key is; `undefined` for a list. */
      readonly key: Expression | undefined
      readonly value: Expression
      readonly filter: Expression | undefined
    }
  | { readonly kind: 'other' }
)

export interface ObjectEntry {
  readonly key: Expression
  readonly value: Expression
}

/** `for key, value in collection`. */
export interface LoopHead {
  readonly names: readonly string[]
  readonly collection: Expression
}

/** `.name`, `[expression]`, `[*]`. */
export type Step =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: Expression }
  | { readonly kind: 'all' }

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
