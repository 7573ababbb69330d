import type { Manifest } from '../../model/manifest.ts'
import type { FieldPath } from '../../model/value.ts'
import { compareReleases, type Interval, type Release } from '../../model/version-range.ts'
import { ESO_SCHEMA, OLDER_RELEASES } from './eso-schema.generated.ts'
import { METADATA } from './object-meta.ts'
import type { KindSchema, SchemaNode, SchemaPatch, SchemaShape } from './schema-node.ts'

/** The newest ESO release whose CRDs are known here. */
export const SCHEMA_ESO_VERSION = ESO_SCHEMA.esoVersion

const toRelease = (version: string): Release => {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  return [major, minor, patch]
}

/** The releases whose CRDs are known, newest first. */
export const KNOWN_RELEASES: readonly Release[] = [
  toRelease(ESO_SCHEMA.esoVersion),
  ...OLDER_RELEASES.map(({ release }) => toRelease(release)),
]

const [MAJOR, MINOR, PATCH] = toRelease(ESO_SCHEMA.esoVersion)
const AFTER_NEWEST: Release = [MAJOR, MINOR, PATCH + 1]

/** Whether no release of the interval is newer than what is known here: what is not known then is not there. */
export function isKnownInterval({ to }: Interval): boolean {
  return to !== undefined && compareReleases(to, AFTER_NEWEST) <= 0
}

type Kinds = ReadonlyMap<string, KindSchema>

const nameOf = (kind: Pick<KindSchema, 'group' | 'version' | 'kind'>): string =>
  `${kind.group}/${kind.version} ${kind.kind}`

/** The kinds of each known release, in the order of `KNOWN_RELEASES`; made when they are first asked for. */
const byRelease: Kinds[] = [new Map(ESO_SCHEMA.kinds.map((kind) => [nameOf(kind), kind]))]

function kindsOf(index: number): Kinds {
  for (let i = byRelease.length; i <= index; i += 1) {
    const kinds = new Map(byRelease[i - 1])
    const step = OLDER_RELEASES[i - 1]
    for (const name of step?.gone ?? []) kinds.delete(name)
    for (const added of step?.added ?? []) kinds.set(nameOf(added), added)
    for (const [names, patch] of step?.changes ?? []) {
      for (const name of names) {
        const kind = kinds.get(name)
        if (kind === undefined) continue
        const { served, spec } = overlaid({ served: kind.served, spec: kind.spec }, patch) as Pick<
          KindSchema,
          'served' | 'spec'
        >
        const { status: _newest, ...rest } = kind
        kinds.set(name, { ...rest, served, spec })
      }
    }
    byRelease.push(kinds)
  }
  return byRelease[index] ?? new Map()
}

/** `value` with a patch laid over it; a definition that it refers to is copied, never changed. */
function overlaid(value: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const base = resolved(value)
  const result: Record<string, unknown> = isObject(base) ? { ...base } : {}
  for (const [key, part] of Object.entries(patch)) {
    if (part === null) delete result[key]
    else result[key] = overlaid(result[key], part)
  }
  return result
}

function isObject(value: unknown): value is SchemaPatch {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function resolved(value: unknown): unknown {
  return isObject(value) && typeof value.$ref === 'string' ? resolved(ESO_SCHEMA.definitions[value.$ref]) : value
}

/** The schema of a manifest's kind and version in a release (an index of `KNOWN_RELEASES`). */
export function kindSchemaIn(
  index: number,
  { apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>,
): KindSchema | undefined {
  return kindsOf(index).get(`${apiVersion} ${kind}`)
}

/** Indices of the known releases that have the manifest's kind and version in their CRDs, newest first. */
export function releasesWith(manifest: Pick<Manifest, 'apiVersion' | 'kind'>): readonly number[] {
  return KNOWN_RELEASES.flatMap((_, index) => (kindSchemaIn(index, manifest) === undefined ? [] : [index]))
}

/**
 * The newest schema of a manifest's kind and version: that of the newest release which serves it, else of the newest that has it;
 * `undefined` for what no known release has.
 */
export function newestWith(manifest: Pick<Manifest, 'apiVersion' | 'kind'>): number | undefined {
  if (kindSchemaIn(0, manifest)?.served === true) return 0
  const all = releasesWith(manifest)
  return all.find((index) => kindSchemaIn(index, manifest)?.served) ?? all[0]
}

/**
 * The known releases that stand for what is pinned: for each bound the nearest known one on either side, and all between. What
 * they agree on is so for every release that is meant (a field that neither has, a value that both refuse).
 */
export function releasesFor(pinned: readonly Interval[]): readonly number[] {
  const indices = new Set<number>()
  for (const { from, to } of pinned) {
    // The newest that is not newer than the oldest that is meant, and the oldest that is not older than the newest.
    const start = KNOWN_RELEASES.findIndex((release) => compareReleases(release, from) <= 0)
    const end = to === undefined ? 0 : KNOWN_RELEASES.findLastIndex((release) => !isBelow(release, to))
    const oldest = start < 0 ? KNOWN_RELEASES.length - 1 : start
    for (let i = Math.max(0, Math.min(end, oldest)); i <= oldest; i += 1) indices.add(i)
  }
  return [...indices].sort((a, b) => a - b)
}

/** Whether every release that an interval ends before is newer: `1.2.3` ends before 1.2.4. */
function isBelow(release: Release, to: Release): boolean {
  const last: Release = to[2] > 0 ? [to[0], to[1], to[2] - 1] : to
  return compareReleases(release, last) < 0
}

/** A node with its `$ref` followed. */
export function shapeOf(node: SchemaNode | undefined): SchemaShape {
  let current = node
  while (current !== undefined && '$ref' in current) current = ESO_SCHEMA.definitions[current.$ref]
  return current ?? {}
}

const roots = new WeakMap<KindSchema, SchemaShape>()

/** The schema of the whole object: metadata as every object has it, and the kind's own spec and status. */
export function rootNode(schema: KindSchema): SchemaShape {
  const known = roots.get(schema) ?? makeRoot(schema)
  roots.set(schema, known)
  return known
}

function makeRoot(schema: KindSchema): SchemaShape {
  const newest = ESO_SCHEMA.kinds.includes(schema)
  return {
    type: 'object',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: METADATA,
      spec: schema.spec,
      ...(newest && schema.status === undefined ? {} : { status: schema.status ?? {} }),
    },
  }
}

/** The node of a field in a kind's schema; `undefined` when the kind has no such field. */
export function nodeAt(schema: KindSchema, path: FieldPath): SchemaShape | undefined {
  let shape: SchemaShape = rootNode(schema)
  for (const part of path) {
    const next: SchemaNode | undefined =
      typeof part === 'number'
        ? shape.items
        : (shape.additionalProperties ??
          (Object.hasOwn(shape.properties ?? {}, part) ? shape.properties?.[part] : undefined))
    if (next === undefined) return undefined
    shape = shapeOf(next)
  }
  return shape
}

/** Fields of a map node; `undefined` when the node takes any key. */
export function fieldsOf(shape: SchemaShape): Readonly<Record<string, SchemaNode>> | undefined {
  if (shape.type !== 'object' || shape.open === true) return undefined
  return shape.properties
}
