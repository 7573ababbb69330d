import type { SchemaNode } from './schema-node.ts'

const TEXT: SchemaNode = { type: 'string' }
const INTEGER: SchemaNode = { type: 'integer' }
const TEXT_MAP: SchemaNode = { type: 'object', additionalProperties: TEXT }
const TIME: SchemaNode = { type: 'string', format: 'date-time' }

/** `metadata` of every Kubernetes object (ObjectMeta of apimachinery); what the values may be is checked in metadata-rules.ts. */
export const METADATA: SchemaNode = {
  type: 'object',
  properties: {
    name: TEXT,
    generateName: TEXT,
    namespace: TEXT,
    labels: TEXT_MAP,
    annotations: TEXT_MAP,
    finalizers: { type: 'array', items: TEXT },
    ownerReferences: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          apiVersion: TEXT,
          kind: TEXT,
          name: TEXT,
          uid: TEXT,
          controller: { type: 'boolean' },
          blockOwnerDeletion: { type: 'boolean' },
        },
      },
    },
    managedFields: { type: 'array', items: { type: 'object', open: true } },
    creationTimestamp: TIME,
    deletionTimestamp: TIME,
    deletionGracePeriodSeconds: INTEGER,
    generation: INTEGER,
    resourceVersion: TEXT,
    selfLink: TEXT,
    uid: TEXT,
  },
}
