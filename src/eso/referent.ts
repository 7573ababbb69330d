import type { ValueMap } from '../model/value.ts'
import { mapAt, textAt } from './field-value.ts'

/**
 * Whether a ClusterSecretStore's provider has a reference without `namespace`, so that who logs in depends on the consumer, and
 * the store is never validated (eso.md §5.3, `isReferentSpec`). All methods that are set count, also those ESO ignores;
 * `appRole.roleRef`, `cert.clientCert` and `tls` do not count.
 */
export function isReferent(provider: ValueMap): boolean {
  const auth = mapAt(provider, 'auth')
  if (auth === undefined) return false
  const lacks = (ref: ValueMap | undefined) => ref !== undefined && textAt(ref, 'namespace') === undefined
  // These hold their reference by value in ESO: a block without the reference lacks its namespace all the same.
  const lacksByValue = (block: ValueMap | undefined, field: string) =>
    block !== undefined && textAt(block, field, 'namespace') === undefined
  const iam = mapAt(auth, 'iam', 'secretRef')
  return (
    lacks(mapAt(auth, 'tokenSecretRef')) ||
    lacksByValue(mapAt(auth, 'appRole'), 'secretRef') ||
    lacks(mapAt(auth, 'kubernetes', 'secretRef')) ||
    lacks(mapAt(auth, 'kubernetes', 'serviceAccountRef')) ||
    lacksByValue(mapAt(auth, 'ldap'), 'secretRef') ||
    lacksByValue(mapAt(auth, 'userPass'), 'secretRef') ||
    lacks(mapAt(auth, 'jwt', 'secretRef')) ||
    lacks(mapAt(auth, 'jwt', 'kubernetesServiceAccountToken', 'serviceAccountRef')) ||
    lacksByValue(mapAt(auth, 'cert'), 'secretRef') ||
    lacks(mapAt(auth, 'iam', 'jwt', 'serviceAccountRef')) ||
    lacksByValue(iam, 'accessKeyIDSecretRef') ||
    lacksByValue(iam, 'secretAccessKeySecretRef') ||
    lacks(mapAt(iam, 'sessionTokenSecretRef'))
  )
}
