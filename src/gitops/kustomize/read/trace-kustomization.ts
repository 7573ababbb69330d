import { parseEmbeddedYaml } from '../../../files/yaml/parse-yaml.ts'
import { isClusterScoped } from '../../../model/kinds.ts'
import { isInline } from '../../look-through/kustomization-entries.ts'
import { joinRelative, type RepositoryTree } from '../../look-through/repository-tree.ts'
import { at, itemsAt, type Placed, placed, setAt, textAt } from '../../placed/placed.ts'
import { generate } from './generator.ts'
import { applyJsonPatch, isJsonPatch } from './json-patch.ts'
import type { ObjectFiles } from './object-files.ts'
import { applyReplacement } from './replacement.ts'
import { selects, selectsByHead } from './selection.ts'
import { applyStrategicMerge } from './strategic-merge.ts'
import { changed, kindOf, reworded, type TracedObject } from './traced-object.ts'

export interface TraceContext {
  readonly tree: RepositoryTree
  readonly files: ObjectFiles
  /** The kustomization of a folder, with places; `undefined` when it has none that can be read. */
  readonly kustomization: (folder: string) => Placed | undefined
  /** What folders gave before: bases are shared by many overlays. */
  readonly done: Map<string, readonly TracedObject[]>
}

/**
 * Repeats what kustomize does to objects, in kustomize's order, on values that know their places. Its values are never used: they
 * are compared with what kustomize gave, and where both agree the place is certain. What is not repeated here (labels, images,
 * plugins) therefore costs a place at most.
 */
export function traceFolder(context: TraceContext, folder: string): readonly TracedObject[] {
  const done = context.done.get(folder)
  if (done !== undefined) return done
  // Loops were refused before; this is for the folder that is being read.
  context.done.set(folder, [])
  const kustomization = context.kustomization(folder)
  const objects = kustomization === undefined ? [] : traceKustomization(context, folder, kustomization, [])
  context.done.set(folder, objects)
  return objects
}

/** As `traceFolder` for a kustomization that is in no file; a Component starts with the objects it is applied to. */
export function traceKustomization(
  context: TraceContext,
  folder: string,
  kustomization: Placed,
  start: readonly TracedObject[],
): readonly TracedObject[] {
  const { tree, files } = context
  const listed = (field: string) =>
    itemsAt(kustomization, field).flatMap((item) =>
      item.type === 'scalar' && typeof item.value === 'string' ? [joinRelative(folder, item.value)] : [],
    )
  let objects: readonly TracedObject[] = [...start]
  for (const relative of [...listed('resources'), ...listed('bases')]) {
    const entry = tree.entry(relative)
    if (entry === 'file') objects = [...objects, ...files.objects(relative)]
    else if (entry === 'directory') objects = [...objects, ...traceFolder(context, relative)]
  }
  for (const relative of listed('components')) {
    const component = context.kustomization(relative)
    if (component !== undefined) objects = traceKustomization(context, relative, component, objects)
  }
  objects = generate(objects, kustomization, folder, tree, files)

  const patchFile = (target: string) =>
    files.documents(joinRelative(folder, target)).map((document) => placed(document))
  const inline = (text: Placed | undefined) =>
    text === undefined
      ? []
      : (parseEmbeddedYaml(text.place.document, text.place.path)?.documents ?? []).map((document) => placed(document))
  const patchTexts = (item: Placed): Placed[] => {
    if (item.type === 'scalar')
      return typeof item.value !== 'string' ? [] : isInline(item.value) ? inline(item) : patchFile(item.value)
    const path = textAt(item, 'path')
    return path === undefined ? inline(at(item, 'patch') ?? at(item, 'jsonOp')) : patchFile(path)
  }
  const patch = (field: string) => {
    for (const item of itemsAt(kustomization, field))
      for (const text of patchTexts(item)) objects = applyPatch(objects, text, at(item, 'target'))
  }

  patch('patchesStrategicMerge')
  patch('patches')
  objects = withNamespace(objects, at(kustomization, 'namespace'))
  objects = withAffix(objects, textAt(kustomization, 'namePrefix') ?? '', textAt(kustomization, 'nameSuffix') ?? '')
  patch('patchesJson6902')
  for (const item of itemsAt(kustomization, 'replacements')) {
    const path = textAt(item, 'path')
    const replacements =
      path === undefined ? [item] : patchFile(path).flatMap((root) => (root.type === 'list' ? root.items : [root]))
    for (const replacement of replacements) objects = applyReplacement(objects, replacement)
  }
  for (const item of itemsAt(kustomization, 'transformers')) {
    if (item.type !== 'scalar' || typeof item.value !== 'string') continue
    for (const transformer of isInline(item.value) ? inline(item) : patchFile(item.value))
      if (/^Patch(?:Json6902)?Transformer$/.test(textAt(transformer, 'kind') ?? ''))
        for (const text of patchTexts(transformer)) objects = applyPatch(objects, text, at(transformer, 'target'))
  }
  return objects
}

function applyPatch(
  objects: readonly TracedObject[],
  patch: Placed,
  target: Placed | undefined,
): readonly TracedObject[] {
  return objects.flatMap((object): readonly TracedObject[] => {
    if (target === undefined ? !selectsByHead(patch, object) : !selects(target, object)) return [object]
    if (isJsonPatch(patch)) return [changed(object, applyJsonPatch(object.node, patch))]
    const merged = applyStrategicMerge(object.node, withoutHead(patch), mergesLists(object))
    return merged === undefined ? [] : [changed(object, merged)]
  })
}

/** apiVersion, kind and name of a strategic merge patch say what it is for; the object keeps its own. */
function withoutHead(patch: Placed): Placed {
  if (patch.type !== 'map') return patch
  const entries = new Map(patch.entries)
  entries.delete('apiVersion')
  entries.delete('kind')
  const metadata = entries.get('metadata')
  if (metadata?.node.type === 'map') {
    const below = new Map(metadata.node.entries)
    below.delete('name')
    below.delete('namespace')
    entries.set('metadata', { ...metadata, node: { ...metadata.node, entries: below } })
  }
  return { ...patch, entries }
}

function mergesLists(object: TracedObject): boolean {
  const { apiVersion } = kindOf(object)
  return !apiVersion.includes('/') || /^(?:apps|batch|[a-z.]+\.k8s\.io)\//.test(apiVersion)
}

function withNamespace(objects: readonly TracedObject[], namespace: Placed | undefined): readonly TracedObject[] {
  if (namespace?.type !== 'scalar' || typeof namespace.value !== 'string' || namespace.value === '') return objects
  const text = namespace.value
  return objects.map((object) => {
    const { kind } = kindOf(object)
    const name = at(object.node, 'metadata', 'name')
    // kustomize's own field list: the name of a Namespace changes with it.
    if (kind === 'Namespace' && name !== undefined) return reworded(object, ['metadata', 'name'], name, text)
    return isClusterScoped(kind) ? object : changed(object, setAt(object.node, ['metadata', 'namespace'], namespace))
  })
}

function withAffix(objects: readonly TracedObject[], prefix: string, suffix: string): readonly TracedObject[] {
  if (prefix === '' && suffix === '') return objects
  return objects.map((object) => {
    const { kind } = kindOf(object)
    const name = at(object.node, 'metadata', 'name')
    if (name?.type !== 'scalar' || /^(?:Namespace|CustomResourceDefinition|APIService)$/.test(kind)) return object
    return reworded(object, ['metadata', 'name'], name, `${prefix}${name.value}${suffix}`)
  })
}
