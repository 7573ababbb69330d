import type { AppliedBy } from '../../model/applied.ts'
import type { Cluster } from '../../model/cluster.ts'
import type { Span } from '../../model/span.ts'
import { isMap, stringAt, type ValueMap } from '../../model/value.ts'
import { argoRoots } from '../argo/argo-roots.ts'
import { directoryFiles } from '../argo/directory-files.ts'
import {
  type AppliedObject,
  type Output,
  type OutputOptions,
  outputOf,
  readingOf,
  seenSafely,
} from '../build/output.ts'
import { workThrough } from '../build/queue.ts'
import type { Checkout } from '../checkout.ts'
import { fluxRoot } from '../flux/flux-root.ts'
import { type SourceIgnore, sourceIgnore } from '../flux/source-ignore.ts'
import { substituteValue } from '../flux/substitute-value.ts'
import { configMapFinder, type FindConfigMaps, rootVariables } from '../flux/variables.ts'
import { isGitOps } from '../gitops-kinds.ts'
import { isObstacle } from '../look-through/obstacle.ts'
import { isOptedOut } from '../manifests.ts'
import { type NotFollowed, obstacleReason } from '../not-followed.ts'
import { locate } from '../placed/locate.ts'
import { at, type Placed, placed, plainValue, spanIn, textAt } from '../placed/placed.ts'
import { filesOf, type GitOpsObject, type GitOpsRoot, gitOpsTitle, type RootContext } from '../root.ts'
import type { CommandPath, Commands, OpenCommandPath } from './commands.ts'
import { type Declarations, declarationsIn } from './declarations.ts'
import { type ClusterOfFolder, clusterOfEntry, clusterOfOverlay, clustersByFolder } from './entry-cluster.ts'
import { syncKustomizations } from './flux-instance.ts'
import { type Ground, ground } from './ground.ts'
import { isTop, type Sources, sourcesOf } from './sources.ts'
import { type TopKustomization, topKustomizations } from './top-kustomizations.ts'

export interface FollowOptions extends OutputOptions {
  /** `owner/name` or addresses that this checkout is known by. */
  readonly identities: readonly string[]
  readonly commands: Commands
  readonly artifacts: ReadonlyMap<string, string>
  /** For `${NAME}` that Git cannot resolve. */
  readonly variables: Readonly<Record<string, string>>
}

/** Everything that the roots of a checkout give, and what was not followed. */
export interface Followed {
  readonly outputs: readonly Output[]
  readonly notFollowed: readonly NotFollowed[]
  readonly ground: Ground
  readonly declarations: Declarations
  readonly tops: readonly TopKustomization[]
  /** Kustomizations that another one includes, and Components. */
  readonly clusterOf: ClusterOfFolder
  /** Whether the roots of GitOps lead to anything that is judged; else all that is there is presumed (applied.md §4.1 step 5). */
  readonly reaches: boolean
  readonly configMaps: FindConfigMaps
  /** Commands whose paths a variable leaves open. */
  readonly openCommands: readonly OpenCommandPath[]
  /** What an object would build, were it applied. */
  preview(object: GitOpsObject): readonly GitOpsRoot[]
}

/** Roots in hand: the next ones are read while kustomize works on others. */
const WIDTH = 8
/** What somebody may have applied by hand. */
const LEFT_OVER: RootContext = { by: undefined, cluster: undefined, certainty: 'presumed' }
/** Roots beyond this multiply each other on purpose. */
const MAX_ROOTS = 20_000

/** Starts at the entries and follows what applied objects declare (applied.md §4.1). */
export async function follow(checkout: Checkout, options: FollowOptions): Promise<Followed> {
  const follower = new Follower(checkout, options)
  return follower.run()
}

class Follower {
  private readonly checkout: Checkout
  private readonly options: FollowOptions
  private readonly declarations: Declarations
  /** Files that declare roots. */
  private readonly declaring: ReadonlySet<string>
  private readonly sources: Sources
  private readonly isIgnored: SourceIgnore
  private readonly tops: readonly TopKustomization[]
  private readonly clusterOf: ClusterOfFolder
  private readonly ground: Ground = ground()
  private readonly outputs: Output[] = []
  private readonly notFollowed = new Map<string, NotFollowed>()
  private readonly known = new Set<string>()
  /** Kustomizations that were taken as entries. */
  private readonly entered = new Set<string>()
  /** GitOps objects, by file and document, that some output held. */
  private readonly applied = new Set<string>()
  private readonly clusters = new Map<string, (Cluster | undefined)[]>()
  private readonly configMaps: FindConfigMaps

