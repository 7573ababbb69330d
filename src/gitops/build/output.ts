import { isClusterScoped, isEsoGroup } from '../../model/kinds.ts'
import type { PatchedField } from '../../model/manifest.ts'
import { isWithoutHelm, type RenderReason } from '../../model/reason.ts'
import type { RelatedPlace, Span } from '../../model/span.ts'
import type { Checkout } from '../checkout.ts'
import { isGitOps, MENTIONS_JUDGED } from '../gitops-kinds.ts'
import type { ChartRelease } from '../helm/chart-release.ts'
import { kustomizeReleases } from '../helm/kustomize-releases.ts'
import { postRendered } from '../helm/post-renderers.ts'
import type { ChartObject, ChartOutput } from '../helm/render-release.ts'
import { readFolder, readKustomization } from '../kustomize/read-kustomization.ts'
import { kindOf, type ReadObject } from '../kustomize/read-object.ts'
import { type Reading, undecidedFor } from '../kustomize/reading.ts'
import type { Undecided } from '../kustomize/undecided.ts'
import type { Closure } from '../look-through/closure.ts'
import type { Obstacle } from '../look-through/obstacle.ts'
import { type NotFollowed, obstacleReason } from '../not-followed.ts'
import { at, entriesAt, type Placed, plainValue, setAt, textAt } from '../placed/placed.ts'
import { type GitOpsRoot, type HelmBuild, type KustomizeBuild, type RefusedBuild, rootTitle } from '../root.ts'
import type { Built } from './build-root.ts'
import { type LocatedObject, locateObjects } from './locate-objects.ts'
import type { RenderedObject } from './rendered-output.ts'

/** One object of a root's output, with the place of everything in it; variables are not put in yet. */
export interface AppliedObject extends LocatedObject {
  /** `rendered`: as kustomize gave it; `plain`: as the reader says that kustomize gives it, or as it is written. */
  readonly form: 'plain' | 'rendered'
  /** What only kustomize could tell, where it was not asked: these fields may be others. */
  readonly patched: readonly PatchedField[]
  /** Of what a chart makes: what else made what stands at a place. */
  readonly relatedTo?: (span: Span) => readonly RelatedPlace[]
  /** Of what a chart makes: fields that its text says in every rendering, by their paths as JSON. */
  readonly fixed?: ReadonlySet<string>
}

export interface Output {
  readonly root: GitOpsRoot
  readonly objects: readonly AppliedObject[]
  /** `failed`: nothing is known to be applied by it; `objects` are what the reader sees. */
  readonly outcome: 'read' | 'rendered' | 'failed'
  readonly notFollowed: readonly NotFollowed[]
  /** Templates that helm rendered: what they hold is no manifest of its own. */
  readonly templates?: readonly string[]
  /** They are rendered with the workloads of the chart: what its values ask for stands in these. */
  readonly withUsers?: boolean
  /** Why a chart gave nothing. */
  readonly unrendered?: RenderReason
  /** The copy that kustomize was run on, while the caller keeps it. */
  readonly copy?: string
}

/** Runs kustomize; `undefined`: there is none to run. */
export type BuildWith = (build: KustomizeBuild, annotated: boolean) => Promise<Built | undefined>

/** Runs helm, or says why that is not done. */
export type RenderWith = (release: ChartRelease) => Promise<ChartOutput>

export interface OutputOptions {
  readonly build: BuildWith
  /** Remote bases or charts may be fetched: then kustomize can know more than the reader. */
  readonly fetches: boolean
  /** Every root is built, also where the reader decides (proofs, comparisons). */
  readonly always?: boolean
  /** Renders a chart with the values of a release. */
  readonly render: RenderWith
  /** Which other objects of kustomize's output are kept; `file` is where one comes from. */
  readonly wanted: (object: RenderedObject, file: string | undefined) => boolean
}

/**
 * What a root gives. The reader tells it where it can; where something that it does not decide may touch an object that is judged,
 * kustomize is asked and is right (design §6).
 */
export async function outputOf(root: GitOpsRoot, options: OutputOptions): Promise<Output> {
  const { over } = root.checkout.deadline
  const output = over() ? left(root) : await builtOutput(root, options)
  const { kind } = root.appliedBy
  if (kind !== 'Application' && kind !== 'ApplicationSet') return output
  return { ...output, objects: output.objects.filter(({ node }) => !isNeverSynced(node)) }
}

