import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { NotChecked } from '../../model/finding.ts'
import { isEsoGroup } from '../../model/kinds.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Note } from '../../model/note.ts'
import type { RenderReason } from '../../model/reason.ts'
import type { KustomizeBinary, Run } from '../process/kustomize-binary.ts'
import type { Repository } from '../read-repository.ts'
import { buildRoot } from './build-root.ts'
import { type Checkout, checkout as openCheckout } from './checkout.ts'
import { decidedRoots } from './decided-roots.ts'
import { rootFinder } from './find-roots.ts'
import { nestedObjects } from './nested-objects.ts'
import { asNotChecked, failureNote, groupRefusals, withoutRepeatedAddresses } from './render-notes.ts'
import { limited, workThrough } from './render-queue.ts'
import type { RenderRoot } from './render-root.ts'
import { type RenderedManifest, renderedManifests } from './rendered-manifests.ts'
import type { LocatedObject } from './rendered-objects.ts'
import { locateObjects, tracedGitOps } from './rendered-objects.ts'
import type { RenderedObject } from './rendered-output.ts'
import { isGitOps } from './roots.ts'
import { stage } from './staging.ts'
import { configMapFinder, rootVariables } from './variables.ts'

export interface RenderOptions {
  readonly binary: KustomizeBinary
  readonly run: Run
  /** An empty folder outside of the repository; the caller removes it. */
  readonly temporary: string
  readonly allowRemoteBases: boolean
  readonly enableHelm: boolean
  /** For `${NAME}` that Git cannot resolve. */
  readonly variables: Readonly<Record<string, string>>
  /**
   * Only roots whose outcome plain reading cannot tell are rendered, the others stay as they were read (`undecided`). Default:
   * every root is rendered.
   */
  readonly undecidedOnly?: boolean
  /**
   * Builds of an earlier rendering in this run: of the state before a change, only roots of which a file differs are built again.
   */
  readonly memory?: BuildMemory
  /** What kustomize may see of the environment where remote bases or Helm are allowed (PATH, HOME, proxies). */
  readonly environment?: Readonly<Record<string, string>>
}

export interface RenderedRoot {
  readonly root: RenderRoot
  readonly failure: RenderReason | undefined
  /** Plain reading tells all of it: nothing was run. */
  readonly skipped?: boolean
  /** The copy that was built, while the caller keeps it; roots that differ in nothing that kustomize sees share one. */
  readonly copy?: string
}

export interface RenderedRepository {
  /** All Manifests: rendered ones in place of the plain ones whose files a root builds, and the remaining plain ones. */
  readonly manifests: readonly (Manifest | RenderedManifest)[]
  readonly notes: readonly Note[]
  /** Roots that could not be rendered, with the reason. */
  readonly notChecked: readonly NotChecked[]
  readonly roots: readonly RenderedRoot[]
  /** Shown paths of kustomizations of which the notes here, or their rendering, say all there is to say. */
  readonly told: ReadonlySet<string>
  readonly stats: {
    readonly processes: number
    /** Wall-clock time of the whole, and of all kustomize processes together. */
    readonly milliseconds: number
    readonly processMilliseconds: number
    /** Rendered scalars of which only the best known line can be told. */
    readonly guessed: number
    readonly located: number
  }
}

/** What was built, by root, with the files that it was built from. */
export type BuildMemory = Map<
  string,
  { readonly files: ReadonlySet<string>; readonly built: ReturnType<typeof buildRoot> }
>

/** Two at a time: a runner has two to four cores, and kustomize itself uses more than one. */
const PROCESSES = 2
/** Flux Kustomizations that apply Flux Kustomizations that …: deeper ones wait for the output. */
const MAX_AHEAD = 8
/** Roots in hand: the next ones are copied while kustomize works on others. */
const ROOTS = 8

/**
 * Renders what GitOps applies and gives it back as Manifests whose fields know the line that wrote them (design §6). Never throws
 * for what the repository holds: a root that cannot be rendered is a note, and its manifests stay as they were read.
 */
