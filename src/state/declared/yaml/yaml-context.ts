import type { SourceFile } from '../../../files/source-file.ts'
import type { FieldPath } from '../../../model/value.ts'
import type { Provenance } from '../../../model/vault-state.ts'
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

export function yamlProvenance({ document }: YamlContext, path: FieldPath): Provenance {
  return { from: 'git', span: document.spanOf(path), form: 'yaml' }
}
