import { lookUp } from '../../model/look-up.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Span } from '../../model/span.ts'
import type { FieldPath, Value } from '../../model/value.ts'
import { isAtLeast, parseVersionRange, type Release } from '../../model/version-range.ts'

/** A field that ESO learned in a release (eso.md §1, "Feature → first release"). */
export interface EsoFeature {
  readonly id: string
  readonly since: Release
  /** What it is, as a sentence part. */
  readonly what: string
  readonly kinds: readonly string[]
  /** The field that uses it; `*` stands for any index. The kind's spec is found below `spec` and the Cluster wrappers. */
  readonly field: readonly string[]
  /** Only this value of the field is new. */
  readonly value?: string
}

const STORES = ['SecretStore', 'ClusterSecretStore']
const EXTERNAL = ['ExternalSecret', 'ClusterExternalSecret']
const PUSH = ['PushSecret', 'ClusterPushSecret']
const VAULT = ['provider', 'vault']

export const ESO_FEATURES: readonly EsoFeature[] = [
  { id: 'mtls', since: [0, 9, 12], what: 'client certificates for Vault', kinds: STORES, field: [...VAULT, 'tls'] },
  {
    id: 'auth-namespace',
    since: [0, 9, 14],
    what: 'a Vault namespace for the login',
    kinds: STORES,
    field: [...VAULT, 'auth', 'namespace'],
  },
  { id: 'update-policy', since: [0, 9, 14], what: 'updatePolicy', kinds: PUSH, field: ['updatePolicy'] },
  { id: 'headers', since: [0, 10, 0], what: 'headers', kinds: STORES, field: [...VAULT, 'headers'] },
  {
    id: 'result-type-raw',
    since: [0, 14, 1],
    what: 'resultType Raw',
    kinds: ['VaultDynamicSecret'],
    field: ['resultType'],
    value: 'Raw',
  },
  { id: 'check-and-set', since: [0, 20, 0], what: 'checkAndSet', kinds: STORES, field: [...VAULT, 'checkAndSet'] },
  {
    id: 'cert-path',
    since: [0, 20, 2],
    what: 'the mount of cert auth',
    kinds: STORES,
    field: [...VAULT, 'auth', 'cert', 'path'],
  },
  {
    id: 'target-manifest',
    since: [1, 0, 0],
    what: 'targets other than Secrets',
    kinds: EXTERNAL,
    field: ['target', 'manifest'],
  },
  { id: 'auth-gcp', since: [1, 1, 0], what: 'gcp auth', kinds: STORES, field: [...VAULT, 'auth', 'gcp'] },
  {
    id: 'cert-vault-role',
    since: [2, 3, 0],
    what: 'the role of cert auth',
    kinds: STORES,
    field: [...VAULT, 'auth', 'cert', 'vaultRole'],
  },
  { id: 'data-to', since: [2, 3, 0], what: 'dataTo', kinds: PUSH, field: ['dataTo'] },
  {
    id: 'null-byte-policy',
    since: [2, 3, 0],
    what: 'nullBytePolicy',
    kinds: EXTERNAL,
    field: ['data', '*', 'remoteRef', 'nullBytePolicy'],
  },
  {
    id: 'null-byte-policy-extract',
    since: [2, 3, 0],
    what: 'nullBytePolicy',
    kinds: EXTERNAL,
    field: ['dataFrom', '*', 'extract', 'nullBytePolicy'],
  },
  {
    id: 'null-byte-policy-find',
    since: [2, 3, 0],
    what: 'nullBytePolicy',
    kinds: EXTERNAL,
    field: ['dataFrom', '*', 'find', 'nullBytePolicy'],
  },
  {
    id: 'get-parameters',
    since: [2, 4, 0],
    what: 'getParameters',
    kinds: ['VaultDynamicSecret'],
    field: ['getParameters'],
  },
  { id: 'sync-windows', since: [2, 7, 0], what: 'syncWindows', kinds: EXTERNAL, field: ['syncWindows'] },
  {
    id: 'openbao-provider',
    since: [2, 7, 0],
    what: 'the openBao provider',
    kinds: STORES,
    field: ['provider', 'openBao'],
  },
  {
    id: 'create-or-merge',
    since: [2, 8, 0],
    what: 'creationPolicy CreateOrMerge',
    kinds: EXTERNAL,
    field: ['target', 'creationPolicy'],
    value: 'CreateOrMerge',
  },
]

const WRAPPERS: Readonly<Record<string, string>> = {
  ClusterExternalSecret: 'externalSecretSpec',
  ClusterPushSecret: 'pushSecretSpec',
}

function places(
  value: Value | undefined,
  field: readonly string[],
  at: FieldPath,
): { path: FieldPath; value: Value }[] {
  if (value === undefined || value === null) return []
  const [step, ...rest] = field
  if (step === undefined) return [{ path: at, value }]
  if (step === '*') return Array.isArray(value) ? value.flatMap((item, i) => places(item, rest, [...at, i])) : []
  if (typeof value !== 'object' || Array.isArray(value)) return []
  const child = (value as { readonly [key: string]: Value })[step]
  return places(child, rest, [...at, step])
}

/** A field of a manifest that a release of ESO does not have yet. */
export interface NewerField {
  readonly feature: EsoFeature
  readonly path: FieldPath
  readonly span: Span
}

/** Fields of a manifest that this ESO (a version, or a range of them) is certainly too old for; nothing for what is no version. */
export function fieldsNewerThan(manifest: Manifest, esoVersion: string): readonly NewerField[] {
  const range = parseVersionRange(esoVersion.trim())
  if (range === undefined) return []
  const wrapper = lookUp(WRAPPERS, manifest.kind)
  const root = wrapper === undefined ? ['spec'] : ['spec', wrapper]
  return ESO_FEATURES.flatMap((feature) => {
    if (!feature.kinds.includes(manifest.kind)) return []
    if (isAtLeast(range, feature.since) !== 'no') return []
    return places(manifest.body, [...root, ...feature.field], [])
      .filter((place) => feature.value === undefined || place.value === feature.value)
      .map(({ path }) => ({ feature, path, span: manifest.spanOf(path, 'key') }))
  })
}
