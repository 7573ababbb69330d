import { type SymbolicText, sliceText } from '../symbolic-text.ts'
import { mentionsArguments } from './argument-use.ts'
import { type Flow, inputOf } from './command-input.ts'
import { expandText } from './expand-text.ts'
import { separatorIn, splitFields } from './read-fields.ts'
import { frozen, isOnlyHoles, type Scope } from './scope.ts'
import { readNames, type ShellCommand, type ShellNode } from './shell-commands.ts'
import { textOf } from './stream-text.ts'

export interface AssigningFrame {
  readonly scope: Scope
  readonly flow: Flow
  /** The body of the function or loop that the scope is of. */
  readonly body?: readonly ShellNode[]
}

/** Variables of a function or of a loop's turn, one step after the other, and what `read` takes from a text that is known. */
export function assignVariables(command: ShellCommand, { scope, flow, body }: AssigningFrame): void {
  const own = scope.own
  if (own === undefined) return
  const direct = !command.chained && command.within?.body === body
  for (const { name, value, local } of body === undefined ? [] : command.assignments) {
    if (value === undefined || !('holes' in value)) continue
    const isOwn = own.has(name) || value.holes.some((hole) => hole.inner !== undefined || own.has(hole.name))
    if (!isOwn && !local && !mentionsArguments(value)) continue
    const text = expandText(value, scope)
    if (isOnlyHoles(text)) continue
    // In a branch, it may be this value or the one before.
    own.set(name, direct || !own.has(name) || own.get(name)?.value === text.value ? frozen(text) : undefined)
    scope.filled.clear()
  }
  if (command.words[0]?.text.value !== 'read' || command === command.within?.condition) return
  const given = inputOf(command, scope, flow)
  const text = textOf(given)
  if (text === undefined) return
  const line = command.words.some(({ text: word }) => /^-\w*d$/.test(word.value)) ? text : firstLine(text)
  for (const [name, part] of splitFields(line, readNames(command.words), separatorIn(command.assignments)))
    own.set(name, frozen(part))
  scope.filled.clear()
}

function firstLine(text: SymbolicText): SymbolicText {
  const end = text.value.indexOf('\n')
  return end < 0 ? text : sliceText(text, 0, end)
}
