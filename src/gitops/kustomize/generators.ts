import { posix } from 'node:path'
import { LineIndex } from '../../files/yaml/line-index.ts'
import type { YamlDocument } from '../../files/yaml/yaml-document.ts'
import type { Span } from '../../model/span.ts'
import {
  at,
  entriesAt,
  itemsAt,
  type Place,
  type Placed,
  type PlacedEntry,
  type PlacedMap,
  placedAt,
  textAt,
  withEntry,
  withoutEntry,
} from '../placed/placed.ts'
import type { Build } from './build.ts'
import { allIds, changed, currentId, idKey, kindOf, type ReadObject, readObject } from './read-object.ts'
import { asText, flagAt } from './scalar-text.ts'
import { Stop } from './stop.ts'

/** Adds the ConfigMaps and Secrets of a kustomization's generators; of Secrets only names, never data (kustomize.md §6). */
export function generate(build: Build, kustomization: Placed): void {
  for (const [field, kind] of [
    ['configMapGenerator', 'ConfigMap'],
    ['secretGenerator', 'Secret'],
  ] as const)
    itemsAt(kustomization, field).forEach((item, index) => {
      build.step(
        [field, index],
        () => {
          const made = generated(build, kustomization, item, kind)
          if (made !== undefined) absorb(build, made, textAt(item, 'behavior') ?? '', [field, index])
        },
        {
          adds: true,
          touches: (object) => allIds(object).some((id) => id.kind === kind && id.name === textAt(item, 'name')),
        },
      )
    })
}

function generated(build: Build, kustomization: Placed, item: Placed, kind: string): ReadObject | undefined {
  const name = at(item, 'name')
  if (name?.type !== 'scalar' || textAt(name) === '') throw new Stop('build-fails')
  const head = placedAt(item.place, { apiVersion: 'v1', kind, metadata: {} }) as PlacedMap
  let metadata = withEntry(placedAt(item.place, {}) as PlacedMap, 'name', name)
  const namespace = at(item, 'namespace')
  if (namespace !== undefined && textAt(namespace) !== '') metadata = withEntry(metadata, 'namespace', namespace)
  const sources = [at(item, 'options'), at(kustomization, 'generatorOptions')]
  for (const field of ['labels', 'annotations']) {
    // What the item says wins.
    const pairs = new Map(sources.flatMap((options) => [...entriesAt(options, field)]).reverse())
    if (pairs.size > 0) metadata = withEntry(metadata, field, { type: 'map', place: item.place, entries: pairs })
  }
  let node = withEntry(head, 'metadata', metadata)
  const data = dataOf(build, item, kind === 'Secret')
  if (data.size > 0) node = withEntry(node, 'data', { type: 'map', place: item.place, entries: data })
  if (kind === 'Secret') node = withEntry(node, 'type', at(item, 'type') ?? placedAt(item.place, 'Opaque'))
  const immutable = sources.find((options) => flagAt(options, 'immutable'))
  if (immutable !== undefined)
    node = withEntry(node, 'immutable', placedAt((at(immutable, 'immutable') ?? immutable).place, true))
  const hashed = !sources.some((options) => flagAt(options, 'disableNameSuffixHash'))
  const object = readObject(node, undefined)
  return object && { ...object, hashed, generated: true, notes: { ...object.notes, any: true } }
}

/** `behavior: merge` and `replace` change the object of that name, every other makes a new one. */
function absorb(build: Build, made: ReadObject, behavior: string, path: readonly (string | number)[]): void {
  const key = idKey(currentId(made))
  const same = build.objects.filter((object) => allIds(object).some((id) => idKey(id) === key))
  const [old] = same
  const changes = behavior === 'merge' || behavior === 'replace'
  if (old === undefined) {
    if (!changes) build.append([made], path)
    else build.missing(path, 'generator-form')
    return
  }
  if (!changes || same.length > 1) throw new Stop('build-fails')
  let node = withMetadataOf(made.node, old.node)
  if (behavior === 'merge')
    for (const field of ['data', 'binaryData']) {
      const pairs = new Map([...texts(old.node, field), ...texts(made.node, field)])
      if (pairs.size > 0)
        node = withEntry(node, field, { type: 'map', place: (at(old.node, field) ?? node).place, entries: pairs })
    }
  // Both must ask for the hash.
  const hashed = old.hashed && made.hashed
  build.replace(old, { ...changed(old, node), hashed, generated: old.generated || kindOf(made).kind === 'Secret' })
}

