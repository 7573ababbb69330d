import type { Span } from '../../../model/span.ts'
import type { SymbolicText } from '../symbolic-text.ts'
import type { StraightLine } from './call-context.ts'
import type { Flow } from './command-input.ts'
import type { Scope } from './scope.ts'
import type { ScriptContext } from './script-context.ts'
import type { ShellNode } from './shell-commands.ts'
import type { TokenSection } from './token-section.ts'
import type { WrittenFiles } from './written-files.ts'

/** What the readers of one file share. */
export interface Shared {
  work: number
  /** That the work has come to its end was told. */
  limited: boolean
  /** Names of the functions whose calls are being followed. */
  readonly calls: string[]
  /** Files that are being sourced. */
  readonly sourced: Set<string>
}

export type ReaderContext = ScriptContext & { readonly written: WrittenFiles; readonly section: TokenSection }

export interface ReaderOptions {
  readonly depth?: number
  readonly shared?: Shared
  /** The call that led here: what the script writes is written there. */
  readonly span?: Span | undefined
  readonly args?: readonly SymbolicText[]
}

/** Where and how a command runs. */
export interface Frame {
  readonly scope: Scope
  readonly flow: Flow
  /** Arguments of the function; `shift` takes from them. */
  readonly args?: SymbolicText[]
  /** The body of the function or loop that the scope is of. */
  readonly body?: readonly ShellNode[]
  readonly span?: Span | undefined
  readonly straight?: StraightLine | undefined
  /** The Vault namespace of the script that calls. */
  readonly session?: string | undefined
}
