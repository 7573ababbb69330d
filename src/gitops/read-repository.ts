import { type DiscoverOptions, type Discovery, discover } from '../files/discover.ts'
import { gitRemotes } from '../files/git-remotes.ts'
import { repositoryPath } from '../files/repository-address.ts'
import type { Root } from '../files/root.ts'
import type { SourceFile } from '../files/source-file.ts'
import type { Comment, YamlDocument } from '../files/yaml/yaml-document.ts'
import type { ChartValues } from '../model/chart-values.ts'
import { type Deadline, NO_DEADLINE } from '../model/deadline.ts'
import type { NotChecked } from '../model/finding.ts'
import type { Manifest } from '../model/manifest.ts'
import type { Note } from '../model/note.ts'
import type { Stopwatch } from '../model/stages.ts'
import { listAt, stringAt } from '../model/value.ts'
import { commandsIn, pushedArtifacts } from './applied/commands.ts'
import { follow } from './applied/follow.ts'
import type { Followed } from './applied/followed.ts'
import { followedAgain, hasSameStructure } from './applied/same-structure.ts'
import { templateNotes } from './applied/template-notes.ts'
import { type BuildMemory, type FindKustomize, kustomizeBuilds } from './build/kustomize-builds.ts'
import { type Output, type OutputOptions, outputOf } from './build/output.ts'
import type { RenderedObject } from './build/rendered-output.ts'
import { type Checkout, checkout as openCheckout } from './checkout.ts'
import { deliveriesOf, type PartOfRepository, WHOLE } from './deliveries.ts'
import { isGitOps } from './gitops-kinds.ts'
import { chartRenders } from './helm/chart-renders.ts'
import type { FindHelm, HelmMemory } from './helm/run-helm.ts'
import { manifestsOf } from './manifests.ts'
import { type NotFollowed, tellNotFollowed } from './not-followed.ts'
import { type InstalledEso, installedEso } from './objects/installed-eso.ts'
import { isManifestKind } from './objects/manifest-kinds.ts'
import { type ObjectsElsewhere, type ParsedFiles, parseFiles } from './objects/parsed-files.ts'
import { MENTIONS_SECRETS } from './objects/secret-users.ts'
import type { SourceObject } from './objects/source-object.ts'
import type { GitOpsRoot } from './root.ts'
import { rootState } from './root-key.ts'

export interface ReadRepositoryOptions extends DiscoverOptions, GitOpsOptions {
  /** For tests. */
  readonly maxDocuments?: number
  readonly elsewhere?: ObjectsElsewhere
}

export interface GitOpsOptions {
  /** For `${NAME}` that Git cannot resolve. */
  readonly variables: Readonly<Record<string, string>>
  /** `owner/name` or addresses that the repository is known by: its remotes, `GITHUB_REPOSITORY` (applied.md §1.2). */
  readonly identities?: readonly string[]
  /** Absent: kustomize is never run, and what only it can tell is not checked. */
  readonly kustomize?: FindKustomize
  readonly allowRemoteBases?: boolean
  readonly enableHelm?: boolean
  /** Absent: helm is never run, and what charts make is not checked. */
  readonly helm?: FindHelm
  readonly renderHelm?: 'auto' | 'never'
  /** `group/version` and `group/version/Kind` that charts may count on (helm.md §4.5). */
  readonly servedApiVersions?: readonly string[]
  /** What the config gives to charts, by their folders. */
  readonly chartValues?: readonly ChartValues[]
  /** What an earlier reading in this run rendered. */
  readonly helmMemory?: HelmMemory
  /** Builds of an earlier reading in this run. */
  readonly memory?: BuildMemory
  /** Every root is built, also where the reader decides. */
  readonly buildAll?: boolean
  /** Files and roots that are left by then are told as not checked. */
  readonly deadline?: Deadline
  readonly enter?: Stopwatch['enter'] | undefined
}

