import { posix } from 'node:path'
import { ancestors } from '../files/ancestors.ts'
import type { Applied } from '../model/applied.ts'
import { isEsoGroup } from '../model/kinds.ts'
import { NO_FLUX } from '../model/manifest.ts'
import { formatSpan } from '../model/span.ts'
import { isMap, type Value } from '../model/value.ts'
import type { Carrier } from './applied/carriers.ts'
import { templateFolder } from './applied/charts.ts'
import type { Followed } from './applied/followed.ts'
import { releaseTitle } from './applied/values-users.ts'
import { isBelow, type LeftOver, unusedComponents, verdicts } from './applied/verdict.ts'
import type { AppliedObject, Output } from './build/output.ts'
import type { Checkout } from './checkout.ts'
import { rootVariables } from './flux/variables.ts'
import type { Delivery, Variables } from './manifests.ts'
import { withHolderNamespace } from './manifests.ts'
import { embeddedObjects } from './objects/embedded-objects.ts'
import { isManifestKind } from './objects/manifest-kinds.ts'
import { mayUseSecrets, withoutRenderedValues, withParsedValues } from './objects/secret-users.ts'
import type { SourceObject } from './objects/source-object.ts'
import { type Placed, plainValue, spanIn, textAt } from './placed/placed.ts'
import { placedDocument, placedObject, placesOf } from './placed/placed-document.ts'
import type { GitOpsRoot } from './root.ts'

export interface DeliveriesInput {
  readonly checkout: Checkout
  readonly followed: Followed
  /** Every object as its file has it, embedded ones too. */
  readonly written: readonly SourceObject[]
  /** For `${NAME}` that Git cannot resolve. */
  readonly variables: Readonly<Record<string, string>>
  /** What of it is asked for. */
  readonly part: PartOfRepository
}

/** What of a repository is told. */
export interface PartOfRepository {
  /** Of which files it is told what no root holds. */
  isKept(relative: string): boolean
  /** Whether an object of an output is told. */
  isTaken(output: Output, object: AppliedObject): boolean
}

export const WHOLE: PartOfRepository = { isKept: () => true, isTaken: () => true }

export interface Deliveries {
  /** Of what becomes Manifests. */
  readonly manifests: readonly Delivery[]
  /** Of what else may use Secrets, or make them (consumers.md §8). */
  readonly workloads: readonly Delivery[]
}

/** Every way in which objects reach clusters; then what no root leads to, with the verdict on it (applied.md §4.2). */
export function deliveriesOf(input: DeliveriesInput): Deliveries {
  const { checkout, followed, part } = input
  const isMade = isMadeByChart(followed)
  const written = input.written.filter(
    (object) => object.appliedBy === undefined && part.isKept(object.source.relative) && !isMade(object),
  )
  const fromRoots = deliveredObjects(input, isMade)
  const delivered = [...fromRoots.manifests, ...otherDeliveries(input)]
  const held = new Set(delivered.map(({ object }) => keyOf(object)))
  const parts = partFiles(checkout)
  const carried = carriedObjects({ ...input, written })
  const carriedOnes = new Set(carried.map(({ object }) => object))
  const left = written.filter((object) => {
    if (object.inValues === true) return !carriedOnes.has(object)
    // What helm made of the template takes its place.
    if (followed.templates.has(object.source.relative)) return false
    if (held.has(keyOf(object)) || object.body.$patch !== undefined || parts.has(object.source.relative)) return false
    return isManifestKind(object) || object.holder !== undefined || isEsoGroup(object.apiVersion)
  })
  const all = [...delivered, ...carried]
  const leftUsers = leftWorkloads(input, written, parts)
  const rest = leftDeliveries(input, all, [...left, ...leftUsers], followed)
  const users = new Set(leftUsers)
  return {
    manifests: [...all, ...rest.filter(({ object }) => !users.has(object))],
    workloads: [...fromRoots.workloads, ...rest.filter(({ object }) => users.has(object)), ...valuesDeliveries(input)],
  }
}

