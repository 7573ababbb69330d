import { buildText, type Hole, type SymbolicText, sliceText } from '../symbolic-text.ts'
import type { Assignment, ForLoop, ShellCommand } from './shell-commands.ts'
import type { ShellWord } from './shell-word.ts'

/** What the variables of a script are known to be. */
export interface Scope {
  /** `undefined`: not known. */
  valueOf(name: string): SymbolicText | undefined
  listOf(name: string): readonly ShellWord[] | undefined
  /** Values with their own variables filled in; a name that is still `undefined` is being filled in. */
  readonly filled: Map<string, SymbolicText | undefined>
}

/** `A=$B$B`, `B=$C$C`, …: a longer value is no policy. */
const LONGEST_VALUE = 50_000
/** Origin of characters that stand in another script. */
const FOREIGN = -1
/** Loops in loops multiply; beyond this the variables stay unknown. */
const MOST_TURNS = 256

/**
 * The variables that a script sets to one literal value. A name that is set to two different values is unknown: which of them
 * counts depends on where the script stands, and nothing is executed here. `outer`: the script that this one is written in.
 */
export function scopeOf(commands: readonly ShellCommand[], outer?: Scope): Scope {
  const assignments = new Map<string, Assignment['value'] | 'several'>()
  for (const command of commands)
    for (const { name, value } of command.assignments)
      if (!assignments.has(name)) assignments.set(name, value ?? 'several')
      else if (!sameValue(assignments.get(name), value)) assignments.set(name, 'several')
  return {
    filled: new Map(),
    valueOf(name) {
      const value = assignments.get(name)
      if (value === undefined) return foreign(outer?.valueOf(name))
      return value === 'several' || Array.isArray(value) ? undefined : (value as SymbolicText)
    },
    listOf(name) {
      const value = assignments.get(name)
      return Array.isArray(value) ? value : value === undefined ? outer?.listOf(name)?.map(foreignWord) : undefined
    },
  }
}

function foreign<T extends SymbolicText | undefined>(text: T): T {
  return text === undefined ? text : { ...text, origins: text.origins.map(() => FOREIGN) }
}

function foreignWord(word: ShellWord): ShellWord {
  return { ...word, text: foreign(word.text) }
}

function sameValue(a: Assignment['value'] | 'several', b: Assignment['value']): boolean {
  if (a === 'several' || a === undefined || b === undefined) return false
  if ('value' in a && 'value' in b) return a.value === b.value && a.holes.length === b.holes.length
  return false
}

/** Scopes in which a command is run: one for each turn of the loops around it whose items are known. */
export function turnsOf(loops: readonly ForLoop[], scope: Scope): Scope[] {
  let turns: Scope[] = [scope]
  for (const loop of loops) {
    turns = turns.flatMap((turn) => {
      const items = loop.items?.flatMap((item) => expandWord(item.text, turn))
      const known = items?.every((item) => item.holes.length === 0 && !/[*?[{]/.test(item.value)) === true
      return known && items !== undefined && items.length > 0
        ? items.map((item) => bind(turn, loop.variable, item))
        : [bind(turn, loop.variable, undefined)]
    })
    if (turns.length > MOST_TURNS)
      return [loops.reduce((inner, { variable }) => bind(inner, variable, undefined), scope)]
  }
  return turns
}

function bind(scope: Scope, variable: string, value: SymbolicText | undefined): Scope {
  return {
    filled: new Map(),
    valueOf: (name) => (name === variable ? value : scope.valueOf(name)),
    listOf: (name) => (name === variable ? undefined : scope.listOf(name)),
  }
}

/** The text with known variables filled in. */
export function expandText(text: SymbolicText, scope: Scope): SymbolicText {
  if (text.holes.length === 0) return text
  const builder = buildText()
  let from = 0
  let length = text.value.length
  for (const hole of text.holes) {
    builder.append(sliceText(text, from, hole.at))
    const value = valueOfHole(text, hole, scope)
    length += value.value.length
    if (length > LONGEST_VALUE) return text
    builder.append(value)
    from = hole.at + hole.length
  }
  builder.append(sliceText(text, from))
  return builder.done()
}

function valueOfHole(text: SymbolicText, hole: Hole, scope: Scope): SymbolicText {
  const itself = sliceText(text, hole.at, hole.at + hole.length)
  if (hole.opaque === true || hole.list === true) return itself
  const value =
    filledValue(hole.name, scope) ?? (hole.fallback === undefined ? undefined : expandText(hole.fallback, scope))
  if (value === undefined || isOnlyHoles(value)) return itself
  const origin = text.origins[hole.at] ?? 0
  return { ...value, origins: value.origins.map((written) => (written === FOREIGN ? origin : written)) }
}

/** `undefined`: not set to one value, or met while it is filled in (`M=${M:-kv}`). */
function filledValue(name: string, scope: Scope): SymbolicText | undefined {
  if (scope.filled.has(name)) return scope.filled.get(name)
  const assigned = scope.valueOf(name)
  if (assigned === undefined) return undefined
  scope.filled.set(name, undefined)
  const value = expandText(assigned, scope)
  scope.filled.set(name, value)
  return value
}

/** `X=$(command)`: "X" says more to a reader than the command does. */
function isOnlyHoles({ value, holes }: SymbolicText): boolean {
  return holes.length > 0 && holes.reduce((rest, hole) => rest - hole.length, value.length) === 0
}

/** The words that one written word becomes: `$X` outside quotes is split at white space, `"${LIST[@]}"` gives its items. */
export function expandWord(text: SymbolicText, scope: Scope): SymbolicText[] {
  const only = text.holes.length === 1 ? text.holes[0] : undefined
  if (only?.list === true && only.length === text.value.length) {
    const items = scope.listOf(only.name)
    if (items !== undefined) return items.flatMap((item) => expandWord(item.text, scope))
  }
  let current = buildText()
  let started = false
  const words: SymbolicText[] = []
  let from = 0
  for (const hole of text.holes) {
    if (hole.at > from) started = true
    current.append(sliceText(text, from, hole.at))
    const value = valueOfHole(text, hole, scope)
    const pieces = hole.quoted || value.holes.length > 0 ? undefined : value.value.split(/\s+/)
    if (pieces === undefined || pieces.length === 1) {
      current.append(value)
      started = true
    } else
      for (const [index, piece] of pieces.entries()) {
        if (index > 0 && started) {
          words.push(current.done())
          current = buildText()
          started = false
        }
        if (piece !== '') {
          current.add(piece, text.origins[hole.at] ?? 0, 0)
          started = true
        }
      }
    from = hole.at + hole.length
  }
  current.append(sliceText(text, from))
  if (started || from < text.value.length || words.length === 0) words.push(current.done())
  return words
}
