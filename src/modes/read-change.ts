import { basename } from 'node:path'
import type { WideReason } from '../changes/wide-change.ts'
import type { Discovery } from '../files/discover.ts'
import { isKustomizationName, namesEsoKind } from '../files/relevance.ts'
import type { SourceFile } from '../files/source-file.ts'
import { isGitOpsNode } from '../gitops/applied/embedded-gitops.ts'
import type { Output } from '../gitops/build/output.ts'
import { isManifestKind } from '../gitops/objects/manifest-kinds.ts'
import { parseFiles } from '../gitops/objects/parsed-files.ts'
import type { SourceObject } from '../gitops/objects/source-object.ts'
import { plainValue } from '../gitops/placed/placed.ts'
import { type GitOpsOptions, type OpenRepository, openDiscovered, type Repository } from '../gitops/read-repository.ts'
import { filesOf, type GitOpsRoot } from '../gitops/root.ts'
import { groupOf } from '../model/kinds.ts'
import type { Manifest } from '../model/manifest.ts'
import { listAt } from '../model/value.ts'
import type { ChangeStart } from './change-start.ts'
import { appliedElsewhere } from './gather.ts'
import { holdsName, loginNames, type TouchedNames, touchedNames } from './touched-names.ts'

/** A repository in two states, read as far as a change can touch it. */
export interface ReadChange {
  readonly now: Repository
  readonly before: Repository
  /** Roots of the present state: all, and those that were not built. */
  readonly roots: { readonly all: number; readonly notRead: number }
}

export interface Wide {
  readonly wide: WideReason
}

interface ReadOptions {
  readonly now: Discovery
  readonly start: ChangeStart
  /** For `${NAME}` that Git cannot resolve, now. */
  readonly variables: Readonly<Record<string, string>>
  readonly gitOps: Omit<GitOpsOptions, 'variables'>
}

/**
 * Reads what a change can touch, in both states: the roots that read an altered file, and the objects elsewhere that have to do with what
 * comes out of these, by a name that both write. Everything else is the same in both states, and nothing that is said of the change hangs on it
 * (adr/0026). Where that cannot be told, says why.
 */
export async function readChange({ now, start, variables, gitOps }: ReadOptions): Promise<ReadChange | Wide> {
  const { before, altered } = start
  if ([now, before].some((state) => altersShared(state, altered))) return { wide: 'shared-object' }
  const elsewhere = appliedElsewhere
  const putsIn = Object.keys({ ...variables, ...start.settings.variables }).length > 0
  const here = new Side(
    now,
    altered,
    await openDiscovered(now, { ...gitOps, variables, elsewhere, leavesWait: true }),
    putsIn,
  )
  const like = { of: here.open, altered }
  const then = { ...gitOps, variables: start.settings.variables, elsewhere, leavesWait: true, like }
  const there = new Side(before, altered, await openDiscovered(before, then), putsIn)
  const sides: readonly [Side, Side] = [here, there]
  const different = whyDifferent(here, there)
  if (different !== undefined) return { wide: different }
  const all = here.open.waiting().length
  const states = [here.states(), there.states()] as const
  await buildBoth(
    sides,
    (side, root) => side.isTouched(root) || states.some((known) => !known.has(side.open.stateOf(root))),
  )

  const changed = changedObjects(here.touched(states[1]), there.touched(states[0]), altered)
  if (changed.some(isShared)) return { wide: 'shared-object' }
  const touched = touchedNames(changed)
  if (touched === undefined) return { wide: 'open-name' }
  const logins = sides.flatMap((side) => side.loginsOf(changed))
  const names = { ...touched, objects: new Set([...touched.objects, ...logins]) }
  for (const side of sides) side.match(names)
  await buildBoth(sides, (side, root) => side.hasToDo(root))
  const repositories = sides.map((side) => side.repository()) as [Repository, Repository]
  if (repositories.some(hasUncertain)) return { wide: 'left-over' }
  return {
    now: repositories[0],
    before: repositories[1],
    roots: { all: here.open.outputs().length, notRead: Math.min(all, here.open.waiting().length) },
  }
}

