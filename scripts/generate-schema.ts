/**
 * Writes src/eso/schema/eso-schema.generated.ts out of the CRDs of ESO's releases:
 *
 *   node scripts/generate-schema.ts <folder of the newest CRDs> <its version> <folder that holds a folder v1.2.3 for each release>
 *
 * The newest release stands in full; each older one as what differs from the next. Kept: names, types, enums, required, limits,
 * patterns, defaults. Left out: descriptions, printer columns, the `status` of older releases, and the blocks of providers and
 * generators other than Vault's and OpenBao's, of which this tool says nothing (any value is taken there).
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { crdSchemas } from '../src/eso/schema/crd-schema.ts'
import type { ValueMap } from '../src/model/value.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type JsonMap = { [key: string]: Json }

function asMap(value: Json | undefined): JsonMap {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {}
}

/** Counts equal sub-schemas, and remembers under which field name each is seen first. */
function count(node: Json, name: string, seen: Map<string, { times: number; name: string }>): void {
  if (node === null || typeof node !== 'object') return
  if (Array.isArray(node)) return
  const text = JSON.stringify(node)
  const known = seen.get(text)
  if (known) {
    known.times += 1
    return
  }
  seen.set(text, { times: 1, name })
  for (const [field, child] of Object.entries(asMap(node.properties))) count(child, field, seen)
  if (node.items !== undefined) count(node.items, `${name}Item`, seen)
  if (node.additionalProperties !== undefined) count(node.additionalProperties, `${name}Value`, seen)
}

const SHARED_FROM = 60

function share(
  node: Json,
  seen: Map<string, { times: number; name: string }>,
  names: Map<string, string>,
  definitions: JsonMap,
  isRoot = false,
): Json {
  if (node === null || typeof node !== 'object' || Array.isArray(node)) return node
  const text = JSON.stringify(node)
  const known = seen.get(text)
  if (!isRoot && known && known.times > 1 && text.length > SHARED_FROM) {
    let name = names.get(text)
    if (name === undefined) {
      name = known.name
      for (let n = 2; name in definitions; n += 1) name = `${known.name}${n}`
      names.set(text, name)
      definitions[name] = {}
      definitions[name] = share(node, seen, names, definitions, true)
    }
    return { $ref: name }
  }
  const out: JsonMap = { ...node }
  if (node.properties !== undefined) {
    out.properties = Object.fromEntries(
      Object.entries(asMap(node.properties)).map(([k, v]) => [k, share(v, seen, names, definitions)]),
    )
  }
  for (const key of ['items', 'additionalProperties']) {
    const child = node[key]
    if (child !== undefined) out[key] = share(child, seen, names, definitions)
  }
  return out
}

interface Kind {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly scope: string
  readonly served: boolean
  readonly spec: JsonMap
  readonly status?: JsonMap
}

/** Every version of every kind that the CRDs in `folder` define. */
function readKinds(folder: string, withStatus: boolean): Kind[] {
  const kinds: Kind[] = []
  for (const file of readdirSync(folder).sort()) {
    if (!/\.(?:ya?ml|json)$/.test(file)) continue
    const crd = load(readFileSync(join(folder, file), 'utf8'))
    if (asMap(crd as Json).kind !== 'CustomResourceDefinition') continue
    for (const { status, ...kind } of crdSchemas(crd as ValueMap) as unknown as Kind[])
      kinds.push({ ...kind, ...(withStatus && status !== undefined ? { status } : {}) })
  }
  return kinds
}

const isMap = (value: Json | undefined): value is JsonMap =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** What to lay over `newer` to get `older`: fields of maps, null takes one away. `undefined`: they are alike. */
function overlay(newer: Json | undefined, older: Json | undefined): Json | undefined {
  if (JSON.stringify(newer) === JSON.stringify(older)) return undefined
  if (!isMap(newer) || !isMap(older)) return older ?? null
  const patch: JsonMap = {}
  for (const key of [...new Set([...Object.keys(newer), ...Object.keys(older)])].sort()) {
    const below = overlay(newer[key], older[key])
    if (below !== undefined) patch[key] = below
  }
  return patch
}

const nameOf = ({ group, version, kind }: Kind): string => `${group}/${version} ${kind}`

interface Step {
  readonly gone: readonly string[]
  readonly added: readonly Kind[]
  /** Kinds that change alike, and how. */
  readonly changes: readonly (readonly [kinds: readonly string[], patch: JsonMap])[]
}

