import { describe, expect, it } from 'vitest'
import { predict } from '../../src/eso/predict.ts'
import type { Manifest } from '../../src/model/manifest.ts'
import { externalSecretYaml, type From, fromYaml, holesOf, storeYaml } from './manifests-from-yaml.ts'

const data = [{ secretKey: 'k', remoteRef: { key: 'a' } }]

function consumer(ref: object, namespace: string | undefined, from: From = {}): Manifest[] {
  return fromYaml(externalSecretYaml({ secretStoreRef: ref, data }, { namespace }), from)
}

function clusterStore(file: string, vault: object = {}, from: From = {}): Manifest[] {
  return fromYaml(storeYaml({ vault }), { file, ...from })
}

function namespaced(namespace: string | undefined, file = 'store.yaml', vault: object = {}): Manifest[] {
  return fromYaml(storeYaml({ kind: 'SecretStore', ...(namespace === undefined ? {} : { namespace }), vault }), {
    file,
  })
}

function resolve(...manifests: Manifest[][]) {
  return predict(manifests.flat(), { holesOf }).references[0]?.store
}

const CLUSTER = { kind: 'ClusterSecretStore', name: 'vault' }
const OWN = { name: 'vault' }

describe('eso.md §6.3: store resolution', () => {
  it.each([
    ['ClusterSecretStore by name', resolve(consumer(CLUSTER, 'apps'), clusterStore('s.yaml')), 'vault'],
    [
      'ClusterSecretStore from an unknown namespace',
      resolve(consumer(CLUSTER, undefined), clusterStore('s.yaml')),
      'vault',
    ],
    ['kind forgotten: a SecretStore is looked for', resolve(consumer(OWN, 'apps'), clusterStore('s.yaml')), 'absent'],
    [
      'an empty kind is SecretStore',
      resolve(consumer({ kind: '', name: 'vault' }, 'apps'), namespaced('apps')),
      'vault',
    ],
    ['SecretStore in the own namespace', resolve(consumer(OWN, 'apps'), namespaced('apps')), 'vault'],
    ['SecretStore in another namespace is unreachable', resolve(consumer(OWN, 'apps'), namespaced('other')), 'absent'],
    [
      'a ClusterSecretStore ref does not reach a SecretStore',
      resolve(consumer(CLUSTER, 'apps'), namespaced('apps')),
      'absent',
    ],
    ['another name', resolve(consumer({ name: 'other' }, 'apps'), namespaced('apps')), 'absent'],
    ['a variable in the name', resolve(consumer({ name: '${STORE}' }, 'apps'), namespaced('apps')), 'unknown'],
    [
      'a variable in the kind',
      resolve(consumer({ kind: '${KIND}', name: 'vault' }, 'apps'), namespaced('apps')),
      'unknown',
    ],
    ['an unknown kind', resolve(consumer({ kind: 'Store', name: 'vault' }, 'apps'), namespaced('apps')), 'unknown'],
  ])('%s', (_, resolution, found) => {
    expect(resolution?.found).toBe(found)
  })

  it('a store whose own name holds a variable may be the one', () => {
    const templated = fromYaml(storeYaml({ name: 'vault-${ENV}' }), { file: 's.yaml' })
    expect(resolve(consumer({ kind: 'ClusterSecretStore', name: 'vault-prod' }, 'apps'), templated)?.found).toBe(
      'unknown',
    )
  })

  it('the own storeRef of an item comes before that of the ExternalSecret (step 1)', () => {
    const own = { kind: 'SecretStore', name: 'mine' }
    const item = { secretKey: 'k', remoteRef: { key: 'a' }, sourceRef: { storeRef: own } }
    const found = predict(
      [
        ...fromYaml(
          externalSecretYaml({
            data: [item, ...data],
            dataFrom: [{ extract: { key: 'b' }, sourceRef: { storeRef: own } }],
          }),
        ),
        ...clusterStore('s.yaml'),
        ...fromYaml(storeYaml({ kind: 'SecretStore', name: 'mine', namespace: 'apps', vault: { path: 'mine' } })),
      ],
      { holesOf },
    ).references
    expect(found.map(({ accesses }) => accesses[0]?.path)).toEqual(['mine/data/b', 'mine/data/a', 'kv/data/a'])
    expect(found[0]?.storeRef?.span.file).toBe('apps/app.yaml#spec.dataFrom.0.sourceRef.storeRef.name')
  })

  it('no store at all fails as ESO does', () => {
    const [reference] = predict(fromYaml(externalSecretYaml({ secretStoreRef: undefined, data })), {
      holesOf,
    }).references
    expect(reference).toMatchObject({
      store: { found: 'absent' },
      storeRef: undefined,
      failsWith: { code: 'no-store-named', says: expect.stringContaining('could not get SecretStore ""') },
    })
  })

  it('data[].sourceRef.generatorRef is looked up as the SecretStore "" (eso.md §6.2)', () => {
    const item = {
      secretKey: 'k',
      remoteRef: { key: 'a' },
      sourceRef: { generatorRef: { kind: 'VaultDynamicSecret', name: 'x' } },
    }
    const [reference] = predict([...fromYaml(externalSecretYaml({ data: [item] })), ...clusterStore('s.yaml')], {
      holesOf,
    }).references
    expect(reference).toMatchObject({
      operation: 'data',
      failsWith: { code: 'no-store-named', says: expect.stringContaining('could not get SecretStore ""') },
    })
  })

  it('foreign stores are known', () => {
    const text = JSON.stringify({
      apiVersion: 'external-secrets.io/v1',
      kind: 'ClusterSecretStore',
      metadata: { name: 'vault' },
      spec: { provider: { aws: {} } },
    })
    expect(resolve(consumer(CLUSTER, 'apps'), fromYaml(text))).toMatchObject({
      found: 'foreign',
      store: { provider: 'aws' },
    })
  })
})

