import type { SourceFile } from '../../../files/source-file.ts'
import type { Span } from '../../../model/span.ts'
import type { DeclaredForm } from '../../../model/vault-state.ts'
import type { DeclaredYaml } from '../declared.ts'
import type { RepositoryFiles } from '../file-lookup.ts'
import type { Harvest } from '../harvest.ts'
import type { PlacedText } from '../placed-text.ts'
import type { SymbolicText } from '../symbolic-text.ts'
import type { Scope } from './scope.ts'
import type { TokenSection } from './token-section.ts'
import type { WrittenFiles } from './written-files.ts'

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
  /** The Vault namespace that the script around it has set. */
  readonly session?: string | undefined
  /** What the script applies to a cluster, each text once for each turn of a loop. */
  readonly applied?: (text: SymbolicText, placed: PlacedText, span: Span) => void
  /** Read enabled mounts and auth methods only. */
  readonly mountsOnly?: boolean
  /** Read whole role writes, and mounts, only. */
  readonly rolesOnly?: boolean
}
