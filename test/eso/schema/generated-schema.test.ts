import { statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ESO_SCHEMA } from '../../../src/eso/schema/eso-schema.generated.ts'
import { kindSchemaIn, newestWith, shapeOf } from '../../../src/eso/schema/schema-lookup.ts'
import type { SchemaNode, SchemaShape } from '../../../src/eso/schema/schema-node.ts'

const V1 = 'external-secrets.io/v1'
const BETA = 'external-secrets.io/v1beta1'
const ALPHA = 'external-secrets.io/v1alpha1'
const GENERATORS = 'generators.external-secrets.io/v1alpha1'

function kindSchema(manifest: { apiVersion: string; kind: string }) {
  return kindSchemaIn(newestWith(manifest) ?? -1, manifest)
}

function at(apiVersion: string, kind: string, ...path: string[]): SchemaShape {
  let node: SchemaNode | undefined = kindSchema({ apiVersion, kind })?.spec
  for (const part of path) {
    const shape = shapeOf(node)
    node = part === '[]' ? shape.items : part === '{}' ? shape.additionalProperties : shape.properties?.[part]
  }
  if (node === undefined) throw new Error(`no ${path.join('.')} in ${kind}`)
  return shapeOf(node)
}

function countFields(node: SchemaNode | undefined): number {
  const shape = shapeOf(node)
  const below = Object.values(shape.properties ?? {}).reduce((sum, child) => sum + 1 + countFields(child), 0)
  return (
    below +
    (shape.items ? countFields(shape.items) : 0) +
    (shape.additionalProperties ? countFields(shape.additionalProperties) : 0)
  )
}

describe('the schema generated from the CRDs of ESO 2.9.0', () => {
  it('holds every kind that touches Vault, in every version, and which are served (eso.md §1)', () => {
    expect(ESO_SCHEMA.kinds.map((k) => `${k.group}/${k.version} ${k.kind} ${k.scope} ${k.served}`)).toEqual([
      `${V1} ClusterExternalSecret Cluster true`,
      `${BETA} ClusterExternalSecret Cluster false`,
      `${ALPHA} ClusterPushSecret Cluster true`,
      `${V1} ClusterSecretStore Cluster true`,
      `${BETA} ClusterSecretStore Cluster false`,
      `${V1} ExternalSecret Namespaced true`,
      `${BETA} ExternalSecret Namespaced false`,
      `${ALPHA} PushSecret Namespaced true`,
      `${V1} SecretStore Namespaced true`,
      `${BETA} SecretStore Namespaced false`,
      `${GENERATORS} ClusterGenerator Cluster true`,
      `${GENERATORS} VaultDynamicSecret Namespaced true`,
    ])
  })

  it.each([
    [V1, 'ExternalSecret', 96],
    [ALPHA, 'PushSecret', 77],
    [GENERATORS, 'VaultDynamicSecret', 149],
  ])('%s %s has all its fields', (apiVersion, kind, fields) => {
    expect(countFields(kindSchema({ apiVersion, kind })?.spec)).toBe(fields)
  })

  it('keeps names, types, enums, required, limits and defaults', () => {
    expect(at(V1, 'ClusterSecretStore', 'provider', 'vault', 'version')).toEqual({
      type: 'string',
      enum: ['v1', 'v2'],
      default: 'v2',
    })
    expect(at(V1, 'SecretStore', 'provider', 'vault').required).toEqual(['server'])
    expect(at(V1, 'SecretStore', 'provider', 'vault', 'auth', 'kubernetes').required).toEqual(['mountPath', 'role'])
    expect(at(V1, 'SecretStore', 'provider')).toMatchObject({ minProperties: 1, maxProperties: 1 })
    expect(at(V1, 'ExternalSecret', 'data', '[]', 'secretKey')).toMatchObject({ maxLength: 253, minLength: 1 })
    expect(at(V1, 'ExternalSecret', 'target', 'template', 'data', '{}')).toEqual({ type: 'string' })
    expect(at(V1, 'SecretStore', 'refreshInterval')).toEqual({ type: 'int-or-string' })
    expect(at(ALPHA, 'PushSecret', 'data', '[]', 'metadata')).toEqual({ open: true })
    expect(at(V1, 'ExternalSecret', 'target', 'creationPolicy').enum).toContain('CreateOrMerge')
    expect(at(BETA, 'ExternalSecret', 'target', 'creationPolicy').enum).not.toContain('CreateOrMerge')
  })

  it('takes anything in the blocks of other providers and generators', () => {
    const providers = at(V1, 'ClusterSecretStore', 'provider').properties ?? {}
    expect(Object.keys(providers).length).toBeGreaterThan(35)
    expect(
      Object.entries(providers)
        .filter(([, node]) => Object.keys(node).length > 0)
        .map(([name]) => name),
    ).toEqual(['openBao', 'vault'])
    const generators = at(GENERATORS, 'ClusterGenerator', 'generator').properties ?? {}
    expect(
      Object.entries(generators)
        .filter(([, node]) => Object.keys(node).length > 0)
        .map(([name]) => name),
    ).toEqual(['vaultDynamicSecretSpec'])
  })

  it('has a definition behind every $ref', () => {
    const refs = [...JSON.stringify(ESO_SCHEMA).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? '')
    expect(refs.length).toBeGreaterThan(50)
    for (const ref of refs) expect(ESO_SCHEMA.definitions).toHaveProperty([ref])
  })

  it('is small and without prose', () => {
    const file = new URL('../../../src/eso/schema/eso-schema.generated.ts', import.meta.url)
    expect(statSync(file).size).toBeLessThan(120_000)
    expect(JSON.stringify(ESO_SCHEMA)).not.toContain('"description":"')
  })
})