/**
 * What may use Secrets and is in no output: of the files that were parsed, and of those that say nothing else. Of the latter what a root
 * applies was read where the root was.
 */
function leftWorkloads(
  { checkout, followed, part }: DeliveriesInput,
  written: readonly SourceObject[],
  parts: ReadonlySet<string>,
): SourceObject[] {
  const held = new Set(followed.outputs.flatMap(({ objects }) => objects.map(sourceKey)))
  const heldFiles = new Set(followed.outputs.flatMap(({ objects }) => objects.map(({ file }) => file)))
  const told = toldElsewhere(followed)
  const isLeft = (object: SourceObject) =>
    object.holder === undefined &&
    object.inValues !== true &&
    !isManifestKind(object) &&
    object.body.$patch === undefined &&
    mayUseSecrets(object) &&
    !held.has(sourceKey({ file: object.source.relative, document: object.document }))
  const unparsed = checkout.workloadFiles.flatMap((source): SourceObject[] => {
    const { relative } = source
    if (!part.isKept(relative) || heldFiles.has(relative) || parts.has(relative)) return []
    if (templateFolder(relative, followed.charts) !== undefined) return []
    return checkout.objects
      .objects(relative)
      .flatMap(({ node, source: from }) => placedObject(node, source, from?.document ?? 0) ?? [])
  })
  return [
    ...written.filter((object) => !parts.has(object.source.relative) && isLeft(object)),
    ...unparsed.filter((object) => isLeft(object) || object.kind === 'Secret'),
  ].map((object) => asUser(object, told))
}

/**
 * Whether an object that stands among values came out of a chart that was rendered: then it is that one, as the chart made it, and no
 * second one beside it.
 */
function isMadeByChart({ outputs }: Followed): (object: SourceObject) => boolean {
  const kinds = new Set(
    outputs.flatMap(({ root, objects }) =>
      root.build.by === 'helm' ? objects.map(({ node }) => formatSpan(spanIn(node, ['kind']))) : [],
    ),
  )
  return (object) =>
    (object.holder !== undefined || object.inValues === true) && kinds.has(formatSpan(object.spanOf(['kind'])))
}

/** Deployers whose values stand in files of their own, unless their charts were rendered with their workloads. */
function valuesDeliveries({ followed, variables }: DeliveriesInput): Delivery[] {
  const rendered = renderedReleases(followed.outputs)
  return followed.users
    .filter(({ of, index, object }) => !rendered.get(of)?.has(index) && mayUseSecrets(object))
    .map(({ object, carrier, patched }) => ({
      object,
      applied: appliedBy(carrier, 'read'),
      appliedBy: carrier.appliedBy,
      form: 'plain',
      patched,
      variables: variablesOf(carrier, followed, variables),
    }))
}

/** Objects that charts make of files of values, by what gives the charts these files. */
function carriedObjects({ followed, written, variables }: DeliveriesInput): Delivery[] {
  return written.flatMap((object) => {
    if (object.inValues !== true) return []
    return (followed.carriers.get(object.source.relative) ?? []).map(
      (carrier): Delivery => ({
        object,
        applied: appliedBy(carrier, 'read'),
        appliedBy: carrier.appliedBy,
        form: 'plain',
        patched: [],
        variables: variablesOf(carrier, followed, variables),
      }),
    )
  })
}

/** Whether Terraform or a script was run, and where, Git does not tell: their objects are presumed to be there. */
function otherDeliveries({ checkout, written, followed: { clusterOf } }: DeliveriesInput): Delivery[] {
  return written.flatMap((object): Delivery[] => {
    if (object.appliedBy === undefined) return []
    const isTerraform = object.appliedBy === 'terraform'
    const cluster = clusterOf(object.source.relative)
    const folder = posix.dirname(object.source.file)
    return [
      {
        object,
        applied:
          !isTerraform && checkout.hasDeadName(object.source.relative)
            ? { verdict: 'unclear', reason: { code: 'unreached' } }
            : { verdict: 'presumed', ...(cluster === undefined ? {} : { cluster }) },
        appliedBy: isTerraform
          ? { kind: 'Terraform', name: folder, span: object.span }
          : { kind: 'command', name: object.source.file, span: object.span },
        form: 'plain',
        patched: [],
        variables: { lookup: () => undefined, substitutes: false, lookedIn: NO_FLUX },
      },
    ]
  })
}

