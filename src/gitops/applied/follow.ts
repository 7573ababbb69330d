import { ancestors } from '../../files/ancestors.ts'
import type { YamlDocument } from '../../files/yaml/yaml-document.ts'
import type { AppliedBy } from '../../model/applied.ts'
import type { ChartValues } from '../../model/chart-values.ts'
import type { Cluster } from '../../model/cluster.ts'
import type { RenderReason } from '../../model/reason.ts'
import type { Span } from '../../model/span.ts'
import { isMap, stringAt, type ValueMap } from '../../model/value.ts'
import { type ApplicationSets, applicationSets } from '../argo/application-set.ts'
import { argoRoots, type FoundArgoRoots } from '../argo/argo-roots.ts'
import { type DeclaredCluster, declaredClusters } from '../argo/cluster-secrets.ts'
import { directoryFiles } from '../argo/directory-files.ts'
import {
  type AppliedObject,
  isReadable,
  type Output,
  type OutputOptions,
  outputOf,
  readingOf,
  releasesOf,
  seenSafely,
} from '../build/output.ts'
import { workThrough } from '../build/queue.ts'
import type { Checkout } from '../checkout.ts'
import { fluxRoot } from '../flux/flux-root.ts'
import { helmReleaseRoot } from '../flux/helm-release.ts'
import { type SourceIgnore, sourceIgnore } from '../flux/source-ignore.ts'
import { substituteValue } from '../flux/substitute-value.ts'
import { configMapFinder, type FindConfigMaps, rootVariables } from '../flux/variables.ts'
import type { ChartRelease } from '../helm/chart-release.ts'
import { valuesGivenTo, withGivenValues } from '../helm/given-values.ts'
import { isObstacle } from '../look-through/obstacle.ts'
import { isOptedOut } from '../manifests.ts'
import { type NotFollowed, obstacleReason } from '../not-followed.ts'
import { locate } from '../placed/locate.ts'
import { at, type Placed, placed, plainValue, spanIn, textAt } from '../placed/placed.ts'
import { filesOf, type GitOpsObject, type GitOpsRoot, gitOpsTitle, type RootContext, rootTitle } from '../root.ts'
import { rootKey } from '../root-key.ts'
import { type Carrier, valueFilesOf } from './carriers.ts'
import { type Chart, chartsIn } from './charts.ts'
import type { CommandPath, Commands } from './commands.ts'
import { type Declarations, declarationsIn } from './declarations.ts'
import { embeddedGitOps, isGitOpsNode } from './embedded-gitops.ts'
import { type ClusterOfFolder, clusterOfEntry, clusterOfOverlay, clustersByFolder } from './entry-cluster.ts'
import { fleetBundles } from './fleet.ts'
import { syncKustomizations } from './flux-instance.ts'
import type { Followed } from './followed.ts'
import { foldersUnder, type Ground, ground } from './ground.ts'
import { leafTest, mayGiveEso } from './leaf-roots.ts'
import { otherTools } from './other-tools.ts'
import { namesMadeSecrets } from './secret-charts.ts'
import { isTop, type Sources, sourcesOf } from './sources.ts'
import { terraformGitOps } from './terraform.ts'
import { type TopKustomization, topKustomizations } from './top-kustomizations.ts'
import { unappliedGitOps } from './unapplied-objects.ts'
import { notByItself, undeployedCharts } from './undeployed-charts.ts'
import { type ValuesUser, valuesUser } from './values-users.ts'

export interface FollowOptions extends OutputOptions {
  /** `owner/name` or addresses that this checkout is known by. */
  readonly identities: readonly string[]
  readonly commands: Commands
  readonly artifacts: ReadonlyMap<string, string>
  /** For `${NAME}` that Git cannot resolve. */
  readonly variables: Readonly<Record<string, string>>
  /** Roots that lead to no other one wait until somebody asks for what they give. */
  readonly leavesWait?: boolean
  /** A symbolic link of the checkout that leads out of it. */
  readonly linkOutside?: string | undefined
  /** What the config gives to charts. */
  readonly chartValues: readonly ChartValues[]
}