/** All that Git says: what GitOps applies, and what nothing applies as it stands. */
export interface Repository {
  readonly manifests: readonly Manifest[]
  /** Objects beside them that may use Secrets, or make them: workloads, releases with values, custom resources. */
  readonly workloads: readonly Manifest[]
  /** Every file that can matter, manifests or not, sorted by path. */
  readonly files: readonly SourceFile[]
  readonly roots: readonly Root[]
  readonly notes: readonly Note[]
  /** Roots that were not followed, each with its reason. */
  readonly notChecked: readonly NotChecked[]
  readonly notFollowed: readonly NotFollowed[]
  /** What each root gives, in the order in which they were found. */
  readonly outputs: readonly Output[]
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
  readonly stats: { readonly processes: number; readonly processMilliseconds: number }
  readonly installedEso: readonly InstalledEso[]
  /** Whether a file (as shown) is among what `paths` names: what is found elsewhere is not reported (applied.md §4.5). */
  readonly isReported: (file: string) => boolean
  /** Every YAML document that was parsed, objects or not. */
  readonly documents: readonly { readonly source: SourceFile; readonly document: YamlDocument }[]
  /** The text of a line (1-based) of a file that was read, under its shown path. */
  sourceLine(file: string, line: number): string | undefined
  /** The YAML comments of a file, in order; empty for files that are not YAML. */
  comments(file: string): readonly Comment[]
}

/**
 * Reads files, folders or globs into Manifests: what Flux, Argo CD and kustomizations apply, and what nothing applies as it stands.
 * Throws InvalidInput for paths that do not exist; everything else that is left out is a note.
 */
export async function readRepository(paths: readonly string[], options: ReadRepositoryOptions): Promise<Repository> {
  options.enter?.('files')
  return readDiscovered(await discover(paths, options), options)
}

type DiscoveredOptions = GitOpsOptions & Pick<ReadRepositoryOptions, 'maxDocuments' | 'elsewhere'>

/** The same of files that were found and read already (those of an earlier commit). */
export async function readDiscovered(discovery: Discovery, options: DiscoveredOptions): Promise<Repository> {
  return (await openDiscovered(discovery, options)).repository()
}

/** A repository of which roots are built as they are asked for. */
export interface OpenRepository {
  /** Roots that lead to no other one and were not built. */
  waiting(): readonly GitOpsRoot[]
  build(roots: readonly GitOpsRoot[]): Promise<void>
  /** By which a root is the same in two states of a repository, the files apart that it reads: with what it takes from ConfigMaps. */
  stateOf(root: GitOpsRoot): string
  /** What is built, in the order in which it was found; roots that wait have no objects. */
  outputs(): readonly Output[]
  readonly checkouts: readonly OpenCheckout[]
  /** Every object as its file has it. */
  readonly written: readonly SourceObject[]
  /** Whether the roots of GitOps lead to anything that is judged. */
  readonly reaches: boolean
  /** What is built by now, and what no root holds. */
  repository(part?: PartOfRepository): Repository
}

interface OpenOptions {
  readonly leavesWait?: boolean
  /** Another state of the same files that is open already, and what is otherwise in this one: where that leads to the same roots, they are taken. */
  readonly like?: { readonly of: OpenRepository; readonly altered: ReadonlySet<string> }
}

/** Follows the roots; with `leavesWait` only those are built that lead to others. */
export async function openDiscovered(
  discovery: Discovery,
  options: DiscoveredOptions & OpenOptions,
): Promise<OpenRepository> {
  const { maxDocuments, elsewhere, deadline } = options
  options.enter?.('manifests')
  const parsed = parseFiles(discovery.files, discovery.roots, { maxDocuments, elsewhere, deadline })
  options.enter?.('gitops')
  const checkouts: OpenCheckout[] = []
  for (const root of discovery.roots) checkouts.push(await openCheckoutOf(root, discovery, parsed, options))
  return {
    waiting: () => checkouts.flatMap(({ followed }) => [...followed.waiting.keys()]),
    async build(roots) {
      for (const { followed } of checkouts) await followed.build(roots.filter((root) => followed.waiting.has(root)))
    },
    checkouts,
    stateOf: rootStates(checkouts),
    outputs: () => checkouts.flatMap(({ followed }) => followed.outputs),
    written: parsed.objects,
    reaches: checkouts.some(({ followed }) => followed.reaches),
    repository: (part) =>
      repositoryOf(
        discovery,
        parsed,
        checkouts.map((checkout) => checkout.part(part)),
      ),
  }
}

