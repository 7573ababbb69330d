import { lookUp } from '../model/look-up.ts'
import { nearestName } from '../model/nearest-name.ts'
import type { AuthType, RoleFact, RoleParameter } from '../model/vault-state.ts'

const words = (text: string): readonly string[] => text.split(' ')

/** What a role of any type has (vault.md §4.6, the `token_*` fields), with the old names that still work. */
const TOKEN = words(
  'token_ttl token_max_ttl token_explicit_max_ttl token_policies token_bound_cidrs token_no_default_policy token_num_uses token_period token_type token_strictly_bind_ip policies ttl max_ttl period num_uses bound_cidrs name',
)

const OWN: Readonly<Partial<Record<AuthType, readonly string[]>>> = {
  kubernetes: words(
    'bound_service_account_names bound_service_account_namespaces bound_service_account_namespace_selector audience alias_name_source alias_metadata role',
  ),
  jwt: words(
    'role_type bound_audiences bound_subject bound_claims bound_claims_type user_claim user_claim_json_pointer groups_claim claim_mappings expiration_leeway not_before_leeway clock_skew_leeway allowed_redirect_uris oidc_scopes verbose_oidc_logging max_age oauth2_metadata callback_mode poll_interval token_policies_template_claims oidc_disable_confirmation role',
  ),
  approle: words(
    'role_name role_id bind_secret_id local_secret_ids enable_local_secret_ids secret_id_bound_cidrs secret_id_num_uses secret_id_ttl bound_cidr_list',
  ),
}

/** What people write, and what they mean. */
const MEANT: Readonly<Partial<Record<AuthType | 'any', Readonly<Record<string, string>>>>> = {
  any: {
    policy: 'token_policies',
    token_policy: 'token_policies',
    no_default_policy: 'token_no_default_policy',
    token_bound_cidr: 'token_bound_cidrs',
  },
  kubernetes: {
    audiences: 'audience',
    bound_audience: 'audience',
    bound_audiences: 'audience',
    bound_service_account_name: 'bound_service_account_names',
    service_account_name: 'bound_service_account_names',
    service_account_names: 'bound_service_account_names',
    bound_service_accounts: 'bound_service_account_names',
    bound_service_account_namespace: 'bound_service_account_namespaces',
    service_account_namespace: 'bound_service_account_namespaces',
    service_account_namespaces: 'bound_service_account_namespaces',
    bound_namespaces: 'bound_service_account_namespaces',
    namespaces: 'bound_service_account_namespaces',
  },
  jwt: {
    audience: 'bound_audiences',
    audiences: 'bound_audiences',
    bound_audience: 'bound_audiences',
    bound_claim: 'bound_claims',
    claims: 'bound_claims',
    subject: 'bound_subject',
  },
}

/** A parameter that the role type does not have, and that Vault drops without a word (vault.md §4.6). */
export interface UnknownParameter {
  readonly parameter: RoleParameter
  /** The one that was probably meant; `undefined`: it belongs to roles of another type. */
  readonly meant: string | undefined
}

/** Parameters of a role that its type does not have; those that are neither near one that it has nor another type's are left out. */
export function unknownParameters({ type, parameters = [] }: RoleFact): UnknownParameter[] {
  const own = type === undefined ? undefined : OWN[type]
  if (type === undefined || own === undefined) return []
  const known = new Set([...TOKEN, ...own])
  const others = new Set(Object.values(OWN).flat())
  return parameters.flatMap((parameter): UnknownParameter[] => {
    const { name } = parameter
    if (known.has(name) || name.includes('$')) return []
    const meant = lookUp(MEANT[type] ?? {}, name) ?? lookUp(MEANT.any ?? {}, name) ?? nearestName(name, known)
    return meant === undefined && !others.has(name) ? [] : [{ parameter, meant }]
  })
}

/** The role names its policies by a parameter that is none: its tokens have only `default`. */
export function policiesLost(role: RoleFact): UnknownParameter | undefined {
  if (role.policies === undefined || role.policies.length > 0) return undefined
  return unknownParameters(role).find(({ meant }) => meant === 'token_policies' || meant === 'policies')
}
