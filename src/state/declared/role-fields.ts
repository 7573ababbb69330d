import { trimSlashes } from '../../model/trim-slashes.ts'
import type { AuthType, InNamespace, Provenance, RoleFact, RoleParameter } from '../../model/vault-state.ts'
import { isWhollyUnknown, lowerCaseName } from './partly-known.ts'

export type FieldValues = Readonly<Record<string, unknown>>

export interface RoleParts extends InNamespace {
  readonly authMount: string
  readonly name: string
  readonly fields: FieldValues
  readonly unknown: readonly string[]
  readonly provenance: Provenance
  readonly type?: AuthType | undefined
  readonly assumed?: readonly string[] | undefined
  readonly open?: readonly string[] | undefined
  readonly parameters?: readonly RoleParameter[]
}

/** Fields that have a place of their own in a role fact. */
const PLACED = new Set(
  'policies token_policies token_no_default_policy bound_service_account_names bound_service_account_namespaces bound_service_account_namespace_selector bound_subject bound_claims'.split(
    ' ',
  ),
)

/** Makes a role fact of the fields that a role is written with, in whatever form (vault.md §4.6, §4.7, §7.2). */
export function roleFact(parts: RoleParts): RoleFact {
  const { authMount, name, fields, unknown, provenance, parameters, vaultNamespace, assumed = [], open = [] } = parts
  const type = parts.type ?? typeByFields(fields) ?? authTypeOf(authMount)
  const list = (key: string) => listOf(fields[key], unknown)
  const policies = policiesOf(fields, unknown)
  const names = list('bound_service_account_names')
  const namespaces = list('bound_service_account_namespaces')
  const audienceField = AUDIENCE_FIELD[type ?? '']
  const audiences = audienceField === undefined ? undefined : list(audienceField)
  const dropped = droppedPolicies(fields, unknown)
  const selector = fields.bound_service_account_namespace_selector
  const subject = fields.bound_subject
  const claims = claimsOf(fields.bound_claims)
  return {
    authMount: trimSlashes(authMount),
    type,
    name: lowerCaseName(name, unknown),
    policies,
    noDefaultPolicy: isTrue(fields.token_no_default_policy),
    ...(names === undefined ? {} : { boundServiceAccountNames: names }),
    ...(namespaces === undefined ? {} : { boundServiceAccountNamespaces: namespaces }),
    ...(typeof selector === 'string' && selector !== '' ? { boundNamespaceSelector: selector } : {}),
    ...(audiences === undefined ? {} : { audiences }),
    ...(typeof subject === 'string' && subject !== '' ? { boundSubject: subject } : {}),
    ...(claims === undefined ? {} : { boundClaims: claims }),
    fields: withoutSecrets(
      Object.fromEntries(Object.entries(fields).filter(([key]) => !PLACED.has(key) && key !== audienceField)),
    ),
    ...(parameters === undefined ? {} : { parameters }),
    ...(dropped.length === 0 ? {} : { droppedPolicies: dropped }),
    ...(vaultNamespace === undefined ? {} : { vaultNamespace }),
    unknown,
    provenance,
    ...(assumed.length === 0 ? {} : { assumed }),
    ...(open.length === 0 ? {} : { open }),
  }
}

/** The audiences that a role type knows; the field of another type is dropped without a word (vault.md §4.6). */
const AUDIENCE_FIELD: Readonly<Record<string, string | undefined>> = { kubernetes: 'audience', jwt: 'bound_audiences' }

/** The role as the type of its auth mount has it, where the mount is declared and the role's own fields told another. */
export function asType(role: RoleFact, type: AuthType | undefined): RoleFact {
  if (type === undefined || type === role.type) return role
  const { audiences: _, ...rest } = role
  const field = AUDIENCE_FIELD[type] ?? ''
  const was = AUDIENCE_FIELD[role.type ?? '']
  const audiences = listOf(role.fields[field], role.unknown)
  const { [field]: _placed, ...fields } = role.fields
  return {
    ...rest,
    type,
    ...(audiences === undefined ? {} : { audiences }),
    fields: role.audiences === undefined || was === undefined ? fields : { ...fields, [was]: role.audiences },
  }
}

