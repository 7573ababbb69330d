import { basename } from 'node:path'
import type { Chain, LiveView } from '../chain/chain.ts'
import { type FollowInput, follow } from '../chain/follow.ts'
import { createJudge } from '../chain/judge.ts'
import { wantedOf } from '../chain/wanted.ts'
import { withOwned } from '../drift/owned.ts'
import { type Prediction, predict } from '../eso/predict.ts'
import { isKustomizationName } from '../files/relevance.ts'
import type { SourceFile } from '../files/source-file.ts'
import { parseYaml } from '../files/yaml/parse-yaml.ts'
import { installedEso } from '../gitops/objects/installed-eso.ts'
import { type Repository, readRepository } from '../gitops/read-repository.ts'
import { readRendered, withRendered } from '../gitops/render/rendered-input.ts'
import type { NotChecked } from '../model/finding.ts'
import type { Manifest, Note } from '../model/manifest.ts'
import { holesOf } from '../model/placeholders.ts'
import { type ServerLaw, serverLaw } from '../model/server-law.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import type { VaultState } from '../model/vault-state.ts'
import type { Settings } from '../settings/settings.ts'
import type { Declared, DeclaredYaml } from '../state/declared/declared.ts'
import { readDeclared } from '../state/declared/read-declared.ts'
import { terraformObjects } from '../state/declared/terraform/terraform-objects.ts'
import type { LiveState, Wanted } from '../state/live/live-state.ts'
import { knownServer } from './known-server.ts'
import { ownedPathsOf } from './look-for-drift.ts'
import type { Render, Rendered } from './render.ts'

/** The answers of a server, by Vault namespace; given from outside, so that offline runs load nothing of it. */
export interface LiveSource {
  /** `OpenBao 2.7.1 at https://vault.example.com`. */
  readonly name: string
  /** `namespace` is relative to the settings' one; `''` is that one itself. */
  readonly read: (namespace: string, wanted: Wanted) => Promise<LiveState>
}

export interface Gathered {
  readonly repository: Repository
  /** Roots that could not be rendered, each with its reason. */
  readonly notRendered: readonly NotChecked[]
  readonly declared: Declared
  readonly prediction: Prediction
  readonly chain: Chain
  /** Mode drift: the same, judged by the roles and policies of the server alone. */
  readonly served?: Chain | undefined
  /** What a server is asked, or would be, by Vault namespace (`''`: the one of the settings). */
  readonly wanted: ReadonlyMap<string, Wanted>
  readonly live: ReadonlyMap<string, LiveState>
  /** Whose policy language and LIST matching the decisions are made by. */
  readonly judging: ServerLaw
}

export interface GatherDeps {
  readonly cwd: string
  readonly live: LiveSource | undefined
  /** Absent: manifests are read plain, and what patches change is not checked. */
  readonly render?: Render | undefined
}

/** Reads Git, asks the server what it must be asked, and follows the chain. The same for every mode. */
export async function gather(settings: Settings, deps: GatherDeps): Promise<Gathered> {
  const paths = settings.paths.length === 0 ? ['.'] : settings.paths
  const { exclude, variables } = settings
  return gatherFrom(
    await readRepository(paths, { cwd: deps.cwd, exclude, variables, elsewhere: inTerraform }),
    settings,
    deps,
  )
}

const YAML: DeclaredYaml = { parse: (file, text) => parseYaml({ file, text }).documents }

/** Stores and secrets that Terraform applies. */
export function inTerraform(files: readonly SourceFile[]) {
  return terraformObjects(files, YAML)
}