describe('field.md §3: default is never assumed for an unknown namespace', () => {
  it.each([
    [
      'one candidate, its namespace unknown too',
      resolve(consumer(OWN, undefined), namespaced(undefined)),
      'vault',
      undefined,
    ],
    ['the only one of that name', resolve(consumer(OWN, undefined), namespaced('team')), 'vault', 'team'],
    [
      'one of two shares the unknown namespace',
      resolve(consumer(OWN, undefined), namespaced('team', 'a.yaml'), namespaced(undefined, 'b.yaml')),
      'vault',
      undefined,
    ],
    [
      'two namespaces',
      resolve(consumer(OWN, undefined), namespaced('a', 'a.yaml'), namespaced('b', 'b.yaml')),
      'unknown',
      undefined,
    ],
    [
      'known consumer, one store whose namespace is unknown',
      resolve(consumer(OWN, 'apps'), namespaced(undefined)),
      'vault',
      undefined,
    ],
    [
      'known consumer, its own before one that is unknown',
      resolve(consumer(OWN, 'apps'), namespaced(undefined, 'a.yaml'), namespaced('apps', 'b.yaml')),
      'vault',
      'apps',
    ],
    [
      'known consumer, two stores whose namespaces are unknown',
      resolve(consumer(OWN, 'apps'), namespaced(undefined, 'a.yaml'), namespaced(undefined, 'b.yaml')),
      'unknown',
      undefined,
    ],
    ['a namespace with a variable is unknown', resolve(consumer(OWN, '${NS}'), namespaced('team')), 'vault', 'team'],
  ])('%s', (_, resolution, found, namespace) => {
    expect(resolution?.found).toBe(found)
    if (resolution?.found === 'vault') expect(resolution.store.namespace).toBe(namespace)
  })
})

