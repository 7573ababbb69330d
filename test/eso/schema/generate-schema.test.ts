import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { generateSchema } from '../../../scripts/generate-schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'crds-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const REF = `
                  type: object
                  description: A reference.
                  required: [name]
                  properties:
                    name: {type: string, maxLength: 253, pattern: "^[a-z]+$", description: Its name.}`

writeFileSync(join(folder, 'notes.txt'), 'kind: CustomResourceDefinition')
writeFileSync(join(folder, 'other.yaml'), 'kind: ConfigMap\n')
writeFileSync(
  join(folder, 'stores.yaml'),
  `
kind: CustomResourceDefinition
spec:
  group: external-secrets.io
  scope: Namespaced
  names: {kind: SecretStore}
  versions:
    - name: v1
      served: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            status: {type: object, properties: {x: {type: string}}}
            spec:
              type: object
              properties:
                provider:
                  type: object
                  maxProperties: 1
                  properties:
                    aws: {type: object, properties: {region: {type: string}}}
                    vault: {type: object, properties: {description: {type: string}, server: {type: string}}}
                first:${REF}
                second:${REF}
                anything: {x-kubernetes-preserve-unknown-fields: true}
                either: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}
`,
)

describe('scripts/generate-schema.ts', () => {
  const text = generateSchema(folder, '9.9.9')
  it('writes a module', () => {
    expect(text).toContain("import type { SchemaSet } from './schema-node.ts'")
    expect(text).toContain('esoVersion: "9.9.9"')
    expect(text.match(/"kind":/g)).toHaveLength(1)
  })
  it('shares what is repeated', () => {
    expect(text).toContain('"first":{"$ref":"first"},"second":{"$ref":"first"}')
    expect(text).toContain('"first": {"type":"object","required":["name"]')
  })
  it('leaves out prose, status and other providers, and keeps a field that is called description', () => {
    expect(text).not.toMatch(/A reference|Its name|status/)
    expect(text).toContain('"aws":{}')
    expect(text).toContain('"vault":{"type":"object","properties":{"description":{"type":"string"}')
  })
  it('keeps what takes anything, or a number or text', () => {
    expect(text).toContain('"anything":{"open":true}')
    expect(text).toContain('"either":{"type":"int-or-string"}')
  })
})
