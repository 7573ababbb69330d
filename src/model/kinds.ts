import { nearestName } from './nearest-name.ts'
import { isMap, type Value, type ValueMap } from './value.ts'

/** The API group of an `apiVersion`; `""` for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash === -1 ? '' : apiVersion.slice(0, slash)
}

/** `external-secrets.io` and `generators.external-secrets.io`. */
export function isEsoGroup(apiVersion: string): boolean {
  const group = groupOf(apiVersion)
  return group === 'external-secrets.io' || group.endsWith('.external-secrets.io')
}

const ESO_KINDS = new Set([
  'ExternalSecret',
  'ClusterExternalSecret',
  'SecretStore',
  'ClusterSecretStore',
  'PushSecret',
  'ClusterPushSecret',
  'VaultDynamicSecret',
  'ClusterGenerator',
])

/** `external-secret.io`, `externalsecrets.io`, `external-secrets`: no group of ESO, and hardly of anything else. */
const ESO_LIKE = /^(?:generators?\.)?external[-_.]?secrets?(?:[-_.]?operator)?(?:\.[a-z]+)?$/i

/**
 * Whether an object was meant for ESO whatever its apiVersion and kind say: a misspelt group, a kind of ESO without a group, or
 * with the group of ESO's predecessor around a spec that only ESO knows. Absent ones are `""`.
 */
export function isMeantForEso(apiVersion: string, kind: string, body: ValueMap): boolean {
  const group = groupOf(apiVersion)
  const { spec } = body
  if (isEsoGroup(apiVersion) || ESO_LIKE.test(group === '' ? apiVersion : group)) return true
  if (!ESO_KINDS.has(kind)) return false
  if (nearestName(group, ['external-secrets.io', 'generators.external-secrets.io']) !== undefined) return true
  if (!isMap(spec)) return false
  if (group === '') return true
  return group === 'kubernetes-client.io' && (ESO_FIELDS.some((name) => Object.hasOwn(spec, name)) || readsRefs(spec))
}

const ESO_FIELDS = [
  'secretStoreRef',
  'secretStoreRefs',
  'provider',
  'externalSecretSpec',
  'pushSecretSpec',
  'generator',
]

/** `data` with `remoteRef`, `dataFrom` with maps: the predecessor wrote `key` and `name`, and lists of texts. */
function readsRefs({ data, dataFrom }: ValueMap): boolean {
  const items = (value: Value | undefined): readonly Value[] => (Array.isArray(value) ? value : [])
  return items(data).some((item) => isMap(item) && Object.hasOwn(item, 'remoteRef')) || items(dataFrom).some(isMap)
}

const CLUSTER_SCOPED = new Set([
  'ClusterSecretStore',
  'ClusterExternalSecret',
  'ClusterPushSecret',
  'ClusterGenerator',
  'ClusterRole',
  'ClusterRoleBinding',
  'ClusterPolicy',
  'Namespace',
  'CustomResourceDefinition',
  'APIService',
  'PersistentVolume',
  'StorageClass',
  'PriorityClass',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
])

/** Whether objects of the kind live in no namespace; a namespace transformer does nothing to them in the cluster. */
export function isClusterScoped(kind: string): boolean {
  return CLUSTER_SCOPED.has(kind)
}

export function isFluxKustomization(apiVersion: string, kind: string): boolean {
  return kind === 'Kustomization' && groupOf(apiVersion) === 'kustomize.toolkit.fluxcd.io'
}

export function isArgoApplication(apiVersion: string, kind: string): boolean {
  return kind === 'Application' && groupOf(apiVersion) === 'argoproj.io'
}