/** Objects that differ in nothing but the root that applies them are one. */
function deliveredObjects(
  { checkout, followed, variables, part }: DeliveriesInput,
  isMade: (object: SourceObject) => boolean,
): Deliveries {
  const objects = new Map<
    string,
    {
      readonly object: SourceObject
      readonly embedded: readonly SourceObject[]
      readonly user: SourceObject | undefined
    }
  >()
  const deliveries: Delivery[] = []
  const workloads: Delivery[] = []
  const told = toldElsewhere(followed)
  // Roots of one folder give the same nodes.
  const contents = new Map<Placed, string>()
  const isEverywhere = inAllEnvironments(followed.outputs)
  for (const output of ownOutputs(followed.outputs)) {
    const { root, outcome } = output
    const outputs = part === WHOLE ? output.objects : output.objects.filter((object) => part.isTaken(output, object))
    if (outputs.length === 0) continue
    const resolved = variablesOf(root, followed, variables)
    const byRoot = appliedBy(root, outcome)
    for (const one of outputs) {
      const applied = root.flux === undefined ? byRoot : updatedBy(byRoot, one)
      const key = contents.get(one.node) ?? contentOf(one)
      contents.set(one.node, key)
      let entry = objects.get(key)
      if (entry === undefined) {
        const read = placedObject(one.node, checkout.source(one.file), one.document)
        if (read === undefined) continue
        const object = one.relatedTo === undefined ? read : { ...read, relatedTo: one.relatedTo }
        const uses = !isManifestKind(object) && mayUseSecrets(object)
        const embedded = embeddedIn(object, one).filter((inner) => !isMade(inner))
        entry = { object, embedded, user: uses ? asUser(object, told) : undefined }
        objects.set(key, entry)
      }
      const fixed = one.fixed !== undefined && isEverywhere(root, one) ? { fixed: one.fixed } : {}
      const rest = {
        ...{ applied, appliedBy: root.appliedBy, form: one.form, patched: one.patched, variables: resolved },
        ...fixed,
      }
      if (entry.user !== undefined) workloads.push({ object: entry.user, ...rest })
      else if (isManifestKind(entry.object)) deliveries.push({ object: entry.object, ...rest })
      const { fixed: _, ...restOfInner } = rest
      for (const inner of entry.embedded)
        deliveries.push({
          ...restOfInner,
          object: inner,
          // A patch of the holder may change anything in what it holds.
          patched: one.patched.map(({ span }) => ({ path: [], span })),
        })
    }
  }
  return { manifests: deliveries, workloads }
}

/** Sources of deployers, by `releaseTitle`. */
type Releases = ReadonlyMap<string, ReadonlySet<number | undefined>>

/** Whose values are told by the workloads of a chart, or with values of other files. */
function toldElsewhere({ outputs, users }: Followed): Releases {
  const found = renderedReleases(outputs)
  for (const { of, index } of users) found.set(of, (found.get(of) ?? new Set()).add(index))
  return found
}

function asUser(object: SourceObject, told: Releases): SourceObject {
  const title = object.namespace === undefined ? object.name : `${object.namespace}/${object.name}`
  const sources = told.get(releaseTitle(object.kind, title, object.source.relative))
  return withParsedValues(sources === undefined ? object : withoutRenderedValues(object, sources))
}

