import { parseEmbeddedYaml } from '../../files/yaml/parse-yaml.ts'
import { isClusterScoped } from '../../model/kinds.ts'
import type { FieldPath } from '../../model/value.ts'
import { isInline } from '../look-through/kustomization-entries.ts'
import { kustomizationFileIn } from '../look-through/kustomization-file.ts'
import { isRemoteAddress } from '../look-through/remote-address.ts'
import { joinRelative, type RepositoryTree } from '../look-through/repository-tree.ts'
import { at, entriesAt, itemsAt, type Placed, placed, setAt, textAt } from '../placed/placed.ts'
import { generate } from './generator.ts'
import { applyJsonPatch, isJsonPatch } from './json-patch.ts'
import type { ObjectFiles } from './object-files.ts'
import { changed, kindOf, type ReadObject, reworded } from './read-object.ts'
import type { Reading, Undecided, UndecidedCode } from './reading.ts'
import { applyReplacement } from './replacement.ts'
import { selects, selectsByHead } from './selection.ts'
import { applyStrategicMerge } from './strategic-merge.ts'

export interface ReadContext {
  readonly tree: RepositoryTree
  readonly files: ObjectFiles
  /** The kustomization of a folder, with places; `undefined` when it has none that can be read. */
  readonly kustomization: (folder: string) => Placed | undefined
  /** What folders gave before: bases are shared by many overlays. */
  readonly done: Map<string, Reading>
}

const NOTHING: Reading = { objects: [], undecided: [] }

/**
 * Reads what `kustomize build` of a folder gives, on values that know their places, and says what it cannot tell.
 */
export function readFolder(context: ReadContext, folder: string): Reading {
  const done = context.done.get(folder)
  if (done !== undefined) return done
  // Loops were refused before; this is for the folder that is being read.
  context.done.set(folder, NOTHING)
  const kustomization = context.kustomization(folder)
  const reading =
    kustomization === undefined
      ? { objects: [], undecided: [reason('absent', folder, [], true)] }
      : readKustomization(context, folder, kustomization)
  context.done.set(folder, reading)
  return reading
}

/** As `readFolder` for a kustomization that is in no file; a Component starts with the objects it is applied to. */
export function readKustomization(
  context: ReadContext,
  folder: string,
  kustomization: Placed,
  start: readonly ReadObject[] = [],
): Reading {
  const { tree, files } = context
  const undecided: Undecided[] = []
  const file = kustomizationFileIn(tree, folder) ?? joinRelative(folder, 'kustomization.yaml')
  const listed = (field: string) =>
    itemsAt(kustomization, field).flatMap((item, index) => {
      const target = item.type === 'scalar' && typeof item.value === 'string' ? item.value : ''
      const relative = joinRelative(folder, target)
      const entry = isRemoteAddress(target) ? 'remote' : tree.entry(relative)
      if (entry === 'file' || entry === 'directory') return [{ relative, entry }]
      undecided.push(reason(entry === 'remote' ? 'remote' : 'absent', file, [field, index], entry !== 'remote', true))
      return []
    })
  let objects: readonly ReadObject[] = [...start]
  for (const { relative, entry } of [...listed('resources'), ...listed('bases')]) {
    const found = entry === 'file' ? { objects: files.objects(relative), undecided: [] } : readFolder(context, relative)
    objects = [...objects, ...found.objects]
    undecided.push(...found.undecided)
  }
  for (const { relative } of listed('components')) {
    const component = context.kustomization(relative)
    if (component === undefined) continue
    const read = readKustomization(context, relative, component, objects)
    objects = read.objects
    undecided.push(...read.undecided)
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
  for (const [field] of entriesAt(kustomization)) {
    if (DECIDED.has(field)) continue
    const found = reason(
      CODES[field] ?? 'field',
      file,
      [field],
      false,
      CODES[field] === 'plugin' || CODES[field] === 'helm',
    )
    undecided.push(found)
    objects = objects.map((object) => ({ ...object, undecided: [...object.undecided, found] }))
  }
  return { objects, undecided }
}

/** Fields of which the reader knows what they do. */
const DECIDED = new Set([
  ...['apiVersion', 'kind', 'metadata', 'resources', 'bases', 'components', 'namespace', 'namePrefix', 'nameSuffix'],
  ...['images', 'replicas', 'buildMetadata', 'sortOptions', 'generatorOptions'],
])

const CODES: Readonly<Record<string, UndecidedCode>> = {
  patches: 'patch-form',
  patchesStrategicMerge: 'patch-form',
  patchesJson6902: 'patch-form',
  replacements: 'replacement-form',
  configMapGenerator: 'generator-form',
  secretGenerator: 'generator-form',
  generators: 'plugin',
  transformers: 'plugin',
  validators: 'plugin',
  helmCharts: 'helm',
  helmGlobals: 'helm',
  helmChartInflationGenerator: 'helm',
  vars: 'vars',
  configurations: 'configurations',
  crds: 'crds',
  openapi: 'openapi',
}

function reason(code: UndecidedCode, file: string, path: FieldPath, fails: boolean, adds = false): Undecided {
  return { code, file, path, fails, adds }
}

function applyPatch(objects: readonly ReadObject[], patch: Placed, target: Placed | undefined): readonly ReadObject[] {
  return objects.flatMap((object): readonly ReadObject[] => {
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

function mergesLists(object: ReadObject): boolean {
  const { apiVersion } = kindOf(object)
  return !apiVersion.includes('/') || /^(?:apps|batch|[a-z.]+\.k8s\.io)\//.test(apiVersion)
}

function withNamespace(objects: readonly ReadObject[], namespace: Placed | undefined): readonly ReadObject[] {
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

function withAffix(objects: readonly ReadObject[], prefix: string, suffix: string): readonly ReadObject[] {
  if (prefix === '' && suffix === '') return objects
  return objects.map((object) => {
    const { kind } = kindOf(object)
    const name = at(object.node, 'metadata', 'name')
    if (name?.type !== 'scalar' || /^(?:Namespace|CustomResourceDefinition|APIService)$/.test(kind)) return object
    return reworded(object, ['metadata', 'name'], name, `${prefix}${name.value}${suffix}`)
  })
}
