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
