import { ancestors } from '../../files/ancestors.ts'
import type { AppliedBy } from '../../model/applied.ts'
import type { RenderReason } from '../../model/reason.ts'
import type { ValueMap } from '../../model/value.ts'
import type { Chart } from '../applied/charts.ts'
import { argoSources, type Sources, sourcesOfSpec } from '../applied/sources.ts'
import type { GivenValues } from '../applied/values-users.ts'
import type { ChartRelease, ValueLayer } from '../helm/chart-release.ts'
import type { Closure } from '../look-through/closure.ts'
import { isObstacle, type Obstacle } from '../look-through/obstacle.ts'
import type { NotFollowed } from '../not-followed.ts'
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
import { type GitOpsObject, type GitOpsRoot, gitOpsTitle, type RootContext } from '../root.ts'
import { sourceFolder } from '../source-path.ts'
import {
  type ApplicationSets,
  fittingFolders,
  type GeneratedApplications,
  isOpen,
  MAX_SETS,
} from './application-set.ts'
import { argoRelease, argoValues } from './argo-release.ts'
import type { DeclaredCluster } from './cluster-secrets.ts'
import { destinationOf } from './destination.ts'
import { directoryFiles } from './directory-files.ts'
import { UNFILLED } from './fill-text.ts'
import { flattened, NO_PARAMETERS, type ParameterSet } from './parameters.ts'
import { sourceType, withSourceFiles } from './source-type.ts'
import { argoValueFiles } from './value-files.ts'

export interface FoundArgoRoots {
  readonly roots: readonly GitOpsRoot[]
  readonly notFollowed: readonly NotFollowed[]
  /** Folders of charts that are reached. */
  readonly charts: readonly string[]
  /** Files of this repository whose values are given to charts, the charts' own first. */
  readonly valueFiles: readonly string[]
  /** Charts that are not rendered here, and why. */
  readonly unrendered: readonly UnrenderedChart[]
  /** Values that its sources give to charts, wherever these are, where not all of them stand in the object as it is written. */
  readonly given: readonly GivenValues[]
}

export interface UnrenderedChart {
  readonly folder: string
  readonly why: RenderReason
}

export interface ArgoOptions {
  readonly sources: Sources
  readonly sets: ApplicationSets
  readonly charts: ReadonlyMap<string, Chart>
  /** Whether a chart that brings nothing else is rendered for its workloads. */
  readonly namesMadeSecrets: (release: ChartRelease) => boolean
  readonly context: RootContext
  /** Clusters that Secrets of this repository register with the Argo CD that the object is for. */
  readonly clusters?: readonly DeclaredCluster[]
}

/** What an Argo CD Application or ApplicationSet applies out of this repository: each source whose path exists here. */
export function argoRoots(object: GitOpsObject, options: ArgoOptions): FoundArgoRoots {
  const { node } = object
  const title = gitOpsTitle(object)
  if (textAt(node, 'kind') === 'Application')
    return application({ ...options, object, node, kind: 'Application', title, set: NO_PARAMETERS, generators: [] })
  const { sources, sets, clusters = [] } = options
  const isThis = (address: string | undefined) => sources.ofAddress(address).is === 'this'
  const generated = sets(node, { isThis, clusters })
  const all = generated.applications.map((one) =>
    application({
      ...options,
      object,
      node: one.node,
      kind: 'ApplicationSet',
      title,
      set: one.set,
      generators: generated.unknown,
    }),
  )
  const roots = all.flatMap((one) => one.roots)
  const notFollowed = unique(all.flatMap((one) => one.notFollowed))
  // A set that takes nothing from here leads to nothing here, whatever its generators say.
  const takesFromHere = argoSources(node).some((source) => isPath(source) && isThis(textAt(source, 'repoURL')))
  const stop = (why: RenderReason, path: string[] = ['spec', 'generators']) =>
    notFollowed.push({ title: `ApplicationSet ${title}`, span: spanIn(node, path), unresolved: true, why })
  if (takesFromHere) {
    // Clusters are told by their paths; what no path of is here can be told by nobody (applied.md §2.2).
    const asking = generated.unknown.filter((name) => name !== 'clusters')
    if (generated.fails !== undefined) stop({ code: 'argocd-refuses', says: generated.fails }, ['spec'])
    if (asking.length > 0) stop({ code: 'generator-unknown', generators: asking })
    if (generated.more) stop({ code: 'generators-too-large', sets: MAX_SETS })
    if (generated.tookDeclared && reachesMore(object, sets(node, { isThis }), roots))
      stop({ code: 'generator-unknown', generators: ['clusters'] })
    if (generated.unpatched) stop({ code: 'patch-unfilled' }, ['spec', 'templatePatch'])
  }
  const absent = all.flatMap((one) => one.absent)
  if (absent.length > 0 && roots.length === 0 && all.every((one) => one.absent.length > 0))
    stop({ code: 'path-absent', path: absent[0] as string }, ['spec', 'template', 'spec'])
  return {
    roots,
    notFollowed,
    charts: all.flatMap((one) => one.charts),
    valueFiles: [...new Set(all.flatMap((one) => one.valueFiles))],
    unrendered: all.flatMap((one) => one.unrendered),
    given: all.flatMap((one) => one.given),
  }
}