function rootStates(checkouts: readonly OpenCheckout[]): OpenRepository['stateOf'] {
  const known = new WeakMap<GitOpsRoot, string>()
  return (root) => {
    let state = known.get(root)
    if (state === undefined) {
      const { configMaps } =
        (checkouts.find(({ checkout }) => checkout === root.checkout) ?? checkouts[0])?.followed ?? {}
      const taken = listAt(root.flux?.postBuild, 'substituteFrom').flatMap((from) =>
        (configMaps?.(stringAt(from, 'name') ?? '', root.cluster) ?? []).map(({ source, body }) => [
          source.relative,
          body,
        ]),
      )
      state = `${rootState(root)}${taken.length === 0 ? '' : JSON.stringify(taken)}`
      known.set(root, state)
    }
    return state
  }
}

function repositoryOf(discovery: Discovery, parsed: ParsedFiles, parts: readonly Part[]): Repository {
  const manifests = parts.flatMap((part) => part.manifests)
  const notFollowed = parts.flatMap(({ followed }) => followed.notFollowed)
  const told = tellNotFollowed(notFollowed)
  const unusable = parts.find(({ unusable }) => unusable !== undefined)?.unusable
  // As written: a base that twenty overlays use is one ExternalSecret to its reader.
  const count = (...kinds: string[]) =>
    new Set(manifests.filter(({ kind }) => kinds.includes(kind)).map(({ span }) => `${span.file}:${span.line}`)).size
  return {
    manifests,
    workloads: parts.flatMap((part) => part.workloads),
    files: discovery.files,
    roots: discovery.roots,
    notes: [
      ...discovery.notes,
      ...parts.reduce((notes, part) => part.withTemplates(notes), parsed.notes),
      ...told.notes,
    ],
    notChecked: [...told.notChecked, ...(unusable === undefined ? [] : [unusable])],
    notFollowed,
    outputs: parts.flatMap(({ followed }) => followed.outputs),
    counts: {
      seen: discovery.counts.seen,
      files: discovery.counts.read,
      documents: parsed.documents.length,
      manifests: manifests.length,
      externalSecrets: count('ExternalSecret', 'ClusterExternalSecret'),
      pushSecrets: count('PushSecret', 'ClusterPushSecret'),
      stores: count('SecretStore', 'ClusterSecretStore'),
    },
    stats: {
      processes: parts.reduce((sum, { processes }) => sum + processes, 0),
      processMilliseconds: parts.reduce((sum, { processMilliseconds }) => sum + processMilliseconds, 0),
    },
    installedEso: installedEso(manifests, parsed.documents),
    isReported: discovery.isReported,
    documents: parsed.documents,
    sourceLine: parsed.sourceLine,
    comments: parsed.comments,
  }
}

interface Part {
  readonly manifests: readonly Manifest[]
  readonly workloads: readonly Manifest[]
  readonly followed: Followed
  readonly processes: number
  readonly processMilliseconds: number
  /** Notes about templates that were rendered after all are gone; the others say what each of them holds, and why it was not. */
  withTemplates(notes: readonly Note[]): readonly Note[]
  /** Somebody installed a kustomize: that it was needed and cannot be used must be seen. */
  readonly unusable: NotChecked | undefined
}

/** A searched folder whose roots were followed, as far as they were built. */
interface OpenCheckout {
  readonly checkout: Checkout
  readonly followed: Followed
  part(part?: PartOfRepository): Part
}

