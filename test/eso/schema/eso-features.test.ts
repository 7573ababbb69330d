import { describe, expect, it } from 'vitest'
import { ESO_FEATURES, fieldsNewerThan } from '../../../src/eso/schema/eso-features.ts'
import { ESO_SCHEMA } from '../../../src/eso/schema/eso-schema.generated.ts'
import { shapeOf } from '../../../src/eso/schema/schema-lookup.ts'
import type { SchemaNode } from '../../../src/eso/schema/schema-node.ts'
import { yamlManifest } from '../yaml-manifest.ts'

const store = yamlManifest(`apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: vault}
spec:
  provider:
    vault:
      server: https://v
      checkAndSet: {required: true}
      auth:
        namespace: team
        gcp: {role: r}
`)
const external = (spec: string, kind = 'ExternalSecret') =>
  yamlManifest(`{apiVersion: external-secrets.io/v1, kind: ${kind}, metadata: {name: a}, spec: ${spec}}`)

describe('eso.md §1: feature → first release', () => {
  it('finds the fields that the pinned ESO does not have yet', () => {
    const found = fieldsNewerThan(store, '0.17.0').map((f) => `${f.feature.id} ${f.span.line}`)
    expect(found).toEqual(['check-and-set 8', 'auth-gcp 11'])
    expect(fieldsNewerThan(store, '0.9.13').map((f) => f.feature.id)).toContain('auth-namespace')
  })

  it.each(['1.1.0', '>=0.17.0', 'main', ''])('says nothing with the version %s', (version) => {
    expect(fieldsNewerThan(store, version)).toEqual([])
  })

  it('tells new values of old fields, in lists and in the Cluster kinds', () => {
    const merge = external('{target: {creationPolicy: CreateOrMerge}}')
    expect(fieldsNewerThan(merge, '2.7.0').map((f) => f.feature.id)).toEqual(['create-or-merge'])
    expect(fieldsNewerThan(external('{target: {creationPolicy: Owner}}'), '0.9.0')).toEqual([])
    const nulls = external(
      '{externalSecretSpec: {data: [{}, {remoteRef: {nullBytePolicy: Fail}}]}}',
      'ClusterExternalSecret',
    )
    expect(fieldsNewerThan(nulls, '2.2.0')).toMatchObject([
      { path: ['spec', 'externalSecretSpec', 'data', 1, 'remoteRef', 'nullBytePolicy'] },
    ])
  })

  it('names only fields that the schema of 2.9.0 has', () => {
    const wrappers: Record<string, string> = {
      ClusterExternalSecret: 'externalSecretSpec',
      ClusterPushSecret: 'pushSecretSpec',
    }
    let checked = 0
    for (const { field, kinds } of ESO_FEATURES) {
      for (const kind of kinds) {
        const known = ESO_SCHEMA.kinds.find((k) => k.kind === kind && k.served)
        const wrapper = wrappers[kind]
        let node: SchemaNode | undefined = known?.spec
        for (const part of [...(wrapper ? [wrapper] : []), ...field]) {
          const shape = shapeOf(node)
          node = part === '*' ? shape.items : shape.properties?.[part]
        }
        expect(node, `${kind} ${field.join('.')}`).toBeDefined()
        checked += 1
      }
    }
    expect(checked).toBeGreaterThan(25)
  })
})
