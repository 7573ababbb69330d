import type { SourceFile } from '../../manifests/source-file.ts'
import type { Declared, DeclaredYaml } from './declared.ts'

/**
 * Tells what the files of a repository say about the shape of a Vault: policies, roles, mounts and auth mounts, each with the
 * place where it is written (field.md §4). Reads text only; nothing is executed, fetched or opened.
 */
export function readDeclared(_files: readonly SourceFile[], _yaml: DeclaredYaml): Declared {
  const nothing = { policies: [], roles: [], mounts: [], authMounts: [] }
  return { state: nothing, notes: [], also: { unnamed: [], textless: [] }, shadowed: nothing, conflicts: [] }
}
