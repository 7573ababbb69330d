import type { AppliedBy } from '../../model/manifest.ts'
import { type Note, noteAt } from '../../model/note.ts'
import type { FieldPath, ValueMap } from '../../model/value.ts'
import { fill, type Parameters, parameterSets, unfilledPath } from '../argo/application-set.ts'
import { isObstacle } from '../look-through/obstacle.ts'
import { joinRelative } from '../look-through/repository-tree.ts'
import {
  at,
  entriesAt,
  itemsAt,
  type Placed,
  type PlacedMap,
  placed,
  placedAt,
  plainValue,
  spanIn,
  textAt,
  withEntry,
} from '../placed/placed.ts'
import { sourceFolder } from '../source-path.ts'
import type { FoundRoots } from './render-root.ts'
import { type GitOpsObject, gitOpsTitle, obstacleNote, type RenderRoot } from './render-root.ts'

/** What an Argo CD Application or ApplicationSet applies out of this repository: each source whose path exists here. */
export function argoRoots(object: GitOpsObject): FoundRoots {
  const { node, checkout } = object
  if (textAt(node, 'kind') === 'Application')
    return application(object, node, ['spec'], 'Application', gitOpsTitle(object))
  const template = at(node, 'spec', 'template')
  const generators = itemsAt(node, 'spec', 'generators').map(plainValue)
  const { sets, unknown } = parameterSets(generators, checkout.root)
  const all = sets.map((set) => {
    const filled = template === undefined ? node : filledIn(template, set)
    return application(object, filled, ['spec'], 'ApplicationSet', gitOpsTitle(object), unknown)
  })
  return {
    rendered: all.flatMap(({ rendered }) => rendered),
    notes: unique(all.flatMap((one) => one.notes)),
    refused: all.flatMap((one) => one.refused),
  }
}

function application(
  object: GitOpsObject,
  node: Placed,
  written: FieldPath,
  kind: AppliedBy['kind'],
  title: string,
  unknown: readonly string[] = [],
): FoundRoots {
  const { checkout } = object
  const rendered: RenderRoot[] = []
  const notes: Note[] = []
  const refused: string[] = []
  const destination = at(node, ...written, 'destination', 'namespace')
  const namespace = known(destination) ? destination : undefined
  const single = at(node, ...written, 'source')
  for (const source of [...(single === undefined ? [] : [single]), ...itemsAt(node, ...written, 'sources')]) {
    const path = textAt(source, 'path')
    // A chart, or another source's values.
    if (path === undefined || textAt(source, 'chart') !== undefined) continue
    if (path.includes('{{')) {
      if (kind === 'ApplicationSet') notes.push(noteAt(spanIn(source, ['path']), unfilledPath(title, path, unknown)))
      continue
    }
    const place = sourceFolder(checkout.root, object.file, path)
    if (place === undefined) continue
    const { folder } = place
    const appliedBy: AppliedBy = { kind, name: title, span: spanIn(source, ['path']) }
    const called = `${kind} ${title} (${path})`
    const extra = namespace === undefined ? {} : { namespace }
    const closure = checkout.closures.closureOf(folder)
    const absent = isObstacle(closure) && closure.kind === 'absent' && closure.file === folder
    if (absent && checkout.tree.entry(joinRelative(folder, 'Chart.yaml')) === 'file') {
      const why = { code: 'chart' } as const
      notes.push(noteAt(spanIn(source, ['path']), { code: 'root-not-rendered', titles: [called], why }))
    } else if (absent) {
      // Files that are applied as they are: plain reading knows them.
    } else if (isObstacle(closure)) {
      notes.push(obstacleNote(checkout, called, closure))
      refused.push(folder)
    } else {
      const base = placed(closure.kustomization.document)
      const merged = withOptions(base, at(source, 'kustomize'))
      const full =
        merged === base ? closure : checkout.closures.lookInto(closure.kustomization, plainValue(merged) as ValueMap)
      if (full.refusal !== undefined) {
        notes.push(obstacleNote(checkout, called, full.refusal, { file: full.kustomization.file, node: merged }))
        refused.push(folder)
      } else
        rendered.push({ checkout, appliedBy, folder, closure: full, node: merged, changed: merged !== base, ...extra })
    }
  }
  return { rendered, notes, refused }
}

/** `source.kustomize`: what Argo CD writes into the kustomization before it builds. */
function withOptions(kustomization: Placed, options: Placed | undefined): Placed {
  if (options === undefined) return kustomization
  let result = kustomization as PlacedMap
  for (const field of ['namespace', 'namePrefix', 'nameSuffix']) {
    const value = at(options, field)
    if (known(value)) result = withEntry(result, field, value as Placed)
  }
  for (const field of ['patches', 'components']) {
    const added = itemsAt(options, field)
    if (added.length === 0) continue
    const list: Placed = {
      type: 'list',
      place: (added[0] as Placed).place,
      items: [...itemsAt(result, field), ...added],
    }
    result = withEntry(result, field, list)
  }
  // Argo CD adds labels with `kustomize edit`; whether selectors get them too changes no ESO object.
  const labels = at(options, 'commonLabels')
  if (labels?.type === 'map') {
    const item = withEntry(placedAt(labels.place, {}) as PlacedMap, 'pairs', labels)
    const list: Placed = { type: 'list', place: labels.place, items: [...itemsAt(result, 'labels'), item] }
    result = withEntry(result, 'labels', list)
  }
  const annotations = at(options, 'commonAnnotations')
  if (annotations?.type === 'map') {
    const entries = new Map([...entriesAt(result, 'commonAnnotations'), ...annotations.entries])
    result = withEntry(result, 'commonAnnotations', { ...annotations, entries })
  }
  return result
}

function known(node: Placed | undefined): boolean {
  const text = textAt(node)
  return text !== undefined && text !== '' && !text.includes('{{')
}

function filledIn(node: Placed, parameters: Parameters): Placed {
  if (node.type === 'scalar')
    return typeof node.value === 'string' ? { ...node, value: fill(node.value, parameters) } : node
  if (node.type === 'list') return { ...node, items: node.items.map((item) => filledIn(item, parameters)) }
  const entries = [...node.entries].map(
    ([key, entry]) => [key, { ...entry, node: filledIn(entry.node, parameters) }] as const,
  )
  return { ...node, entries: new Map(entries) }
}

function unique(notes: readonly Note[]): Note[] {
  return [...new Map(notes.map((note) => [JSON.stringify(note), note])).values()]
}
