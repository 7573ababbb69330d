import type { Chain, Link, StoreLink } from '../chain/chain.ts'
import { spanOfProvenance } from '../chain/provenance.ts'
import { textAt } from '../eso/field-value.ts'
import { isGenerator, providerOf, providerPath } from '../eso/provider.ts'
import type { Identity, VaultStore } from '../model/store.ts'
import type { RoleFact } from '../model/vault-state.ts'
import { counted, forReferences, listed } from '../model/wording.ts'
import { boundTo } from '../policy/bound-names.ts'
import { fingerprint } from './fingerprint.ts'
import { hopsTo } from './hops.ts'
import type { Rule, RuleFinding } from './rule.ts'
import { spanOrKey } from './span-or-key.ts'

type ServiceAccount = Extract<Identity, { type: 'serviceAccount' }>

/** The ServiceAccount that logs in is not one that the role is bound to: every login of the store is refused with 403. */
export const roleUnbound: Rule = {
  id: 'role-unbound',
  title: 'The role is not bound to the ServiceAccount that logs in',
  group: 'law',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const storeLink of chain.storeLinks) {
      const { role, store } = storeLink
      if (role?.found !== 'known' || store.auth?.method !== 'kubernetes') continue
      const refused = new Map<string, Refused>()
      for (const [account, links] of accountsOf(storeLink)) {
        const refusal = refusalOf(role.fact, account)
        if (refusal === undefined) continue
        const known = refused.get(refusal.field)
        if (known === undefined) refused.set(refusal.field, { refusal, accounts: [account], links: [...links] })
        else {
          known.accounts.push(account)
          known.links.push(...links)
        }
      }
      for (const one of refused.values()) yield unbound(chain, this.id, storeLink, role.fact, one)
    }
  },
}

interface Refusal {
  /** What of the ServiceAccount is refused. */
  readonly of: 'name' | 'namespace'
  readonly text: string
  readonly field: string
}

/** ServiceAccounts that one bound of a role keeps out: one edit lets them all in. */
interface Refused {
  readonly refusal: Refusal
  readonly accounts: ServiceAccount[]
  readonly links: Link[]
}

/** With referent authentication each consumer's namespace is an identity of its own (eso.md §5.3). */
function accountsOf({ links }: StoreLink): Map<ServiceAccount, Link[]> {
  const byName = new Map<string, [ServiceAccount, Link[]]>()
  for (const link of links) {
    const { identity } = link.reference
    if (identity?.type !== 'serviceAccount') continue
    const name = `${identity.namespace}/${identity.name}`
    const known = byName.get(name)
    if (known === undefined) byName.set(name, [identity, [link]])
    else known[1].push(link)
  }
  return new Map(byName.values())
}

/** Vault tests the name first, then the namespace (eso.md §5.3); an unknown namespace or a label selector decides nothing. */
function refusalOf(role: RoleFact, account: ServiceAccount): Refusal | undefined {
  const names = role.boundServiceAccountNames
  if (names !== undefined && !hasUnknown(names) && !boundTo(names, account.name)) {
    return {
      of: 'name',
      text: 'service account name not authorized',
      field: `bound_service_account_names=${names.join(',')}`,
    }
  }
  const namespaces = role.boundServiceAccountNamespaces
  if (namespaces === undefined || hasUnknown(namespaces) || account.namespace === undefined) return undefined
  if (role.boundNamespaceSelector !== undefined && role.boundNamespaceSelector !== '') return undefined
  if (boundTo(namespaces, account.namespace)) return undefined
  return {
    of: 'namespace',
    text: 'namespace not authorized',
    field: `bound_service_account_namespaces=${namespaces.join(',')}`,
  }
}

/** Shell or Terraform variables left in a list: what it admits cannot be told (field.md §4). */
function hasUnknown(list: readonly string[]): boolean {
  return list.some((value) => value.includes('$'))
}

function unbound(
  chain: Chain,
  id: string,
  storeLink: StoreLink,
  role: RoleFact,
  { refusal, accounts, links }: Refused,
): RuleFinding {
  const { store } = storeLink
  const auth = [...providerPath(store), 'auth', 'kubernetes']
  const roleSpan = spanOfProvenance(role.provenance)
  const names = accounts.map(({ namespace, name }) => (namespace === undefined ? name : `${namespace}/${name}`))
  const who = names.length === 1 ? `ServiceAccount \`${names[0]}\`` : counted(names.length, 'ServiceAccount')
  const all = names.length === 1 ? '' : ` They are ${listed(names.map((name) => `\`${name}\``))}.`
  return {
    rule: id,
    severity: 'error',
    headline: `Role \`${role.name}\` is not bound to ${who}`,
    chain: hopsTo(chain, storeLink, {
      at: 'role',
      says: `it has \`${refusal.field}\``,
      span: roleSpan,
    }),
    why: `Vault answers 403 \`${refusal.text}\` to the login of ${store.kind} ${store.name}${forReferences(links.length)}.${all}${ignored(store)}`,
    span: spanOrKey(store.manifest, [...auth, 'serviceAccountRef', refusal.of]),
    related: [
      ...(roleSpan === undefined ? [] : [{ span: roleSpan, message: `role \`${role.name}\` is bound here` }]),
      ...(store.referent ? links.map(({ reference: { span } }) => ({ span, message: 'uses the store' })) : []),
    ],
    fix: {
      lead: 'bind the role to it, or log in with a ServiceAccount that it is bound to',
      kind: 'edit',
      language: 'text',
      text: `bound_service_account_names=${distinct(accounts.map(({ name }) => name))}\nbound_service_account_namespaces=${distinct(accounts.map(({ namespace }) => namespace ?? 'NAMESPACE'))}`,
      ...(roleSpan === undefined ? {} : { at: { file: roleSpan.file, line: roleSpan.line } }),
    },
    cause: `${role.authMount} ${role.name} ${names.join(' ')}`,
    fingerprint: fingerprint(
      id,
      store.kind,
      store.namespace,
      store.name,
      role.authMount,
      role.name,
      ...accounts.flatMap(({ namespace, name }) => [namespace, name]),
    ),
  }
}

function distinct(names: readonly string[]): string {
  return [...new Set(names)].join(',')
}

/** A generator logs in for its consumer: a namespace beside its ServiceAccount counts for nothing (eso.md §3.5). */
function ignored(store: VaultStore): string {
  const written = textAt(providerOf(store), 'auth', 'kubernetes', 'serviceAccountRef', 'namespace')
  return isGenerator(store) && written !== undefined
    ? ` A generator logs in in the namespace of what uses it: \`namespace: ${written}\` counts for nothing.`
    : ''
}