/** What deploys charts that were rendered with their workloads, by kind and name, and by which of its sources. */
function renderedReleases(outputs: readonly Output[]): Map<string, Set<number | undefined>> {
  const found = new Map<string, Set<number | undefined>>()
  for (const { root, withUsers } of outputs) {
    if (withUsers !== true) continue
    const key = releaseTitle(root.appliedBy.kind, root.appliedBy.name, root.checkout.below(root.appliedBy.span.file))
    found.set(key, (found.get(key) ?? new Set()).add(root.part?.index))
  }
  return found
}

function contentOf({ node, file, document }: AppliedObject): string {
  return `${file}#${document}\0${JSON.stringify(plainValue(node))}\0${placesOf(node)}`
}

/** A kustomization that nobody applies is none where Flux applies the same object (a backup, an alternative); a command may be a test. */
function ownOutputs(outputs: readonly Output[]): Output[] {
  const isByHand = ({ appliedBy: { kind } }: GitOpsRoot) => kind === 'kustomization' || kind === 'command'
  const certain = new Set(outputs.flatMap(({ root, objects }) => (isByHand(root) ? [] : objects.map(sourceKey))))
  const last = lastSources(outputs)
  return outputs.map((output) => {
    const { root, objects } = output
    if (isByHand(root)) return { ...output, objects: objects.filter((object) => !certain.has(sourceKey(object))) }
    const { part } = root
    if (part === undefined) return output
    return { ...output, objects: objects.filter((object) => last.get(partKey(part, object)) === part.index) }
  })
}

/** Whether an object of a chart that nothing deploys is there with each file of values beside it (helm.md §7.3). */
function inAllEnvironments(outputs: readonly Output[]): (root: GitOpsRoot, object: AppliedObject) => boolean {
  const roots = new Map<string, number>()
  const objects = new Map<string, Set<GitOpsRoot>>()
  const keyOf = (chart: string, { node }: AppliedObject) => `${chart}\0${formatSpan(spanIn(node, ['kind']))}`
  for (const { root, objects: given } of outputs) {
    if (root.undeployed === undefined) continue
    const { chart } = root.undeployed
    roots.set(chart, (roots.get(chart) ?? 0) + 1)
    for (const one of given) {
      const key = keyOf(chart, one)
      const seen = objects.get(key)
      if (seen === undefined) objects.set(key, new Set([root]))
      else seen.add(root)
    }
  }
  return ({ undeployed }, object) =>
    undeployed !== undefined && objects.get(keyOf(undeployed.chart, object))?.size === roots.get(undeployed.chart)
}

/** Of the sources of one Application the last that gives an object. */
function lastSources(outputs: readonly Output[]): ReadonlyMap<string, number> {
  const last = new Map<string, number>()
  for (const { root, objects } of outputs) {
    const { part } = root
    if (part === undefined) continue
    for (const object of objects) {
      const key = partKey(part, object)
      last.set(key, Math.max(last.get(key) ?? 0, part.index))
    }
  }
  return last
}

function partKey({ of }: NonNullable<GitOpsRoot['part']>, { node }: AppliedObject): string {
  const group = (textAt(node, 'apiVersion') ?? '').split('/')[0]
  return JSON.stringify([
    of,
    group,
    ...[['kind'], ['metadata', 'namespace'], ['metadata', 'name']].map((path) => textAt(node, ...path)),
  ])
}

function sourceKey({ file, document }: Pick<AppliedObject, 'file' | 'document'>): string {
  return `${file}#${document}`
}

function embeddedIn(object: SourceObject, { node, document }: AppliedObject): SourceObject[] {
  return embeddedObjects(object.body, placedDocument(node, document), []).map((found) =>
    withHolderNamespace(
      { source: object.source, document, embedded: () => undefined, ...found, holder: object },
      object,
    ),
  )
}

function undeployedReason({ chart, values }: NonNullable<GitOpsRoot['undeployed']>): NonNullable<Applied['reason']> {
  return { code: 'chart-undeployed', chart, ...(values === undefined ? {} : { values }) }
}

