import { identityOf } from '../eso/identity.ts'
import { type Decision, unknownDecision } from '../model/decision.ts'
import type { NotCheckedReason } from '../model/reason.ts'
import type { AuthMethod, Identity } from '../model/store.ts'
import type { RoleFact } from '../model/vault-state.ts'
import type { AskedRequest, Holders, Lookup, NamedRole, StoreLink, TokenPolicies } from './chain.ts'

/** What `follow` knows of logins and law, as these questions need it. */
export interface HolderParts {
  readonly roles: readonly RoleFact[]
  readonly lookUp: (authMount: string, name: string, method: AuthMethod) => Lookup<RoleFact> | undefined
  readonly policiesOf: (role: RoleFact) => TokenPolicies | undefined
  readonly byStore: (
    store: StoreLink,
    policies: TokenPolicies,
    request: AskedRequest,
    identity: Identity | undefined,
  ) => Decision
  readonly byRole: (
    role: RoleFact,
    policies: TokenPolicies,
    request: AskedRequest,
    identity: Identity | undefined,
  ) => Decision
  readonly whyNot: (store: StoreLink) => NotCheckedReason
}

export function holdersOf(parts: HolderParts): Holders {
  let roles: NamedRole[] | undefined
  return {
    ofStore(link, namespace) {
      const { store, role, policies } = link
      const identity = identityOf(store, namespace ?? store.namespace)
      const { auth } = store
      return {
        store,
        role: auth?.role === undefined ? undefined : `${auth.mount}/${auth.role}`,
        fact: role?.found === 'known' ? role.fact : undefined,
        policies,
        decide: (request) =>
          policies === undefined
            ? unknownDecision(parts.whyNot(link))
            : parts.byStore(link, policies, request, identity),
      }
    },
    ofRole({ authMount, name, lookup }, account) {
      const fact = lookup.found === 'known' ? lookup.fact : undefined
      const policies = fact === undefined ? undefined : parts.policiesOf(fact)
      return {
        store: undefined,
        role: `${authMount}/${name}`,
        fact,
        policies,
        decide: (request) =>
          fact === undefined || policies === undefined
            ? unknownDecision(whyNoRole(authMount, name, lookup))
            : parts.byRole(fact, policies, request, account),
      }
    },
    get roles() {
      roles ??= namedRoles(parts)
      return roles
    },
  }
}

function namedRoles({ roles, lookUp }: HolderParts): NamedRole[] {
  const named = new Map<string, NamedRole>()
  for (const { authMount, name, type } of roles) {
    const key = `${authMount}/${name}`
    if (named.has(key)) continue
    // An AppRole is told by its id and not by its name: what is asked for here is the role itself.
    const lookup = lookUp(authMount, name, type === 'jwt' ? 'jwt' : 'kubernetes')
    if (lookup !== undefined) named.set(key, { authMount, name, lookup })
  }
  return [...named.values()].sort((a, b) => (`${a.authMount}/${a.name}` < `${b.authMount}/${b.name}` ? -1 : 1))
}

function whyNoRole(authMount: string, role: string, lookup: Lookup<RoleFact>): NotCheckedReason {
  switch (lookup.found) {
    case 'known':
      return { code: 'role-policies-not-told', role, store: '<store>' }
    case 'conflict':
      return { code: 'role-conflict', role, authMount, count: lookup.facts.length, places: [] }
    case 'absent':
      return { code: 'role-absent', role, authMount }
    case 'unknown':
      return lookup.because
  }
}
