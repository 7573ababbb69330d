import type { FieldDifference } from '../chain/drift-facts.ts'
import { lookUp } from '../model/look-up.ts'
import type { RoleFact } from '../model/vault-state.ts'
import { flag, networkSet, ROLE_FIELDS, text } from '../setup/normalise.ts'
import { compareFields, type Fields, type Normalise } from './compare-fields.ts'

/** The older names of fields that every auth method has (vault.md §4.6). */
const OLD_NAMES: Readonly<Record<string, string>> = {
  bound_cidrs: 'token_bound_cidrs',
  ttl: 'token_ttl',
  max_ttl: 'token_max_ttl',
  period: 'token_period',
  num_uses: 'token_num_uses',
}

/** Fields of other methods whose default a server fills in (vault.md §2.3, §7.2). */
const OTHER_FIELDS: Readonly<Record<string, Normalise>> = {
  role_type: (value) => text(value) || 'oidc',
  bound_claims_type: (value) => text(value) || 'string',
  bind_secret_id: (value) => flag(value, true),
  secret_id_bound_cidrs: networkSet,
}

/**
 * A role as Git declares it against the server's. A Kubernetes role that Git binds in full is compared in all its fields: what
 * somebody set by hand beside them is drift too. Of other roles only what Git writes is compared.
 */
export function compareRoles(declared: RoleFact, live: RoleFact): FieldDifference[] {
  const kubernetes = declared.type === 'kubernetes'
  const complete = kubernetes && declared.boundServiceAccountNames !== undefined && declared.unknown.length === 0
  const table = kubernetes ? ROLE_FIELDS : { ...ROLE_FIELDS, ...OTHER_FIELDS }
  const expected = expectedFields(declared)
  const actual = { ...live.fields, token_policies: live.policies ?? [] }
  const common = kubernetes ? expected : withoutForeign(expected, actual)
  return compareFields(common, actual, table, complete)
}

function expectedFields(role: RoleFact): Fields {
  const kubernetes = role.type === 'kubernetes'
  const given: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(role.fields)) given[lookUp(OLD_NAMES, field) ?? field] = value
  const set = (field: string, value: unknown) => {
    if (value !== undefined) given[field] = value
  }
  set('token_policies', role.policies)
  set('bound_service_account_names', role.boundServiceAccountNames)
  set('bound_service_account_namespaces', role.boundServiceAccountNamespaces)
  set('bound_service_account_namespace_selector', role.boundNamespaceSelector)
  set(kubernetes ? 'audience' : 'bound_audiences', kubernetes ? role.audiences?.[0] : role.audiences)
  set('bound_subject', role.boundSubject)
  set('bound_claims', role.boundClaims)
  if (role.noDefaultPolicy) given.token_no_default_policy = true
  return given
}

/** A table names Kubernetes' fields too, which other methods do not have. */
function withoutForeign(expected: Fields, actual: Fields): Fields {
  return Object.fromEntries(Object.entries(expected).filter(([field]) => field in actual))
}
