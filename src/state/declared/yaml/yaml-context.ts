import type { SourceFile } from '../../../files/source-file.ts'
import type { FieldPath, ValueMap } from '../../../model/value.ts'
import type { Provenance, RoleParameter } from '../../../model/vault-state.ts'
import type { DeclaredDocument, DeclaredYaml } from '../declared.ts'
import type { RepositoryFiles } from '../file-lookup.ts'
import type { Harvest } from '../harvest.ts'
import type { Scope } from '../shell/scope.ts'
import type { TokenSection } from '../shell/token-section.ts'
import type { WrittenFiles } from '../shell/written-files.ts'
import type { Environment } from './environment.ts'

export interface ScriptSteps {
  readonly written: WrittenFiles
  readonly section: TokenSection
  outer: Scope | undefined
}

/** What every reader of a part of a YAML document is given. */
export interface YamlContext {
  readonly source: SourceFile
  readonly document: DeclaredDocument
  readonly harvest: Harvest
  readonly yaml: DeclaredYaml
  readonly files: RepositoryFiles
  /** Literals of the templates' variables (`{{ name }}`), where the file is one of a tool that says them in Git. */
  readonly variables: ReadonlyMap<string, string>
  /** The data of a ConfigMap in Git. */
  readonly configMap: (name: string) => ValueMap | undefined
  /** What the maps around set for the scripts in them. */
  readonly environment: Environment
  /** Scripts of one list are steps of one script. */
  readonly steps?: ScriptSteps
}

/** The keys of a map that is written to a role as it stands, each with its place. */
export function yamlParameters({ document }: YamlContext, fields: ValueMap, path: FieldPath): RoleParameter[] {
  return Object.keys(fields).map((name) => ({ name, span: document.spanOf([...path, name], 'key') }))
}

export function yamlProvenance({ document }: YamlContext, path: FieldPath): Provenance {
  return { from: 'git', span: document.spanOf(path), form: 'yaml' }
}
