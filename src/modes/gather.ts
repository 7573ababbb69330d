import { relative, resolve } from 'node:path'
import type { Chain, LiveView } from '../chain/chain.ts'
import { type FollowInput, follow } from '../chain/follow.ts'
import { createJudge, watchedJudge } from '../chain/judge.ts'
import { saidInVain } from '../chain/said-in-vain.ts'
import { wantedOf } from '../chain/wanted.ts'
import { withOwned } from '../drift/owned.ts'
import { type Prediction, predict } from '../eso/predict.ts'
import type { Discovery } from '../files/discover.ts'
import { namesInFiles } from '../files/names-in-files.ts'
import type { SourceFile } from '../files/source-file.ts'
import { parseYaml } from '../files/yaml/parse-yaml.ts'
import { installedEso } from '../gitops/objects/installed-eso.ts'
import { documentsOf } from '../gitops/objects/parsed-files.ts'
import { type Repository, readDiscovered, readRepository } from '../gitops/read-repository.ts'
import { readRendered, withRendered } from '../gitops/rendered-input.ts'
import type { Deadline } from '../model/deadline.ts'
import { InvalidInput } from '../model/invalid-input.ts'
import { lookUp } from '../model/look-up.ts'
import type { Manifest } from '../model/manifest.ts'
import type { Note } from '../model/note.ts'
import { type ServerLaw, serverLaw } from '../model/server-law.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import type { VaultState } from '../model/vault-state.ts'
import { nameManifest } from '../model/wording.ts'
import { splitRole } from '../settings/config-word.ts'
import type { Settings } from '../settings/settings.ts'
import type { Declared, DeclaredYaml } from '../state/declared/declared.ts'
import { readDeclared } from '../state/declared/read-declared.ts'
import { scriptObjects } from '../state/declared/shell/script-objects.ts'
import { terraformObjects } from '../state/declared/terraform/terraform-objects.ts'
import { ansibleObjects } from '../state/declared/yaml/ansible-objects.ts'
import type { LiveState, Wanted } from '../state/live/live-state.ts'
import { type Configured, checkAlso, configured, withStores } from './configured.ts'
import { invalidYaml } from './invalid-yaml.ts'
import { knownServer } from './known-server.ts'
import { ownedPathsOf } from './look-for-drift.ts'
import { type Render, withoutRendering } from './render.ts'
import { createWatch, type Watch } from './watch.ts'

/** The answers of a server, by Vault namespace; given from outside, so that offline runs load nothing of it. */
export interface LiveSource {
  /** `OpenBao 2.7.1 at https://vault.example.com`. */
  readonly name: string
  /** `namespace` is relative to the settings' one; `''` is that one itself. */
  /** `told` is called for each secret of which the server has told. */
  readonly read: (namespace: string, wanted: Wanted, told?: () => void) => Promise<LiveState>
  /** Some of it is told by a snapshot: so the server was then (UTC, RFC 3339). */
  readonly asOf?: string
}

/** For a report: since when its facts are so, where a snapshot tells them. */
export function asOfSource({ asOf }: LiveSource): { readonly asOf?: string } {
  return asOf === undefined ? {} : { asOf }
}

export interface Gathered {
  readonly repository: Repository
  readonly declared: Declared
  /** What the config says that Git does not. */
  readonly configured: Configured
  readonly prediction: Prediction
  readonly chain: Chain
  /** Mode drift: the same, judged by the roles and policies of the server alone. */
  readonly byServer?: Chain | undefined
  /** What a server is asked, or would be, by Vault namespace (`''`: the one of the settings). */
  readonly wanted: ReadonlyMap<string, Wanted>
  readonly live: ReadonlyMap<string, LiveState>
  /** What could not be looked at, because the time was over or something of ours failed. */
  readonly watch: Watch
  /** Whose policy language and LIST matching the decisions are made by. */
  readonly judging: ServerLaw
}

export interface GatherDeps {
  readonly cwd: string
  readonly live: LiveSource | undefined
  /** Absent: what only kustomize can tell is not checked. */
  readonly render?: Render | undefined
  /** Default: nobody watches over the time. */
  readonly watch?: Watch
  /** The files that the settings ask for, where they were found and read already. */
  readonly files?: Discovery | undefined
}