/** What there was no time for. */
function left(root: GitOpsRoot): Output {
  const { appliedBy } = root
  const why: RenderReason = { code: 'run-time-over' }
  const note: NotFollowed = { title: rootTitle(appliedBy), span: appliedBy.span, unresolved: true, why }
  return { root, objects: [], outcome: 'failed', notFollowed: [note] }
}

/** Hooks that Argo CD never applies, or at deletion only (applied.md §2.2). */
function isNeverSynced(node: Placed): boolean {
  const hooks = (textAt(node, 'metadata', 'annotations', 'argocd.argoproj.io/hook') ?? '')
    .split(',')
    .map((hook) => hook.trim())
  return hooks.every((hook) => /^(?:Skip|PreDelete|PostDelete)$/.test(hook))
}

async function builtOutput(root: GitOpsRoot, options: OutputOptions): Promise<Output> {
  const { checkout, build } = root
  if (build.by === 'files') {
    const objects = build.files
      .filter((file) => !checkout.mentions(file, /\+argocd:skip-file-rendering/))
      .flatMap((file) => checkout.objects.objects(file))
    return { root, objects: objects.flatMap((one) => asApplied(root, one, [])), outcome: 'read', notFollowed: [] }
  }
  if (build.by === 'nobody') return refused(root, build)
  if (build.by === 'helm') return chartOutput(root, build, await options.render(build.release))
  const reading = readingOf(checkout, build)
  if (checkout.deadline.over()) return left(root)
  const open = undecidedReasons(reading, build.closure)
  const needs =
    (options.always === true && [...build.closure.files].some((file) => checkout.mentions(file, MENTIONS_JUDGED))) ||
    (options.fetches && open.some(({ adds }) => adds)) ||
    open.some(({ fails }) => fails && reading.objects.some(isJudged)) ||
    reading.objects.some((object) => isJudged(object) && reasonsFor(reading, object, open).length > 0)
  // What only kustomize could tell of other objects than those that are judged is not worth a process, and stays open.
  if (!needs) return { root, objects: readObjects(root, reading, open), outcome: 'read', notFollowed: [] }
  let built = await options.build(build, false)
  // Without kustomize everything that it would decide is open.
  if (built === undefined) return { root, objects: readObjects(root, reading, open), outcome: 'read', notFollowed: [] }
  const charts = await chartsOf(checkout, build, options)
  let located = locateObjects(checkout, build, built, reading.objects, options.wanted, charts.objects)
  if (located === 'uncertain') {
    built = (await options.build(build, true)) ?? built
    located = locateObjects(checkout, build, built, reading.objects, options.wanted, charts.objects)
  }
  const copy = built.folder === undefined ? {} : { copy: built.folder }
  const empty = built.objects.length === 0 && reading.objects.some(isJudged)
  const failure =
    built.failure ??
    (located === 'uncertain'
      ? ({ code: 'not-traced' } as const)
      : empty
        ? ({ code: 'prints-nothing' } as const)
        : undefined)
  if (failure !== undefined || located === 'uncertain') {
    const note: NotFollowed = {
      title: rootTitle(root.appliedBy),
      span: root.appliedBy.span,
      unresolved: true,
      why: failure ?? { code: 'not-traced' },
    }
    return { root, objects: readObjects(root, reading, []), outcome: 'failed', notFollowed: [note], ...copy }
  }
  return {
    root,
    objects: located.map(({ made, ...one }) => ({
      ...withApplied(root, one),
      form: 'rendered' as const,
      // What kustomize put in place of a name that nobody knows is its own invention.
      patched: made?.uncertain ?? [],
      ...(made === undefined ? {} : { relatedTo: made.relatedTo }),
    })),
    outcome: 'rendered',
    notFollowed: [],
    ...(charts.templates.length === 0 ? {} : { templates: charts.templates }),
    ...copy,
  }
}

