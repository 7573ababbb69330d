import type { FailsWith } from '../model/eso-failure.ts'
import type { AuthMethod, StoreAuth } from '../model/store.ts'
import type { ValueMap } from '../model/value.ts'
import { mapAt, textAt } from './field-value.ts'
import { cleanPath } from './go-path.ts'
import { NIL_PATH } from './paths.ts'

/** ESO's order: the first that is set wins, whatever else is set (eso.md §5.1). */
export const AUTH_ORDER: readonly AuthMethod[] = [
  'tokenSecretRef',
  'appRole',
  'kubernetes',
  'ldap',
  'userPass',
  'jwt',
  'cert',
  'iam',
  'gcp',
]

/** Where the mount of a method is written; a static token has none. All but kubernetes say `path` (eso.md §6.8). */
const MOUNT_FIELD: Readonly<Record<AuthMethod, 'path' | 'mountPath' | undefined>> = {
  tokenSecretRef: undefined,
  appRole: 'path',
  kubernetes: 'mountPath',
  ldap: 'path',
  userPass: 'path',
  jwt: 'path',
  cert: 'path',
  iam: 'path',
  gcp: 'path',
}

/** Where the role of a method is written (eso.md §5.2). */
const ROLE_FIELD: Readonly<Record<AuthMethod, 'role' | 'vaultRole' | undefined>> = {
  tokenSecretRef: undefined,
  appRole: undefined,
  kubernetes: 'role',
  ldap: undefined,
  userPass: undefined,
  jwt: 'role',
  cert: 'vaultRole',
  iam: 'vaultRole',
  gcp: 'role',
}

const DEFAULT_MOUNT: Readonly<Record<AuthMethod, string | undefined>> = {
  tokenSecretRef: undefined,
  appRole: 'approle',
  kubernetes: 'kubernetes',
  ldap: 'ldap',
  userPass: 'userpass',
  jwt: 'jwt',
  cert: 'cert',
  iam: 'aws',
  gcp: 'gcp',
}

/** Here an empty path means the default; elsewhere the CRD's default holds only for an absent one, and `""` stays (eso.md §5.2). */
const EMPTY_MEANS_DEFAULT: readonly AuthMethod[] = ['cert', 'iam', 'gcp']

/** The methods that an `auth` block sets, in ESO's order; the first is used, the others are ignored. */
function methodsSet(auth: ValueMap): readonly AuthMethod[] {
  return AUTH_ORDER.filter((method) => mapAt(auth, method) !== undefined)
}

/**
 * How a provider logs in. `undefined`: `auth` is unset, or sets no method (then ESO fails, see `noMethodFailure`).
 * Roles and mounts are as written; slashes at a mount's ends are cleaned as the Vault client does (eso.md §5.2).
 */
export function readAuth(provider: ValueMap): StoreAuth | undefined {
  const auth = mapAt(provider, 'auth')
  if (auth === undefined) return undefined
  const [method, ...ignored] = methodsSet(auth)
  if (method === undefined) return undefined
  const block = mapAt(auth, method) ?? {}
  const roleField = ROLE_FIELD[method]
  const roleId = method === 'appRole' ? textAt(block, 'roleId')?.trim() : undefined
  const username = method === 'ldap' || method === 'userPass' ? textAt(block, 'username')?.trim() : undefined
  const failsWith = loginFailure(method, block)
  return {
    method,
    mount: mountOf(method, block),
    role: (roleField === undefined ? undefined : textAt(block, roleField)) || undefined,
    ignored,
    ...(roleId === undefined ? {} : { roleId }),
    ...(username === undefined ? {} : { username }),
    ...(failsWith === undefined ? {} : { failsWith }),
  }
}

/** `auth: {}` sets no method: ESO says so instead of logging in. An absent `auth` is no failure (eso.md §5.1). */
export function noMethodFailure(provider: ValueMap): FailsWith | undefined {
  const auth = mapAt(provider, 'auth')
  return auth !== undefined && methodsSet(auth).length === 0
    ? { code: 'no-auth-method', says: 'cannot initialize Vault client: no valid auth method specified' }
    : undefined
}

function mountOf(method: AuthMethod, block: ValueMap): string | undefined {
  const field = MOUNT_FIELD[method]
  if (field === undefined) return undefined
  const written = textAt(block, field)
  const mount = written === '' && EMPTY_MEANS_DEFAULT.includes(method) ? undefined : written
  return cleanPath(`/${mount ?? DEFAULT_MOUNT[method] ?? ''}`).slice(1)
}

/** What ESO or its Vault client says of a block before any request (eso.md §5.2, "client-side errors"). */
function loginFailure(method: AuthMethod, block: ValueMap): FailsWith | undefined {
  switch (method) {
    case 'tokenSecretRef':
      // `key` has no default here (eso.md §5.2).
      return textAt(block, 'key') ? undefined : { code: 'login-lacks-key', says: 'cannot find secret data for key: ""' }
    case 'appRole':
      if (textAt(block, 'roleId')) {
        return textAt(block, 'roleId')?.trim() === ''
          ? { code: 'login-lacks-role-id', says: 'no role ID provided for login' }
          : undefined
      }
      return mapAt(block, 'roleRef') === undefined
        ? { code: 'login-lacks-role-id', says: 'invalid Auth.AppRole: neither `roleId` nor `roleRef` was supplied' }
        : undefined
    case 'kubernetes':
      return textAt(block, 'role') ? undefined : { code: 'login-lacks-role', says: 'no role name was provided' }
    case 'jwt':
      return mapAt(block, 'secretRef') === undefined && mapAt(block, 'kubernetesServiceAccountToken') === undefined
        ? {
            code: 'login-lacks-jwt',
            says: 'neither `secretRef` nor `kubernetesServiceAccountToken` was supplied as token source for jwt authentication',
          }
        : undefined
    case 'iam':
      // `jwt: {}` without a ServiceAccount is a nil dereference (eso.md §5.2).
      return mapAt(block, 'jwt') !== undefined && mapAt(block, 'jwt', 'serviceAccountRef') === undefined
        ? NIL_PATH
        : undefined
    default:
      return undefined
  }
}
