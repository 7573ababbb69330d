import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
  const older = join(folder, 'releases')
  mkdirSync(join(older, 'v9.8.7'), { recursive: true })
  mkdirSync(join(older, 'v9.9.9'))
  const before = readFileSync(join(folder, 'stores.yaml'), 'utf8')
    .replace('maxProperties: 1', 'maxProperties: 2')
    .replace(/anything: .*/, 'gone: {type: string}')
  writeFileSync(join(older, 'v9.8.7', 'stores.yaml'), before)
  const text = generateSchema(folder, '9.9.9', older)
  it('writes a module', () => {
    expect(text).toContain("import type { OlderRelease, SchemaSet } from './schema-node.ts'")
    expect(text).toContain('esoVersion: "9.9.9"')
    expect(text.match(/"kind":/g)).toHaveLength(1)
  })
  it('shares what is repeated', () => {
    expect(text).toContain('"first":{"$ref":"first"},"second":{"$ref":"first"}')
    expect(text).toContain('"first": {"type":"object","required":["name"]')
  })
  it('writes an older release as what it has otherwise', () => {
    expect(text).toContain('release: "9.8.7"')
    expect(text).toContain(
      '{"spec":{"properties":{"anything":null,"gone":{"type":"string"},"provider":{"maxProperties":2}}}}',
    )
  })
  it('leaves out prose and other providers, and keeps a field that is called description', () => {
    expect(text).not.toMatch(/A reference|Its name/)
    expect(text).toContain('"aws":{}')
    expect(text).toContain('"vault":{"type":"object","properties":{"description":{"type":"string"}')
  })
  it('keeps what takes anything, or a number or text', () => {
    expect(text).toContain('"anything":{"open":true}')
    expect(text).toContain('"either":{"type":"int-or-string"}')
  })
})
