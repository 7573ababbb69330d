import { parseYaml, type YamlDocument } from '../../files/yaml/parse-yaml.ts'
import { familyOf, type Note } from '../../model/note.ts'
import { isMap, type Value, type ValueMap } from '../../model/value.ts'
import { joinRelative, type RepositoryTree } from './repository-tree.ts'

/** The names that kustomize looks for, in its order. */
export const KUSTOMIZATION_NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const

/** The file of one kustomization folder, read. */
export interface KustomizationFile {
  /** Folder, relative to the repository. */
  readonly folder: string
  /** Path of the file, relative to the repository. */
  readonly file: string
  readonly document: YamlDocument
  readonly value: ValueMap
}

export interface UnreadableKustomization {
  readonly file: string
  readonly unreadable: string
}

const MAX_BYTES = 5 * 1024 * 1024

/** Path of the folder's kustomization file; `undefined` when it has none. */
export function kustomizationFileIn(tree: RepositoryTree, folder: string): string | undefined {
  return KUSTOMIZATION_NAMES.map((name) => joinRelative(folder, name)).find((file) => tree.entry(file) === 'file')
}

/** Reads the kustomization of a folder; `undefined` when the folder has none. `shown` turns a relative path into the path in spans; `known` gives documents that were parsed already. */
export function readKustomization(
  tree: RepositoryTree,
  folder: string,
  shown: (relative: string) => string,
  known: (file: string) => readonly YamlDocument[] | undefined = () => undefined,
): KustomizationFile | UnreadableKustomization | undefined {
  const file = kustomizationFileIn(tree, folder)
  if (file === undefined) return undefined
  const [first, ...more] = known(file) ?? []
  if (first?.index === 0 && more.length === 0 && isMap(first.value))
    return { folder, file, document: first, value: first.value }
  if (tree.size(file) > MAX_BYTES) return { file, unreadable: 'is larger than 5 MiB' }
  const parsed = parseYaml({ file: shown(file), text: tree.read(file) })
  const documents = parsed.documents.filter((document) => document.value !== null)
  const [document] = documents
  const [problem] = parsed.notes
  if (problem !== undefined && familyOf(problem) === 'template-not-rendered')
    return { file, unreadable: 'is a template, and no YAML before something fills it in' }
  if (problem !== undefined) return { file, unreadable: `does not parse (${whatIsWrong(problem)})` }
  if (document === undefined) return { file, unreadable: 'is empty' }
  // kustomize reads the first document only; a second one is a mistake that must not hide entries from the look-through below.
  if (documents.length > 1) return { file, unreadable: 'holds more than one YAML document' }
  if (!isMap(document.value)) return { file, unreadable: 'is no mapping' }
  return { folder, file, document, value: document.value }
}

function whatIsWrong(note: Note): string {
  if ('says' in note && note.says !== undefined) return note.says
  return note.code === 'yaml-duplicate-key' ? `the key "${note.key}" stands twice in one map` : 'it is nested too deep'
}

export function listOf(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? (value as readonly Value[]) : []
}

export function textOf(value: Value | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export { isMap }