async function openCheckoutOf(
  root: Root,
  discovery: Discovery,
  parsed: ParsedFiles,
  options: GitOpsOptions & OpenOptions,
): Promise<OpenCheckout> {
  const { variables, allowRemoteBases = false, enableHelm = false, deadline = NO_DEADLINE } = options
  const checkout = openCheckout({
    root,
    files: discovery.files,
    documents: parsed.documents,
    yamlAt: (relative) => parsed.yamlAt(root, relative),
    options: { allowRemoteBases, enableHelm },
    deadline,
  })
  const find: FindKustomize = options.kustomize ?? (async () => ({ kustomize: undefined, unusable: [] }))
  const { build, stats } = kustomizeBuilds(checkout, {
    find,
    allowRemoteBases,
    enableHelm,
    memory: options.memory,
    deadline,
  })
  const charts = chartRenders(checkout, {
    find: options.helm ?? (async () => ({ helm: undefined, unusable: [] })),
    isOff: options.renderHelm === 'never',
    apiVersions: options.servedApiVersions ?? [],
    memory: options.helmMemory ?? new Map(),
    deadline,
  })
  const files = discovery.files.filter(({ use }) => use === undefined)
  const written = parsed.objects.filter(({ source }) => source.root === root.path)
  const outputs: OutputOptions = {
    build,
    render: charts.render,
    fetches: allowRemoteBases || enableHelm,
    always: options.buildAll === true,
    wanted: wantedFrom(checkout, written),
  }
  const { like } = options
  const same = like?.of.checkouts.find((other) => other.checkout.root.path === root.path)
  const followed =
    like !== undefined && same !== undefined && hasSameStructure(same.followed, [same.checkout, checkout], like.altered)
      ? followedAgain(same.followed, checkout, like.altered, (one) => outputOf(one, outputs))
      : await follow(checkout, {
          ...outputs,
          identities: [...(options.identities ?? []), ...gitRemotes(root.path)],
          commands: commandsIn(files, root),
          artifacts: new Map(
            pushedArtifacts(files.filter((file) => file.root === root.path)).flatMap(({ address, folder }) => {
              const key = repositoryPath(address)?.join('/')
              return key === undefined ? [] : [[key, folder] as const]
            }),
          ),
          variables,
          leavesWait: options.leavesWait === true,
          chartValues: options.chartValues ?? [],
          linkOutside: linkOutside(checkout, discovery),
        })
  return {
    checkout,
    followed,
    part(part = WHOLE) {
      const { processes, processMilliseconds, missed, unusable } = stats
      const deliveries = deliveriesOf({ checkout, followed, written, variables, part })
      return {
        manifests: manifestsOf(deliveries.manifests),
        workloads: manifestsOf(deliveries.workloads),
        followed,
        withTemplates: (notes) => templateNotes(notes, checkout, followed),
        processes: processes + charts.stats.processes,
        processMilliseconds: processMilliseconds + charts.stats.processMilliseconds,
        unusable:
          missed && unusable.length > 0
            ? {
                file: '.',
                line: 1,
                what: 'What patches change',
                reason: { code: 'kustomize-unusable', found: unusable },
              }
            : undefined,
      }
    },
  }
}

/** A symbolic link of the checkout that leads out of it. */
function linkOutside(checkout: Checkout, { notes, roots }: Discovery): string | undefined {
  const prefix = checkout.shown('').replace(/^\.$/, '')
  const isHere = (file: string) => (prefix === '' ? roots.length === 1 : file.startsWith(prefix))
  return notes.find(({ code, file }) => code === 'symlink-leaves' && isHere(file))?.file
}

/** Of kustomize's output only what rules look at, or what leads to more roots. */
function wantedFrom(checkout: Checkout, written: ParsedFiles['objects']) {
  const kinds = new Set(written.filter(isManifestKind).map(({ source, kind }) => `${source.relative}\0${kind}`))
  return (object: RenderedObject, file: string | undefined): boolean =>
    object.kind !== 'CustomResourceDefinition' &&
    (object.text.includes('external-secrets.io') ||
      // Releases lead to charts of the repository, and carry Applications.
      object.kind === 'HelmRelease' ||
      object.kind === 'HelmChart' ||
      isGitOps(object.apiVersion, object.kind) ||
      MENTIONS_SECRETS.test(object.text) ||
      (file !== undefined && checkout.sources.has(file) && kinds.has(`${file}\0${object.kind}`)))
}
