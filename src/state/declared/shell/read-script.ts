import type { SourceFile } from '../../../files/source-file.ts'
import type { DeclaredForm } from '../../../model/vault-state.ts'
import type { Harvest } from '../harvest.ts'
import { type PlacedText, spanBetween } from '../placed-text.ts'
import { placeText, type SymbolicText } from '../symbolic-text.ts'
import { filesWrittenBy, inputOf, outputOf } from './command-input.ts'
import { expandText, expandWord, type Scope, scopeOf, turnsOf } from './scope.ts'
import { readShellCommands, type ShellCommand } from './shell-commands.ts'
import { readVaultCall, VAULT_CALL } from './vault-call.ts'
import { harvestCall, type ScriptText } from './vault-facts.ts'
import { namespaceOfCall, sessionNamespace } from './vault-namespace.ts'

export interface ScriptContext {
  readonly source: SourceFile
  readonly form: DeclaredForm
  readonly harvest: Harvest
  /** Variables of the script that this one is part of. */
  readonly outer?: Scope
  /** Files that the script itself writes (`cat > x.hcl <<EOF`), by path; shared between the fences of one document. */
  readonly written?: Map<string, ScriptText>
  /** The Vault namespace that the script around it has set. */
  readonly session?: string | undefined
  /** Read enabled mounts and auth methods only. */
  readonly mountsOnly?: boolean
}

const DEEPEST = 4

/** Reads what a shell script writes into Vault. Gives the script's variables, for scripts that follow in the same document. */
export function readScript(placed: PlacedText, context: ScriptContext, depth = 0): Scope {
  const commands = readShellCommands(placed.text)
  const scope = scopeOf(commands, context.outer)
  const written = context.written ?? new Map<string, ScriptText>()
  const session = sessionNamespace(commands, scope, context.session)
  for (const command of commands) noteWrittenFiles(command, scope, placed, written)
  for (const command of commands)
    for (const turn of turnsOf(command.loops, scope))
      readCommand(command, turn, placed, { ...context, written, session }, depth)
  return scope
}

function noteWrittenFiles(command: ShellCommand, scope: Scope, placed: PlacedText, written: Map<string, ScriptText>) {
  const files = filesWrittenBy(command, scope)
  if (files.length === 0) return
  const output = outputOf(command, scope)
  if ('text' in output && output.text.value.trim() !== '')
    for (const file of files) written.set(file.value, { text: output.text, placed })
}

function readCommand(
  command: ShellCommand,
  scope: Scope,
  placed: PlacedText,
  context: ScriptContext,
  depth: number,
): void {
  const words = command.words.flatMap((word) => expandWord(word.text, scope))
  const call = readVaultCall(words)
  if (call !== undefined) {
    const vaultNamespace = namespaceOfCall(call, command, scope, context.session)
    harvestCall(call, {
      ...context,
      placed,
      span: spanBetween(placed, command.from, command.to),
      input: inputOf(command, scope),
      written: context.written ?? new Map(),
      ...(vaultNamespace === undefined ? {} : { vaultNamespace }),
    })
    return
  }
  if (depth >= DEEPEST) return
  for (const script of innerScripts(command, words, scope))
    if (VAULT_CALL.test(script.value)) readScript(placeText(placed, script), { ...context, outer: scope }, depth + 1)
}

/** Scripts that a command hands to another shell: `sh -c '…'`, `ssh host '…'`, `kubectl exec … -- sh <<EOF`. */
function innerScripts(command: ShellCommand, words: readonly SymbolicText[], scope: Scope): SymbolicText[] {
  const shell = words.findIndex((word) => /^(?:.*\/)?(?:ba|da|a|z|k)?sh$/.test(word.value))
  const program = words[0]?.value ?? ''
  const scripts: SymbolicText[] = []
  for (const word of command.words) {
    const text = expandText(word.text, scope)
    const before = command.words[command.words.indexOf(word) - 1]?.text.value ?? ''
    if (!/\s/.test(text.value)) continue
    if (/^-\w*c$/.test(before) || program === 'eval' || program === 'ssh') scripts.push(text)
  }
  if (shell >= 0 || program === 'ssh') {
    const heredoc = command.redirects.findLast(({ operator, fd }) => operator === '<<' && fd === 0)
    if (heredoc !== undefined) scripts.push(expandText(heredoc.text, scope))
  }
  return scripts
}