function policiesOf(fields: FieldValues, unknown: readonly string[]): readonly string[] | undefined {
  const given = ['token_policies', 'policies'].filter((key) => fields[key] !== undefined && fields[key] !== null)
  // A write that names no policies may be the second one to the role; only a full definition tells that it has none.
  if (given.length === 0) return fields.bound_service_account_names === undefined ? undefined : []
  const policies = namesIn(fields[given[0] ?? ''], unknown)
  // `default` is on every token; a role that lists it says nothing new (vault.md §1.7).
  return policies?.filter((policy) => policy !== 'default')
}

/** Where both are given only `token_policies` counts (vault.md §4.6). */
function droppedPolicies(fields: FieldValues, unknown: readonly string[]): readonly string[] {
  if (fields.token_policies === undefined || fields.token_policies === null) return []
  const kept = namesIn(fields.token_policies, unknown)
  return (namesIn(fields.policies, unknown) ?? []).filter((policy) => kept?.includes(policy) === false)
}

function namesIn(value: unknown, unknown: readonly string[]): readonly string[] | undefined {
  const list = listOf(value, unknown)
  return list && [...new Set(list.map((policy) => lowerCaseName(policy, unknown)))]
}

/**
 * A list, or a comma string (vault.md §7.2). `undefined` when it is not given, or is one variable: that may hold any number.
 */
export function listOf(value: unknown, unknown: readonly string[]): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined
  if (Array.isArray(value)) {
    const items = value.filter((item) => item !== null).map((item) => String(item).trim())
    return items.length === 1 && isWhollyUnknown(items[0] ?? '', unknown)
      ? undefined
      : items.filter((item) => item !== '')
  }
  const text = String(value).trim()
  if (isWhollyUnknown(text, unknown)) return undefined
  return text
    .split(/,(?![^${}]{0,200}\})/)
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function claimsOf(value: unknown): Readonly<Record<string, readonly string[]>> | undefined {
  let claims = value
  if (typeof claims === 'string') {
    try {
      claims = JSON.parse(claims)
    } catch {
      return undefined
    }
  }
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) return undefined
  return Object.fromEntries(
    Object.entries(claims).map(([claim, values]) => [
      claim,
      Array.isArray(values) ? values.map(String) : [String(values)],
    ]),
  )
}

function typeByFields(fields: FieldValues): AuthType | undefined {
  const has = (...keys: string[]) => keys.some((key) => fields[key] !== undefined)
  if (has('bound_service_account_names', 'bound_service_account_namespaces')) return 'kubernetes'
  if (has('bound_audiences', 'user_claim', 'bound_claims', 'role_type')) return 'jwt'
  if (has('bind_secret_id', 'secret_id_ttl', 'secret_id_num_uses', 'secret_id_bound_cidrs')) return 'approle'
  return undefined
}

const AUTH_TYPES: readonly AuthType[] = [
  'kubernetes',
  'approle',
  'jwt',
  'token',
  'cert',
  'ldap',
  'userpass',
  'aws',
  'gcp',
]

/** The type that an auth method's name, or the name of its mount, tells. `oidc` shares its roles with `jwt`. */
export function authTypeOf(name: string): AuthType | undefined {
  const exact = trimSlashes(name)
  if (exact === 'oidc') return 'jwt'
  return AUTH_TYPES.find((type) => type === exact) ?? (/kubernetes|k8s/.test(exact) ? 'kubernetes' : undefined)
}

function isTrue(value: unknown): boolean {
  return value === true || value === 1 || value === 'true' || value === '1' || value === 'True'
}

/** Settings whose names sound like credentials and are none. */
const SETTINGS = new Set(
  'disable_local_ca_jwt token_reviewer_jwt_set jwt_supported_algs jwt_validation_pubkeys jwks_url jwks_ca_pem bind_secret_id local_secret_ids secret_id_ttl secret_id_num_uses secret_id_bound_cidrs'.split(
    ' ',
  ),
)

/** Fields as they may be kept: what is, or may hold, a credential is told as `(set)`. */
export function withoutSecrets(fields: FieldValues): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, isSecret(key) ? '(set)' : value]))
}

function isSecret(key: string): boolean {
  const name = key.toLowerCase()
  if (SETTINGS.has(name) || (name.startsWith('token_') && !name.includes('jwt'))) return false
  return /jwt|token|secret|passw|bindpass|credential|private|api_?key/.test(name)
}
