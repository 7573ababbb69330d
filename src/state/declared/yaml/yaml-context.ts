import type { SourceFile } from '../../../files/source-file.ts'
import type { FieldPath, ValueMap } from '../../../model/value.ts'
import type { Provenance, RoleParameter } from '../../../model/vault-state.ts'
import type { DeclaredDocument, DeclaredYaml } from '../declared.ts'
import type { RepositoryFiles } from '../file-lookup.ts'
import type { Harvest } from '../harvest.ts'

/** What every reader of a part of a YAML document is given. */
export interface YamlContext {
  readonly source: SourceFile
  readonly document: DeclaredDocument
  readonly harvest: Harvest
  readonly yaml: DeclaredYaml
  readonly files: RepositoryFiles
}

/** The keys of a map that is written to a role as it stands, each with its place. */
export function yamlParameters({ document }: YamlContext, fields: ValueMap, path: FieldPath): RoleParameter[] {
  return Object.keys(fields).map((name) => ({ name, span: document.spanOf([...path, name], 'key') }))
}

export function yamlProvenance({ document }: YamlContext, path: FieldPath): Provenance {
  return { from: 'git', span: document.spanOf(path), form: 'yaml' }
}
