import type { SourceFile } from '../../../files/source-file.ts'
import type { DeclaredForm } from '../../../model/vault-state.ts'
import type { DeclaredYaml } from '../declared.ts'
import type { RepositoryFiles } from '../file-lookup.ts'
import type { Harvest } from '../harvest.ts'
import type { PlacedText } from '../placed-text.ts'
import type { SymbolicText } from '../symbolic-text.ts'
import type { Scope } from './scope.ts'
import { ScriptReader } from './script-reader.ts'
import { TokenSection } from './token-section.ts'
import { WrittenFiles } from './written-files.ts'

export interface ScriptContext {
  readonly source: SourceFile
  readonly form: DeclaredForm
  readonly harvest: Harvest
  readonly files: RepositoryFiles
  readonly yaml: DeclaredYaml
  /** Variables of the script that this one is part of. */
  readonly outer?: Scope | undefined
  /** Variables that the container, the workflow or the recipe sets. */
  readonly environment?: ReadonlyMap<string, SymbolicText> | undefined
  /** Files that the script itself writes, and tokens that it makes; shared between the scripts of one document. */
  readonly written?: WrittenFiles
  readonly section?: TokenSection
  /** Read enabled mounts and auth methods only. */
  readonly mountsOnly?: boolean
  /** Read whole role writes, and mounts, only. */
  readonly rolesOnly?: boolean
}

/** Reads what a shell script writes into Vault. Gives the script's variables, for scripts that follow in the same document. */
export function readScript(placed: PlacedText, context: ScriptContext): Scope {
  const section = context.section ?? new TokenSection()
  const reader = new ScriptReader(placed, { ...context, written: context.written ?? new WrittenFiles(), section })
  const scope = reader.read()
  if (context.section === undefined) section.settle(context.harvest)
  return scope
}
