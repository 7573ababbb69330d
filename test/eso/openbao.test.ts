import { describe, expect, it } from 'vitest'
import { plainPresence } from '../../src/eso/property/property-presence.ts'
import { words } from './failure-words.ts'
import { documents, externalSecretYaml, storeYaml } from './manifests-from-yaml.ts'
import { lines, predicted } from './requests-of.ts'

const appRole = { appRole: { roleId: 'id', secretRef: { name: 's', key: 'k', namespace: 'ns' } } }

function references(bao: object, spec: object, kind?: string) {
  const store = storeYaml({ spec: { provider: { openBao: { server: 'https://bao', auth: appRole, ...bao } } } })
  const consumer =
    kind === undefined
      ? externalSecretYaml(spec)
      : JSON.stringify({
          apiVersion: 'external-secrets.io/v1alpha1',
          kind,
          metadata: { name: 'app', namespace: 'apps' },
          spec: { secretStoreRefs: [{ kind: 'ClusterSecretStore', name: 'vault' }], ...spec },
        })
  return predicted(documents(store, consumer)).references
}

const data = (remoteRef: object) => ({ data: [{ secretKey: 'k', remoteRef }] })
const find = (block: object) => ({ dataFrom: [{ find: block }] })

describe('eso.md §5.6: the provider for OpenBao', () => {
  it.each([
    ['a key', {}, data({ key: 'a/b' }), ['read kv/data/a/b']],
    ['the mount in the key is a folder', {}, data({ key: 'kv/a' }), ['read kv/data/kv/a']],
    ['v1', { version: 'v1', path: 'old' }, data({ key: 'a' }), ['read old/a']],
    ['a version', {}, data({ key: 'a', version: '3' }), ['read kv/data/a?version=3']],
    ['metadataPolicy is not looked at', {}, data({ key: 'a', metadataPolicy: 'Fetch' }), ['read kv/data/a']],
    ['extract', {}, { dataFrom: [{ extract: { key: 'a' } }] }, ['read kv/data/a']],
    [
      'find lists one folder',
      {},
      find({ path: 'team', name: { regexp: '.*' } }),
      ['list kv/metadata/team/', 'read kv/data/**'],
    ],
  ])('%s', (_, bao, spec, expected) => {
    const [reference] = references(bao, spec)
    expect(lines(reference)).toEqual(expected)
    expect(reference).toMatchObject({ failsWith: undefined, notChecked: undefined })
  })

  it.each([
    [{}, data({ key: 'a', version: 'latest' }), 'invalid Ref.Version: strconv.Atoi: parsing "latest": invalid syntax'],
    [{ version: 'v1' }, data({ key: 'a', version: '1' }), 'OpenBao KVv1 secrets do not support versioning (use KVv2)'],
    [{}, find({ tags: { a: 'b' } }), 'tag based search is not implemented'],
    [{}, find({ path: 'a' }), 'panic: runtime error'],
  ])('%j %j fails', (bao, spec, says) => {
    expect(words(references(bao, spec)[0]?.failsWith)).toContain(says)
  })

  it('does not write', () => {
    const spec = {
      selector: { secret: { name: 's' } },
      data: [{ match: { secretKey: 'k', remoteRef: { remoteKey: 'a' } } }],
    }
    const [reference] = references({}, spec, 'PushSecret')
    expect(reference?.accesses).toEqual([])
    expect(words(reference?.failsWith)).toContain('the OpenBao provider is currently read only')
  })

  it('knows how it logs in', () => {
    const [reference] = references(
      { auth: { userPass: { username: 'u', path: 'people', secretRef: { name: 's' } } } },
      data({ key: 'a' }),
    )
    const store = reference?.store.found === 'vault' ? reference.store.store : undefined
    expect(store).toMatchObject({ dialect: 'openBao', path: 'kv', auth: { method: 'userPass', mount: 'people' } })
  })

  it('takes a property for the name of a key', () => {
    expect(plainPresence({ 'a.b': null, c: { d: null } }, 'a.b').presence).toBe('present')
    expect(plainPresence({ c: { d: null } }, 'c.d').presence).toBe('absent')
    expect(plainPresence({ password: null }, 'pasword')).toMatchObject({ presence: 'absent', nearest: 'password' })
  })
})