/** Reads Git, asks the server what it must be asked, and follows the chain. The same for every mode. */
export async function gather(settings: Settings, deps: GatherDeps): Promise<Gathered> {
  const { paths, exclude, variables, config } = settings
  const { cwd, render = withoutRendering, watch = createWatch(), files } = deps
  const { deadline, enter } = watch
  await checkAlso(settings, cwd)
  const also = config.manifests.also.map(({ folder }) => folder)
  const read = { variables, chartValues: config.helm, elsewhere: appliedElsewhere, deadline, enter }
  const repository = await render((rendering) =>
    files === undefined
      ? readRepository(paths, { cwd, exclude, also, ...read, ...rendering })
      : readDiscovered(files, { ...read, ...rendering }),
  )
  const gathered = await gatherFrom(repository, settings, { ...deps, watch })
  if (gathered.configured.missing.length > 0) throw new InvalidInput(gathered.configured.missing)
  return gathered
}

const YAML: DeclaredYaml = {
  parse: (file, text) => parseYaml({ file, text }).documents,
  documents: documentsOf,
}

/** What files say of policies, roles, mounts and logins. */
export function declaredIn(files: readonly SourceFile[], deadline: Deadline): Declared {
  return readDeclared(
    files.filter(({ use }) => use === undefined),
    YAML,
    deadline,
  )
}

/** Stores and secrets that Terraform, scripts and plays apply. */
export function appliedElsewhere(files: readonly SourceFile[]) {
  const terraform = terraformObjects(files, YAML)
  const others = [...scriptObjects(files, YAML), ...ansibleObjects(files, YAML)]
  return { ...terraform, objects: [...terraform.objects, ...others] }
}

/** The same of a repository that is read already. `answers`: what a server told before, where it is not asked again. */
export async function gatherFrom(
  plain: Repository,
  settings: Settings,
  {
    cwd,
    live: source,
    answers,
    declared: told,
    watch = createWatch(),
  }: Omit<GatherDeps, 'render'> & {
    readonly answers?: ReadonlyMap<string, LiveState>
    /** What the files declare, where it was read already. */
    readonly declared?: Declared
  },
): Promise<Gathered> {
  watch.enter('declared')
  const declared = told ?? declaredIn(plain.files, watch.deadline)
  const repository = await withFinished(plain, settings, cwd)
  const said = configured(settings, plain.roots, cwd)
  const withSaid = withStores(anyCluster(repository, settings, cwd), said.stores)
  watch.enter('predict')
  const prediction = predict(withSaid.manifests, {
    skip: (manifest) => {
      const over = watch.over()
      if (over) watch.leave(placeOf(manifest))
      return over
    },
    fail: (manifest, error) => watch.fail(placeOf(manifest), error),
  })
  const policiesOfStore = (name: string) => lookUp(settings.config.stores, name)?.policies
  // Put together only when somebody is asked or tells what would have been asked (ci-policy).
  let put: ReadonlyMap<string, Wanted> | undefined
  const wanted = () => {
    put ??= wantedFor(settings, prediction, declared, policiesOfStore)
    return put
  }
  watch.enter('server')
  const live = new Map(answers)
  if (source !== undefined) {
    const told = await askAll(source, wanted(), watch)
    for (const [namespace, state] of told) live.set(namespace, state)
  }
  watch.enter('follow')
  const first = live.get('') ?? [...live.values()][0]
  const known = knownServer(settings.config.vault.product)
  const { product, version } = first?.server ?? known
  const judging = serverLaw(product ?? known.product, version ?? known.version)
  const input: FollowInput = {
    manifests: repository.manifests,
    workloads: repository.workloads,
    isNamedOutside: namedOutside(repository, cwd),
    prediction,
    declared: {
      ...declared.state,
      roles: [...declared.state.roles, ...said.roles],
      policies: [...declared.state.policies, ...said.policies],
    },
    textlessPolicies: declared.also.textless,
    tokens: declared.also.tokens,
    live: (namespace) => live.get(trimSlashes(namespace ?? '')),
    liveView: first === undefined ? undefined : liveView(source?.name ?? '', live),
    judge: watchedJudge(createJudge(judging), watch),
    policiesOfStore,
    configSpanOf: (name) => lookUp(settings.config.stores, name)?.span,
    saidInVain: saidInVain(said, declared.state, withSaid.unused),
    // What somebody says of the cluster counts more than what Git pins (several clusters, an upgrade under way).
    installedEso:
      settings.esoVersion === undefined ? repository.installedEso : [{ version: settings.esoVersion, span: undefined }],
    naming: settings.config.naming,
    expect: settings.config.expect,
    invalidYaml: invalidYaml(repository.notes, repository.sourceLine),
  }
  const chain = follow(input)
  // In drift, ESO's trouble of today counts beside what Git would bring (platform.md §4.2, class 2).
  const comparesLaw = settings.mode === 'drift' && first !== undefined
  const byServer = comparesLaw
    ? follow({ ...input, declared: withoutLaw(input.declared), textlessPolicies: [] })
    : undefined
  return {
    repository,
    declared,
    configured: said,
    prediction,
    chain,
    byServer,
    get wanted() {
      return wanted()
    },
    live,
    judging,
    watch,
  }
}

