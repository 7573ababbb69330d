import { basename, posix } from 'node:path'
import { type DiscoverOptions, type Discovery, discover } from '../files/discover.ts'
import { isKustomizationName } from '../files/relevance.ts'
import type { Root } from '../files/root.ts'
import type { SourceFile } from '../files/source-file.ts'
import type { Comment, YamlDocument } from '../files/yaml/yaml-document.ts'
import type { AppliedBy, Manifest, Note } from '../model/manifest.ts'
import { argoBuilds } from './argo/argo-builds.ts'
import { fluxTitle } from './flux/flux-kustomization.ts'
import { type FluxBuild, fluxTree } from './flux/flux-tree.ts'
import { type Graph, kustomizationGraph } from './kustomize/graph.ts'
import { type Item, itemOf } from './kustomize/item.ts'
import { type KustomizationFile, looksLikeKustomization, readKustomization } from './kustomize/kustomization-file.ts'
import { type InstalledEso, installedEso } from './objects/installed-eso.ts'
import { isManifestKind } from './objects/manifest-kinds.ts'
import { type ObjectsElsewhere, type ParsedFiles, parseFiles } from './objects/parsed-files.ts'
import type { SourceObject } from './objects/source-object.ts'
import { type Application, embeddedItem, plainManifests } from './plain-manifests.ts'

export interface ReadRepositoryOptions extends DiscoverOptions {
  /** For `${NAME}` that Git cannot resolve. */
  readonly variables: Readonly<Record<string, string>>
  /** For tests. */
  readonly maxDocuments?: number
  readonly elsewhere?: ObjectsElsewhere
}

/** All that Git says, read without kustomize. */
export interface Repository {
  readonly manifests: readonly Manifest[]
  /** Every file that can matter, manifests or not, sorted by path. */
  readonly files: readonly SourceFile[]
  readonly roots: readonly Root[]
  readonly notes: readonly Note[]
  readonly counts: {
    /** Files that were looked at, and those that can matter. */
    readonly seen: number
    readonly files: number
    readonly documents: number
    readonly manifests: number
    readonly externalSecrets: number
    readonly pushSecrets: number
    readonly stores: number
  }
  readonly installedEso: readonly InstalledEso[]
  readonly kustomizations: Graph
  /** Every YAML document that was parsed, objects or not. */
  readonly documents: readonly { readonly source: SourceFile; readonly document: YamlDocument }[]
  /** The text of a line (1-based) of a file that was read, under its shown path. */
  sourceLine(file: string, line: number): string | undefined
  /** The YAML comments of a file, in order; empty for files that are not YAML. */
  comments(file: string): readonly Comment[]
}

/**
 * Reads files, folders or globs into Manifests: what kustomizations, Flux and Argo CD would apply as far as the text tells it, and
 * what nothing applies as it stands. Throws InvalidInput for paths that do not exist; everything else that is left out is a note.
 */
export async function readRepository(paths: readonly string[], options: ReadRepositoryOptions): Promise<Repository> {
  return readDiscovered(await discover(paths, options), options)
}

/** The same of files that were found and read already (those of an earlier commit). */
export function readDiscovered(
  discovery: Discovery,
  options: Pick<ReadRepositoryOptions, 'variables' | 'maxDocuments' | 'elsewhere'>,
): Repository {
  const { maxDocuments, elsewhere } = options
  const parsed = parseFiles(discovery.files, discovery.roots, { maxDocuments, elsewhere })
  const kustomizations = readKustomizations(parsed)
  const graph = kustomizationGraph(kustomizations, (root, path) => parsed.objectsAt(root, path))
  const { applications, notes } = applyAll(parsed, graph, options.variables)
  const manifests = plainManifests(applications)
  // As written: a base that twenty overlays use is one ExternalSecret to its reader.
  const count = (...kinds: string[]) =>
    new Set(manifests.filter(({ kind }) => kinds.includes(kind)).map(({ span }) => `${span.file}:${span.line}`)).size
  return {
    manifests,
    files: discovery.files,
    roots: discovery.roots,
    notes: [
      ...discovery.notes,
      ...parsed.notes,
      ...kustomizations.flatMap((one) => one.notes),
      ...graph.notes,
      ...notes,
    ],
    counts: {
      seen: discovery.counts.seen,
      files: discovery.counts.read,
      documents: parsed.documents.length,
      manifests: manifests.length,
      externalSecrets: count('ExternalSecret', 'ClusterExternalSecret'),
      pushSecrets: count('PushSecret', 'ClusterPushSecret'),
      stores: count('SecretStore', 'ClusterSecretStore'),
    },
    installedEso: installedEso(manifests, parsed.documents),
    kustomizations: graph,
    documents: parsed.documents,
    sourceLine: parsed.sourceLine,
    comments: parsed.comments,
  }
}

function readKustomizations(parsed: ParsedFiles): KustomizationFile[] {
  return parsed.documents.flatMap(({ source, document }) => {
    if (!isKustomizationName(basename(source.relative)) || !looksLikeKustomization(document.value)) return []
    const root = parsed.rootOf(source)
    const read = readKustomization(root, source, document, (at, path) => parsed.yamlAt(at, path))
    return read === undefined ? [] : [read]
  })
}

