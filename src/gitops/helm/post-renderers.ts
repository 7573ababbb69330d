import type { PatchedField } from '../../model/manifest.ts'
import type { FieldPath } from '../../model/value.ts'
import type { Checkout } from '../checkout.ts'
import { readKustomization } from '../kustomize/read-kustomization.ts'
import { type ReadObject, readObject } from '../kustomize/read-object.ts'
import { undecidedFor } from '../kustomize/reading.ts'
import {
  at,
  entriesAt,
  itemsAt,
  type Placed,
  placedAt,
  plainValue,
  spanIn,
  textAt,
  visitParts,
} from '../placed/placed.ts'
import type { ChartObject } from './render-release.ts'

/** An object of a chart after what patches the whole output. */
export interface PostRendered extends ChartObject {
  /** What a patch may have changed, where that is not told. */
  readonly patched: readonly PatchedField[]
}

/**
 * What the `postRenderers[].kustomize` of a HelmRelease make of a chart's objects: each is a kustomization over the whole output, in order
 * (helm.md §2.1). The reader of kustomizations applies them; what it cannot tell of an object is left open.
 */
export function postRendered(
  checkout: Checkout,
  folder: string,
  renderers: readonly Placed[],
  objects: readonly ChartObject[],
): readonly PostRendered[] {
  let current = objects.map((object): PostRendered => ({ ...object, patched: [] }))
  for (const renderer of renderers) current = oneRenderer(checkout, folder, renderer, current)
  return current
}

function oneRenderer(
  { reading, deadline }: Checkout,
  folder: string,
  renderer: Placed,
  objects: readonly PostRendered[],
): PostRendered[] {
  const whole = [{ path: [], span: spanIn(renderer, []) }]
  if (deadline.over()) return objects.map((one) => ({ ...one, patched: [...one.patched, ...whole] }))
  const kustomization = asKustomization(renderer)
  const start = objects.flatMap(({ node }, index) => readObject(node, { file: folder, document: index }) ?? [])
  const read = readKustomization(reading, folder, kustomization, start, { isPart: true })
  const after = new Map(read.objects.map((one) => [one.source?.document, one]))
  const known = new Set(start.map(({ source }) => source?.document))
  return objects.flatMap((object, index): PostRendered[] => {
    const found = after.get(index)
    if (found === undefined) return known.has(index) ? [] : [{ ...object, patched: [...object.patched, ...whole] }]
    const patched = [
      ...object.patched,
      ...undecidedFor(read, found).flatMap(({ path, fields = [[]] }) =>
        fields.map(
          (field): PatchedField => ({ path: field, span: spanIn(at(kustomization, ...path) ?? renderer, []) }),
        ),
      ),
    ]
    if (found.node === object.node) return [{ ...object, patched }]
    // Whether hooks are patched depends on the Helm in Flux.
    if (isHook(object)) return [{ ...object, patched: [...patched, ...whole] }]
    return [{ ...object, node: found.node, uncertain: uncertainAfter(object, found), patched }]
  })
}

function isHook({ node }: ChartObject): boolean {
  return textAt(node, 'metadata', 'annotations', 'helm.sh/hook') !== undefined
}

/** Fields whose values were not known, where they stand now; what a patch took the place of is known. */
function uncertainAfter({ node, uncertain }: ChartObject, { node: now }: ReadObject): readonly PatchedField[] {
  if (uncertain.length === 0) return []
  const paths = new Map<Placed['place'], FieldPath>()
  visitParts(now, (part, path) => paths.set(part.place, path))
  return uncertain.flatMap((field) => {
    const before = at(node, ...field.path)
    if (before === undefined) return [field]
    const path = paths.get(before.place)
    return path === undefined ? [] : [{ ...field, path }]
  })
}

/** As kustomize has it: Flux writes older forms of patches as objects and lists, where kustomize has texts. */
function asKustomization(renderer: Placed): Placed {
  const list = (items: readonly Placed[]): Placed => ({ type: 'list', place: renderer.place, items })
  const text = (node: Placed): Placed =>
    node.type === 'scalar' ? node : placedAt(node.place, JSON.stringify(plainValue(node)))
  const item = (place: Placed['place'], fields: Readonly<Record<string, Placed | undefined>>): Placed => ({
    type: 'map',
    place,
    entries: new Map(
      Object.entries(fields).flatMap(([name, node]) => (node === undefined ? [] : [[name, { key: place, node }]])),
    ),
  })
  const patches = [
    ...itemsAt(renderer, 'patchesStrategicMerge').map((one) => item(one.place, { patch: text(one) })),
    ...itemsAt(renderer, 'patches'),
    ...itemsAt(renderer, 'patchesJson6902').map((one) => {
      const operations = at(one, 'patch')
      return item(one.place, { target: at(one, 'target'), patch: operations && text(operations) })
    }),
  ]
  const others = Object.fromEntries(
    entriesAt(renderer).flatMap(([name, { node }]) => (name.startsWith('patches') ? [] : [[name, node]])),
  )
  return item(renderer.place, { ...others, patches: list(patches) })
}