export async function renderRepository(repository: Repository, options: RenderOptions): Promise<RenderedRepository> {
  const started = performance.now()
  const parts: PartResult[] = []
  for (const [index, root] of repository.roots.entries()) {
    const checkout = openCheckout({ root, files: repository.files, documents: repository.documents, options })
    parts.push(
      await renderCheckout(checkout, repository, {
        ...options,
        temporary: path.join(options.temporary, String(index)),
      }),
    )
  }
  const files = new Set(parts.flatMap(({ replaced }) => [...replaced]))
  const failed = new Set(
    parts.flatMap(({ roots }) =>
      roots.filter(({ failure, skipped }) => failure !== undefined || skipped === true).map(({ root }) => nameOf(root)),
    ),
  )
  const plain = repository.manifests.filter((manifest) => staysPlain(manifest, files, failed))
  const roots = parts.flatMap((part) => part.roots)
  return {
    manifests: [...parts.flatMap(({ manifests }) => manifests), ...plain],
    notes: parts.flatMap(({ notes }) => notes),
    notChecked: parts.flatMap(({ notChecked }) => notChecked),
    roots,
    told: new Set(parts.flatMap(({ replaced, told }) => [...replaced, ...told])),
    stats: {
      processes: sum(parts.map(({ processes }) => processes)),
      milliseconds: performance.now() - started,
      processMilliseconds: sum(parts.map(({ processMilliseconds }) => processMilliseconds)),
      guessed: sum(parts.map(({ guessed }) => guessed)),
      located: sum(parts.map(({ located }) => located)),
    },
  }
}

interface PartResult {
  readonly manifests: readonly RenderedManifest[]
  readonly notes: readonly Note[]
  readonly notChecked: readonly NotChecked[]
  readonly roots: readonly RenderedRoot[]
  /** Shown paths of the files whose plain manifests the rendered ones replace. */
  readonly replaced: ReadonlySet<string>
  readonly told: readonly string[]
  readonly processes: number
  readonly processMilliseconds: number
  readonly guessed: number
  readonly located: number
}

