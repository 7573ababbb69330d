import { isClusterScoped } from '../model/kinds.ts'
import type { AppliedBy, Manifest, PatchedField, UnresolvedVariable } from '../model/manifest.ts'
import type { Span } from '../model/span.ts'
import { isMap, mapAt, type Value, type ValueMap } from '../model/value.ts'
import { mentionsVariable } from './flux/envsubst.ts'
import { substituteValue, type UnresolvedAt } from './flux/substitute-value.ts'
import type { Item } from './kustomize/item.ts'
import { withoutSecretData } from './objects/manifest-kinds.ts'
import type { SourceObject } from './objects/source-object.ts'
import { titleOf } from './objects/source-object.ts'

/** One way in which an object reaches the cluster. */
export interface Application {
  readonly item: Item
  readonly appliedBy: AppliedBy | undefined
  /** For objects without a namespace of their own (Argo CD's destination). */
  readonly namespace: string | undefined
  readonly lookup: (name: string) => string | undefined
  /** Nothing substitutes: `$$` and defaults stay as they are. */
  readonly substitutes: boolean
  readonly asked: string
}

/** One Manifest for each distinct outcome; what applies the same outcome is listed on it. */
export function plainManifests(applications: readonly Application[]): Manifest[] {
  const found = new Map<SourceObject, { manifest: Manifest; key: string; appliedBy: AppliedBy[] }[]>()
  for (const application of applications) {
    const { manifest, key } = manifestOf(application)
    const { object } = application.item
    const outcomes = found.get(object) ?? []
    found.set(object, outcomes)
    const same = outcomes.find((outcome) => outcome.key === key)
    const { appliedBy } = application
    if (same === undefined) outcomes.push({ manifest, key, appliedBy: appliedBy === undefined ? [] : [appliedBy] })
    else if (
      appliedBy !== undefined &&
      !same.appliedBy.some((other) => other.kind === appliedBy.kind && other.name === appliedBy.name)
    )
      same.appliedBy.push(appliedBy)
  }
  return [...found.values()].flatMap((outcomes) =>
    outcomes.map(({ manifest, appliedBy }) => ({ ...manifest, origin: { ...manifest.origin, appliedBy } })),
  )
}

function manifestOf(application: Application): { readonly manifest: Manifest; readonly key: string } {
  const { item, asked } = application
  const { object } = item
  const namespace = isClusterScoped(object.kind) ? undefined : (item.namespace ?? application.namespace)
  const placed = withHead(object.body, item.name, namespace)
  // What is open in an object of Terraform, Terraform itself fills in.
  const { value, unresolved } =
    object.appliedBy === 'terraform' ? { value: placed, unresolved: [] } : substitute(placed, application)
  const body = withoutSecretData(object.kind, isMap(value) ? value : placed)
  const metadata = mapAt(body, 'metadata') ?? {}
  const unknownNamespace = unresolved.some(
    ({ path }) => path.length === 2 && path[0] === 'metadata' && path[1] === 'namespace',
  )
  const patched: PatchedField[] = item.patches.flatMap((patch) => patch.fields)
  const variables = unresolved.map(({ name, path, refused }): UnresolvedVariable => {
    const why = refused ? `${asked}; Flux does not accept this expression` : asked
    return { name, path, span: object.spanOf(path), asked: why }
  })
  const manifest: Manifest = {
    apiVersion: typeof body.apiVersion === 'string' ? body.apiVersion : object.apiVersion,
    kind: object.kind,
    name: scalarText(metadata.name) ?? item.name,
    namespace: unknownNamespace || isClusterScoped(object.kind) ? undefined : scalarText(metadata.namespace),
    body,
    span: object.span,
    spanOf: (path, part) => object.spanOf(path, part),
    ...(object.spanOfTextLine === undefined ? {} : { spanOfTextLine: object.spanOfTextLine }),
    unresolved: variables,
    patched,
    origin: {
      file: object.source.file,
      document: object.document,
      appliedBy: [],
      form: 'plain',
      ...(object.holder === undefined ? {} : { embeddedIn: titleOf(object.holder) }),
    },
  }
  const key = JSON.stringify([body, patched.map(({ path, span }) => [path, span.file, span.line]), unresolved])
  return { manifest, key }
}

/** The body with the name and namespace that kustomizations give it. */
function withHead(body: ValueMap, name: string, namespace: string | undefined): ValueMap {
  const metadata = mapAt(body, 'metadata') ?? {}
  if (metadata.namespace === namespace && (name === '' || metadata.name === name)) return body
  return {
    ...body,
    metadata: { ...metadata, ...(name === '' ? {} : { name }), ...(namespace === undefined ? {} : { namespace }) },
  }
}

const OPT_OUT = 'kustomize.toolkit.fluxcd.io/substitute'

function substitute(
  body: ValueMap,
  application: Application,
): { readonly value: Value; readonly unresolved: readonly UnresolvedAt[] } {
  const disabled = [mapAt(body, 'metadata', 'annotations'), mapAt(body, 'metadata', 'labels')].some(
    (map) => map?.[OPT_OUT] === 'disabled',
  )
  if (disabled) return { value: body, unresolved: [] }
  if (application.substitutes) return substituteValue(body, application.lookup)
  // Nothing in Git substitutes here: only the user's own variables do, and everything else stays as written.
  const unresolved: UnresolvedAt[] = []
  const walk = (value: Value, path: readonly (string | number)[]): Value => {
    if (typeof value === 'string') {
      if (!mentionsVariable(value)) return value
      return value.replace(
        /(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)([^{}]*)\}/g,
        (whole, dollar: string, name: string, rest: string) => {
          if (dollar !== '') return whole
          const found = rest === '' ? application.lookup(name) : undefined
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

function scalarText(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** Where an object embedded in another one goes, given where the other one goes. */
export function embeddedItem(object: SourceObject, holder: Item): Item {
  // A patch of the holder that reaches into its values may change anything in what they hold.
  const patches = holder.patches.flatMap((patch) => {
    const fields = patch.fields.filter(
      ({ path }) =>
        path.length === 0 ||
        path.includes('values') ||
        path.includes('valuesObject') ||
        path.includes('generate') ||
        path.length === 1,
    )
    return fields.length === 0
      ? []
      : [{ ...patch, fields: fields.map(({ span }: { span: Span }) => ({ path: [], span })) }]
  })
  return { object, name: object.name, namespace: object.namespace ?? releaseNamespace(holder), patches }
}

function releaseNamespace({ object, namespace }: Item): string | undefined {
  const spec = mapAt(object.body, 'spec')
  const field = (value: Value | undefined) => (typeof value === 'string' && value !== '' ? value : undefined)
  switch (object.kind) {
    case 'HelmRelease':
    case 'HelmChart':
      return field(spec?.targetNamespace) ?? namespace
    case 'Application':
      return field(mapAt(spec, 'destination')?.namespace)
    default:
      return undefined
  }
}
