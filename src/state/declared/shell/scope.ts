import { buildText, type Hole, type SymbolicText, sliceText } from '../symbolic-text.ts'
import { cutText } from './cut-text.ts'
import { commandsIn, type ShellNode, type ShellScript } from './shell-commands.ts'
import type { ShellWord } from './shell-word.ts'

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

/** `A=$B$B`, `B=$C$C`, …: a longer value is no policy. */
const LONGEST_VALUE = 50_000
/** `A=$B`, `B=$C`, …: no script that people wrote goes on like this. */
const MOST_FILLING = 50
/** Origin of characters that stand in another script. */
const FOREIGN = -1
/** `$1`, `$@` and the like belong to the function or the script that they stand in. */
const POSITIONAL = /^(?:\d+|[@*#])$/

/** What a script is run by, and with. */
export interface Surroundings {
  /** The script that this one is written in, or that sources it; its variables count where this one sets none. */
  readonly outer?: Scope | undefined
  readonly args?: readonly SymbolicText[] | undefined
  readonly printedBy: Scope['printedBy']
}

/**
 * The variables that a script sets to one literal value. A name that is set to two different values is unknown: which of them
 * counts depends on where the script stands, and nothing is executed here. An option (`NAME="$2"`) overrides the literal as the
 * environment does: the literal stays, as an assumption.
 */
export function scopeOf(script: ShellScript, { outer, args = [], printedBy }: Surroundings): Scope {
  const assigned = assignedIn(script)
  const listing = new Set<string>()
  const scope: Scope = {
    filled: new Map(),
    turns: 1,
    filling: outer?.filling ?? { depth: 0 },
    printedBy,
    inherited: (name) => (POSITIONAL.test(name) ? undefined : foreignValue(outer?.valueOf(name), outer)),
    valueOf(name) {
      if (POSITIONAL.test(name)) return positional(name, args)
      const value = assigned.get(name)
      if (value === undefined) return scope.inherited(name)
      return value === 'several' || Array.isArray(value) ? undefined : { text: value as SymbolicText }
    },
    listOf(name) {
      if (name === '@' || name === '*') return args
      const value = assigned.get(name)
      if (value === undefined) return outer?.listOf(name)?.map(foreign)
      // `A=("${A[@]}" more)`
      if (!Array.isArray(value) || listing.has(name)) return undefined
      listing.add(name)
      const items = value.flatMap((item: ShellWord) => expandWord(item.text, scope))
      listing.delete(name)
      return items
    },
  }
  return scope
}

type Assigned = SymbolicText | readonly ShellWord[] | 'several'

function assignedIn(script: ShellScript): Map<string, Assigned> {
  const assigned = new Map<string, Assigned>()
  const overridden = new Set<string>()
  const add = (nodes: readonly ShellNode[], inFunction: boolean) => {
    for (const command of commandsIn(nodes))
      for (const { name, value, local } of command.assignments) {
        if (local && inFunction) continue
        const known = assigned.get(name)
        if (isArgument(value)) overridden.add(name)
        else if (known === undefined) assigned.set(name, value ?? 'several')
        else if (!sameValue(known, value)) assigned.set(name, 'several')
      }
  }
  add(script.body, false)
  for (const fn of script.functions.values()) add(fn.body, true)
  for (const name of overridden) {
    const value = assigned.get(name)
    if (value === undefined) assigned.set(name, 'several')
    else if (value !== 'several' && !Array.isArray(value)) {
      const text = value as SymbolicText
      assigned.set(name, { ...text, assumed: [...(text.assumed ?? []), name] })
    }
  }
  return assigned
}

/** `$2`: an argument of the script, given on its command line. */
function isArgument(value: SymbolicText | readonly ShellWord[] | undefined): boolean {
  if (value === undefined || !('holes' in value)) return false
  const [hole, ...more] = value.holes
  return hole !== undefined && more.length === 0 && hole.length === value.value.length && /^[1-9]$/.test(hole.name)
    ? hole.fallback === undefined
    : false
}

function sameValue(a: Assigned, b: SymbolicText | readonly ShellWord[] | undefined): boolean {
  if (a === 'several' || b === undefined || Array.isArray(a) || Array.isArray(b)) return false
  const [one, other] = [a as SymbolicText, b as SymbolicText]
  return one.value === other.value && one.holes.length === other.holes.length
}

function positional(name: string, args: readonly SymbolicText[]): ScopeValue | undefined {
  if (name === '@' || name === '*') return { text: joinWords(args), final: true }
  const text = args[Number(name) - 1]
  return text === undefined ? undefined : { text, final: true }
}

function joinWords(words: readonly SymbolicText[]): SymbolicText {
  const builder = buildText()
  for (const [index, word] of words.entries()) {
    if (index > 0) builder.add(' ', word.origins[0] ?? FOREIGN, 0)
    builder.append(word)
  }
  return builder.done()
}

/** A value of another script: its own variables are filled in there, and it has no places here. */
function foreignValue(value: ScopeValue | undefined, scope: Scope | undefined): ScopeValue | undefined {
  if (value === undefined || scope === undefined) return undefined
  const text = value.final === true ? value.text : expandText(value.text, scope)
  return isOnlyHoles(text) ? undefined : { text: foreign(frozen(text)), final: true }
}

/** Variables that were set before, and elsewhere: those of the first that has them. */
export function surrounding(
  scopes: readonly Scope[],
  environment: ReadonlyMap<string, SymbolicText> = new Map(),
): Scope | undefined {
  if (scopes.length === 0 && environment.size === 0) return undefined
  const lookUp = (name: string): ScopeValue | undefined => {
    for (const scope of scopes) {
      const value = foreignValue(scope.valueOf(name), scope)
      if (value !== undefined) return value
    }
    const text = environment.get(name)
    return text === undefined ? undefined : { text, final: true }
  }
  return {
    valueOf: lookUp,
    listOf: (name) => scopes.map((scope) => scope.listOf(name)).find((list) => list !== undefined && list.length > 0),
    printedBy: () => undefined,
    inherited: () => undefined,
    filled: new Map(),
    turns: 1,
    filling: scopes[0]?.filling ?? { depth: 0 },
  }
}

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

/** A scope in which some variables are known better: the turn of a loop, the call of a function. */
export function bind(scope: Scope, own: Map<string, SymbolicText | undefined>, turns = scope.turns): Scope {
  return {
    ...scope,
    filled: new Map(),
    own,
    turns,
    valueOf(name) {
      if (!own.has(name)) return scope.valueOf(name)
      const text = own.get(name)
      return text === undefined ? undefined : { text, final: true }
    },
    listOf: (name) => (own.has(name) ? undefined : scope.listOf(name)),
  }
}

/** A scope with arguments of its own; `args` may be shifted while it is in use. */
export function withArguments(scope: Scope, args: SymbolicText[], printedBy: Scope['printedBy']): Scope {
  return {
    ...scope,
    filled: new Map(),
    printedBy,
    valueOf: (name) => (POSITIONAL.test(name) ? positional(name, args) : scope.valueOf(name)),
    listOf: (name) => (name === '@' || name === '*' ? args : scope.listOf(name)),
  }
}

/** The text with known variables filled in. */
export function expandText(text: SymbolicText, scope: Scope): SymbolicText {
  if (text.holes.length === 0) return text
  const builder = buildText()
  for (const name of text.assumed ?? []) builder.assume(name)
  let from = 0
  let length = text.value.length
  for (const hole of text.holes) {
    builder.append(sliceText(text, from, hole.at))
    const value = valueOfHole(text, hole, scope)
    length += value.value.length
    if (length > LONGEST_VALUE + text.value.length) return text
    builder.append(value)
    from = hole.at + hole.length
  }
  builder.append(sliceText(text, from))
  return builder.done()
}

function valueOfHole(text: SymbolicText, hole: Hole, scope: Scope): SymbolicText {
  const itself = sliceText(text, hole.at, hole.at + hole.length)
  if (hole.inner !== undefined) {
    const printed = scope.printedBy(hole.inner, scope)
    return printed === undefined || isOnlyHoles(printed) ? itself : placedAt(printed, text.origins[hole.at] ?? 0)
  }
  if (hole.opaque === true) return itself
  const value = hole.list === true ? listText(hole, scope) : scalarValue(hole, scope)
  // `X=$(command)`: "X" says more to a reader than the command does; the number of an argument says nothing.
  if (value === undefined || (isOnlyHoles(value) && !POSITIONAL.test(hole.name))) return itself
  const cut = hole.cut === undefined ? value : cutText(value, hole.cut)
  return cut === undefined ? itself : placedAt(cut, text.origins[hole.at] ?? 0)
}

function scalarValue(hole: Hole, scope: Scope): SymbolicText | undefined {
  const value = filledValue(hole.key ?? hole.name, scope)
  if (hole.fallback === undefined) return value
  if (value !== undefined && value.value !== '') return value
  const builder = buildText()
  builder.append(expandText(hole.fallback, scope))
  builder.assume(hole.name)
  return builder.done()
}

function listText(hole: Hole, scope: Scope): SymbolicText | undefined {
  const items = scope.listOf(hole.name)
  return items === undefined || items.length === 0 ? undefined : joinWords(itemsOf(items, hole))
}

function itemsOf(items: readonly SymbolicText[], { fromItem, name }: Hole): readonly SymbolicText[] {
  // `${@:2}` counts from 1, `${LIST[@]:2}` from 0.
  return fromItem === undefined ? items : items.slice(name === '@' || name === '*' ? fromItem - 1 : fromItem)
}

function placedAt(value: SymbolicText, origin: number): SymbolicText {
  return { ...value, origins: value.origins.map((written) => (written === FOREIGN ? origin : written)) }
}

/** `undefined`: not set to one value, or met while it is filled in (`M=${M:-kv}`). */
function filledValue(name: string, scope: Scope): SymbolicText | undefined {
  if (scope.filled.has(name)) return scope.filled.get(name) ?? scope.inherited(name)?.text
  const assigned = scope.valueOf(name)
  if (assigned === undefined || assigned.final === true) return assigned?.text
  if (scope.filling.depth >= MOST_FILLING) return undefined
  scope.filled.set(name, undefined)
  scope.filling.depth++
  const value = expandText(assigned.text, scope)
  scope.filling.depth--
  scope.filled.set(name, value)
  return value
}

export function isOnlyHoles({ value, holes }: SymbolicText): boolean {
  return holes.length > 0 && holes.reduce((rest, hole) => rest - hole.length, value.length) === 0
}

/** The words that one written word becomes: `$X` outside quotes is split at white space, `"${LIST[@]}"` gives its items. */
export function expandWord(text: SymbolicText, scope: Scope): SymbolicText[] {
  const only = text.holes.length === 1 ? text.holes[0] : undefined
  if (only?.list === true && only.opaque !== true && only.length === text.value.length) {
    const items = only.name === '*' && only.quoted ? undefined : scope.listOf(only.name)
    if (items !== undefined) return itemsOf(items, only).map((item) => placedAt(item, text.origins[only.at] ?? 0))
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