/** What changes from a release to the one before it. */
function differences(newer: readonly Kind[], older: readonly Kind[]): Step {
  const before = new Map(older.map((kind) => [nameOf(kind), kind]))
  const after = new Map(newer.map((kind) => [nameOf(kind), kind]))
  const changes = new Map<string, { kinds: string[]; patch: JsonMap }>()
  for (const [name, kind] of after) {
    const earlier = before.get(name)
    if (earlier === undefined) continue
    const patch = overlay({ served: kind.served, spec: kind.spec }, { served: earlier.served, spec: earlier.spec })
    if (!isMap(patch)) continue
    const key = JSON.stringify(patch)
    const change = changes.get(key) ?? { kinds: [], patch }
    changes.set(key, change)
    change.kinds.push(name)
  }
  return {
    gone: [...after.keys()].filter((name) => !before.has(name)),
    added: older.filter((kind) => !after.has(nameOf(kind))),
    changes: [...changes.values()].map(({ kinds, patch }) => [kinds, patch] as const),
  }
}

function releaseFolders(folder: string): { readonly version: string; readonly folder: string }[] {
  const numbers = (version: string) => version.split('.').map(Number)
  return readdirSync(folder)
    .flatMap((name) => {
      const version = /^v(\d+\.\d+\.\d+)$/.exec(name)?.[1]
      return version === undefined ? [] : [{ version, folder: join(folder, name) }]
    })
    .sort((a, b) => {
      const [one, other] = [numbers(a.version), numbers(b.version)]
      const at = one.findIndex((part, i) => part !== other[i])
      return at < 0 ? 0 : (other[at] ?? 0) - (one[at] ?? 0)
    })
}

/** The generated file's text. `older`: a folder with a folder for each release; the newest may be among them. */
export function generateSchema(folder: string, esoVersion: string, older?: string): string {
  const kinds = readKinds(folder, true)
  const seen = new Map<string, { times: number; name: string }>()
  for (const kind of kinds) count(kind.spec, `${kind.kind}Spec`, seen)
  const definitions: JsonMap = {}
  const names = new Map<string, string>()
  const shared = kinds.map(({ status, ...kind }) => ({
    ...kind,
    spec: share(kind.spec, seen, names, definitions, true),
    ...(status === undefined ? {} : { status }),
  }))
  const line = (value: unknown) => JSON.stringify(value)
  const steps: string[] = []
  let newer: readonly Kind[] = kinds
  for (const release of older !== undefined && existsSync(older) ? releaseFolders(older) : []) {
    if (release.version === esoVersion) continue
    const before = readKinds(release.folder, false)
    const { gone, added, changes } = differences(newer, before)
    newer = before
    steps.push(
      `{ release: ${line(release.version)}, gone: ${line(gone)}, added: [`,
      ...added.map((kind) => `${line(kind)},`),
      '], changes: [',
      ...changes.map((change) => `${line(change)},`),
      '] },',
    )
  }
  return [
    '// biome-ignore-all format: generated, one line for each kind, definition and difference',
    `// Generated by scripts/generate-schema.ts from the CRDs of External Secrets Operator, ${esoVersion} and older. Do not edit.`,
    "import type { OlderRelease, SchemaSet } from './schema-node.ts'",
    '',
    'export const ESO_SCHEMA: SchemaSet = {',
    `esoVersion: ${line(esoVersion)},`,
    'kinds: [',
    ...shared.map((kind) => `${line(kind)},`),
    '],',
    'definitions: {',
    ...Object.entries(definitions).map(([name, node]) => `${line(name)}: ${line(node)},`),
    '},',
    '}',
    '',
    '/** Newest first; each tells what differs from the release above it. */',
    'export const OLDER_RELEASES: readonly OlderRelease[] = [',
    ...steps,
    ']',
    '',
  ].join('\n')
}

if (import.meta.main) {
  const [folder, esoVersion, older] = process.argv.slice(2)
  if (folder === undefined || esoVersion === undefined) {
    process.stderr.write(
      'Give the newest CRDs: node scripts/generate-schema.ts <folder> <ESO version> [<folder of older releases>]\n',
    )
    process.exitCode = 2
  } else {
    writeFileSync('src/eso/schema/eso-schema.generated.ts', generateSchema(folder, esoVersion, older))
  }
}