/** What the charts that kustomize renders make by themselves: it keeps neither their comments nor where an object comes from. */
async function chartsOf(
  checkout: Checkout,
  { closure, node }: KustomizeBuild,
  { render }: OutputOptions,
): Promise<{ readonly objects: readonly ChartObject[]; readonly templates: readonly string[] }> {
  if (closure.charts.length === 0) return { objects: [], templates: [] }
  const outputs = await Promise.all(releasesOf(checkout, closure, node).map(render))
  return {
    objects: outputs.flatMap(({ objects }) => objects),
    templates: outputs.flatMap(({ templates }) => templates),
  }
}

/** The releases of all `helmCharts` of a build whose charts lie here. */
export function releasesOf(checkout: Checkout, closure: Closure, node: Placed): readonly ChartRelease[] {
  return [...closure.folders].flatMap((folder) => {
    const kustomization = folder === closure.folder ? node : checkout.reading.kustomization(folder)
    return kustomization === undefined ? [] : kustomizeReleases(kustomization, folder, checkout)
  })
}

/** What a chart gives; what could not be rendered of it gives nothing that is known. */
function chartOutput(
  root: GitOpsRoot,
  { release, forUsers }: HelmBuild,
  { objects, templates, failure, withUsers }: ChartOutput,
): Output {
  const notFollowed: NotFollowed[] = []
  // Of a chart that nobody deploys its templates tell what they lack, each for itself; one that brings nothing to judge lacks nothing.
  const isTold =
    forUsers === true ||
    (root.undeployed !== undefined && root.undeployed.leads !== true && isWithoutHelm(failure?.why))
  if (failure !== undefined && !isTold)
    notFollowed.push({
      title:
        root.undeployed === undefined
          ? `${rootTitle(root.appliedBy)} (${release.chart || '.'})`
          : rootTitle(root.appliedBy),
      span: failure.span ?? root.appliedBy.span,
      unresolved: true,
      why: failure.why,
    })
  const patched = postRendered(root.checkout, release.chart, release.postRenderers ?? [], objects)
  return {
    root,
    objects: patched.map(({ node, file, document, guessed, uncertain, fixed, relatedTo, patched }) => ({
      ...withApplied(root, { node, file, document, guessed }),
      form: 'rendered' as const,
      patched: [...uncertain, ...patched],
      relatedTo,
      fixed,
    })),
    outcome: failure === undefined ? 'rendered' : 'failed',
    notFollowed,
    templates,
    ...(withUsers ? { withUsers } : {}),
    ...(failure === undefined ? {} : { unrendered: failure.why }),
  }
}

/** What kustomize is not asked for gives nothing; that it would take these objects is all that is known of them. */
function refused(root: GitOpsRoot, build: RefusedBuild): Output {
  const { checkout } = root
  const { obstacle, span } = build
  const file = checkout.shown(obstacle.file)
  const note: NotFollowed = {
    title: rootTitle(root.appliedBy),
    span,
    unresolved: true,
    why: obstacleReason(obstacle, file === span.file ? undefined : file),
  }
  const seen = seenSafely(build)
  const objects = seen === undefined ? [] : readObjects(root, readingOf(checkout, seen), [])
  return {
    root,
    // The part that cannot be read (a patch, a Component) may change anything in them.
    objects: obstacle.kind === 'stranger' ? objects : objects.map((one) => ({ ...one, patched: [{ path: [], span }] })),
    outcome: 'failed',
    notFollowed: [note],
  }
}

/** What the reader may read of it: neither a circle nor what grows without measure. */
export function seenSafely({ obstacle, seen }: RefusedBuild): RefusedBuild['seen'] {
  return isReadable(obstacle) ? seen : undefined
}

export function isReadable(obstacle: Obstacle | undefined): boolean {
  return obstacle?.kind !== 'loop' && obstacle?.kind !== 'too-large'
}

/** What folders give, by what they reach: several roots ask, and the state before a change asks again. */
const readings = new WeakMap<Closure, Reading>()

/** What the reader says of a build. */
export function readingOf({ reading }: Checkout, build: Pick<KustomizeBuild, 'closure' | 'node' | 'changed'>): Reading {
  const { closure, node, changed } = build
  if (changed) return readKustomization(reading, closure.folder, node)
  const known = readings.get(closure)
  if (known !== undefined) return known
  const found = readFolder(reading, closure.folder)
  if (!reading.deadline.over()) readings.set(closure, found)
  return found
}

