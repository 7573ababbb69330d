import { isClusterScoped, isEsoGroup } from '../../model/kinds.ts'
import { stringAt, type ValueMap } from '../../model/value.ts'
import { objectFinder } from '../kustomize/find-object.ts'
import { readFolder, readKustomization } from '../kustomize/read-kustomization.ts'
import { kindOf, type ReadObject } from '../kustomize/read-object.ts'
import { isRemoteAddress } from '../look-through/remote-address.ts'
import { joinRelative } from '../look-through/repository-tree.ts'
import { literalFinder } from '../placed/find-literal.ts'
import { locate } from '../placed/locate.ts'
import { at, entriesAt, itemsAt, type Placed, placedAt, plainValue, setAt, textAt } from '../placed/placed.ts'
import type { Built } from './build-root.ts'
import type { RenderRoot } from './render-root.ts'
import type { RenderedObject } from './rendered-output.ts'
import { isGitOps } from './roots.ts'

/** An object of a root's output with the place of everything in it; variables are not put in yet. */
export interface LocatedObject {
  readonly node: Placed
  /** The file it comes from, below the repository, and the document; `undefined` document: no object there is it. */
  readonly file: string
  readonly document: number
  /** Scalars whose place is the best known line, not the certain one. */
  readonly guessed: number
}

/**
 * Locates the objects of an output that `wanted` asks for; `file` is where an object comes from. `uncertain`: the build was without
 * origin annotations, and the trace does not know the object either.
 */
export function locateObjects(
  root: RenderRoot,
  built: Built,
  wanted: (object: RenderedObject, file: string | undefined) => boolean,
): readonly LocatedObject[] | 'uncertain' {
  const { checkout, closure } = root
  const finder = objectFinder(traceRoot(root))
  const find = literalFinder(checkout, closure, root.node)
  const located: LocatedObject[] = []
  for (const object of built.objects) {
    const own = object.path !== undefined && object.repository === undefined
    const annotated = own ? built.sourceOf(object.path) : undefined
    const traced = finder({ ...object, file: annotated })
    const file = annotated ?? traced?.source?.file
    if (!wanted(object, file)) continue
    const isJudged = isEsoGroup(object.apiVersion) || isGitOps(object.apiVersion, object.kind)
    if (traced === undefined && !built.annotated && isJudged) return 'uncertain'
    const body = object.body()
    if (body === undefined) continue
    const from = traced?.node ?? unknownPlace(root, object, file, built)
    const first = locate(body, from, find)
    const original = first.guessed === 0 ? undefined : originalOf(root, traced)
    const { node, guessed } = original === undefined ? first : locate(body, from, find, original)
    located.push({ node: withApplied(root, node, body), ...sourceOf(root, traced, file), guessed })
  }
  return located
}

/** The object as its file has it, before any kustomization. */
function originalOf({ checkout }: RenderRoot, traced: ReadObject | undefined): Placed | undefined {
  if (traced?.source === undefined) return undefined
  const { file, document } = traced.source
  const { kind } = kindOf(traced)
  return checkout.objects
    .objects(file)
    .find((one) => one.source?.document === document && kindOf(one).kind === kind && one.names[0] === traced.names[0])
    ?.node
}

/** What GitOps adds after kustomize: a destination's namespace, common labels and annotations. */
function withApplied(root: RenderRoot, node: Placed, body: ValueMap): Placed {
  let result = node
  const kind = stringAt(body, 'kind') ?? ''
  if (root.namespace !== undefined && stringAt(body, 'metadata', 'namespace') === undefined && !isClusterScoped(kind))
    result = setAt(result, ['metadata', 'namespace'], root.namespace)
  for (const field of ['labels', 'annotations'])
    for (const [name, { node: value }] of entriesAt(root.commonMetadata, field))
      result = setAt(result, ['metadata', field, name], value)
  return result
}

/**
 * The entry that names the remote base or the chart; for what another plugin made the kustomization that names it, or the origin file
 * without a line.
 */
function unknownPlace(root: RenderRoot, object: RenderedObject, file: string | undefined, built: Built): Placed {
  const { checkout } = root
  const whole = (node: Placed): Placed => ({ type: 'map', place: node.place, entries: new Map() })
  const remote = object.repository === undefined && object.path === undefined ? undefined : remoteEntry(root, object)
  if (file === undefined && remote !== undefined) return whole(remote)
  if (file !== undefined) {
    const [only, ...others] = checkout.objects
      .objects(file)
      .filter((one) => at(one.node, 'kind') && one.names[0] !== undefined)
    if (only !== undefined && others.length === 0) return only.node
    const [document] = checkout.objects.documents(file)
    if (document !== undefined) return placedAt({ document, path: [] }, {})
  }
  const configured = object.configuredIn === undefined ? undefined : built.sourceOf(object.configuredIn)
  const folder = configured === undefined ? root.folder : joinRelative(configured, '..')
  const node = (configured === undefined ? undefined : checkout.trace.kustomization(folder)) ?? root.node
  const charts = itemsAt(node, 'helmCharts')
  return whole((charts.length === 1 ? charts[0] : at(node, 'helmCharts')) ?? node)
}

/** The `resources` entry that an object of a remote base comes from. */
function remoteEntry({ checkout, closure, node }: RenderRoot, object: RenderedObject): Placed | undefined {
  const repository = (object.repository ?? object.path ?? '').replace(/\.git$/, '')
  const found: Placed[] = []
  for (const folder of closure.folders) {
    const kustomization = folder === closure.folder ? node : checkout.trace.kustomization(folder)
    for (const field of ['resources', 'bases', 'components'])
      for (const item of itemsAt(kustomization, field)) {
        const target = textAt(item)
        if (target === undefined || !isRemoteAddress(target)) continue
        if (target.includes(repository)) return item
        found.push(item)
      }
  }
  // Written in another form (`github.com/…`, `git@…`): certain where there is one only.
  return found.length === 1 ? found[0] : undefined
}

function sourceOf(root: RenderRoot, traced: ReadObject | undefined, file: string | undefined) {
  return {
    file: traced?.source?.file ?? file ?? root.closure.kustomization.file,
    document: traced?.source?.document ?? 0,
  }
}

function traceRoot(root: RenderRoot): readonly ReadObject[] {
  const { trace } = root.checkout
  const reading = root.changed ? readKustomization(trace, root.folder, root.node) : readFolder(trace, root.folder)
  return reading.objects
}

/** The Flux Kustomizations and Applications that tracing expects in a root's output. */
export function tracedGitOps(root: RenderRoot): LocatedObject[] {
  return traceRoot(root).flatMap(({ node, source }): LocatedObject[] => {
    if (source === undefined || !isGitOps(textAt(node, 'apiVersion') ?? '', textAt(node, 'kind') ?? '')) return []
    return [{ node: withApplied(root, node, plainValue(node) as ValueMap), ...source, guessed: 0 }]
  })
}
