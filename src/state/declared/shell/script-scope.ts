import type { SymbolicText } from '../symbolic-text.ts'
import { expandText, expandWord } from './expand-text.ts'
import { foreign, frozen, isOnlyHoles, joinWords, POSITIONAL, type Scope, type ScopeValue } from './scope.ts'
import { commandsIn, type ShellNode, type ShellScript } from './shell-commands.ts'
import type { ShellWord } from './shell-word.ts'

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
