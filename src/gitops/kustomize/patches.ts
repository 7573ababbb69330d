import { parseEmbeddedYaml, parseYaml } from '../../files/yaml/parse-yaml.ts'
import type { ParsedYaml } from '../../files/yaml/yaml-document.ts'
import type { FieldPath } from '../../model/value.ts'
import { isInline } from '../look-through/kustomization-entries.ts'
import {
  at,
  entriesAt,
  itemsAt,
  type Placed,
  type PlacedEntry,
  type PlacedMap,
  placed,
  placedAt,
  setAt,
  textAt,
  withEntry,
  withoutEntry,
} from '../placed/placed.ts'
import type { Build } from './build.ts'
import { jsonPatch } from './json-patch.ts'
import {
  changed,
  currentId,
  forgotten,
  type ReadObject,
  readObject,
  remembered,
  withNoteAnnotations,
} from './read-object.ts'
import { anyText, asText, flagAt, isEmpty, isNull, throughJson, yaml11 } from './scalar-text.ts'
import { patchTarget, sameId } from './selection.ts'
import { Stop } from './stop.ts'
import { strategicMerge } from './strategic-merge.ts'
import { oddYaml } from './yaml-oddities.ts'

/** `patchesStrategicMerge`: each document is a patch on the one object that it names. */
export function patchesStrategicMerge(build: Build, kustomization: Placed): void {
  const items = itemsAt(kustomization, 'patchesStrategicMerge')
  let count = 0
  items.forEach((item, index) => {
    const path = ['patchesStrategicMerge', index]
    entry(build, path, undefined, () => {
      const text = textAt(item) ?? ''
      const { documents } = isInline(text) ? inlineText(item) : fileText(build, text)
      count += documents.length
      for (const patch of strategicPatches(documents)) mergeById(build, path, patch, { metadataAsTexts: true })
    })
  })
  if (items.length > 0 && count === 0) build.reason(['patchesStrategicMerge'], 'build-fails', { fails: true })
}

/** `patches`, and a `PatchTransformer` of a file: strategic merge or JSON 6902. */
export function applyPatch(build: Build, path: FieldPath, item: Placed): void {
  const target = at(item, 'target')
  const selected = isNull(target) ? undefined : target
  entry(build, path, selected, () => {
    const inline = at(item, 'patch')
    const isText = inline !== undefined && (textAt(inline) ?? '').trim() !== ''
    const file = textAt(item, 'path') ?? ''
    if (isText === (file !== '')) throw new Stop('build-fails')
    const { documents, text } = isText ? inlineText(inline as Placed, true) : fileText(build, file)
    const operations = jsonOperations(documents, isText ? text.trim() : text)
    if (operations !== undefined) {
      if (selected === undefined) throw new Stop('build-fails')
      build.change(path, patchTarget(selected), (object) => withJsonPatch(remembered(object), operations))
      return
    }
    const patches = strategicPatches(documents)
    const options = {
      nameChanges: flagAt(item, 'options', 'allowNameChange'),
      kindChanges: flagAt(item, 'options', 'allowKindChange'),
    }
    // To note an option on the patch, kustomize writes its annotations anew.
    const asTexts = options.nameChanges || options.kindChanges ? ['annotations'] : []
    if (selected === undefined) for (const patch of patches) mergeById(build, path, withTexts(patch, asTexts), options)
    else if (patches.length > 1) throw new Stop('build-fails')
    else
      for (const patch of patches) {
        const own = withTexts(patch, ['labels', 'annotations'])
        build.change(path, patchTarget(selected), (object) => withMerged(object, own, options))
        build.demandUnique(path)
      }
  })
}

