/**
 * The kinds that kustomize 5.8 knows from the schema of Kubernetes 1.21 that is built into it. Every other kind is a custom resource
 * to it, newer ones of Kubernetes too: it sets their namespace, and replaces their lists.
 */
const NAMESPACED: Readonly<Record<string, string>> = {
  v1: 'ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodAttachOptions PodExecOptions PodPortForwardOptions PodProxyOptions PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount ServiceProxyOptions',
  'apps/v1': 'ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet',
  'autoscaling/v1': 'HorizontalPodAutoscaler Scale',
  'autoscaling/v2beta1': 'HorizontalPodAutoscaler',
  'autoscaling/v2beta2': 'HorizontalPodAutoscaler',
  'batch/v1': 'CronJob Job',
  'batch/v1beta1': 'CronJob',
  'coordination.k8s.io/v1': 'Lease',
  'coordination.k8s.io/v1beta1': 'Lease',
  'discovery.k8s.io/v1': 'EndpointSlice',
  'discovery.k8s.io/v1beta1': 'EndpointSlice',
  'events.k8s.io/v1': 'Event',
  'events.k8s.io/v1beta1': 'Event',
  'extensions/v1beta1': 'Ingress',
  'networking.k8s.io/v1': 'Ingress NetworkPolicy',
  'networking.k8s.io/v1beta1': 'Ingress',
  'policy/v1': 'PodDisruptionBudget',
  'policy/v1beta1': 'PodDisruptionBudget',
  'rbac.authorization.k8s.io/v1': 'Role RoleBinding',
  'rbac.authorization.k8s.io/v1beta1': 'Role RoleBinding',
  'storage.k8s.io/v1beta1': 'CSIStorageCapacity',
}

const CLUSTER_SCOPED: Readonly<Record<string, string>> = {
  v1: 'ComponentStatus Namespace Node NodeProxyOptions PersistentVolume',
  'admissionregistration.k8s.io/v1': 'MutatingWebhookConfiguration ValidatingWebhookConfiguration',
  'admissionregistration.k8s.io/v1beta1': 'MutatingWebhookConfiguration ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/v1': 'CustomResourceDefinition',
  'apiextensions.k8s.io/v1beta1': 'CustomResourceDefinition',
  'apiregistration.k8s.io/v1': 'APIService',
  'apiregistration.k8s.io/v1beta1': 'APIService',
  'certificates.k8s.io/v1': 'CertificateSigningRequest',
  'certificates.k8s.io/v1beta1': 'CertificateSigningRequest',
  'flowcontrol.apiserver.k8s.io/v1beta1': 'FlowSchema PriorityLevelConfiguration',
  'networking.k8s.io/v1': 'IngressClass',
  'networking.k8s.io/v1beta1': 'IngressClass',
  'node.k8s.io/v1': 'RuntimeClass',
  'node.k8s.io/v1beta1': 'RuntimeClass',
  'policy/v1beta1': 'PodSecurityPolicy',
  'rbac.authorization.k8s.io/v1': 'ClusterRole ClusterRoleBinding',
  'rbac.authorization.k8s.io/v1beta1': 'ClusterRole ClusterRoleBinding',
  'scheduling.k8s.io/v1': 'PriorityClass',
  'scheduling.k8s.io/v1beta1': 'PriorityClass',
  'storage.k8s.io/v1': 'CSIDriver CSINode StorageClass VolumeAttachment',
  'storage.k8s.io/v1beta1': 'CSIDriver CSINode StorageClass VolumeAttachment',
}

type Kinds = ReadonlyMap<string, ReadonlySet<string>>

function kindsBy(versions: Readonly<Record<string, string>>): Kinds {
  return new Map(Object.entries(versions).map(([version, kinds]) => [version, new Set(kinds.split(' '))]))
}

const namespaced = kindsBy(NAMESPACED)
const clusterScoped = kindsBy(CLUSTER_SCOPED)

/** Whether kustomize has a schema for the kind. */
export function isKnownKind(apiVersion: string, kind: string): boolean {
  return namespaced.get(apiVersion)?.has(kind) === true || isKnownClusterScoped(apiVersion, kind)
}

/** Whether kustomize knows that objects of the kind live in no namespace. Of custom resources it never does. */
export function isKnownClusterScoped(apiVersion: string, kind: string): boolean {
  return clusterScoped.get(apiVersion)?.has(kind) === true
}

/** How kustomize merges a list of a known kind. */
export type ListMerge = { readonly by: string } | 'several' | undefined

const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  drivers: 'name',
  env: 'name',
  ephemeralContainers: 'name',
  hostAliases: 'ip',
  imagePullSecrets: 'name',
  initContainers: 'name',
  ownerReferences: 'uid',
  secrets: 'name',
  volumeDevices: 'devicePath',
  volumeMounts: 'mountPath',
  volumes: 'name',
  webhooks: 'name',
}
/** Merged by several keys, by their values, or in one kind and not in another. */
const SEVERAL = new Set(['addresses', 'conditions', 'podCIDRs', 'podIPs', 'ports', 'topologySpreadConstraints'])

/**
 * The merge key of the list at `path` of an object of a known kind, as the schema's `x-kubernetes-patch-merge-key` gives it;
 * `undefined`: the list is replaced.
 */
export function listMerge(path: readonly string[]): ListMerge {
  const field = path.at(-1) ?? ''
  // A ServiceAccount's own pull secrets have no merge key, a Pod's have.
  if (path.length === 1 && field === 'imagePullSecrets') return undefined
  if (field === 'finalizers') return path.length === 2 && path[0] === 'metadata' ? 'several' : undefined
  if (SEVERAL.has(field)) return 'several'
  const by = Object.hasOwn(MERGE_KEYS, field) ? MERGE_KEYS[field] : undefined
  return by === undefined ? undefined : { by }
}
