import { CONFIG_SHAPE } from './config-shape.ts'
import type { Shape, TextPattern } from './shape.ts'

export type JsonSchema = { readonly [keyword: string]: unknown }

/** The JSON Schema of the config file, for editors; published as `docs/config-schema.json`. */
export function configJsonSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'eso-vault config file (.github/eso-vault.yml)',
    ...toJsonSchema(CONFIG_SHAPE),
  }
}

function toJsonSchema(shape: Shape): JsonSchema {
  const about = shape.about === undefined ? {} : { description: shape.about }
  switch (shape.is) {
    case 'text':
      return { ...about, type: 'string', ...textKeywords(shape.matches, shape.mayBeEmpty) }
    case 'choice':
      return { ...about, enum: shape.of }
    case 'version':
      return { ...about, const: shape.number }
    case 'boolean':
    case 'number':
      return { ...about, type: shape.is }
    case 'list':
      return {
        ...about,
        type: 'array',
        items: toJsonSchema(shape.of),
        ...(shape.atLeast === undefined ? {} : { minItems: shape.atLeast }),
      }
    case 'map':
      return {
        ...about,
        type: 'object',
        ...(shape.keys === undefined ? {} : { propertyNames: { pattern: anchored(shape.keys) } }),
        additionalProperties: toJsonSchema(shape.of),
      }
    case 'object':
      return {
        ...about,
        type: 'object',
        properties: Object.fromEntries(Object.entries(shape.keys).map(([key, inner]) => [key, toJsonSchema(inner)])),
        ...(shape.required === undefined ? {} : { required: shape.required }),
        ...(shape.alternatives === undefined ? {} : { anyOf: shape.alternatives.map((key) => ({ required: [key] })) }),
        additionalProperties: false,
      }
    case 'either':
      return { ...about, anyOf: shape.of.map(toJsonSchema) }
  }
}

function textKeywords(pattern: TextPattern | undefined, mayBeEmpty: boolean | undefined): JsonSchema {
  return { ...(mayBeEmpty ? {} : { minLength: 1 }), ...(pattern === undefined ? {} : { pattern: anchored(pattern) }) }
}

function anchored(pattern: TextPattern): string {
  return `^(?:${pattern.source})$`
}
