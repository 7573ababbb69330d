import type { Manifest } from '../../model/manifest.ts'
import { ESO_SCHEMA } from './eso-2.9.0.generated.ts'
import type { KindSchema, SchemaNode, SchemaShape } from './schema-node.ts'

/** The schema of a manifest's kind and version; `undefined` for kinds and versions without one (v1alpha1 ExternalSecrets). */
export function kindSchema(manifest: Pick<Manifest, 'apiVersion' | 'kind'>): KindSchema | undefined {
  return ESO_SCHEMA.kinds.find(
    (known) => known.kind === manifest.kind && `${known.group}/${known.version}` === manifest.apiVersion,
  )
}

/** A node with its `$ref` followed. */
export function shapeOf(node: SchemaNode | undefined): SchemaShape {
  let current = node
  while (current !== undefined && '$ref' in current) current = ESO_SCHEMA.definitions[current.$ref]
  return current ?? {}
}

const TEXT_MAP: SchemaNode = { type: 'object', additionalProperties: { type: 'string' } }

/** The schema of the whole object: the kind's spec, and of the metadata only what people get wrong. */
export function rootNode(schema: KindSchema): SchemaShape {
  return {
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object', open: true, properties: { labels: TEXT_MAP, annotations: TEXT_MAP } },
      spec: schema.spec,
      status: {},
    },
  }
}

/** Fields of a map node; `undefined` when the node takes any key. */
export function fieldsOf(shape: SchemaShape): Readonly<Record<string, SchemaNode>> | undefined {
  if (shape.type !== 'object' || shape.open === true) return undefined
  return shape.properties
}
