import { parseYaml } from '../../files/yaml/parse-yaml.ts'
import type { YamlDocument } from '../../files/yaml/yaml-document.ts'
import type { RepositoryTree } from '../look-through/repository-tree.ts'
import { itemsAt, placed, textAt } from '../placed/placed.ts'
import { type ReadObject, readObject } from './read-object.ts'

/** Gives the objects of a file of the repository, and the documents of a patch file; each file is parsed once. */
export interface ObjectFiles {
  objects(file: string): readonly ReadObject[]
  documents(file: string): readonly YamlDocument[]
  /** A path of the repository as people see it. */
  shown(relative: string): string
}

/**
 * `wanted` decides by the text of a document whether its object is followed: an ESO object, something that replacements may take
 * a value from. `known` holds documents that were parsed already.
 */
export function objectFiles(
  tree: RepositoryTree,
  shown: (relative: string) => string,
  wanted: (text: string) => boolean,
  known: ReadonlyMap<string, readonly YamlDocument[]>,
): ObjectFiles {
  const objects = new Map<string, readonly ReadObject[]>()
  const documents = new Map<string, readonly YamlDocument[]>()
  const read = (file: string) => (tree.entry(file) === 'file' ? tree.read(file) : '')
  return {
    shown,
    objects(file) {
      let found = objects.get(file)
      if (found === undefined) {
        const parsed = known.get(file) ?? parseYaml({ file: shown(file), text: read(file) }, { wanted }).documents
        found = parsed.flatMap((document): ReadObject[] => {
          const root = placed(document)
          const source = { file, document: document.index }
          // kustomize takes a List apart (field.md §1).
          const nodes = textAt(root, 'kind')?.endsWith('List') ? itemsAt(root, 'items') : [root]
          return nodes.flatMap((node) => readObject(node, source) ?? [])
        })
        objects.set(file, found)
      }
      return found
    },
    documents(file) {
      let found = documents.get(file)
      if (found === undefined) {
        found = known.get(file) ?? parseYaml({ file: shown(file), text: read(file) }).documents
        documents.set(file, found)
      }
      return found
    },
  }
}