/** Whether a cluster that Git does not declare would bring objects of ESO's that the declared ones do not bring. */
function reachesMore(
  { checkout }: GitOpsObject,
  { applications }: GeneratedApplications,
  roots: readonly GitOpsRoot[],
): boolean {
  const reached = new Set(roots.map(({ folder }) => folder))
  const paths = applications.flatMap(({ node }) =>
    sourcesOfSpec(at(node, 'spec')).flatMap((one) => textAt(one, 'path') ?? []),
  )
  const others = new Set(
    [...new Set(paths)]
      .filter((path) => path.includes(UNFILLED))
      .flatMap((path) => fittingFolders(checkout.root, path))
      .filter((folder) => !reached.has(folder)),
  )
  if (others.size === 0) return false
  return [...checkout.sources.keys()].some(
    (file) => ancestors(file).some((folder) => others.has(folder)) && checkout.mentions(file, /external-secrets\.io/),
  )
}

interface ApplicationInput extends ArgoOptions {
  readonly object: GitOpsObject
  readonly node: Placed
  readonly kind: 'Application' | 'ApplicationSet'
  readonly title: string
  /** What its ApplicationSet made it with. */
  readonly set: ParameterSet
  /** Generators of an ApplicationSet that ask what is not in Git. */
  readonly generators: readonly string[]
}

interface FoundApplication extends FoundArgoRoots {
  /** Paths that do not exist: usual for a set over many clusters. */
  readonly absent: readonly string[]
}

function application(input: ApplicationInput): FoundApplication {
  const { object, node, kind, title, sources, charts, context, set, generators } = input
  const { checkout } = object
  const roots: GitOpsRoot[] = []
  const notFollowed: NotFollowed[] = []
  const absent: string[] = []
  const reached: string[] = []
  const unrendered: UnrenderedChart[] = []
  const given: GivenValues[] = []
  const destination = at(node, 'spec', 'destination', 'namespace')
  const namespace = isFilled(destination) ? destination : undefined
  const named = `${kind} ${title}`
  const stop = (why: RenderReason, span: NotFollowed['span'], unresolved = true, path?: string) =>
    notFollowed.push({ title: path === undefined ? named : `${named} (${path})`, span, unresolved, why })
  const isUnfilled = (text: string) => (kind === 'Application' ? isOpen(text) : text.includes(UNFILLED))
  const all = sourcesOfSpec(at(node, 'spec'))
  const give = (index: number, layers: readonly ValueLayer[], folder: string): void => {
    // What stands in the object alone is told by the object itself.
    const isWritten =
      kind === 'Application' && layers.every(({ from }) => from === 'map' || from === 'text' || from === 'missing')
    if (layers.length === 0 || isWritten) return
    const cluster = destinationOf(at(node, 'spec', 'destination'), {
      own: context.cluster,
      folder,
      parameters: flattened(set.values),
      set: title,
    })
    const certainty = set.sure ? context.certainty : 'presumed'
    given.push({ deployer: node, ...(all.length > 1 ? { index } : {}), layers, cluster, certainty })
  }
  for (const [index, source] of all.entries()) {
    const path = textAt(source, 'path')
    const giveElsewhere = () => {
      if (at(source, 'helm') === undefined) return
      give(index, argoValues({ checkout, sources, application: node, source, folder: undefined }).layers, '')
    }
    if (path === undefined || !isPath(source)) {
      giveElsewhere()
      continue
    }
    const verdict = sources.ofAddress(textAt(source, 'repoURL'))
    if (verdict.is !== 'this') {
      giveElsewhere()
      if (verdict.is === 'foreign')
        stop({ code: 'foreign-source', address: verdict.address }, spanIn(source, ['repoURL']), false)
      continue
    }
    const span = spanIn(source, ['path'])
    const isWide = isUnfilled(path)
    const folders = isWide ? fittingFolders(checkout.root, path) : [path]
    if (folders.length === 0)
      stop({ code: 'path-unfilled', path: written(at(source, 'path')) ?? path, generators }, span)
    for (const wanted of folders) {
      const place = sourceFolder(checkout, object.file, wanted)
      if (place === undefined) {
        if (kind === 'Application') stop({ code: 'path-absent', path: wanted }, span)
        absent.push(wanted)
        continue
      }
      const { folder } = place
      const appliedBy: AppliedBy = {
        kind,
        name: title,
        span,
        ...(prunes(node) ? {} : { keeps: true as const }),
        ...(context.by === undefined ? {} : { by: context.by }),
      }
      const cluster = destinationOf(at(node, 'spec', 'destination'), {
        own: context.cluster,
        folder,
        parameters: flattened(set.values),
        set: title,
      })
      const common = {
        checkout,
        appliedBy,
        folder,
        cluster,
        certainty: isWide || !set.sure || verdict.presumed === true ? ('presumed' as const) : context.certainty,
        ...(context.suspendedBy === undefined ? {} : { suspendedBy: context.suspendedBy }),
        ...(namespace === undefined ? {} : { namespace }),
        ...(place.nested === true ? { nested: true as const } : {}),
        ...(all.length > 1
          ? { part: { of: `${title} ${JSON.stringify(set.values)} ${cluster?.id ?? ''}`, index } }
          : {}),
      }
      const merged = withSourceFiles(source, folder, textAt(node, 'metadata', 'name') ?? '', checkout)
      const closure = checkout.closures.closureOf(folder)
      const hasKustomization = !(isObstacle(closure) && closure.kind === 'absent' && closure.file === folder)
      const type = sourceType(merged, folder, hasKustomization, checkout)
      if (type.is === 'invalid') stop({ code: 'argocd-refuses', says: type.says }, span, true, wanted)
      else if (type.is === 'plugin') stop({ code: 'plugin-source' }, span, true, wanted)
      else if (type.is === 'kustomize') roots.push({ ...common, build: kustomized(input, merged, closure) })
      else if (type.is === 'directory') roots.push({ ...common, build: plainFiles(merged, folder, checkout) })
      else if (!charts.has(folder)) stop({ code: 'chart-absent', folder: wanted }, span, true, wanted)
      else {
        reached.push(folder)
        const found = argoRelease({ checkout, sources, application: node, source: merged, folder })
        // Helm needs every file that is named, whatever the chart holds.
        if ('absent' in found) {
          const why = { code: 'values-file-absent', file: found.absent } as const
          unrendered.push({ folder, why })
          stop(why, found.span, true, wanted)
          continue
        }
        give(index, found.release.layers, folder)
        // What brings nothing that is looked at is not rendered.
        if (charts.get(folder)?.brings === true)
          roots.push({ ...common, build: { by: 'helm', release: found.release } })
        else if (input.namesMadeSecrets(found.release))
          roots.push({ ...common, build: { by: 'helm', release: found.release, forUsers: true } })
      }
    }
  }
  return {
    roots,
    notFollowed,
    absent,
    charts: reached,
    valueFiles: argoValueFiles(node, object, sources),
    unrendered,
    given,
  }
}

