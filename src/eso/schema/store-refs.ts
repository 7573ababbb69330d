import type { FieldPath } from '../../model/value.ts'

/** A place in `spec.provider.vault` that names a Secret, ConfigMap or ServiceAccount. */
export interface StoreRef {
  readonly path: FieldPath
  /** As ESO's webhook names it; `undefined` where the webhook does not look. */
  readonly label?: string
  readonly of: 'Secret' | 'ServiceAccount'
  /** ESO has no default for `key` here, and fails without one (eso.md §5.2). */
  readonly needsKey: boolean
}

/** Every reference of a Vault provider, in the order of ESO's webhook (eso.md §5.5). IAM refs are mislabelled there. */
export const STORE_REFS: readonly StoreRef[] = [
  { path: ['auth', 'appRole', 'secretRef'], label: 'Auth.AppRole.SecretRef', of: 'Secret', needsKey: true },
  { path: ['auth', 'appRole', 'roleRef'], label: 'Auth.AppRole.RoleRef', of: 'Secret', needsKey: true },
  { path: ['auth', 'cert', 'clientCert'], label: 'Auth.Cert.ClientCert', of: 'Secret', needsKey: true },
  { path: ['auth', 'cert', 'secretRef'], label: 'Auth.Cert.SecretRef', of: 'Secret', needsKey: true },
  { path: ['auth', 'jwt', 'secretRef'], label: 'Auth.Jwt.SecretRef', of: 'Secret', needsKey: true },
  {
    path: ['auth', 'jwt', 'kubernetesServiceAccountToken', 'serviceAccountRef'],
    label: 'Auth.Jwt.KubernetesServiceAccountToken.ServiceAccountRef',
    of: 'ServiceAccount',
    needsKey: false,
  },
  {
    path: ['auth', 'kubernetes', 'serviceAccountRef'],
    label: 'Auth.Kubernetes.ServiceAccountRef',
    of: 'ServiceAccount',
    needsKey: false,
  },
  { path: ['auth', 'kubernetes', 'secretRef'], label: 'Auth.Kubernetes.SecretRef', of: 'Secret', needsKey: false },
  { path: ['auth', 'ldap', 'secretRef'], label: 'Auth.Ldap.SecretRef', of: 'Secret', needsKey: true },
  { path: ['auth', 'userPass', 'secretRef'], label: 'Auth.UserPass.SecretRef', of: 'Secret', needsKey: true },
  { path: ['auth', 'tokenSecretRef'], label: 'Auth.TokenSecretRef', of: 'Secret', needsKey: true },
  {
    path: ['auth', 'iam', 'jwt', 'serviceAccountRef'],
    label: 'Auth.TokenSecretRef',
    of: 'ServiceAccount',
    needsKey: false,
  },
  {
    path: ['auth', 'iam', 'secretRef', 'accessKeyIDSecretRef'],
    label: 'Auth.TokenSecretRef',
    of: 'Secret',
    needsKey: true,
  },
  {
    path: ['auth', 'iam', 'secretRef', 'secretAccessKeySecretRef'],
    label: 'Auth.TokenSecretRef',
    of: 'Secret',
    needsKey: true,
  },
  {
    path: ['auth', 'iam', 'secretRef', 'sessionTokenSecretRef'],
    label: 'Auth.TokenSecretRef',
    of: 'Secret',
    needsKey: true,
  },
  { path: ['tls', 'certSecretRef'], label: 'ClientTLS.ClientCert', of: 'Secret', needsKey: false },
  { path: ['tls', 'keySecretRef'], label: 'ClientTLS.SecretRef', of: 'Secret', needsKey: false },
]