async function renderCheckout(checkout: Checkout, repository: Repository, options: RenderOptions): Promise<PartResult> {
  const staging = stage(checkout.tree, checkout.closures, options.temporary)
  const configMaps = configMapFinder(checkout)
  const expected = (root: RenderRoot) =>
    nestedObjects(root, tracedGitOps(root), rootVariables(root, configMaps, options.variables))
  const finder = rootFinder(checkout, expected)
  const kinds = manifestKinds(repository)
  const isWanted = (object: RenderedObject, file: string | undefined) =>
    object.kind !== 'CustomResourceDefinition' &&
    (isEsoGroup(object.apiVersion) ||
      object.text.includes('external-secrets.io') ||
      isGitOps(object.apiVersion, object.kind) ||
      (file !== undefined && kinds.has(`${checkout.shown(file)}\0${object.kind}`)))
  const roots: RenderedRoot[] = []
  const outputs: { readonly root: RenderRoot; readonly objects: readonly LocatedObject[] }[] = []
  const notes: Note[] = []
  const replaced = new Set<string>()
  const builds = new Map<string, ReturnType<typeof buildRoot>>()
  let processMilliseconds = 0
  let processes = 0

  const limit = limited(PROCESSES)
  const run: Run = (command, args, settings) =>
    limit(async () => {
      const began = performance.now()
      processes++
      const result = await options.run(command, args, settings)
      processMilliseconds += performance.now() - began
      return result
    })
  const build = (root: RenderRoot, annotated = false) => {
    // Two Flux Kustomizations that differ in their variables only are one build.
    const key = `${buildKey(root)}${annotated ? '\0annotated' : ''}`
    let running = builds.get(key)
    if (running === undefined) {
      running =
        remembered(root, key) ??
        buildRoot(root, staging, annotated, { ...options, run, environment: options.environment ?? {} })
      builds.set(key, running)
      if (checkout.root.earlier === undefined)
        options.memory?.set(`${checkout.root.path}\0${key}`, { files: root.closure.files, built: running })
    }
    return running
  }
  const remembered = (root: RenderRoot, key: string) => {
    const { memory } = options
    const { path: at, earlier } = checkout.root
    const known = memory?.get(`${at}\0${key}`)
    if (earlier === undefined) return known?.built
    // A file that only one of the two states has is among the files of one of them.
    const differs =
      known === undefined || [...earlier.keys()].some((file) => known.files.has(file) || root.closure.files.has(file))
    return differs ? undefined : known.built
  }

  const isDecided =
    options.undecidedOnly === true
      ? decidedRoots(checkout, repository, options.allowRemoteBases || options.enableHelm)
      : () => false

  /**
   * Starts what roots' traces say they name: kustomize then need not end before the next builds begin. Gives way after each root, so
   * that the first processes start while the rest is traced.
   */
  const ahead = async (roots: readonly RenderRoot[], depth: number): Promise<void> => {
    for (const root of roots) {
      if (isDecided(root)) continue
      const known = builds.has(buildKey(root))
      void build(root)
      if (known || depth > MAX_AHEAD) continue
      await nextTurn()
      await ahead(
        expected(root).flatMap((object) => finder.preview(object)),
        depth + 1,
      )
    }
  }
  const tracing: Promise<void>[] = []

  const start = finder.start()
  tracing.push(ahead(start, 0))
  await workThrough(
    start,
    ROOTS,
    async (root) => {
      if (isDecided(root)) {
        roots.push({ root, failure: undefined, skipped: true })
        return []
      }
      let built = await build(root)
      let objects = locateObjects(root, built, isWanted)
      if (objects === 'uncertain') {
        built = await build(root, true)
        objects = locateObjects(root, built, isWanted)
      }
      roots.push({ root, failure: built.failure, ...(built.folder === undefined ? {} : { copy: built.folder }) })
      if (built.failure !== undefined || objects === 'uncertain') {
        notes.push(failureNote(root, built.failure ?? { code: 'not-traced' }))
        return []
      }
      outputs.push({ root, objects })
      for (const file of root.closure.files) replaced.add(checkout.shown(file))
      const variables = rootVariables(root, configMaps, options.variables)
      return finder.fromOutput(root, nestedObjects(root, objects, variables))
    },
    () => {
      const more = finder.more()
      tracing.push(ahead(more, 0))
      return more
    },
  )

  // A build that the trace foresaw in vain still reads the copy, which the caller removes.
  await Promise.all(tracing)
  await Promise.all(builds.values())
  const applied = outputs.map(({ root, objects }) => ({
    root,
    objects,
    variables: rootVariables(root, configMaps, options.variables),
  }))
  const objects = outputs.flatMap((output) => output.objects)
  const all = groupRefusals([...finder.notes, ...notes])
  return {
    manifests: renderedManifests(applied, options.variables),
    notes: withoutRepeatedAddresses(all),
    notChecked: all.flatMap(asNotChecked),
    roots,
    replaced,
    told: finder.notes.map(({ file }) => file),
    processes,
    processMilliseconds,
    guessed: sum(objects.map(({ guessed }) => guessed)),
    located: objects.length,
  }
}

function buildKey(root: RenderRoot): string {
  return root.changed ? `${root.folder}\0${JSON.stringify(root.closure.kustomization.value)}` : root.folder
}

/** File and kind of everything that plain reading found worth keeping: its rendered form is, too. */
function manifestKinds(repository: Repository): ReadonlySet<string> {
  return new Set(repository.manifests.map((manifest) => `${manifest.origin.file}\0${manifest.kind}`))
}

/** A plain manifest stays where nothing built its file, or where only a root that failed would have applied it. */
function staysPlain(manifest: Manifest, replaced: ReadonlySet<string>, failed: ReadonlySet<string>): boolean {
  const { origin } = manifest
  if (!replaced.has(origin.file)) return true
  return origin.appliedBy.length > 0 && origin.appliedBy.every(({ kind, name }) => failed.has(`${kind} ${name}`))
}

function nameOf(root: RenderRoot): string {
  return `${root.appliedBy.kind} ${root.appliedBy.name}`
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