/** The files of a folder that is neither a chart nor a kustomization. */
function plainFiles(source: Placed, folder: string, { root }: GitOpsObject['checkout']): GitOpsRoot['build'] {
  const directory = at(source, 'directory')
  const options = directory === undefined ? undefined : plainValue(directory)
  const recurse = at(directory, 'recurse')
  const takesAll = recurse?.type === 'scalar' && recurse.value === true && textAt(directory, 'include') === undefined
  return { by: 'files', files: directoryFiles(root, folder, options), takesAll }
}

function kustomized(
  { object: { checkout } }: ApplicationInput,
  source: Placed,
  closure: Closure | Obstacle,
): GitOpsRoot['build'] {
  if (isObstacle(closure)) return { by: 'nobody', obstacle: closure, span: checkout.spanOfObstacle(closure) }
  const base = placed(closure.kustomization.document)
  const merged = withOptions(base, at(source, 'kustomize'))
  const full =
    merged === base ? closure : checkout.closures.lookInto(closure.kustomization, plainValue(merged) as ValueMap)
  const { refusal } = full
  const changed = merged !== base
  if (refusal === undefined) return { by: 'kustomize', closure: full, node: merged, changed, generated: false }
  const inOwn = refusal.file === full.kustomization.file
  const span = inOwn ? spanIn(merged, refusal.path) : checkout.spanOfObstacle(refusal)
  return { by: 'nobody', obstacle: refusal, span, seen: { closure: full, node: merged, changed } }
}

/** Whether a source is a path of a repository: not a chart of a registry, or another source's values. */
function isPath(source: Placed): boolean {
  return textAt(source, 'path') !== undefined && textAt(source, 'chart') === undefined
}

/** `source.kustomize`: what Argo CD writes into the kustomization before it builds. */
function withOptions(kustomization: Placed, options: Placed | undefined): Placed {
  if (options === undefined) return kustomization
  let result = kustomization as PlacedMap
  for (const field of ['namespace', 'namePrefix', 'nameSuffix']) {
    const value = at(options, field)
    if (isFilled(value)) result = withEntry(result, field, value as Placed)
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

/** Without `automated.prune`, Argo CD leaves what Git no longer holds to whoever syncs by hand. */
function prunes(node: Placed): boolean {
  const prune = at(node, 'spec', 'syncPolicy', 'automated', 'prune')
  return prune?.type === 'scalar' && prune.value === true
}

function isFilled(node: Placed | undefined): boolean {
  const text = textAt(node)
  return text !== undefined && text !== '' && !isOpen(text)
}

/** As its file has it. */
function written(node: Placed | undefined): string | undefined {
  return node?.place.document.rawOf(node.place.path)
}

function unique(notes: readonly NotFollowed[]): NotFollowed[] {
  return [
    ...new Map(notes.map((note) => [`${note.span.file}:${note.span.line} ${JSON.stringify(note.why)}`, note])).values(),
  ]
}