  constructor(checkout: Checkout, options: FollowOptions) {
    this.checkout = checkout
    this.options = options
    this.declarations = declarationsIn(checkout)
    const { gitOps, setup } = this.declarations
    this.declaring = new Set(gitOps.map(({ file }) => file))
    this.sources = sourcesOf({
      checkout,
      objects: [...gitOps, ...setup],
      identities: options.identities,
      artifacts: options.artifacts,
    })
    this.isIgnored = ignoreOf(this.declarations, checkout)
    this.tops = topKustomizations(checkout)
    this.clusterOf = clustersByFolder(checkout.root.folders)
    this.configMaps = configMapFinder(checkout, (file) => this.clusters.get(file) ?? [])
  }

  async run(): Promise<Followed> {
    await this.work(this.certainEntries())
    for (;;) {
      const more = this.presumedEntries()
      if (more.length === 0) break
      await this.work(more)
    }
    for (const object of this.declarations.resourceSets) this.resourceSet(object)
    // A template or an example that is a repository of its own leads nowhere in this one; a command is no GitOps.
    const reaches = this.outputs.some(
      ({ root, outcome, objects }) =>
        root.nested !== true && root.appliedBy.kind !== 'command' && outcome !== 'failed' && objects.some(isOfEso),
    )
    if (!reaches) await this.work(this.everything())
    return {
      outputs: this.outputs,
      notFollowed: [...this.notFollowed.values()],
      ground: this.ground,
      declarations: this.declarations,
      tops: this.tops,
      clusterOf: this.clusterOf,
      reaches,
      configMaps: this.configMaps,
      openCommands: this.options.commands.open,
      preview: (object) => this.rootsOf(object, LEFT_OVER, false),
    }
  }

  private async work(start: readonly GitOpsRoot[]): Promise<void> {
    await workThrough(start, WIDTH, (root) => this.build(root))
  }

  private async build(root: GitOpsRoot): Promise<readonly GitOpsRoot[]> {
    const output = await outputOf(root, this.options)
    this.outputs.push(output)
    this.ground.add(output)
    for (const note of output.notFollowed) this.note(note)
    if (root.build.by === 'kustomize')
      for (const obstacle of root.build.closure.leftOut)
        this.note({
          title: this.checkout.shown(obstacle.file),
          span: this.checkout.spanOfObstacle(obstacle),
          unresolved: false,
          why: { ...obstacleReason(obstacle), part: true },
        })
    for (const { file } of output.objects) {
      const clusters = this.clusters.get(file)
      if (clusters === undefined) this.clusters.set(file, [root.cluster])
      else if (!clusters.includes(root.cluster)) clusters.push(root.cluster)
    }
    return this.declaredBy(output).flatMap((object) => {
      this.applied.add(idOf(object))
      return this.follow(object, contextBelow(root, object))
    })
  }

  /** The Flux Kustomizations and Applications of an output as the cluster gets them: with the root's variables put in. */
  private declaredBy({ root, objects }: Output): GitOpsObject[] {
    const found = objects.filter(({ node }) => isGitOps(textAt(node, 'apiVersion') ?? '', textAt(node, 'kind') ?? ''))
    if (found.length === 0) return []
    const { checkout, flux, cluster } = root
    const variables =
      flux?.postBuild === undefined ? undefined : rootVariables(flux, cluster, this.configMaps, this.options.variables)
    return found.map(({ node, file, document }): GitOpsObject => {
      const body = plainValue(node) as ValueMap
      if (variables === undefined || isOptedOut(body)) return { checkout, node, file, document }
      const { value } = substituteValue(body, (name) => variables.lookup(name))
      const put = isMap(value) ? locate(value, node, () => undefined).node : node
      return { checkout, node: put, file, document }
    })
  }

  private follow(object: GitOpsObject, context: RootContext): GitOpsRoot[] {
    return this.rootsOf(object, context, true).filter((root) => this.isNew(root))
  }