function appliedBy(carrier: Carrier, outcome: Output['outcome']): Applied {
  const { certainty, cluster, suspendedBy, appliedBy: by, undeployed } = carrier
  const where = cluster === undefined ? {} : { cluster }
  if (undeployed !== undefined) return { verdict: 'unclear', reason: undeployedReason(undeployed), ...where }
  if (outcome === 'failed') return { verdict: 'unclear', reason: { code: 'root-failed', by }, ...where }
  if (suspendedBy !== undefined)
    return { verdict: 'suspended', reason: { code: 'suspended', by: suspendedBy }, ...where }
  return { verdict: certainty === 'certain' ? 'applied' : 'presumed', ...where }
}

/** Annotations that keep Flux from applying an object again (applied.md §1.3). */
const NOT_UPDATED = { reconcile: 'disabled', ssa: 'Ignore' } as const

function updatedBy(applied: Applied, { node }: AppliedObject): Applied {
  for (const [name, value] of Object.entries(NOT_UPDATED)) {
    const annotation = `kustomize.toolkit.fluxcd.io/${name}`
    if (textAt(node, 'metadata', 'annotations', annotation) !== value) continue
    if (applied.verdict === 'unclear' || applied.verdict === 'suspended') return applied
    const at = spanIn(node, ['metadata', 'annotations', annotation], 'key')
    return {
      ...applied,
      verdict: 'suspended',
      reason: { code: 'not-updated', annotation: `${annotation}: ${value}`, at },
    }
  }
  return applied
}

function variablesOf(
  { flux, cluster }: Carrier,
  { configMaps }: Followed,
  settings: Readonly<Record<string, string>>,
): Variables {
  const given = (name: string) => (Object.hasOwn(settings, name) ? settings[name] : undefined)
  if (flux === undefined) return { lookup: given, substitutes: false, lookedIn: NO_FLUX }
  const { lookup, lookedIn } = rootVariables(flux, cluster, configMaps, settings)
  return flux.postBuild === undefined
    ? { lookup: given, substitutes: false, lookedIn }
    : { lookup, substitutes: true, lookedIn }
}

/** What no output holds: presumed where Git knows of no GitOps, else with the reason why it is not applied. */
function leftDeliveries(
  { checkout, followed, variables }: DeliveriesInput,
  delivered: readonly Delivery[],
  left: readonly SourceObject[],
  { reaches, clusterOf, ground }: Followed,
): Delivery[] {
  const judged = (object: SourceObject) => isEsoGroup(object.apiVersion)
  const components = unusedComponents(checkout, followed)
  const reached = new Set(delivered.filter(({ object }) => judged(object)).map(({ object }) => object.source.relative))
  // Without any GitOps that leads to something, plain files are what is applied.
  const isPresumed = (object: SourceObject) =>
    !reaches &&
    !checkout.hasDeadName(object.source.relative) &&
    templateFolder(object.source.relative, followed.charts) === undefined &&
    !components.some((folder) => isBelow(object.source.relative, folder)) &&
    !ancestors(object.source.relative).some((folder) => ground.covers(folder))
  const presumed = new Set(left.filter(isPresumed))
  for (const object of presumed) if (judged(object)) reached.add(object.source.relative)
  const rest = left.filter((object) => !presumed.has(object))
  const verdictOf = verdicts({
    components,
    checkout,
    followed,
    reached,
    left: rest.filter(judged).map((object) => leftOverOf(object)),
  })
  const named = storeNames([...delivered.map(({ object }) => object), ...presumed])
  const declared = new Set(
    [...delivered.map(({ object }) => object), ...presumed].filter(isStore).map(({ kind, name }) => `${kind} ${name}`),
  )
  const given = (name: string) => (Object.hasOwn(variables, name) ? variables[name] : undefined)
  return left.map((object): Delivery => {
    const file = object.source.relative
    const cluster = clusterOf(file)
    const verdict: Applied = presumed.has(object)
      ? { verdict: 'presumed', ...(cluster === undefined ? {} : { cluster }) }
      : byHand(object, withCopy(verdictOf(leftOverOf(object)), object, delivered), named, declared)
    return {
      object: object.holder === undefined ? object : withHolderNamespace(object, object.holder),
      applied: verdict,
      appliedBy: undefined,
      form: 'plain',
      patched: [],
      variables: { lookup: given, substitutes: false, lookedIn: NO_FLUX },
    }
  })
}

