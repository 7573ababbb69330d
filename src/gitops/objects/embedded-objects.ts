import { parseEmbeddedYaml } from '../../files/yaml/parse-yaml.ts'
import type { YamlDocument } from '../../files/yaml/yaml-document.ts'
import { groupOf, isEsoGroup } from '../../model/kinds.ts'
import { at, type FieldPath, isMap, listAt, mapAt, stringAt, type Value, type ValueMap } from '../../model/value.ts'
import type { SourceObject } from './source-object.ts'

export type EmbeddedObject = Omit<SourceObject, 'source' | 'document' | 'holder' | 'embedded'>

/** Helm values under which charts take whole objects (field.md §3). Other nested apiVersion and kind pairs are no objects (§6). */
export const WRAPPERS: ReadonlySet<string> = new Set([
  'extraObjects',
  'extraManifests',
  'extraDeploy',
  'extraResources',
  'extraTemplates',
  'additionalObjects',
  'additionalManifests',
  'additionalResources',
  'rawResources',
  'rawManifests',
  'kubernetesObjects',
  'manifests',
  'objects',
  'resources',
])

const MAX_LEVELS = 5

/** ESO objects that `value` carries inside it: in Helm values, in Argo CD's Helm values, in Kyverno `generate` rules. */
export function embeddedObjects(value: ValueMap, document: YamlDocument, base: FieldPath): EmbeddedObject[] {
  const { apiVersion, kind } = value
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return inValues(value, document, base, 0)
  switch (groupOf(apiVersion)) {
    case 'helm.toolkit.fluxcd.io':
      return inValues(at(value, 'spec', 'values'), document, [...base, 'spec', 'values'], 0)
    case 'helm.cattle.io':
      return [
        ...inText(document, [...base, 'spec', 'valuesContent']),
        ...inValues(at(value, 'spec', 'values'), document, [...base, 'spec', 'values'], 0),
      ]
    case 'argoproj.io':
      return argoSources(value).flatMap((path) => [
        ...inValues(
          at(value, ...path, 'helm', 'valuesObject'),
          document,
          [...base, ...path, 'helm', 'valuesObject'],
          0,
        ),
        ...inText(document, [...base, ...path, 'helm', 'values']),
      ])
    case 'kustomize.config.k8s.io':
      return listAt(value, 'helmCharts').flatMap((chart, index) =>
        inValues(at(chart, 'valuesInline'), document, [...base, 'helmCharts', index, 'valuesInline'], 0),
      )
    case 'kyverno.io':
    case 'policies.kyverno.io':
      return generated(value, document, base)
    default:
      return []
  }
}

/** Where the sources of an Application, or of what an ApplicationSet makes, stand. */
export function argoSources(value: ValueMap): (string | number)[][] {
  const spec: (string | number)[] = value.kind === 'ApplicationSet' ? ['spec', 'template', 'spec'] : ['spec']
  return [[...spec, 'source'], ...listAt(value, ...spec, 'sources').map((_, index) => [...spec, 'sources', index])]
}

function inText(document: YamlDocument, path: FieldPath): EmbeddedObject[] {
  if (!document.rawOf(path)?.includes('external-secrets.io')) return []
  const inner = parseEmbeddedYaml(document, path)
  return (inner?.documents ?? []).flatMap((values) =>
    isMap(values.value) ? inValues(values.value, values, [], 0) : [],
  )
}

function inValues(value: Value | undefined, document: YamlDocument, path: FieldPath, level: number): EmbeddedObject[] {
  if (!isMap(value) || level > MAX_LEVELS) return []
  return Object.entries(value).flatMap(([key, below]) => {
    const here = [...path, key]
    if (!WRAPPERS.has(key)) return inValues(below, document, here, level + 1)
    if (Array.isArray(below))
      return below.flatMap((item, index) => wrapped(item, document, [...here, index], undefined))
    if (!isMap(below)) return typeof below === 'string' ? wrapped(below, document, here, undefined) : []
    const found = Object.entries(below).flatMap(([name, item]) => wrapped(item, document, [...here, name], name))
    return found.length > 0 ? found : inValues(below, document, here, level + 1)
  })
}

function wrapped(value: Value, document: YamlDocument, path: FieldPath, id: string | undefined): EmbeddedObject[] {
  if (typeof value === 'string') {
    if (!value.includes('external-secrets.io')) return []
    const inner = parseEmbeddedYaml(document, path)
    return (inner?.documents ?? []).flatMap((found) =>
      isMap(found.value) ? wrapped(found.value, found, [], undefined) : [],
    )
  }
  if (!isMap(value)) return []
  const { apiVersion, kind } = value
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !isEsoGroup(apiVersion)) return []
  // The bjw-s charts take the object's own fields one level down, and name it after the map's key.
  const content =
    id === undefined
      ? undefined
      : mapAt(value, 'spec', 'spec') !== undefined
        ? 'spec'
        : mapAt(value, 'manifest') !== undefined
          ? 'manifest'
          : undefined
  if (content !== undefined && id !== undefined) return [assembled(value, content, id, document, path)]
  return [
    {
      body: value,
      apiVersion,
      kind,
      name: stringAt(value, 'metadata', 'name') ?? id ?? '',
      namespace: stringAt(value, 'metadata', 'namespace'),
      span: document.spanOf(path),
      spanOf: (field, part) => document.spanOf([...path, ...field], part),
    },
  ]
}

/** An object whose head and content stand in two places of a wrapper. */
function assembled(
  value: ValueMap,
  content: string,
  id: string,
  document: YamlDocument,
  path: FieldPath,
): EmbeddedObject {
  const inner = mapAt(value, content) ?? {}
  const metadata = mapAt(inner, 'metadata') ?? {}
  const name = stringAt(metadata, 'name') ?? stringAt(value, 'nameOverride') ?? id
  const namespace = stringAt(metadata, 'namespace') ?? stringAt(value, 'namespace')
  const own = namespace === undefined ? { ...metadata, name } : { ...metadata, name, namespace }
  return {
    body: { ...inner, apiVersion: value.apiVersion ?? null, kind: value.kind ?? null, metadata: own },
    apiVersion: String(value.apiVersion),
    kind: String(value.kind),
    name,
    namespace,
    span: document.spanOf(path),
    spanOf(field, part) {
      const outside = document.has([...path, content, ...field]) ? [content, ...field] : field
      if (field[0] === 'metadata' && !document.has([...path, ...outside]))
        return document.spanOf([...path, ...field.slice(1)], part)
      return document.spanOf([...path, ...outside], part)
    },
  }
}

/** Kyverno: `generate` with `data` makes the object; `match`, `clone` and `mutate` only speak of objects (field.md §6). */
function generated(value: ValueMap, document: YamlDocument, base: FieldPath): EmbeddedObject[] {
  return listAt(value, 'spec', 'rules').flatMap((rule, index) => {
    const path = [...base, 'spec', 'rules', index, 'generate']
    const generate = mapAt(rule, 'generate')
    const { apiVersion, kind } = generate ?? {}
    if (generate === undefined || !isMap(generate.data)) return []
    if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !isEsoGroup(apiVersion)) return []
    return [assembled({ ...generate, nameOverride: generate.name ?? '' }, 'data', '', document, path)]
  })
}
