import type { Root } from '../../files/root.ts'
import { isFluxKustomization } from '../../model/kinds.ts'
import { type Note, noteAt } from '../../model/note.ts'
import { type FieldPath, isMap, stringAt, type Value, type ValueMap } from '../../model/value.ts'
import type { Graph } from '../kustomize/graph.ts'
import { change, type Item, itemOf, patchedBody } from '../kustomize/item.ts'
import type { SourceObject } from '../objects/source-object.ts'
import { type FolderPlace, sourceFolder } from '../source-path.ts'
import { artifactSource, type FluxKustomization, fluxTitle, readFluxKustomization } from './flux-kustomization.ts'
import { type PostBuild, postBuild } from './post-build.ts'
import { substituteValue } from './substitute-value.ts'

/** What one Flux Kustomization applies. */
export interface FluxBuild {
  readonly flux: FluxKustomization
  readonly place: FolderPlace
  readonly items: readonly Item[]
  readonly postBuild: PostBuild
}

const MAX_BUILDS = 20_000

export interface FluxSource {
  readonly graph: Graph
  readonly objects: readonly SourceObject[]
  /** How a Flux Kustomization that no other one applies reaches the cluster: through which kustomization. */
  readonly itemOf: (object: SourceObject) => Item | undefined
  readonly rootOf: (object: SourceObject) => Root
  readonly configMaps: ReadonlyMap<string, readonly SourceObject[]>
  readonly variables: Readonly<Record<string, string>>
}

/**
 * Builds every Flux Kustomization, from those that nothing applies down: a parent's patches, namespace and variables reach the
 * Kustomizations that it applies (the usual home-ops layout), and through them what these apply.
 */
export function fluxTree(source: FluxSource): {
  readonly builds: readonly FluxBuild[]
  readonly notes: readonly Note[]
} {
  const { graph } = source
  const all = source.objects.filter((object) => isFluxKustomization(object.apiVersion, object.kind))
  const builds: FluxBuild[] = []
  const notes: Note[] = []
  const done = new Set<string>()
  const ids = new Map(all.map((object, index) => [object, index]))
  const reached = new Set<SourceObject>()

  // A path that exists here decides whose it is; the root always exists, so there the source must be one that others share.
  const own = new Set<string>()
  for (const object of all) {
    const path = stringAt(object.body, 'spec', 'path')
    if (path === undefined || isTop(path)) continue
    if (sourceFolder(source.rootOf(object), object.source.relative, path) !== undefined)
      own.add(sourceName(object.body))
  }
  const placeOf = (object: SourceObject, path: string) =>
    isTop(path) && own.size > 0 && !own.has(sourceName(object.body))
      ? undefined
      : sourceFolder(source.rootOf(object), object.source.relative, path)

  const children = (object: SourceObject): SourceObject[] => {
    if (artifactSource(object.body) !== undefined) return []
    const path = readFluxKustomization(object, object.name, object.namespace, object.body).path
    const place = placeOf(object, path)
    if (place === undefined) return []
    return graph.buildPath(place.root, place.folder).flatMap(({ object: below }) => (ids.has(below) ? [below] : []))
  }
  const applied = new Set(all.flatMap((object) => children(object).filter((child) => child !== object)))

  const process = (object: SourceObject, item: Item, body: Value, above: readonly SourceObject[]): void => {
    const flux = readFluxKustomization(object, item.name, item.namespace, body)
    const key = JSON.stringify([ids.get(object), item.name, item.namespace, (body as ValueMap).spec ?? null])
    if (done.has(key) || done.size >= MAX_BUILDS) return
    done.add(key)
    reached.add(object)
    const at = (path: FieldPath) => ({ file: object.source.file, line: object.spanOf(path).line })
    const artifact = artifactSource(body)
    if (artifact !== undefined) {
      const titles = [`Flux Kustomization ${fluxTitle(flux)}`]
      notes.push(noteAt(at(['spec', 'sourceRef']), { code: 'root-not-rendered', titles, why: artifact }))
      return
    }
    const place = placeOf(object, flux.path)
    if (place === undefined) {
      notes.push(noteAt(at(['spec', 'path']), { code: 'path-absent', title: `Flux Kustomization ${fluxTitle(flux)}` }))
      return
    }
    let items = graph.buildPath(place.root, place.folder)
    for (const component of flux.components) {
      const folder = place.root.resolve(`${place.folder}/${component}`)
      if (folder !== undefined) items = graph.addComponent(place.root, folder, items)
    }
    items = change(items, flux.changes)
    const substitution = postBuild(flux, source.configMaps, source.variables)
    builds.push({ flux, place, items, postBuild: substitution })
    for (const child of items) {
      if (!ids.has(child.object) || child.object === object || above.includes(child.object)) continue
      const patched = patchedBody(child) ?? child.object.body
      const lookup = flux.postBuild === undefined ? () => undefined : substitution.lookup
      const { value } = flux.postBuild === undefined ? { value: patched } : substituteValue(patched, lookup)
      if (isMap(value)) process(child.object, child, value, [...above, object])
    }
  }

  const start = (object: SourceObject) => {
    const item = source.itemOf(object) ?? itemOf(object)
    process(object, item, patchedBody(item) ?? object.body, [])
  }
  for (const object of all) if (!applied.has(object)) start(object)
  // Kustomizations that apply each other in a circle.
  for (const object of all) if (!reached.has(object)) start(object)
  return { builds, notes }
}

function isTop(path: string): boolean {
  return /^(?:\.?\/)*\.?$/.test(path)
}

function sourceName(body: ValueMap): string {
  const part = (name: string) => stringAt(body, 'spec', 'sourceRef', name) ?? ''
  return `${part('kind')}/${part('name')}`
}