  private isNew(root: GitOpsRoot): boolean {
    const key = rootKey(root)
    if (this.known.has(key) || this.known.size >= MAX_ROOTS) return false
    this.known.add(key)
    return true
  }

  private rootsOf(object: GitOpsObject, context: RootContext, tells: boolean): readonly GitOpsRoot[] {
    const apiVersion = textAt(object.node, 'apiVersion') ?? ''
    if (apiVersion.startsWith('argoproj.io/')) {
      const found = argoRoots(object, this.sources, context)
      if (tells) for (const note of found.notFollowed) this.note(note)
      return found.roots
    }
    const found = fluxRoot(object, { sources: this.sources, isIgnored: this.isIgnored, context })
    if ('root' in found) return [found.root]
    if (tells) this.note(found.notFollowed)
    return []
  }

  private note(note: NotFollowed): void {
    this.notFollowed.set(`${note.title} ${note.span.file}:${note.span.line} ${JSON.stringify(note.why)}`, note)
  }

  /** What somebody applied by hand, and Git shows it beyond doubt (applied.md §4.1 step 2). */
  private certainEntries(): GitOpsRoot[] {
    const roots: GitOpsRoot[] = []
    const folders = new Set<string>()
    const enter = (root: GitOpsRoot) => {
      if (folders.has(root.folder) && root.flux !== undefined) return
      folders.add(root.folder)
      if (this.isNew(root)) roots.push(root)
    }
    for (const instance of this.declarations.setup)
      for (const object of syncKustomizations(instance)) {
        const path = textAt(object.node, 'spec', 'path') ?? './'
        const context: RootContext = { by: undefined, cluster: clusterOfEntry(path), certainty: 'certain' }
        const found = fluxRoot(object, {
          sources: this.sources,
          isIgnored: this.isIgnored,
          context,
          kind: 'FluxInstance',
        })
        if ('root' in found) enter(found.root)
        else this.note(found.notFollowed)
      }
    for (const object of this.declarations.gitOps) {
      const path = textAt(object.node, 'spec', 'path') ?? textAt(object.node, 'spec', 'source', 'path') ?? './'
      const context: RootContext = { by: undefined, cluster: clusterOfEntry(path), certainty: 'certain' }
      for (const root of this.rootsOf(object, context, false)) if (this.appliesItself(root, object)) enter(root)
    }
    return roots
  }

  /** Whether the object is in the output of its own root: then only a person can have applied it first. */
  private appliesItself(root: GitOpsRoot, object: GitOpsObject): boolean {
    const { build } = root
    // `./` exists in every repository: of an artifact it means another folder (applied.md §0.5).
    const kind = textAt(object.node, 'spec', 'sourceRef', 'kind')
    if (kind !== undefined && kind !== 'GitRepository' && isTop(textAt(object.node, 'spec', 'path') ?? '')) return false
    if (build.by === 'files')
      return (
        build.files.includes(object.file) ||
        // A recursive root that only leaves itself out.
        (build.takesAll && object.file.startsWith(root.folder === '' ? '' : `${root.folder}/`))
      )
    const seen = build.by === 'nobody' ? seenSafely(build) : build
    if (seen?.closure.files.has(object.file) !== true) return false
    return readingOf(this.checkout, seen).objects.some(
      ({ source }) => source?.file === object.file && source.document === object.document,
    )
  }

  /** What is outside of all ground and may be an entry that somebody applied by hand (applied.md §4.1 step 4). */
  private presumedEntries(): GitOpsRoot[] {
    const commanded = this.options.commands.paths.flatMap((command) => this.commandRoots(command))
    if (commanded.length > 0) return commanded
    for (;;) {
      const { tops, objects } = this.heads()
      const fromTops = tops.flatMap(({ folder }) => this.topRoot(folder, clusterOfOverlay(folder)))
      if (fromTops.length > 0) return fromTops
      if (objects.length === 0) return []
      for (const object of objects) this.applied.add(idOf(object))
      const roots = objects.flatMap((object) => {
        const path = textAt(object.node, 'spec', 'path') ?? textAt(object.node, 'spec', 'source', 'path') ?? ''
        return this.follow(object, { ...LEFT_OVER, cluster: this.clusterOf(object.file, path) })
      })
      if (roots.length > 0) return roots
    }
  }

