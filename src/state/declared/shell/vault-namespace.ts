import { trimSlashes } from '../../../model/trim-slashes.ts'
import type { SymbolicText } from '../symbolic-text.ts'
import { expandText } from './expand-text.ts'
import type { Scope } from './scope.ts'
import type { Assignment, ShellCommand } from './shell-commands.ts'
import { flagOf, type VaultCall } from './vault-call.ts'

const VARIABLES = new Set(['VAULT_NAMESPACE', 'BAO_NAMESPACE'])

/** The Vault namespace that a script's calls go to unless they say otherwise; `undefined`: not told, or not one alone. */
export function sessionNamespace(
  commands: Iterable<ShellCommand>,
  scope: Scope,
  outer: string | undefined,
): string | undefined {
  const told = new Set<string | undefined>()
  for (const command of commands) {
    const [first, ...rest] = command.words.map(({ text }) => text.value)
    if (first === 'unset' && rest.some((name) => VARIABLES.has(name))) told.add(undefined)
    // In front of a command the variable is that command's alone.
    if (first !== undefined && !/^(?:export|declare|typeset|readonly|local)$/.test(first)) continue
    for (const assignment of command.assignments)
      if (VARIABLES.has(assignment.name)) told.add(assigned(assignment, scope))
  }
  if (told.size === 0) return outer
  return told.size === 1 ? [...told][0] : undefined
}

/** The Vault namespace of one call: its flag, else the variable in front of it, else the script's. */
export function namespaceOfCall(
  call: VaultCall,
  command: ShellCommand,
  scope: Scope,
  session: string | undefined,
): string | undefined {
  const flag = flagOf(call, 'namespace') ?? flagOf(call, 'ns')
  if (flag !== undefined) return known(flag)
  const own = command.assignments.find(({ name }) => VARIABLES.has(name))
  return own === undefined ? session : assigned(own, scope)
}

function assigned({ value }: Assignment, scope: Scope): string | undefined {
  return value === undefined || !('value' in value) ? undefined : known(expandText(value, scope))
}

function known(text: SymbolicText): string | undefined {
  return text.holes.length > 0 ? undefined : trimSlashes(text.value)
}
