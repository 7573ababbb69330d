import { trimSlashes } from '../../model/trim-slashes.ts'
import type { AuthType, RoleFact } from '../../model/vault-state.ts'
import type { Grant } from './harvest.ts'

/** Logins that bring no groups with them: an external group has no members by them. */
const WITHOUT_GROUPS: ReadonlySet<AuthType> = new Set([
  'kubernetes',
  'approle',
  'userpass',
  'cert',
  'token',
  'aws',
  'gcp',
])

/**
 * Policies that identity entities and groups, or groups of an auth method, add to a token stand outside of its role: where Git
 * holds any that may concern the role's mount, what the role does not allow is not known to be denied (forms.md §2).
 */
export function withGrants(role: RoleFact, grants: readonly Grant[]): RoleFact {
  const told = grants.filter(({ external }) => external !== undefined)
  // A later write to a group need not say again what it is.
  const others = told.length > 0 && told.every(({ external }) => external === true)
  const what = grants
    .filter(({ mounts, external = others }) => {
      if (external && role.type !== undefined && WITHOUT_GROUPS.has(role.type)) return false
      return mounts === undefined || mounts.some((mount) => trimSlashes(mount) === role.authMount)
    })
    .map((grant) => grant.what)
  if (what.length === 0) return role
  return { ...role, open: [...new Set([...(role.open ?? []), ...what])] }
}