/** Roots in hand: the next ones are read while kustomize works on others. */
const WIDTH = 8
/** What somebody may have applied by hand. */
const LEFT_OVER: RootContext = { by: undefined, cluster: undefined, certainty: 'presumed' }
/** Roots beyond this multiply each other on purpose. */
const MAX_ROOTS = 20_000

/** An object that leads to roots, and what these take from what applies it. */
interface Declared {
  readonly object: GitOpsObject
  readonly context: RootContext
}

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
  private readonly sets: ApplicationSets
  private readonly isIgnored: SourceIgnore
  private readonly tops: readonly TopKustomization[]
  private readonly bootstraps: readonly GitOpsObject[]
  /** What charts make of files of values, by file. */
  private readonly values = new Map<string, readonly GitOpsObject[]>()
  private readonly charts: ReadonlyMap<string, Chart>
  private readonly namesMadeSecrets: (release: ChartRelease) => boolean
  private readonly reachedCharts = new Set<string>()
  private readonly templates = new Set<string>()
  /** Why a chart gave nothing, by its folder. */
  private readonly unrendered = new Map<string, RenderReason>()
  private readonly users = new Map<string, ValuesUser>()
  private readonly carriers = new Map<string, Carrier[]>()
  private readonly clusterOf: ClusterOfFolder
  private readonly ground: Ground = ground()
  private readonly outputs: Output[] = []
  private readonly notFollowed = new Map<string, NotFollowed>()
  private readonly known = new Set<string>()
  /** What FluxInstances make: the same Kustomization in a file is no second root (applied.md §1.1). */
  private readonly synced = new Set<string>()
  /** Kustomizations that were taken as entries. */
  private readonly entered = new Set<string>()
  /** GitOps objects, by file and document, that some output held. */
  private readonly applied = new Set<string>()
  private readonly clusters = new Map<string, (Cluster | undefined)[]>()
  private readonly configMaps: FindConfigMaps
  /** Clusters that Secrets of the checkout register with an Argo CD. */
  private readonly registered: readonly DeclaredCluster[]
  /** ApplicationSets over clusters, which wait for the Secrets that register them. */
  private readonly waiting: Declared[] = []
  private waits = true
  /** Roots that wait to be built, with the place of each among the outputs. */
  private readonly unbuilt = new Map<GitOpsRoot, number>()
  private readonly isLeaf: (root: GitOpsRoot) => boolean

  constructor(checkout: Checkout, options: FollowOptions) {
    this.checkout = checkout
    this.options = options
    const { bootstraps, objects } = terraformGitOps(checkout)
    const written = declarationsIn(checkout)
    this.bootstraps = bootstraps
    this.declarations = { ...written, gitOps: [...written.gitOps, ...objects] }
    const { gitOps, setup } = this.declarations
    for (const object of gitOps)
      if (object.within === 'values') this.values.set(object.file, [...(this.values.get(object.file) ?? []), object])
    this.charts = chartsIn(checkout)
    this.namesMadeSecrets = namesMadeSecrets(checkout)
    this.declaring = new Set(gitOps.map(({ file }) => file))
    this.sets = applicationSets(checkout)
    this.sources = sourcesOf({
      sets: this.sets,
      checkout,
      objects: [...gitOps, ...setup],
      identities: options.identities,
      artifacts: options.artifacts,
    })
    this.registered = declaredClusters(checkout)
    this.isIgnored = ignoreOf(this.declarations, checkout)
    this.tops = topKustomizations(checkout)
    this.clusterOf = clustersByFolder(checkout.root.folders)
    this.configMaps = configMapFinder(checkout, (file) => this.clusters.get(file) ?? [])
    this.isLeaf = options.leavesWait === true ? leafTest(checkout, this.declaring) : () => false
  }

  async run(): Promise<Followed> {
    await this.work(this.certainEntries())
    for (;;) {
      const more = this.presumedEntries()
      if (more.length === 0 && this.waiting.length === 0) break
      await this.work(more)
    }
    for (const object of this.declarations.resourceSets) this.resourceSet(object)
    for (const note of otherTools(this.checkout)) this.note(note)
    await this.chartsByHand()
    // A template or an example that is a repository of its own leads nowhere in this one; a command is no GitOps.
    const reaches =
      this.outputs.some(reachesEso) ||
      [...this.carriers.values()].some((all) => all.some(({ appliedBy }) => appliedBy.kind !== 'command')) ||
      (await this.isReachedByLeaf())
    if (!reaches)
      await this.work(this.everything(), (output) => {
        this.take(output)
        return []
      })
    const { notFollowed } = this
    return {
      outputs: this.outputs,
      get notFollowed() {
        return [...notFollowed.values()]
      },
      waiting: this.unbuilt,
      build: (roots) => this.build(roots),
      ground: this.ground,
      declarations: this.declarations,
      tops: this.tops,
      clusterOf: this.clusterOf,
      reaches,
      configMaps: this.configMaps,
      openCommands: this.options.commands.open,
      charts: this.charts,
      templates: this.templates,
      unrendered: this.unrendered,
      carriers: this.carriers,
      users: [...this.users.values()],
      isFollowed: (object) => this.isFollowed(object),
      reach: (object) => this.reachOf(object).files,
    }
  }

  private async work(
    start: readonly GitOpsRoot[],
    take: (output: Output) => readonly GitOpsRoot[] = (output) => this.followed(output),
  ): Promise<void> {
    let roots = start
    do {
      await workThrough(roots, WIDTH, { work: (root) => this.outputOf(root), take })
      // What registers clusters is known now.
      const waited = this.waiting.splice(0)
      this.waits = false
      roots = waited.flatMap(({ object, context }) => this.follow(object, context))
      this.waits = true
    } while (roots.length > 0)
  }

  private async outputOf(root: GitOpsRoot): Promise<Output> {
    if (!this.isLeaf(root)) return outputOf(root, this.options)
    this.unbuilt.set(root, -1)
    return { root, objects: [], outcome: root.build.by === 'nobody' ? 'failed' : 'read', notFollowed: [] }
  }

  private async build(roots: Iterable<GitOpsRoot>): Promise<void> {
    await workThrough([...roots], WIDTH, {
      work: (root) => outputOf(root, this.options),
      take: (output) => {
        const at = this.unbuilt.get(output.root)
        if (at === undefined) return []
        this.unbuilt.delete(output.root)
        this.outputs[at] = output
        this.takeObjects(output)
        return []
      },
    })
  }

  /** Whether a root that waits gives anything that is judged: they are built until one does. */
  private async isReachedByLeaf(): Promise<boolean> {
    for (const [root, at] of this.unbuilt) {
      if (!mayReachEso(root) || !mayGiveEso(this.checkout, root)) continue
      await this.build([root])
      if (reachesEso(this.outputs[at] as Output)) return true
    }
    return false
  }

  private isFollowed(object: GitOpsObject): boolean {
    return this.applied.has(idOf(object))
  }

  private preview(object: GitOpsObject): readonly GitOpsRoot[] {
    return this.rootsOf(object, LEFT_OVER, false).roots
  }

  private take(output: Output): void {
    const { root } = output
    if (this.unbuilt.has(root)) this.unbuilt.set(root, this.outputs.length)
    this.outputs.push(output)
    if (root.build.by === 'helm') {
      this.reachedCharts.add(root.build.release.chart)
      if (output.unrendered !== undefined) this.unrendered.set(root.build.release.chart, output.unrendered)
    }
    // A chart of `helmCharts` is deployed by its kustomization, whether that may be rendered or not.
    const seen = root.build.by === 'kustomize' ? root.build : root.build.by === 'nobody' ? root.build.seen : undefined
    if (seen !== undefined) {
      for (const { chart } of releasesOf(this.checkout, seen.closure, seen.node)) {
        this.reachedCharts.add(chart)
        if (!seen.closure.charts.some(({ folder }) => folder === chart))
          this.unrendered.set(chart, { code: 'needs-helm', says: 'renders a Helm chart' })
      }
    }
    for (const file of valueFilesOf(root)) this.carry(file, root)
    if (root.build.by === 'kustomize')
      for (const obstacle of root.build.closure.leftOut)
        this.note({
          title: this.checkout.shown(obstacle.file),
          span: this.checkout.spanOfObstacle(obstacle),
          unresolved: false,
          why: { ...obstacleReason(obstacle), part: true },
        })
    this.takeObjects(output)
  }

  /** What is known of a root when it is built. */
  private takeObjects(output: Output): void {
    const { root } = output
    this.ground.add(output)
    for (const template of output.templates ?? []) this.templates.add(template)
    for (const note of output.notFollowed) this.note(note)
    for (const { file } of output.objects) {
      const clusters = this.clusters.get(file)
      if (clusters === undefined) this.clusters.set(file, [root.cluster])
      else if (!clusters.includes(root.cluster)) clusters.push(root.cluster)
    }
  }

  private followed(output: Output): readonly GitOpsRoot[] {
    const { root } = output
    this.take(output)
    return [...this.declaredBy(output), ...this.inValueFiles(filesOf(root), contextBelow(root))].flatMap(
      ({ object, context }) => {
        this.applied.add(idOf(object))
        return this.follow(object, context)
      },
    )
  }

  /** What charts make of values that stand in these files. */
  private inValueFiles(files: Iterable<string>, context: RootContext): Declared[] {
    if (this.values.size === 0) return []
    return [...files].flatMap((file) => (this.values.get(file) ?? []).map((object) => ({ object, context })))
  }

  /**
   * The Flux Kustomizations and Applications of an output as the cluster gets them: with the root's variables put in; and those that
   * charts make of the values of its objects.
   */
  private declaredBy({ root, objects }: Output): Declared[] {
    const { checkout, flux, cluster } = root
    const variables =
      flux?.postBuild === undefined ? undefined : rootVariables(flux, cluster, this.configMaps, this.options.variables)
    return objects.flatMap(({ node, file, document }): Declared[] => {
      const kind = textAt(node, 'kind') ?? ''
      const declares = isGitOpsNode(node)
      if (!declares && kind !== 'HelmRelease' && kind !== 'HelmChart') return []
      const body = plainValue(node) as ValueMap
      let put = node
      if (variables !== undefined && !isOptedOut(body)) {
        const { value } = substituteValue(body, (name) => variables.lookup(name))
        if (isMap(value)) put = locate(value, node, () => undefined).node
      }
      const object: GitOpsObject = { checkout, node: put, file, document }
      const context = contextBelow(root, put)
      const embedded = embeddedGitOps(put).map((inner) => ({ object: { ...object, node: inner }, context }))
      return declares || kind === 'HelmRelease' ? [{ object, context }, ...embedded] : embedded
    })
  }

  private follow(object: GitOpsObject, context: RootContext): GitOpsRoot[] {
    if (this.waits && this.registered.length > 0 && asksForClusters(object)) {
      this.waiting.push({ object, context })
      return []
    }
    const { roots, valueFiles: files, given } = this.rootsOf(object, context, true)
    for (const one of given) {
      const user = valuesUser(object, carrierOf(object, context), one)
      if (user !== undefined) this.users.set(user.key, user)
    }
    for (const file of files) this.carry(file, carrierOf(object, context))
    const inValues = this.inValueFiles(files, context).filter((one) => !this.applied.has(idOf(one.object)))
    for (const one of inValues) this.applied.add(idOf(one.object))
    return [
      ...roots.filter((root) => !this.synced.has(syncKey(root)) && this.isNew(root)),
      ...inValues.flatMap((one) => this.follow(one.object, one.context)),
    ]
  }

  private carry(file: string, carrier: Carrier): void {
    if (this.checkout.mentions(file, /external-secrets\.io/) && this.checkout.documents(file).some(isOfValues))
      addTo(this.carriers, file, carrier)
  }

  private isNew(root: GitOpsRoot): boolean {
    const key = rootKey(root)
    if (this.known.has(key) || this.known.size >= MAX_ROOTS) return false
    this.known.add(key)
    return true
  }

  private rootsOf(
    object: GitOpsObject,
    context: RootContext,
    tells: boolean,
  ): Pick<FoundArgoRoots, 'roots' | 'valueFiles' | 'given'> {
    if (this.checkout.deadline.over()) {
      if (tells) this.leave(object)
      return { roots: [], valueFiles: [], given: [] }
    }
    const apiVersion = textAt(object.node, 'apiVersion') ?? ''
    if (apiVersion.startsWith('argoproj.io/')) {
      const found = argoRoots(object, {
        sources: this.sources,
        sets: this.sets,
        charts: this.charts,
        namesMadeSecrets: this.namesMadeSecrets,
        context,
        clusters: tells ? this.clustersFor(context) : [],
      })
      if (tells) {
        for (const note of found.notFollowed) this.note(note)
        if (found.roots.length > 0) this.refuseLinks()
        for (const folder of found.charts) this.reachedCharts.add(folder)
        for (const { folder, why } of found.unrendered) this.unrendered.set(folder, why)
      }
      return { ...found, roots: found.roots.map((root) => this.withValues(root)) }
    }
    if (apiVersion.startsWith('helm.toolkit.fluxcd.io/')) {
      const { sources, charts, configMaps, namesMadeSecrets } = this
      const helmCharts = this.helmCharts()
      const found = helmReleaseRoot(object, { sources, charts, configMaps, namesMadeSecrets, helmCharts, context })
      if (tells) {
        for (const note of found.notFollowed) this.note(note)
        if (found.chart !== undefined) this.reachedCharts.add(found.chart)
        if (found.chart !== undefined && found.unrendered !== undefined)
          this.unrendered.set(found.chart, found.unrendered)
      }
      const { cluster, certainty } = context
      const given =
        found.given === undefined ? [] : [{ deployer: object.node, layers: found.given, cluster, certainty }]
      return { ...found, given, roots: found.roots.map((root) => this.withValues(root)) }
    }
    const found = fluxRoot(object, { sources: this.sources, isIgnored: this.isIgnored, context })
    if ('root' in found) return { roots: [found.root], valueFiles: [], given: [] }
    if (tells) this.note(found.notFollowed)
    return { roots: [], valueFiles: [], given: [] }
  }

  /** Argo CD refuses every source of a repository that holds a link out of it, unless that is allowed where Git need not show it. */
  private refuseLinks(): void {
    const { linkOutside: file } = this.options
    if (file === undefined) return
    this.note({
      title: 'Applications of this repository',
      span: { file, line: 1, column: 1, endLine: 1, endColumn: 1 },
      unresolved: true,
      why: {
        code: 'argocd-refuses',
        says: 'the repository holds a symbolic link that leaves it (allowed only with `reposerver.allow.oob.symlinks`)',
      },
    })
  }

  private withValues(root: GitOpsRoot): GitOpsRoot {
    return withGivenValues(root, this.options.chartValues)
  }

  private charted: readonly Placed[] | undefined

  /** `HelmChart` objects of Flux: where a HelmRelease names one, it says which chart of which source. */
  private helmCharts(): readonly Placed[] {
    this.charted ??= [...this.checkout.sources.keys()]
      .filter((file) => this.checkout.mentions(file, /kind["']?: *["']?HelmChart\b/))
      .flatMap((file) => this.checkout.objects.objects(file))
      .map(({ node }) => node)
      .filter((node) => (textAt(node, 'apiVersion') ?? '').startsWith('source.toolkit.fluxcd.io/'))
    return this.charted
  }

  /** The clusters that are registered where the object goes: Secrets of another Argo CD say nothing of its clusters. */
  private clustersFor({ cluster }: RootContext): readonly DeclaredCluster[] {
    return this.registered.filter(({ file }) => {
      const clusters = this.clusters.get(file)
      if (clusters !== undefined) return clusters.some((one) => one?.id === cluster?.id)
      // Applied by hand, as far as Git tells.
      const isLeft = !this.ground.covers(file) && !this.tops.some(({ files }) => files.has(file))
      return isLeft && (cluster === undefined || this.clusterOf(file)?.id === cluster.id)
    })
  }

  /** There is no time for what the object applies. */
  private leave({ node }: GitOpsObject): void {
    const by = nameOf(node)
    this.note({ title: rootTitle(by), span: by.span, unresolved: true, why: { code: 'run-time-over' } })
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
        if ('root' in found) {
          this.synced.add(syncKey(found.root))
          enter(found.root)
        } else this.note(found.notFollowed)
      }
    for (const object of this.declarations.gitOps) {
      const path = textAt(object.node, 'spec', 'path') ?? textAt(object.node, 'spec', 'source', 'path') ?? './'
      const context: RootContext = { by: undefined, cluster: clusterOfEntry(path), certainty: 'certain' }
      for (const root of this.rootsOf(object, context, false).roots) if (this.appliesItself(root, object)) enter(root)
    }
    for (const object of this.bootstraps) {
      const path = textAt(object.node, 'spec', 'path') ?? './'
      const context: RootContext = { by: undefined, cluster: clusterOfEntry(path), certainty: 'certain' }
      const found = fluxRoot(object, { sources: this.sources, isIgnored: this.isIgnored, context, kind: 'Terraform' })
      if ('root' in found) enter(found.root)
      // What it bootstraps is known where something here applies itself (applied.md §1.1).
      else if (roots.every(({ flux }) => flux === undefined)) this.note(found.notFollowed)
    }
    return roots
  }

  /** Whether the object is in the output of its own root: then only a person can have applied it first. */
  private appliesItself(root: GitOpsRoot, object: GitOpsObject): boolean {
    const { build } = root
    // `./` exists in every repository: of an artifact it means another folder (applied.md §0.5).
    const kind = textAt(object.node, 'spec', 'sourceRef', 'kind')
    if (kind !== undefined && kind !== 'GitRepository' && isTop(textAt(object.node, 'spec', 'path') ?? '')) return false
    // What a chart makes of a template is in no file.
    if (build.by === 'helm') return false
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
    const bundles = fleetBundles(this.checkout, this.declarations.fleetRepos, this.sources)
    for (const note of bundles.notFollowed) this.note(note)
    const bundled = bundles.roots.filter((root) => !this.ground.covers(root.folder) && this.isNew(root))
    if (bundled.length > 0) return bundled
    for (;;) {
      const { tops, objects } = this.heads()
      const fromTops = tops.flatMap((top) => this.topRoot(top.folder, this.clusterOfTop(top)))
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
    // A file that is no manifest lies on no ground.
    const isLeft = (file: string) =>
      (/\.(?:tf|tofu)$/.test(file) || !this.ground.covers(file)) &&
      !this.checkout.hasDeadName(file) &&
      // What only an unapplied object leads to is as unapplied.
      !unapplied.has(file)
    const { ground, declarations } = this
    const unapplied = unappliedGitOps({
      ground,
      declarations,
      isFollowed: (object) => this.isFollowed(object),
      reach: (object) => this.reachOf(object).files,
    })
    const tops = this.tops.filter(
      (top) =>
        !this.entered.has(top.folder) &&
        isLeft(top.file) &&
        !this.ground.covers(top.folder) &&
        [...top.files].some((file) => this.declaring.has(file)),
    )
    const inTops = new Set(tops.flatMap(({ files }) => [...files]))
    const objects = this.declarations.gitOps.filter(
      (object) => !this.isFollowed(object) && !inTops.has(object.file) && isLeft(object.file),
    )
    const candidates = [
      ...tops.map((top) => ({ file: top.file, top, reach: this.reachOfTop(top) })),
      ...objects.map((object) => ({ file: object.file, object, reach: this.reachOf(object) })),
    ]
    const byFile = new Map<string, number[]>()
    const byFolder = new Map<string, number[]>()
    for (const [index, { reach }] of candidates.entries()) {
      for (const file of reach.files) addTo(byFile, file, index)
      for (const folder of reach.folders) addTo(byFolder, folder, index)
    }
    const over = (file: string) => [
      ...(byFile.get(file) ?? []),
      ...ancestors(file).flatMap((folder) => byFolder.get(folder) ?? []),
    ]
    // What lies on the ground of another one is applied by that, or left out by it (applied.md §4.1 step 3).
    const isHead = ({ file }: (typeof candidates)[number], index: number) =>
      over(file).every((other) => {
        const { file: from } = candidates[other] as (typeof candidates)[number]
        return other === index || from === file || (over(from).includes(index) && index < other)
      })
    const heads = candidates.filter(isHead)
    const chosen = heads.length > 0 ? heads : candidates.slice(0, 1)
    return {
      tops: chosen.flatMap((one) => ('top' in one ? [one.top] : [])),
      objects: chosen.flatMap((one) => ('object' in one ? [one.object] : [])),
    }
  }

  private readonly reached = new Map<GitOpsObject, Reach>()

  /** What an object would apply, as it is written. */
  private reachOf(object: GitOpsObject): Reach {
    let reach = this.reached.get(object)
    if (reach === undefined) {
      const { roots } = this.rootsOf(object, LEFT_OVER, false)
      reach = {
        files: new Set(roots.flatMap((root) => [...filesOf(root)])),
        folders: new Set(roots.flatMap((root) => [...foldersUnder(root)])),
      }
      this.reached.set(object, reach)
    }
    return reach
  }

  /** The same of all that a kustomization gives, as the reader tells it: overlays patch the paths of one base. */
  private reachOfTop({ folder }: TopKustomization): Reach {
    const { checkout } = this
    const closure = checkout.closures.closureOf(folder)
    if (isObstacle(closure) || !isReadable(closure.refusal)) return { files: new Set(), folders: new Set() }
    const build = { closure, node: placed(closure.kustomization.document), changed: false }
    const roots = readingOf(checkout, build).objects.flatMap(({ node, source }) =>
      isGitOpsNode(node)
        ? this.preview({ checkout, node, file: source?.file ?? '', document: source?.document ?? 0 })
        : [],
    )
    return {
      files: new Set(roots.flatMap((root) => [...filesOf(root)])),
      folders: new Set([...closure.folders, ...roots.flatMap((root) => [...foldersUnder(root)])]),
    }
  }

  /** Entries of one base are one for each cluster; what else stands beside each other may be in one cluster. */
  private clusterOfTop({ folder, files }: TopKustomization): Cluster | undefined {
    const declared = [...files].filter((file) => this.declaring.has(file))
    const shares = this.tops.some((other) => other.folder !== folder && declared.some((file) => other.files.has(file)))
    return clusterOfOverlay(folder) ?? (shares ? clusterOfEntry(folder) : undefined)
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

  /**
   * Charts that nothing reaches, and that somebody may have installed (helm.md §1.4): first those that hold Applications, which may lead
   * to others (applied.md §2.1 rule 4).
   */
  private async chartsByHand(): Promise<void> {
    const enter = (charts: readonly Chart[]) =>
      this.work(
        undeployedCharts(this.checkout, charts, {
          clusterOf: (file) => this.clusterOf(file),
          hasValues: (folder) =>
            (valuesGivenTo(folder, this.options.chartValues, this.checkout)?.files.length ?? 0) > 0,
        })
          .map((root) => this.withValues(root))
          .filter((root) => this.isNew(root)),
      )
    // What a kustomization installs is none of them, though it is built only where no root leads to anything.
    const installed = new Set(this.tops.flatMap(({ folder }) => this.installedBy(folder)))
    const isLeft = ({ folder, brings }: Chart) => brings && !this.reachedCharts.has(folder) && !installed.has(folder)
    for (const { folder } of [...this.charts.values()].filter(isLeft)) {
      const why = notByItself(this.checkout, folder)
      if (why !== undefined) this.unrendered.set(folder, why)
    }
    await enter([...this.charts.values()].filter((chart) => chart.holdsGitOps && isLeft(chart)))
    for (let more = this.presumedEntries(); more.length > 0; more = this.presumedEntries()) await this.work(more)
    await enter([...this.charts.values()].filter(isLeft))
  }

  private installedBy(folder: string): readonly string[] {
    const closure = this.checkout.closures.closureOf(folder)
    const node = this.checkout.reading.kustomization(folder)
    return isObstacle(closure) || node === undefined
      ? []
      : releasesOf(this.checkout, closure, node).map(({ chart }) => chart)
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

function asksForClusters({ node }: GitOpsObject): boolean {
  const generators = at(node, 'spec', 'generators')
  return generators !== undefined && JSON.stringify(plainValue(generators)).includes('"clusters":')
}

/** What a candidate for an entry would apply. */
interface Reach {
  readonly files: ReadonlySet<string>
  /** Of which it says what is taken. */
  readonly folders: ReadonlySet<string>
}

function addTo<T>(map: Map<string, T[]>, key: string, item: T): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, [item])
  else known.push(item)
}

/** Most files of a build are objects, and no values of a chart. */
function isOfValues({ value }: YamlDocument): boolean {
  return isMap(value) && value.kind === undefined && value.apiVersion === undefined
}

function carrierOf({ node }: GitOpsObject, { by, cluster, certainty, suspendedBy }: RootContext): Carrier {
  const own = nameOf(node)
  return {
    appliedBy: { ...own, span: spanIn(node, ['metadata', 'name']), ...(by === undefined ? {} : { by }) },
    certainty,
    cluster,
    ...(suspendedBy === undefined ? {} : { suspendedBy }),
  }
}

function mayReachEso({ nested, appliedBy, undeployed }: GitOpsRoot): boolean {
  return nested !== true && appliedBy.kind !== 'command' && undeployed === undefined
}

function reachesEso({ root, outcome, objects }: Output): boolean {
  return mayReachEso(root) && outcome !== 'failed' && objects.some(isOfEso)
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
function contextBelow(root: GitOpsRoot, node?: Placed): RootContext {
  const kubeConfig = textAt(node, 'spec', 'kubeConfig', 'secretRef', 'name')
  const cluster: Cluster | undefined =
    kubeConfig === undefined
      ? root.cluster
      : { id: `kubeConfig ${kubeConfig}`, name: kubeConfig, entry: `kubeConfig ${kubeConfig}` }
  const suspendedBy = root.suspendedBy ?? (node !== undefined && isSuspended(node) ? nameOf(node) : undefined)
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
      kind === 'Kustomization'
        ? 'Kustomization (Flux)'
        : kind === 'ApplicationSet' || kind === 'HelmRelease'
          ? kind
          : 'Application',
    name: gitOpsTitle({ node }),
    span: spanIn(node, ['spec', 'suspend'], 'key'),
  }
}

function idOf({ file, document, node }: GitOpsObject): string {
  return `${file}#${document}#${textAt(node, 'metadata', 'name') ?? ''}`
}

function syncKey({ appliedBy, folder }: GitOpsRoot): string {
  return `${appliedBy.name}\0${folder}`
}

/** `spec.ignore` of the source that is this repository; of several the one that leaves out the least is none. */
function ignoreOf({ setup }: Declarations, { root }: Checkout): SourceIgnore {
  const own = setup.flatMap(({ node }) =>
    textAt(node, 'kind') === 'GitRepository' ? (stringAt(plainValue(node), 'spec', 'ignore') ?? []) : [],
  )
  return sourceIgnore(own.length === 1 ? own[0] : undefined, root)
}