/** `patchesJson6902`, and a `PatchJson6902Transformer` of a file. */
export function applyJson6902(build: Build, path: FieldPath, item: Placed): void {
  const target = at(item, 'target')
  entry(build, path, target, () => {
    const file = textAt(item, 'path') ?? ''
    const inline = at(item, 'patch') ?? at(item, 'jsonOp')
    const isText = inline !== undefined && textAt(inline) !== ''
    if (isText === (file !== '') || target === undefined || (textAt(target, 'name') ?? '') === '')
      throw new Stop('build-fails')
    const { documents, text } = isText ? inlineText(inline as Placed) : fileText(build, file)
    const operations = jsonOperations(documents, text)
    if (operations === undefined || operations.length === 0) throw new Stop('build-fails')
    build.change(path, patchTarget(target), (object) => withJsonPatch(object, operations))
  })
}

/** Runs an entry; where it cannot be read, what it would select is undecided. */
function entry(build: Build, path: FieldPath, target: Placed | undefined, run: () => void): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    const found = build.reason(path, error.code, { fails: error.fails })
    if (error.fails) return
    let means: (object: ReadObject) => boolean = () => true
    try {
      if (target !== undefined) means = patchTarget(target)
    } catch {
      // A selector that cannot be read may mean any.
    }
    build.touch(found, means)
  }
}

interface PatchText {
  readonly documents: readonly Placed[]
  readonly text: string
}

/** `trimmed`: without white space around it, which may end a block of text early. */
function inlineText(node: Placed, trimmed = false): PatchText {
  const text = textAt(node) ?? ''
  if (trimmed && /^[ \t]/.test(text)) throw new Stop('yaml')
  const { document, path } = node.place
  // A text that something has changed since it was written is read by itself, and stands where it was written.
  const parsed =
    document.rawOf(path) === text
      ? (parseEmbeddedYaml(document, path, { trimEnd: trimmed }) as ParsedYaml)
      : parseYaml({ file: document.file, text: trimmed ? text.trim() : text }, { locate: () => document.spanOf(path) })
  return patchText(parsed, text)
}

function fileText(build: Build, target: string): PatchText {
  const { parsed, text } = build.context.files.parsed(build.file(target))
  return patchText(parsed, text)
}

function patchText(parsed: ParsedYaml, text: string): PatchText {
  if (parsed.notes.length > 0 || oddYaml(text)) throw new Stop('yaml')
  return { documents: parsed.documents.map((document) => placed(document)).filter((node) => !isEmpty(node)), text }
}

/** The operations of a JSON patch; `undefined`: it is a strategic merge patch. Further documents are ignored. */
function jsonOperations(documents: readonly Placed[], text: string): readonly Placed[] | undefined {
  const [first] = documents
  if (first?.type !== 'list') return undefined
  if (text.startsWith('[')) {
    try {
      JSON.parse(text)
    } catch {
      throw new Stop('build-fails')
    }
  }
  if (first.items.some((item) => item.type !== 'map')) throw new Stop('build-fails')
  return text.startsWith('[') ? first.items : first.items.map(yaml11)
}

function strategicPatches(documents: readonly Placed[]): readonly ReadObject[] {
  return documents.map((document) => {
    const patch = readObject(document, undefined)
    if (patch === undefined) throw new Stop('build-fails')
    if (anyText(document, 'kind').endsWith('List')) throw new Stop('patch-form')
    return patch
  })
}

interface MergeOptions {
  readonly nameChanges?: boolean
  readonly kindChanges?: boolean
  /** kustomize takes labels and annotations of the patch as texts: `null` becomes the text "null". */
  readonly metadataAsTexts?: boolean
}

function mergeById(build: Build, path: FieldPath, patch: ReadObject, options: MergeOptions): void {
  const means = sameId(currentId(patch))
  const found = build.objects.filter(means)
  const [target] = found
  if (target === undefined) {
    build.missing(path, 'patch-form')
    return
  }
  if (found.length > 1) throw new Stop('build-fails')
  const own = options.metadataAsTexts === true ? withTexts(patch, ['labels', 'annotations']) : patch
  build.change(
    path,
    (object) => object === target,
    (object) => withMerged(object, own, options),
  )
  if (options.metadataAsTexts === true) build.demandUnique(path)
}

