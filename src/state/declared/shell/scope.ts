import { buildText, type SymbolicText } from '../symbolic-text.ts'

/** What the variables of a script are known to be. */
export interface Scope {
  /** `undefined`: not known. */
  valueOf(name: string): ScopeValue | undefined
  listOf(name: string): readonly SymbolicText[] | undefined
  /** What the command in `$(…)` prints; `undefined` where that cannot be told. */
  printedBy(open: number, scope: Scope): SymbolicText | undefined
  /** What the name is outside of this script: the environment that `X=${X:-default}` asks for. */
  inherited(name: string): ScopeValue | undefined
  /** What was found out in this scope alone: locals of a function, variables of a loop. May be added to. */
  readonly own?: Map<string, SymbolicText | undefined>
  /** Values with their own variables filled in; a name that is still `undefined` is being filled in. */
  readonly filled: Map<string, SymbolicText | undefined>
  /** How many turns of loops there are to this one; loops in loops multiply. */
  readonly turns: number
  /** How many variables are being filled in, each for the one before. */
  readonly filling: { depth: number }
}

export interface ScopeValue {
  readonly text: SymbolicText
  /** Its own variables are filled in already: they belong to another scope. */
  readonly final?: boolean
}

/** Origin of characters that stand in another script. */
export const FOREIGN = -1
/** `$1`, `$@` and the like belong to the function or the script that they stand in. */
export const POSITIONAL = /^(?:\d+|[@*#])$/

export function foreign(text: SymbolicText): SymbolicText {
  return { ...text, origins: text.origins.map(() => FOREIGN) }
}

/** Holes that are left belong to the scope that the text comes from: no other one may fill them in. */
export function frozen(text: SymbolicText): SymbolicText {
  if (text.holes.length === 0) return text
  const holes = text.holes.map(({ name, at, length, quoted, list }) => ({
    name,
    at,
    length,
    quoted,
    opaque: true,
    ...(list === undefined ? {} : { list }),
  }))
  return { ...text, holes }
}

/** Whether nothing of the text is known. */
export function isOnlyHoles({ value, holes }: SymbolicText): boolean {
  return holes.length > 0 && holes.reduce((rest, hole) => rest - hole.length, value.length) === 0
}

export function joinWords(words: readonly SymbolicText[]): SymbolicText {
  const builder = buildText()
  for (const [index, word] of words.entries()) {
    if (index > 0) builder.add(' ', word.origins[0] ?? FOREIGN, 0)
    builder.append(word)
  }
  return builder.done()
}
