import type { SourceFile } from '../../files/source-file.ts'
import { parseEmbeddedYaml, type YamlDocument } from '../../files/yaml/parse-yaml.ts'
import { type FieldPath, stringAt, type Value } from '../../model/value.ts'
import type { SourceObject } from '../objects/source-object.ts'
import { at, type Placed, plainValue, spanIn } from './placed.ts'

/** A rendered object in the form of a document, so that all that reads documents finds its places. */
export function placedDocument(node: Placed, index: number): YamlDocument {
  const span = spanIn(node, [])
  return {
    file: span.file,
    index,
    value: plainValue(node),
    span,
    has: (path) => at(node, ...path) !== undefined,
    spanOf: (path, part) => spanIn(node, path, part),
    definitionOf: (path) => {
      const found = at(node, ...path)
      return found === undefined ? spanIn(node, path) : found.place.document.definitionOf(found.place.path)
    },
    aliasesOf: (path) => {
      const found = at(node, ...path)
      return found === undefined ? [] : found.place.document.aliasesOf(found.place.path)
    },
    spanOfTextLine: (path, line) => {
      const found = at(node, ...path)
      return found === undefined ? spanIn(node, path) : found.place.document.spanOfTextLine(found.place.path, line)
    },
    rawOf: (path) => {
      const found = at(node, ...path)
      return found?.type === 'scalar' && found.value !== null ? String(found.value) : undefined
    },
    isPlain: () => false,
  }
}

export function placedObject(node: Placed, source: SourceFile, index: number): SourceObject | undefined {
  const document = placedDocument(node, index)
  const body = document.value
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined
  return {
    source,
    document: index,
    body: body as Record<string, Value>,
    apiVersion: stringAt(body, 'apiVersion') ?? '',
    kind: stringAt(body, 'kind') ?? '',
    name: stringAt(body, 'metadata', 'name') ?? '',
    namespace: stringAt(body, 'metadata', 'namespace'),
    span: document.span,
    spanOf: (path: FieldPath, part) => document.spanOf(path, part),
    spanOfTextLine: (path, line) => document.spanOfTextLine(path, line),
    embedded: (path) => parseEmbeddedYaml(document, path),
  }
}

/** Tells whether two objects of one value were also written at the same places. */
export function placesOf(node: Placed): string {
  const places: string[] = []
  const walk = (here: Placed) => {
    const { document, path } = here.place
    places.push(`${document.file}#${document.index}/${path.join('/')}`)
    if (here.type === 'list') here.items.forEach(walk)
    else if (here.type === 'map') for (const { node: below } of here.entries.values()) walk(below)
  }
  walk(node)
  return places.join('\n')
}
