import type { Applied, AppliedBy } from '../model/applied.ts'
import { isClusterScoped } from '../model/kinds.ts'
import type { Manifest, PatchedField, UnresolvedVariable, VariableSources } from '../model/manifest.ts'
import { isList, isMap, mapAt, type Value, type ValueMap } from '../model/value.ts'
import { mentionsVariable } from './flux/envsubst.ts'
import { substituteValue, type UnresolvedAt } from './flux/substitute-value.ts'
import { endsInNewline, withoutSecretData } from './objects/manifest-kinds.ts'
import { type SourceObject, titleOf } from './objects/source-object.ts'

/** One way in which an object reaches a cluster, or in which it does not. */
export interface Delivery {
  readonly object: SourceObject
  readonly applied: Applied
  readonly appliedBy: AppliedBy | undefined
  readonly form: 'plain' | 'rendered'
  readonly patched: readonly PatchedField[]
  readonly variables: Variables
  readonly fixed?: ReadonlySet<string>
}

/** What puts values into `${NAME}`. */
export interface Variables {
  readonly lookup: (name: string) => string | undefined
  /** Nothing substitutes: `$$` and defaults stay as they are. */
  readonly substitutes: boolean
  /** Where they were looked for. */
  readonly lookedIn: VariableSources
}

/** One Manifest for each distinct outcome in one cluster; what applies the same outcome there is listed on it. */
export function manifestsOf(deliveries: readonly Delivery[]): Manifest[] {
  const found = new Map<SourceObject, Outcome[]>()
  for (const delivery of deliveries) {
    const outcome = outcomeOf(delivery)
    const outcomes = found.get(delivery.object) ?? []
    found.set(delivery.object, outcomes)
    // Most objects come in one way: nothing is compared then.
    const same = outcomes.length === 0 ? undefined : outcomes.find((other) => keyOf(other) === keyOf(outcome))
    const { appliedBy } = delivery
    if (same === undefined) outcomes.push(outcome)
    else {
      if (rank(delivery.applied) < rank(same.manifest.origin.applied))
        same.manifest = { ...same.manifest, origin: { ...same.manifest.origin, applied: delivery.applied } }
      if (
        appliedBy !== undefined &&
        !same.appliedBy.some((other) => other.kind === appliedBy.kind && other.name === appliedBy.name)
      )
        same.appliedBy.push(appliedBy)
    }
  }
  return [...found.values()].flatMap((outcomes) => outcomes.map(({ manifest }) => manifest))
}

/** What an object is in a cluster, with all that applies it so. */
interface Outcome {
  manifest: Manifest
  /** The list of the manifest's own origin, which gets longer. */
  readonly appliedBy: AppliedBy[]
  readonly unresolved: readonly UnresolvedAt[]
  key?: string
}

/** What tells outcomes of one object apart. */
function keyOf(outcome: Outcome): string {
  const { manifest, unresolved } = outcome
  const { body, patched, origin } = manifest
  outcome.key ??= JSON.stringify([
    body,
    origin.applied.cluster?.id,
    patched.map(({ path, span }) => [path, span.file, span.line]),
    unresolved,
  ])
  return outcome.key
}

const RANK = { applied: 0, presumed: 1, suspended: 2, unclear: 3, 'not-applied': 4 } as const

/** Of several ways into one cluster the surest counts. */
function rank({ verdict }: Applied): number {
  return RANK[verdict]
}