/** Builds the same roots in both states. */
async function buildBoth(sides: readonly [Side, Side], isWanted: (side: Side, root: GitOpsRoot) => boolean) {
  const wanted = new Set<string>()
  for (const side of sides)
    for (const root of side.open.waiting()) if (isWanted(side, root)) wanted.add(side.open.stateOf(root))
  for (const { open } of sides) await open.build(open.waiting().filter((root) => wanted.has(open.stateOf(root))))
}

/** What decides for references wherever they are, and is not the same in both states. */
function whyDifferent(one: Side, other: Side): WideReason | undefined {
  if (one.open.reaches !== other.open.reaches) return 'left-over'
  return one.appliedElsewhere() !== other.appliedElsewhere() ? 'applied-elsewhere' : undefined
}

/** Whether an altered file holds what stands for others. */
function altersShared({ files, roots }: Discovery, altered: ReadonlySet<string>): boolean {
  const own = files.filter(({ relative }) => altered.has(relative))
  return parseFiles(own, roots).objects.some(isShared)
}

/** Kinds that stand for themselves: what one of them is matters to those that name it, and to no other. */
const OWN_KINDS = new Set(['ExternalSecret', 'PushSecret', 'Secret', 'ConfigMap', 'ServiceAccount'])

function isShared({ apiVersion, kind, body }: Pick<SourceObject, 'apiVersion' | 'kind' | 'body'>): boolean {
  return !OWN_KINDS.has(kind) && isManifestKind({ apiVersion, kind, body } as SourceObject)
}

/** What is read wherever it is: stores, generators, what ESO takes, what installs it. */
function isReadAnyway(object: SourceObject): boolean {
  return isShared(object) && object.kind !== 'Namespace' && groupOf(object.apiVersion) !== 'rbac.authorization.k8s.io'
}

