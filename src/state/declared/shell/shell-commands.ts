import type { SymbolicText } from '../symbolic-text.ts'
import type { Redirect } from './shell-tokens.ts'
import type { ShellWord } from './shell-word.ts'

/** `NAME=value`; a list for `NAME=(a b)`; `undefined` when only running tells (`read NAME`, `NAME+=…`). */
export interface Assignment {
  readonly name: string
  readonly value: SymbolicText | readonly ShellWord[] | undefined
  /** `local NAME=…`: only the function knows it. */
  readonly local: boolean
}

/** One simple command, wherever in the script it stands: conditions are not judged, both branches count. */
export interface ShellCommand {
  readonly kind: 'command'
  readonly assignments: readonly Assignment[]
  readonly words: readonly ShellWord[]
  readonly redirects: readonly Redirect[]
  readonly pipedFrom: ShellNode | undefined
  /** It may not be reached: it stands in a branch or a loop, or behind `&&` or `||`. */
  readonly conditional: boolean
  /** It stands behind `&&` or `||`. */
  readonly chained: boolean
  readonly within: Compound | undefined
  /** Offsets of its first and after its last word. */
  readonly from: number
  readonly to: number
}

/** `{ …; }`, `( … )`, a loop, a branch: commands that share their input and output. */
export interface Compound {
  readonly kind: 'group' | 'branch' | 'for' | 'while'
  readonly body: ShellNode[]
  readonly redirects: Redirect[]
  readonly pipedFrom: ShellNode | undefined
  readonly within: Compound | undefined
  readonly conditional: boolean
  /** `for variable in items`; `undefined` items: the positional parameters. */
  readonly loop?: { readonly variable: string; readonly items: readonly ShellWord[] | undefined }
  /** `while`: the command before `do`. */
  condition?: ShellCommand
}

export type ShellNode = ShellCommand | Compound

export interface ShellFunction {
  readonly name: string
  readonly body: readonly ShellNode[]
}

export interface ShellScript {
  readonly source: string
  readonly body: readonly ShellNode[]
  readonly functions: ReadonlyMap<string, ShellFunction>
  /** The scripts in `$(…)`, by the offset of their first character. */
  inner(open: number): ShellScript | undefined
}

/** The variables of `read -r A B`; values of its flags are none. */
export function readNames(words: readonly ShellWord[]): string[] {
  const names: string[] = []
  for (let at = 1; at < words.length; at++) {
    const value = words[at]?.text.value ?? ''
    if (/^-[a-zA-Z]*[dpntuN]$/.test(value)) at++
    else if (/^[A-Za-z_]\w*$/.test(value)) names.push(value)
  }
  return names
}

/** Every command below the nodes, in order. */
export function* commandsIn(nodes: readonly ShellNode[]): Iterable<ShellCommand> {
  for (const node of nodes)
    if (node.kind === 'command') yield node
    else yield* commandsIn(node.body)
}
