import type { SymbolicText } from '../symbolic-text.ts'
import { commandsIn, type ShellCommand, type ShellNode } from './shell-commands.ts'
import { SPEAKERS } from './vault-call.ts'

function textsOf({ words, redirects, assignments }: ShellCommand): SymbolicText[] {
  return [
    ...words.map(({ text }) => text),
    ...redirects.map(({ text }) => text),
    ...assignments.flatMap(({ value }) =>
      value === undefined ? [] : 'holes' in value ? [value] : value.map(({ text }) => text),
    ),
  ]
}

/** Where the scripts in `$(…)` of a command begin. */
export function substitutionsIn(command: ShellCommand): Set<number> {
  const opens = new Set<number>()
  for (const { holes } of textsOf(command)) for (const { inner } of holes) if (inner !== undefined) opens.add(inner)
  return opens
}

export function mentionsArguments({ value, holes }: SymbolicText): boolean {
  return holes.some(({ name }) => /^(?:[1-9]|[@*#])$/.test(name)) || /\$(?:[1-9@*]|\{[1-9@*])/.test(value)
}

/** Whether what a function does hangs on what it is called with. */
export function usesArguments(body: readonly ShellNode[]): boolean {
  for (const command of commandsIn(body)) {
    if (textsOf(command).some(mentionsArguments)) return true
    if (command.words.length > 0 && command.redirects.length === 0 && readsInput(command)) return true
  }
  return false
}

/** `vault policy write x -` in a function: the text comes with the call. */
function readsInput({ words, pipedFrom }: ShellCommand): boolean {
  return pipedFrom === undefined && words.some(({ text }) => text.value === '-')
}

/** Whether a function hands its arguments to something that is not followed, and may be Vault. */
export function passesOn(body: readonly ShellNode[]): boolean {
  for (const command of commandsIn(body)) {
    const program = command.words[0]?.text.value ?? ''
    if (!SPEAKERS.has(program) && command.words.some(({ text }) => mentionsArguments(text))) return true
  }
  return false
}