function withMetadataOf(node: PlacedMap, old: PlacedMap): PlacedMap {
  let metadata = at(node, 'metadata') as PlacedMap
  for (const field of ['labels', 'annotations']) {
    const pairs = new Map([...texts(old, 'metadata', field), ...texts(node, 'metadata', field)])
    if (pairs.size > 0) metadata = withEntry(metadata, field, { type: 'map', place: metadata.place, entries: pairs })
  }
  for (const field of ['name', 'namespace']) {
    const before = at(old, 'metadata', field)
    metadata = before === undefined ? withoutEntry(metadata, field) : withEntry(metadata, field, before)
  }
  return withEntry(node, 'metadata', metadata)
}

/** The entries of a map whose values kustomize takes as texts. */
function texts(node: Placed, ...path: readonly string[]): [string, PlacedEntry][] {
  return entriesAt(node, ...path).map(([name, { key, node: value }]) => [
    name,
    { key, node: value.type === 'scalar' ? asText(value) : placedAt(value.place, '') },
  ])
}

/** `hidden`: no file is opened and no value kept. */
function dataOf(build: Build, item: Placed, hidden: boolean): Map<string, PlacedEntry> {
  const data = new Map<string, PlacedEntry>()
  const put = (key: string, value: string, place: Place) => {
    if (data.has(key)) throw new Stop('build-fails')
    // What is no text goes to `binaryData`.
    if (value.includes('\ufffd')) throw new Stop('generator-form')
    const quoting = value.includes('\n') ? 'quoted' : 'plain'
    data.set(key, { key: place, node: { type: 'scalar', place, value, quoting } })
  }
  const read = (target: string): { readonly file: string; readonly text: string } => {
    const file = build.file(target)
    return { file, text: hidden ? '' : build.context.tree.read(file) }
  }
  const env = at(item, 'env')
  for (const entry of [...itemsAt(item, 'envs'), ...(env === undefined || textAt(env) === '' ? [] : [env])]) {
    const { file, text } = read(textAt(entry) ?? '')
    const document = textDocument(build.context.files.shown(file), text)
    const lines = text.replace(/^\uFEFF/, '').split('\n')
    if (lines.some((line) => line.length > 60_000)) throw new Stop('generator-form')
    lines.forEach((line, index) => {
      const content = line.replace(/\r$/, '').trimStart()
      if (content === '' || content.startsWith('#')) return
      const [, key = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(content) ?? []
      if (key !== '') put(key, value, { document, path: [index] })
    })
  }
  for (const literal of itemsAt(item, 'literals')) {
    const [, key, value = ''] = /^([^=]+)=(.*)$/s.exec(textAt(literal) ?? '') ?? []
    if (key === undefined) throw new Stop('build-fails')
    put(key, value.replace(/^(["'])(.*)\1$/s, '$2'), literal.place)
  }
  for (const entry of itemsAt(item, 'files')) {
    const [first = '', second, ...more] = (textAt(entry) ?? '').split('=')
    if (more.length > 0 || (second !== undefined && (first === '' || second === ''))) throw new Stop('build-fails')
    const { text } = read(second ?? first)
    put(second === undefined ? posix.basename(first) : first, text, entry.place)
  }
  return hidden ? new Map() : data
}

/** A file of lines as a document: the path is the line's index. */
function textDocument(file: string, text: string): YamlDocument {
  const lines = new LineIndex(file, text)
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