/** What a build takes instead: the same object in another file, which something rendered of this one (applied.md §6, trap 9). */
function withCopy(applied: Applied, object: SourceObject, delivered: readonly Delivery[]): Applied {
  const { reason } = applied
  if (reason?.code !== 'left-out' || reason.commented !== undefined) return applied
  const copy = delivered.find(
    ({ object: { source, kind, name, namespace, holder } }) =>
      holder === undefined &&
      source.relative !== object.source.relative &&
      kind === object.kind &&
      name === object.name &&
      (namespace === undefined || object.namespace === undefined || namespace === object.namespace),
  )
  return copy === undefined ? applied : { ...applied, reason: { ...reason, copy: copy.object.span } }
}

/** A store that applied objects name, and that no root brings, was applied by hand (applied.md §4.2 S). */
function byHand(
  object: SourceObject,
  applied: Applied,
  named: ReadonlySet<string>,
  declared: ReadonlySet<string>,
): Applied {
  const key = `${object.kind} ${object.name}`
  // Whether by hand or by a root that was not followed: those that name it have it.
  const isOutside = applied.reason !== undefined && OUTSIDE.has(applied.reason.code)
  return isOutside && isStore(object) && named.has(key) && !declared.has(key) ? { verdict: 'presumed' } : applied
}

function isStore({ apiVersion, kind }: SourceObject): boolean {
  return isEsoGroup(apiVersion) && (kind === 'SecretStore' || kind === 'ClusterSecretStore')
}

/** `kind name` of every store that the objects name. */
function storeNames(objects: readonly SourceObject[]): ReadonlySet<string> {
  const names = new Set<string>()
  const walk = (value: Value, key: string): void => {
    if (Array.isArray(value)) for (const item of value as readonly Value[]) walk(item, key)
    else if (isMap(value)) {
      if (/^(?:secretStoreRefs?|storeRef)$/.test(key) && typeof value.name === 'string')
        names.add(`${typeof value.kind === 'string' && value.kind !== '' ? value.kind : 'SecretStore'} ${value.name}`)
      for (const [name, below] of Object.entries(value)) walk(below, name)
    }
  }
  for (const { apiVersion, body } of objects) if (isEsoGroup(apiVersion)) walk(body, '')
  return names
}

function leftOverOf({ source, document, inValues }: SourceObject): LeftOver {
  return { file: source.relative, document, inValues: inValues === true }
}

/** By which an object of an output is known to be the one that a file holds. */
function keyOf({ source, document, kind, holder, span }: SourceObject): string {
  // An embedded object goes where its holder goes.
  return holder === undefined
    ? `${source.relative}#${document} ${kind} ${span.file}:${span.line}`
    : `${source.relative}#${document} in ${holder.kind} ${holder.span.line}`
}

/** Files that kustomizations take as patches, generator sources or values, and none takes as a resource. */
function partFiles(checkout: Checkout): ReadonlySet<string> {
  const parts = new Set<string>()
  const resources = new Set<string>()
  for (const file of checkout.sources.keys()) {
    const slash = file.lastIndexOf('/')
    const folder = slash === -1 ? '' : file.slice(0, slash)
    if (!/(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/.test(file) || checkout.deadline.over()) continue
    const closure = checkout.closures.closureOf(folder)
    if ('reason' in closure) continue
    for (const { relative, role, leads } of closure.entries)
      if (leads === 'file') (role === 'file' ? parts : resources).add(relative)
  }
  for (const file of resources) parts.delete(file)
  return parts
}

/** Nothing leads there, as far as Git tells. */
const OUTSIDE: ReadonlySet<string> = new Set(['outside', 'unreached', 'not-followed'])