/** What was left out of the build is told elsewhere, and kustomize is not asked for it. */
function undecidedReasons({ undecided }: Reading, { leftOut }: Closure): readonly Undecided[] {
  const gone = new Set(leftOut.map(({ file, path }) => `${file}#${path.join('/')}`))
  const isGone = ({ file, path }: Undecided) =>
    path.some((_, index) => gone.has(`${file}#${path.slice(0, index + 1).join('/')}`))
  return undecided.filter((one) => !isGone(one))
}

function reasonsFor(reading: Reading, object: ReadObject, open: readonly Undecided[]): readonly Undecided[] {
  return open.length === 0 ? [] : undecidedFor(reading, object).filter((reason) => open.includes(reason))
}

/** Whether anything that rules judge, or that leads to more roots, depends on the object. */
function isJudged(object: ReadObject): boolean {
  const { apiVersion, kind } = kindOf(object)
  return (
    isEsoGroup(apiVersion) ||
    isGitOps(apiVersion, kind) ||
    (kind === 'HelmRelease' && (carriesEso(object) || takesFromGit(object)))
  )
}

/** Its chart lies in a repository, which may be this one. */
function takesFromGit({ node }: ReadObject): boolean {
  const kind = textAt(node, 'spec', 'chart', 'spec', 'sourceRef', 'kind') ?? textAt(node, 'spec', 'chartRef', 'kind')
  return kind === 'GitRepository' || kind === 'Bucket' || kind === 'HelmChart'
}

function carriesEso({ node }: ReadObject): boolean {
  const values = at(node, 'spec', 'values')
  return values !== undefined && JSON.stringify(plainValue(values)).includes('external-secrets.io')
}

function readObjects(root: GitOpsRoot, reading: Reading, open: readonly Undecided[]): AppliedObject[] {
  return reading.objects.flatMap((object) => asApplied(root, object, reasonsFor(reading, object, open)))
}

function asApplied(root: GitOpsRoot, object: ReadObject, open: readonly Undecided[]): AppliedObject[] {
  const { checkout, build } = root
  const seen = build.by === 'nobody' ? build.seen : build
  const file =
    object.source?.file ?? (seen !== undefined && 'closure' in seen ? seen.closure.kustomization.file : root.folder)
  const one = { node: object.node, file, document: object.source?.document ?? 0, guessed: 0 }
  const { kind } = kindOf(object)
  const patched = open.flatMap((reason): PatchedField[] => {
    if (WITH_PODS.test(kind) && isBesideSecrets(reason)) return []
    const span = spanOf(checkout, root, reason.file, reason.path)
    return (reason.fields ?? [[]]).map((path) => ({ path, span }))
  })
  return [{ ...withApplied(root, one), form: 'plain', patched }]
}

/** Of these only the Secrets that their Pods use are looked at. */
const WITH_PODS = /^(?:Pod|Deployment|StatefulSet|DaemonSet|ReplicaSet|ReplicationController|Job|CronJob)$/

/** What kustomize writes into workloads that names no Secret and no key of one. */
function isBesideSecrets({ code, path }: Undecided): boolean {
  return (
    code === 'field' && /^(?:images|imageTags|replicas|labels|commonLabels|commonAnnotations)$/.test(String(path[0]))
  )
}

function spanOf(checkout: Checkout, { build }: GitOpsRoot, file: string, path: Undecided['path']) {
  if (build.by === 'kustomize' && build.closure.kustomization.file === file) {
    const found = at(build.node, ...path)
    if (found !== undefined) return found.place.document.spanOf(found.place.path)
  }
  return checkout.spanOfObstacle({ file, path })
}

/** What GitOps adds after kustomize: a destination's namespace, common labels and annotations. */
function withApplied(root: GitOpsRoot, one: LocatedObject): LocatedObject {
  let node = one.node
  const kind = textAt(node, 'kind') ?? ''
  if (root.namespace !== undefined && textAt(node, 'metadata', 'namespace') === undefined && !isClusterScoped(kind))
    node = setAt(node, ['metadata', 'namespace'], root.namespace)
  for (const field of ['labels', 'annotations'])
    for (const [name, { node: value }] of entriesAt(root.commonMetadata, field))
      node = setAt(node, ['metadata', field, name], value as Placed)
  return node === one.node ? one : { ...one, node }
}
