import { parseYaml } from '../../files/yaml/parse-yaml.ts'
import type { ParsedYaml, YamlDocument } from '../../files/yaml/yaml-document.ts'
import type { RepositoryTree } from '../look-through/repository-tree.ts'
import { itemsAt, type Placed, placed } from '../placed/placed.ts'
import { type ReadObject, readObject } from './read-object.ts'
import { anyText, isEmpty, throughJson } from './scalar-text.ts'
import { Stop } from './stop.ts'
import type { UndecidedCode } from './undecided.ts'
import { checkValues, oddYaml, suspicionOf } from './yaml-oddities.ts'

/** The objects of a file, and what keeps them from being what kustomize reads. */
interface FileObjects {
  readonly objects: readonly ReadObject[]
  /** Concerns the objects of the file, and whether there are more of them. */
  readonly problem: UndecidedCode | undefined
}

/** Gives the objects of a file of the repository, and the documents of a patch file; each file is parsed once. */
export interface ObjectFiles {
  objects(file: string): readonly ReadObject[]
  read(file: string): FileObjects
  documents(file: string): readonly YamlDocument[]
  parsed(file: string): { readonly parsed: ParsedYaml; readonly text: string }
  /** A path of the repository as people see it. */
  shown(relative: string): string
}

/** `known`: files that were parsed already, all their documents, as they are on disk. */
export function objectFiles(
  tree: RepositoryTree,
  shown: (relative: string) => string,
  known: (file: string) => { readonly parsed: ParsedYaml; readonly text: string } | undefined = () => undefined,
): ObjectFiles {
  const found = new Map<string, FileObjects>()
  const texts = new Map<string, { readonly parsed: ParsedYaml; readonly text: string }>()
  const parsed = (file: string) => {
    let found = texts.get(file) ?? known(file)
    if (found === undefined) {
      const text = tree.entry(file) === 'file' ? tree.read(file) : ''
      found = { parsed: parseYaml({ file: shown(file), text }), text }
    }
    texts.set(file, found)
    return found
  }
  const read = (file: string): FileObjects => {
    let known = found.get(file)
    if (known === undefined) {
      known = objectsOf(file, parsed(file))
      found.set(file, known)
    }
    return known
  }
  return {
    shown,
    parsed,
    read,
    documents: (file) => parsed(file).parsed.documents,
    objects: (file) => read(file).objects,
  }
}

function objectsOf(
  file: string,
  { parsed, text }: { readonly parsed: ParsedYaml; readonly text: string },
): FileObjects {
  const objects: ReadObject[] = []
  let problem: UndecidedCode | undefined = oddYaml(text) ? 'yaml' : undefined
  // A key that stands twice, and what does not parse, kustomize refuses; what is too deep for us it may read.
  for (const { code } of parsed.notes) problem = code === 'yaml-too-deep' ? 'too-large' : 'build-fails'
  const suspicion = suspicionOf(text)
  const isAlone = !/\n---/.test(text)
  for (const document of parsed.documents) {
    const root = placed(document)
    if (isEmpty(root)) continue
    const source = { file, document: document.index }
    try {
      if (suspicion !== undefined) checkValues(root, suspicion)
    } catch (error) {
      if (!(error instanceof Stop)) throw error
      problem ??= error.code
    }
    for (const node of itemsOfList(root, isAlone)) {
      const object = readObject(node, source)
      if (object !== undefined) objects.push(object)
      else if (!isEmpty(node)) problem = 'build-fails'
    }
  }
  return { objects, problem }
}

/** kustomize takes a List apart (field.md §1), and lists in it; only one that is alone in its file is not turned into JSON for it. */
function itemsOfList(root: Placed, isAlone: boolean): readonly Placed[] {
  const kind = anyText(root, 'kind')
  if (!kind.endsWith('List') || root.type !== 'map' || !root.entries.has('items')) return [root]
  const items = itemsAt(root, 'items')
  const own = isAlone && (kind === 'List' || kind === 'ResourceList') ? items : items.map(throughJson)
  return own.flatMap((item) => itemsOfList(item, false))
}