/** The same of a repository that is read already. `answers`: what a server told before, where it is not asked again. */
export async function gatherFrom(
  plain: Repository,
  settings: Settings,
  { cwd, live: source, render, answers }: GatherDeps & { readonly answers?: ReadonlyMap<string, LiveState> },
): Promise<Gathered> {
  const declared = readDeclared(plain.files, YAML)
  const { repository, notRendered } = await asApplied(plain, settings, { cwd, render })
  const prediction = predict(repository.manifests, { holesOf: (text) => holesOf(text).map((hole) => hole.text) })
  const policiesOfStore = (name: string) => settings.config.stores[name]?.policies
  const parts = wantedOf(prediction, declared.state, {
    // A pull request's token need not see it; what reviews logins is drift's and plan's affair (platform.md §2.3).
    authConfig: settings.mode !== 'check',
    policiesOfStore,
  })
  const wanted = withOwned(parts, ownedPathsOf(settings, prediction))
  const live = new Map(answers)
  if (source !== undefined) {
    for (const [namespace, parts] of wanted) live.set(namespace, await source.read(namespace, parts))
  }
  const first = live.get('') ?? [...live.values()][0]
  const known = knownServer(settings.config.vault.product)
  const { product, version } = first?.server ?? known
  const judging = serverLaw(product ?? known.product, version ?? known.version)
  const input: FollowInput = {
    manifests: repository.manifests,
    prediction,
    declared: declared.state,
    textlessPolicies: declared.also.textless,
    tokens: declared.also.tokens,
    live: (namespace) => live.get(trimSlashes(namespace ?? '')),
    liveView: first === undefined ? undefined : liveView(source?.name ?? '', live),
    judge: createJudge(judging),
    policiesOfStore,
    // What somebody says of the cluster counts more than what Git pins (several clusters, an upgrade under way).
    installedEso:
      settings.esoVersion === undefined ? repository.installedEso : [{ version: settings.esoVersion, span: undefined }],
    naming: settings.config.naming,
  }
  const chain = follow(input)
  // In drift, ESO's trouble of today counts beside what Git would bring (platform.md §4.2, class 2).
  const servesNow = settings.mode === 'drift' && first !== undefined
  const served = servesNow
    ? follow({ ...input, declared: withoutLaw(declared.state), textlessPolicies: [] })
    : undefined
  return { repository, notRendered, declared, prediction, chain, served, wanted, live, judging }
}

/** The repository with the manifests that GitOps will apply: rendered where plain reading cannot tell, and those given finished. */
async function asApplied(
  plain: Repository,
  settings: Settings,
  { cwd, render }: Pick<GatherDeps, 'cwd' | 'render'>,
): Promise<{ repository: Repository; notRendered: readonly NotChecked[] }> {
  const rendered = await render?.(plain)
  const manifests = rendered?.manifests ?? plain.manifests
  const notes = distinct([...plain.notes.filter((note) => !isTold(note, rendered)), ...(rendered?.notes ?? [])])
  const notRendered = rendered?.notChecked ?? []
  if (settings.rendered.length === 0) return { repository: withManifests(plain, manifests, notes), notRendered }
  const finished = await readRendered(settings.rendered, { ...plain, manifests }, { cwd })
  const all = withRendered(manifests, finished)
  return { repository: withManifests(plain, all, distinct([...notes, ...finished.notes])), notRendered }
}

function withManifests(plain: Repository, manifests: readonly Manifest[], notes: readonly Note[]): Repository {
  return { ...plain, manifests, notes, installedEso: installedEso(manifests, plain.documents) }
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

/** Whether rendering has read what a kustomization leaves plain reading to guess (remote entries, charts, plugins), or says it itself. */
function isTold({ reason, file }: Note, rendered: Rendered | undefined): boolean {
  const isLimit = reason === 'needs-kustomize' || reason === 'template-not-rendered'
  return isLimit && isKustomizationName(basename(file)) && rendered?.told.has(file) === true
}

/** Plain reading and rendering look at the same files, and note the same things. */
function distinct(notes: readonly Note[]): Note[] {
  return [...new Map(notes.map((note) => [`${note.reason} ${note.file}:${note.line} ${note.message}`, note])).values()]
}

function withoutLaw(state: VaultState): VaultState {
  return { ...state, roles: [], policies: [] }
}