function withTexts(patch: ReadObject, fields: readonly string[]): ReadObject {
  let metadata = at(patch.node, 'metadata') as PlacedMap
  for (const field of fields) {
    const entries = new Map<string, PlacedEntry>()
    for (const [name, { key, node }] of entriesAt(metadata, field))
      entries.set(name, { key, node: node.type === 'scalar' ? asText(node) : placedAt(node.place, '') })
    const map = at(metadata, field)
    metadata =
      map?.type !== 'map' || entries.size === 0
        ? withoutEntry(metadata, field)
        : withEntry(metadata, field, { ...map, entries })
  }
  return changed(patch, withEntry(patch.node, 'metadata', metadata))
}

function withMerged(object: ReadObject, patch: ReadObject, options: MergeOptions): ReadObject | undefined {
  const before = options.nameChanges === true || options.kindChanges === true ? remembered(object) : object
  // At the top of a patch kustomize loses what `replace` gives.
  if (textAt(patch.node, '$patch') === 'replace') return before
  const merged = strategicMerge(object.node, headOf(object, patch))
  if (merged === undefined) return undefined
  let node: Placed = merged
  const keep = (path: readonly string[]) => {
    const old = at(object.node, ...path)
    node = old === undefined || anyText(old) === '' ? without(node, path) : setAt(node, path, old)
  }
  if (options.kindChanges !== true) keep(['kind'])
  if (options.nameChanges !== true) keep(['metadata', 'name'])
  keep(['metadata', 'namespace'])
  const result = changed(before, node)
  return losesNotes(patch.node) ? forgotten(result) : result
}

/** The patch with the object's own apiVersion: a patch by target may say anything there. */
function headOf(object: ReadObject, patch: ReadObject): PlacedMap {
  const own = object.node.entries.get('apiVersion')
  return own === undefined ? withoutEntry(patch.node, 'apiVersion') : withEntry(patch.node, 'apiVersion', own.node)
}

function without(node: Placed, path: readonly string[]): Placed {
  const parent = at(node, ...path.slice(0, -1))
  return parent?.type === 'map' ? setAt(node, path.slice(0, -1), withoutEntry(parent, path.at(-1) as string)) : node
}

/** Whether the patch replaces the annotations, and with them what kustomize has noted on the object. */
function losesNotes(patch: PlacedMap): boolean {
  const metadata = at(patch, 'metadata')
  const annotations = at(metadata, 'annotations')
  const replaces = (node: Placed | undefined) => /^(?:replace|delete)$/.test(textAt(node, '$patch') ?? '')
  const isNulled = annotations !== undefined && isNull(annotations)
  return replaces(metadata) || replaces(annotations) || isNulled
}

function withJsonPatch(object: ReadObject, operations: readonly Placed[]): ReadObject {
  const node = throughJson(jsonPatch(throughJson(withNoteAnnotations(object)), operations))
  if (node.type !== 'map') throw new Stop('build-fails')
  return changed(object, withTextAnnotations(node))
}

/** kustomize writes the annotations anew after a JSON patch, and at the end: every value is a text, and none are no field. */
export function withTextAnnotations(node: PlacedMap): PlacedMap {
  const metadata = at(node, 'metadata')
  const annotations = at(metadata, 'annotations')
  if (metadata?.type !== 'map' || annotations === undefined) return node
  if (annotations.type !== 'map' || annotations.entries.size === 0)
    return withEntry(node, 'metadata', withoutEntry(metadata, 'annotations'))
  const entries = new Map<string, PlacedEntry>()
  let same = true
  for (const [name, entry] of annotations.entries) {
    const text = entry.node.type === 'scalar' ? asText(entry.node) : placedAt(entry.node.place, '')
    if (text !== entry.node) same = false
    entries.set(name, { key: entry.key, node: text })
  }
  return same ? node : (setAt(node, ['metadata', 'annotations'], { ...annotations, entries }) as PlacedMap)
}
