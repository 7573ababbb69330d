/**
 * Writes src/eso/schema/eso-<version>.generated.ts out of a folder of ESO's CRDs:
 *
 *   node scripts/generate-schema.ts <folder of CRD files> [ESO version] [output file]
 *
 * Kept: names, types, enums, required, limits, patterns, defaults. Left out: descriptions, `status`, printer columns, and the
 * blocks of providers and generators other than Vault's, of which this tool says nothing (any value is taken there).
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type JsonMap = { [key: string]: Json }

interface CrdVersion {
  name: string
  served: boolean
  schema: { openAPIV3Schema: JsonMap & { properties: JsonMap } }
}
interface Crd {
  kind: string
  spec: { group: string; scope: string; names: { kind: string }; versions: CrdVersion[] }
}

const KEPT_AS_IS = [
  'required',
  'enum',
  'pattern',
  'format',
  'default',
  'minLength',
  'maxLength',
  'minItems',
  'minProperties',
  'maxProperties',
] as const

/** Where a map lists one block per provider or generator: only the named one is kept in full. */
const KEEP_ONLY: Readonly<Record<string, string>> = {
  'SecretStore:provider': 'vault',
  'ClusterSecretStore:provider': 'vault',
  'ClusterGenerator:generator': 'vaultDynamicSecretSpec',
}

function asMap(value: Json | undefined): JsonMap {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {}
}

function prune(node: JsonMap, kind: string, path: string): JsonMap {
  const out: JsonMap = {}
  if (node['x-kubernetes-int-or-string'] === true) out.type = 'int-or-string'
  else if (node.type !== undefined) out.type = node.type
  if (node['x-kubernetes-preserve-unknown-fields'] === true) out.open = true
  for (const key of KEPT_AS_IS) if (node[key] !== undefined) out[key] = node[key]
  if (node.properties !== undefined) {
    const keepOnly = KEEP_ONLY[`${kind}:${path}`]
    out.properties = Object.fromEntries(
      Object.entries(asMap(node.properties)).map(([name, child]) => [
        name,
        keepOnly === undefined || keepOnly === name ? prune(asMap(child), kind, path ? `${path}.${name}` : name) : {},
      ]),
    )
  }
  if (node.items !== undefined) out.items = prune(asMap(node.items), kind, `${path}[]`)
  if (node.additionalProperties !== undefined && node.additionalProperties !== false) {
    out.additionalProperties = prune(asMap(node.additionalProperties), kind, `${path}{}`)
  }
  return out
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

/** The generated file's text for the CRDs in `folder`. */
export function generateSchema(folder: string, esoVersion: string): string {
  const kinds: { group: string; version: string; kind: string; scope: string; served: boolean; spec: Json }[] = []
  for (const file of readdirSync(folder).sort()) {
    if (!/\.ya?ml$/.test(file)) continue
    const crd = load(readFileSync(join(folder, file), 'utf8')) as Crd | undefined
    if (crd?.kind !== 'CustomResourceDefinition') continue
    for (const version of crd.spec.versions) {
      const { kind } = crd.spec.names
      const spec = prune(asMap(version.schema.openAPIV3Schema.properties.spec), kind, '')
      kinds.push({
        group: crd.spec.group,
        version: version.name,
        kind,
        scope: crd.spec.scope,
        served: version.served,
        spec,
      })
    }
  }
  const seen = new Map<string, { times: number; name: string }>()
  for (const kind of kinds) count(kind.spec, `${kind.kind}Spec`, seen)
  const definitions: JsonMap = {}
  const names = new Map<string, string>()
  const shared = kinds.map((kind) => ({ ...kind, spec: share(kind.spec, seen, names, definitions, true) }))
  const line = (value: unknown) => JSON.stringify(value)
  return [
    '// biome-ignore-all format: generated, one line for each kind and definition',
    `// Generated by scripts/generate-schema.ts from the CRDs of External Secrets Operator ${esoVersion}. Do not edit.`,
    "import type { SchemaSet } from './schema-node.ts'",
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
  ].join('\n')
}

if (import.meta.main) {
  const [folder, esoVersion = '2.9.0', output = `src/eso/schema/eso-${esoVersion}.generated.ts`] = process.argv.slice(2)
  if (folder === undefined) {
    process.stderr.write(
      'Give the folder of CRD files: node scripts/generate-schema.ts <folder> [ESO version] [output]\n',
    )
    process.exitCode = 2
  } else {
    writeFileSync(output, generateSchema(folder, esoVersion))
  }
}
