import type { SourceFile } from '../../files/source-file.ts'
import { parseEmbeddedYaml } from '../../files/yaml/parse-yaml.ts'
import type { YamlDocument } from '../../files/yaml/yaml-document.ts'
import { isMeantForEso } from '../../model/kinds.ts'
import { at, type FieldPath, isMap, listAt, stringAt, type Value, type ValueMap } from '../../model/value.ts'
import { embeddedObjects } from './embedded-objects.ts'
import type { SourceObject } from './source-object.ts'

/**
 * The objects of a document: the object itself, the items of a `kind: List`, and ESO objects inside known wrappers. A document
 * without apiVersion and kind (Helm values) is looked into for wrappers only. `takesArrays`: a bare list (of a JSON array) counts too.
 */
export function sourceObjects(source: SourceFile, document: YamlDocument, takesArrays = false): SourceObject[] {
  const { value } = document
  if (takesArrays && Array.isArray(value))
    return (value as readonly Value[]).flatMap((item, index) => withEmbedded(source, document, item, [index]))
  if (!isMap(value)) return []
  if (typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items))
    return listAt(value, 'items').flatMap((item, index) => withEmbedded(source, document, item, ['items', index]))
  return withEmbedded(source, document, value, [])
}

function withEmbedded(source: SourceFile, document: YamlDocument, value: Value, base: FieldPath): SourceObject[] {
  if (!isMap(value)) return []
  const outer = sourceObject(source, document, value, base)
  const inner = embeddedObjects(value, document, base).map((found): SourceObject => {
    const object = { source, document: document.index, embedded: () => undefined, ...found }
    return outer === undefined ? { ...object, inValues: true } : { ...object, holder: outer }
  })
  return outer === undefined ? inner : [outer, ...inner]
}

/**
 * `undefined`: the value is no Kubernetes object. What is missing is `""`, so that a rule can say so: the name, and the kind or the
 * apiVersion of an object that was meant for ESO.
 */
function sourceObject(
  source: SourceFile,
  document: YamlDocument,
  value: ValueMap,
  base: FieldPath,
): SourceObject | undefined {
  const text = (field: Value | undefined): string => (typeof field === 'string' ? field : '')
  const [apiVersion, kind] = [text(value.apiVersion), text(value.kind)]
  if ((apiVersion === '' || kind === '') && !isMeantForEso(apiVersion, kind, value)) return undefined
  return {
    source,
    document: document.index,
    body: value,
    apiVersion,
    kind,
    name: textOf(at(value, 'metadata', 'name')),
    namespace: stringAt(value, 'metadata', 'namespace'),
    span: document.spanOf(base),
    spanOf: (path, part) => document.spanOf([...base, ...path], part),
    spanOfTextLine: (path, line) => document.spanOfTextLine([...base, ...path], line),
    embedded: (path) => parseEmbeddedYaml(document, [...base, ...path]),
  }
}

/** A name that YAML reads as a number is still that name to everyone who looks for it. */
function textOf(value: Value | undefined): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}
