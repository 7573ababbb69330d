/** Manifests for what must be seeded; JSON is YAML, and names need no second quoting. */
const API = 'external-secrets.io/v1'

export interface Item {
  readonly key: string
  readonly property?: string
  readonly version?: string
}

const STORE_REF = { kind: 'ClusterSecretStore', name: 'vault' }

export function store(version: 'v1' | 'v2' = 'v2', more: object = {}): object {
  const auth = {
    kubernetes: { mountPath: 'kubernetes', role: 'eso', serviceAccountRef: { name: 'eso', namespace: 'eso' } },
  }
  const vault = { server: 'http://vault:8200', path: 'kv', version, auth, ...more }
  return { apiVersion: API, kind: 'ClusterSecretStore', metadata: { name: 'vault' }, spec: { provider: { vault } } }
}

export function reads(name: string, items: readonly Item[]): object {
  const data = items.map((remoteRef, index) => ({ secretKey: `k${index}`, remoteRef }))
  return externalSecret(name, { data })
}

export function externalSecret(name: string, spec: object): object {
  return {
    apiVersion: API,
    kind: 'ExternalSecret',
    metadata: { name, namespace: 'apps' },
    spec: { secretStoreRef: STORE_REF, target: { name }, ...spec },
  }
}

export function pushes(name: string, items: readonly Item[]): object {
  const data = items.map(({ key, property }) => ({
    match: { secretKey: 'k', remoteRef: { remoteKey: key, ...(property === undefined ? {} : { property }) } },
  }))
  return {
    apiVersion: 'external-secrets.io/v1alpha1',
    kind: 'PushSecret',
    metadata: { name, namespace: 'apps' },
    spec: { secretStoreRefs: [STORE_REF], selector: { secret: { name: 'source' } }, data },
  }
}

export function asYaml(objects: readonly object[]): string {
  return objects.map((one) => JSON.stringify(one)).join('\n---\n')
}