function outcomeOf(delivery: Delivery): Outcome {
  const { object, variables, patched, applied } = delivery
  // What is open in an object of Terraform or of a command, these fill in themselves.
  const { value, unresolved } =
    object.appliedBy !== undefined ? { value: object.body, unresolved: [] } : substitute(object.body, variables)
  const body = withoutSecretData(object.kind, isMap(value) ? value : object.body)
  const metadata = mapAt(body, 'metadata') ?? {}
  const unknownNamespace = unresolved.some(
    ({ path }) => path.length === 2 && path[0] === 'metadata' && path[1] === 'namespace',
  )
  const open = unresolved.map(({ name, path, refused }): UnresolvedVariable => {
    const { lookedIn } = variables
    return { name, path, span: object.spanOf(path), lookedIn: refused ? { ...lookedIn, refused } : lookedIn }
  })
  const appliedBy = delivery.appliedBy === undefined ? [] : [delivery.appliedBy]
  const manifest: Manifest = {
    apiVersion: typeof body.apiVersion === 'string' ? body.apiVersion : object.apiVersion,
    kind: object.kind,
    name: scalarText(metadata.name) ?? object.name,
    namespace: unknownNamespace || isClusterScoped(object.kind) ? undefined : scalarText(metadata.namespace),
    body,
    span: object.span,
    spanOf: object.spanOf,
    ...(object.spanOfTextLine === undefined ? {} : { spanOfTextLine: object.spanOfTextLine }),
    ...(object.relatedTo === undefined ? {} : { relatedTo: object.relatedTo }),
    unresolved: open,
    ...endsInNewline(object.kind, isMap(value) ? value : object.body),
    patched,
    ...(delivery.fixed === undefined ? {} : { fixed: delivery.fixed }),
    origin: {
      file: object.source.file,
      document: object.document,
      appliedBy,
      applied,
      form: delivery.form,
      ...(object.holder === undefined ? {} : { embeddedIn: titleOf(object.holder) }),
    },
  }
  return { manifest, appliedBy, unresolved }
}

/** Annotation or label that keeps Flux from putting variables in. */
const OPT_OUT = 'kustomize.toolkit.fluxcd.io/substitute'

export function isOptedOut(body: ValueMap): boolean {
  return [mapAt(body, 'metadata', 'annotations'), mapAt(body, 'metadata', 'labels')].some(
    (map) => map?.[OPT_OUT] === 'disabled',
  )
}

function substitute(
  body: ValueMap,
  { lookup, substitutes }: Variables,
): { readonly value: Value; readonly unresolved: readonly UnresolvedAt[] } {
  if (!anyMentionsVariable(body) || isOptedOut(body)) return { value: body, unresolved: [] }
  if (substitutes) return substituteValue(body, lookup)
  // Nothing in Git substitutes here: only the user's own variables do, and everything else stays as written.
  const unresolved: UnresolvedAt[] = []
  const walk = (value: Value, path: readonly (string | number)[]): Value => {
    if (typeof value === 'string') {
      if (!mentionsVariable(value)) return value
      return value.replace(
        /(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)([^{}]*)\}/g,
        (whole, dollar: string, name: string, rest: string) => {
          if (dollar !== '') return whole
          const found = rest === '' ? lookup(name) : undefined
          if (found === undefined) unresolved.push({ name, path, refused: false })
          return found ?? whole
        },
      )
    }
    if (Array.isArray(value)) return value.map((item: Value, index) => walk(item, [...path, index]))
    if (isMap(value))
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]))
    return value
  }
  return { value: walk(body, []), unresolved }
}

function anyMentionsVariable(value: Value): boolean {
  if (typeof value === 'string') return mentionsVariable(value)
  if (isList(value)) return value.some(anyMentionsVariable)
  return (
    isMap(value) && Object.keys(value).some((key) => mentionsVariable(key) || anyMentionsVariable(value[key] ?? null))
  )
}

function scalarText(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** Where an object that another one carries goes: to the release's or the destination's namespace unless it says one. */
export function withHolderNamespace(object: SourceObject, holder: SourceObject): SourceObject {
  if (object.namespace !== undefined || isClusterScoped(object.kind)) return object
  const namespace = releaseNamespace(holder)
  if (namespace === undefined) return object
  const metadata = mapAt(object.body, 'metadata') ?? {}
  return { ...object, namespace, body: { ...object.body, metadata: { ...metadata, namespace } } }
}

function releaseNamespace({ kind, body, namespace }: SourceObject): string | undefined {
  const spec = mapAt(body, 'spec')
  const field = (value: Value | undefined) => (typeof value === 'string' && value !== '' ? value : undefined)
  switch (kind) {
    case 'HelmRelease':
      return field(spec?.targetNamespace) ?? namespace
    // Of k3s: where the object itself stands tells nothing.
    case 'HelmChart':
      return field(spec?.targetNamespace) ?? 'default'
    case 'Application':
      return field(mapAt(spec, 'destination')?.namespace)
    default:
      return undefined
  }
}
