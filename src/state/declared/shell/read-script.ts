import type { PlacedText } from '../placed-text.ts'
import type { Scope } from './scope.ts'
import type { ScriptContext } from './script-context.ts'
import { ScriptReader } from './script-reader.ts'
import { TokenSection } from './token-section.ts'
import { WrittenFiles } from './written-files.ts'

/** Reads what a shell script writes into Vault. Gives the script's variables, for scripts that follow in the same document. */
export function readScript(placed: PlacedText, context: ScriptContext): Scope {
  const section = context.section ?? new TokenSection()
  const reader = new ScriptReader(placed, { ...context, written: context.written ?? new WrittenFiles(), section })
  const scope = reader.read()
  if (context.section === undefined) section.settle(context.harvest)
  return scope
}
