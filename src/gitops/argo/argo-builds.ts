import { posix } from 'node:path'
import type { Root } from '../../files/root.ts'
import { parseYaml } from '../../files/yaml/parse-yaml.ts'
import { groupOf } from '../../model/kinds.ts'
import { type Note, noteAt } from '../../model/note.ts'
import { at, type FieldPath, isMap, listAt, stringAt, stringsAt, type Value, type ValueMap } from '../../model/value.ts'
import type { Graph } from '../kustomize/graph.ts'
import { change, type Item, itemOf } from '../kustomize/item.ts'
import { readPatch } from '../kustomize/patch.ts'
import { readTarget } from '../kustomize/patch-target.ts'
import type { SourceObject } from '../objects/source-object.ts'
import { type FolderPlace, sourceFolder } from '../source-path.ts'
import { fill, type Parameters, parameterSets, unfilledPath } from './application-set.ts'
import { directoryFiles } from './directory-files.ts'

/** What one source of an Argo CD Application (or of an ApplicationSet's template) applies out of this repository. */
export interface ArgoBuild {
  readonly object: SourceObject
  readonly kind: 'Application' | 'ApplicationSet'
  readonly name: string
  readonly place: FolderPlace
  readonly items: readonly Item[]
  /** For objects that say no namespace themselves. */
  readonly namespace: string | undefined
}

export interface ArgoSource {
  readonly graph: Graph
  readonly objects: readonly SourceObject[]
  readonly rootOf: (object: SourceObject) => Root
  readonly objectsOf: (root: Root, path: string) => readonly SourceObject[]
}

/** Applications and ApplicationSets whose path exists here, and why others are not followed. */
export function argoBuilds(source: ArgoSource): {
  readonly builds: readonly ArgoBuild[]
  readonly notes: readonly Note[]
} {
  const notes = new Map<string, Note>()
  const builds = source.objects.flatMap((object) => {
    if (groupOf(object.apiVersion) !== 'argoproj.io') return []
    const title = object.namespace === undefined ? object.name : `${object.namespace}/${object.name}`
    if (object.kind === 'Application') return application(source, object, 'Application', object.body, title, ['spec'])
    if (object.kind !== 'ApplicationSet') return []
    const path = ['spec', 'template', 'spec']
    const { sets, unknown } = parameterSets(listAt(object.body, 'spec', 'generators'), source.rootOf(object))
    return sets.flatMap((parameters) => {
      const spec = filled(at(object.body, ...path), parameters)
      for (const { folder, field } of argoPaths(spec)) {
        if (!folder.includes('{{')) continue
        const note = noteAt(object.spanOf([...path, ...field]), unfilledPath(title, folder, unknown))
        notes.set(JSON.stringify(note), note)
      }
      return application(source, object, 'ApplicationSet', { spec }, title, path)
    })
  })
  return { builds, notes: [...notes.values()] }
}

function argoPaths(spec: Value): { readonly folder: string; readonly field: FieldPath }[] {
  const one = (entry: Value | undefined, field: FieldPath) => {
    const folder = stringAt(entry, 'path')
    return folder === undefined ? [] : [{ folder, field: [...field, 'path'] }]
  }
  return [
    ...one(at(spec, 'source'), ['source']),
    ...listAt(spec, 'sources').flatMap((entry, index) => one(entry, ['sources', index])),
  ]
}

function application(
  source: ArgoSource,
  object: SourceObject,
  kind: ArgoBuild['kind'],
  body: ValueMap,
  name: string,
  written: FieldPath,
): ArgoBuild[] {
  const namespace = stringAt(body, 'spec', 'destination', 'namespace')
  const sources: [Value | undefined, FieldPath][] = [
    [at(body, 'spec', 'source'), [...written, 'source']],
    ...listAt(body, 'spec', 'sources').map((entry, index): [Value, FieldPath] => [
      entry,
      [...written, 'sources', index],
    ]),
  ]
  return sources.flatMap(([entry, path]): ArgoBuild[] => {
    const folder = stringAt(entry, 'path')
    const place = folder === undefined ? undefined : sourceFolder(source.rootOf(object), object.source.relative, folder)
    if (place === undefined) return []
    const { root } = place
    if (root.files.has(posix.join(place.folder, 'Chart.yaml'))) return []
    const kustomized = source.graph.at(root, place.folder) !== undefined
    const items = kustomized
      ? change(withComponents(source, place, entry), kustomizeOptions(object, entry, path))
      : directoryFiles(root, place.folder, at(entry, 'directory')).flatMap((file) =>
          source.objectsOf(root, file).map(itemOf),
        )
    return [{ object, kind, name, place, items, namespace: known(namespace) }]
  })
}

function known(namespace: string | undefined): string | undefined {
  return namespace === undefined || namespace === '' || namespace.includes('{{') ? undefined : namespace
}

function withComponents({ graph }: ArgoSource, { root, folder }: FolderPlace, entry: Value | undefined) {
  let items = graph.build(root, folder)
  for (const component of stringsAt(entry, 'kustomize', 'components')) {
    const at = root.resolve(posix.join(folder, component))
    if (at !== undefined) items = graph.addComponent(root, at, items)
  }
  return items
}

function kustomizeOptions(object: SourceObject, entry: Value | undefined, path: FieldPath) {
  const namespace = stringAt(entry, 'kustomize', 'namespace')
  const namePrefix = stringAt(entry, 'kustomize', 'namePrefix')
  const nameSuffix = stringAt(entry, 'kustomize', 'nameSuffix')
  const patches = listAt(entry, 'kustomize', 'patches').flatMap((patch, index) => {
    const text = stringAt(patch, 'patch')
    if (text === undefined) return []
    const span = object.spanOf([...path, 'kustomize', 'patches', index])
    const { documents } = parseYaml({ file: span.file, text }, { locate: () => span })
    const target = isMap(at(patch, 'target')) ? readTarget(at(patch, 'target')) : undefined
    return documents.flatMap((document) => readPatch(document, target))
  })
  return {
    patches,
    ...(namespace === undefined ? {} : { namespace }),
    ...(namePrefix === undefined ? {} : { namePrefix }),
    ...(nameSuffix === undefined ? {} : { nameSuffix }),
  }
}

/** Fills the texts of a template; what is not known stays. */
function filled(value: Value | undefined, parameters: Parameters): Value {
  if (typeof value === 'string') return fill(value, parameters)
  if (Array.isArray(value)) return value.map((item: Value) => filled(item, parameters))
  if (isMap(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, parameters)]))
  return value ?? null
}
