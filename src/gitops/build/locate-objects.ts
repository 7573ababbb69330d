import { isEsoGroup } from '../../model/kinds.ts'
import { stringAt, type ValueMap } from '../../model/value.ts'
import type { Checkout } from '../checkout.ts'
import { isGitOps } from '../gitops-kinds.ts'
import { UNTOLD } from '../helm/chart-release.ts'
import type { ChartObject } from '../helm/render-release.ts'
import { objectFinder } from '../kustomize/find-object.ts'
import { kindOf, type ReadObject } from '../kustomize/read-object.ts'
import { isRemoteAddress } from '../look-through/remote-address.ts'
import { joinRelative } from '../look-through/repository-tree.ts'
import { literalFinder } from '../placed/find-literal.ts'
import { locate } from '../placed/locate.ts'
import { at, itemsAt, type Placed, placedAt, textAt } from '../placed/placed.ts'
import type { KustomizeBuild } from '../root.ts'
import type { Built } from './build-root.ts'
import type { RenderedObject } from './rendered-output.ts'

/** An object of a root's output with the place of everything in it; variables are not put in yet. */
export interface LocatedObject {
  readonly node: Placed
  /** The file it comes from, below the repository, and the document. */
  readonly file: string
  readonly document: number
  /** Scalars whose place is the best known line, not the certain one. */
  readonly guessed: number
  /** What helm gives for it by itself, where a chart that kustomize renders makes it. */
  readonly made?: ChartObject
}

/**
 * Locates the objects of kustomize's output that `wanted` asks for; `read` are the same objects as the reader gives them, and `file`
 * is where an object comes from. `charts`: what the charts that are rendered make, by itself. `uncertain`: the build was without origin annotations, and the reader does not know the object either.
 */
export function locateObjects(
  checkout: Checkout,
  build: KustomizeBuild,
  built: Built,
  read: readonly ReadObject[],
  wanted: (object: RenderedObject, file: string | undefined) => boolean,
  charts: readonly ChartObject[] = [],
): readonly LocatedObject[] | 'uncertain' {
  const finder = objectFinder(read)
  const find = literalFinder(checkout, build.closure, build.node)
  const located: LocatedObject[] = []
  for (const object of built.objects) {
    const own = object.path !== undefined && object.repository === undefined
    const annotated = own ? built.sourceOf(object.path) : undefined
    const known = finder({ ...object, file: annotated })
    const file = annotated ?? known?.source?.file
    if (!wanted(object, file)) continue
    const isJudged = isEsoGroup(object.apiVersion) || isGitOps(object.apiVersion, object.kind)
    if (known === undefined && !built.annotated && isJudged) return 'uncertain'
    const body = object.body()
    if (body === undefined) continue
    const made = known === undefined && file === undefined ? chartObject(body, charts) : undefined
    const from = known?.node ?? made?.node ?? unknownPlace(checkout, build, object, file, built)
    const first = locate(body, from, find)
    const original = first.guessed === 0 ? undefined : originalOf(checkout, known)
    const { node, guessed } = original === undefined ? first : locate(body, from, find, original)
    located.push({ node, ...sourceOf(build, known, file), guessed, ...(made === undefined ? {} : { made }) })
  }
  return located
}

/** The object of a chart that kustomize may have renamed and put into another namespace; of several that fit the one most alike. */
function chartObject(body: ValueMap, charts: readonly ChartObject[]): ChartObject | undefined {
  const name = stringAt(body, 'metadata', 'name') ?? ''
  const fitting = charts.filter(({ node }) => {
    const own = textAt(node, 'metadata', 'name') ?? ''
    // A release without a name gets one that nobody knows.
    return textAt(node, 'kind') === body.kind && own !== '' && own.split(UNTOLD).every((part) => name.includes(part))
  })
  const exact = fitting.filter(({ node }) => textAt(node, 'metadata', 'name') === name)
  const ranked = (exact.length > 0 ? exact : fitting)
    .map((one) => ({ one, guessed: locate(body, one.node, () => undefined).guessed }))
    .sort((a, b) => a.guessed - b.guessed)
  return ranked[0]?.one
}

/** The object as its file has it, before any kustomization. */
function originalOf(checkout: Checkout, known: ReadObject | undefined): Placed | undefined {
  if (known?.source === undefined) return undefined
  const { file, document } = known.source
  const { kind } = kindOf(known)
  return checkout.objects
    .objects(file)
    .find((one) => one.source?.document === document && kindOf(one).kind === kind && one.names[0] === known.names[0])
    ?.node
}

/**
 * The entry that names the remote base or the chart; for what another plugin made the kustomization that names it, or the origin file
 * without a line.
 */
function unknownPlace(
  checkout: Checkout,
  build: KustomizeBuild,
  object: RenderedObject,
  file: string | undefined,
  built: Built,
): Placed {
  const whole = (node: Placed): Placed => ({ type: 'map', place: node.place, entries: new Map() })
  const remote =
    object.repository === undefined && object.path === undefined ? undefined : remoteEntry(checkout, build, object)
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
  const folder = configured === undefined ? build.closure.folder : joinRelative(configured, '..')
  const node = (configured === undefined ? undefined : checkout.reading.kustomization(folder)) ?? build.node
  const charts = itemsAt(node, 'helmCharts')
  return whole((charts.length === 1 ? charts[0] : at(node, 'helmCharts')) ?? node)
}

/** The `resources` entry that an object of a remote base comes from. */
function remoteEntry(
  checkout: Checkout,
  { closure, node }: KustomizeBuild,
  object: RenderedObject,
): Placed | undefined {
  const repository = (object.repository ?? object.path ?? '').replace(/\.git$/, '')
  const found: Placed[] = []
  for (const folder of closure.folders) {
    const kustomization = folder === closure.folder ? node : checkout.reading.kustomization(folder)
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

function sourceOf({ closure }: KustomizeBuild, known: ReadObject | undefined, file: string | undefined) {
  return {
    file: known?.source?.file ?? file ?? closure.kustomization.file,
    document: known?.source?.document ?? 0,
  }
}