  /**
   * Of the kustomizations and the objects that nothing leads to those that none of the others leads to; of such that lead to each other
   * the first.
   */
  private heads(): { readonly tops: readonly TopKustomization[]; readonly objects: readonly GitOpsObject[] } {
    const isLeft = (file: string) => !this.ground.covers(file) && !this.checkout.hasDeadName(file)
    const tops = this.tops.filter(
      (top) =>
        !this.entered.has(top.folder) &&
        isLeft(top.file) &&
        !this.ground.covers(top.folder) &&
        [...top.files].some((file) => this.declaring.has(file)),
    )
    const inTops = new Set(tops.flatMap(({ files }) => [...files]))
    const objects = this.declarations.gitOps.filter(
      (object) => !this.applied.has(idOf(object)) && !inTops.has(object.file) && isLeft(object.file),
    )
    const candidates = [
      ...tops.map((top) => ({ file: top.file, top, leads: this.reachOfFiles(top.files) })),
      ...objects.map((object) => ({ file: object.file, object, leads: this.reachOf(object) })),
    ]
    const leading = new Map<string, number[]>()
    for (const [index, { leads }] of candidates.entries())
      for (const file of leads) {
        const known = leading.get(file)
        if (known === undefined) leading.set(file, [index])
        else known.push(index)
      }
    const isHead = ({ file, leads }: (typeof candidates)[number], index: number) =>
      (leading.get(file) ?? []).every((other) => {
        const { file: from } = candidates[other] as (typeof candidates)[number]
        return other === index || from === file || (leads.has(from) && index < other)
      })
    const heads = candidates.filter(isHead)
    const chosen = heads.length > 0 ? heads : candidates.slice(0, 1)
    return {
      tops: chosen.flatMap((one) => ('top' in one ? [one.top] : [])),
      objects: chosen.flatMap((one) => ('object' in one ? [one.object] : [])),
    }
  }

  private readonly reached = new Map<GitOpsObject, ReadonlySet<string>>()

  /** The files that an object would apply, as it is written. */
  private reachOf(object: GitOpsObject): ReadonlySet<string> {
    let files = this.reached.get(object)
    if (files === undefined) {
      files = new Set(this.rootsOf(object, LEFT_OVER, false).flatMap((root) => [...filesOf(root)]))
      this.reached.set(object, files)
    }
    return files
  }

  private reachOfFiles(files: ReadonlySet<string>): ReadonlySet<string> {
    const declared = this.declarations.gitOps.filter(({ file }) => files.has(file))
    return new Set(declared.flatMap((object) => [...this.reachOf(object)]))
  }

  private topRoot(
    folder: string,
    cluster = this.clusterOf(folder),
    command?: Pick<AppliedBy, 'kind' | 'span'>,
  ): GitOpsRoot[] {
    const { checkout } = this
    const closure = checkout.closures.closureOf(folder)
    this.entered.add(folder)
    const common = { checkout, folder, cluster, certainty: 'presumed' as const }
    const by = (span: Span): AppliedBy => ({ ...(command ?? { kind: 'kustomization', span }), name: folder || '.' })
    if (isObstacle(closure)) {
      const span = checkout.spanOfObstacle(closure)
      return this.ifNew({ ...common, appliedBy: by(span), build: { by: 'nobody', obstacle: closure, span } })
    }
    const { kustomization, refusal } = closure
    const seen = { closure, node: placed(kustomization.document), changed: false }
    return this.ifNew({
      ...common,
      appliedBy: by(kustomization.document.span),
      build:
        refusal === undefined
          ? { by: 'kustomize', ...seen, generated: false }
          : { by: 'nobody', obstacle: refusal, span: checkout.spanOfObstacle(refusal), seen },
    })
  }

  private ifNew(root: GitOpsRoot): GitOpsRoot[] {
    return this.isNew(root) ? [root] : []
  }

  private commandRoots({ path, span, deep }: CommandPath): GitOpsRoot[] {
    const { checkout } = this
    const { root } = checkout
    const by: AppliedBy = { kind: 'command', name: path, span }
    if (this.ground.covers(path)) return []
    const common = {
      checkout,
      appliedBy: by,
      folder: path,
      cluster: this.clusterOf(path),
      certainty: 'presumed' as const,
    }
    if (root.files.has(path)) {
      const made: GitOpsRoot = { ...common, build: { by: 'files', files: [path], takesAll: false } }
      return this.ifNew(made)
    }
    if (!root.folders.has(path)) return []
    const closure = checkout.closures.closureOf(path)
    if (!isObstacle(closure)) return this.topRoot(path, this.clusterOf(path), { kind: 'command', span })
    const files = directoryFiles(root, path, { recurse: deep })
    const made: GitOpsRoot = { ...common, build: { by: 'files', files, takesAll: false } }
    return files.length > 0 ? this.ifNew(made) : []
  }