/** Everything that reaches the cluster, by what brings it there; then what nothing brings. */
function applyAll(parsed: ParsedFiles, graph: Graph, variables: Readonly<Record<string, string>>) {
  const rootOf = (object: SourceObject) => parsed.rootOf(object.source)
  const parts = partFiles(graph)
  const isPart = (object: SourceObject) => parts.get(rootOf(object))?.has(object.source.relative) === true
  const objects = parsed.objects.filter((object) => !isPart(object) && object.body.$patch === undefined)

  const tops = graph.kustomizations.filter((one) => !one.component && !graph.isIncluded(one))
  const topItems = new Map<SourceObject, Item>()
  for (const top of tops)
    for (const item of graph.build(top.root, top.folder))
      if (!topItems.has(item.object)) topItems.set(item.object, item)

  const flux = fluxTree({
    graph,
    objects,
    itemOf: (object) => topItems.get(object),
    rootOf,
    configMaps: configMapsByName(objects, graph),
    variables,
  })
  const argo = argoBuilds({ graph, objects, rootOf, objectsOf: (root, path) => parsed.objectsAt(root, path) })

  const lookup = (name: string) => (Object.hasOwn(variables, name) ? variables[name] : undefined)
  const nothing = {
    namespace: undefined,
    lookup,
    substitutes: false,
    asked: 'the variables input (no Flux Kustomization applies this)',
  }
  const applications: Application[] = []
  const byFlux = new Set<SourceObject>()
  const applied = new Set<SourceObject>()
  const visited = new Set<KustomizationFile>()
  const add = (items: readonly Item[], rest: Omit<Application, 'item'>) => {
    for (const item of items) {
      applied.add(item.object)
      applications.push({ item, ...rest })
    }
  }

  for (const build of flux.builds) {
    visit(graph, build.place.root, build.place.folder, visited)
    for (const { object } of build.items) byFlux.add(object)
    add(build.items, { appliedBy: fluxApplies(build), namespace: undefined, ...fluxSubstitution(build, lookup) })
  }
  for (const build of argo.builds) {
    visit(graph, build.place.root, build.place.folder, visited)
    const appliedBy = { kind: build.kind, name: build.name, span: build.object.span }
    add(build.items, { ...nothing, appliedBy, namespace: build.namespace })
  }
  for (const top of tops) {
    if (visited.has(top)) continue
    visit(graph, top.root, top.folder, visited)
    // Where Flux applies an object, an overlay that no Flux Kustomization names is not applied (a backup, an alternative).
    const items = graph.build(top.root, top.folder).filter(({ object }) => !byFlux.has(object))
    add(items, { ...nothing, appliedBy: { kind: 'kustomization', name: top.folder || '.', span: top.span } })
  }
  for (const component of graph.kustomizations) {
    if (!component.component || visited.has(component)) continue
    const items = graph.build(component.root, component.folder).filter(({ object }) => !applied.has(object))
    add(items, { ...nothing, appliedBy: undefined })
  }
  for (const object of objects)
    if (!applied.has(object) && !graph.gathered.has(object) && object.holder === undefined)
      add([itemOf(object)], { ...nothing, appliedBy: undefined })

  return { applications: wanted(applications, objects), notes: [...flux.notes, ...argo.notes] }
}

/** The applications of objects that become Manifests, and of the objects embedded in others. */
function wanted(applications: readonly Application[], objects: readonly SourceObject[]): Application[] {
  const embedded = new Map<SourceObject, SourceObject[]>()
  for (const object of objects)
    if (object.holder !== undefined) embedded.set(object.holder, [...(embedded.get(object.holder) ?? []), object])
  const result: Application[] = []
  for (const application of applications) {
    const { item } = application
    if (isManifestKind(item.object)) result.push(application)
    for (const inner of embedded.get(item.object) ?? [])
      result.push({ ...application, item: embeddedItem(inner, item) })
  }
  return result
}

function fluxApplies(build: FluxBuild): AppliedBy {
  return { kind: 'Kustomization (Flux)', name: fluxTitle(build.flux), span: build.flux.object.span }
}

function fluxSubstitution(build: FluxBuild, lookup: (name: string) => string | undefined) {
  const { asked } = build.postBuild
  return build.flux.postBuild === undefined
    ? { lookup, substitutes: false, asked }
    : { lookup: build.postBuild.lookup, substitutes: true, asked }
}

/** Files that kustomizations take as patches, generator sources or values, and none takes as a resource. */
function partFiles(graph: Graph): ReadonlyMap<Root, ReadonlySet<string>> {
  const parts = new Map<Root, Set<string>>()
  for (const { root, parts: files } of graph.kustomizations) {
    const set = parts.get(root) ?? new Set()
    for (const file of files) set.add(file)
    parts.set(root, set)
  }
  for (const { root, resources } of graph.kustomizations)
    for (const { path } of resources) parts.get(root)?.delete(path)
  return parts
}

function configMapsByName(
  objects: readonly SourceObject[],
  graph: Graph,
): ReadonlyMap<string, readonly SourceObject[]> {
  const found = new Map<string, SourceObject[]>()
  for (const object of [...objects, ...graph.kustomizations.flatMap(({ generated }) => generated)])
    if (object.kind === 'ConfigMap' && object.apiVersion === 'v1')
      found.set(object.name, [...(found.get(object.name) ?? []), object])
  return found
}

/** Marks the kustomizations that a build of `folder` goes through. */
function visit(graph: Graph, root: Root, folder: string, visited: Set<KustomizationFile>): void {
  const queue = [posix.normalize(folder || '.')]
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const here = path === '.' ? '' : path
    const kustomization = graph.at(root, here)
    if (kustomization === undefined) {
      if (here === folder)
        queue.push(
          ...graph.generatedEntries(root, here).flatMap((entry) => (graph.at(root, entry.path) ? [entry.path] : [])),
        )
      continue
    }
    if (visited.has(kustomization)) continue
    visited.add(kustomization)
    queue.push(
      ...kustomization.resources.map((entry) => entry.path),
      ...kustomization.components.map((entry) => entry.path),
    )
  }
}
