import type { SymbolicText } from '../symbolic-text.ts'

/** A word as written: quotes and escapes are resolved, variables are holes. */
export interface ShellWord {
  readonly text: SymbolicText
  /** Nothing in it is quoted or escaped: only such words can be keywords. */
  readonly bare: boolean
  readonly from: number
  readonly to: number
}
