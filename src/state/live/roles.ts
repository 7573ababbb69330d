import { trimSlashes } from '../../model/trim-slashes.ts'
import type { AuthType, RoleFact } from '../../model/vault-state.ts'
import { isObject, listed, strings } from './answer.ts'
import { type Asking, denied, isNoRoute, orUnknown, unexpected } from './hidden.ts'
import type { Seen, WantedRole } from './live-state.ts'
import { join } from './paths.ts'

/** One key for a role, however it was written: the server stores role names in lower case (vault.md §4.6). */
export function roleKey(authMount: string, name: string): string {
  return `${trimSlashes(authMount)}\n${name.toLowerCase()}`
}

/** Roles of auth mounts. `typeOf` gives the type that the server told for an auth mount. */
export async function readRoles(
  asking: Asking,
  wanted: readonly WantedRole[],
  typeOf: (authMount: string) => string | undefined,
): Promise<ReadonlyMap<string, Seen<RoleFact>>> {
  const distinct = new Map(wanted.map((role) => [roleKey(role.authMount, role.name), role]))
  const seen = await Promise.all(
    [...distinct].map(async ([key, role]) => {
      const type = toAuthType(typeOf(trimSlashes(role.authMount))) ?? role.type
      return [key, await orUnknown(asking, () => readRole(asking, role, type))] as const
    }),
  )
  return new Map(seen)
}

async function readRole(asking: Asking, role: WantedRole, type: AuthType | undefined): Promise<Seen<RoleFact>> {
  const authMount = trimSlashes(role.authMount)
  const name = role.name.toLowerCase()
  const path = rolePath(role, type)
  const answer = await asking.client.read(path)
  if (answer.status === 200 && answer.data) {
    if (!isRole(answer.data, type)) return unexpected(asking, 'GET', path, answer)
    return { presence: 'present', fact: toRoleFact(authMount, name, type, answer.data) }
  }
  if (answer.status === 403) {
    const right = { path, capability: 'read', purpose: `the role ${name} of auth/${authMount}/` } as const
    return denied(asking, 'GET', path, answer, right)
  }
  if (isNoRoute(answer)) {
    return { presence: 'absent', because: `No auth method that has roles is mounted at auth/${authMount}/.` }
  }
  if (answer.status === 404) return { presence: 'absent', because: `auth/${authMount}/ has no role ${name}.` }
  return unexpected(asking, 'GET', path, answer)
}

/** Where a role is read: role names are stored in lower case (vault.md §4.6). */
export function rolePath({ authMount, name }: WantedRole, type: AuthType | undefined): string {
  return join('auth', trimSlashes(authMount), roleFolder(type), name.toLowerCase())
}

/** Where a method keeps what a login names: most have roles, some certificates or users. */
export function roleFolder(type: AuthType | undefined): string {
  if (type === 'cert') return 'certs'
  if (type === 'userpass' || type === 'ldap') return 'users'
  return type === 'token' ? 'roles' : 'role'
}

/** The type that a server tells of an auth mount, where it is one whose roles are known. */
export function toAuthType(told: string | undefined): AuthType | undefined {
  const known = ['kubernetes', 'approle', 'jwt', 'token', 'cert', 'ldap', 'userpass', 'aws', 'gcp'] as const
  return told === 'oidc' ? 'jwt' : known.find((type) => type === told)
}

/** Fields that are lists of texts, whoever has them. */
const LISTS = [
  'token_policies',
  'policies',
  'bound_service_account_names',
  'bound_service_account_namespaces',
  'bound_audiences',
] as const

/** Whether a server says such a thing of a role: a mangled list of policies must not look like a role that has none. */
function isRole(fields: Readonly<Record<string, unknown>>, type: AuthType | undefined): boolean {
  if (LISTS.some((list) => listed(fields[list]) === undefined)) return false
  // Every method but that of tokens tells its policies, be the list empty.
  if (type !== 'token' && fields.token_policies === undefined && fields.policies === undefined) return false
  const texts = [fields.audience, fields.bound_subject, fields.bound_service_account_namespace_selector]
  if (texts.some((text) => !(text === undefined || text === null || typeof text === 'string'))) return false
  return ['undefined', 'boolean'].includes(typeof fields.token_no_default_policy)
}

/** The answer of a role read, as a fact (vault.md §4.6, §4.7). */
export function toRoleFact(
  authMount: string,
  name: string,
  told: AuthType | undefined,
  fields: Readonly<Record<string, unknown>>,
): RoleFact {
  const type = told ?? typeByShape(fields)
  const names = policyNames(fields, type)
  const audiences = type === 'kubernetes' ? strings(fields.audience) : strings(fields.bound_audiences)
  const selector = fields.bound_service_account_namespace_selector
  return {
    authMount,
    name,
    type,
    policies: names.filter((one) => one !== 'default'),
    noDefaultPolicy: fields.token_no_default_policy === true && !names.includes('default'),
    ...(type === 'kubernetes'
      ? {
          ...boundTo('boundServiceAccountNames', fields.bound_service_account_names),
          ...boundTo('boundServiceAccountNamespaces', fields.bound_service_account_namespaces),
          ...(typeof selector === 'string' && selector ? { boundNamespaceSelector: selector } : {}),
        }
      : {}),
    ...(audiences.some(Boolean) ? { audiences: audiences.filter(Boolean) } : {}),
    ...(typeof fields.bound_subject === 'string' && fields.bound_subject ? { boundSubject: fields.bound_subject } : {}),
    ...(isObject(fields.bound_claims) ? { boundClaims: claims(fields.bound_claims) } : {}),
    fields,
    unknown: [],
    provenance: { from: 'vault' },
  }
}

/** Nothing where the server says nothing: a role that is bound to nobody is another thing. */
function boundTo<Name extends string>(name: Name, value: unknown): { readonly [key in Name]?: readonly string[] } {
  return value === undefined ? {} : ({ [name]: strings(value) } as { readonly [key in Name]: readonly string[] })
}

/**
 * `token_policies` and the older `policies`, lower-cased as at login (vault.md §7.2). With both on a Kubernetes role the older ones do
 * not count (vault.md §4.6).
 */
function policyNames(fields: Readonly<Record<string, unknown>>, type: AuthType | undefined): readonly string[] {
  const { token_policies: newer, policies: older } = fields
  const names = (type === 'kubernetes' && newer ? [newer] : [newer, older])
    .flatMap(strings)
    .map((name) => name.trim().toLowerCase())
  return [...new Set(names)].filter(Boolean).sort()
}

function claims(bound: Readonly<Record<string, unknown>>): Record<string, readonly string[]> {
  return Object.fromEntries(Object.entries(bound).map(([claim, value]) => [claim, claimValues(value)]))
}

/** A claim's value is text, a list, or (from JSON) a number or boolean. */
function claimValues(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
}

function typeByShape(fields: Readonly<Record<string, unknown>>): AuthType | undefined {
  if ('bound_service_account_names' in fields) return 'kubernetes'
  if ('bind_secret_id' in fields) return 'approle'
  return 'role_type' in fields || 'bound_audiences' in fields ? 'jwt' : undefined
}
