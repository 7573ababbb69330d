import { spanOfProvenance } from '../chain/provenance.ts'
import { lookUpRoles } from '../chain/role-policies.ts'
import { providerPath } from '../eso/provider.ts'
import { weakness } from '../model/documentation.ts'
import type { Severity } from '../model/finding.ts'
import type { VaultStore } from '../model/store.ts'
import type { RoleFact } from '../model/vault-state.ts'
import { listed } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import { policiesLost, type UnknownParameter, unknownParameters } from './role-parameters.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** A role is written with a parameter that its type does not have: Vault answers success and drops it (vault.md §4.6). */
export const roleParameterUnknown: Rule = {
  id: 'role-parameter-unknown',
  title: 'A role is written with a parameter that Vault drops without a word',
  group: 'law',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const { role, stores } of lookUpRoles(chain.storeLinks)) {
      for (const unknown of unknownParameters(role)) yield dropped(this.id, role, stores, unknown)
      const span = spanOfPolicies(role)
      if (role.droppedPolicies === undefined || span === undefined) continue
      const names = role.droppedPolicies.map((name) => `\`${name}\``)
      yield {
        rule: this.id,
        severity: severityOn(role, 'warning'),
        headline: `Vault ignores \`policies\` of role \`${role.name}\` beside \`token_policies\``,
        why: `Its tokens lack ${names.length === 1 ? 'policy' : 'policies'} ${listed(names)}.`,
        span,
        related: storesOf(stores),
        fix: {
          lead: 'write all of them in one',
          kind: 'edit',
          language: 'text',
          text: `token_policies=${[...(role.policies ?? []), ...role.droppedPolicies].join(',')}`,
        },
        fingerprint: fingerprint(this.id, role.authMount, role.name, 'policies'),
      }
    }
  },
}

function dropped(id: string, role: RoleFact, stores: readonly VaultStore[], unknown: UnknownParameter): RuleFinding {
  const { parameter, meant } = unknown
  const type = role.type === 'jwt' ? 'JWT' : role.type === 'approle' ? 'AppRole' : 'Kubernetes'
  const instead = meant === undefined ? 'it belongs to roles of another type' : `${type} roles have \`${meant}\``
  return {
    rule: id,
    severity: severityOn(role, breaks(role, unknown) ? 'error' : 'warning'),
    headline: `Vault ignores \`${parameter.name}\` of role \`${role.name}\``,
    why: `It is no parameter of a ${type} role; ${instead}.${consequence(role, unknown)}`,
    span: parameter.span,
    related: storesOf(stores),
    fix: meant === undefined ? `remove \`${parameter.name}\`` : `write \`${meant}\` instead of \`${parameter.name}\``,
    fingerprint: fingerprint(id, role.authMount, role.name, parameter.name),
  }
}

/** What the stores need is then not there. */
function breaks(role: RoleFact, unknown: UnknownParameter): boolean {
  return policiesLost(role)?.parameter === unknown.parameter || lacksBinding(role, unknown)
}

function lacksBinding(
  { boundServiceAccountNames, boundServiceAccountNamespaces }: RoleFact,
  { meant }: UnknownParameter,
) {
  if (meant === 'bound_service_account_names') return boundServiceAccountNames === undefined
  return meant === 'bound_service_account_namespaces' && boundServiceAccountNamespaces === undefined
}

function consequence(role: RoleFact, unknown: UnknownParameter): string {
  if (policiesLost(role)?.parameter === unknown.parameter)
    return ' The role names no policy, so its tokens have only `default` and are denied every secret.'
  if (lacksBinding(role, unknown))
    return ` It answers 400 when the role is new: \`"${unknown.meant}" can not be empty\`.`
  if (unknown.meant === 'audience' && role.audiences === undefined)
    return ' The role demands no audience, and takes any token of its ServiceAccounts.'
  return ''
}

/** What a page tells people to type, or a test sets up, is a hint of what was typed, no proof. */
function severityOn({ provenance }: RoleFact, severity: Severity): Severity {
  return weakness(provenance) > 0 ? 'note' : severity
}

function spanOfPolicies(role: RoleFact) {
  return role.parameters?.find(({ name }) => name === 'policies')?.span ?? spanOfProvenance(role.provenance)
}

function storesOf(stores: readonly VaultStore[]) {
  return stores.slice(0, 3).map((store) => ({
    span: store.manifest.spanOf([...providerPath(store), 'auth'], 'key'),
    message: `${store.kind} \`${store.name}\` logs in with the role`,
  }))
}
