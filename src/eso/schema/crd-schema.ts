import type { Value, ValueMap } from '../../model/value.ts'
import { isMap, listAt, mapAt, textAt, valueAt } from '../field-value.ts'
import type { KindSchema, SchemaNode } from './schema-node.ts'

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
  'minimum',
  'maximum',
] as const

/** Where a map lists one block per provider or generator: only the named ones are kept in full, of the others nothing is said. */
const KEEP_ONLY: Readonly<Record<string, readonly string[]>> = {
  'SecretStore:provider': ['vault', 'openBao'],
  'ClusterSecretStore:provider': ['vault', 'openBao'],
  'ClusterGenerator:generator': ['vaultDynamicSecretSpec'],
}

/** What the API server checks of a node of a CRD's schema, without the prose. */
function pruned(node: Value | undefined, kind: string, path: string): SchemaNode {
  const given: ValueMap = isMap(node) ? node : {}
  const out: Record<string, unknown> = {}
  if (given['x-kubernetes-int-or-string'] === true) out.type = 'int-or-string'
  else if (given.type !== undefined) out.type = given.type
  if (given['x-kubernetes-preserve-unknown-fields'] === true) out.open = true
  for (const key of KEPT_AS_IS) if (given[key] !== undefined) out[key] = given[key]
  if (isMap(given.properties)) {
    const keepOnly = KEEP_ONLY[`${kind}:${path}`]
    out.properties = Object.fromEntries(
      Object.entries(given.properties).map(([name, child]) => [
        name,
        keepOnly === undefined || keepOnly.includes(name) ? pruned(child, kind, path ? `${path}.${name}` : name) : {},
      ]),
    )
  }
  if (given.items !== undefined) out.items = pruned(given.items, kind, `${path}[]`)
  if (given.additionalProperties !== undefined && given.additionalProperties !== false)
    out.additionalProperties = pruned(given.additionalProperties, kind, `${path}{}`)
  return out
}

/** The kinds that a CustomResourceDefinition defines, one for each of its versions; none for what is no complete CRD. */
export function crdSchemas(crd: ValueMap): readonly KindSchema[] {
  const group = textAt(crd, 'spec', 'group')
  const kind = textAt(crd, 'spec', 'names', 'kind')
  if (group === undefined || kind === undefined) return []
  const scope = textAt(crd, 'spec', 'scope') === 'Cluster' ? 'Cluster' : 'Namespaced'
  return listAt(crd, 'spec', 'versions').flatMap((version): KindSchema[] => {
    const name = textAt(version, 'name')
    const fields = mapAt(version, 'schema', 'openAPIV3Schema', 'properties')
    if (name === undefined || fields === undefined) return []
    const spec = pruned(fields.spec, kind, '')
    const status = fields.status === undefined ? {} : { status: pruned(fields.status, kind, 'status') }
    return [{ group, version: name, kind, scope, served: valueAt(version, ['served']) === true, spec, ...status }]
  })
}