/** Asks for what lies in each Vault namespace, all at once. */
async function askAll(
  source: LiveSource,
  wanted: ReadonlyMap<string, Wanted>,
  watch: Watch,
): Promise<readonly (readonly [string, LiveState])[]> {
  const of = [...wanted.values()].reduce((sum, { secrets = [] }) => sum + secrets.length, 0)
  let done = 0
  const told = () => watch.reached({ done: Math.min(++done, of), of })
  return Promise.all(
    [...wanted].map(async ([namespace, parts]) => [namespace, await source.read(namespace, parts, told)] as const),
  )
}

function wantedFor(
  settings: Settings,
  prediction: Prediction,
  declared: Declared,
  policiesOfStore: (name: string) => readonly string[] | undefined,
): ReadonlyMap<string, Wanted> {
  const parts = wantedOf(prediction, declared.state, {
    // A pull request's token need not see it; what reviews logins is drift's and plan's affair (platform.md §2.3).
    authConfig: settings.mode !== 'check',
    policiesOfStore,
    roles: settings.config.expect.flatMap(({ who }) => (who.is === 'role' ? [splitRole(who.name)] : [])),
  })
  return withOwned(parts, ownedPathsOf(settings, prediction))
}

/** What other repositories declare does not say of which of this one's clusters it is: it may be any. */
function anyCluster({ manifests }: Repository, { config }: Settings, cwd: string): readonly Manifest[] {
  const folders = config.manifests.also.map(
    ({ folder }) => `${relative(cwd, resolve(cwd, folder)).replaceAll('\\', '/')}/`,
  )
  if (folders.length === 0) return manifests
  return manifests.map((manifest) => {
    const { origin } = manifest
    if (!folders.some((folder) => origin.file.startsWith(folder))) return manifest
    const { cluster: _, ...applied } = origin.applied
    return { ...manifest, origin: { ...origin, applied } }
  })
}

function namedOutside({ roots }: Repository, cwd: string): Chain['isNamedOutside'] {
  const isNamed = namesInFiles(roots)
  return (name, files) => {
    const below = [...files].flatMap((file) =>
      roots.map((root) => relative(root.path, resolve(cwd, file)).replaceAll('\\', '/')),
    )
    return isNamed(name, new Set(below))
  }
}

function placeOf(manifest: Manifest) {
  return { file: manifest.span.file, line: manifest.span.line, what: nameManifest(manifest) }
}

/** The repository with the manifests that were given finished in place of those that they come from. */
async function withFinished(repository: Repository, settings: Settings, cwd: string): Promise<Repository> {
  if (settings.rendered.length === 0) return repository
  const finished = await readRendered(settings.rendered, repository, { cwd })
  const manifests = withRendered(repository.manifests, finished)
  return {
    ...repository,
    manifests,
    workloads: withRendered(repository.workloads, { ...finished, manifests: finished.workloads }),
    notes: distinct([...repository.notes, ...finished.notes]),
    installedEso: installedEso(manifests, repository.documents),
  }
}

function liveView(server: string, live: ReadonlyMap<string, LiveState>): LiveView {
  const states = [...live.values()]
  return {
    server,
    state: {
      mounts: states.flatMap((one) => one.state.mounts),
      authMounts: states.flatMap((one) => one.state.authMounts),
      roles: states.flatMap((one) => one.state.roles),
      policies: states.flatMap((one) => one.state.policies),
    },
    states: live,
  }
}

/** Both read the same files, and note the same things. */
function distinct(notes: readonly Note[]): Note[] {
  return [...new Map(notes.map((note) => [JSON.stringify(note), note])).values()]
}

function withoutLaw(state: VaultState): VaultState {
  return { ...state, roles: [], policies: [] }
}