const OPEN_KUSTOMIZATION = /\b(?:namePrefix|nameSuffix|replacements|vars)\b|(?:Prefix|Suffix|Replacement)Transformer/
/** A variable where a name may stand. */
const OPEN_NAME = /(?:name|key|secret|path|ref|value)\w*["']?\s*:\s*[^#\n]*\$\{/i
/** The same where only a Secret can be named. */
const OPEN_SECRET = /(?:name|secret)\w*["']?\s*:\s*[^#\n]*\$\{/i
/** What may mean secrets and objects that it does not name. */
const MEANS_MANY = /\bfind\b|dataTo\b|matchLabels|matchExpressions/

/** One of the two states, with what of it has to do with the change. */
class Side {
  readonly open: OpenRepository
  private readonly discovery: Discovery
  private readonly altered: ReadonlySet<string>
  private readonly prefix: string
  private readonly sources: ReadonlyMap<string, SourceFile>
  /** Files whose objects everything may need. */
  private readonly shared: ReadonlySet<string>
  /** Files with Namespaces, and of which anything asks for labels. */
  private readonly namespaces: ReadonlySet<string>
  private readonly asksForNamespaces: 'any' | 'own' | 'none'
  private isOfNamespace: (text: string) => boolean = () => false
  private matched: ReadonlySet<string> = new Set()
  /** Files with variables where names may stand: they come to something where Flux puts values in. */
  private variable: ReadonlySet<string> = new Set()
  /** The settings give values to variables, wherever they stand. */
  private readonly putsIn: boolean
  private isNamed: (text: string) => boolean = () => false
  /** Files with objects of ESO's of roots that the change touches, and Applications of several sources. */
  private readonly beside = new Set<string>()
  private readonly parts = new Set<string>()
  private readonly touchedRoots = new Set<GitOpsRoot>()

  constructor(discovery: Discovery, altered: ReadonlySet<string>, open: OpenRepository, putsIn: boolean) {
    this.open = open
    this.putsIn = putsIn
    this.discovery = discovery
    this.altered = altered
    const [first] = discovery.files
    this.prefix = first === undefined ? '' : first.file.slice(0, first.file.length - first.relative.length)
    this.sources = new Map(discovery.files.map((file) => [file.relative, file]))
    const filesOfKind = (is: (object: SourceObject) => boolean) =>
      new Set(open.written.filter(is).map(({ source }) => source.relative))
    this.shared = filesOfKind(isReadAnyway)
    this.namespaces = filesOfKind(({ kind }) => kind === 'Namespace')
    this.asksForNamespaces = open.written.some(({ kind }) => /^Cluster(?:External|Push)Secret$/.test(kind))
      ? 'any'
      : open.written.some(hasConditions)
        ? 'own'
        : 'none'
  }

  states(): ReadonlySet<string> {
    return new Set(this.open.outputs().map(({ root }) => this.open.stateOf(root)))
  }

  /** Whether a root reads an altered file, or is declared by one. */
  isTouched(root: GitOpsRoot): boolean {
    const touches = this.isOfAltered(root)
    if (touches) this.note(root)
    return touches
  }

  private isOfAltered(root: GitOpsRoot): boolean {
    const { file } = root.appliedBy.span
    if (this.altered.has(file.startsWith(this.prefix) ? file.slice(this.prefix.length) : file)) return true
    for (const one of filesOf(root)) if (this.altered.has(one)) return true
    return false
  }

  private note(root: GitOpsRoot): void {
    if (root.part !== undefined) this.parts.add(root.part.of)
    for (const file of filesOf(root)) {
      const source = this.sources.get(file)
      if (source !== undefined && namesEsoKind(source.text)) this.beside.add(file)
    }
  }

  /** The objects that come out of what the change touches, and those of altered files that no root holds. */
  touched(other: ReadonlySet<string>): readonly Manifest[] {
    for (const { root } of this.open.outputs())
      if (this.isOfAltered(root) || !other.has(this.open.stateOf(root))) {
        this.touchedRoots.add(root)
        this.note(root)
      }
    const { manifests, workloads } = this.open.repository({
      isKept: (file) => this.altered.has(file),
      isTaken: ({ root }) => this.touchedRoots.has(root),
    })
    return [...manifests, ...workloads]
  }

  appliedElsewhere(): string {
    return JSON.stringify(
      this.open.written.flatMap(({ appliedBy, kind, body }) =>
        appliedBy === undefined ? [] : [[appliedBy, kind, body]],
      ),
    )
  }

  /** The Secrets that the stores of these objects log in with. */
  loginsOf(objects: readonly Manifest[]): readonly string[] {
    const text = JSON.stringify(objects.map(({ body }) => body))
    return this.open.written.flatMap(({ kind, name, body }) =>
      /SecretStore$/.test(kind) && text.includes(JSON.stringify(name)) ? loginNames(body) : [],
    )
  }

  match({ objects, paths, namespaces }: TouchedNames): void {
    this.isOfNamespace = (text) => this.asksForNamespaces === 'any' || holdsName(text, namespaces)
    this.isNamed = (text) => holdsName(text, objects) || (asksForPaths(text) && holdsName(text, paths))
    const matched = new Set<string>()
    const variable = new Set<string>()
    for (const { relative, text, use } of this.discovery.files) {
      if (this.isNamed(text) || (namesEsoKind(text) && MEANS_MANY.test(text))) matched.add(relative)
      if (text.includes('${') && (use === undefined ? OPEN_NAME : OPEN_SECRET).test(text))
        (this.putsIn ? matched : variable).add(relative)
    }
    this.matched = matched
    this.variable = variable
  }

  /** Whether a root may give objects that have to do with those of the change. */
  hasToDo(root: GitOpsRoot): boolean {
    if (root.part !== undefined && this.parts.has(root.part.of)) return true
    const { build } = root
    if ('changed' in build && build.changed) {
      const text = JSON.stringify(plainValue(build.node))
      if (this.isNamed(text) || OPEN_KUSTOMIZATION.test(text)) return true
    }
    let judges = false
    let isLoose = false
    const files = [...filesOf(root)]
    if (this.asksForNamespaces !== 'none' && files.some((file) => this.namespaces.has(file))) {
      if ('changed' in build && build.changed && this.isOfNamespace(JSON.stringify(plainValue(build.node)))) return true
      if (files.some((file) => this.isOfNamespace(this.sources.get(file)?.text ?? ''))) return true
    }
    for (const file of files) {
      if (this.shared.has(file) || this.matched.has(file) || this.beside.has(file)) return true
      if (root.flux?.postBuild !== undefined && this.variable.has(file)) return true
      const source = this.sources.get(file)
      if (source === undefined) continue
      judges ||= source.use !== undefined || namesEsoKind(source.text)
      isLoose ||= this.isLoose(file)
    }
    return judges && isLoose
  }

  repository(): Repository {
    const isRead = (file: string) =>
      this.altered.has(file) ||
      this.shared.has(file) ||
      this.matched.has(file) ||
      this.variable.has(file) ||
      this.beside.has(file)
    const whole = new Map<GitOpsRoot, boolean>()
    const isWhole = ({ root, objects }: Output) => {
      let found = whole.get(root)
      if (found === undefined) {
        found = this.touchedRoots.has(root) || this.isChangedElsewhere(root, objects, isRead)
        whole.set(root, found)
      }
      return found
    }
    return this.open.repository({
      isKept: (file) => isRead(file) || this.namespaces.has(file),
      isTaken: (output, { node, file }) =>
        isRead(file) ||
        this.namespaces.has(file) ||
        // What leads to roots has led there.
        (isWhole(output) && (this.touchedRoots.has(output.root) || !isGitOpsNode(node))),
    })
  }

  private readonly loose = new Map<string, boolean>()

  /** Whether a file may give objects names that stand in no file. */
  private isLoose(file: string): boolean {
    let found = this.loose.get(file)
    if (found === undefined) {
      found = OPEN_KUSTOMIZATION.test(this.sources.get(file)?.text ?? '')
      this.loose.set(file, found)
    }
    return found
  }

  /** Whether something that is no object of its own has to do with the change: a patch, a generator, what deploys the root. */
  private isChangedElsewhere(root: GitOpsRoot, objects: Output['objects'], isRead: (file: string) => boolean): boolean {
    const { build } = root
    if ('changed' in build && build.changed) return true
    const own = new Set(objects.map(({ file }) => file))
    for (const file of filesOf(root)) {
      if (isRead(file) && (!own.has(file) || isKustomizationName(basename(file)))) return true
      if (this.isLoose(file)) return true
    }
    return false
  }
}

/** Whether a text may hold a path that ESO asks for: in an object, in a patch of one, in values of a chart. */
function asksForPaths(text: string): boolean {
  return /external-secrets|remoteRef|remoteKey|["']?op["']?:|\bextract\b|\bkey["']?:/.test(text)
}

/** Whether a store asks for the labels of the namespaces that use it. */
function hasConditions({ kind, body }: SourceObject): boolean {
  return kind === 'ClusterSecretStore' && listAt(body, 'spec', 'conditions').length > 0
}

/** Objects that are not in both states, or are otherwise, or whose file was altered. */
function changedObjects(
  now: readonly Manifest[],
  before: readonly Manifest[],
  altered: ReadonlySet<string>,
): readonly Manifest[] {
  const [here, there] = [now, before].map((all) => new Set(all.map(identity))) as [Set<string>, Set<string>]
  const isAltered = ({ origin }: Manifest) => [...altered].some((path) => origin.file.endsWith(path))
  return [
    ...now.filter((one) => isAltered(one) || !there.has(identity(one))),
    ...before.filter((one) => isAltered(one) || !here.has(identity(one))),
  ]
}

function identity({ apiVersion, kind, namespace, name, body, origin, unresolved, patched }: Manifest): string {
  const { verdict, cluster } = origin.applied
  const open = [unresolved.map((one) => one.name), patched.length]
  return JSON.stringify([apiVersion, kind, namespace, name, body, origin.file, verdict, cluster?.id, open])
}

/** Verdicts on what nothing leads to that hang on all that there is. */
const COUNTED = new Set(['outside', 'unreached'])

function hasUncertain({ manifests, workloads }: Repository): boolean {
  return [...manifests, ...workloads].some(
    ({ kind, origin: { applied } }) =>
      applied.reason !== undefined && COUNTED.has(applied.reason.code) && !/SecretStore$/.test(kind),
  )
}
