import { providerPath } from '../eso/provider.ts'
import type { OpenLaw } from '../model/reason.ts'
import type { Span } from '../model/span.ts'
import type { VaultStore } from '../model/store.ts'
import { at, stringAt } from '../model/value.ts'
import type { RoleFact } from '../model/vault-state.ts'
import type { DeclaredToken } from '../state/declared/declared.ts'
import type { Lookup, TokenPolicies } from './chain.ts'
import { spanOfProvenance } from './provenance.ts'

/** The policies of the token that a store's requests carry, as Git or the server tells them; `undefined` where nothing does. */
export function tokenPolicies(
  store: VaultStore,
  role: Lookup<RoleFact> | undefined,
  tokens: readonly DeclaredToken[],
): TokenPolicies | undefined {
  if (store.auth?.method === 'tokenSecretRef') return policiesOfToken(store, tokens)
  return role?.found === 'known' && role.fact.policies !== undefined
    ? policiesOfRole(role.fact, role.fact.policies)
    : undefined
}

/** `stores.<name>.policies` of the config. */
export function policiesInConfig(names: readonly string[], span: Span | undefined): TokenPolicies {
  return {
    names: names.map((name) => name.toLowerCase()),
    withDefault: true,
    from: 'config',
    ...(span === undefined ? {} : { provenance: { from: 'config', span } }),
  }
}

/** The token lies in a Secret; Git may tell how it was made (forms.md §6). Several ways that differ tell nothing. */
function policiesOfToken(store: VaultStore, tokens: readonly DeclaredToken[]): TokenPolicies | undefined {
  const ref = at(store.manifest.body, ...providerPath(store), 'auth', 'tokenSecretRef')
  const name = stringAt(ref, 'name')
  const key = stringAt(ref, 'key')
  const namespace = store.kind === 'SecretStore' ? store.namespace : stringAt(ref, 'namespace')
  const those = tokens.filter(
    (token) =>
      token.secret === name &&
      (token.key === undefined || key === undefined || token.key === key) &&
      (token.namespace === undefined || namespace === undefined || token.namespace === namespace),
  )
  const [first, ...others] = those
  if (first === undefined || others.some((other) => contentOf(other) !== contentOf(first))) return undefined
  const { policies, noDefaultPolicy, provenance } = first
  return { names: policies, withDefault: !noDefaultPolicy, from: 'token', provenance }
}

function contentOf({ policies, noDefaultPolicy }: DeclaredToken): string {
  return JSON.stringify([[...policies].sort(), noDefaultPolicy])
}

/** The policies of each version of a role; `undefined` where one of them does not tell them. */
export function policiesOfEach(roles: readonly RoleFact[]): readonly TokenPolicies[] | undefined {
  const each = roles.flatMap((role) => (role.policies === undefined ? [] : [policiesOfRole(role, role.policies)]))
  return each.length === roles.length ? each : undefined
}

function policiesOfRole(role: RoleFact, names: readonly string[]): TokenPolicies {
  const place = spanOfProvenance(role.provenance)
  const open = role.open?.map((part): OpenLaw => ({ of: 'role', name: role.name, part, place }))
  return {
    names,
    withDefault: !role.noDefaultPolicy,
    from: 'role',
    ...(open === undefined ? {} : { open }),
    ...(role.assumed === undefined ? {} : { assumed: role.assumed }),
  }
}