describe('field.md §6: the same store name in many template trees', () => {
  const at = (file: string, from: From = {}) => consumer(CLUSTER, 'apps', { file, ...from })
  const one = clusterStore('clusters/one/store.yaml', { path: 'one' })
  const two = clusterStore('clusters/two/store.yaml', { path: 'two' })
  const pathOf = (resolution: ReturnType<typeof resolve>) =>
    resolution?.found === 'vault' ? [resolution.store.path, resolution.chosen] : resolution?.found

  it('takes the nearest in the folders, and says so', () => {
    expect(pathOf(resolve(at('clusters/two/apps/app.yaml'), one, two))).toEqual([
      'two',
      'the nearest one in the folders, clusters/two/store.yaml:1',
    ])
  })

  it('takes any where they give the same paths, and says so', () => {
    const copy = clusterStore('clusters/two/store.yaml', { path: 'one', server: 'https://other.example.com' })
    expect(pathOf(resolve(at('apps/app.yaml'), one, copy))).toEqual([
      'one',
      expect.stringContaining('one of several that give the same paths'),
    ])
  })

  it('knows not which where they differ and none is nearer', () => {
    expect(resolve(at('apps/app.yaml'), one, two)).toMatchObject({
      found: 'unknown',
      because: {
        code: 'stores-differ',
        places: [{ file: 'clusters/one/store.yaml' }, { file: 'clusters/two/store.yaml' }],
      },
    })
  })

  it('takes the one of the own root before the nearer one', () => {
    const near = clusterStore('clusters/two/apps/store.yaml', { path: 'near' }, { appliedBy: ['flux-system/other'] })
    const root = clusterStore('infra/store.yaml', { path: 'root' }, { appliedBy: ['flux-system/apps'] })
    const resolution = resolve(at('clusters/two/apps/app.yaml', { appliedBy: ['flux-system/apps'] }), near, root)
    expect(pathOf(resolution)).toEqual(['root', 'the one that Kustomization (Flux) flux-system/apps applies too'])
  })

  it('the folder of what applies a shared component counts as well as its own', () => {
    const from = { appliedBy: ['apps'], appliedIn: 'clusters/two/apps' }
    expect(pathOf(resolve(at('components/backup/app.yaml', from), one, two))).toEqual([
      'two',
      expect.stringContaining('nearest'),
    ])
  })

  it('takes the one whose folders carry the same name of an environment', () => {
    const staging = clusterStore('stores/staging/store.yaml', { path: 'staging' })
    const production = clusterStore('stores/production/store.yaml', { path: 'production' })
    expect(pathOf(resolve(at('apps/x/staging/app.yaml'), production, staging))).toEqual([
      'staging',
      'the one that shares the folder name "staging" with it, stores/staging/store.yaml:1',
    ])
    expect(resolve(at('apps/x/app.yaml'), production, staging)?.found).toBe('unknown')
  })

  it('stores with one path that log in differently give the paths and leave the login open', () => {
    const other = clusterStore('clusters/two/store.yaml', { path: 'one', auth: { kubernetes: { role: 'other' } } })
    const [reference] = predict([...at('apps/app.yaml'), ...one, ...other].flat(), { holesOf }).references
    expect(reference?.accesses[0]?.path).toBe('one/data/a')
    expect(reference?.identity).toBeUndefined()
    expect(reference?.notChecked).toBeUndefined()
    expect(reference?.store).toMatchObject({
      found: 'vault',
      unsure: {
        code: 'stores-log-in-differently',
        places: [{ file: 'clusters/one/store.yaml' }, { file: 'clusters/two/store.yaml' }],
      },
    })
  })

  it('stores with one path whose conditions differ leave the verdict open', () => {
    const spec = { conditions: [{ namespaces: ['x'] }] }
    const other = fromYaml(storeYaml({ vault: { path: 'one' }, spec }), { file: 'clusters/two/store.yaml' })
    const [reference] = predict([...at('apps/app.yaml'), ...one, ...other], { holesOf }).references
    expect(reference?.condition).toMatchObject({
      verdict: 'unknown',
      because: { code: 'conditions-differ' },
    })
  })

  it('two different ones under one root are a duplicate', () => {
    const from = { appliedBy: ['flux-system/apps'] }
    const resolution = resolve(
      at('a/app.yaml', from),
      clusterStore('a/s.yaml', { path: 'x' }, from),
      clusterStore('b/s.yaml', { path: 'y' }, from),
    )
    expect(resolution?.found).toBe('duplicate')
  })

  it('two different ones in one folder are a duplicate', () => {
    expect(
      resolve(at('a/app.yaml'), clusterStore('a/s.yaml', { path: 'x' }), clusterStore('a/t.yaml', { path: 'y' })),
    ).toMatchObject({ found: 'duplicate' })
  })
})

describe('eso.md §6.3 step 2: controller class', () => {
  const classed = (controller: string) => fromYaml(storeYaml({ spec: { controller } }), { file: 's.yaml' })
  it.each([
    ['dev', undefined, true],
    ['dev', 'dev', false],
    ['', undefined, false],
    ['default', undefined, false],
    ['${CLASS}', undefined, false],
  ])('store of class "%s", ESO of class %s: skipped %s', (controller, controllerClass, skipped) => {
    const options = { holesOf, ...(controllerClass === undefined ? {} : { controllerClass }) }
    const [reference] = predict([...consumer(CLUSTER, 'apps'), ...classed(controller)], options).references
    expect(reference?.skipped !== undefined).toBe(skipped)
  })

  it('skips the whole ExternalSecret, also items of other stores', () => {
    const item = {
      secretKey: 'k',
      remoteRef: { key: 'a' },
      sourceRef: { storeRef: { kind: 'ClusterSecretStore', name: 'fine' } },
    }
    const found = predict(
      [...fromYaml(externalSecretYaml({ data: [item] })), ...classed('dev'), ...fromYaml(storeYaml({ name: 'fine' }))],
      { holesOf },
    ).references
    expect(found).toHaveLength(1)
    expect(found[0]?.skipped).toMatchObject({ code: 'other-controller', wants: 'dev' })
  })
})
