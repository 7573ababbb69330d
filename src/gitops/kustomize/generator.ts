import { lineIndex } from '../../files/yaml/line-index.ts'
import type { YamlDocument } from '../../files/yaml/yaml-document.ts'
import type { Span } from '../../model/span.ts'
import { joinRelative, type RepositoryTree } from '../look-through/repository-tree.ts'
import {
  at,
  entriesAt,
  itemsAt,
  type Place,
  type Placed,
  type PlacedEntry,
  type PlacedMap,
  placedAt,
  plainValue,
  textAt,
  withEntry,
} from '../placed/placed.ts'
import { generatedData } from './generator-data.ts'
import type { ObjectFiles } from './object-files.ts'
import { changed, kindOf, type ReadObject, readObject } from './read-object.ts'

/** Adds the ConfigMaps and Secrets of a kustomization's generators; of Secrets only names, never data. */
export function generate(
  objects: readonly ReadObject[],
  kustomization: Placed,
  folder: string,
  tree: RepositoryTree,
  files: ObjectFiles,
): readonly ReadObject[] {
  let result = objects
  for (const [field, kind] of [
    ['configMapGenerator', 'ConfigMap'],
    ['secretGenerator', 'Secret'],
  ] as const)
    for (const item of itemsAt(kustomization, field)) {
      const name = at(item, 'name')
      if (name?.type !== 'scalar') continue
      const data = kind === 'Secret' ? new Map<string, PlacedEntry>() : dataOf(item, folder, tree, files)
      const behaviour = textAt(item, 'behavior')
      if (behaviour === 'merge' || behaviour === 'replace') {
        result = result.map((object) =>
          kindOf(object).kind === kind && object.names.includes(String(name.value))
            ? changed(object, withData(object.node, data, behaviour))
            : object,
        )
        continue
      }
      const noHash = [item, kustomization].some((from) =>
        ['options', 'generatorOptions'].some((options) => {
          const disabled = at(from, options, 'disableNameSuffixHash')
          return disabled?.type === 'scalar' && disabled.value === true
        }),
      )
      const head = placedAt(item.place, { apiVersion: 'v1', kind, metadata: {} }) as PlacedMap
      const namespace = at(item, 'namespace')
      let metadata = withEntry(placedAt(item.place, {}) as PlacedMap, 'name', name)
      if (namespace !== undefined) metadata = withEntry(metadata, 'namespace', namespace)
      const object = readObject(withData(withEntry(head, 'metadata', metadata), data, 'replace'), undefined, !noHash)
      if (object !== undefined) result = [...result, object]
    }
  return result
}

function withData(node: PlacedMap, data: ReadonlyMap<string, PlacedEntry>, behaviour: string): PlacedMap {
  const old = behaviour === 'merge' ? entriesAt(node, 'data') : []
  const entries = new Map([...old, ...data])
  return withEntry(node, 'data', { type: 'map', place: node.place, entries })
}

function dataOf(item: Placed, folder: string, tree: RepositoryTree, files: ObjectFiles): Map<string, PlacedEntry> {
  const texts = new Map<string, YamlDocument>()
  const read = (target: string) => {
    const file = joinRelative(folder, target)
    if (tree.entry(file) !== 'file') return undefined
    const text = tree.read(file)
    texts.set(file, textDocument(files.shown(file), text))
    return { file, text }
  }
  return new Map(
    generatedData(plainValue(item), read).map(({ key, value, path, line }): [string, PlacedEntry] => {
      const document = line === undefined ? undefined : texts.get(line.file)
      const place: Place =
        document === undefined || line === undefined
          ? (at(item, ...path) ?? item).place
          : { document, path: [line.line - 1] }
      return [key, { key: place, node: { type: 'scalar', place, value } }]
    }),
  )
}

/** A file of lines as a document: the path is the line's index. */
function textDocument(file: string, text: string): YamlDocument {
  const lines = lineIndex(file, text)
  const spanOf = (path: readonly (string | number)[]): Span => {
    const line = Number(path[0] ?? 0) + 1
    return { file, line, column: 1, endLine: line, endColumn: (lines.line(line)?.length ?? 0) + 1 }
  }
  return {
    file,
    index: 0,
    value: text,
    span: spanOf([]),
    has: () => true,
    spanOf,
    definitionOf: spanOf,
    aliasesOf: () => [],
    spanOfTextLine: spanOf,
    rawOf: () => undefined,
    isPlain: () => true,
  }
}
