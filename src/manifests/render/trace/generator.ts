import type { Span } from '../../../span.ts'
import { lineIndex } from '../../yaml/line-index.ts'
import type { YamlDocument } from '../../yaml/yaml-document.ts'
import {
  at,
  entriesAt,
  itemsAt,
  type Placed,
  type PlacedEntry,
  type PlacedMap,
  placedAt,
  textAt,
  withEntry,
} from '../placed.ts'
import { joinRelative, type RepositoryTree } from '../repository-tree.ts'
import type { ObjectFiles } from './object-files.ts'
import { changed, kindOf, type TracedObject, tracedObject } from './traced-object.ts'

/** Adds the ConfigMaps and Secrets of a kustomization's generators; of Secrets only names, never data. */
export function generate(
  objects: readonly TracedObject[],
  kustomization: Placed,
  folder: string,
  tree: RepositoryTree,
  files: ObjectFiles,
): readonly TracedObject[] {
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
      const object = tracedObject(withData(withEntry(head, 'metadata', metadata), data, 'replace'), undefined, !noHash)
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
  const data = new Map<string, PlacedEntry>()
  const add = (key: string, node: Placed) => data.set(key, { key: node.place, node })
  const texts = (field: string) => itemsAt(item, field).flatMap((entry) => (entry.type === 'scalar' ? [entry] : []))
  for (const entry of texts('literals')) {
    const [, key, value] = /^([^=]*)=(.*)$/s.exec(String(entry.value)) ?? []
    if (key !== undefined) add(key, { ...entry, value: (value as string).replace(/^(["'])(.*)\1$/s, '$2') })
  }
  for (const entry of texts('files')) {
    const [, key, target] = /^(?:([^=]*)=)?(.*)$/.exec(String(entry.value)) ?? []
    const relative = joinRelative(folder, target ?? '')
    if (tree.entry(relative) !== 'file') continue
    add(key ?? relative.slice(relative.lastIndexOf('/') + 1), { ...entry, value: tree.read(relative) })
  }
  for (const entry of [...texts('envs'), ...[at(item, 'env')].filter((env) => env?.type === 'scalar')]) {
    if (entry?.type !== 'scalar') continue
    const relative = joinRelative(folder, String(entry.value))
    if (tree.entry(relative) !== 'file') continue
    const text = tree.read(relative)
    const lines = textDocument(files.shown(relative), text)
    for (const [index, line] of text.split(/\r?\n/).entries()) {
      const [, key, value] = /^\s*([^#=\s][^=]*)=(.*)$/.exec(line) ?? []
      if (key !== undefined)
        add(key, { type: 'scalar', place: { document: lines, path: [index] }, value: value as string })
    }
  }
  return data
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
