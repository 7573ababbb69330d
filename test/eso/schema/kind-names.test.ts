import { describe, expect, it } from 'vitest'
import { unknownKind } from '../../../src/eso/schema/kind-names.ts'
import { isMeantForEso } from '../../../src/model/kinds.ts'

const STORE_REF = { secretStoreRef: { name: 'vault' } }

describe('kinds and groups that ESO does not have', () => {
  it.each([
    ['external-secret.io/v1', 'ExternalSecret', STORE_REF, 'apiVersion', 'external-secrets.io/v1'],
    ['externalsecrets.io/v1', 'PushSecret', {}, 'apiVersion', 'external-secrets.io/v1alpha1'],
    ['external-secrets/v1', 'ClusterSecretStore', {}, 'apiVersion', 'external-secrets.io/v1'],
    ['external-secrets.io', 'ExternalSecret', STORE_REF, 'apiVersion', 'external-secrets.io/v1'],
    ['externl-secrets.io/v1', 'ExternalSecret', STORE_REF, 'apiVersion', 'external-secrets.io/v1'],
    ['v1', 'SecretStore', {}, 'apiVersion', 'external-secrets.io/v1'],
    ['', 'ExternalSecret', STORE_REF, 'apiVersion', 'external-secrets.io/v1'],
    [
      'generator.external-secrets.io/v1alpha1',
      'VaultDynamicSecret',
      {},
      'apiVersion',
      'generators.external-secrets.io/v1alpha1',
    ],
    ['external-secrets.io/v1alpha1', 'VaultDynamicSecret', {}, 'apiVersion', 'generators.external-secrets.io/v1alpha1'],
    ['generators.external-secrets.io/v1alpha1', 'ExternalSecret', STORE_REF, 'apiVersion', 'external-secrets.io/v1'],
    ['kubernetes-client.io/v1', 'ExternalSecret', STORE_REF, 'apiVersion', 'external-secrets.io/v1'],
    ['external-secrets.io/v1', 'externalsecret', STORE_REF, 'kind', 'ExternalSecret'],
    ['external-secrets.io/v1', 'ExternalSecrets', STORE_REF, 'kind', 'ExternalSecret'],
    ['external-secrets.io/v1', 'ExtrenalSecret', STORE_REF, 'kind', 'ExternalSecret'],
    ['external-secrets.io/v1', '', STORE_REF, 'kind', 'ExternalSecret'],
    ['external-secrets.io/v1', '', { provider: {}, conditions: [] }, 'kind', 'ClusterSecretStore'],
    ['external-secrets.io/v1alpha1', '', { selector: {} }, 'kind', 'PushSecret'],
    ['external-secrets.io/v1', 'Sealed', {}, 'kind', undefined],
  ])('%s %s', (apiVersion, kind, spec, field, use) => {
    const body = { apiVersion, kind, metadata: { name: 'app' }, spec }
    expect(isMeantForEso(apiVersion, kind, body)).toBe(true)
    const found = unknownKind({ apiVersion, kind, body })
    expect([found?.field, found?.use]).toEqual([field, use])
  })

  it.each([
    ['external-secrets.io/v1', 'ExternalSecret', STORE_REF],
    ['external-secrets.io/v9', 'ExternalSecret', STORE_REF],
    ['generators.external-secrets.io/v1alpha1', 'Password', {}],
    ['reloader.external-secrets.io/v1alpha1', 'Config', {}],
  ])('%s %s is left to other rules', (apiVersion, kind, spec) => {
    expect(unknownKind({ apiVersion, kind, body: { apiVersion, kind, spec } })).toBeUndefined()
  })

  it.each([
    ['kubernetes-client.io/v1', 'ExternalSecret', { backendType: 'vault', data: [{ key: 'a', name: 'b' }] }],
    ['kubernetes-client.io/v1', 'ExternalSecret', { backendType: 'vault', dataFrom: ['a'] }],
    ['tools.example.com/v1', 'SecretStore', { provider: {} }],
    ['v1', 'Secret', {}],
    ['', 'ExternalSecret', null],
    ['', '', STORE_REF],
  ])("%s %s is somebody else's", (apiVersion, kind, spec) => {
    expect(isMeantForEso(apiVersion, kind, { apiVersion, kind, spec })).toBe(false)
  })
})