  /** Without any root that leads to something: every kustomization that no other one includes (applied.md §4.1 step 5). */
  private everything(): GitOpsRoot[] {
    return this.tops
      .filter(({ folder }) => !this.entered.has(folder) && !this.checkout.hasDeadName(`${folder}/`))
      .flatMap(({ folder }) => this.topRoot(folder))
  }

  /** What a ResourceSet makes is not followed; it may be anything that its text speaks of. */
  private resourceSet(object: GitOpsObject): void {
    const text = this.checkout.sources.get(object.file)?.text ?? ''
    const unresolved = /kind: *["']?(?:Kustomization|HelmRelease)\b|external-secrets\.io/.test(text)
    this.note({
      title: `ResourceSet ${gitOpsTitle(object)}`,
      span: spanIn(object.node, ['metadata', 'name']),
      unresolved,
      why: { code: 'kind-not-followed', kind: 'ResourceSet' },
    })
  }
}

function isOfEso({ node }: AppliedObject): boolean {
  if ((textAt(node, 'apiVersion') ?? '').includes('external-secrets.io')) return true
  const kind = textAt(node, 'kind')
  return (
    (kind === 'HelmRelease' || kind === 'Application') &&
    /external-secrets\.io\//.test(JSON.stringify(plainValue(node)))
  )
}

/** What the roots of an object take from the root that applies it. */
function contextBelow(root: GitOpsRoot, { node }: GitOpsObject): RootContext {
  const kubeConfig = textAt(node, 'spec', 'kubeConfig', 'secretRef', 'name')
  const cluster: Cluster | undefined =
    kubeConfig === undefined
      ? root.cluster
      : { id: `kubeConfig ${kubeConfig}`, name: kubeConfig, entry: `kubeConfig ${kubeConfig}` }
  const suspendedBy = root.suspendedBy ?? (isSuspended(node) ? nameOf(node) : undefined)
  return {
    by: root.appliedBy,
    cluster,
    certainty: root.certainty,
    ...(suspendedBy === undefined ? {} : { suspendedBy }),
  }
}

function isSuspended(node: Placed): boolean {
  const suspend = at(node, 'spec', 'suspend')
  if (suspend?.type === 'scalar' && suspend.value === true) return true
  return textAt(node, 'metadata', 'annotations', 'argocd.argoproj.io/skip-reconcile') === 'true'
}

function nameOf(node: Placed): AppliedBy {
  const kind = textAt(node, 'kind')
  return {
    kind:
      kind === 'Kustomization' ? 'Kustomization (Flux)' : kind === 'ApplicationSet' ? 'ApplicationSet' : 'Application',
    name: gitOpsTitle({ node }),
    span: spanIn(node, ['spec', 'suspend'], 'key'),
  }
}

function idOf({ file, document, node }: GitOpsObject): string {
  return `${file}#${document}#${textAt(node, 'metadata', 'name') ?? ''}`
}

function rootKey({ appliedBy, folder, build, cluster, flux, namespace }: GitOpsRoot): string {
  const { kind, name, span } = appliedBy
  const built =
    build.by === 'files' ? build.files : 'changed' in build && build.changed ? build.closure.kustomization.value : ''
  return JSON.stringify([
    kind,
    name,
    span.file,
    span.line,
    folder,
    built,
    cluster?.id,
    flux?.postBuild,
    textAt(namespace),
  ])
}

/** `spec.ignore` of the source that is this repository; of several the one that leaves out the least is none. */
function ignoreOf({ setup }: Declarations, { root }: Checkout): SourceIgnore {
  const own = setup.flatMap(({ node }) =>
    textAt(node, 'kind') === 'GitRepository' ? (stringAt(plainValue(node), 'spec', 'ignore') ?? []) : [],
  )
  return sourceIgnore(own.length === 1 ? own[0] : undefined, root)
}
