import { posix } from 'node:path'
import { globTest } from '../files/glob.ts'
import type { Root } from '../files/root.ts'
import { groupOf } from '../kinds.ts'
import type { Graph } from '../kustomize/graph.ts'
import { change, type Item, itemOf } from '../kustomize/item.ts'
import { readPatch } from '../kustomize/patch.ts'
import { readTarget } from '../kustomize/patch-target.ts'
import type { FieldPath, Value, ValueMap } from '../manifest.ts'
import type { SourceObject } from '../source-object.ts'
import { type FolderPlace, sourceFolder } from '../source-path.ts'
import { at, isMap, listAt, stringAt } from '../value.ts'
import { parseYaml } from '../yaml/parse-yaml.ts'

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

const MAX_GENERATED = 2000

/** Applications and ApplicationSets (list and Git directory generators) whose path exists here. */
export function argoBuilds(source: ArgoSource): ArgoBuild[] {
  return source.objects.flatMap((object) => {
    if (groupOf(object.apiVersion) !== 'argoproj.io') return []
    if (object.kind === 'Application')
      return application(source, object, 'Application', object.body, object.name, ['spec'])
    if (object.kind !== 'ApplicationSet') return []
    const path = ['spec', 'template', 'spec']
    return parameterSets(object, source.rootOf(object)).flatMap((parameters) => {
      const template = fill(at(object.body, 'spec', 'template'), parameters)
      const name = stringAt(template, 'metadata', 'name') ?? object.name
      return application(source, object, 'ApplicationSet', { spec: at(template, 'spec') ?? null }, name, path)
    })
  })
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
      ? change(source.graph.build(root, place.folder), kustomizeOptions(object, entry, path))
      : plainFolder(source, place, at(entry, 'directory', 'recurse') === true)
    return [{ object, kind, name, place, items, namespace: known(namespace) }]
  })
}

function known(namespace: string | undefined): string | undefined {
  return namespace === undefined || namespace === '' || namespace.includes('{{') ? undefined : namespace
}

function plainFolder(source: ArgoSource, { root, folder }: FolderPlace, recurse: boolean): Item[] {
  const prefix = folder === '' ? '' : `${folder}/`
  return [...root.files].flatMap((path) => {
    if (!path.startsWith(prefix) || !/\.(?:ya?ml|json)$/.test(path)) return []
    return recurse || !path.slice(prefix.length).includes('/') ? source.objectsOf(root, path).map(itemOf) : []
  })
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

type Parameters = Readonly<Record<string, string>>

/** One set of parameters for each Application that an ApplicationSet makes, as far as Git tells them. */
function parameterSets(object: SourceObject, root: Root): Parameters[] {
  const sets = listAt(object.body, 'spec', 'generators').flatMap((generator): Parameters[] => {
    const listed = listAt(generator, 'list', 'elements').map((element) => flatten(element, ''))
    return [...listed, ...directories(listAt(generator, 'git', 'directories'), root)]
  })
  // A template whose path has no parameters needs none.
  return sets.length === 0 ? [{}] : sets.slice(0, MAX_GENERATED)
}

function flatten(value: Value, prefix: string): Parameters {
  if (!isMap(value)) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]): [string, string][] =>
      isMap(item) ? Object.entries(flatten(item, `${prefix}${key}.`)) : [[prefix + key, String(item)]],
    ),
  )
}

function directories(entries: readonly Value[], root: Root): Parameters[] {
  const tests = entries.flatMap((entry) => {
    const path = stringAt(entry, 'path')
    if (path === undefined) return []
    try {
      // Argo CD's pattern is anchored and `*` stays within one level.
      const levels = path.split('/').length
      const test = globTest(path, 'git generator')
      return [
        {
          exclude: at(entry, 'exclude') === true,
          test: (folder: string) => folder.split('/').length >= levels && test(folder),
          levels,
        },
      ]
    } catch {
      return []
    }
  })
  const included = tests.filter(({ exclude }) => !exclude)
  return [...root.folders].flatMap((folder) => {
    if (folder === '' || tests.some(({ exclude, test }) => exclude && test(folder))) return []
    if (!included.some(({ test, levels }) => folder.split('/').length === levels && test(folder))) return []
    const segments = folder.split('/').map((segment, index): [string, string] => [`path[${index}]`, segment])
    const basename = posix.basename(folder)
    return [{ path: folder, 'path.path': folder, 'path.basename': basename, ...Object.fromEntries(segments) }]
  })
}

/** Fills `{{name}}` and `{{.name}}`; what is not known stays. */
function fill(value: Value | undefined, parameters: Parameters): Value {
  if (typeof value === 'string')
    return value.replace(/\{\{-?\s*\.?([\w.[\]-]+)\s*-?\}\}/g, (whole, name: string) => parameters[name] ?? whole)
  if (Array.isArray(value)) return value.map((item: Value) => fill(item, parameters))
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, parameters)]))
  return value ?? null
}
